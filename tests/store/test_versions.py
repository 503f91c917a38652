#!/usr/bin/python3
"""Result files of other versions and formats: commands that would continue from their worlds refuse them, and name both
versions."""

import shutil
import struct
import sys
import unittest
from pathlib import Path

import h5py

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import attribute, must, quadrille, scratch  # noqa: E402
from seal import XXHASH, seal_file  # noqa: E402

EXPERIMENT = "name: old\nseed: 5\nworlds: 12\norders: [bipolar]\nparameters: {order.states: 5, order.periods: 6}\n"


class Versions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "old.yaml"
        cls.experiment.write_text(EXPERIMENT)
        cls.sound = cls.folder / "sound.h5"
        must("run", cls.experiment, "-o", cls.sound, "-q", "-j", "1", "--shard", "1/2")
        cls.other = cls.folder / "other.h5"
        must("run", cls.experiment, "-o", cls.other, "-q", "-j", "1", "--shard", "2/2")
        cls.version = attribute(cls.sound, "version")

    def changed(self, **attributes):
        file = self.folder / "old.h5"
        shutil.copy(self.sound, file)
        with h5py.File(file, "r+") as h5:
            for name, value in attributes.items():
                h5.attrs[name] = value
        return file

    def test_another_version_is_not_gone_on_with(self):
        for version in ("0.0.1", self.version + "-rc1", ""):
            file = self.changed(version=version)
            before = file.read_bytes()
            for command in (("merge", "-o", self.folder / "m.h5", file, self.other),
                            ("merge", "-o", self.folder / "m.h5", self.other, file),
                            ("run", self.experiment, "-o", file, "--resume", "-q", "-j", "1")):
                done = must(*command, status=2)
                self.assertIn(f"was written by quadrille {version}", done.stderr)
                self.assertIn(f"this is {self.version}", done.stderr)
                self.assertFalse((self.folder / "m.h5").exists())
                self.assertEqual(file.read_bytes(), before)

    def test_parts_of_another_version(self):
        """They name it themselves: the manifest may be lost."""
        output, parts = self.folder / "long.h5", self.folder / "long.h5.parts"
        must("run", self.experiment, "-o", output, "-q", "-j", "1", "--worlds", "10000000", "--time-budget", "1s", status=75)
        output.unlink(missing_ok=True)
        for part in parts.glob("part-*.qdp"):
            data = bytearray(part.read_bytes()[:-16])
            data[12] ^= 2
            sum_ = XXHASH.XXH3_128bits(bytes(data), len(data))
            part.write_bytes(data + struct.pack("<QQ", sum_.low, sum_.high))
        (parts / "MANIFEST").unlink()
        before = {path.name: path.read_bytes() for path in parts.iterdir()}
        self.assertGreater(len(before), 0)
        done = must("run", self.experiment, "-o", output, "--resume", "--worlds", "10000000", "--time-budget", "1s", "-q", "-j", "1", status=2)
        self.assertIn(f"was written by another version of quadrille, this is {self.version}", done.stderr)
        self.assertEqual({path.name: path.read_bytes() for path in parts.iterdir()}, before)

    def test_verify_says_which_version_wrote_a_file(self):
        done = quadrille("verify", self.changed(version="0.0.1"), "--fraction", "1", "-j", "1")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("0.0.1", done.stdout + done.stderr)

    def test_the_first_format_is_read(self):
        """It lacks outcomes and series of the second edition."""
        file = self.changed(quadrille_format=1)
        with h5py.File(file, "r+") as h5:
            for path in ("summary/integration", "summary/overlap", "paths/integration", "paths/support"):
                if path in h5:
                    del h5[path]
        seal_file(file)
        for command in (("show",), ("export", "--csv", "--outcomes", "survival,wars")):
            now, then = (must(command[0], path, *command[1:]).stdout for path in (self.sound, file))
            self.assertEqual(then.replace(file.name, self.sound.name), now)

    def test_a_newer_format_is_refused_by_all(self):
        file = self.changed(quadrille_format=99)
        for command in (("show", file), ("verify", file), ("merge", "-o", self.folder / "m.h5", file), ("report", file),
                        ("replay", file, "--order", "bipolar", "--world", "0"), ("crate", file),
                        ("run", self.experiment, "-o", file, "--resume", "-q")):
            done = must(*command, status=2)
            self.assertIn("result format 99", done.stderr, command)
            self.assertIn("use a newer quadrille", done.stderr, command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
