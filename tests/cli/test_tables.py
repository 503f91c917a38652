#!/usr/bin/python3
"""Tables on a terminal agree with the JSON; the lists of the registry agree in both of their forms."""

import json
import os
import pty
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, SOURCE, must, scratch  # noqa: E402

LANDSCAPES = {
    "two-camps": "rule: two-camps\nactors: {Sun: 28.9, Prime: 1.0, Apple: 2}\n"
                 "propensity: [[0, -1, 0.5], [-1, 0, 1], [0.5, 1, 0]]\n",
    "blocs": "rule: blocs\nactors: [a, b, c, d]\npropensity: [[0, 1, -1, 1], [1, 0, 1, -1], [-1, 1, 0, 1], [1, -1, 1, 0]]\n",
    "indifferent": "rule: two-camps\nactors: [a, b, c]\npropensity: [[0, 0, 0], [0, 0, 0], [0, 0, 0]]\n",
    "searched": "rule: blocs\nmethod: search\nstarts: 50\nactors: [a, b, c]\npropensity: [[0, 1, -1], [1, 0, 1], [-1, 1, 0]]\n",
}


def on_terminal(*arguments):
    """What a command prints on a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=child, stderr=subprocess.PIPE)
    os.close(child)
    text = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:  # the other side is closed
            piece = b""
        if not piece:
            break
        text += piece
    os.close(parent)
    said = process.communicate()[1].decode()
    if process.returncode != 0:
        raise AssertionError(f"{arguments}: exit status {process.returncode}\n{said}")
    return text.decode().replace("\r\n", "\n")


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)

    def written(self, name, text):
        path = self.folder / f"{name}.yaml"
        path.write_text(text)
        return path

    def check_minimum(self, line, minimum):
        energy, disagreements, share, rest = line.split(None, 3)
        self.assertAlmostEqual(float(energy), minimum["energy"])
        self.assertAlmostEqual(float(disagreements), minimum["disagreements"])
        reached = minimum.get("hits", minimum["basin"])
        self.assertEqual(share, "-" if reached is None else str(reached))
        self.assertTrue(rest.endswith(" | ".join(" ".join(group) for group in minimum["groups"])), line)
        if "plateau" in minimum:
            self.assertTrue(rest.startswith(f"plateau {minimum['plateau']}{', exit' if minimum['exit'] else ''} "), line)
        else:
            self.assertTrue(rest.startswith("strict " if minimum["strict"] else "level "), line)

    def check_landscape(self, path):
        answer = json.loads(must("landscape", path).stdout)
        self.assertEqual(answer, json.loads(on_terminal("landscape", "--json", path)))
        lines = on_terminal("landscape", path).splitlines()
        self.assertIn(f"{answer['rule']}, {answer['method']}: {answer['actors']} actors", lines[0])
        found = re.search(r"energy(?: found \(an upper bound\))?: (\S+), disagreements (\S+), reached by (\d+)", lines[1])
        self.assertAlmostEqual(float(found.group(1)), answer["best"]["energy"])
        self.assertAlmostEqual(float(found.group(2)), answer["best"]["disagreements"])
        reached = answer["hits"] if answer["method"] == "search" else answer["best"]["optima"]
        self.assertEqual(int(found.group(3)), reached)
        self.assertTrue(lines[2].startswith(f"{answer['minima_total']} "), lines[2])
        for line, minimum in zip(lines[5:25], answer["minima"]):
            self.check_minimum(line, minimum)
        self.assertEqual(len(lines) - 5, min(answer["minima_total"], 20) + (answer["minima_total"] > 20))

    def test_landscapes(self):
        for name, text in LANDSCAPES.items():
            with self.subTest(name):
                self.check_landscape(self.written(name, text))

    def test_a_long_landscape(self):
        """Each actor likes its pair and no other: 2^9 sides of ten pairs; the table stops after 20."""
        rows = [[1 if i != j and i // 2 == j // 2 else 0 for j in range(20)] for i in range(20)]
        path = self.written("long", f"rule: two-camps\nactors: [{', '.join(f'a{i}' for i in range(20))}]\npropensity: {rows}\n")
        answer = json.loads(must("landscape", path).stdout)
        self.assertEqual((answer["minima_total"], answer["best"]["optima"]), (512, 512))
        self.assertIn("and 492 more", on_terminal("landscape", path))
        self.check_landscape(path)

    def test_only_optimal_partitions_of_many_actors(self):
        rows = [[0 if i == j else 1 if i % 2 == j % 2 else -1 for j in range(14)] for i in range(14)]
        path = self.written("many", f"rule: blocs\nactors: [{', '.join(f'a{i}' for i in range(14))}]\npropensity: {rows}\n")
        self.assertIn("1 optimal partitions", on_terminal("landscape", path))
        self.check_landscape(path)

    def test_power(self):
        path = self.written("power", "members: {China: 7, France: 5, Togo: 1}\nquota: 8\nveto: [China]\n")
        answer = json.loads(must("power", path).stdout)
        lines = on_terminal("power", path).splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("member "))
        for line, member in zip(lines[first + 1:], answer["members"]):
            words = line.split()
            self.assertEqual(words[0], member["name"])
            for word, key in zip(words[1:4], ("shapley_shubik", "banzhaf", "swings")):
                self.assertAlmostEqual(float(word), member[key], places=11)
            self.assertEqual("veto" in line, member["name"] == "China")
        # China decides with either other: phi = 2/3, 1/6, 1/6 by counting the orders.
        self.assertAlmostEqual(answer["members"][0]["shapley_shubik"], 2 / 3)

    def test_lists(self):
        text = (SOURCE / "docs" / "registry.md").read_text()
        for table in ("parameters", "outcomes", "doctrines", "orders"):
            with self.subTest(table):
                plain = must("list", table).stdout.splitlines()
                marked = [line for line in must("list", table, "--markdown").stdout.splitlines() if line.startswith("| `")]
                self.assertGreater(len(marked), 2)
                listed = {line.split()[0]: " ".join(line.split()[1:]) for line in plain if line}
                for line in marked:
                    name, *cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
                    name = name.strip("`")
                    self.assertIn(name, listed)
                    self.assertTrue(listed[name].endswith(cells[-1]), f"{name}: {listed[name]}")
                    self.assertIn(cells[0], listed[name])
                    self.assertIn(line, text, "docs/registry.md is made by scripts/docs")

    def test_odd(self):
        """The description has the seven elements of ODD (2020), and every row of the registry."""
        text = must("list", "odd").stdout
        self.assertIn((SOURCE / "docs" / "model.md").read_text(), text)
        elements = ["Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling", "Design concepts",
                    "Initialization", "Input data", "Submodels"]
        self.assertEqual([line[3:] for line in text.splitlines() if line.startswith("## ")][:7], elements)
        for concept in ("Basic principles", "Emergence", "Adaptation", "Learning", "Prediction", "Sensing", "Interaction", "Stochasticity",
                        "Collectives", "Observation"):
            self.assertIn(f"- *{concept}", text)
        for table in ("parameters", "outcomes", "doctrines", "orders"):
            self.assertIn(must("list", table, "--markdown").stdout, text)
        series = (SOURCE / "include" / "quadrille" / "series.def").read_text()
        for name in re.findall(r"^QD_SERIES\((\w+),", series, re.M):
            self.assertIn(f"| `{name}` |", text)
        stated = (SOURCE / "src" / "registry" / "assumptions.def").read_text()
        for sentence in re.findall(r'^QD_(?:ASSUMED|FOUND)\("(.*)"\)$', stated, re.M):
            self.assertIn(f"- {sentence}\n", text)
        for form in ("--json", "--csv"):
            self.assertIn("expected neither", must("list", "odd", form, status=2).stderr)

    def test_wrong_lists(self):
        for arguments in ([], ["parameter"], ["parameters", "outcomes"], ["--markdwon", "orders"]):
            done = must("list", *arguments, status=2)
            self.assertEqual(done.stdout, "")
            self.assertIn("expected", done.stderr)
        self.assertIn("Usage: quadrille list", must("list", "--help").stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
