#!/usr/bin/python3
"""Commands that are started without standard input, output or error: their output goes into no file that they open, and the exit
status reports lost output."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, must, result_hash, scratch  # noqa: E402

EXPERIMENT = """\
name: closed
seed: 3
worlds: 12
orders: [unipolar, bipolar]
parameters: {order.states: 5, order.periods: 6}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}}}
"""
SETS = ((1,), (2,), (0, 1, 2))


def without(closed, folder, *arguments):
    """Runs the program with these streams closed: exit status, stdout, stderr."""
    def close():
        for stream in closed:
            os.close(stream)
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, preexec_fn=close, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Closed(unittest.TestCase):
    def setUp(self):
        self.folder = scratch(self)
        (self.folder / "e.yaml").write_text(EXPERIMENT)
        must("run", self.folder / "e.yaml", "-o", self.folder / "sound.h5", "-q", "-j", "1")

    def test_writers(self):
        expected = result_hash(self.folder / "sound.h5")
        for number, closed in enumerate(SETS):
            for command in (("run", "e.yaml", "-j", "1", "-o"), ("merge", "sound.h5", "--partial", "-o")):
                output = f"{command[0]}-{number}.h5"
                status, _, said = without(closed, self.folder, *command, output)
                self.assertEqual(status, 0, f"{command} without {closed}: {said}")
                self.assertNotIn(b"quadrille: ", (self.folder / output).read_bytes())
                self.assertEqual(result_hash(self.folder / output), expected)
            without(closed, self.folder, "export", "sound.h5", "-o", f"rows-{number}.csv")
            self.assertEqual((self.folder / f"rows-{number}.csv").read_bytes(), (self.folder / "rows-0.csv").read_bytes())
        self.assertFalse(list(self.folder.glob("*.lock")) + list(self.folder.glob("*.tmp")) + list(self.folder.glob("*.parts")))

    def test_readers(self):
        for arguments in (("show", "sound.h5"), ("show", "sound.h5", "--json"), ("export", "sound.h5"), ("export", "sound.h5", "--json", "--summary"),
                          ("verify", "sound.h5"), ("list", "outcomes"), ("--version",),
                          ("replay", "sound.h5", "--order", "bipolar", "--point", "0", "--world", "1")):
            _, words, _ = without((), self.folder, *arguments)
            for closed in SETS:
                status, said, complaint = without(closed, self.folder, *arguments)
                self.assertEqual(status, 1 if 1 in closed else 0, f"{arguments} without {closed}: {complaint}")
                self.assertEqual(said, b"" if 1 in closed else words)
                if 1 in closed and 2 not in closed:
                    self.assertIn(b"standard output", complaint)
                    self.assertNotIn(b"has no", complaint)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
