"""Every command and script on the pages of docs/tutorials, run as it stands, each page in a folder of its own."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from harness import PROGRAM, SOURCE, scratch

BUILD = pathlib.Path(PROGRAM).parent
LIBRARY = BUILD / "src"
PAGES = sorted((SOURCE / "docs" / "tutorials").glob("[0-9]*.md"))
HAS_R = shutil.which("Rscript") is not None and subprocess.run(["Rscript", "-e", "library(ncdf4)"], capture_output=True).returncode == 0


def blocks(page):
    """(language, text) of each fenced block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.S | re.M)


class Tutorials(unittest.TestCase):
    def run_block(self, language, text, folder):
        environment = dict(os.environ, PATH=f"{BUILD}:{os.environ['PATH']}", PYTHONPATH=str(SOURCE / "python"), QUADRILLE_LIBRARY=str(LIBRARY),
                           LD_LIBRARY_PATH=str(LIBRARY))
        name = {"sh": "block.sh", "python": "block.py", "r": "block.R", "c": "core.c"}[language]
        (folder / name).write_text(text)
        commands = {
            "sh": [["bash", "-eu", name]], "python": [["/usr/bin/python3", name]], "r": [["Rscript", name]],
            "c": [["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", name, "-o", "core", f"-I{SOURCE}/include",
                   *subprocess.run(["pkg-config", "--cflags", "gsl"], capture_output=True, text=True).stdout.split(), f"-L{LIBRARY}", "-lquadrille"],
                  ["./core"]]}[language]
        for command in commands:
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout}\n{done.stderr}")


def add_page(page):
    def test(self):
        folder, seen = scratch(self), 0
        for language, text in blocks(page):
            if language == "r" and not HAS_R:
                continue
            self.run_block(language, text, folder)
            seen += 1
        self.assertGreater(seen, 0)

    setattr(Tutorials, "test_" + re.sub(r"\W", "_", page.stem), test)


for path in PAGES:
    add_page(path)

if __name__ == "__main__":
    if not (LIBRARY / "libquadrille.so").exists():
        print("skipped: the shared library was not built")
        sys.exit(77)
    assert len(PAGES) >= 6, PAGES
    unittest.main(argv=sys.argv[:1])
