#!/usr/bin/python3
"""Each change that scripts/mutate leaves out as equivalent has a reason and is one that it would make: test_mutations.py PROGRAM SOURCE_DIR"""

import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(sys.argv[2]).resolve()
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("mutate", str(SOURCE / "scripts" / "mutate"))
mutate = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
loader.exec_module(mutate)


class Equivalent(unittest.TestCase):
    def test_reasons(self):
        for change, reason in mutate.equivalent().items():
            self.assertRegex(reason, r"^[A-Z`].*\.$", f"no reason for {change}")

    def test_changes_are_made(self):
        lines = {path: path.read_text().splitlines() for path in SOURCE.glob("src/*/*.[ch]")}
        made = set()
        for path, number, column, rule in mutate.candidates(mutate.FOLDERS):
            old = lines[path][number]
            new = mutate.changed(old, column, rule)
            made.add((str(path.relative_to(SOURCE)), old.strip(), new and new.strip()))
        for change in mutate.equivalent():
            self.assertIn(change, made, "no change of the present sources; see tests/data/equivalent_mutations.txt")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
