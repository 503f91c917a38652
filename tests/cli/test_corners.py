#!/usr/bin/python3
# labels: integration
"""Input at the edges: wrong words of the command line, odd places for output, results of an unusual shape."""

import csv
import hashlib
import io
import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, SOURCE, must, quadrille, scratch  # noqa: E402

TINY = """\
name: tiny
seed: 7
worlds: {worlds}
orders: [unipolar]
parameters: {{order.states: 5, order.periods: 6}}
design: {{type: grid, factors: {{doctrine.scope: {{values: [all, leader]}}, mission.random_order: {{values: [false, true]}}}}}}
output: {{worlds: {rows}, outcomes: [{outcomes}]}}
"""


def tiny(folder, worlds=6, rows="true", outcomes="survival, resolved", name="tiny"):
    (folder / f"{name}.yaml").write_text(TINY.format(worlds=worlds, rows=rows, outcomes=outcomes))
    must("run", f"{name}.yaml", "-q", cwd=folder)
    return folder / f"{name}.h5"


class WrongWords(unittest.TestCase):
    """Exit status 2, one sentence, nothing written."""

    def refused(self, folder, arguments, expected, **options):
        before = sorted(folder.rglob("*"))
        done = must(*arguments, status=2, cwd=folder, **options)
        self.assertEqual((done.stdout, done.stderr), ("", expected))
        self.assertEqual(sorted(folder.rglob("*")), before)

    def test_outputs_that_are_no_files(self):
        folder = scratch(self)
        (folder / "tiny.yaml").write_text(TINY.format(worlds=6, rows="true", outcomes="survival"))
        (folder / "there").mkdir()
        for output, expected in (
                ("-", "-: found standard output; expected the path of a file (./- for one of that name)"),
                ("there/", "there/: found the path of a folder; expected that of a file"),
                ("there", "there: found something that is not a file; expected a file or nothing"),
                ("nowhere/x.h5", "nowhere: No such file or directory; expected a folder that can be written to (did you mean `there`?)"),
                ("x" * 216, "found an --output whose name has 216 bytes; expected at most 215"),
                ("x/" * 2050 + "y", "found an --output of 4101 bytes; expected fewer than 4096"),
                ("tiny.yaml", None)):
            with self.subTest(output[:20]):
                if expected:
                    self.refused(folder, ("run", "tiny.yaml", "-o", output), f"quadrille: {expected}\n")
                else:
                    self.assertIn("tiny.yaml: found", must("run", "tiny.yaml", "-o", output, status=2, cwd=folder).stderr)

    def test_settings_without_effect(self):
        """Notes of `run` where nothing reads them; a value that one of several points or orders reads is none."""
        folder, small = scratch(self), "parameters: {order.states: 8, order.periods: 6}\n"
        data = f"{{empirical: {{cinc: {SOURCE}/tests/data/nmc_small.csv, year: 1900, states: 3}}}}"
        doctrines = "design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}}}\n"
        claim = "claims: [{id: a, says: x, outcome: wars, trend: {factor: blocs.threat, direction: rises}}]\n"
        twice = "`{0}` has no effect: every point of the design sets it"
        drawn = "`{0}` has no effect: the data of the orders determine it"
        for text, place, told in (
                ("parameters: {doctrine.bias_flexible: 0.1}\n" + doctrines, "1", twice.format("doctrine.bias_flexible")),
                ("parameters:\n  doctrine: trump\n" + doctrines, "2", twice.format("doctrine")),
                (f"parameters: {{order.states: 8}}\norders: [{data}]\n", "1", drawn.format("order.states")),
                (f"orders: [{data}]\ndesign: {{type: grid, factors: {{order.poles: {{values: [1, 2]}}}}}}\n", "2", drawn.format("order.poles")),
                (small + "ablate: assumptions\n", "2", "`ablate` has no effect: there are no claims"),
                (small + "baseline: true\ndesign: {type: grid, factors: {blocs.threat: {values: [0, 2]}}}\n" + claim, "2",
                 "`baseline` has no effect: no claim is a plain contrast")):
            with self.subTest(text=text):
                (folder / "x.yaml").write_text(text)
                said = must("run", "x.yaml", "--dry-run", cwd=folder).stderr
                self.assertIn(f"quadrille: note: x.yaml:{place}: {told}\n", said)
                self.assertEqual(said.count("note:"), 1)
        (folder / "x.yaml").write_text(small + doctrines)
        self.assertIn("quadrille: note: --set doctrine.bias_flexible=0.1 has no effect: every point of the design sets it\n",
                      must("run", "x.yaml", "--dry-run", "--set", "doctrine.bias_flexible=0.1", cwd=folder).stderr)
        for text in ("parameters: {doctrine.bias_flexible: 0.1, order.states: 8}\ndesign: {type: list, points: [{doctrine: obama}, {blocs.threat: 1}]}\n",
                     f"parameters: {{order.states: 8}}\norders: [{data}, unipolar]\n", small + "baseline: false\n"):
            (folder / "x.yaml").write_text(text)
            self.assertNotIn("note:", must("run", "x.yaml", "--dry-run", cwd=folder).stderr)

    def test_settings_without_effect_at_some_points(self):
        """Notes of `run`: a change of a schedule after the end of some worlds, and a --set that data override."""
        folder = scratch(self)
        (folder / "x.yaml").write_text("parameters: {order.states: 8}\nschedule: [{at: 3, set: {doctrine: obama}}, {at: 7, set: {doctrine: trump}}]\n"
                                       "design: {type: grid, factors: {order.periods: {values: [9, 7, 5]}}}\n")
        said = must("run", "x.yaml", "--worlds", "2", cwd=folder).stderr
        self.assertIn("note: the change at period 7 never takes place at point `1` (2 of 3 points): its worlds have 7 periods (order.periods)\n", said)
        self.assertEqual(said.count("note:"), 1)
        (folder / "w.yaml").write_text("parameters: {order.states: 8}\nschedule: [{at: 150, set: {doctrine: obama}}]\n"
                                       "design: {type: grid, factors: {order.periods: {values: [151, 9]}}}\n")
        said = must("run", "w.yaml", "--worlds", "2", cwd=folder).stderr  # the default is 140 periods
        self.assertIn("never takes place at point `1` (1 of 2 points): its worlds have 9 periods", said)
        (folder / "y.yaml").write_text("parameters: {order.states: 8}\nschedule: [{at: 7, set: {doctrine: obama}}]\n")
        said = must("run", "y.yaml", "--worlds", "2", "--set", "order.periods=7", cwd=folder).stderr
        self.assertIn("note: the change at period 7 never takes place: worlds have 7 periods (order.periods)\n", said)
        self.assertNotIn("note:", must("run", "y.yaml", "--worlds", "2", "--set", "order.periods=8", "--force", cwd=folder).stderr)
        (folder / "z.yaml").write_text(f"orders: [{{empirical: {{cinc: {SOURCE}/tests/data/nmc_small.csv, year: 1900, states: 3}}}}]\n")
        said = must("run", "z.yaml", "--worlds", "2", "--set", "order.states=5", cwd=folder).stderr
        self.assertIn("note: --set order.states=5 has no effect: the data of the orders determine it\n", said)

    def test_names_of_new_experiments(self):
        folder = scratch(self)
        self.assertIn("found an empty name; expected one", must("init", "", status=2, cwd=folder).stderr)
        self.refused(folder, ("init", "nowhere/mine"),
                     "quadrille: nowhere: No such file or directory; expected a folder that can be written to\n")
        must("init", "mine", cwd=folder)
        self.assertIn("mine.yaml: found an existing file", must("init", "mine", status=2, cwd=folder).stderr)

    def test_the_nearest_name_is_given(self):
        folder = scratch(self)
        (folder / "tiny.yaml").write_text(TINY.format(worlds=6, rows="true", outcomes="survival"))
        (folder / "results").mkdir()
        (folder / "rule.so").write_text("")
        must("run", "tiny.yaml", "-o", "tiny.h5", "-q", cwd=folder)
        order = must("export", "tiny.h5", "--csv", "--summary", cwd=folder).stdout.splitlines()[1].split(",")
        kind = next(word for word in order if word.endswith("polar"))
        for arguments, near in ((("crate", "tinny.h5"), "tiny.h5"), (("list", "outcome"), "outcomes"),
                                (("replay", "tiny.h5", "--order", f"{kind}r", "--world", "0", "--point", "0"), kind),
                                (("run", "tiny.yaml", "--plugin", "rules.so"), "rule.so"),
                                (("run", "tiny.yaml", "-o", "result/tiny.h5"), "results")):
            with self.subTest(arguments):
                self.assertIn(f"did you mean `{near}`?", must(*arguments, status=2, cwd=folder).stderr)

    def test_the_nearest_word_of_a_file_is_given(self):
        folder = scratch(self)
        (folder / "near.yaml").write_text(
            "luck: by-orders\ndesign: {type: grid, factors: {institution.target: {values: [0.1, 0.9]}}}\nclaims:\n"
            "  - {id: a, says: b, outcome: wars, status: explorative, trend: {factor: institution.targets, direction: rise}}\n")
        said = must("run", "near.yaml", status=2, cwd=folder).stderr
        for near in ("by-order", "exploratory", "institution.target", "rises"):
            self.assertIn(f"(did you mean `{near}`?)", said)

    def test_settings_of_the_environment(self):
        small = "quadrille: found an OMP_STACKSIZE below 512 KiB; expected more, or none\n"
        for size, expected in (("100", small), ("511k", small), ("1000 B", small), ("524287b", small), ("512", ""), ("1M", ""),
                               ("1 g", ""), ("524288B", ""), ("", ""), ("many", "")):
            with self.subTest(size):
                done = quadrille("--version", env={**os.environ, "OMP_STACKSIZE": size})
                own = "".join(line for line in done.stderr.splitlines(keepends=True) if line.startswith("quadrille"))
                self.assertEqual((done.returncode, own), (2 if expected else 0, expected))
        done = quadrille("run", "x.yaml", env={**os.environ, "QUADRILLE_ISA": "v9"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("found QUADRILLE_ISA `v9`; expected auto, v2, v3 or v4", done.stderr)

    def test_a_small_stack(self):
        def shrink():
            resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, resource.RLIM_INFINITY))
        done = quadrille("--version", preexec_fn=shrink)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (2, "", "quadrille: found a limit on the stack below 512 KiB; expected more (ulimit -s 8192)\n"))

    def test_more_faults_than_are_told(self):
        folder = scratch(self)
        wrong = "".join(f"  no.such.{i}: 1\n" for i in range(400))
        (folder / "many.yaml").write_text(f"parameters:\n{wrong}")
        lines = must("run", "many.yaml", status=2, cwd=folder).stderr.splitlines()
        told = [line for line in lines if "found the unknown parameter" in line]
        self.assertIn("many.yaml:2:3: found the unknown parameter `no.such.0`", told[0])
        self.assertEqual(lines[-1], f"quadrille: and {400 - len(told)} more")
        self.assertLess(len(told), 400)


class Plans(unittest.TestCase):
    def test_times_of_a_plan(self):
        """One world takes seconds, 300 million take days on any processor: a world of this size plays 1,000 periods, since
        it does not break down."""
        folder = scratch(self)
        (folder / "large.yaml").write_text(
            "orders: [unipolar]\nparameters: {order.states: 128, order.periods: 1000, tension.breakdown: 1000}\n"
            "output: {outcomes: [survival], paths: false}\n")
        for worlds, expected in ((1, r"about \d+ s on 1 thread"), (3 * 10**8, r"about [\d.]+ days on 1 thread")):
            said = must("run", "large.yaml", "--dry-run", "--worlds", worlds, "-j", "1", cwd=folder).stderr
            self.assertIn(f"quadrille: {worlds} world{'s' * (worlds > 1)} to play", said)
            self.assertRegex(said, expected)

    def test_a_shard_says_what_it_is(self):
        folder = scratch(self)
        (folder / "tiny.yaml").write_text(TINY.format(worlds=6, rows="true", outcomes="survival"))
        said = must("run", "tiny.yaml", "--shard", "2/3", "-o", "two.h5", "-v", "-j", "1", cwd=folder).stderr
        self.assertIn("quadrille: shard 2 of 3\n", said)
        self.assertIn(", threads: 1, parts in two.h5.parts\n", said)


class Crates(unittest.TestCase):
    @unittest.skipUnless(os.access("/dev/shm", os.W_OK) and os.stat("/dev/shm").st_dev != os.stat("/tmp").st_dev,
                         "no second file system")
    def test_a_crate_on_another_file_system_has_a_copy(self):
        folder = scratch(self)
        result = tiny(folder)
        crate = Path("/dev/shm") / folder.name
        self.addCleanup(lambda: [*(path.unlink() for path in crate.iterdir()), crate.rmdir()])
        must("crate", result, "-o", crate)
        self.assertEqual((crate / "tiny.h5").read_bytes(), result.read_bytes())
        self.assertNotEqual((crate / "tiny.h5").stat().st_ino, result.stat().st_ino)
        files = {row.get("@id"): row for row in json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]}
        self.assertEqual(files["tiny.h5"]["sha256"], hashlib.sha256(result.read_bytes()).hexdigest())


class Replays(unittest.TestCase):
    def test_a_world_that_the_file_does_not_keep(self):
        result = tiny(scratch(self), rows="false")
        done = must("replay", result, "--point", "0", "--order", "unipolar", "--world", "3")
        self.assertIn("not in the file; nothing to compare with", done.stderr)
        self.assertIn("survival", done.stdout)

    def test_every_kind_of_event_of_a_violent_world(self):
        folder = scratch(self)
        (folder / "war.yaml").write_text("""\
name: war
worlds: 40
orders: [multipolar]
parameters: {order.states: 8, order.periods: 30, crises.rate: 4, escalation.hazard: 1, doctrine.prudence: 0}
schedule: [{at: 5, set: {doctrine.prudence: 0.125}}]
output: {outcomes: [breakdown_cause, wars]}
""")
        must("run", "war.yaml", "-q", cwd=folder)
        rows = list(csv.DictReader(io.StringIO(must("export", "war.h5", "--csv", cwd=folder).stdout)))
        causes = {"1": "war", "2": "tension"}
        for cause in ("1", "2"):
            broken = [row for row in rows if row["breakdown_cause"] == cause]
            if cause == "2" and not broken:
                continue  # war comes first in most of these worlds
            row = broken[0]
            must("replay", "war.h5", "--order", "multipolar", "--world", row["world"], "--trace", f"{cause}.jsonl", cwd=folder)
            events = [json.loads(line) for line in (folder / f"{cause}.jsonl").read_text().splitlines()]
            kinds = {}
            for event in events:
                kinds.setdefault(event["event"], []).append(event)
            self.assertEqual([event["cause"] for event in kinds["breakdown"]], [causes[cause]])
            self.assertEqual(len(kinds.get("war", [])), int(float(row["wars"])))
            self.assertEqual([event["period"] for event in kinds["schedule"]], [5])
            self.assertEqual(kinds["schedule"][0]["parameters"], {"doctrine.prudence": 0.125})


class Shapes(unittest.TestCase):
    def test_outcomes_other_than_the_main_ones(self):
        result = tiny(scratch(self), outcomes="wars, share_umbrella")
        shown = must("show", result).stdout
        self.assertIn("wars", shown)
        self.assertIn("share_umbrella", shown)

    def test_words_of_factors_in_the_design(self):
        result = tiny(scratch(self))
        rows = list(csv.DictReader(io.StringIO(must("export", result, "--csv", "--design").stdout)))
        self.assertEqual([(row["doctrine.scope"], row["mission.random_order"]) for row in rows],
                         [("all", "false"), ("all", "true"), ("leader", "false"), ("leader", "true")])
        if quadrille("report", "--help").returncode == 0:
            must("report", result, "-o", result.with_suffix(".html"))
            page = result.with_suffix(".html").read_text()
            self.assertIn('"leader"', page)

    def test_orders_with_long_names(self):
        folder = scratch(self)
        label = "the-great-powers-of-the-year-nineteen-hundred"
        data = SOURCE / "tests" / "data" / "nmc_small.csv"
        (folder / "long.yaml").write_text(
            f"worlds: 4\norders: [unipolar, {{empirical: {{cinc: {data}, year: 1900, states: 3, label: {label}}}}}]\n"
            "parameters: {order.states: 5, order.periods: 6}\noutput: {outcomes: [survival]}\n")
        must("run", "long.yaml", "-q", cwd=folder)
        shown = must("show", "long.h5", cwd=folder).stdout
        self.assertIn("  [1] unipolar\n", shown)
        self.assertIn(f"  [2] {label}\n", shown)
        self.assertLessEqual(max(map(len, shown.splitlines())), 110)

    def test_many_points_are_reported_by_their_main_outcomes(self):
        if quadrille("report", "--help").returncode != 0:
            self.skipTest("built without reports")
        folder = scratch(self)
        (folder / "wide.yaml").write_text(
            "worlds: 2\norders: [unipolar]\nparameters: {order.states: 4, order.periods: 3}\n"
            "design: {type: lhs, points: 600, factors: {tension.debt: {uniform: [0.05, 0.2]}}}\n"
            "output: {outcomes: [survival, wars]}\n")
        must("run", "wide.yaml", "-q", cwd=folder)
        must("report", "wide.h5", "-o", "wide.html", cwd=folder)
        self.assertIn('"survival"', (folder / "wide.html").read_text())


class Scratch(unittest.TestCase):
    def test_no_place_for_what_is_made_again(self):
        result = tiny(scratch(self))
        done = quadrille("verify", result, "--fraction", "1", env={**os.environ, "TMPDIR": "/no/such/place"})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^quadrille: /no/such/place/quadrille-\w{6}: a scratch folder could not be made: "
                                      r"No such file or directory; name a place for it in TMPDIR\n$")


class Terminals(unittest.TestCase):
    """verify on a terminal: progress, and an end by Ctrl-C."""

    def verify(self, result, interrupt):
        main, side = pty.openpty()
        process = subprocess.Popen([PROGRAM, "verify", result, "--fraction", "1", "-j", "1"], stdin=side, stdout=side, stderr=side)
        os.close(side)
        said = b""
        while True:
            try:
                said += os.read(main, 4096)
            except OSError:
                break
            if interrupt and b" worlds" in said:
                process.send_signal(signal.SIGINT)
                interrupt = False
        os.close(main)
        return process.wait(timeout=60), said.decode()

    def test_progress_and_an_early_stop(self):
        folder = scratch(self)
        (folder / "long.yaml").write_text("worlds: 4000\norders: [unipolar]\noutput: {outcomes: [survival]}\n")
        must("run", "long.yaml", "-q", cwd=folder)
        status, said = self.verify(folder / "long.h5", interrupt=True)
        self.assertRegex(said, r"quadrille: \d+ of 4000 worlds")
        self.assertEqual(status, 75)
        match = re.search(r"stopped early: (\d+) worlds compared, all equal", said)
        self.assertTrue(match and int(match.group(1)) < 4000, said)


class Places(unittest.TestCase):
    """Experiments by name: of an installed program, and of a clone with the program in build/PRESET/ or build/."""

    def test_experiments_by_name(self):
        for program, experiments in (("bin", "share/quadrille/experiments"), ("build/release", "experiments"), ("build", "experiments")):
            with self.subTest(program=program):
                folder = scratch(self)
                for name in (program, experiments, "elsewhere"):
                    (folder / name).mkdir(parents=True)
                copy = shutil.copy(PROGRAM, folder / program / "quadrille")
                (folder / experiments / "of_its_own.yaml").write_text(TINY.format(worlds=6, rows="true", outcomes="survival"))
                done = subprocess.run([copy, "run", "of_its_own", "-q"], cwd=folder / "elsewhere", capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue((folder / "elsewhere" / "of_its_own.h5").is_file())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
