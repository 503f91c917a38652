#!/usr/bin/python3
# labels: slow
"""Every call of a small run, a resumed run and a merge that touches a file fails once, in every way."""

import unittest

import injection
from injection import file_cases, report, scenarios


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = scenarios(cls)

    def test_each_call_fails_once(self):
        for kind in ("eio", "enospc", "kill"):
            for scenario in self.all:
                with self.subTest(kind=kind, scenario=scenario.name):
                    self.assertEqual(report(file_cases(scenario, kind)), [])

    def test_each_call_is_interrupted_or_cut_short(self):
        for kind in ("eintr", "short", "torn"):
            for scenario in self.all:
                with self.subTest(kind=kind, scenario=scenario.name):
                    self.assertEqual(report(file_cases(scenario, kind, 150)), [])

    def test_the_disk_fails_for_good(self):
        for kind in ("eio", "enospc"):
            for scenario in self.all:
                with self.subTest(kind=kind, scenario=scenario.name):
                    self.assertEqual(report(file_cases(scenario, kind, 60, lasting=True)), [])

    def test_several_threads(self):
        for kind in ("eio", "enospc", "kill"):
            for scenario in self.all[:3]:
                with self.subTest(kind=kind, scenario=scenario.name):
                    self.assertEqual(report(file_cases(scenario, kind, 40, threads=3)), [])


if __name__ == "__main__":
    injection.main()
