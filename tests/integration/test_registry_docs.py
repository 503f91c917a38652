#!/usr/bin/python3
"""docs/registry.md agrees with the program's tables."""

import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM, SOURCE = sys.argv[1], Path(sys.argv[2])


class RegistryDocs(unittest.TestCase):
    def test_up_to_date(self):
        text = (SOURCE / "docs" / "registry.md").read_text()
        for table in ("orders", "parameters", "doctrines", "outcomes"):
            listed = subprocess.run([PROGRAM, "list", table, "--markdown"], capture_output=True, text=True, check=True)
            self.assertIn(listed.stdout, text, f"{table}: run scripts/docs")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
