"""Every command, script and program on the pages of docs/tutorials, run as it stands against what `cmake --install` gives, each page in a
folder of its own."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from harness import PROGRAM, SOURCE, scratch

BUILD = pathlib.Path(PROGRAM).parent
PAGES = sorted((SOURCE / "docs" / "tutorials").glob("[0-9]*.md"))
HAS_R = shutil.which("Rscript") is not None and subprocess.run(["Rscript", "-e", "library(ncdf4)"], capture_output=True).returncode == 0
COMMANDS = {"sh": ("block.sh", ["bash", "-eu"]), "python": ("block.py", ["/usr/bin/python3"]), "r": ("block.R", ["Rscript"])}


def blocks(page):
    """(language, text) of each fenced block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.S | re.M)


class Tutorials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        prefix = scratch(cls) / "prefix"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
        library = next(prefix.rglob("libquadrille.so")).parent
        cls.environment = dict(os.environ, PATH=f"{prefix}/bin:{os.environ['PATH']}", PYTHONPATH=str(prefix / "lib" / "python3" / "dist-packages"),
                               QUADRILLE_LIBRARY=str(library), LD_LIBRARY_PATH=str(library), PKG_CONFIG_PATH=str(library / "pkgconfig"))

    def run_block(self, language, text, folder):
        if language == "c":  # a program that begins with its name; a command compiles it
            name = re.match(r"/\* (\w+\.c) \*/\n", text)
            self.assertIsNotNone(name, text)
            (folder / name[1]).write_text(text)
            return
        name, command = COMMANDS[language]
        (folder / name).write_text(text)
        done = subprocess.run([*command, name], cwd=folder, env=self.environment, capture_output=True, text=True, timeout=300)
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
        for name in folder.glob("*.c"):
            self.assertTrue({name.with_suffix(""), name.with_suffix(".so")} & set(folder.iterdir()), f"{name.name} was not compiled")

    setattr(Tutorials, "test_" + re.sub(r"\W", "_", page.stem), test)


for path in PAGES:
    add_page(path)

if __name__ == "__main__":
    if not (BUILD / "src" / "libquadrille.so").exists() or shutil.which("pkg-config") is None:
        print("skipped: the shared library was not built, or pkg-config is missing")
        sys.exit(77)
    assert len(PAGES) >= 8, PAGES
    unittest.main(argv=sys.argv[:1])
