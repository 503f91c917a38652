#!/usr/bin/python3
"""Memory does not grow with the number of worlds: five times as many need no more, apart from the allocator's waste."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv[1]

EXPERIMENT = """\
name: memory
orders: [bipolar]
worlds: {worlds}
parameters: {{order.states: 3, order.periods: 2}}
"""


def peak_kib(worlds):
    """Largest resident set of one run, in KiB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.yaml"
        path.write_text(EXPERIMENT.format(worlds=worlds))
        arguments = [PROGRAM, "run", str(path), "-o", f"{folder}/memory.h5", "-q", "-j", "2"]
        _, status, usage = os.wait4(os.posix_spawn(PROGRAM, arguments, os.environ), 0)
        assert status == 0, status
        return usage.ru_maxrss


class Memory(unittest.TestCase):
    def test_constant_in_worlds(self):
        few, many = peak_kib(200_000), peak_kib(1_000_000)
        print(f"peak resident set: {few} KiB for 200,000 worlds, {many} KiB for 1,000,000")
        # The rows of 800,000 worlds take more than 300 MiB; buffers and allocators differ by up to 20 MiB between runs.
        self.assertLess(many - few, 32 * 1024)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
