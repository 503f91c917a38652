#!/usr/bin/python3
"""A sample of the calls of test_commands_all.py."""

import unittest

import injection
from commands import COMMANDS, faults, prepared, shortages
from injection import RUN


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = prepared(cls)

    def test_a_device_that_cannot_read_or_write(self):
        for number, arguments in enumerate(COMMANDS):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(faults(self.before, arguments, ("eio", "enospc")[number % 2], 8), [])

    def test_no_row_is_left_out_in_silence(self):
        self.assertEqual(faults(self.before, ("show", "out.h5", "--json"), "eio", 60), [])

    def test_a_shortage_of_memory_is_not_blamed_on_the_file(self):
        for arguments in (("show", "out.h5"), ("verify", "out.h5", "--fraction", "1", "-j", "1"), (*RUN, "--resume", "--worlds", "7", "-j", "1")):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(shortages(self.before, arguments, 20), [])


if __name__ == "__main__":
    injection.main()
