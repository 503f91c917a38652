"""`cmake --install` gives a program, a library that find_package and pkg-config find, headers that need nothing else; the
examples built against it equal the program."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import h5py
from harness import PROGRAM, SKIPPED, SOURCE, must, scratch

BUILD = pathlib.Path(PROGRAM).parent
COMPILER = shutil.which("cc") or shutil.which("gcc")

EXPERIMENT = """\
seed: 11
worlds: 40
orders: [unipolar, multipolar]
design: {type: grid, factors: {institution.target: {values: [0.2, 0.8]}}}
"""


def succeed(*arguments, **options):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, **options)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.prefix = cls.folder / "prefix"
        succeed("cmake", "--install", BUILD, "--prefix", cls.prefix)
        libraries = {path.parent for path in cls.prefix.rglob("libquadrille.so")}
        assert len(libraries) == 1, libraries
        cls.library = libraries.pop()
        cls.environment = dict(os.environ, LD_LIBRARY_PATH=str(cls.library), PKG_CONFIG_PATH=str(cls.library / "pkgconfig"))

    def test_program_runs_without_its_build(self):
        done = succeed(self.prefix / "bin" / "quadrille", "--version", env={"PATH": "/usr/bin:/bin"})
        self.assertRegex(done, r"^quadrille \d+\.\d+\.\d+")

    def test_links_of_the_documents_lead_to_files(self):
        documents = sorted((self.prefix / "share" / "doc").rglob("*.md"))
        self.assertIn("README.md", [path.name for path in documents])
        links = [(path, link) for path in documents for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
                 if not re.match("[a-z]+:", link)]
        self.assertGreater(len(links), 20)
        self.assertEqual([f"{path.name}: {link}" for path, link in links if not (path.parent / link).exists()], [])

    def test_headers_need_nothing_else(self):
        flags = succeed("pkg-config", "--cflags", "gsl").split()
        for header in sorted((self.prefix / "include" / "quadrille").glob("*.h")):
            source = self.folder / "alone.c"
            source.write_text(f"#include <quadrille/{header.name}>\nint main(void) {{ return 0; }}\n")
            succeed(COMPILER, "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", f"-I{self.prefix}/include", *flags, source)

    def test_only_own_names_are_visible(self):
        names = [line.split()[-1] for line in succeed("nm", "-D", "--defined-only", self.library / "libquadrille.so").splitlines()]
        declared = set(re.findall(r"\bqd_\w+", "".join(p.read_text() for p in (self.prefix / "include" / "quadrille").glob("*.h"))))
        foreign = [name for name in names if name not in declared]
        self.assertEqual(foreign, [])
        self.assertIn("qd_run", names)

    def test_soname_carries_the_major_version(self):
        version = re.search(r"VERSION (\d+)", (SOURCE / "CMakeLists.txt").read_text().split("project(")[1])[1]
        self.assertIn(f"[libquadrille.so.{version}]", succeed("readelf", "-d", self.library / "libquadrille.so"))

    @classmethod
    def examples(cls):
        build = cls.folder / "examples"
        if not build.exists():
            succeed("cmake", "-S", SOURCE / "examples", "-B", build, f"-DCMAKE_PREFIX_PATH={cls.prefix}")
            succeed("cmake", "--build", build)
        return build

    def test_sweep_equals_the_program(self):
        build = self.examples()
        (self.folder / "small.yaml").write_text(EXPERIMENT)
        must("run", self.folder / "small.yaml", "--set", "affinity.noise=0.2", "-o", self.folder / "program.h5", "-q")
        printed = succeed(build / "sweep", self.folder / "small.yaml", self.folder / "library.h5", "affinity.noise=0.2")
        with h5py.File(self.folder / "program.h5") as program:
            self.assertEqual(printed.splitlines()[0], program.attrs["result_hash"])

    def test_plugins_of_the_examples(self):
        (self.folder / "four.yaml").write_text("seed: 11\nworlds: 4\norders: [multipolar]\n")
        program = self.prefix / "bin" / "quadrille"
        hashes = {}
        for name in ("none", "own_rule", "own_outcome"):
            plugin = [] if name == "none" else ["--plugin", self.examples() / f"{name}.so"]
            succeed(program, "run", self.folder / "four.yaml", "-o", self.folder / f"{name}.h5", "-q", *plugin)
            with h5py.File(self.folder / f"{name}.h5") as file:
                hashes[name] = file.attrs["result_hash"]
                self.assertEqual("encirclement" in file["worlds"], name == "own_outcome")
        self.assertEqual(hashes["own_rule"], hashes["none"])

    def outcomes_of_one_world(self, *arguments):
        done = subprocess.run([self.examples() / "one_world", *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}, done.stderr

    def outcomes_of_the_program(self, world, experiment):
        (self.folder / "plain.yaml").write_text(experiment)
        must("run", self.folder / "plain.yaml", "-o", self.folder / "plain.h5", "-q", "--force")
        with h5py.File(self.folder / "plain.h5") as plain:
            return {name: float(values[0, 0, world]) for name, values in plain["worlds"].items() if values.ndim == 3}

    def test_stepped_world_is_the_program_s(self):
        plain = "seed: 11\nworlds: 6\norders: [multipolar]\n"
        scheduled = plain + "schedule: [{at: 30, set: {crises.rate: 0.9}}]\n"
        untouched, seen = self.outcomes_of_one_world(11, 5)
        self.assertEqual(untouched, self.outcomes_of_the_program(5, plain))
        self.assertIn("before period 130: tension", seen)
        missions = seen.count("leads a mission")
        self.assertAlmostEqual(missions, untouched["crises"] * (1 - untouched["share_abstain"]), places=6)
        changed, _ = self.outcomes_of_one_world(11, 5, 30, "crises.rate", 0.9)
        self.assertEqual(changed, self.outcomes_of_the_program(5, scheduled))
        self.assertNotEqual(changed, untouched)
        refused = subprocess.run([self.examples() / "one_world", "11", "5", "30", "order.states", "12"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("order.states", refused.stderr)

    def test_pkg_config_suffices(self):
        flags = succeed("pkg-config", "--cflags", "--libs", "quadrille", env=self.environment).split()
        succeed(COMPILER, "-std=c17", SOURCE / "examples" / "one_world.c", "-o", self.folder / "by_hand", *flags)
        self.assertIn("survival ", succeed(self.folder / "by_hand", 1, 0, env=self.environment))


if __name__ == "__main__":
    if not (BUILD / "src" / "libquadrille.so").exists() or COMPILER is None or shutil.which("pkg-config") is None:
        print("skipped: the shared library was not built, or a compiler or pkg-config is missing")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
