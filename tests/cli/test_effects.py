#!/usr/bin/python3
# labels: integration
"""`quadrille show` on the factors of a Latin hypercube or Sobol' design: partial rank correlations, computed again here."""

import csv
import io
import json
import math
import re
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import must, quadrille, scratch  # noqa: E402

EXPERIMENT = """\
seed: 9
worlds: 12
orders: [bipolar, multipolar]
parameters: {{order.states: 8, order.periods: 20}}
design:
  type: {type}
  points: {points}
  factors: {{tension.debt: {{uniform: [0, 0.3]}}, institution.target: {{uniform: [0.1, 0.9]}}, crises.rate: {{uniform: [0.2, 1.0]}}{more}}}
"""


def ranks(x):
    """From 1; ties share their mean rank."""
    return np.array([(np.sum(x < value) + np.sum(x <= value) + 1) / 2 for value in x])


def partial(inputs, y):
    """PRCC as the correlation of residuals of ranks, by least squares."""
    columns, target = np.column_stack([ranks(x) for x in inputs]), ranks(y)
    out = []
    for j in range(columns.shape[1]):
        others = np.column_stack([np.ones(len(y)), np.delete(columns, j, axis=1)])
        left = [v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (columns[:, j], target)]
        out.append(float(np.corrcoef(*left)[0, 1]))
    return out


def rows(*arguments):
    return list(csv.DictReader(io.StringIO(must("export", *arguments).stdout)))


class Effects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)

    def run_design(self, kind, points=64, more=""):
        path = self.folder / f"{kind}{points}.yaml"
        path.write_text(EXPERIMENT.format(type=kind, points=points, more=more))
        must("run", path, "-o", path.with_suffix(".h5"), "-q")
        return path.with_suffix(".h5")

    def shown(self, file, *options):
        """{(outcome, order): {factor: (r, low, high)}}"""
        text = must("show", file, *options).stdout
        self.assertIn("partial rank correlations", text)
        found, here = {}, None
        for line in text.split("partial rank correlations")[1].splitlines():
            head = re.match(r"  (\w+), (\w+)", line)
            row = re.match(r"    (\S.*?) +([-+][\d.]+)(?: \[([-+][\d.]+), ([-+][\d.]+)\])?$", line)
            if row:
                found[here][row[1]] = tuple(float(v) if v else math.nan for v in row.groups()[1:])
            elif head:
                here = head.groups()
                found[here] = {}
        return found

    def test_tables_are_what_is_shown(self):
        """export --effects, show --json and the report's data against the text."""
        file = self.run_design("lhs", points=60, more=", doctrine: {values: [obama, rumsfeld]}")
        shown = self.shown(file, "--outcomes", "survival,wars")
        exported = rows(file, "--effects", "--outcomes", "survival,wars")
        told = json.loads(must("show", file, "--json", "--outcomes", "survival,wars").stdout)["effects"]
        self.assertEqual(len(exported), len(told))
        for table in (exported, told):
            found = {}
            for row in table:
                if row["estimate"] not in ("", None):
                    found.setdefault((row["outcome"], row["order"]), {})[row["factor"]] = [float(row[k] or "nan") for k in ("estimate", "low", "high")]
                self.assertEqual((row["method"], float(row["points"]), float(row["confidence"])), ("prcc", 60, 0.95))
            self.assertEqual({key for key, factors in shown.items() if factors}, set(found))
            for key, factors in found.items():
                self.assertEqual(list(factors), list(shown[key]))  # strongest first
                for name, numbers in factors.items():
                    np.testing.assert_allclose(numbers, shown[key][name], atol=6e-4)
        if "report" in must("--help").stdout:
            must("report", file, "-o", self.folder / "effects.html")
            data = json.loads(re.search(r'id="data"[^>]*>(.*?)</script>', (self.folder / "effects.html").read_text(), re.S)[1])
            for row in data["effects"]:
                if row["outcome"] == "survival" and row["estimate"] is not None:
                    np.testing.assert_allclose(row["estimate"], shown["survival", row["order"]][row["factor"]][0], atol=6e-4)
            self.assertIn("survival", {row["outcome"] for row in data["effects"]})
        plain = self.folder / "plain.yaml"
        plain.write_text("worlds: 3\norders: [bipolar]\nparameters: {order.states: 8, order.periods: 5}\n")
        must("run", plain, "-o", self.folder / "plain.h5", "-q")
        self.assertEqual(json.loads(must("show", self.folder / "plain.h5", "--json").stdout)["effects"], [])
        self.assertIn("Sobol'", quadrille("export", self.folder / "plain.h5", "--effects").stderr)

    def check(self, file, outcome, indicator=None):
        design, means = rows(file, "--design"), rows(file, "--summary", "--outcomes", outcome)
        names = [name for name in design[0] if name not in ("point", "from_claim", "doctrine")]
        for (told, order), factors in self.shown(file, "--outcomes", outcome).items():
            self.assertEqual(told, outcome)
            mean = {row["point"]: float(row["mean"]) for row in means if row["order"] == order}
            inputs = {name: np.array([float(row[name]) for row in design]) for name in names}
            if indicator:
                label, doctrine = indicator
                inputs[label] = np.array([float(row["doctrine"] == doctrine) for row in design])
            right = partial(list(inputs.values()), np.array([mean[row["point"]] for row in design]))
            self.assertEqual(set(factors), set(inputs))
            for name, r in zip(inputs, right):
                self.assertAlmostEqual(factors[name][0], r, delta=6e-4)
                self.assertLess(factors[name][1], factors[name][0])
                self.assertGreater(factors[name][2], factors[name][0])
            sizes = [abs(value[0]) for value in factors.values()]
            self.assertEqual(sizes, sorted(sizes, reverse=True))

    def test_partial_rank_correlations(self):
        for kind in ("lhs", "sobol"):
            with self.subTest(kind):
                self.check(self.run_design(kind), "tension_mean")

    def test_doctrines_are_compared_with_the_first(self):
        file = self.run_design("lhs", 48, ", doctrine: {choice: [obama, rumsfeld]}")
        first = rows(file, "--design")[0]["doctrine"]
        other = {"obama": "rumsfeld", "rumsfeld": "obama"}[first]
        self.check(file, "share_flexible", (f"{other} (not {first})", other))

    def test_other_designs_have_none(self):
        path = self.folder / "grid.yaml"
        path.write_text("seed: 1\nworlds: 5\norders: [bipolar]\nparameters: {order.states: 4, order.periods: 4}\n"
                        "design: {type: grid, factors: {tension.debt: {values: [0, 0.2]}}}\n")
        must("run", path, "-o", self.folder / "grid.h5", "-q")
        self.assertNotIn("rank correlations", must("show", self.folder / "grid.h5").stdout)

    def test_what_does_not_vary(self):
        file = self.run_design("lhs", 16)
        text = must("show", file, "--outcomes", "polarity_end,not_converged").stdout
        self.assertIn("not_converged, bipolar: does not vary between points", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
