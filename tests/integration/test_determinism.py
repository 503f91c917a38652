#!/usr/bin/python3
"""An experiment has one result_hash for any threads, instruction sets, shards in any order, resumed runs, and more worlds or
points than before; the same for precision stops."""

import itertools
import signal
import subprocess
import time
import unittest
from pathlib import Path

from harness import FIXED, JUDGED, PRECISE, PROGRAM, attribute, fixed, instruction_sets, must, result_hash, scratch

import sys

import h5py
import numpy as np


class Determinism(unittest.TestCase):
    def setUp(self):
        self.folder = scratch(self)

    def write(self, name, text):
        path = self.folder / f"{name}.yaml"
        path.write_text(text)
        return path

    def run_to(self, name, experiment, *options):
        output = self.folder / f"{name}.h5"
        must("run", experiment, "-o", output, "-q", *options)
        self.assertFalse(Path(f"{output}.parts").exists(), "a finished run leaves no parts")
        return output

    def test_threads(self):
        for name, text in (("fixed", fixed()), ("precise", PRECISE), ("judged", JUDGED)):
            experiment = self.write(name, text)
            found = {threads: result_hash(self.run_to(f"{name}-{threads}", experiment, "-j", threads))
                     for threads in (1, 2, 3)}
            self.assertEqual(len(set(found.values())), 1, found)

    def test_instruction_sets(self):
        experiment = self.write("fixed", fixed(200))
        found = {isa: result_hash(self.run_to(isa, experiment, "--isa", isa)) for isa in instruction_sets()}
        self.assertIn("v2", found)
        self.assertEqual(len(set(found.values())), 1, found)

    def test_another_seed_gives_another_hash(self):
        experiment = self.write("fixed", fixed(50))
        self.assertNotEqual(result_hash(self.run_to("a", experiment)),
                            result_hash(self.run_to("b", experiment, "--seed", "1986")))

    def test_shards_merge_to_the_whole_in_any_order(self):
        for name, text in (("fixed", fixed(101)), ("precise", PRECISE), ("judged", JUDGED)):
            experiment = self.write(name, text)
            whole = self.run_to(f"{name}-whole", experiment)
            for shards in (1, 2, 3):
                parts = [self.run_to(f"{name}-{k}-{shards}", experiment, "--shard", f"{k}/{shards}", "-j", k)
                         for k in range(1, shards + 1)]
                for order, given in enumerate(itertools.permutations(parts)):
                    merged = self.folder / f"{name}-merged-{shards}-{order}.h5"
                    must("merge", "-o", merged, *given)
                    self.assertEqual(result_hash(merged), result_hash(whole))
                    self.assertEqual(attribute(merged, "complete"), 1)

    def test_merged_file_holds_the_same_as_the_whole(self):
        experiment = self.write("fixed", fixed(101))
        whole = self.run_to("whole", experiment)
        parts = [self.run_to(f"{k}", experiment, "--shard", f"{k}/3") for k in (1, 2, 3)]
        merged = self.folder / "merged.h5"
        must("merge", "-o", merged, parts[2], parts[0], parts[1])
        compared = []
        with h5py.File(whole) as a, h5py.File(merged) as b:
            def compare(name, thing):
                if isinstance(thing, h5py.Dataset) and not name.startswith("parts/"):
                    same = np.array_equal(thing[()], b[name][()], equal_nan=thing.dtype.kind == "f")
                    self.assertTrue(same, name)
                    compared.append(name)
            a.visititems(compare)
        self.assertGreater(len(compared), 70)

    def test_stopped_and_resumed(self):
        for name, text in (("fixed", fixed(4000)), ("precise", PRECISE.replace("0.8, conf", "0.3, conf")),
                           ("judged", JUDGED.replace("max_worlds: 3000", "max_worlds: 60000"))):
            experiment = self.write(name, text)
            whole = self.run_to(f"{name}-whole", experiment)
            for number, (sent, wait) in enumerate(((signal.SIGINT, 0.3), (signal.SIGTERM, 0.5),
                                                   (signal.SIGUSR1, 0.7))):
                output = self.folder / f"{name}-{number}.h5"
                run = subprocess.Popen([PROGRAM, "run", experiment, "-o", output, "-q", "-j", "2"],
                                       stderr=subprocess.PIPE, text=True)
                time.sleep(wait)
                run.send_signal(sent)
                said = run.communicate()[1]
                self.assertIn(run.returncode, (0, 75), said)
                self.assertTrue(output.exists(), "a file that can be read")
                if run.returncode == 75:
                    self.assertEqual(attribute(output, "complete"), 0)
                    self.assertIn("--resume", said)
                must("run", experiment, "-o", output, "-q", "--resume", "-j", 1 + number)
                self.assertEqual(result_hash(output), result_hash(whole))

    def test_resumed_with_more_worlds_and_points(self):
        few, more = self.write("few", fixed(150)), self.write("more", fixed(400).replace(
            "output:", "    - {label: neutral, set: {doctrine: neutral}}\noutput:"))
        output = self.run_to("grown", few)
        before = must("run", more, "-o", output, "--resume").stderr
        self.assertEqual(result_hash(output), result_hash(self.run_to("fresh", more)))
        self.assertNotIn("from earlier sessions", before)
        with h5py.File(output) as file:
            self.assertEqual(file["worlds/survival"].shape, (4, 3, 400))

    def test_resuming_never_loses_worlds(self):
        """Fewer worlds or points than were played before are refused, before anything is written."""
        whole = self.write("whole", fixed(400))
        output = self.run_to("kept", whole)
        wanted = result_hash(output)
        for name, text in (("fewer", fixed(300)), ("other", fixed(400).replace("rumsfeld", "neutral"))):
            done = must("run", self.write(name, text), "-o", output, "--resume", status=2)
            self.assertIn("finished worlds that this experiment does not have", done.stderr)
            if name == "fewer":
                self.assertIn("found 600 finished worlds", done.stderr)  # 100 of each of 2 distinct points and 3 orders
            self.assertEqual(result_hash(output), wanted)
            self.assertEqual(list(self.folder.glob("kept.h5?*")), [])
        fewer = self.write("fewer", fixed(300))
        told = must("run", fewer, "-o", output, "-q", "--resume", "--force").stderr
        self.assertIn("600 worlds reach beyond the experiment's 300; they are left out, and with them 1800 others", told)
        self.assertEqual(result_hash(output), result_hash(self.run_to("fewer", fewer)))

    def resumed_from(self, experiment, wanted, earlier):
        """The outputs of `experiment`, resumed from a result of each text of `earlier`; all have the hash of `wanted`."""
        for name, text in earlier.items():
            output = self.run_to(name, self.write(name, text))
            must("run", experiment, "-o", output, "-q", "--resume")
            self.assertEqual(result_hash(output), result_hash(wanted), name)
            yield output

    def test_precision_goes_on_from_what_was_cut_otherwise(self):
        precise = self.write("precise", PRECISE)
        fresh = self.run_to("fresh", precise)
        earlier = {"worlds": PRECISE.replace(PRECISE[PRECISE.index("precision:"):PRECISE.index("output:")],
                                             "worlds: 1000\n"),
                   "tighter": PRECISE.replace("half_width: 0.8", "half_width: 0.5"),
                   "wider": PRECISE.replace("half_width: 0.8", "half_width: 1.5"),
                   "shorter": PRECISE.replace("max_worlds: 3000", "max_worlds: 500")}
        self.assertEqual(len(list(self.resumed_from(precise, fresh, earlier))), 4)

    def test_luck_by_order(self):
        """Every order has luck of its own, for any threads, shards, resumed run, replay and order beside it; a file without the
        key has shared luck."""
        text = fixed(31).replace("seed:", "luck: by-order\nseed:")
        experiment = self.write("own", text)
        whole = self.run_to("own", experiment, "-j", "2")
        self.assertEqual(result_hash(self.run_to("one", experiment, "-j", "1")), result_hash(whole))
        parts = [self.run_to(f"own-{k}", experiment, "--shard", f"{k}/3") for k in (1, 2, 3)]
        merged = self.folder / "own-merged.h5"
        must("merge", "-o", merged, parts[1], parts[2], parts[0])
        self.assertEqual(result_hash(merged), result_hash(whole))
        fewer = self.run_to("fewer", self.write("fewer", text.replace("worlds: 31", "worlds: 12")))
        must("run", experiment, "-o", fewer, "-q", "--resume")
        self.assertEqual(result_hash(fewer), result_hash(whole))
        self.assertIn("equal", must("verify", whole, "--fraction", "1").stdout)
        self.assertIn("luck by-order", must("show", whole).stdout)
        shared = self.run_to("shared", self.write("shared", text.replace("by-order", "shared")))
        plain = self.run_to("plain", self.write("plain", fixed(31)))
        self.assertEqual(result_hash(shared), result_hash(plain))
        self.assertEqual(attribute(shared, "config_hash"), attribute(plain, "config_hash"))
        self.assertNotEqual(attribute(whole, "config_hash"), attribute(plain, "config_hash"))
        self.assertNotEqual(result_hash(whole), result_hash(plain))
        self.assertIn("luck shared", must("show", plain).stdout)
        must("run", self.write("other", text.replace("by-order", "shared")), "-o", whole, "-q", "--resume", status=2)
        with h5py.File(whole) as own, h5py.File(plain) as same:
            orders = own["order"].asstr()[:]
            for o, order in enumerate(orders):
                must("replay", whole, "--point", "0", "--order", order, "--world", "7")  # status 3: they differ
                self.assertFalse(np.array_equal(own["worlds/tension_mean"][0, o], same["worlds/tension_mean"][0, o]))

    def test_claims_stop_where_they_would_have_from_the_start(self):
        """Earlier runs may have a fixed number of worlds, another confidence, or other awaited claims."""
        judged = self.write("judged", JUDGED)
        fresh = self.run_to("fresh", judged)
        earlier = {"worlds": JUDGED.replace(JUDGED[JUDGED.index("precision:"):JUDGED.index("output:")], "worlds: 700\n"),
                   "surer": JUDGED.replace("confidence: 0.9,", "confidence: 0.999,"),
                   "listed": JUDGED.replace("claims: all", "claims: [both]"),
                   "shorter": JUDGED.replace("max_worlds: 3000", "max_worlds: 500")}
        for output in self.resumed_from(judged, fresh, earlier):
            with h5py.File(fresh) as a, h5py.File(output) as b:
                for column in ("verdict", "estimate", "low", "high", "p", "worlds", "note"):
                    found = [file[f"claims/{column}"][()] for file in (a, b)]
                    self.assertTrue(np.array_equal(found[0], found[1], equal_nan=column in ("low", "high", "p")), column)
            must("verify", output)

    def test_claims_save_worlds(self):
        output = self.run_to("judged", self.write("judged", JUDGED))
        with h5py.File(output) as file:
            verdict = dict(zip(file["claims/id"].asstr()[()], file["claims/verdict"].asstr()[()]))
            worlds = dict(zip(file["claims/id"].asstr()[()], file["claims/worlds"][()]))
            note = dict(zip(file["claims/id"].asstr()[()], file["claims/note"].asstr()[()]))
            count = file["summary/survival/count"][()]
            judged_by = file["claims"].attrs["judged_by"]
        self.assertEqual(verdict["both"], "supported")
        self.assertEqual(verdict["nothing"], "undecided")  # capabilities do not depend on the institution
        self.assertLess(worlds["nothing"], 3000)  # given up
        self.assertIn("more worlds would hardly decide it", note["nothing"])
        self.assertLess(worlds["both"], 3000)
        self.assertEqual(worlds["both"] % 256, 0)
        self.assertEqual(count.max(), max(worlds.values()))
        self.assertLess(count.sum(), 0.5 * 3000 * count.size)
        self.assertIn("sequences", judged_by)
        shown = must("show", output).stdout
        self.assertIn("verdicts on 3 of 4", shown)
        self.assertRegex(shown, r"saved [0-9.]+ % of the [0-9]+ worlds")

    def test_points_that_set_the_same_share_their_worlds(self):
        output = self.run_to("fixed", self.write("fixed", FIXED.format(worlds=100, periods=30)))
        with h5py.File(output) as file:
            rows = file["worlds/tension_mean"][()]
        self.assertTrue(np.array_equal(rows[0], rows[2]))
        self.assertFalse(np.array_equal(rows[0], rows[1]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
