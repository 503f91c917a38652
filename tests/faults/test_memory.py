#!/usr/bin/python3
# labels: slow
"""Every call of the program's own that asks for memory is refused once, those of its libraries in a sample; so are the
starts of threads."""

import unittest

import injection
from injection import memory_cases, report, scenarios


class Memory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = scenarios(cls)

    def test_each_call_is_refused_once(self):
        for scenario in self.all:
            with self.subTest(scenario=scenario.name):
                cases = memory_cases(scenario, lambda asker: 150 if "hdf5" in asker else None)
                self.assertEqual(report(cases), [])

    def test_memory_is_gone_for_good(self):
        for scenario in self.all:
            with self.subTest(scenario=scenario.name):
                cases = memory_cases(scenario, lambda asker: 30, lasting=True)
                self.assertEqual(report(cases), [])

    def test_threads_cannot_be_started(self):
        for scenario in self.all[:3]:
            with self.subTest(scenario=scenario.name):
                count = len(scenario.positions("thread", threads=4))
                cases = [(scenario, f"thread:fail:{k}{lasting}", 4, "pthread_create")
                         for k in range(1, count + 1) for lasting in ("", ":on")]
                self.assertGreaterEqual(count, 3)
                self.assertEqual(report(cases), [])


if __name__ == "__main__":
    injection.main()
