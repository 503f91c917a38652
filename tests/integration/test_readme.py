#!/usr/bin/python3
# labels: slow
"""README.md to the letter: its commands build and install the program in a copy of the tree, its example runs, its readers read the result."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from harness import SOURCE, scratch

TEXT = (SOURCE / "README.md").read_text()
HAS_R = shutil.which("Rscript") is not None and subprocess.run(["Rscript", "-e", "library(ncdf4)"], capture_output=True).returncode == 0


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)[1]


def commands(title, begin):
    """The indented lines of a section that begin with one of these words, without the comment after two blanks and a number
    sign."""
    lines = re.findall(r"^    (\S.*)$", re.sub(r"^```.*?^```$", "", section(title), flags=re.M | re.S), re.M)
    return [re.sub(r"\s{2,}#.*", "", line) for line in lines if line.startswith(begin)]


class Readme(unittest.TestCase):
    def run_here(self, command, folder, environment, seconds=1200):
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds)
        self.assertEqual(done.returncode, 0, (command, done.stdout[-2000:], done.stderr[-2000:]))
        return done.stdout

    def test_build_by_hand_and_example(self):
        folder = scratch(self)
        tree, home = folder / "quadrille", folder / "home"
        home.mkdir()
        shutil.copytree(SOURCE, tree, ignore=shutil.ignore_patterns("build", ".git", "*.h5*"))
        environment = dict(os.environ, HOME=str(home), CMAKE_BUILD_PARALLEL_LEVEL=str(os.cpu_count()))
        built = commands("Building it by hand", ("cmake", "(cd"))
        self.assertEqual([line.split()[:2] for line in built[:3]], [["cmake", "-S"], ["cmake", "--build"], ["cmake", "--install"]])
        for line in built:
            if "cpack" not in line or shutil.which("dpkg-shlibdeps"):
                self.run_here(["sh", "-ec", line], tree, environment)
        local = home / ".local"
        library = next(local.rglob("libquadrille.so")).parent
        environment.update(PATH=f"{local}/bin:{environment['PATH']}", QUADRILLE_LIBRARY=str(library), PYTHONPATH=str(local / "lib" / "python3" / "dist-packages"))
        self.example(tree, folder / "work", environment)

    def example(self, tree, work, environment):
        work.mkdir()
        (work / "scripts").symlink_to(tree / "scripts")
        (work / "flexible.yaml").write_text(re.search(r"^```yaml\n(.*?)^```$", section("An example"), re.M | re.S)[1])
        shown = commands("An example", ("quadrille", "scripts/plot"))
        self.assertEqual(shown[0], "quadrille run flexible.yaml")
        for line in shown:
            if "report" not in line or "report" in self.run_here(["quadrille", "help"], work, environment):
                self.run_here(["sh", "-ec", line], work, environment)
        (work / "flexible.h5").rename(work / "first.h5")  # the example in Python writes it again
        shutil.copy(work / "first.h5", work / "flexible.h5")
        for k, (language, text) in enumerate(re.findall(r"^```(python|r)\n(.*?)^```$", section("Reading results") + section("Commands"), re.M | re.S)):
            if language == "r" and not HAS_R:
                continue
            if ".run(" in text:
                (work / "flexible.h5").unlink()
            name = pathlib.Path(f"block{k}.{'R' if language == 'r' else 'py'}")
            (work / name).write_text(text)
            self.run_here(["Rscript" if language == "r" else "/usr/bin/python3", name], work, environment)


if __name__ == "__main__":
    unittest.main(argv=["test_readme.py"])
