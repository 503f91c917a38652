#!/usr/bin/python3
# labels: slow
"""Every command that reads a result file, on every forged one and on many that were damaged."""

import os
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from hostile import FORGED, UNVERIFIABLE, Hostile, elsewhere  # noqa: E402

ALL = ("show", "merge", "verify", "replay", "resume", "json", "csv", "report", "crate", "export")
TRUSTING = ("merge", "resume", "crate", "export")  # their output is used again
DAMAGED = 400


class EveryCommand(Hostile):
    def test_a_sound_file_is_read_by_all(self):
        for name, done in self.read_by(self.sound, ALL).items():
            self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")

    def test_forged_files(self):
        for name, forge in FORGED.items():
            with self.subTest(name):
                done = self.read_by(self.forged(forge), ALL)
                if name not in UNVERIFIABLE:
                    self.assertIn(done["verify"].returncode, (1, 2, 3), f"verify: {done['verify'].stderr}")

    def test_misshapen_variables_and_attributes(self):
        luck = random.Random(1950)
        for number in range(DAMAGED):
            file, what = self.misshapen(luck)
            with self.subTest(what):
                for name, done in self.read_by(file, (ALL[number % len(ALL)], TRUSTING[number % len(TRUSTING)])).items():
                    self.assertNotEqual(done.returncode, 1, f"{name}: {done.stderr}")
                    if name in TRUSTING:
                        self.assertEqual(done.returncode, 2, f"{name}: {done.stderr}")

    def test_nothing_outside_the_file_is_opened(self):
        pipe = self.folder / "elsewhere"
        os.mkfifo(pipe)
        for path, shape in (("worlds/survival", (2, 2, 40)), ("paths/tension/q50", (2, 2, 12))):
            for name, forge in elsewhere(path, pipe, shape).items():
                with self.subTest(f"{name}: {path}"):
                    for command, done in self.read_by(self.forged(forge), ALL).items():
                        self.assertEqual(done.returncode, 2, f"{command}: {done.stderr}")

    def test_damaged_headers(self):
        luck = random.Random(1949)
        for number in range(DAMAGED):
            with self.subTest(number):
                for done in self.read_by(self.damaged(luck), ("show", ALL[number % len(ALL)])).values():
                    self.assertNotEqual(done.returncode, 1, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
