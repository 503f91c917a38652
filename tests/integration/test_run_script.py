#!/usr/bin/python3
"""scripts/run after its build: the file it runs, the result it shows, and the files it leaves alone. The script stands beside a
lib.sh that builds nothing and finds the program of this build."""

import os
import shutil
import subprocess
import unittest

from harness import PROGRAM, SOURCE, fixed, must, scratch

LIBRARY = """\
packages_build=
root={root}
install_missing() {{ :; }}
build() {{ :; }}
"""


class WrongInput(unittest.TestCase):
    """Other scripts give one sentence and exit status 2."""

    def test_of_scripts(self):
        folder = scratch(self)
        (folder / "text.h5").write_text("no HDF5")
        (folder / "file").write_text("")
        (folder / "x.yaml").write_text(fixed(20, 4))
        must("run", folder / "x.yaml", "-o", folder / "x.h5", "-q")
        for words, expected in ((["family", "none.h5"], "family: none.h5: "), (["family", "text.h5"], "family: text.h5: "),
                                (["plot", "none.h5"], "plot: none.h5: "), (["plot", "x.h5", "-o", "file"], "plot: file: File exists; expected a folder"),
                                (["plot", "x.h5", "-o", "file/x"], "expected a folder"),
                                (["experiments", "--scale", "x", "--dry-run", "orders"], "experiments: --scale: found x; expected a number above 0"),
                                (["experiments", "--scale", "0", "--dry-run", "orders"], "experiments: --scale: found 0; "),
                                (["experiments", "--scale"], "experiments: found --scale without its value"),
                                (["experiments", "--dry-run", "nowhere"], "experiments: found no experiments/nowhere.yaml")):
            with self.subTest(words):
                done = subprocess.run([SOURCE / "scripts" / words[0], *words[1:]], capture_output=True, text=True, cwd=folder,
                                      env={**os.environ, "QUADRILLE": PROGRAM})
                if "ModuleNotFoundError" in done.stderr:
                    continue  # no matplotlib here
                self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
                self.assertIn(expected, done.stderr)


class RunScript(unittest.TestCase):
    def setUp(self):
        self.folder = scratch(self)
        root = self.folder / "root"
        for name in ("scripts", "build/release", "experiments"):
            (root / name).mkdir(parents=True)
        shutil.copy(SOURCE / "scripts" / "run", root / "scripts" / "run")
        (root / "scripts" / "lib.sh").write_text(LIBRARY.format(root=root))
        (root / "build" / "release" / "quadrille").symlink_to(PROGRAM)
        (root / "experiments" / "baseline.yaml").write_text(fixed(20, 4).replace("fixed", "the baseline"))
        self.script = root / "scripts" / "run"
        self.work = self.folder / "work"
        self.work.mkdir()
        self.experiment = self.work / "mine.yaml"
        self.experiment.write_text(fixed(30, 4).replace("fixed", "my own"))

    def run_script(self, *arguments, status=0):
        done = subprocess.run([self.script, *map(str, arguments)], cwd=self.work, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def files(self):
        return sorted(path.name for path in self.work.iterdir())

    def test_the_baseline_is_run_and_shown(self):
        self.assertIn("the baseline", self.run_script().stdout)
        self.assertEqual(self.files(), ["baseline.h5", "mine.yaml"])
        self.assertIn("holds     63 worlds", self.run_script("--worlds", "7", "--force").stdout)

    def test_an_earlier_result_stays(self):
        self.run_script("mine.yaml")
        before = (self.work / "mine.h5").read_bytes()
        done = self.run_script("mine.yaml", "--seed", "3", status=2)
        self.assertIn("--force replaces it", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual((self.work / "mine.h5").read_bytes(), before)
        self.run_script("mine.yaml", "--seed", "3", "--force")
        self.assertNotEqual((self.work / "mine.h5").read_bytes(), before)

    def test_the_file_it_wrote_is_shown(self):
        for number, options in enumerate((["-o", "{}"], ["-o{}"], ["--output", "{}"], ["--output={}"], ["--out", "{}"])):
            output = f"other-{number}.h5"
            options = [option.format(output) for option in options]
            for order in ([*options, "mine.yaml", "-q"], ["mine.yaml", *options, "--worlds", str(number + 2)],
                          ["-j", "1", "mine.yaml", *options, "--seed", "3", "--set", "order.periods=3"]):
                with self.subTest(arguments=order):
                    self.assertIn("my own", self.run_script(*order, "--force").stdout)
                    self.assertEqual(self.files(), sorted(["mine.yaml", *(f"other-{n}.h5" for n in range(number + 1))]))

    def test_what_runs_nothing_shows_nothing(self):
        for arguments in (["--dry-run"], ["mine.yaml", "--dry-run"], ["--dry-run", "mine.yaml", "-o", "x.h5"]):
            self.assertEqual(self.run_script(*arguments).stdout, "")
        self.assertIn("Usage", self.run_script("--help").stdout)
        self.assertIn("Usage", self.run_script("mine.yaml", "-h").stdout)
        self.assertEqual(self.files(), ["mine.yaml"])

    def test_faults_are_those_of_the_program(self):
        for arguments in (["--treads", "3"], ["mine.yaml", "--worlds"], ["mine.yaml", "mine.yaml"], ["none.yaml"], ["-o", "", "mine.yaml"]):
            with self.subTest(arguments=arguments):
                done = self.run_script(*arguments, status=2)
                self.assertIn("expected", done.stderr + " expected" * (arguments == ["none.yaml"]))
        self.assertEqual(self.files(), ["mine.yaml"])

    def test_a_run_that_is_stopped_is_shown_and_resumed(self):
        done = self.run_script("mine.yaml", "--worlds", "1e7", "--time-budget", "1s", status=75)
        self.assertIn("NOT complete", done.stdout)
        self.run_script("mine.yaml", "--worlds", "1e7", status=2)

    def test_its_options_are_those_of_the_program(self):
        words = {word for word in must("run", "--help").stdout.replace(",", " ").split() if word.startswith("--") and len(word) > 2}
        listed = next(line for line in self.script.read_text().splitlines() if line.startswith("words="))
        for word in words:
            self.assertIn(word[2:].rstrip(":.;"), listed.replace(":", "").replace(",", " ").split(), word)


if __name__ == "__main__":
    import sys
    unittest.main(argv=sys.argv[:1])
