#!/usr/bin/python3
"""The one list of a result's columns (include/quadrille/result_columns.def) against a result file, `show --json`, `export`, the report's
data and docs/result-file.md: each has the columns of the list, and no others."""

import csv
import io
import json
import pathlib
import re
import sys
import unittest

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import must, scratch  # noqa: E402

SOURCE = pathlib.Path(sys.argv[2]).resolve()
LIST = (SOURCE / "include/quadrille/result_columns.def").read_text()

JUDGED = """\
worlds: 40
orders: [unipolar, multipolar]
parameters: {order.states: 8, order.periods: 8}
design: {type: grid, factors: {doctrine: {values: [weinberger_powell, rumsfeld]}, institution.target: {values: [0.1, 0.9]}}}
claims:
  - {id: gain, says: More., outcome: resolved, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
  - {id: nothing, says: None., outcome: share_hub, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
  - {id: strength, says: More., outcome: institution_end, margin: 0.1, negligible: 0.2, contrast: {more: {institution.target: 0.9}, less: {institution.target: 0.1}}}
ablate: {debt: {tension.debt: 0}}
baseline: true
luck: by-order
robustness: {points: 40, worlds: 20, parameters: {doctrine.vital_interest: {uniform: [0, 1]}, mission.load: {uniform: [0.05, 0.3]}, institution.renewal: {uniform: [0, 0.5]}}}
"""

SAMPLED = """\
worlds: 40
orders: [bipolar]
parameters: {order.states: 6, order.periods: 8}
design: {type: %s, points: 16, factors: {institution.target: {uniform: [0.1, 0.9]}, crises.rate: {uniform: [0.2, 2]}}}
%s
"""

GROUPS = {"CLAIM": "/claims", "VERDICT": "/claims/by_order", "ROBUSTNESS": "/claims/robustness", "TURNING": "/claims/robustness/turning",
          "CONTRAST": "/contrasts"}


def columns(table, where="PAGE|FILE"):
    """Names of the rows of a table, in order."""
    return re.findall(rf"^QD_{table}_COLUMN\(\w+, (\w+), (?:{where}),", LIST, re.M)


def summaries():
    return re.findall(r"^QD_SUMMARY_COLUMN\((\w+), \"", LIST, re.M)


def variables(group):
    """Names of the variables of a group that are no dimension."""
    return {name for name, item in group.items() if isinstance(item, h5py.Dataset) and not h5py.h5ds.is_scale(item.id)}


class Columns(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        for name, text in (("judged", JUDGED), ("screened", SAMPLED % ("morris", "")), ("indices", SAMPLED % ("saltelli", "")), ("plain", SAMPLED % ("lhs", "")),
                           ("stopped", SAMPLED % ("lhs", "precision: {outcome: wars, half_width: 0.01, min_worlds: 4, max_worlds: 8}"))):
            path = cls.folder / f"{name}.yaml"
            path.write_text(text.replace("worlds: 40\n", "", 1) if name == "stopped" else text)
            must("run", path, "-o", path.with_suffix(".h5"), "-q")

    def page(self, name):
        must("report", self.folder / f"{name}.h5", "-o", self.folder / f"{name}.html", "--force")
        return json.loads(re.search(r'<script[^>]* id="data"[^>]*>(.*?)</script>', (self.folder / f"{name}.html").read_text(), re.S)[1])

    def test_the_list_is_read(self):
        self.assertEqual(len(re.findall(r"^QD_\w+_COLUMN\(|^QD_QUANTILE\(", LIST, re.M)),
                         sum(len(columns(table)) for table in (*GROUPS, "FAILURE", "SENSITIVITY", "EFFECT")) + len(summaries()) + 2 + 7)

    def test_the_file_has_them(self):
        with h5py.File(self.folder / "judged.h5") as file:
            for table, group in GROUPS.items():
                beside = {"/claims/by_order": {"claim", "order"}, "/claims/robustness": {"claim", "place"}}.get(group, set())
                self.assertEqual(variables(file[group]) - (beside - set(columns(table))), set(columns(table)), group)
            for group in ("/claims/ablation", "/claims/baseline"):
                self.assertEqual(variables(file[group]) - {"claim", group.rpartition("/")[2]}, set(columns("VERDICT")), group)
            self.assertEqual(file["/claims"]["p_holm"].attrs["long_name"], "p-value after Holm's correction over the claims of the file")
            for name in ("survival", "wars"):
                self.assertEqual(variables(file["summary"][name]) - {"count", "quantiles", "quantile", "histogram", "bin_low", "bin_high", "point", "order"}, set(summaries()))
        with h5py.File(self.folder / "screened.h5") as file:
            self.assertEqual(variables(file["sensitivity"]), set(columns("SENSITIVITY")))
        with h5py.File(self.folder / "stopped.h5") as file:
            self.assertEqual({"stop_low", "stop_high"} & variables(file["summary/survival"]), set())
            low, mean, high = (file["summary/wars"][name][...] for name in ("stop_low", "mean", "stop_high"))
            self.assertTrue((low <= mean).all() and (mean <= high).all(), "intervals that ended the run hold its means")

    def test_every_column_has_a_value(self):
        """A column without a value would read 0, NaN or "" in every row."""
        valued = {}
        for name in ("judged", "screened", "indices"):
            with h5py.File(self.folder / f"{name}.h5") as file:
                for table, group in {**GROUPS, "SENSITIVITY": "/sensitivity"}.items():
                    for column in columns(table) if group in file else []:
                        value = file[group][column][...].ravel() if column in file[group] else []
                        valued.setdefault((table, column), []).extend(x for x in value if x and x == x)
        effects = json.loads(must("show", self.folder / "plain.h5", "--json").stdout)["effects"]
        valued.update({("EFFECT", column): [row[column] for row in effects if row[column]] for column in columns("EFFECT")})
        self.assertEqual({table for table, _ in valued}, {*GROUPS, "SENSITIVITY", "EFFECT"})
        self.assertEqual([key for key, values in valued.items() if not values], [])

    def test_json_and_csv_have_them(self):
        told = json.loads(must("show", self.folder / "judged.h5", "--json").stdout)
        self.assertEqual([list(claim) for claim in told["claims"]], [columns("CLAIM")] * 3)
        told = json.loads(must("show", self.folder / "plain.h5", "--json").stdout)
        self.assertGreater(len(told["effects"]), 0)
        for effect in told["effects"]:
            self.assertEqual(list(effect), columns("EFFECT"))
        header = lambda *options: next(csv.reader(io.StringIO(must("export", self.folder / "plain.h5", *options).stdout)))  # noqa: E731
        self.assertEqual(header("--effects"), columns("EFFECT"))
        shown = next(csv.reader(io.StringIO(must("show", self.folder / "plain.h5", "--csv").stdout)))
        self.assertEqual(shown[:4], ["point", "order", "outcome", "count"])
        self.assertEqual([name for name in shown[4:] if name not in summaries()], [])
        self.assertEqual(header("--summary"), ["point", "order", "outcome", "count", *summaries(), "q01", "q05", "q25", "q50", "q75", "q95", "q99"])

    def test_the_report_has_those_of_the_page(self):
        data = self.page("judged")
        lists = {"by_order": ["order"], "ablations": ["without"], "baselines": ["against"], "robustness": ["place"]}
        for claim in data["claims"]:
            self.assertEqual(list(claim), columns("CLAIM", "PAGE") + list(lists))
            for name in ("by_order", "ablations", "baselines"):
                self.assertGreater(len(claim[name]), 0, name)
                for cell in claim[name]:
                    self.assertEqual(list(cell), lists[name] + columns("VERDICT", "PAGE"))
            for cell in claim["robustness"]:
                self.assertEqual(list(cell), ["place"] + columns("ROBUSTNESS", "PAGE") + ["turning"])
                for row in cell["turning"]:
                    self.assertEqual(list(row), columns("TURNING", "PAGE"))
        for name, table in (("judged", "CONTRAST"), ("screened", "SENSITIVITY"), ("plain", "EFFECT")):
            rows = self.page(name)[{"CONTRAST": "contrasts", "SENSITIVITY": "sensitivity", "EFFECT": "effects"}[table]]
            self.assertGreater(len(rows), 0, table)
            for row in rows:
                self.assertEqual(list(row), columns(table, "PAGE"))

    def test_the_text_names_them(self):
        text = (SOURCE / "docs/result-file.md").read_text()
        for table, group in {**GROUPS, "FAILURE": "/failures", "SENSITIVITY": "/sensitivity"}.items():
            row = re.search(rf"^\| `{group}` \|(.*)\|", text, re.M)[1]
            self.assertEqual([name for name in columns(table) if f"`{name}`" not in row], [], group)

    def test_no_other_list(self):
        """Names of two words, which are unique to columns, stand in no other text of the sources."""
        found = [name for table in (*GROUPS, "SENSITIVITY") for name in columns(table) if "_" in name]
        self.assertGreater(len(found), 20)
        for path in sorted((SOURCE / "src").rglob("*.[ch]")):
            text = path.read_text()
            self.assertEqual([name for name in found if f'"{name}"' in text], [], path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
