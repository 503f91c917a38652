#!/usr/bin/python3
"""Forged and damaged result files are read without a crash, and no other file is read."""

import os
import random
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

import h5py

sys.path.insert(0, str(Path(__file__).resolve().parent))
from hostile import ESCAPES, FORGED, PROGRAM, SHAPES, Hostile, elsewhere, failure, replace  # noqa: E402
from seal import Unsealed  # noqa: E402


class Results(Hostile):
    def test_forged_files(self):
        for number, (name, forge) in enumerate(FORGED.items()):
            with self.subTest(name):
                self.read_by(self.forged(forge), ("show", "merge")[number % 2:][:1])

    def test_the_digest_is_that_of_its_definition(self):
        with h5py.File(self.sound) as file:
            kept = file.attrs["digest"]
        with h5py.File(self.forged(lambda file: file.attrs.__delitem__("digest"), sealed=True)) as file:
            self.assertEqual(file.attrs["digest"], kept)

    def test_forged_files_with_right_digests(self):
        """They are refused, or differ from what is computed anew."""
        for number, (name, forge) in enumerate(FORGED.items()):
            with self.subTest(name):
                try:
                    file = self.forged(forge, sealed=True)
                except Unsealed:
                    continue
                done = self.read_by(file, ("verify", ("show", "merge")[number % 2]))
                for command in done:
                    self.assertNotRegex(done[command].stderr, "differs from its digest|refer to each other")
                    self.assertNotEqual(done[command].returncode, 1, done[command].stderr)
                if name != "2^40 threads":
                    self.assertNotEqual(done["verify"].returncode, 0)

    def test_nothing_outside_the_file_is_opened(self):
        # A program that opened the pipe would wait until its time limit.
        pipe, path = self.folder / "elsewhere", "summary/survival/mean"
        os.mkfifo(pipe)
        for name, forge in elsewhere(path, pipe, (2, 2)).items():
            with self.subTest(name):
                for command, done in self.read_by(self.forged(forge), ("show", "verify")).items():
                    self.assertEqual(done.returncode, 2, f"{command}: {done.stderr}")
                    self.assertIn("stands alone", done.stderr)

    def test_packed_chunks_of_forged_sizes(self):
        """libhdf5 is refused the memory that it asks for, and the digest tells that the file is damaged."""
        for path in ("paths/support/mean", "summary/survival/mean", "worlds/survival"):
            with self.subTest(path):
                with h5py.File(self.sound) as file:
                    chunk = file[path].id.get_chunk_info(0)
                key = struct.pack("<II", chunk.size, chunk.filter_mask) + bytes(8 * (len(chunk.chunk_offset) + 1))
                before, key, after = self.sound.read_bytes().partition(key + struct.pack("<Q", chunk.byte_offset))
                self.assertTrue(key)
                forged = self.absent("forged.h5")
                forged.write_bytes(before + struct.pack("<I", 0x7FFFFFF0) + key[4:] + after)
                self.assertIn(self.read("verify", forged).returncode, (2, 3))

    def test_absent_values_have_a_bound_together(self):
        """Each variable alone could be that of a run which ended early; the memory for all of them could not."""

        def forge(file):
            points = file.id.get_filesize() // 2
            for outcome in file["summary"].values():
                for name in [name for name, variable in outcome.items() if variable.shape[:2] == (2, 2) and name != "histogram"]:
                    kind, rest = outcome[name].dtype, outcome[name].shape[1:]
                    replace(outcome, name, shape=(points, *rest), dtype=kind, chunks=(1024, *rest))
            replace(file, "point_label", shape=(points,), dtype=h5py.string_dtype(), chunks=(1024,))
            replace(file, "worlds_done", shape=(points, 2), dtype="u8", chunks=(1024, 2))

        done = self.read("show", self.forged(forge, sealed=True), "--outcomes", "all")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("most of its points were not played", done.stderr)

    def test_a_process_that_reads_ends_with_its_maker(self):
        with subprocess.Popen([PROGRAM, "show", self.forged(FORGED["a variable without end"])],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as show:
            children = Path(f"/proc/{show.pid}/task/{show.pid}/children")
            while not (child := children.read_text().split()):
                time.sleep(0.01)
            show.kill()
        end = time.monotonic() + 60
        while Path(f"/proc/{child[0]}/stat").exists() and time.monotonic() < end:
            time.sleep(0.1)
        self.assertFalse(Path(f"/proc/{child[0]}/stat").exists())

    def test_a_link_within_the_file_is_followed(self):
        def forge(file):
            file.move("summary/survival/mean", "elsewhere")
            file["summary/survival/mean"] = h5py.SoftLink("/elsewhere")

        self.assertEqual(self.read("show", self.forged(forge)).stdout, self.read("show", self.sound).stdout)

    def test_damaged_headers(self):
        luck = random.Random(1948)
        ends = {self.read("show", self.damaged(luck), "--outcomes", "all").returncode for _ in range(25)}
        self.assertEqual(ends, {0, 2})

    def test_misshapen_variables_and_attributes(self):
        luck = random.Random(1951)
        for number in range(8):
            file, what = self.misshapen(luck)
            with self.subTest(what):
                done = self.read(*self.commands(file)[("show", "json")[number % 2]])
                rows = what.startswith(("worlds", "parts"))  # of which `show` reads nothing
                self.assertIn(done.returncode, (0, 2) if rows else (2,), done.stderr)

    def test_texts_cannot_drive_a_terminal(self):
        def forge(file):
            for name in ("title", "about", "host", "command_line", "version", "libraries", "created", "shard", "compiler"):
                file.attrs[name] = ESCAPES
            for path in ("claims/says", "claims/claim", "claims/note", "claims/status", "point_label", "order"):
                if path in file:
                    SHAPES["texts of escapes"](file, path, file.pop(path).shape)

        for name in ("show", "csv", "merge", "verify"):
            with self.subTest(name):
                done = self.read(*self.commands(self.forged(forge))[name])
                self.assertNotEqual(done.returncode, 0)
                self.assertGreater(len(done.stdout + done.stderr), 0)

    def test_a_failure_that_is_not_there_is_named(self):
        done = self.read("show", self.forged(failure(2, 0, 0)))
        self.assertEqual(done.returncode, 2)
        self.assertIn("damaged", done.stderr)


class Extras(Hostile):
    """Values of the landscape, whose names are in a text of the file."""

    text = Hostile.text + "output: {landscape: true}\n"

    def test_extras_without_a_name(self):
        with h5py.File(self.sound) as file:
            names = file["parts"].attrs["extra_names"]
        first, *_, last = names.splitlines()
        for given in ("", first, names.replace(last + "\n", ""), names.replace(last, ""), "\n" * names.count("\n"), names.replace(first, "another")):
            with self.subTest(names=given):
                file = self.forged(lambda h5, given=given: h5["parts"].attrs.__setitem__("extra_names", given), sealed=True)
                for command, done in self.read_by(file, ("verify", "merge", "resume")).items():
                    self.assertEqual(done.returncode, 2, f"{command}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
