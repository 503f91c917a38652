#!/usr/bin/python3
"""One writer at a time for one output, on every file system; and only named files are written, removed or opened to others."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from harness import PROGRAM, must, quadrille, result_hash, scratch

EXPERIMENT = """\
worlds: 40
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 6}
output: {outcomes: [survival, resolved]}
"""
NO_FLOCK = """\
#include <errno.h>
#include <stdlib.h>
int flock(int fd, int operation);
int flock(int fd, int operation)
{
    (void)fd, (void)operation;
    errno = atoi(getenv("NO_FLOCK"));
    return -1;
}
"""
ROUNDS = 10


class Writers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "writers.yaml"
        cls.experiment.write_text(EXPERIMENT)
        cls.shards = [cls.folder / f"shard-{k}.h5" for k in (1, 2)]
        for k, shard in enumerate(cls.shards):
            must("run", cls.experiment, "-o", shard, "-q", "--shard", f"{k + 1}/2")
        cls.whole = cls.folder / "whole.h5"
        must("run", cls.experiment, "-o", cls.whole, "-q")
        cls.hash = result_hash(cls.whole)

    def setUp(self):
        self.place = Path(tempfile.mkdtemp(dir=self.folder))
        self.output = self.place / "out.h5"

    def without_flock(self, number):
        """An environment in which flock fails; skips the test without a compiler."""
        library, compiler = self.folder / "no_flock.so", shutil.which("cc")
        if compiler is None:
            self.skipTest("no C compiler for the library that makes flock fail")
        if not library.exists():
            source = self.folder / "no_flock.c"
            source.write_text(NO_FLOCK)
            subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
        # The address sanitizer would insist on being the first library.
        return {**os.environ, "LD_PRELOAD": str(library), "NO_FLOCK": str(number), "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def assert_alone(self):
        """Nothing but the output is left."""
        self.assertEqual([path.name for path in self.place.iterdir()], ["out.h5"])

    def check_merges(self, env):
        for _ in range(ROUNDS):
            merges = [subprocess.Popen([PROGRAM, "merge", "-o", self.output, "--force", *self.shards], env=env,
                                       stderr=subprocess.PIPE, text=True) for _ in range(3)]
            done = [(merge.communicate()[1], merge.returncode) for merge in merges]
            self.assertIn(0, [status for _, status in done])
            for said, status in done:
                self.assertIn(status, (0, 2), said)
                self.assertIn("another run or merge is writing here" if status else "result_hash", said)
            self.assertEqual(result_hash(self.output), self.hash)
            self.assert_alone()
        must("verify", self.output, "--fraction", "1")

    def test_merges_into_one_file(self):
        self.check_merges(None)

    def test_merges_without_flock(self):
        self.check_merges(self.without_flock(37))

    def test_run_against_merge(self):
        for env in (None, self.without_flock(95)):
            run = subprocess.Popen([PROGRAM, "run", self.experiment, "-o", self.output, "-q", "--worlds", "1000000"], env=env,
                                   stderr=subprocess.PIPE, text=True)
            while run.poll() is None and not list(Path(f"{self.output}.parts").glob("part-*")):
                time.sleep(0.01)
            for command in (["merge", "-o", self.output, *self.shards], ["run", self.experiment, "-o", self.output, "-q"]):
                done = quadrille(*command, env=env)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(f"another run or merge is writing here: process {run.pid} on host", done.stderr)
            run.terminate()
            self.assertIn("stopped early", run.communicate()[1])
            self.assertEqual(run.returncode, 75)
            shutil.rmtree(f"{self.output}.parts")
            self.output.unlink()
            self.assertEqual(list(self.place.iterdir()), [])

    def test_file_systems_without_flock(self):
        for number in (37, 95, 524):
            env = self.without_flock(number)
            for command in (["run", self.experiment, "-o", self.output, "-q", "--force"], ["show", self.output],
                            ["verify", self.output, "--fraction", "1"],
                            ["run", self.experiment, "-o", self.output, "-q", "--resume"],
                            ["replay", self.output, "--order", "unipolar", "--world", "3"],
                            ["merge", "-o", self.output, "--force", *self.shards]):
                must(*command, env=env)
            self.assertEqual(result_hash(self.output), self.hash)
            self.assert_alone()

    def test_killed_without_flock(self):
        """Its lock is stale: its process is gone."""
        env = self.without_flock(37)
        run = subprocess.Popen([PROGRAM, "run", self.experiment, "-o", self.output, "-q", "--worlds", "1000000"], env=env)
        while run.poll() is None and not list(Path(f"{self.output}.parts").glob("part-*")):
            time.sleep(0.01)
        run.kill()
        run.wait()
        self.assertTrue(Path(f"{self.output}.lock").exists())
        must("run", self.experiment, "-o", self.output, "-q", "--force", env=env)
        self.assertEqual(result_hash(self.output), self.hash)
        self.assert_alone()

    # ---- names beside the output

    def test_a_file_that_is_no_lock_stays(self):
        """A file called OUT.lock that somebody needs, alone or under another name too."""
        other, lock = self.place / "notes", Path(f"{self.output}.lock")
        for linked in (False, True):
            lock.write_text("notes of three years\n")
            if linked:
                other.hardlink_to(lock)
            for command in (["run", self.experiment, "-o", self.output, "-q"], ["merge", "-o", self.output, *self.shards],
                            ["run", self.experiment, "-o", self.output, "-q", "--force"],
                            ["run", self.experiment, "-o", self.output, "--dry-run"]):
                done = quadrille(*command)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("found a file that is not a lock", done.stderr)
                self.assertEqual(lock.read_text(), "notes of three years\n")
        self.assertEqual(sorted(path.name for path in self.place.iterdir()), ["notes", "out.h5.lock"])

    def test_inputs_beside_the_output_stay(self):
        """An experiment or a shard with the name of the lock, of a draft or of a part."""
        parts = Path(f"{self.output}.parts")
        parts.mkdir()
        for name in ("out.h5.lock", "out.h5.0123456789abcdef.tmp", "out.h5.parts/part-0.yaml", "out.h5.parts/notes.h5"):
            for source, command in ((self.experiment, ["run", self.place / name, "-o", self.output, "-q"]),
                                    (self.shards[0], ["merge", "-o", self.output, self.place / name, self.shards[1]]),
                                    (self.shards[0], ["merge", "-o", self.output, self.place / name, self.shards[1], "--force"]),
                                    (self.whole, ["report", self.place / name, "-o", self.output])):
                shutil.copy(source, self.place / name)
                done = quadrille(*command)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("found the name of a lock, a draft or a part of the output", done.stderr)
                self.assertEqual((self.place / name).read_bytes(), source.read_bytes())
            (self.place / name).unlink()
        self.assertEqual([path.name for path in self.place.iterdir()], ["out.h5.parts"])

    def test_parts_of_the_output_may_be_merged_into_it(self):
        must("run", self.experiment, "-o", self.output, "-q", "--worlds", "1000000", "--time-budget", "1s", status=75)
        parts = f"{self.output}.parts"
        must("merge", "-o", self.output, parts, "--partial", "--force", "-q")
        must("verify", self.output)
        self.assertTrue(Path(parts).is_dir())

    def test_a_folder_among_the_parts(self):
        """It stays, and every command says so before it plays a world."""
        for name in ("part-x.qdp", "part-00000-000000000.qdp", "MANIFEST"):
            inner = Path(f"{self.output}.parts") / name
            inner.mkdir(parents=True)
            for options in (["--resume"], ["--force"], [], ["--resume", "--dry-run"]):
                done = must("run", self.experiment, "-o", self.output, "-q", *options, status=2)
                self.assertIn(f"{name}: found a folder among the parts; expected files", done.stderr)
                self.assertEqual([path.name for path in inner.parent.iterdir()], [name])
            shutil.copy(self.whole, self.output)
            # A complete result is told from its parts by those that are there.
            must("run", self.experiment, "-o", self.output, "-q", "--resume", status=0 if name == "MANIFEST" else 2)
            self.assertEqual([path.name for path in inner.parent.iterdir()], [name])
            shutil.rmtree(inner.parent)
            self.output.unlink()

    # ---- places that are not for files

    def makers(self, output):
        """The commands that make a file, each with --force where it has it."""
        return (["run", self.experiment, "-o", output, "-q", "--force"], ["merge", "-o", output, "--force", *self.shards],
                ["report", self.whole, "-o", output, "--force"], ["export", self.whole, "-o", output, "--force"],
                ["crate", self.whole, "-o", output])

    def test_devices_and_processes(self):
        """Nothing is made in /dev and /proc, and no link that leads there is replaced."""
        link, page = self.place / "stdout", self.place / "page"
        shared = Path("/dev/shm")
        for target in ("/proc/self/fd/1", "/dev/stdout", "/dev/fd/1", "../../../../../../../../dev/stdout"):
            link.symlink_to(target)
            for command in self.makers(link):
                with page.open("w") as out:
                    done = subprocess.run([PROGRAM, *map(str, command)], stdout=out, stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("which has no room for files of users", done.stderr)
                self.assertTrue(link.is_symlink())
            link.unlink()
        for output in ("/proc/self/x.h5", "/proc/x.h5", "/proc/self/fd/x.h5", "/sys/x.h5", "/dev/fd/x.h5"):
            for command in self.makers(output):
                self.assertIn("which has no room for files of users", must(*command, status=2).stderr)
        for command in self.makers("/proc/self/cwd/here.h5")[:2]:  # an ordinary folder after all
            must(*command, cwd=self.place)
        if os.access(shared, os.W_OK):
            with tempfile.TemporaryDirectory(dir=shared) as folder:
                must("run", self.experiment, "-o", f"{folder}/out.h5", "-q")

    def test_folders_that_cannot_be_written_to(self):
        """A file in the place of the folder, and folders of others, are wrong names, not faults."""
        file, closed, nobody = self.place / "file", self.place / "closed", {}
        file.write_text("precious")
        closed.mkdir(mode=0o755)
        if os.geteuid() == 0:
            nobody = {"user": 65534, "group": 65534, "extra_groups": []}
            for folder in (self.folder, self.place):
                folder.chmod(0o755)
            try:
                quadrille("--version", **nobody)
            except PermissionError:
                self.skipTest("nobody may not start the program")
        for mode in (0o666, 0o555):
            closed.chmod(mode)
            for command in [*self.makers(file / "x"), *self.makers(self.place / "none" / "x"), *self.makers(closed / "x")]:
                done = must(*command, status=2, **nobody)
                self.assertRegex(done.stderr, "expected a folder that can be written to|-o names another")
        closed.chmod(0o777)
        parts = closed / "y.parts"
        parts.mkdir(mode=0o000)
        for options in (["--resume"], ["--force"], [], ["--dry-run"]):
            done = must("run", self.experiment, "-o", closed / "y", "-q", *options, status=2, **nobody)
            self.assertIn("Permission denied; expected a folder for finished worlds that can be read", done.stderr)
        parts.chmod(0o700)
        Path(f"{closed}/x.lock").write_text("")
        Path(f"{closed}/x.lock").chmod(0o444)
        done = must("merge", "-o", closed / "x", *self.shards, status=2, **nobody)
        self.assertIn("Permission denied; expected a folder, and a lock", done.stderr)
        self.assertEqual(file.read_text(), "precious")

    # ---- links and modes

    def test_links_lead_nowhere(self):
        """Links under the names of temporary files and locks: their targets stay unchanged."""
        victim = self.folder / "victim"
        victim.write_text("precious")
        for tail in (".tmp", ".lock", ".parts"):
            link = Path(f"{self.output}{tail}")
            link.symlink_to(victim)
            done = quadrille("run", self.experiment, "-o", self.output, "-q")
            self.assertEqual(done.returncode, 0 if tail == ".tmp" else 2, done.stderr)
            self.assertEqual(victim.read_text(), "precious")
            link.unlink()
            self.output.unlink(missing_ok=True)
        parts = Path(f"{self.output}.parts")
        parts.mkdir()
        for name in ("LOCK", "MANIFEST.tmp", "part-00000-000000000.qdp.tmp"):
            (parts / name).symlink_to(victim)
        must("run", self.experiment, "-o", self.output, "-q")
        self.assertEqual(victim.read_text(), "precious")
        self.assert_alone()

    def test_force_spares_a_linked_folder(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        for name in ("MANIFEST", "part-00000-000000000.qdp", "part-of-something-else"):
            (elsewhere / name).write_text("precious")
        parts = Path(f"{self.output}.parts")
        parts.symlink_to(elsewhere)
        for options in (["--force"], ["--resume"], []):
            done = quadrille("run", self.experiment, "-o", self.output, "-q", *options)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("symbolic link", done.stderr)
        self.assertEqual(len(list(elsewhere.iterdir())), 3)

    def test_modes_do_not_widen(self):
        must("run", self.experiment, "-o", self.output, "-q")
        for mode in (0o600, 0o640, 0o444):
            self.output.chmod(mode)
            for command in (["run", self.experiment, "-o", self.output, "-q", "--force"],
                            ["merge", "-o", self.output, "--force", *self.shards]):
                must(*command)
                self.assertEqual(stat.S_IMODE(self.output.stat().st_mode), mode)
        self.output.chmod(0o600)
        must("run", self.experiment, "-o", self.output, "-q", "--force", "--worlds", "1000000", "--time-budget", "1s", status=75)
        self.assertEqual(stat.S_IMODE(self.output.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(Path(f"{self.output}.parts").stat().st_mode), 0o700)

    @unittest.skipUnless(os.geteuid() == 0, "only root gives a file to another group")
    def test_parts_of_a_file_of_another_group(self):
        """Their folder is of the caller's group, which may not have the rights of the other."""
        must("run", self.experiment, "-o", self.output, "-q")
        for group, mode in ((os.getegid(), 0o750), (65534, 0o700)):
            os.chown(self.output, -1, group)
            self.output.chmod(0o640)
            shutil.rmtree(f"{self.output}.parts", ignore_errors=True)
            must("run", self.experiment, "-o", self.output, "-q", "--force", "--worlds", "1000000", "--time-budget", "1s", status=75)
            self.assertEqual(stat.S_IMODE(Path(f"{self.output}.parts").stat().st_mode), mode)

    def test_what_is_made_of_a_result_replaces_links_and_keeps_modes(self):
        """A page, a registration and a trace: no file behind a link is written to."""
        must("run", self.experiment, "-o", self.output, "-q")
        victim, page, trace = self.folder / "victim", self.place / "page.html", self.place / "trace.jsonl"
        claims = self.place / "c.yaml"
        claims.write_text(EXPERIMENT + "design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}}}\nclaims:\n"
                          "  - {id: a, says: b, outcome: resolved, contrast: {more: {doctrine: obama}, less: {doctrine: rumsfeld}}}\n")
        sealed = self.place / "c.registered.yaml"
        commands = {page: ("report", self.output, "-o", page), sealed: ("register", claims),
                    trace: ("replay", self.output, "--order", "bipolar", "--world", "0", "--trace", trace)}
        for made, command in commands.items():
            victim.write_text("precious")
            made.symlink_to(victim)
            done = quadrille(*command, "--force")
            self.assertEqual(done.returncode, 2 if made == trace else 0, done.stderr)
            self.assertEqual(victim.read_text(), "precious")
            made.unlink()
            must(*command)
            self.assertEqual(quadrille(*command).returncode, 2)
            made.chmod(0o600)
            must(*command, "--force")
            self.assertEqual(stat.S_IMODE(made.stat().st_mode), 0o600)
            made.unlink()
        self.assertEqual([path.name for path in self.place.iterdir() if path.name.endswith(".tmp")], [])

    def test_left_over_drafts_go(self):
        for name in ("out.h5.0123456789abcdef.tmp", "out.h5.tmp", "out.h5.0123456789abcdeg.tmp", "other.h5.0123456789abcdef.tmp"):
            (self.place / name).write_text("left")
        must("run", self.experiment, "-o", self.output, "-q")
        self.assertEqual(sorted(path.name for path in self.place.iterdir()),
                         ["other.h5.0123456789abcdef.tmp", "out.h5", "out.h5.0123456789abcdeg.tmp", "out.h5.tmp"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
