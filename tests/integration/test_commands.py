#!/usr/bin/python3
"""The commands as a user meets them: exit statuses, output on stdout and stderr, wrong options, nothing written on wrong input;
show, verify, replay and merge on real files."""

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import h5py

from harness import PROGRAM, attribute, fixed, instruction_sets, must, quadrille, result_hash, scratch

# Great powers alone: five states, each with a share of 0.05 or more.
MAJORS = "ccode,year,cinc\n200,1816,0.33\n300,1816,0.1\n365,1816,0.17\n220,1816,0.12\n255,1816,0.06\n"


# Claims that stop a run, about all of its cells: they go to one shard.
DECIDED = """\
name: decided
seed: 3
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 30}
precision: {claims: all, min_worlds: 256, max_worlds: 2048}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, weinberger_powell]}}}
output: {outcomes: [survival, resolved]}
claims:
  - id: gain
    says: Ad hoc coalitions resolve more crises.
    outcome: resolved
    contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}
"""


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "small.yaml"
        cls.experiment.write_text(fixed(120))
        cls.file = cls.folder / "result.h5"
        must("run", cls.experiment, "-o", cls.file, "-q")

    def listing(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def refused(self, *arguments, says=""):
        """Exit status 2, a message on stderr, nothing on stdout, nothing written."""
        before = self.listing()
        done = must(*arguments, status=2, cwd=self.folder)
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)
        self.assertEqual(before, self.listing())

    # ---- run

    def test_run_says_nothing_on_stdout(self):
        done = must("run", self.experiment, "-o", self.folder / "said.h5")
        self.assertEqual(done.stdout, "")
        self.assertIn(result_hash(self.folder / "said.h5"), done.stderr)
        self.assertNotIn("\r", done.stderr, "progress lines end in a newline where stderr is no terminal")

    def test_quiet(self):
        done = must("run", self.experiment, "-o", self.folder / "quiet.h5", "-q")
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_default_output_is_in_the_current_folder(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        must("run", self.experiment, "-q", cwd=elsewhere)
        self.assertEqual([path.name for path in elsewhere.iterdir()], ["small.h5"])

    def run_on_a_terminal(self, worlds):
        """What a run says on a terminal; it ends well and leaves stdout empty."""
        main, end = pty.openpty()
        run = subprocess.Popen([PROGRAM, "run", self.experiment, "-o", self.folder / f"terminal-{worlds}.h5", "--worlds", str(worlds)],
                               stdout=subprocess.PIPE, stderr=end)
        os.close(end)
        said = b""
        try:
            while chunk := os.read(main, 4096):
                said += chunk
        except OSError:
            pass  # the other end is closed
        os.close(main)
        self.assertEqual(run.communicate()[0], b"")
        self.assertEqual(run.returncode, 0)
        return said.decode()

    def test_progress_on_a_terminal_is_one_line(self):
        """Of a run that lasts long enough, however fast the machine is."""
        progress = r"\r\x1b\[Kquadrille: \d+ of \d+ worlds, \d+ worlds/s, \d:\d\d:\d\d left"
        for worlds in (6000, 60000, 600000):
            said = self.run_on_a_terminal(worlds)
            self.assertEqual(said.count("\n"), 2, "what is to be done, and what was done")
            if re.search(progress, said):
                break
        self.assertRegex(said, progress)

    def test_existing_output(self):
        output = self.folder / "existing.h5"
        output.write_text("precious")
        self.refused("run", self.experiment, "-o", output, says="--force")
        self.refused("run", self.experiment, "-o", output, "--resume", says="existing.h5")
        self.assertEqual(output.read_text(), "precious")
        must("run", self.experiment, "-o", output, "-q", "--force")
        self.assertEqual(result_hash(output), result_hash(self.file))

    def test_output_is_never_an_input(self):
        folder = self.folder / "inputs"
        folder.mkdir()
        experiment, data = folder / "own.yaml", folder / "majors.csv"
        data.write_text(MAJORS)
        experiment.write_text("worlds: 20\norders: [{empirical: {cinc: majors.csv, year: 1816}}]\n")
        os.link(experiment, folder / "hard")
        (folder / "soft").symlink_to("own.yaml")
        (folder / "data").symlink_to("majors.csv")
        text = experiment.read_text()
        for output in ("own.yaml", "../inputs/own.yaml", "hard", "soft", "majors.csv", "data"):
            for option in ([], ["--force"], ["--resume"], ["--force", "--dry-run"]):
                with self.subTest(output=output, option=option):
                    self.refused("run", experiment, "-o", folder / output, *option, says="another file")
        self.assertEqual((experiment.read_text(), data.read_text()), (text, MAJORS))

    def test_dry_run_writes_nothing(self):
        before = self.listing()
        done = must("run", self.experiment, "-o", self.folder / "dry.h5", "--dry-run")
        self.assertIn("3 points x 3 orders x 120 worlds", done.stderr)
        self.assertEqual(before, self.listing())

    def test_wrong_options(self):
        run = ["run", self.experiment]
        for options, says in ((["-j", "0"], "expected a number of threads"), (["--seed", "-1"], "expected a whole number"),
                              (["--worlds", "0"], "from 1"), (["--shard", "3/2"], "K/N"), (["--shard", "0/2"], "K/N"),
                              (["--shard", "1"], "K/N"), (["--time-budget", "soon"], "2h30m"),
                              (["--time-budget", "0"], "2h30m"), (["--time-budget", "2h30"], "each have a unit"),
                              (["--time-budget", "1.5h"], "2h30m"), (["--time-budget", "99999999999d"], "ten years"),
                              (["--treads", "4"], "did you mean `--threads`"), (["--ouput=x.h5"], "did you mean `--output`"),
                              (["--threads"], "without its value"), (["--force=yes"], "expected none"), (["-qx"], "`-x`"),
                              (["--frobnicate"], "--help"), (["--isa", "v9"], "v2"), (["--set", "order.states"], "="),
                              (["--set", "order.stats=5"], "order.states"), (["--set", "order.states=-5"], "order.states"),
                              (["-o", ""], "empty"), (["-o", self.folder], "not a file"), (["extra.yaml"], "expected one"),
                              (["-o", self.folder / "none" / "out.h5"], "expected a folder")):
            with self.subTest(options=options):
                self.refused(*run, *options, says=says)
        self.refused("run", says="expected one")
        self.refused("run", self.folder / "none.yaml", says="none.yaml")
        self.refused("run", self.folder, says=str(self.folder))
        self.refused("frobnicate", says="found command")
        self.refused("rnu", says="`run`")
        self.refused()

    def test_seed_and_set_win_over_the_file(self):
        output = self.folder / "set.h5"
        must("run", self.experiment, "-o", output, "-q", "--seed", "77", "--worlds", "7", "--set", "order.periods=9")
        with h5py.File(output) as file:
            self.assertEqual(file["worlds/survival"].shape[2], 7)
            self.assertEqual(len(file["period"]), 9)
            self.assertEqual(int(file.attrs["seed"]), 77)

    def test_time_budget(self):
        output = self.folder / "budget.h5"
        began = time.monotonic()
        done = must("run", self.experiment, "-o", output, "-q", "--worlds", "1000000", "--time-budget", "1s", status=75)
        self.assertLess(time.monotonic() - began, 60)
        self.assertIn("--resume continues", done.stderr)
        self.assertEqual(attribute(output, "complete"), 0)
        self.assertTrue(Path(f"{output}.parts").is_dir())
        must("show", output)

    def test_forms_of_a_time_budget(self):
        for budget in ("90", "90s", "45m", "2h30m", "1d12h"):
            must("run", self.experiment, "-o", self.folder / "dry.h5", "--dry-run", "--time-budget", budget)

    def test_the_first_minute(self):
        """`quadrille` says how to begin; init writes a file that runs; experiments of the program are found by name."""
        done = quadrille()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("quadrille init", done.stderr)
        folder = scratch(self)
        must("init", cwd=folder)
        must("init", "mine", cwd=folder)
        must("init", "other.yaml", cwd=folder)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["experiment.yaml", "mine.yaml", "other.yaml"])
        must("init", "mine", cwd=folder, status=2)
        must("run", "mine.yaml", "--worlds", "20", "-q", cwd=folder)
        self.assertIn("tactical-gain", must("show", "mine.h5", cwd=folder).stdout)
        done = must("run", "orders", "--worlds", "2", "-q", cwd=folder)
        self.assertTrue((folder / "orders.h5").is_file())
        (folder / "orders").write_text("wrlds: 3")
        self.assertIn("wrlds", must("run", "orders", "--dry-run", cwd=folder, status=2).stderr)
        self.assertIn("cannot be read", must("run", "ordres", "--dry-run", cwd=folder, status=2).stderr)

    def test_show_and_list_as_data(self):
        """JSON and CSV agree with the file; every parameter and outcome is listed."""
        shown = json.loads(must("show", self.file, "--json").stdout)
        self.assertEqual(shown["result_hash"], result_hash(self.file))
        rows = list(csv.DictReader(must("show", self.file, "--csv", "--outcomes", "survival").stdout.splitlines()))
        self.assertEqual(len(rows), 9)
        with h5py.File(self.file) as file:
            mean = file["summary/survival/mean"][:]
        for number, row in enumerate(rows):
            self.assertEqual(float(row["mean"]), mean[number // 3, number % 3])
            self.assertLessEqual(float(row["low"]), float(row["mean"]))
            twin = next(one for one in shown["summary"] if all(one[key] == row[key] for key in ("point", "order", "outcome")))
            self.assertEqual(twin["mean"], float(row["mean"]))
        for name in ("parameters", "outcomes", "doctrines", "orders"):
            listed = json.loads(must("list", name, "--json").stdout)
            lines = list(csv.DictReader(must("list", name, "--csv").stdout.splitlines()))
            self.assertEqual([one["name"] for one in listed], [line["name"] for line in lines])
            for one in listed:
                self.assertIn(one["name"], must("list", name).stdout)

    def test_help_and_version_everywhere(self):
        names = re.findall(r"^  ([a-z]+) +\S", must("--help").stdout, re.M)
        self.assertGreater(len(names), 8)
        version = must("--version").stdout
        self.assertEqual(must("-V").stdout, version)
        for name in names:
            self.assertEqual(must("help", name).stdout, must(name, "--help").stdout)
            self.assertEqual(must(name, "--version").stdout, version)
        self.refused("help", "rnu", says="`run`")

    def test_nearest_files(self):
        folder = scratch(self)
        (folder / "mine.yaml").write_text("name: mine\n")
        (folder / "mine.h5").write_text("no result")
        (folder / "wrong.yaml").write_text("name: wrong\norders: [{empirical: {cinc: mine.yml, year: 1816, states: 5}}]\n")
        before = sorted(path.name for path in folder.iterdir())
        for arguments, near in ((("run", "mine.yml"), "mine.yaml"), (("show", "mine.h"), "mine.h5"),
                                (("merge", "-o", "out.h5", "mime.h5"), "mine.h5"), (("run", "wrong.yaml"), "mine.yaml"),
                                (("run", "ordrs"), "orders")):
            said = must(*arguments, status=2, cwd=folder).stderr
            self.assertRegex(said, rf"did you mean `(\S+/)?{re.escape(near)}`\?")
        self.assertNotIn("did you mean", must("run", "zebra", status=2, cwd=folder).stderr)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), before)

    def test_nearest_options(self):
        self.refused("replay", self.file, "--tracce", "x", says="did you mean `--trace`")
        self.refused("list", "orders", "--markdwn", says="did you mean `--markdown`")

    def test_outputs_that_are_not_asked_for(self):
        for number, (output, there) in enumerate((("{worlds: false}", {"summary", "paths"}),
                                                  ("{worlds: false, paths: false}", {"summary"}),
                                                  ("{paths: false}", {"summary", "worlds"}))):
            experiment = self.folder / f"output-{number}.yaml"
            experiment.write_text(fixed(120).replace("{outcomes: [survival, tension_mean]}", output))
            file = self.folder / f"output-{number}.h5"
            must("run", experiment, "-o", file, "-q")
            self.assertEqual(result_hash(file), result_hash(self.file), output)
            with h5py.File(file) as h5:
                self.assertEqual({"summary", "paths", "worlds"} & set(h5), there, output)
            must("run", experiment, "-o", file, "--resume")
            must("verify", file, "--fraction", "1")

    def test_summaries_alone_say_what_they_say_with_worlds(self):
        """Fewer outcomes are kept world by world then; no curve, contrast or claim may miss one."""
        claim = ("claims:\n  - {id: wars, says: One doctrine wages more wars., outcome: wars, order: multipolar,\n"
                 "     contrast: {more: {doctrine: obama}, less: {doctrine: rumsfeld}}, margin: 0}\n")
        files = []
        for worlds in ("true", "false"):
            experiment = self.folder / f"worlds-{worlds}.yaml"
            text = fixed(120).replace("{outcomes: [survival, tension_mean]}", f"{{worlds: {worlds}}}")
            experiment.write_text(text + claim)
            files.append(self.folder / f"worlds-{worlds}.h5")
            must("run", experiment, "-o", files[-1], "-q")
        with h5py.File(files[0]) as whole, h5py.File(files[1]) as alone:
            names = []
            whole.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
            names = [name for name in names if name.split("/")[0] not in ("worlds", "parts", "world")]
            self.assertGreater(len(names), 100)
            for name in names:
                self.assertIn(name, alone)
                self.assertEqual(*(file[name].asstr()[()].tolist() if file[name].dtype.kind == "O"
                                   else file[name][()].tobytes() for file in (whole, alone)), name)

    def test_only_the_outcomes_asked_for_are_kept(self):
        with h5py.File(self.file) as file:
            self.assertEqual(set(file["worlds"]), {"order", "survival", "tension_mean"})

    def test_an_order_of_great_powers_alone(self):
        (self.folder / "majors.csv").write_text(MAJORS)
        experiment, file = self.folder / "concert.yaml", self.folder / "concert.h5"
        experiment.write_text("worlds: 50\norders: [{empirical: {cinc: majors.csv, year: 1816}}]\n")
        must("run", experiment, "-o", file, "-q")
        must("verify", file, "--fraction", "1")
        events = must("replay", file, "--order", "empirical-1816", "--world", "7", "--trace", "-").stdout.splitlines()
        world = json.loads(events[0])
        self.assertEqual((world["states"], world["poles"]), (5, 5))

    # ---- help, version

    def test_help_and_version(self):
        self.assertRegex(must("--version").stdout, r"^quadrille \d+\.\d+\.\d+\n$")
        shown = must("--help")
        self.assertEqual(shown.stderr, "")
        for command in re.findall(r"^  (\w+)  ", shown.stdout, re.M):
            done = must(command, "--help")
            self.assertIn(f"Usage: quadrille {command}", done.stdout)
            self.assertEqual(done.stderr, "")

    def test_what_cannot_be_said_is_a_failure(self):
        commands = [["--help"], ["--version"], ["list", "parameters"], ["show", self.file], ["verify", self.file],
                    ["replay", self.file, "--order", "unipolar", "--world", "0", "--point", "0"],
                    ["replay", self.file, "--order", "unipolar", "--world", "0", "--point", "0", "--trace", "-"]]
        commands += [[command, "--help"] for command in re.findall(r"^  (\w+)  ", must("--help").stdout, re.M)]
        power, landscape = self.folder / "power.yaml", self.folder / "stated.yaml"
        power.write_text("members: {a: 1, b: 2}\nquota: 2\n")
        landscape.write_text("rule: two-camps\nactors: {a: 1, b: 1}\npropensity: [[0, 1], [1, 0]]\n")
        commands += [["power", power], ["landscape", landscape]]
        for command in commands:
            with self.subTest(command=command), open("/dev/full", "w") as full:
                done = subprocess.run([PROGRAM, *map(str, command)], stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr.count("standard output"), 1)

    # ---- verify

    def test_verify(self):
        for options in ([], ["--fraction", "0.5"], ["--fraction", "1", "-j", "3"]):
            done = must("verify", self.file, *options)
            self.assertIn("equal", done.stdout)
        for isa in instruction_sets():
            must("verify", self.file, "--fraction", "1", "--isa", isa)

    def test_verify_names_the_first_difference(self):
        changed = self.folder / "changed.h5"
        changed.write_bytes(self.file.read_bytes())
        with h5py.File(changed, "r+") as file:
            data = file["worlds/tension_mean"]
            kept = data[1, 2, 77]
            data[1, 2, 77] = kept + 2.0 ** -50
            data[1, 2, 99] = 0.0
            changed_to = float(data[1, 2, 77]).hex().replace("0x1.", "")[:8]
        done = must("verify", changed, "--fraction", "1", status=3)
        self.assertIn("point umbrellas, order multipolar, world 77, outcome tension_mean", done.stdout)
        self.assertIn(changed_to, done.stdout)
        with h5py.File(changed, "r+") as file:
            file["worlds/tension_mean"][1, 2, 77] = kept
        self.assertIn("world 99", must("verify", changed, "--fraction", "1", status=3).stdout)

    def test_verify_compares_landscapes(self):
        experiment, file = self.folder / "landscape.yaml", self.folder / "landscape.h5"
        experiment.write_text(fixed(20).replace("{outcomes: [survival, tension_mean]}", "{outcomes: [survival], landscape: true}"))
        must("run", experiment, "-o", file, "-q")
        self.assertIn("4 outcomes of each compared", must("verify", file, "--fraction", "1").stdout)
        with h5py.File(file, "r+") as h5:
            data = h5["worlds/potential_gap"]
            data[1, 2, 17] = data[1, 2, 17] + 2.0 ** -40
        done = must("verify", file, "--fraction", "1", status=3)
        self.assertIn("point umbrellas, order multipolar, world 17, outcome potential_gap", done.stdout)

    def test_verify_notices_a_changed_hash(self):
        changed = self.folder / "hash.h5"
        changed.write_bytes(self.file.read_bytes())
        right = result_hash(changed)
        wrong = ("0" if right[0] != "0" else "1") + right[1:]
        with h5py.File(changed, "r+") as file:
            file.attrs["result_hash"] = wrong
        done = must("verify", changed, status=3)
        self.assertIn(wrong, done.stdout)
        self.assertIn(right, done.stdout)

    def test_verify_compares_all_statistics(self):
        """verify computes every number that follows from the file's rows again, and finds each change."""
        experiment, file = self.folder / "judged.yaml", self.folder / "judged.h5"
        experiment.write_text(fixed(120) + """\
claims:
  - {id: gain, says: Ad hoc coalitions last., outcome: survival, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: obama}}}
""")
        must("run", experiment, "-o", file, "-q")
        must("verify", file)
        for name in ("summary/survival/mean", "summary/survival/histogram", "summary/tension_mean/quantiles", "paths/tension/q95",
                     "paths/tension/count", "summary/survival/bin_low", "plane/count", "worlds_done", "contrasts/estimate", "claims/p_holm",
                     "claims/verdict"):
            changed = self.folder / "changed-statistics.h5"
            changed.write_bytes(file.read_bytes())
            with h5py.File(changed, "r+") as h5:
                data = h5[name]
                at = tuple(size - 1 for size in data.shape)
                data[at] = "contradicted!" if data.dtype.kind == "O" else 3 if data.dtype.kind == "i" else data[at] * 1.000001 + 1e-3
            done = must("verify", changed, status=3)
            self.assertIn(f"differs: /{name}: ", done.stdout)

    def test_changed_rows_are_not_built_upon(self):
        """merge and --resume find the same damage as verify, and refuse it before anything is written."""
        for outcomes, outcome, change in (("", "resolved", 2.0 ** -50), ("output: {outcomes: [resolved]}\n", "resolved", 1e-6)):
            experiment, file = self.folder / "rows.yaml", self.folder / "rows.h5"
            experiment.write_text("name: rows\nworlds: 100\norders: [unipolar]\nparameters: {order.states: 8}\n" + outcomes)
            must("run", experiment, "-o", file, "-q", "--force")
            with h5py.File(file, "r+") as h5:
                h5[f"worlds/{outcome}"][0, 0, 7] += change
            self.refused("merge", "-o", "merged.h5", file, says="rows.h5: the rows of point 0, order unipolar")
            self.refused("run", experiment, "-o", file, "--worlds", "200", "--resume", says="changed or damaged")
            self.assertIn("world 7" if not outcomes else "differs", must("verify", file, "--fraction", "1", status=3).stdout)

    def test_verify_wrong_input(self):
        self.refused("verify", says="expected one")
        self.refused("verify", "none.h5", says="none.h5")
        self.refused("verify", self.experiment, says="not an HDF5 file")
        for share in ("0", "2", "-1", "x", "nan"):
            self.refused("verify", self.file, "--fraction", share, says="above 0 and up to 1")

    # ---- replay

    def replay(self, *options, status=0):
        return must("replay", self.file, *options, status=status)

    def test_replay(self):
        trace = self.folder / "trace.jsonl"
        done = self.replay("--order", "bipolar", "--world", "17", "--point", "umbrellas", "--trace", trace)
        self.assertIn("equal, bit for bit", done.stderr)
        shown = dict(line.split()[:2] for line in done.stdout.splitlines())
        with h5py.File(self.file) as file:
            self.assertEqual(float(shown["tension_mean"]), file["worlds/tension_mean"][1, 1, 17])
        events = [json.loads(line) for line in trace.read_text().splitlines()]
        kinds = [event["event"] for event in events]
        self.assertEqual((kinds[0], kinds[-1]), ("world", "end"))
        self.assertEqual(kinds.count("period"), 30)
        for kind in ("crisis", "venue", "mission", "bloc_move", "review", "move"):
            self.assertIn(kind, kinds)
        self.check_sums(events, shown)

    def check_sums(self, events, shown):
        """Sums over the events equal the outcomes."""
        count = {kind: sum(event["event"] == kind for event in events)
                 for kind in ("crisis", "mission", "abstain", "war", "paralysis")}
        self.assertEqual(count["crisis"], int(shown["crises"]))
        self.assertEqual(count["crisis"], count["mission"] + count["abstain"])
        self.assertEqual(count["war"], int(shown["wars"]))
        if count["crisis"]:
            self.assertAlmostEqual(count["paralysis"] / count["crisis"], float(shown["paralysis"]))
            successes = sum(event["event"] == "mission" and event["success"] for event in events)
            self.assertAlmostEqual(successes / count["crisis"], float(shown["resolved"]))
        ends = [event["tension"] for event in events if event["event"] == "period"]
        self.assertAlmostEqual(sum(ends) / len(ends), float(shown["tension_mean"]))
        self.assertEqual(events[-1]["outcomes"]["tension_mean"], float(shown["tension_mean"]))

    def test_a_trace_destroys_nothing(self):
        file, kept = self.folder / "traced.h5", self.file.read_bytes()
        file.write_bytes(kept)
        os.link(file, self.folder / "traced-hard")
        (self.folder / "traced-soft").symlink_to(file)
        one = ["replay", file, "--order", "unipolar", "--world", "0", "--point", "0"]
        for trace in ("traced.h5", "../" + self.folder.name + "/traced.h5", "traced-hard", "traced-soft"):
            for options in ([], ["--force"]):
                self.refused(*one, "--trace", trace, *options, says="another file")
        self.assertEqual(file.read_bytes(), kept)
        trace = self.folder / "old.jsonl"
        trace.write_text("precious")
        self.refused(*one, "--trace", trace, says="--force")
        self.assertEqual(trace.read_text(), "precious")
        must(*one, "--trace", trace, "--force")
        self.assertEqual(json.loads(trace.read_text().splitlines()[-1])["event"], "end")
        must(*one, "--trace", "/dev/null")

    def test_a_trace_spares_the_parts(self):
        """A stopped run is read from its parts."""
        output = self.folder / "parted.h5"
        must("run", self.experiment, "-o", output, "-q", "--worlds", "1000000", "--time-budget", "1s", status=75)
        part = next(Path(f"{output}.parts").glob("part-*.qdp"))
        kept = part.read_bytes()
        for source in (output, f"{output}.parts"):
            self.refused("replay", source, "--order", "unipolar", "--world", "0", "--point", "0", "--trace", part, "--force",
                         says="another file")
        self.assertEqual(part.read_bytes(), kept)

    def test_replay_to_stdout(self):
        done = self.replay("--order", "unipolar", "--world", "0", "--point", "0", "--trace", "-")
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["event"], "end")

    def test_replay_of_a_changed_row(self):
        changed = self.folder / "row.h5"
        changed.write_bytes(self.file.read_bytes())
        with h5py.File(changed, "r+") as file:
            file["worlds/survival"][0, 0, 5] = -1.0
        done = must("replay", changed, "--order", "unipolar", "--world", "5", "--point", "ad hoc", status=3)
        self.assertIn("outcome survival", done.stderr)

    def test_replay_wrong_input(self):
        one = ["replay", self.file]
        self.refused(*one, "--world", "1", says="--order")
        self.refused(*one, "--order", "unipolar", says="--world")
        self.refused(*one, "--order", "unipolr", "--world", "1", "--point", "0", says="unipolar, bipolar")
        self.refused(*one, "--order", "unipolar", "--world", "120", "--point", "0", says="119")
        self.refused(*one, "--order", "unipolar", "--world", "-1", says="whole number")
        self.refused(*one, "--order", "unipolar", "--world", "1", says="--point")
        self.refused(*one, "--order", "unipolar", "--world", "1", "--point", "9", "--trace", "t.jsonl", says="0 to 2")

    # ---- merge

    def test_merge(self):
        shards = []
        for k in (1, 2, 3):
            shards.append(self.folder / f"shard-{k}.h5")
            must("run", self.experiment, "-o", shards[-1], "-q", "--shard", f"{k}/3")
        merged = self.folder / "merged.h5"
        self.refused("merge", "-o", merged, shards[0], shards[2], says="missing")
        done = must("merge", "-o", merged, *shards[::-1], shards[0])
        self.assertIn("counted once", done.stderr)
        self.assertEqual(result_hash(merged), result_hash(self.file))
        again = must("merge", "-o", merged, *shards)
        self.assertIn("holds this already", again.stderr)
        must("verify", merged)
        partial = self.folder / "partial.h5"
        must("merge", "-o", partial, shards[0], "--partial")
        self.assertEqual(attribute(partial, "complete"), 0)
        self.refused("merge", "-o", partial, *shards, says="--force")
        must("merge", "-o", partial, *shards, "--force", "-q")
        self.assertEqual(result_hash(partial), result_hash(self.file))

    def test_merge_to_where_nothing_can_be_written(self):
        self.refused("merge", "-o", "nowhere/m.h5", self.file, says="expected a folder that can be written to")
        self.refused("merge", "-o", ".", self.file, "--force", says="expected a file or nothing")
        before = self.file.read_bytes()
        self.refused("merge", "-o", self.file, self.file, "--force", says="which is read here")
        self.assertEqual(before, self.file.read_bytes())
        must("merge", "-o", self.file, self.file, "-q")
        self.assertEqual(before, self.file.read_bytes())

    def test_merge_of_different_experiments(self):
        other = self.folder / "other.h5"
        must("run", self.experiment, "-o", other, "-q", "--seed", "5")
        more = self.folder / "more.h5"
        must("run", self.experiment, "-o", more, "-q", "--worlds", "130")
        self.refused("merge", "-o", "out.h5", self.file, other, says="another experiment")
        self.refused("merge", "-o", "out.h5", self.file, more, says="other worlds")
        self.refused("merge", self.file, says="-o OUT.h5")
        self.refused("merge", "-o", "out.h5", says="no shards")

    def test_shards_without_worlds(self):
        """More shards than units of work: some shards are empty, and say nothing about what the others keep."""
        one = self.folder / "one.yaml"
        one.write_text("name: one\nworlds: 1\norders: [unipolar]\noutput: {outcomes: [survival]}\n")
        claims = self.folder / "claims.yaml"
        claims.write_text(DECIDED)
        for experiment in (one, claims):
            whole = experiment.with_suffix(".h5")
            must("run", experiment, "-o", whole, "-q")
            shards = [self.folder / f"{experiment.stem}-{k}.shard.h5" for k in (1, 2, 3)]
            for k, shard in enumerate(shards, 1):
                said = must("run", experiment, "-o", shard, "--shard", f"{k}/3").stderr
                self.assertNotIn("max_worlds (", said)
            worlds = []
            for shard in shards:
                with h5py.File(shard) as file:
                    worlds.append(int(file["worlds_done"][()].sum()))
            self.assertIn(0, worlds)
            for names in (shards, shards[::-1], [shards[1], shards[2], shards[0]]):
                merged = self.folder / "merged-shards.h5"
                must("merge", "-o", merged, "--force", *names)
                self.assertEqual(result_hash(merged), result_hash(whole))
            k = worlds.index(0) + 1
            empty = shards[k - 1]
            must("run", experiment, "-o", empty, "--shard", f"{k}/3", "--resume", "-q")
            must("merge", "-o", self.folder / "part.h5", "--force", "--partial", empty)

    def test_merge_of_a_stopped_shard(self):
        """Its parts stand for it."""
        first, second = self.folder / "stopped-1.h5", self.folder / "stopped-2.h5"
        experiment = self.folder / "longer.yaml"
        experiment.write_text(fixed(50000))  # six seconds of one thread a shard, where this was written
        must("run", experiment, "-o", first, "-q", "--shard", "1/2", "-j", "1", "--time-budget", "1", status=75)
        parts = Path(f"{first}.parts")
        must("run", experiment, "-o", second, "-q", "--shard", "2/2")
        done = must("merge", "-o", self.folder / "both.h5", second, parts, "--partial")
        self.assertIn("missing", done.stderr)
        must("verify", self.folder / "both.h5")

    # ---- show

    def test_outcomes_to_show(self):
        self.assertIn("survival", must("show", self.file, "--outcomes", "survival").stdout)
        for names in ("", ",", "survival,", ",survival", "survivl"):
            self.refused("show", self.file, "--outcomes", names, says="found the outcome")

    def test_show_while_a_run_goes_on(self):
        output = self.folder / "live.h5"
        run = subprocess.Popen([PROGRAM, "run", self.experiment, "-o", output, "-q", "--worlds", "100000", "-j", "1"],
                               stderr=subprocess.DEVNULL)
        parts = Path(f"{output}.parts")
        while run.poll() is None and not list(parts.glob("part-*.qdp")):
            time.sleep(0.01)
        for path in (parts, output):
            self.assertIn("survival", must("show", path).stdout)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(), 75)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
