#!/usr/bin/python3
"""No text makes a terminal do something: controls are shown, not obeyed, wherever the text comes from, and refused in names."""

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, must, quadrille, scratch  # noqa: E402

# C0, delete, C1, every Bidi_Control of Unicode, separators of lines and paragraphs.
CONTROLS = ([chr(c) for c in range(1, 0x20) if c not in (9, 10)] + [chr(c) for c in range(0x7F, 0xA0)]
            + list("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
ALL = "".join(CONTROLS)
SHOWN = "".join(f"\\u{ord(c):04x}" for c in CONTROLS)
HARMLESS = "Zürich, 北京, Ελλάδα, \u00a0 \u00ad \u200b \U0001f54a \U000e0001"

EXPERIMENT = """\
name: {name}
about: {about}
seed: 3
worlds: 20
orders: [bipolar]
parameters: {{order.states: 6, order.periods: 8}}
design: {{type: list, points: [{{label: {point}, set: {{doctrine: rumsfeld}}}}, {{label: other, set: {{doctrine: obama}}}}]}}
claims:
  - {{id: {claim}, says: {says}, outcome: survival, contrast: {{more: {{point: other}}, less: {{doctrine: rumsfeld}}}}}}
"""


def quoted(text):
    """A text for YAML, every character that is not a letter escaped."""
    return '"' + "".join(c if c.isalnum() and ord(c) < 128 else f"\\U{ord(c):08x}" for c in text) + '"'


class Terminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.file = cls.folder / "shown.h5"
        cls.run_with(cls.file)

    @classmethod
    def write(cls, **texts):
        given = {"name": "name", "about": "about", "point": "point", "claim": "claim", "says": "says"}
        path = cls.folder / "terminal.yaml"
        path.write_text(EXPERIMENT.format(**{**given, **texts}))
        return path

    @classmethod
    def run_with(cls, output, **texts):
        return must("run", cls.write(**texts), "-o", output, "-q", "-j", "1", "--force")

    def assert_harmless(self, output):
        found = [c for c in CONTROLS if c in output]
        self.assertEqual(found, [], output)

    def show(self, file, *options):
        done = subprocess.run([PROGRAM, "show", file, *options], capture_output=True)
        text = done.stdout.decode() + done.stderr.decode()
        self.assert_harmless(text)
        return "".join(text.split())

    def test_json_of_names_that_are_not_utf8(self):
        """The command line of a run is a text of its file; JSON has U+FFFD for its other bytes."""
        output = os.fsencode(self.folder / "bytes-") + b"\xff\xc3.h5"
        self.run_with(os.fsdecode(output))
        for command in (("show", "--json"), ("export", "--json", "--summary")):
            done = subprocess.run([PROGRAM, command[0], output, *command[1:]], capture_output=True)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            found = json.loads(done.stdout.decode("utf-8"))
            if command[0] == "show":
                self.assertIn("bytes-\ufffd\ufffd.h5", found["command_line"])

    def test_texts_of_an_experiment_are_shown(self):
        file = self.folder / "texts.h5"
        self.run_with(file, about=quoted(f"a{ALL}b"), says=quoted(f"c{ALL}d"))
        shown = self.show(file)
        self.assertIn(f"a{SHOWN}b", shown)
        self.assertIn(f"c{SHOWN}d", shown)

    def test_what_is_harmless_is_left_alone(self):
        file = self.folder / "harmless.h5"
        self.run_with(file, about=quoted(HARMLESS), name=quoted(HARMLESS))
        self.assertEqual(must("show", file).stdout.count(HARMLESS.split()[1]), 2)
        self.assertIn("".join(HARMLESS.split()), self.show(file))

    def test_names_are_refused(self):
        for what in ("name", "point", "claim"):
            for control in "\x01\x1b\x7f\x85\x9b\u061c\u202e\u2028\u2069\t\n":
                with self.subTest(f"{what}: {ord(control):#x}"):
                    done = quadrille("run", self.write(**{what: quoted(f"a{control}b")}), "--dry-run")
                    self.assertEqual(done.returncode, 2)
                    self.assertIn("without control characters", done.stderr)
                    self.assert_harmless(done.stderr)

    def test_names_of_other_files_are_refused(self):
        ties = self.folder / "ties.csv"
        ties.write_text("a,b,sign\nx\u202ey,z,1\n")
        landscape, power = self.folder / "landscape.yaml", self.folder / "power.yaml"
        for text in ("rule: two-camps\nmethod: exact\nties: ties.csv\n",
                     'rule: two-camps\nmethod: exact\nactors: {"a\\e[2J": 1, b: 2}\npropensity: [[0, 1], [1, 0]]\n',
                     'rule: two-camps\nmethod: exact\nactors: ["a\\e[2J", b]\npropensity: [[0, 1], [1, 0]]\n'):
            landscape.write_text(text)
            done = quadrille("landscape", landscape)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn("control characters", done.stderr)
        power.write_text('members: {"a\\x9b2J": 7, b: 7}\nquota: 8\n')
        done = quadrille("power", power)
        self.assertEqual(done.returncode, 2)
        self.assertIn("control characters", done.stderr)

    def test_the_name_of_a_file_is_a_name(self):
        path = self.folder / "a\x1b[2Jb.yaml"
        path.write_text("seed: 1\nworlds: 5\norders: [bipolar]\n")
        done = quadrille("run", path, "--dry-run")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a\\u001b[2Jb.yaml", done.stderr)

    def test_all_that_stands_in_a_result_file(self):
        file = self.folder / "forged.h5"
        shutil.copy(self.file, file)
        evil = f"e{ALL}f"
        with h5py.File(file, "r+") as h5:
            for name, value in h5.attrs.items():
                if isinstance(value, str) and name not in ("config", "config_hash"):
                    h5.attrs[name] = evil
            for name in ("order", "point_label", "claims/id", "claims/says", "claims/note", "claims/verdict",
                         "contrasts/more", "contrasts/less"):
                text = h5[name]
                text[...] = np.full(text.shape, evil, dtype=object)
        self.show(file, "--outcomes", "all")
        self.show(file)

    def test_bytes_that_are_not_text(self):
        for raw, shown in ((b"a\xffb", "a\\xffb"), (b"a\xc3", "a\\xc3"), (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
                           (b"\xc0\x9b", "\\xc0\\x9b"), (b"\xf4\x90\x80\x80", "\\xf4")):
            done = subprocess.run([PROGRAM.encode(), b"show", b"no-such-" + raw], capture_output=True)
            self.assertIn(shown, done.stderr.decode())

    def test_words_of_the_command_line(self):
        for words in (("\x1b[2J",), ("run", "--\x1b[2J"), ("run", "x.yaml", "-j", "\x9b2J"), ("show", "a\rb"),
                      ("run", "no-such\x07.yaml"), ("list", "\u202e")):
            done = quadrille(*words)
            self.assertEqual(done.returncode, 2)
            self.assert_harmless(done.stderr.replace("\u00a0", ""))

    def test_json_stays_what_it_is(self):
        path = self.folder / "ties.yaml"
        path.write_text('rule: two-camps\nmethod: exact\nactors: {"quo\\"te": 1, "Zürich": 2, "back\\\\": 1}\n'
                        "propensity: [[0, 1, 1], [1, 0, 1], [1, 1, 0]]\n")
        names = json.loads(must("landscape", path).stdout)["best"]["groups"]
        self.assertEqual(sorted(name for group in names for name in group), ['Zürich', 'back\\', 'quo"te'])

    def test_a_long_output_is_filtered_as_one(self):
        """Characters that lie across the pieces of the filter come out whole."""
        for shift in range(4):
            about = "x" * shift + "ü北🕊" * 400
            file = self.folder / "long.h5"
            self.run_with(file, about=quoted(about))
            self.assertIn(about, self.show(file))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
