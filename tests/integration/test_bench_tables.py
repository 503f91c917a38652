"""Benchmarks write their tables into documents between two comments, and change nothing else."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

from harness import PROGRAM, SOURCE

sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "bench"))

import common  # noqa: E402

PLACE = "<!-- bench/x writes from here -->\nold\n<!-- to here -->\n"


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.document = pathlib.Path(self.folder.name) / "document.md"

    def tearDown(self):
        self.folder.cleanup()

    def test_only_the_place_changes(self):
        self.document.write_text(f"before\n{PLACE}after\n{PLACE.replace('/x', '/y')}")
        for text in ("new", "newer\n| table |"):  # the second time as the first
            common.write_place(self.document, "bench/x", text)
            self.assertEqual(self.document.read_text(), f"before\n{PLACE.replace('old', chr(10) + text + chr(10))}after\n{PLACE.replace('/x', '/y')}")

    def test_a_document_without_one_place_is_refused(self):
        for text in ("before\nafter\n", PLACE + PLACE, PLACE.replace("<!-- to here -->\n", "")):
            self.document.write_text(text)
            with self.assertRaises(SystemExit):
                common.write_place(self.document, "bench/x", "new")
            self.assertEqual(self.document.read_text(), text)

    def test_sweeps_writes_what_it_prints(self):
        self.document.write_text(f"before\n{PLACE.replace('/x', '/sweeps')}after\n")
        done = subprocess.run([sys.executable, SOURCE / "bench" / "sweeps", "--scale", "0.001", "--rounds", "1", "--jobs", "lhs,merge",
                               "--program", PROGRAM, "--other", PROGRAM, "--called", "itself", "--write", self.document],
                              capture_output=True, text=True, check=True)
        self.assertEqual(self.document.read_text(), f"before\n{PLACE.replace('/x', '/sweeps').replace('old', chr(10) + done.stdout)}after\n")
        rows = [line.split("|")[1:-1] for line in done.stdout.splitlines() if line.startswith("|")]
        self.assertEqual({len(row) for row in rows}, {9})
        self.assertEqual([row[0].strip() for row in rows[2:]], ["lhs", "merge"])
        self.assertEqual(rows[2][1].strip(), "6")  # two points in three orders
        self.assertIn("`bench/sweeps --scale 0.001 --rounds 1 --jobs lhs,merge", done.stdout.split("|")[0].replace("\n", " "))

    def test_the_document_has_its_table(self):
        header = next(line for line in common.place(SOURCE / "docs" / "performance.md", "bench/sweeps")[1].splitlines() if line.startswith("| job"))
        loader = importlib.machinery.SourceFileLoader("sweeps", str(SOURCE / "bench" / "sweeps"))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("sweeps", loader))
        loader.exec_module(module)
        self.assertEqual(header, module.HEADER)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
