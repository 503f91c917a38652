#!/usr/bin/python3
"""Experiments written by programs: JSON by json.dump, YAML as PyYAML and R's yaml write it. Each must mean the same as the file
written by hand, which the configuration hash shows."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]

BY_HAND = """\
name: written
about: "Quotes \\" and \\\\, an é and a 😀"
seed: 18446744073709551615
worlds: 20
orders: [unipolar, multipolar]
parameters:
  doctrine: rumsfeld
  doctrine.scope: leader
  mission.random_order: true
  order.states: 8
  affinity.noise: {uniform: [0.05, 0.15]}
schedule:
  - {at: 4, set: {doctrine: {choice: [obama, clinton]}}}
design:
  type: grid
  factors:
    tension.decay: {values: [0.00001, 0.2]}
    doctrine.umbrella: {values: [false, true]}
output: {worlds: true, paths: false, outcomes: [survival, resolved]}
claims:
  - {id: rises, says: x, outcome: survival, trend: {factor: tension.decay, direction: rises}}
  - {id: modes, says: x, outcome: survival, bimodal: true}
  - {id: arms, says: x, outcome: survival, order: unipolar,
     contrast: {more: {doctrine.umbrella: true}, less: {doctrine.umbrella: false}}}
"""

EXPERIMENT = {
    "name": "written", "about": "Quotes \" and \\, an é and a 😀", "seed": 2**64 - 1, "worlds": 20,
    "orders": ["unipolar", "multipolar"],
    "parameters": {"doctrine": "rumsfeld", "doctrine.scope": "leader", "mission.random_order": True, "order.states": 8,
                   "affinity.noise": {"uniform": [0.05, 0.15]}},
    "schedule": [{"at": 4, "set": {"doctrine": {"choice": ["obama", "clinton"]}}}],
    "design": {"type": "grid", "factors": {"tension.decay": {"values": [1e-05, 0.2]},
                                           "doctrine.umbrella": {"values": [False, True]}}},
    "output": {"worlds": True, "paths": False, "outcomes": ["survival", "resolved"]},
    "claims": [
        {"id": "rises", "says": "x", "outcome": "survival", "trend": {"factor": "tension.decay", "direction": "rises"}},
        {"id": "modes", "says": "x", "outcome": "survival", "bimodal": True},
        {"id": "arms", "says": "x", "outcome": "survival", "order": "unipolar",
         "contrast": {"more": {"doctrine.umbrella": True}, "less": {"doctrine.umbrella": False}}}],
}

# The output of as.yaml of R's package yaml 2.3 for the same lists, with the handler for logicals from its manual.
BY_R = """\
name: written
seed: 3.0
worlds: 2.0e+03
orders:
- 'unipolar'
- "multipolar"
parameters:
  doctrine: 'rumsfeld'
  mission.random_order: {flag}
design:
  type: 'lhs'
  points: 10.0
  factors:
    tension.decay:
      uniform:
      - 0.1
      - 0.2
"""


def dry_run(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "written.yaml"
        path.write_text(text, encoding="utf-8")
        return subprocess.run([PROGRAM, "run", "--dry-run", "-v", path, "-o", f"{folder}/out.h5"], capture_output=True, text=True)


def config_hash(text):
    done = dry_run(text)
    assert done.returncode == 0, done.stderr
    return re.search(r"config_hash ([0-9a-f]{16})", done.stderr).group(1)


class OtherWriters(unittest.TestCase):
    def test_json_means_what_yaml_means(self):
        expected = config_hash(BY_HAND)
        self.assertNotEqual(expected, config_hash(BY_HAND.replace("leader", "all")))
        for style in ({}, {"indent": 2}, {"indent": "\t"}, {"ensure_ascii": False}):
            with self.subTest(style=style):
                self.assertEqual(config_hash(json.dumps(EXPERIMENT, **style)), expected)

    def test_quoted_flags_are_flags(self):
        quoted = BY_HAND.replace("true", '"true"').replace("false", "'false'")
        self.assertEqual(config_hash(quoted), config_hash(BY_HAND))

    def test_a_quoted_number_stays_a_text(self):
        done = dry_run(json.dumps({**EXPERIMENT, "worlds": "20"}))
        self.assertEqual(done.returncode, 2)
        self.assertIn("drop the quotes", done.stderr)

    def test_python_without_a_value_is_nothing(self):
        done = dry_run(json.dumps({"name": None}))
        self.assertEqual(done.returncode, 2)
        self.assertIn("found nothing for `name`", done.stderr)

    def test_r(self):
        self.assertEqual(len(config_hash(BY_R.format(flag="true"))), 16)
        done = dry_run(BY_R.format(flag="yes"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("write `true`", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
