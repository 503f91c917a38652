#!/usr/bin/python3
"""Pipes, devices, folders and sockets under the names of files: no command waits for them, and each reports the kind of file."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, must, quadrille, result_hash, scratch  # noqa: E402

EXPERIMENT = """\
name: special
seed: 11
worlds: {worlds}
orders: [bipolar]
parameters: {{order.states: 6, order.periods: 8}}
"""
SECONDS = 60


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


# Objects in place of a file. A program that opens a pipe without a writer waits for ever; one that reads a device of zeros never
# reaches an end.
KINDS = {"pipe": os.mkfifo, "device": lambda path: os.symlink("/dev/zero", path), "folder": os.mkdir, "socket": make_socket}


class Special(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Sockets have short paths.
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "e.yaml"
        cls.experiment.write_text(EXPERIMENT.format(worlds=40))
        cls.sound = cls.folder / "sound.h5"
        must("run", cls.experiment, "-o", cls.sound, "-q", "-j", "1")
        cls.long = cls.folder / "long.yaml"
        cls.long.write_text(EXPERIMENT.format(worlds=300000))
        cls.parts = cls.folder / "kept.h5.parts"
        run = subprocess.Popen([PROGRAM, "run", cls.long, "-o", cls.folder / "kept.h5", "-j", "1", "-q"])
        while not list(cls.parts.glob("part-*.qdp")):
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        (cls.folder / "kept.h5.lock").unlink(missing_ok=True)
        for part in sorted(cls.parts.glob("part-*.qdp"))[1:]:
            part.unlink()

    def each(self):
        """Makers of an object of each kind, each in its own folder, which has the kind's name."""
        for kind, make in KINDS.items():
            folder = scratch(self) / kind
            folder.mkdir()
            yield make, folder

    def refused(self, *arguments):
        done = quadrille(*arguments, timeout=SECONDS)
        self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr}")
        self.assertIn("quadrille", done.stderr)
        return done

    def test_a_result_or_experiment(self):
        for make, folder in self.each():
            there = folder / "x.h5"
            make(there)
            for command in (("run", there, "--dry-run"), ("show", there), ("verify", there), ("report", there),
                            ("replay", there, "--order", "bipolar", "--world", "0"), ("crate", there),
                            ("merge", "-o", folder / "m.h5", there), ("landscape", there), ("power", there),
                            ("register", there), ("run", self.experiment, "-o", there, "-q"),
                            ("run", self.experiment, "-o", there, "-q", "--resume")):
                self.refused(*command)
                self.assertEqual([path.name for path in folder.iterdir()], [there.name], command)

    def test_a_data_file(self):
        for make, folder in self.each():
            make(folder / "cinc.csv")
            file = folder / "e.yaml"
            file.write_text("name: x\nseed: 1\nworlds: 4\norders:\n  - empirical: {cinc: cinc.csv, year: 1936, states: 4}\n")
            self.refused("run", file, "--dry-run", "-o", folder / "x.h5")

    def test_a_lock(self):
        for make, folder in self.each():
            output = folder / "x.h5"
            make(folder / "x.h5.lock")
            done = self.refused("run", self.experiment, "-o", output, "-q")
            self.assertIn("expected a file or nothing", done.stderr)
            self.refused("merge", "-o", output, self.sound)
            self.assertFalse(output.exists())
            self.assertTrue(os.path.lexists(folder / "x.h5.lock"))

    def test_a_part(self):
        for make, folder in self.each():
            parts = folder / "x.h5.parts"
            shutil.copytree(self.parts, parts)
            make(parts / "part-7-7.qdp")
            done = self.refused("show", parts)
            self.assertIn("bipolar", done.stdout)  # the other parts
            self.assertIn("part-7-7.qdp", done.stderr)
            self.assertIn("expected a regular file", done.stderr)
            self.refused("merge", "-o", folder / "m.h5", "--partial", parts)

    def test_a_manifest(self):
        for make, folder in self.each():
            parts = folder / "x.h5.parts"
            shutil.copytree(self.parts, parts)
            (parts / "MANIFEST").unlink()
            make(parts / "MANIFEST")
            self.assertIn("expected a regular file", self.refused("show", parts).stderr)

    def test_a_link_to_a_result_is_a_result(self):
        folder = scratch(self)
        (folder / "link.h5").symlink_to(self.sound)
        must("show", folder / "link.h5")
        must("crate", folder / "link.h5", "-o", folder / "crate")
        self.assertFalse((folder / "crate" / "link.h5").is_symlink())
        self.assertEqual(result_hash(folder / "crate" / "link.h5"), result_hash(self.sound))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
