#!/usr/bin/python3
"""A sample of the calls of test_files.py and test_memory.py."""

import unittest

import injection
from injection import file_cases, memory_cases, report, scenarios

KINDS = ("eio", "enospc", "eintr", "short", "kill", "torn")


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.whole, *_ = cls.all = scenarios(cls, ("run", "resume-parts", "merge"))
        cls.others = scenarios(cls, ("resume-result", "replace", "merge-over"))

    def test_the_shim_reaches_every_call(self):
        operations = {call.operation.removesuffix("at") for call in self.whole.positions("io", "eio")}
        self.assertLessEqual({"open", "pread", "pwrite", "write", "fsync", "rename", "unlink", "mkdir"}, operations)
        askers = {call.object for call in self.whole.positions("memory")}
        self.assertTrue({"quadrille"} < askers and any("hdf5" in asker for asker in askers), askers)

    def test_files(self):
        cases = [case for number, kind in enumerate(KINDS) for case in file_cases(self.all[number % 3], kind, 3)]
        self.assertEqual(report(cases), [])

    def test_the_output_is_examined(self):
        """Nothing is called wrong input because the system does not tell what is there."""
        cases = [(scenario, f"io:eio:{k}", 1, "looking at the output") for scenario in self.others for k in range(1, 9)]
        self.assertEqual(report(cases), [])

    def test_memory(self):
        cases = memory_cases(self.whole, lambda asker: 8 if asker == "quadrille" else 1)
        self.assertEqual(report(cases), [])

    def test_threads(self):
        cases = [(self.whole, f"thread:fail:{k}", 3, "pthread_create") for k in (1, 2, 3)]
        self.assertEqual(report(cases), [])


if __name__ == "__main__":
    injection.main()
