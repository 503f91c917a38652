#!/usr/bin/python3
"""scripts/experiments-readme takes its rows from result files: one experiment replayed alone, its rows against the file, read in another way."""

import csv
import pathlib
import shutil
import subprocess
import unittest

import h5py

from harness import PROGRAM, SOURCE, scratch

EXPERIMENT = """\
name: small
worlds: 40
orders: [unipolar, multipolar]
parameters: {order.states: 8, order.periods: 12}
design: {type: grid, factors: {doctrine: {values: [weinberger_powell, rumsfeld]}, institution.target: {values: [0.1, 0.9]}}}
family: paper
ablate: {debt: {tension.debt: 0}}
robustness: {points: 10, worlds: 4}
claims:
  - {id: gain, says: More is resolved., outcome: resolved, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
  - {id: alone, says: In one order., outcome: tension_late, order: unipolar, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
"""

TEMPLATE = """\
# Small

{small:size}. {small:gain}, {small:gain:robust}; mean {small:mean:survival:multipolar:0}. {all:family}.

{small:claims}
"""


class Rows(unittest.TestCase):
    def tree(self):
        """A tree with the scripts, one experiment and a template."""
        root = scratch(self)
        for folder in ("scripts", "python"):
            shutil.copytree(SOURCE / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        (root / "experiments").mkdir()
        (root / "experiments/small.yaml").write_text(EXPERIMENT)
        (root / "experiments/README.in.md").write_text(TEMPLATE)
        return root

    def run_script(self, root, name, *arguments, expected=0):
        command = ["/usr/bin/python3", "-B"] if name == "experiments-readme" else ["/bin/sh"]
        done = subprocess.run([*command, root / "scripts" / name, *arguments], capture_output=True, text=True,
                              env={"QUADRILLE": PROGRAM, "PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, expected, done.stderr)
        return done.stderr

    def rows(self, root, table):
        with open(root / f"experiments/rows/{table}.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_rows_are_those_of_the_file(self):
        root = self.tree()
        said = self.run_script(root, "experiments", "small")
        self.assertIn("4 tests in the family paper", said)
        self.run_script(root, "experiments-readme")
        run, claims, numbers = self.rows(root, "runs"), self.rows(root, "claims"), self.rows(root, "numbers")
        with h5py.File(root / "results/small.h5") as file:
            self.assertEqual(run[0]["result_hash"], file.attrs["result_hash"])
            self.assertEqual([run[0][key] for key in ("worlds", "robustness", "points", "arms")], ["40", "10x4", "4", "8"])
            self.assertEqual([(row["claim"], row["place"], row["without"]) for row in claims],
                             [("gain", "all", ""), ("gain", "unipolar", ""), ("gain", "multipolar", ""), ("gain", "all", "debt"),
                              ("alone", "unipolar", ""), ("alone", "unipolar", "debt")])
            self.assertAlmostEqual(float(claims[0]["estimate"]), file["claims/estimate"][0], 8)
            self.assertAlmostEqual(float(claims[2]["low"]), file["claims/by_order/low"][0, 1], 8)
            self.assertAlmostEqual(float(claims[5]["high"]), file["claims/ablation/high"][1, 0], 8)
            table = file["claims/robustness"]
            self.assertEqual(int(claims[0]["same"]), round(table["same"][0, 0] * table["points"][0, 0]))
            self.assertEqual(claims[1]["robust"], table["verdict"].asstr()[0, list(table["place"].asstr()[:]).index("unipolar")])
            self.assertAlmostEqual(float(numbers[0]["value"]), file["worlds/survival"][0, 1].mean(), 6)
        self.assertIn("over the 4 tests of all 1 experiments", (root / "experiments/README.md").read_text().replace("\n", " "))

    def test_an_experiment_is_replayed_alone_at_its_recorded_size(self):
        root = self.tree()
        self.run_script(root, "experiments", "--scale", "0.5", "--robustness", "11x3", "small")  # 40 worlds: at least 50, or all
        self.run_script(root, "experiments-readme")
        kept = {path.name: path.read_text() for path in (root / "experiments/rows").iterdir()}
        shutil.rmtree(root / "results")
        self.run_script(root, "experiments-readme", "--check")
        self.run_script(root, "experiments", "--recorded", "small")
        self.run_script(root, "experiments-readme", "--check")
        self.run_script(root, "experiments", "--robustness", "12x3", "small")
        self.assertIn("rows/runs.csv is not what the result file of small says",
                      self.run_script(root, "experiments-readme", "--check", expected=1))
        self.assertEqual(kept, {path.name: path.read_text() for path in (root / "experiments/rows").iterdir()})

    def test_the_correction_over_all_is_that_of_scripts_family(self):
        """One test whose p is 0.4 of the level: decided alone, and not among four."""
        root = self.tree()
        self.run_script(root, "experiments", "small")
        self.run_script(root, "experiments-readme")
        corrected = (root / "results/family.tsv").read_text().splitlines()[:-1]
        decided = sum(line.split("\t")[5] != "undecided" for line in corrected)
        self.assertIn(f"leaves {decided} of the", (root / "experiments/README.md").read_text().replace("\n", " "))
        path = pathlib.Path(root / "experiments/rows/claims.csv")
        rows = self.rows(root, "claims")
        for row in rows:
            row["p"], row["verdict"] = "0.02", "supported"
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        shutil.rmtree(root / "results")
        self.run_script(root, "experiments-readme")
        text = (root / "experiments/README.md").read_text().replace("\n", " ")
        self.assertIn("leaves 0 of the 4 tests decided", text)
        self.assertIn("makes these claims undecided: `alone` (small), `gain` (small)", text)


if __name__ == "__main__":
    import sys
    unittest.main(argv=sys.argv[:1])
