#!/usr/bin/python3
# labels: slow
"""Every call that touches a file fails once, in commands that read a result or write a file other than one."""

import unittest

import injection
from commands import COMMANDS, faults, prepared


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = prepared(cls)

    def test_each_call_fails_once(self):
        for kind in ("eio", "enospc"):
            for arguments in COMMANDS:
                with self.subTest(kind=kind, command=" ".join(arguments)):
                    self.assertEqual(faults(self.before, arguments, kind), [])

    def test_each_call_is_cut_short_or_killed(self):
        for kind in ("short", "eintr", "kill", "crash"):
            for arguments in COMMANDS:
                with self.subTest(kind=kind, command=" ".join(arguments)):
                    self.assertEqual(faults(self.before, arguments, kind, 100), [])


if __name__ == "__main__":
    injection.main()
