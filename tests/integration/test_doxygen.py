#!/usr/bin/python3
"""Doxygen finds a comment on every declaration of the public headers, and reports one that is removed."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from harness import PROGRAM, SKIPPED, SOURCE, scratch

DOXYFILE = pathlib.Path(PROGRAM).parent / "Doxyfile"
HEADERS = sorted((SOURCE / "include" / "quadrille").glob("*.h"))


class Reference(unittest.TestCase):
    def doxygen(self, folder, **settings):
        text = DOXYFILE.read_text() + "".join(f'{name} = "{value}"\n' for name, value in settings.items())
        return subprocess.run(["doxygen", "-"], input=f'{text}OUTPUT_DIRECTORY = "{folder}"\n', capture_output=True, text=True, timeout=300)

    def test_no_warning(self):
        folder = scratch(self)
        done = self.doxygen(folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        pages = "".join(path.read_text() for path in (folder / "html").glob("*_8h.html"))
        declared = set(re.findall(r"^(?:QD_MUST_USE )?[a-z][^(#/;]*?\b(qd_\w+)\((?!\*)", "\n".join(header.read_text() for header in HEADERS), re.M))
        self.assertGreater(len(declared), 100)
        self.assertEqual([name for name in sorted(declared) if f">{name}</a>" not in pages and f"{name} </td>" not in pages], [])

    def test_a_missing_comment_is_missed(self):
        folder = scratch(self)
        copies = folder / "include" / "quadrille"
        shutil.copytree(SOURCE / "include" / "quadrille", copies)
        header = copies / "world.h"
        text = header.read_text()
        for comment, name in (("/* Releases a world; NULL is allowed. */\n", "qd_world_free"), (r" /* NaN where the world failed */", "outcomes")):
            self.assertIn(comment, text)
            header.write_text(text.replace(comment, ""))
            done = self.doxygen(folder, INPUT=copies)
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stderr, rf"{name}.* is not documented")


if __name__ == "__main__":
    if shutil.which("doxygen") is None:
        print("skipped: doxygen is missing")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
