#!/usr/bin/python3
"""What a result file says of its worlds, against statistics computed from the rows in another way."""

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
