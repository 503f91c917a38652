#!/usr/bin/python3
"""A sample of the calls of test_commands_all.py."""

import pathlib
import tempfile
import unittest

import injection
from commands import COMMANDS, TEXTS, WRITERS, calls_of, faults, kills, play, prepared, shortages, signals, without_times
from injection import EXPERIMENT, RUN, content, interrupted, spread


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = prepared(cls)

    def test_a_device_that_cannot_read_or_write(self):
        for number, arguments in enumerate(COMMANDS):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(faults(self.before, arguments, ("eio", "enospc")[number % 2], 8), [])

    def test_a_signal_leaves_nothing_begun(self):
        for arguments in WRITERS:
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(signals(self.before, arguments, 24), [])

    def test_a_kill_leaves_nothing_for_long(self):
        for arguments in TEXTS:
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(kills(self.before, arguments, 12), [])

    def test_a_device_that_fails_for_good(self):
        for arguments in (("show", "out.h5"), ("verify", "out.h5", "--fraction", "1")):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(faults(self.before, arguments, "eio", 8, lasting=":on"), [])

    def test_a_process_that_reads_may_crash_once(self):
        """A second one reads the file: libhdf5 crashes not only on damaged files, but also where a read fails."""
        for arguments in (("show", "out.h5", "--json"), ("verify", "out.h5", "--fraction", "1")):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(faults(self.before, arguments, "crash", 24), [])

    def test_no_row_is_left_out_in_silence(self):
        self.assertEqual(faults(self.before, ("show", "out.h5", "--json"), "eio", 60), [])

    def test_no_input_is_replaced(self):
        """Not even where the system does not tell that the output is the input."""
        before = content(self.before)
        for arguments in (("export", "out.h5", "--csv", "-o", "out.h5", "--force"), ("report", "out.h5", "-o", "./out.h5", "--force"),
                          ("run", "tiny.yaml", "-o", "tiny.yaml", "--force", "-q"), ("merge", "-o", "out.h5", "--force", "out.h5"),
                          ("replay", "out.h5", "--order", "bipolar", "--world", "3", "--trace", "out.h5", "--force")):
            for k in range(1, 9):
                with self.subTest(command=" ".join(arguments), k=k):
                    status, _, files = play(self.before, arguments, fault=f"io:eio:{k}")
                    self.assertIn(status, (1, 2))
                    self.assertEqual(files, without_times(before))

    def test_a_shortage_of_memory_tells_of_finished_work(self):
        with tempfile.TemporaryDirectory() as name:
            before = pathlib.Path(name) / "before"
            before.mkdir()
            (before / "tiny.yaml").write_text(EXPERIMENT)
            interrupted(before)
            arguments = (*RUN, "--resume", "-j", "1")
            calls = [call for call in calls_of(before, arguments, "memory:fail", "log") if call.object == "quadrille"]
            said = [play(before, arguments, fault=f"memory:fail:{calls[i - 1].position}")[1] for i in spread(len(calls), 60)]
        short = [b"out.h5.parts: finished worlds are kept there; run again with --resume" in one for one in said if b"out of memory" in one]
        self.assertIn(True, short)
        self.assertNotIn(False, short[short.index(True):], "after the experiment was read")

    def test_a_shortage_of_memory_is_not_blamed_on_the_file(self):
        for arguments in (("show", "out.h5"), ("verify", "out.h5", "--fraction", "1", "-j", "1"), (*RUN, "--resume", "--worlds", "7", "-j", "1")):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(shortages(self.before, arguments, 20), [])


if __name__ == "__main__":
    injection.main()
