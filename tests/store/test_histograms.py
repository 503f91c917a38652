#!/usr/bin/python3
"""Histograms of /summary against the rows of the same file, counted by numpy: test_histograms.py PROGRAM SOURCE_DIR"""

import json
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import must, scratch  # noqa: E402

EXPERIMENT = """\
name: histograms
seed: 5
worlds: 300
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 30}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}}}
output: {outcomes: [survival, wars, crises, breakdown, share_flexible, tension_mean, effective_blocs, learned_flexibility, coalition_size]}
"""
COUNTS = ("survival", "wars", "crises")
ROUNDED = 2**-8  # of a value, in the tally (src/statistics/histograms.h)


class Histograms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = scratch(cls)
        experiment = folder / "histograms.yaml"
        experiment.write_text(EXPERIMENT)
        must("run", experiment, "-o", folder / "h.h5", "-q")
        cls.file = h5py.File(folder / "h.h5")
        cls.addClassCleanup(cls.file.close)
        cls.info = {row["name"]: row for row in json.loads(must("list", "outcomes", "--json").stdout)}

    def outcomes(self):
        for name in sorted(self.info.keys() & self.file["worlds"].keys()):
            group = self.file["summary"][name]
            yield name, self.file["worlds"][name][...], group["bin_low"][...], group["bin_high"][...], group["histogram"][...]

    def test_bins_are_equal_and_adjoin(self):
        for name, _, low, high, _ in self.outcomes():
            with self.subTest(name):
                self.assertEqual((len(low), len(high)), (64, 64))
                np.testing.assert_allclose(low[1:], high[:-1], rtol=1e-12, atol=1e-12)
                np.testing.assert_allclose(high - low, (high[-1] - low[0]) / 64, rtol=1e-9)

    def test_edges(self):
        """The ends of the range, or the least and the greatest value of the file; counts have bins of a whole width between half numbers."""
        for name, rows, low, high, _ in self.outcomes():
            info = self.info[name]
            first = rows.min() if info["low"] is None else info["low"]
            last = rows.max() if info["high"] is None else info["high"]
            last = last if last > first else first + 1.0
            if name in COUNTS:
                first, last = first - 0.5, first - 0.5 + 64 * max(1, np.ceil((rows.max() - first + 1) / 64))
            with self.subTest(name):
                np.testing.assert_allclose((low[0], high[-1]), (first, last), rtol=1e-12)

    def test_counts(self):
        """A value near an edge may lie on either side of it."""
        for name, rows, low, high, counts in self.outcomes():
            for cell in np.ndindex(counts.shape[:2]):
                with self.subTest(name, cell=cell):
                    values, below = rows[cell], np.cumsum(counts[cell])
                    self.assertEqual(below[-1], len(values))
                    slack = np.abs(high) * ROUNDED + 1e-12
                    least = (values[:, None] < (high - slack)[None, :]).sum(axis=0)
                    most = (values[:, None] <= (high + slack)[None, :]).sum(axis=0)
                    self.assertTrue(np.all((least <= below) & (below <= most)), (least, below, most))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
