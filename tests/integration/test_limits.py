#!/usr/bin/python3
"""A limit that would kill a command is reported before its start, or ends it with finished work kept."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
import unittest

import h5py

from harness import PROGRAM, attribute, fixed, must, quadrille, scratch


def with_limit(which, value):
    return lambda: resource.setrlimit(which, (value, resource.getrlimit(which)[1]))


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "limits.yaml"
        cls.experiment.write_text(fixed(40))
        cls.long = cls.folder / "long.yaml"
        cls.long.write_text(fixed(2000000))
        cls.file = cls.folder / "limits.h5"
        must("run", cls.experiment, "-o", cls.file, "-q")

    def test_a_small_stack_is_refused(self):
        for command in (("run", self.experiment, "-o", self.folder / "s.h5"), ("show", self.file), ("list", "orders")):
            done = quadrille(*command, preexec_fn=with_limit(resource.RLIMIT_STACK, 64 << 10))
            self.assertEqual(done.returncode, 2)
            self.assertIn("stack", done.stderr)
        done = quadrille("list", "orders", env={**os.environ, "OMP_STACKSIZE": "64k"})
        self.assertEqual(done.returncode, 2)

    def test_few_open_files_are_refused_or_suffice(self):
        for few, status in ((6, 2), (31, 2), (32, 0)):
            for name, *command in (("run", self.experiment, "-q", "-o"), ("merge", self.file, "--partial", "-q", "-o"), ("show", self.file), ("verify", self.file)):
                output = self.folder / f"{name}-{few}.h5"
                done = quadrille(name, *command, *([output] if command[-1] == "-o" else []), preexec_fn=lambda few=few: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few)))
                self.assertEqual(done.returncode, status, f"{name}, {few} files: {done.stderr}")
                self.assertEqual("limit on open files below 32" in done.stderr, status == 2)
                self.assertEqual(output.exists(), status == 0 and command[-1] == "-o")

    def test_more_shards_than_open_files(self):
        shards = [self.folder / f"{k}.h5" for k in range(1, 41)]
        for k, shard in enumerate(shards, 1):
            must("run", self.experiment, "-o", shard, "-q", "-j", "1", "--shard", f"{k}/40")
        output = self.folder / "joined.h5"
        done = quadrille("merge", *shards, "-q", "-o", output, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("Too many open files", done.stderr)
        self.assertFalse(output.exists())
        must("merge", *shards, "-q", "-o", output, preexec_fn=with_limit(resource.RLIMIT_NOFILE, 32))  # the program may raise it
        self.assertEqual(attribute(output, "result_hash"), attribute(self.file, "result_hash"))

    def test_the_limit_on_file_size_is_told(self):
        done = quadrille("run", self.experiment, "-o", self.folder / "x.h5", "-q",
                         preexec_fn=with_limit(resource.RLIMIT_FSIZE, 60000))
        self.assertEqual(done.returncode, 1)
        self.assertIn("File too large", done.stderr)

    def test_signals_stop_a_run_with_its_work_kept(self):
        for number in (signal.SIGUSR2, signal.SIGXCPU, signal.SIGTERM):
            with self.subTest(number.name):
                output = self.folder / f"{number.name}.h5"
                run = subprocess.Popen([PROGRAM, "run", self.long, "-o", output, "-j", "1"], stderr=subprocess.PIPE,
                                       text=True)
                while not list(self.folder.glob(f"{output.name}.parts/part-*.qdp")):
                    time.sleep(0.05)
                run.send_signal(number)
                said = run.communicate()[1]
                self.assertEqual(run.returncode, 75, said)
                self.assertIn("stopped early", said)

    def test_a_hard_limit_on_processor_time_stops_a_run_with_its_work_kept(self):
        """The system would kill the program at it without a word."""
        output = self.folder / "hard.h5"
        done = quadrille("run", self.long, "-o", output, "-j", "1", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (3, 3)))
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("stopped early at the limit on processor time, --resume continues", done.stderr)
        self.assertEqual(list(self.folder.glob("hard.h5.lock")), [])
        must("verify", output, "--fraction", "0.0001")

    def test_pipes_are_not_waited_for(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for command in (("run", pipe, "--dry-run"), ("show", pipe), ("verify", pipe), ("landscape", pipe),
                        ("merge", "-o", self.folder / "m.h5", pipe)):
            done = quadrille(*command, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
        done = subprocess.run(["bash", "-c", f'"{PROGRAM}" run <(cat "{self.experiment}") --dry-run -o o.h5'],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_long_name_is_refused(self):
        done = quadrille("run", self.experiment, "-o", self.folder / ("x" * 240 + ".h5"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("name", done.stderr)

    def test_more_than_the_disk_holds_is_refused(self):
        output = self.folder / "huge.h5"
        done = quadrille("run", self.experiment, "--worlds", str(10**11), "-o", output)
        self.assertEqual(done.returncode, 2)
        self.assertIn("free", done.stderr)
        self.assertEqual(list(self.folder.glob("huge*")), [])

    def test_more_threads_than_any_process_has_are_refused(self):
        """Where OMP_NUM_THREADS asks for them too, by every command that starts threads."""
        many = {**os.environ, "OMP_NUM_THREADS": "5000"}
        landscape = self.folder / "pair.yaml"
        landscape.write_text("rule: two-camps\nactors: {A: 1, B: 1}\npropensity: [[0, -1], [-1, 0]]\n")
        before = sorted(self.folder.iterdir())
        for command in (("run", self.experiment, "-o", self.folder / "many.h5"), ("run", self.experiment, "-o", self.folder / "many.h5", "--dry-run"),
                        ("verify", self.file), ("merge", "-o", self.folder / "many.h5", self.file), ("landscape", landscape)):
            with self.subTest(command=command[0]):
                self.assertIn("found OMP_NUM_THREADS=5000; expected at most 4096", must(*command, status=2, env=many).stderr)
        self.assertEqual(sorted(self.folder.iterdir()), before)
        must("landscape", landscape, "-j", "1", env=many)

    def test_a_dry_run_says_what_is_needed(self):
        done = must("run", self.experiment, "--dry-run", "-o", self.folder / "dry.h5", "-j", "1")
        # ad hoc and ad hoc again set the same: 2 distinct points, 3 orders, 40 worlds
        self.assertIn(" 240 worlds to play", done.stderr)
        self.assertRegex(done.stderr, r"about [\d.]+ (s|h)\b.* on 1 thread ")
        self.assertRegex(done.stderr, r"of memory; on the disk about [\d.]+ \w+ for parts and [\d.]+ \w+ for the result")
        self.assertEqual(list(self.folder.glob("dry*")), [])

    def test_no_half_of_a_table(self):
        done = quadrille("show", self.file, "--outcomes", "survival,wars")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("wars", done.stderr)
        self.assertIn("tension_mean", must("show", self.file, "--outcomes", "all").stdout)

    def test_a_merge_comes_from_where_its_parts_do(self):
        shards = [self.folder / f"shard{k}.h5" for k in (1, 2, 3)]
        for k, shard in enumerate(shards, 1):
            others = ["-j", "2"] if k == 3 else ["-j", "1", "--isa", "v2"]
            must("run", self.experiment, "-o", shard, "-q", "--shard", f"{k}/3", *others)
        both, same = self.folder / "both.h5", self.folder / "same.h5"
        must("merge", "-o", both, *shards)
        sets = dict.fromkeys(attribute(shard, "instruction_set") for shard in shards)
        self.assertEqual(attribute(both, "instruction_set"), "; ".join(sets))
        self.assertEqual(int(attribute(both, "threads")), 0)
        must("merge", "-o", same, "--partial", *shards[:2])
        self.assertEqual(attribute(same, "instruction_set"), "v2")
        self.assertEqual(int(attribute(same, "threads")), 1)
        self.assertEqual(len(re.findall("HDF5", attribute(same, "libraries"))), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
