"""A run of many points that ends early: its file lacks most chunks, and every command reads it."""

import json
import sys
import unittest

from harness import must, scratch

EXPERIMENT = """\
name: early
seed: 11
worlds: 20000
parameters: {order.states: 30, order.periods: 200}
orders: [unipolar, bipolar, multipolar]
design: {type: grid, factors: {institution.target: {values: [0.2, 0.8]}}}
output: {paths: false}
robustness: {points: 5000, worlds: 200}
claims: [{id: a, says: x, outcome: wars, contrast: {more: {institution.target: 0.2}, less: {institution.target: 0.8}}}]
"""


class EarlyStop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = scratch(cls)
        experiment = folder / "early.yaml"
        experiment.write_text(EXPERIMENT)
        cls.file = folder / "early.h5"
        cls.played = must("run", experiment, "-o", cls.file, "--time-budget", "1s", status=75)

    def test_the_run_reads_its_file_back(self):
        self.assertIn("stopped early, --resume continues", self.played.stderr)

    def test_show_prints_the_points_that_were_played(self):
        printed = must("show", self.file).stdout
        self.assertRegex(printed, r"holds +[1-9]\d* worlds over 10002 points x 3 orders")

    def test_show_lists_every_cell(self):
        """Requests for each of 30,000 cells must fit into the limit of the process that reads."""
        document = json.loads(must("show", self.file, "--json").stdout)
        self.assertFalse(document["complete"])
        self.assertGreater(len(document["summary"]), 0)

    def test_verify_replays_the_points_that_were_played(self):
        self.assertRegex(must("verify", self.file).stdout, r"equal: \d+ worlds? played again")

    def test_the_export_holds_the_points_that_were_played(self):
        must("export", self.file, "-o", self.file.with_suffix(".csv"))
        self.assertGreater(self.file.with_suffix(".csv").stat().st_size, 1000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
