#!/usr/bin/python3
"""The batch scripts without a Slurm: the variables that it sets, and an scontrol that only prints its arguments. test_slurm.py
submits them to a real one."""

import os
import subprocess
import unittest

from harness import PROGRAM, SOURCE, fixed, must, result_hash, scratch

SCRIPTS = SOURCE / "scripts" / "slurm"


class SlurmScripts(unittest.TestCase):
    def setUp(self):
        self.folder = scratch(self)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "scontrol").write_text('#!/bin/sh\necho "scontrol $*"\n')
        (tools / "scontrol").chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"
        self.experiment = self.folder / "sweep.yaml"
        self.experiment.write_text(fixed(60, 4))
        self.results = self.folder / "results"

    def script(self, name, *arguments, status=0, **variables):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "QUADRILLE", "SHARDS"))}
        environment.update({"PATH": self.path, "QUADRILLE": PROGRAM, **{key: str(value) for key, value in variables.items()}})
        done = subprocess.run(["bash", SCRIPTS / name, *map(str, arguments)], capture_output=True, text=True, env=environment,
                              cwd=self.folder)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def task(self, number, first, last, step=1, count=None, arguments=None, **variables):
        count = (last - first) // step + 1 if count is None else count
        return self.script("array.sbatch", *(arguments or (self.experiment, self.results)),
                           **{"SLURM_ARRAY_JOB_ID": 7, "SLURM_ARRAY_TASK_ID": number, "SLURM_ARRAY_TASK_MIN": first,
                              "SLURM_ARRAY_TASK_MAX": last, "SLURM_ARRAY_TASK_STEP": step, "SLURM_ARRAY_TASK_COUNT": count,
                              **variables})

    def test_arrays_of_all_kinds_make_all_shards(self):
        whole = self.folder / "whole.h5"
        must("run", self.experiment, "-o", whole, "-q")
        for name, first, last, step in (("from-0", 0, 2, 1), ("from-1", 1, 3, 1), ("stepped", 4, 13, 4)):
            with self.subTest(array=name):
                self.results = self.folder / name
                for number in range(first, last + 1, step):
                    self.task(number, first, last, step)
                self.assertEqual(sorted(path.name for path in self.results.iterdir()), [f"shard-{k}.h5" for k in (1, 2, 3)])
                merged = self.folder / f"{name}.h5"
                self.script("merge.sbatch", merged, self.results)
                self.assertEqual(result_hash(merged), result_hash(whole))

    def test_arrays_with_gaps_need_their_number(self):
        done = self.task(2, 2, 7, count=3, status=2)
        self.assertIn("gaps", done.stderr)
        self.assertFalse(self.results.exists())
        self.task(7, 2, 7, count=3, SHARDS=8)
        self.assertEqual([path.name for path in self.results.iterdir()], ["shard-7.h5"])

    def test_requeues_end(self):
        long = (self.experiment, self.results, "--worlds", "1e8", "--time-budget", "1s")
        self.assertIn("scontrol requeue 7_1", self.task(1, 1, 2, arguments=long, status=75).stdout)
        self.assertIn("scontrol requeue 7_1", self.task(1, 1, 2, arguments=long, status=75, SLURM_RESTART_COUNT=49).stdout)
        done = self.task(1, 1, 2, arguments=long, status=75, SLURM_RESTART_COUNT=50)
        self.assertNotIn("scontrol", done.stdout)
        self.assertIn("not requeued again", done.stderr)
        self.assertNotIn("scontrol", self.task(1, 1, 2, arguments=long, status=75, SLURM_RESTART_COUNT=2, REQUEUES=2).stdout)

    def test_wrong_input_is_told_and_not_requeued(self):
        for name in ("array.sbatch", "mpi.sbatch", "merge.sbatch"):
            for arguments in ((), ("one",)):
                done = self.script(name, *arguments, status=2, SLURM_ARRAY_TASK_ID=1, SLURM_JOB_ID=7)
                self.assertIn("expected", done.stderr)
                self.assertNotIn("unbound", done.stderr)
        self.assertIn("--array", self.script("array.sbatch", self.experiment, self.results, status=2).stderr)
        self.assertIn("cannot be read", self.task(1, 1, 2, arguments=("none.yaml", self.results), status=2).stderr)
        self.assertIn("QUADRILLE", self.task(1, 1, 2, QUADRILLE="/nowhere", status=2).stderr)
        self.assertIn("shard-*.h5", self.script("merge.sbatch", "out.h5", self.folder, status=2).stderr)
        self.experiment.write_text("wrlds: 3")
        self.assertNotIn("scontrol", self.task(1, 1, 2, status=2).stdout)

    def test_every_script_asks_for_memory(self):
        for path in SCRIPTS.glob("*.sbatch"):
            self.assertIn("#SBATCH --mem=", path.read_text(), path.name)


if __name__ == "__main__":
    import sys
    unittest.main(argv=sys.argv[:1])
