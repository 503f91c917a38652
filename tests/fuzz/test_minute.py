#!/usr/bin/python3
# labels: slow
"""A minute of fuzzing for each reader: scripts/fuzz 1."""

import pathlib
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(sys.argv[2]).resolve()


class Minute(unittest.TestCase):
    def test_no_reader_breaks(self):
        done = subprocess.run([SOURCE / "scripts" / "fuzz", "1"], capture_output=True, text=True, errors="replace")
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])


if __name__ == "__main__":
    if not shutil.which("clang"):
        print("skipped: no clang; libFuzzer is a part of it")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
