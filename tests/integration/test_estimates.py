#!/usr/bin/python3
"""Statistics of a result file against statistics computed from its rows in another way."""

import math
import sys
import unittest

import h5py
import numpy as np

from harness import must, scratch


def product_limit(time, event, periods):
    """Survival of each period and worlds at risk in it, as R's survfit(Surv(end, event)): a breakdown in period t ends at
    t + 1, a world that ended after T periods at T, and at equal times events come first."""
    end = time + event
    survival, at_risk, now = [], [], 1.0
    for t in range(1, periods + 1):
        risk = int(np.sum(end >= t))
        died = int(np.sum((end == t) & (event == 1)))
        now = now * (risk - died) / risk if risk else now if now == 0 else math.nan
        survival.append(now)
        at_risk.append(risk)
    return np.array(survival), np.array(at_risk)


class Estimates(unittest.TestCase):
    def result(self, text, name="experiment"):
        folder = scratch(self)
        path = folder / f"{name}.yaml"
        path.write_text(text)
        must("run", path, "-o", folder / f"{name}.h5", "-q")
        return folder / f"{name}.h5"

    def check_survival(self, parameters, design, unequal):
        output = self.result(f"""\
worlds: 3000
orders: [unipolar, multipolar]
parameters: {{order.states: 8, tension.breakdown: 0.02, {parameters}}}
output: {{paths: false, outcomes: [survival, breakdown]}}
{design}
""")
        with h5py.File(output) as file:
            group, worlds = file["survival"], file["worlds"]
            self.assertEqual(group.attrs["unequal_periods"], unequal)
            for cell in np.ndindex(worlds["survival"].shape[:2]):
                time, event = worlds["survival"][cell], worlds["breakdown"][cell]
                survival, at_risk = product_limit(time, event, group["estimate"].shape[2])
                known = at_risk > 0
                self.assertTrue(np.array_equal(group["at_risk"][cell][known], at_risk[known]))
                np.testing.assert_allclose(group["estimate"][cell][known], survival[known], rtol=0, atol=1e-12)
                self.assertTrue(np.all(np.isnan(group["estimate"][cell][~known])))
                np.testing.assert_allclose(group["restricted_mean"][cell][known], np.cumsum(survival)[known], atol=1e-11)
        self.assertEqual("Worlds differ in their number of periods" in must("show", output).stdout, unequal)

    def test_survival_with_random_periods(self):
        self.check_survival("order.periods: {choice: [5, 10]}", "", True)
        self.check_survival("order.periods: {integers: [1, 30]}", "", True)

    def test_survival_with_periods_that_differ_between_points(self):
        self.check_survival("crises.targeted: 0.5", "design: {type: grid, factors: {order.periods: {values: [1, 4, 9]}}}", True)

    def test_survival_with_equal_periods(self):
        self.check_survival("order.periods: 12", "", False)

    def test_claims_say_that_arms_are_watched_for_other_numbers_of_periods(self):
        output = self.result("""\
worlds: 60
orders: [multipolar]
parameters: {order.states: 8}
output: {paths: false}
design: {type: grid, factors: {order.periods: {values: [3, 6, 12]}}}
claims:
  - {id: longer, says: x, outcome: survival, contrast: {more: {order.periods: 12}, less: {order.periods: 6}}}
  - {id: levels, says: x, outcome: breakdown, trend: {factor: order.periods, direction: rises}}
  - {id: alike, says: x, outcome: survival, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: neutral}, at: {order.periods: 6}}}
  - {id: other, says: x, outcome: tension_mean, contrast: {more: {order.periods: 12}, less: {order.periods: 6}}}
""")
        with h5py.File(output) as file:
            notes = dict(zip(file["claims/id"].asstr()[:], file["claims/note"].asstr()[:]))
        self.assertIn("watched for 6 to 12 periods", notes["longer"])
        self.assertIn("watched for 3 to 12 periods", notes["levels"])
        self.assertNotIn("watched", notes["alike"] + notes["other"])

    def test_what_was_never_seen_is_not_certain(self):
        output = self.result("""\
worlds: 500
orders: [multipolar]
parameters: {order.states: 8, order.periods: 4, tension.breakdown: 1000, escalation.hazard: 0}
output: {paths: false}
""")
        with h5py.File(output) as file:
            summary = file["summary"]
            self.assertEqual(summary.attrs["confidence"], 0.95)
            limits = {"breakdown": 1 - 0.025 ** (1 / 500), "share_umbrella": 2.97 / 500, "wars": 2.97 / 500}
            for name, limit in limits.items():
                self.assertEqual(summary[name]["mean"][0, 0], 0)
                self.assertEqual(summary[name]["low"][0, 0], 0)
                self.assertAlmostEqual(summary[name]["high"][0, 0], limit, delta=1e-4)
            self.assertEqual(summary["survival"]["high"][0, 0], 4)
            self.assertAlmostEqual(summary["survival"]["low"][0, 0], 4 - 4 * 2.97 / 500, delta=1e-3)
            for name in summary:
                low, mean, high = (summary[name][key][0, 0] for key in ("low", "mean", "high"))
                self.assertTrue(low <= mean <= high or math.isnan(low), name)
        shown = must("show", output, "--outcomes", "breakdown,share_umbrella,wars").stdout
        self.assertNotIn("± 0.000", shown.split("Paired")[0])
        for name in limits:
            self.assertRegex(shown, rf"{name} +0 \[0, \.00")

    def test_precision_to_both_sides(self):
        output = self.result("""\
orders: [multipolar]
parameters: {order.states: 8, order.periods: 4, tension.breakdown: 1000, escalation.hazard: 0.002}
precision: {outcome: breakdown, half_width: 0.01, min_worlds: 256, max_worlds: 100000}
output: {paths: false, outcomes: [breakdown]}
""")
        with h5py.File(output) as file:
            summary = file["summary/breakdown"]
            low, mean, high = (summary[key][0, 0] for key in ("stop_low", "mean", "stop_high"))
            self.assertLessEqual(max(mean - low, high - mean), 0.01)
            self.assertGreaterEqual(file["worlds_done"][0, 0], 2816)
            self.assertLess(summary["high"][0, 0], high, "a fixed number of worlds gives the narrower interval")
        shown = must("show", output).stdout
        self.assertIn("reached in 1 of 1 cell", shown)
        self.assertIn("anytime-valid", shown)
        must("verify", output)

    def test_precision_not_reached_is_not_printed(self):
        """The printed half-widths are the judged ones: all exceed the requested one if it was not reached."""
        output = self.result("""\
orders: [unipolar, bipolar, multipolar]
parameters: {order.states: 8, order.periods: 60}
precision: {outcome: survival, half_width: 1, min_worlds: 256, max_worlds: 1000}
output: {paths: false, outcomes: [survival, breakdown]}
""")
        with h5py.File(output) as file:
            summary = file["summary/survival"]
            reach = np.maximum(summary["stop_high"][...] - summary["mean"][...],
                               summary["mean"][...] - summary["stop_low"][...])
        self.assertIn(f"reached in {int(np.sum(reach <= 1))} of 3 cells", must("show", output).stdout)
        self.assertTrue(np.any(reach > 1))

    def test_only_cells_that_may_stop_are_counted(self):
        """Not the points of robustness, whose number of worlds is fixed, nor the cells of other shards."""
        folder = scratch(self)
        (folder / "x.yaml").write_text("""\
seed: 3
orders: [unipolar]
parameters: {order.states: 6, order.periods: 10}
design: {type: grid, factors: {blocs.threat: {values: [0, 1, 2]}}}
precision: {outcome: wars, half_width: 0.02, min_worlds: 20, max_worlds: 300}
robustness: {points: 10, worlds: 20}
claims: [{id: a, says: x, outcome: wars, contrast: {more: {blocs.threat: 0}, less: {blocs.threat: 2}}}]
""")
        for options, cells in (([], "3 cells"), (["--shard", "1/3", "--robustness", "0"], "1 cell"), (["--shard", "2/3", "--robustness", "0"], "1 cell")):
            with self.subTest(options=options):
                said = must("run", folder / "x.yaml", "-o", folder / "x.h5", "--force", *options).stderr
                self.assertIn(f"wars is known to +-0.02 in 0 of {cells} only", said)
                self.assertIn(f"reached in 0 of {cells}", must("show", folder / "x.h5").stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
