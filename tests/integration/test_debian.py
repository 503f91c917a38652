#!/usr/bin/python3
# labels: slow
"""Packages for Debian: lintian finds nothing in them, and in a bare system without a compiler they install and work.

Needs cpack and dpkg; lintian for the first; root, debootstrap and a way to Debian's packages for the second. A missing tool is named."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import h5py

from harness import PROGRAM, SKIPPED, SOURCE, scratch

BUILD = pathlib.Path(PROGRAM).parent
SUITE = "bookworm"


def succeed(*arguments, **options):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, **options)
    assert done.returncode == 0, (arguments, done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout


class Debian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        succeed("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder / "packages", cwd=BUILD)
        cls.packages = {path.name.split("_")[0]: path for path in (cls.folder / "packages").glob("*.deb")}

    def contents(self, name):
        return set(line.split(maxsplit=5)[5].split(" -> ")[0] for line in succeed("dpkg", "-c", self.packages[name]).splitlines())

    def test_what_is_packaged(self):
        self.assertEqual(set(self.packages), {"quadrille", "libquadrille0", "libquadrille-dev", "python3-quadrille"})
        program = self.contents("quadrille")
        for place in ("bin/quadrille", "share/man/man1/quadrille.1.gz", "share/bash-completion/completions/quadrille",
                      "share/zsh/vendor-completions/_quadrille", "share/fish/vendor_completions.d/quadrille.fish",
                      "share/quadrille/experiments/orders.yaml", "share/quadrille/r/quadrille.R", "share/doc/quadrille/copyright"):
            self.assertIn(f"./usr/{place}", program)
        self.assertIn("./usr/lib/python3/dist-packages/quadrille/__init__.py", self.contents("python3-quadrille"))
        self.assertTrue(any(re.search(r"/libquadrille\.so\.0$", name) for name in self.contents("libquadrille0")))
        self.assertIn("./usr/include/quadrille/quadrille.h", self.contents("libquadrille-dev"))

    @unittest.skipIf(shutil.which("lintian") is None, "lintian is missing")
    def test_lintian(self):
        done = subprocess.run(["lintian", "--no-cfg", "--allow-root", "--fail-on", "error,warning", *map(str, self.packages.values())],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    @unittest.skipIf(shutil.which("debootstrap") is None or os.geteuid() != 0, "debootstrap is missing, or this is not root")
    def test_a_bare_system(self):
        root = self.folder / "root"
        try:
            succeed("debootstrap", "--variant=minbase", SUITE, root)
        except AssertionError as fault:
            self.skipTest(f"debootstrap could not make a system here: {str(fault)[-300:]}")
        for place in ("etc/resolv.conf", "etc/apt/apt.conf.d"):
            if pathlib.Path("/", place).is_dir():
                shutil.copytree(pathlib.Path("/", place), root / place, dirs_exist_ok=True)
            elif pathlib.Path("/", place).exists():
                shutil.copy(pathlib.Path("/", place), root / place)
        for path in self.packages.values():
            shutil.copy(path, root / "tmp")
        debs = [f"/tmp/{path.name}" for name, path in self.packages.items() if name != "libquadrille-dev"]

        (root / "etc" / "dpkg" / "dpkg.cfg.d" / "quick").write_text("force-unsafe-io\n")  # the system is thrown away
        succeed("mount", "-t", "proc", "proc", root / "proc")
        self.addCleanup(subprocess.run, ["umount", root / "proc"], check=True)

        def inside(*words):
            environment = dict(os.environ, HOME="/root", DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
            return succeed("chroot", root, *words, env=environment)

        inside("apt-get", "update", "-qq")
        inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", *debs)
        self.assertEqual([name for name in ("cc", "gcc", "clang", "c99") if shutil.which(name, path=f"{root}/usr/bin")], [])
        inside("sh", "-c", "cd /tmp && quadrille run orders --worlds 200 -q && quadrille show orders.h5 && quadrille verify orders.h5 -q")
        told = inside("python3", "-c", "import quadrille; r = quadrille.open('/tmp/orders.h5'); print(quadrille.library_version(), r.complete, len(r.orders))")
        version = re.search(r"project\(quadrille VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]
        self.assertEqual(told.split(), [version, "True", "3"])
        with self.subTest("R"):
            inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", "r-cran-ncdf4")
            told = inside("Rscript", "-e", 'source("/usr/share/quadrille/r/quadrille.R"); r <- open_result("/tmp/orders.h5"); '
                          'cat(r$result_hash, dim(worlds(r, "survival")))')
            with h5py.File(root / "tmp" / "orders.h5") as file:
                self.assertEqual(told.split(), [file.attrs["result_hash"], *map(str, file["worlds/survival"].shape)])
        if "report" not in inside("quadrille", "help"):
            return
        with self.subTest("the report in a browser"):
            inside("sh", "-c", "cd /tmp && quadrille report orders.h5")
            inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
            dom = inside("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
                         "--disable-background-networking", "--user-data-dir=/tmp/profile", "--virtual-time-budget=20000", "--dump-dom",
                         "file:///tmp/orders.html")
            drawn = dict(pair.split(":") for pair in re.search(r'data-drawn="([^"]*)"', dom)[1].split())
            self.assertGreater(len(drawn), 3)
            self.assertEqual((set(drawn.values()), dom.count("<svg")), ({"yes"}, len(drawn)))


if __name__ == "__main__":
    if shutil.which("cpack") is None or shutil.which("dpkg") is None or not (BUILD / "src" / "libquadrille.so").exists():
        print("skipped: cpack, dpkg or the shared library is missing")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
