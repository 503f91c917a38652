#!/usr/bin/python3
"""The output of `quadrille show` on sampled designs, sensitivity and claims, against h5py's values of the same file."""

import json
import math
import re
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import must, quadrille, scratch  # noqa: E402

SAMPLED = """\
name: screened
seed: 8
worlds: 6
orders: [unipolar, bipolar]
parameters: {{order.states: 6, order.periods: 8}}
design:
  type: {type}
  points: {points}
  factors: {{institution.target: {{uniform: [0, 1]}}, blocs.threat: {{uniform: [0, 2]}}, crises.rate: {{uniform: [0.2, 2]}}}}
"""

CLAIMED = """\
name: claimed
seed: 8
worlds: 60
orders: [unipolar, bipolar]
parameters: {order.states: 6, order.periods: 8}
design: {type: grid, factors: {blocs.threat: {values: [0, 2]}}}
ablate: {noise: {affinity.noise: 0}}
claims:
  - {id: blocs, says: Threat makes fewer blocs., outcome: effective_blocs, margin: 0.01, contrast: {more: {blocs.threat: 2}, less: {blocs.threat: 0}}}
  - {id: life, says: "Threat \\"does\\" nothing.", outcome: survival, order: bipolar, status: exploratory, contrast: {more: {blocs.threat: 0}, less: {blocs.threat: 2}}}
"""
# Some worlds have no crisis, more have no mission.
CALM = """\
name: calm
seed: 8
worlds: 300
orders: [unipolar, bipolar]
parameters: {order.states: 6, order.periods: 20, crises.rate: 0.05, crises.tension_feedback: 0}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, weinberger]}}}
"""
FACTOR = r"    (\S+) +"
NUMBER = r"(-?[\d.]+(?:e[-+]?\d+)?)"


def texts(values):
    return [value.decode() if isinstance(value, bytes) else value for value in values]


class Show(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)

    def made(self, name, text):
        """The result of an experiment, made once, and the output of `show`."""
        file, experiment = self.folder / f"{name}.h5", self.folder / f"{name}.yaml"
        if not file.exists():
            experiment.write_text(text)
            must("run", experiment, "-o", file, "-q", "-j", "1")
        return file, must("show", file).stdout

    def sampled(self, kind, points):
        return self.made(f"{kind}-{points}", SAMPLED.format(type=kind, points=points))

    def near(self, printed, value, digits):
        """A printed number with so many significant digits."""
        self.assertLessEqual(abs(float(printed) - value), 0.6 * 10 ** (math.floor(math.log10(abs(value) or 1)) + 1 - digits),
                             f"{printed} for {value}")

    def test_a_sampled_design_is_shown_by_the_range_of_its_points(self):
        file, shown = self.sampled("morris", 3)
        rows = re.findall(rf"^  (unipolar|bipolar) +(\w+) +{NUMBER} +{NUMBER} \.\. {NUMBER}$", shown, re.MULTILINE)
        self.assertGreater(len(rows), 6)
        with h5py.File(file, "r") as h5:
            orders = texts(h5["order"][...])
            for order, outcome, *numbers in rows:
                mean = h5[f"summary/{outcome}/mean"][:, orders.index(order)]
                for printed, value in zip(numbers, (mean.mean(), mean.min(), mean.max())):
                    self.near(printed, value, 4)

    def sensitivity(self, file):
        """The rows of /sensitivity, by (outcome, order), as dicts."""
        with h5py.File(file, "r") as h5:
            columns = {name: item[...] for name, item in h5["sensitivity"].items() if item.ndim == 1}
        rows = {}
        for i in range(len(columns["factor"])):
            row = {name: texts([values[i]])[0] for name, values in columns.items()}
            rows.setdefault((row["outcome"], row["order"]), []).append(row)
        return rows

    def shown_blocks(self, file, shown, strength):
        """(rows of the file, lines that are shown) for every outcome and order, strongest first."""
        said = shown[shown.index("Sensitivity: "):].splitlines()
        for (outcome, order), rows in self.sensitivity(file).items():
            heads = [i for i, line in enumerate(said) if line.startswith(f"  {outcome}, {order}")]
            if not heads:
                continue
            known = [row for row in rows if not math.isnan(row[strength])]
            lines = said[heads[0] + 1:]
            lines = lines[:next((i for i, line in enumerate(lines) if not line.startswith("    ")), len(lines))]
            self.assertEqual("does not vary between points" in said[heads[0]], not known)
            shown_names = [re.match(FACTOR, line).group(1) for line in lines]
            by_name = {row["factor"]: row for row in known}
            self.assertEqual(len(shown_names), min(len(known), len(shown_names) or len(known)))
            strengths = [by_name[name][strength] for name in shown_names]
            self.assertEqual(strengths, sorted((row[strength] for row in known), reverse=True)[:len(strengths)])
            yield [by_name[name] for name in shown_names], lines

    def test_morris_with_intervals(self):
        file, shown = self.sampled("morris", 3)
        seen = 0
        for rows, lines in self.shown_blocks(file, shown, "mu_star"):
            for row, line in zip(rows, lines):
                found = re.fullmatch(rf"{FACTOR}mu\* +{NUMBER} \[{NUMBER}, {NUMBER}\]  mu {NUMBER}  sigma {NUMBER}", line)
                self.assertTrue(found, line)
                for printed, name in zip(found.groups()[1:], ("mu_star", "mu_star_low", "mu_star_high", "mu", "sigma")):
                    self.near(printed, row[name], 4)
                seen += 1
        self.assertGreaterEqual(seen, 6)

    def test_morris_of_one_trajectory_has_no_interval(self):
        file, shown = self.sampled("morris", 1)
        seen = 0
        for rows, lines in self.shown_blocks(file, shown, "mu_star"):
            for row, line in zip(rows, lines):
                self.assertTrue(math.isnan(row["mu_star_low"]) and math.isnan(row["sigma"]))
                self.assertIn("(one trajectory: no interval, no sigma)", line)
                self.assertNotIn("[", line)
                seen += 1
        self.assertGreaterEqual(seen, 3)

    def test_saltelli(self):
        file, shown = self.sampled("saltelli", 8)
        seen = 0
        for rows, lines in self.shown_blocks(file, shown, "total"):
            for row, line in zip(rows, lines):
                found = re.fullmatch(rf"{FACTOR}total +{NUMBER} \[{NUMBER}, {NUMBER}\]  first {NUMBER} \[{NUMBER}, {NUMBER}\]", line)
                self.assertTrue(found, line)
                names = ("total", "total_low", "total_high", "first", "first_low", "first_high")
                for printed, name in zip(found.groups()[1:], names):
                    self.assertLessEqual(abs(float(printed) - row[name]), 0.0005 + 1e-12)
                seen += 1
        self.assertGreaterEqual(seen, 3)

    def test_few_trajectories_and_doctrines_are_noted(self):
        doctrine = "doctrine: {values: [rumsfeld, obama, trump]}, blocs.threat: {uniform: [0, 2]}}"
        for kind, points, unit, few in (("morris", 3, "trajectories", 10), ("morris", 10, "trajectories", 10), ("morris", 1, "trajectories", 10),
                                        ("saltelli", 8, "base samples", 16), ("saltelli", 16, "base samples", 16)):
            with self.subTest(kind=kind, points=points):
                _, shown = self.sampled(kind, points)
                said = f"Intervals rest on {points} {unit}, fewer than {few}: they cover the true value less often than stated."
                self.assertEqual(said in " ".join(shown.split()), 1 < points < few)
                self.assertNotIn("Doctrines have no order", shown)
        text = SAMPLED.format(type="morris", points=3)
        _, shown = self.made("nominal", text[:text.index("institution.target")] + doctrine)
        self.assertEqual(" ".join(shown.split()).count("Doctrines have no order: an effect compares two that are half of their list apart"), 1)

    def test_outcomes_that_are_asked_for_alone(self):
        file, _ = self.sampled("saltelli", 8)
        shown = must("show", file, "--outcomes", "survival").stdout
        self.assertIn("  survival, unipolar", shown)
        self.assertNotIn("effective_blocs", shown)

    def test_one_point_of_a_sampled_design(self):
        file, _ = self.sampled("morris", 3)
        shown = must("show", file, "--point", "2", "--outcomes", "effective_blocs").stdout
        with h5py.File(file, "r") as h5:
            for mean in h5["summary/effective_blocs/mean"][2]:
                digits = [float(number) for number in re.findall(r"\d+\.\d+", shown)]
                self.assertTrue(any(abs(number - mean) <= 0.005 for number in digits), mean)
        self.assertEqual(quadrille("show", file, "--point", "99").returncode, 2)

    def test_worlds_without_crises_or_missions(self):
        """Counted from the worlds; the note has the cell with most of them. Without an outcome that tells, the note says so."""
        file, _ = self.made("calm", CALM)
        told = json.loads(must("show", file, "--json").stdout)["without"]
        with h5py.File(file, "r") as h5:
            crises = (h5["worlds/crises"][...] == 0).sum(axis=2)
            missions = (np.nan_to_num(h5["worlds/legitimacy"][...]) + h5["worlds/passes_mean"][...] == 0).sum(axis=2)
        self.assertTrue(np.all(crises > 0) and np.any(missions > crises))
        self.assertEqual([row["crises"] for row in told], crises.ravel().tolist())
        self.assertEqual([row["missions"] for row in told], missions.ravel().tolist())
        shown = " ".join(must("show", file, "--outcomes", "legitimacy,resolved,survival").stdout.split())
        self.assertIn(f"Worlds without a crisis count as 0 in `resolved`: at most {crises.max()} of 300 in a cell", shown)
        self.assertIn(f"Worlds without a mission count as 0 in `legitimacy`: at most {missions.max()} of 300 in a cell", shown)
        self.assertNotIn("count as 0", must("show", file, "--outcomes", "survival").stdout)
        file, _ = self.made("calm-alone", CALM + "output: {outcomes: [legitimacy, resolved]}\n")
        shown = " ".join(must("show", file, "--outcomes", "legitimacy").stdout.split())
        self.assertIn("count as 0 in `legitimacy`. The file does not tell their number in every cell.", shown)
        self.assertEqual({row["missions"] for row in json.loads(must("show", file, "--json").stdout)["without"]}, {None})

    def test_claims_as_json_are_those_of_the_file(self):
        file, shown = self.made("claimed", CLAIMED)
        told = json.loads(must("show", file, "--json").stdout)
        with h5py.File(file, "r") as h5:
            columns = {name: item[...] for name, item in h5["claims"].items() if isinstance(item, h5py.Dataset) and item.ndim == 1}
        self.assertEqual([claim["id"] for claim in told["claims"]], ["blocs", "life"])
        for i, claim in enumerate(told["claims"]):
            for key, value in claim.items():
                expected = texts([columns[key][i]])[0]
                if isinstance(expected, (float, np.floating)) and math.isnan(expected):
                    self.assertIsNone(value, key)
                else:
                    self.assertEqual(value, expected, key)
            self.assertIn(claim["verdict"], shown)
            self.assertIn(f"{claim['worlds']} worlds", shown)
        self.assertIn("margin 0.01", shown)
        self.assertEqual(told["claims"][1]["says"], 'Threat "does" nothing.')
        self.assertEqual(told["claims"][1]["status"], "exploratory")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
