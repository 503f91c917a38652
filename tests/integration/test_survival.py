#!/usr/bin/python3
"""Nothing finished is lost. Runs are killed (SIGKILL) at fifty random moments and while they assemble, parts are damaged, folders
vanish and disks fill up; every time --resume comes to the hash of an undisturbed run."""

import os
import random
import re
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harness import PROGRAM, fixed, must, quadrille, result_hash, scratch

KILLS = 50


class Runs(unittest.TestCase):
    """An experiment whose run takes `least` seconds or more on this machine, and its hash."""

    least = 0.0

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment, whole = cls.folder / "long.yaml", cls.folder / "whole.h5"
        worlds, cls.seconds = 2000, -1.0
        while cls.seconds < cls.least:
            worlds *= 2
            cls.experiment.write_text(fixed(worlds))
            began = time.monotonic()
            must("run", cls.experiment, "-o", whole, "-q", "-j", "2", "--force")
            cls.seconds = time.monotonic() - began
        cls.hash = result_hash(whole)

    def start(self, output, *options):
        return subprocess.Popen([PROGRAM, "run", self.experiment, "-o", output, "-q", "-j", "2", *options],
                                stderr=subprocess.PIPE, text=True)

    def finish(self, output):
        """Resumes to the end and compares; returns the messages."""
        said = must("run", self.experiment, "-o", output, "--resume").stderr
        self.assertEqual(result_hash(output), self.hash)
        self.assertFalse(self.parts(output).exists())
        return said

    def parts(self, output):
        return Path(f"{output}.parts")

    def drafts(self, output):
        """The file being written, or left by a kill."""
        return list(output.parent.glob(f"{output.name}.*.tmp"))

    def interrupted(self, name):
        """A run that has finished a few parts and was killed."""
        output = self.folder / f"{name}.h5"
        run = self.start(output)
        while run.poll() is None and len(list(self.parts(output).glob("part-*.qdp"))) < 2:
            time.sleep(0.01)
        run.kill()
        run.communicate()
        self.assertGreaterEqual(len(list(self.parts(output).glob("part-*.qdp"))), 1)
        return output


class Survival(Runs):
    least = 1.0  # a run writes its first part after a quarter of a second

    def test_killed_at_random_moments(self):
        luck = random.Random(1945)
        kills, number, useful = 0, 0, 0
        while kills < KILLS:
            output = self.folder / f"killed-{number}.h5"
            number += 1
            while kills < KILLS:
                run = self.start(output, "--resume")
                try:
                    run.wait(luck.uniform(0.0, 0.6 * self.seconds))
                    break
                except subprocess.TimeoutExpired:
                    run.kill()
                    kills += 1
                finally:
                    said = run.communicate()[1]
                self.assertIn(run.returncode, (0, -9), said)
                useful += any(self.parts(output).glob("part-*.qdp"))
            self.finish(output)
        self.assertGreater(useful, KILLS // 4, "kills that found finished parts")

    def sized(self, name, worlds, seed=1985):
        """The experiment with another number of worlds, of `name`."""
        path = self.folder / f"{name}.yaml"
        path.write_text(re.sub(r"(?m)^seed: .*\n", "", fixed(worlds)) + f"seed: {seed}\n")
        return path

    def test_other_work_beside_a_complete_result(self):
        """Parts of another experiment, or of worlds that the result does not have, stay, and are told."""
        output = self.interrupted("other-work")
        few, other = self.sized("few", 20), self.sized("other", 20, seed=5)
        parts = {path.name: path.read_bytes() for path in self.parts(output).iterdir()}
        for experiment, told in ((few, "finished worlds that this experiment does not have"), (other, "holds the work of another experiment")):
            with self.subTest(told):
                must("run", experiment, "-o", self.folder / "small.h5", "-q", "--force")
                shutil.copy(self.folder / "small.h5", output)
                for more in ((), ("--dry-run",)):
                    done = must("run", experiment, "-o", output, "--resume", *more, status=2)
                    self.assertIn(told, done.stderr)
                    self.assertNotIn("earlier sessions", done.stderr)
                    self.assertEqual({path.name: path.read_bytes() for path in self.parts(output).iterdir()}, parts)
        must("run", other, "-o", output, "--resume", "--force", "-q")
        self.assertFalse(self.parts(output).exists())

    def test_killed_while_it_would_replace_another_result(self):
        """--resume alone refuses, as the file is of another experiment, and names the way that keeps the parts."""
        output = self.interrupted("replacing")
        must("run", self.sized("other", 20, seed=5), "-o", self.folder / "small.h5", "-q", "--force")
        shutil.copy(self.folder / "small.h5", output)
        said = must("run", self.experiment, "-o", output, "--resume", status=2).stderr
        self.assertIn("--resume --force continues them", said)
        self.assertTrue(self.parts(output).exists())
        total, left = (int(re.search(r"(\d+) worlds to play", must("run", self.experiment, "-o", name, "--dry-run", *more).stderr)[1])
                       for name, more in ((self.folder / "absent.h5", ()), (output, ("--resume", "--force"))))
        self.assertLess(left, total)
        must("run", self.experiment, "-o", output, "--resume", "--force")
        self.assertEqual(result_hash(output), self.hash)

    def test_a_refused_resume_does_not_sign_the_parts(self):
        output = self.interrupted("unsigned")
        manifest = self.parts(output) / "MANIFEST"
        manifest.write_bytes(manifest.read_bytes()[:100])
        for damage in (manifest.read_bytes(), None):
            if damage is None:
                manifest.unlink()
            said = must("run", self.sized("other", 20, seed=5), "-o", output, "--resume", status=2).stderr
            self.assertIn("belongs to another experiment", said)
            self.assertEqual(manifest.read_bytes() if manifest.exists() else None, damage)
        self.finish(output)

    def test_killed_while_assembling(self):
        luck, caught = random.Random(1946), 0
        for number in range(6):
            output = self.folder / f"assembling-{number}.h5"
            run = self.start(output)
            while run.poll() is None and not self.drafts(output):
                time.sleep(0.001)
            time.sleep(luck.uniform(0.0, 0.05))
            run.kill()
            run.communicate()
            caught += run.returncode == -9 and bool(self.drafts(output))
            self.finish(output)
            self.assertEqual(self.drafts(output), [])
        self.assertGreater(caught, 0, "runs killed between the first byte of the file and its renaming")

    def test_killed_while_parts_are_removed(self):
        output = self.interrupted("removing")
        parts = self.folder / "kept"
        shutil.copytree(self.parts(output), parts)
        self.finish(output)
        shutil.copytree(parts, self.parts(output))
        os.remove(self.parts(output) / "MANIFEST")
        said = self.finish(output)
        self.assertIn("from earlier sessions", said)

    def test_damage_is_noticed(self):
        luck = random.Random(1947)
        output = self.interrupted("damaged")
        untouched = self.folder / "untouched"
        shutil.copytree(self.parts(output), untouched)
        for damage in range(4):
            part = luck.choice(sorted(self.parts(output).glob("part-*.qdp")))
            bytes_ = bytearray(part.read_bytes())
            if damage == 3:
                bytes_ = bytes_[:len(bytes_) // 2]
            else:
                bytes_[luck.randrange(len(bytes_))] ^= 1 << luck.randrange(8)
            part.write_bytes(bytes_)
            said = self.finish(output)
            self.assertIn(f"{part.name}.damaged", said)
            os.remove(output)
            shutil.copytree(untouched, self.parts(output))

    def test_damaged_result_beside_good_parts(self):
        output = self.interrupted("beside")
        output.write_bytes(output.read_bytes()[:5000] if output.exists() else b"cut off")
        for command in (["show"], ["verify"], ["merge", "-o", self.folder / "merged.h5"]):
            must(*command, output, status=2)
        done = must("run", self.experiment, "-o", output, "--resume", status=2)
        self.assertIn("move", done.stderr)
        os.rename(output, self.folder / "moved.h5")
        self.finish(output)
        (self.folder / "file.h5.parts").write_text("not a folder")
        done = must("run", self.experiment, "-o", self.folder / "file.h5", status=2)
        self.assertIn("not a folder", done.stderr)
        self.assertFalse((self.folder / "file.h5").exists())

    def test_another_experiment_is_refused(self):
        output = self.interrupted("other")
        before = sorted(path.name for path in self.parts(output).iterdir())
        for options in (["--resume"], []):
            done = must("run", self.experiment, "-o", output, "--seed", "1986", *options, status=2)
            self.assertIn("--force", done.stderr)
        self.assertEqual(before, sorted(path.name for path in self.parts(output).iterdir()))
        self.finish(output)

    def rehearse(self, output, *options, status=0):
        """A dry run, which changes nothing; its messages. A refusal is that of the run itself."""
        def state():
            return {path: path.read_bytes() for path in self.folder.rglob(f"{output.name}*") if path.is_file()}
        before = state()
        said = must("run", self.experiment, "-o", output, *options, "--dry-run", status=status).stderr
        self.assertEqual(state(), before)
        if status:
            self.assertEqual(said.splitlines()[1:], must("run", self.experiment, "-o", output, *options, status=status).stderr.splitlines()[1:])
        return said

    def test_a_dry_run_examines_earlier_work(self):
        output = self.interrupted("dry")
        part = sorted(self.parts(output).glob("part-*.qdp"))[0]
        all_worlds = int(re.search(r" (\d+) worlds to play", must("run", self.experiment, "-o", self.folder / "fresh.h5", "--dry-run").stderr)[1])
        left = int(re.search(r" (\d+) worlds to play", self.rehearse(output, "--resume"))[1])
        self.assertLess(left, all_worlds)
        self.assertIn("add --resume", self.rehearse(output, status=2))
        self.assertIn("config_hash", self.rehearse(output, "--resume", "--seed", "1986", status=2))
        forced = self.rehearse(output, "--force")
        self.assertEqual(int(re.search(r" (\d+) worlds to play", forced)[1]), all_worlds)
        whole = part.read_bytes()
        part.write_bytes(whole[:-1])
        damaged = self.rehearse(output, "--resume")
        self.assertIn(f"{part.name}: ", damaged)
        self.assertGreater(int(re.search(r" (\d+) worlds to play", damaged)[1]), left)
        part.write_bytes(whole)
        self.finish(output)
        self.assertIn("no worlds are left to play", self.rehearse(output, "--resume"))
        output.write_bytes(output.read_bytes()[:5000])
        self.assertIn("cannot be resumed", self.rehearse(output, "--resume", status=2))

    def test_a_dry_run_tells_of_another_run(self):
        output = self.folder / "watched.h5"
        run = self.start(output, "--worlds", "1000000")
        while not (self.parts(output) / "MANIFEST").exists():
            time.sleep(0.01)
        said = [must("run", self.experiment, "-o", output, "--dry-run", "--resume", status=2).stderr for _ in range(3)]
        run.terminate()
        run.communicate()
        self.assertEqual(run.returncode, 75)
        for one in said:
            self.assertIn(f"another run or merge is writing here: process {run.pid} on host", one)
        lock = Path(f"{output}.lock")
        lock.symlink_to("nowhere")
        self.assertIn("found a symbolic link", self.rehearse(output, "--resume", status=2))
        lock.unlink()

    def test_two_runs_into_one_file(self):
        output = self.folder / "twice.h5"
        run = self.start(output)
        while not (self.parts(output) / "MANIFEST").exists():
            time.sleep(0.01)
        done = must("run", self.experiment, "-o", output, "--resume", status=2)
        self.assertIn("another run", done.stderr)
        run.communicate()
        self.assertEqual(result_hash(output), self.hash)

    def test_folder_vanishes(self):
        inner = self.folder / "inner"
        inner.mkdir()
        output = inner / "vanishing.h5"
        run = self.start(output)
        while run.poll() is None and not list(self.parts(output).glob("part-*.qdp")):
            time.sleep(0.01)
        os.rename(inner, self.folder / "moved")
        said = run.communicate()[1]
        self.assertEqual(run.returncode, 1, said)
        self.assertIn("--resume", said)
        os.rename(self.folder / "moved", inner)
        self.finish(output)

    def test_folder_that_cannot_be_written_to(self):
        done = must("run", self.experiment, "-o", "/proc/none/out.h5", status=2)
        self.assertIn("expected a folder", done.stderr)
        if os.geteuid() == 0:
            with Mounted(self.folder / "readonly", "ro,size=1m") as folder:
                done = must("run", self.experiment, "-o", folder / "out.h5", status=2)
                self.assertIn("Read-only", done.stderr)
        else:
            folder = self.folder / "readonly"
            folder.mkdir(mode=0o555)
            must("run", self.experiment, "-o", folder / "out.h5", status=2)


class Disks(Runs):
    def test_disk_full(self):
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small disk")
        # The first fills up while parts are written, the second while the file is assembled from them. Both have room when the
        # run begins, since a run without room is refused.
        for number, size in enumerate(("300k", "1500k")):
            with Mounted(self.folder / f"disk-{number}", "size=64m") as folder:
                output = folder / "full.h5"
                run = self.start(output)
                while run.poll() is None and not (self.parts(output) / "MANIFEST").exists():
                    time.sleep(0.001)
                subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)
                said = run.communicate()[1]
                self.assertEqual(run.returncode, 1, said)
                self.assertIn("No space left" if number == 0 else "could not be written", said)
                self.assertIn("--resume", said)
                self.assertFalse(output.exists())
                subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
                self.finish(output)

    def test_disk_that_is_too_small(self):
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small disk")
        with Mounted(self.folder / "small", "size=300k") as folder:
            done = must("run", self.experiment, "-o", folder / "full.h5", "-q", status=2)
            self.assertIn("free; expected at least", done.stderr)
            self.assertEqual(list(folder.iterdir()), [])


class Mounted:
    """A small disk of its own; skips the test if mounting is not allowed."""

    def __init__(self, folder, options):
        self.folder, self.options = folder, options

    def __enter__(self):
        self.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", self.options, "none", self.folder], capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise unittest.SkipTest(f"mount: {done.stderr.strip()}")
        return self.folder

    def __exit__(self, *unused):
        subprocess.run(["umount", self.folder], check=True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
