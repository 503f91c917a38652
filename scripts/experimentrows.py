"""The rows that experiments/README.md rests on, kept in experiments/rows/ as CSV: read from result files, written, read again.

runs.csv     one row per experiment: the sizes that were played (`points` of the design, `arms` with those that switch an assumption off
             or set a baseline), seed, confidence, result_hash and the program's version
claims.csv   one row per claim and place (its own, then each order) from /claims, /claims/by_order and /claims/robustness, and one per
             claim and assumption switched off (`without`) from /claims/ablation; `same` of `of` points have the sign that was found
numbers.csv  one row per other number that README.in.md asks for, under the words that ask for it
"""

import csv
import re

import numpy as np

FIELDS = {
    "runs": ["experiment", "worlds", "robustness", "range", "points", "arms", "orders", "seed", "confidence", "complete", "result_hash", "version"],
    "claims": ["experiment", "claim", "place", "without", "outcome", "estimate", "low", "high", "p", "margin", "verdict", "worlds", "robust",
               "same", "of", "opposite", "condition", "note", "says"],
    "numbers": ["experiment", "number", "value", "half_width", "text"],
}
SMOOTH = 9  # periods of a running mean


def written(x):
    """A cell: nine digits of a number, nothing of one that is unknown."""
    if isinstance(x, (float, np.floating)):
        return f"{x:.9g}" if np.isfinite(x) else ""
    return str(x)


def played_points(result):
    """Marks the points that do not belong to robustness, and counts the design's own among them."""
    claims = result.h5.get("claims")
    twins = [f", without {name}" for name in claims["ablation/ablation"].asstr()[:]] if claims is not None and "ablation" in claims else []
    twins += [", neutral", ", do-nothing"] if claims is not None and "baseline" in claims else []
    played = [", robustness " not in label for label in result.points]
    return played, sum(own and not label.endswith(tuple(twins)) for label, own in zip(result.points, played))


# ---- claims -----------------------------------------------------------------------------------------------


def robustness_cells(result, i, place):
    """Columns robust, same, of, opposite, condition of claim i at a place of /claims/robustness (`claim`: its own)."""
    claims = result.h5["claims"]
    if "robustness" not in claims:
        return {}
    table = claims["robustness"]
    places = list(table["place"].asstr()[:])
    k = places.index(place) if place in places else 0
    verdict, points = table["verdict"].asstr()[i, k], int(table["points"][i, k])
    if not verdict:
        return {}
    return {"robust": verdict, "same": int(round(float(table["same"][i, k]) * points)) if points else 0, "of": points,
            "opposite": float(table["opposite"][i, k]), "condition": table["condition"].asstr()[i, k]}


def test_cells(table, at):
    """Columns of one test of a group such as /claims/by_order."""
    return {key: float(table[key][at]) for key in ("estimate", "low", "high", "p")} | {
        "verdict": table["verdict"].asstr()[at], "worlds": int(table["worlds"][at])}


def claim_rows(result):
    if "claims" not in result.h5:
        return []
    rows, group = [], result.h5["claims"]
    for i, row in enumerate(result.table("claims")):
        base = {"claim": row["id"], "outcome": row["outcome"], "margin": row["margin"]}
        own = {key: row[key] for key in ("estimate", "low", "high", "p", "verdict", "note", "says")}
        rows.append(base | own | {"place": row["order"], "worlds": int(row["worlds"])} | robustness_cells(result, i, "claim"))
        for o, order in enumerate(result.orders if row["order"] == "all" and len(result.orders) > 1 and "by_order" in group else []):
            cells = test_cells(group["by_order"], (i, o))
            if cells["verdict"]:
                rows.append(base | cells | {"place": order} | robustness_cells(result, i, order))
        for a, name in enumerate(group["ablation/ablation"].asstr()[:] if "ablation" in group else []):
            rows.append(base | test_cells(group["ablation"], (i, a)) | {"place": row["order"], "without": name})
    return rows


# ---- numbers ----------------------------------------------------------------------------------------------


def estimate(result, outcome, order, selector):
    """Mean over the chosen points and orders, and half a 95 % interval; as they share their luck, its error is at most the mean of theirs."""
    points, orders = result.find_points(selector), result.some_orders(order)
    mean, error = (result.numbers(outcome, kind)[np.ix_(points, orders)].mean() for kind in ("mean", "mcse"))
    return float(mean), float(1.96 * error)


def mean(result, outcome, order="all", selector=""):
    value, half = estimate(result, outcome, order, selector)
    return [("", value, half, "")]


def gap(result, outcome, order, more, less):
    (a, da), (b, db) = (estimate(result, outcome, order, s) for s in (more, less))
    return [("", a - b, float(np.hypot(da, db)), "")]


def path(result, series, order, selector, period):
    """Mean of a path over the periods around one."""
    group = result.h5[f"paths/{series}"]
    points, orders = result.find_points(selector), result.some_orders(order)
    mean = np.stack([group["mean"][p, o] for p in points for o in orders])
    count = np.stack([group["count"][p, o] for p in points for o in orders]).astype(float)
    weighted = np.nansum(np.where(count > 0, mean, 0) * count, axis=0)
    window = np.ones(SMOOTH)
    smooth = np.convolve(weighted, window, "same") / np.maximum(np.convolve(count.sum(axis=0), window, "same"), 1)
    return [("", float(smooth[int(period)]), float("nan"), "")]


def top(result, outcome, order, count):
    """The strongest factors, one row each."""
    rows = [r for r in result.table("sensitivity") if r["outcome"] == outcome and r["order"] == order]
    key = "mu_star" if rows and rows[0]["method"] == "morris" else "total"
    rows = sorted((r for r in rows if np.isfinite(r[key])), key=lambda r: -r[key])[:int(count)]
    return [(f":{k + 1}", r[key], (r[f"{key}_high"] - r[f"{key}_low"]) / 2,
             f"`{r['factor']}` {r[key]:.2g} [{r[f'{key}_low']:.2g}, {r[f'{key}_high']:.2g}]") for k, r in enumerate(rows)]


NUMBERS = {"mean": mean, "gap": gap, "path": path, "top": top}


def number_rows(result, asked):
    """`asked`: words of the template behind the experiment's name, such as mean:survival:unipolar."""
    rows = []
    for words in asked:
        kind, *rest = words.split(":")
        for suffix, value, half, shown in NUMBERS[kind](result, *rest):
            rows.append({"number": words + suffix, "value": value, "half_width": half, "text": shown})
    return rows


# ---- experiments --------------------------------------------------------------------------------------------


def run_row(result):
    claims = result.h5.get("claims")
    robustness = claims["robustness"].attrs if claims is not None and "robustness" in claims else None
    played, own = played_points(result)
    confidence = re.search(r"^confidence: (\S+)$", result.attribute("/", "config"), re.M)
    return {"points": own, "arms": sum(played), "orders": " ".join(result.orders), "worlds": int(result.h5["worlds_done"][:][played].max()),
            "robustness": f"{int(robustness['points'])}x{int(robustness['worlds'])}" if robustness is not None else "",
            "range": float(robustness["range"]) if robustness is not None else "", "seed": int(result.attrs["seed"]),
            "confidence": float(confidence.group(1)) if confidence else "", "complete": "yes" if result.complete else "no",
            "result_hash": result.attribute("/", "result_hash"), "version": result.attribute("/", "version")}


def rows_of(name, result, asked):
    """Rows of one experiment, table by table, with cells as they stand in the CSV."""
    found = {"runs": [run_row(result)], "claims": claim_rows(result), "numbers": number_rows(result, asked)}
    return {table: [{field: written(({"experiment": name} | row).get(field, "")) for field in FIELDS[table]} for row in rows]
            for table, rows in found.items()}


def load(folder):
    """{table: rows} of the CSV files; no rows of a missing file."""
    tables = {}
    for table in FIELDS:
        target = folder / f"{table}.csv"
        tables[table] = []
        if target.exists():
            with open(target, newline="", encoding="utf-8") as file:
                tables[table] = list(csv.DictReader(file))
    return tables


def replace(tables, name, rows):
    """The same tables with the rows of one experiment in place of its earlier ones, experiments in alphabetical order."""
    return {table: sorted([row for row in tables[table] if row["experiment"] != name] + rows[table], key=lambda row: row["experiment"])
            for table in FIELDS}


def save(folder, tables):
    folder.mkdir(exist_ok=True)
    for table, fields in FIELDS.items():
        with open(folder / f"{table}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fields, lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables[table])
