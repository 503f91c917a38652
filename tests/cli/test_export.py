#!/usr/bin/python3
# labels: integration
"""quadrille export: every world and summary of a result file as CSV and JSON, compared with h5py."""

import csv
import io
import json
import math
import subprocess
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, must, quadrille, scratch  # noqa: E402

EXPERIMENT = """\
name: exported
seed: 4
worlds: {worlds}
orders: [unipolar, bipolar]
parameters: {{order.states: 5, order.periods: 6}}
design:
  type: list
  points:
    - {{label: 'a, "b"', set: {{doctrine: rumsfeld, tension.debt: 0.1}}}}
    - {{label: "=1+1; c", set: {{doctrine: obama}}}}
output: {{outcomes: [survival, breakdown, breakdown_cause, turnover, tension_mean]}}
"""
NAMES = ['a, "b"', "=1+1; c"]


def refuse(text):
    raise AssertionError(f"{text} is no JSON")


def strict(text):
    """JSON without NaN and Infinity, every name of an object once."""
    def once(pairs):
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)
    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


def table(text):
    """RFC 4180: every line ends in CR LF, as many cells in each."""
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    return rows[0], rows[1:]


def raw(*arguments):
    """Standard output without translated line ends."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def same(cell, value):
    return cell in ("", None) if math.isnan(value) else float(cell) == value


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.yaml, cls.file = cls.folder / "exported.yaml", cls.folder / "exported.h5"
        cls.yaml.write_text(EXPERIMENT.format(worlds=30))
        must("run", cls.yaml, "-o", cls.file, "-q")

    def test_worlds(self):
        header, rows = table(raw("export", self.file, "--csv"))
        objects = strict(raw("export", self.file, "--json"))
        self.assertEqual(header[:4], ["point", "order", "world", "failed"])
        self.assertEqual(len(rows), 2 * 2 * 30)
        self.assertEqual(len(objects), len(rows))
        with h5py.File(self.file) as file:
            self.assertEqual(set(header[4:]), set(file["worlds"]) - {"order"})
            codes = np.array(file["worlds/breakdown_cause"], dtype=float)
            for at, (row, told) in enumerate(zip(rows, objects)):
                p, o, w = at // 60, at // 30 % 2, at % 30
                self.assertEqual(row[:4], [NAMES[p], ["unipolar", "bipolar"][o], str(w), "false"])
                self.assertEqual(list(told), header)
                self.assertEqual([told["point"], told["order"], told["world"], told["failed"]], [NAMES[p], row[1], w, False])
                for name, cell in zip(header[4:], row[4:]):
                    value = float(codes[p, o, w] if name == "breakdown_cause" else file["worlds"][name][p, o, w])
                    self.assertTrue(same(cell, value), (name, cell, value))
                    self.assertTrue(same(told[name], value), (name, told[name], value))

    def test_summaries(self):
        header, rows = table(raw("export", self.file, "--summary", "--csv"))
        objects = strict(raw("export", self.file, "--summary", "--json"))
        self.assertEqual(len(rows), 2 * 2 * 5)
        with h5py.File(self.file) as file:
            for row, told in zip(rows, objects):
                cells = dict(zip(header, row))
                p, o = NAMES.index(cells["point"]), ["unipolar", "bipolar"].index(cells["order"])
                group = file["summary"][cells["outcome"]]
                for name in ("mean", "sd", "mcse", "low", "high", "min", "max"):
                    self.assertTrue(same(cells[name], group[name][p, o]), (cells, name))
                    self.assertTrue(same(told[name], group[name][p, o]))
                self.assertEqual(int(cells["count"]), 30)
                for q, name in enumerate(["q01", "q05", "q25", "q50", "q75", "q95", "q99"]):
                    self.assertTrue(same(cells[name], group["quantiles"][p, o, q]))

    def test_show_says_the_same(self):
        """One writer, one interval: `show --csv` and the summary of `export` agree."""
        header, rows = table(raw("export", self.file, "--summary"))
        shown_header, shown = table(raw("show", self.file, "--csv"))
        for row, other in zip(rows, shown, strict=True):
            exported = dict(zip(header, row))
            self.assertEqual(dict(zip(shown_header, other)), {name: exported[name] for name in shown_header})
        told = strict(raw("show", self.file, "--json"))["summary"]
        for row, other in zip(rows, told, strict=True):
            self.assertTrue(same(dict(zip(header, row))["low"], other["low"]))

    def test_lists_have_the_same_form(self):
        for name in ("parameters", "outcomes", "doctrines", "orders"):
            header, rows = table(raw("list", name, "--csv"))
            self.assertEqual([list(row) for row in strict(raw("list", name, "--json"))], [header] * len(rows))

    def test_design(self):
        grid = self.folder / "grid.yaml"
        grid.write_text("seed: 1\nworlds: 3\norders: [bipolar]\nparameters: {order.states: 4, order.periods: 3}\n"
                        "design: {type: grid, factors: {doctrine: {values: [obama, rumsfeld]}, tension.debt: {values: [0.1, 0.25]}}}\n")
        must("run", grid, "-o", self.folder / "grid.h5", "-q")
        header, rows = table(raw("export", self.folder / "grid.h5", "--design"))
        self.assertEqual(header, ["point", "from_claim", "doctrine", "tension.debt"])
        self.assertEqual([(row[2], float(row[3])) for row in rows], [("obama", 0.1), ("obama", 0.25), ("rumsfeld", 0.1), ("rumsfeld", 0.25)])
        self.assertEqual([told["tension.debt"] for told in strict(raw("export", self.folder / "grid.h5", "--design", "--json"))], [0.1, 0.25] * 2)
        worlds = table(raw("export", self.folder / "grid.h5", "--outcomes", "survival"))[1]
        self.assertEqual({row[0] for row in worlds}, {row[0] for row in rows})

    def test_chosen(self):
        header, rows = table(raw("export", self.file, "--outcomes", "turnover,survival", "--points", "=1+1; c"))
        self.assertEqual(header[4:], ["survival", "turnover"])
        self.assertEqual({row[0] for row in rows}, {NAMES[1]})
        self.assertEqual({row[0] for row in table(raw("export", self.file, "--points", 'a, "b"'))[1]}, {NAMES[0]})
        self.assertEqual([row[0] for row in table(raw("export", self.file, "--points", "1,0", "--summary", "--outcomes", "survival"))[1]],
                         [NAMES[1]] * 2 + [NAMES[0]] * 2)

    def test_to_a_file(self):
        output = self.folder / "out.json"
        must("export", self.file, "-o", output)
        self.assertEqual(strict(output.read_bytes().decode()), strict(raw("export", self.file, "--json")))
        self.assertEqual(list(self.folder.glob("out.json.*")), [])
        before = output.read_bytes()
        done = quadrille("export", self.file, "--csv", "-o", output)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--force", done.stderr)
        self.assertEqual(output.read_bytes(), before)
        must("export", self.file, "--csv", "--force", "-o", output)
        self.assertEqual(output.read_bytes().decode(), raw("export", self.file))

    def test_what_is_wrong(self):
        for words, expected in ((["--outcomes", "survivl"], "did you mean `survival`"), (["--outcomes", "wars"], "wars"),
                                (["--summary", "--outcomes", "wars"], "has no summary of wars"), (["--points", "nowhere"], "nowhere"),
                                (["--summary", "--design"], "expected one of them"), (["-o", self.file, "--force"], "which is read here"),
                                (["-o", self.folder / "no" / "such.csv"], "expected a folder"), (["--parquet"], "expected one of those")):
            done = quadrille("export", self.file, *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), (words, done.stderr))
            self.assertIn(expected, done.stderr)
        self.assertEqual(quadrille("export", self.folder / "none.h5").returncode, 2)
        self.assertEqual(quadrille("export", self.yaml).returncode, 2)

    def test_changed_worlds_are_refused(self):
        bad = self.folder / "bad.h5"
        bad.write_bytes(self.file.read_bytes())
        with h5py.File(bad, "r+") as file:
            file["worlds/survival"][0, 0, 3] += 1
        done = quadrille("export", bad)
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_no_worlds_are_kept(self):
        bare = self.folder / "bare.yaml"
        bare.write_text("seed: 1\nworlds: 3\norders: [bipolar]\nparameters: {order.states: 4, order.periods: 3}\noutput: {worlds: false}\n")
        must("run", bare, "-o", self.folder / "bare.h5", "-q")
        done = quadrille("export", self.folder / "bare.h5")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--summary", done.stderr)
        self.assertGreater(len(table(raw("export", self.folder / "bare.h5", "--summary"))[1]), 30)

    def test_worlds_that_are_there(self):
        """Of one of three shards a third of the worlds, under their own numbers."""
        numbers = []
        for k in (1, 2, 3):
            shard = self.folder / f"shard{k}.h5"
            must("run", self.yaml, "-o", shard, "-q", "--shard", f"{k}/3")
            done = quadrille("export", shard, "--outcomes", "survival")
            self.assertIn("not complete", done.stderr)
            rows = table(raw("export", shard, "--outcomes", "survival"))[1]
            numbers += [tuple(row) for row in rows]
        whole = table(raw("export", self.file, "--outcomes", "survival"))[1]
        self.assertEqual(sorted(numbers), sorted(tuple(row) for row in whole))

    def test_memory_does_not_grow(self):
        peaks = []
        for worlds in (5_000, 200_000):
            yaml, file = self.folder / "many.yaml", self.folder / f"many{worlds}.h5"
            yaml.write_text("seed: 1\norders: [bipolar]\nparameters: {order.states: 3, order.periods: 2}\n"
                            f"worlds: {worlds}\noutput: {{outcomes: [survival, wars], paths: false}}\n")
            must("run", yaml, "-o", file, "-q")
            for form in ("--csv", "--json"):
                # From a small process: a child's peak begins with that of its parent.
                measure = ("import os, sys\n_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)\n"
                           "print(usage.ru_maxrss if status == 0 else -1)")
                done = subprocess.run([sys.executable, "-S", "-c", measure, PROGRAM, "export", file, form, "-o", self.folder / f"many{worlds}{form}"],
                                      capture_output=True, text=True, check=True)
                peaks.append(int(done.stdout))
        self.assertGreater(min(peaks), 0)
        print("peak resident set in KiB, 5,000 worlds as CSV and JSON, then 200,000:", peaks)
        self.assertLess(max(peaks[2:]) - min(peaks[:2]), 2048)
        with open(self.folder / "many200000--csv") as file:
            self.assertEqual(sum(1 for _ in file), 200_001)


class Landscape(unittest.TestCase):
    """The group `landscape` is exported and shown as the file holds it."""

    def test_group_landscape(self):
        folder = scratch(self)
        path = folder / "l.yaml"
        path.write_text("seed: 5\nworlds: 7\norders: [unipolar, multipolar]\nparameters: {order.states: 8, order.periods: 12}\noutput: {landscape: true}\n")
        must("run", path, "-o", folder / "l.h5", "-q")
        names = ("stable_partitions", "common_partition", "potential_gap")
        with h5py.File(folder / "l.h5") as file:
            held = {name: file["worlds"][name][0].ravel() for name in names}
            means = {name: file[f"summary/{name}/mean"][0] for name in names}
        rows = list(csv.DictReader(io.StringIO(must("export", folder / "l.h5", "--csv").stdout)))
        for name in names:
            np.testing.assert_array_equal([float(row[name]) for row in rows], held[name])
        one = must("export", folder / "l.h5", "--csv", "--outcomes", "potential_gap").stdout.split()
        self.assertEqual(one[0], "point,order,world,failed,potential_gap")
        for rows in (csv.DictReader(io.StringIO(must("export", folder / "l.h5", "--csv", "--summary").stdout)),
                     csv.DictReader(io.StringIO(must("show", folder / "l.h5", "--csv").stdout)), json.loads(must("show", folder / "l.h5", "--json").stdout)["summary"]):
            found = {name: [] for name in names}
            for row in rows:
                if row["outcome"] in names:
                    found[row["outcome"]].append(float(row["mean"]))
            for name in names:
                np.testing.assert_array_equal(found[name], means[name])
        self.assertIn("stable_partitions", must("show", folder / "l.h5", "--outcomes", "stable_partitions").stdout)
        for row in csv.DictReader(io.StringIO(must("export", folder / "l.h5", "--csv", "--summary").stdout)):
            if row["outcome"] in names:  # a rounded value may lie beside the value itself by the sketch's resolution
                self.assertLess(float(row["low"]), float(row["mean"]), row)
                self.assertLess(float(row["mean"]), float(row["high"]), row)
                values = np.sort(held[row["outcome"]].reshape(2, 7)[("unipolar", "multipolar").index(row["order"])])
                self.assertAlmostEqual(float(row["q50"]), values[3], delta=values[3] / 256 + 1e-6)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
