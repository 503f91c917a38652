#!/usr/bin/python3
# labels: mpi slow
"""Ranks of an mpirun share a run: 1, 2, 3 threads by 1, 2, 3 ranks, whole, sharded, stopped and resumed, a rank killed: one hash.

Uses PROGRAM where it was built with QUADRILLE_MPI, else builds such a one below the build folder. Skips where there is no MPI."""

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harness import PRECISE, PROGRAM, SKIPPED, SOURCE, attribute, fixed, must, result_hash, scratch

ALLOWED = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
           "OMPI_MCA_rmaps_base_oversubscribe": "1", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def program_with_mpi():
    if shutil.which("mpirun") is None:
        skip("there is no mpirun (Debian: openmpi-bin)")
    if "libmpi" in subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout:
        return PROGRAM
    if shutil.which("mpicc") is None:
        skip("PROGRAM was built without MPI, and there is no mpicc to build another (Debian: libopenmpi-dev)")
    build = Path(PROGRAM).parent / "mpi"
    for command in (["cmake", "-S", SOURCE, "-B", build, "-DQUADRILLE_MPI=ON", "-DQUADRILLE_TESTS=OFF",
                     "-DCMAKE_BUILD_TYPE=Release"], ["cmake", "--build", build, "-j", "2"]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{done.stdout}{done.stderr}")
    return build / "quadrille"


def mpirun(ranks, *arguments):
    return [str(word) for word in ("mpirun", "--oversubscribe", "-n", ranks, MPI, *arguments)]


def run(ranks, *arguments, status=0):
    done = subprocess.run(mpirun(ranks, *arguments), capture_output=True, text=True, env=ALLOWED)
    if done.returncode != status:
        raise AssertionError(f"{ranks} ranks, {arguments}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done


class Mpi(unittest.TestCase):
    def setUp(self):
        self.folder = scratch(self)

    def write(self, name, text):
        path = self.folder / f"{name}.yaml"
        path.write_text(text)
        whole = self.folder / f"{name}-whole.h5"
        must("run", path, "-o", whole, "-q", "-j", "2")
        return path, result_hash(whole)

    def test_threads_by_ranks(self):
        for name, text in (("fixed", fixed(200)), ("precise", PRECISE)):
            experiment, wanted = self.write(name, text)
            for ranks in (1, 2, 3):
                for threads in (1, 2, 3):
                    output = self.folder / f"{name}-{ranks}-{threads}.h5"
                    run(ranks, "run", experiment, "-o", output, "-q", "-j", threads)
                    self.assertEqual(result_hash(output), wanted, (name, ranks, threads))
                    self.assertEqual(attribute(output, "ranks"), ranks)
                    self.assertFalse(Path(f"{output}.parts").exists())

    def test_shards(self):
        for name, text in (("fixed", fixed(201)), ("precise", PRECISE)):
            experiment, wanted = self.write(name, text)
            shards = [self.folder / f"{name}-shard-{k}.h5" for k in (1, 2)]
            for k in (1, 2):
                run(1 + k, "run", experiment, "-o", shards[k - 1], "-q", "-j", 1, "--shard", f"{k}/2")
            merged = self.folder / f"{name}-merged.h5"
            must("merge", "-o", merged, *reversed(shards), "-q")
            self.assertEqual(result_hash(merged), wanted)

    def start(self, ranks, experiment, output):
        """A run that has written a part of every rank."""
        started = subprocess.Popen(mpirun(ranks, "run", experiment, "-o", output, "-q", "-j", 1), env=ALLOWED,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        parts = Path(f"{output}.parts")
        while started.poll() is None and len({p.name[:10] for p in parts.glob("part-*.qdp")}) < ranks:
            time.sleep(0.01)
        self.assertIsNone(started.poll(), "the run was over before it could be stopped")
        return started

    def test_stopped_and_resumed(self):
        experiment, wanted = self.write("long", fixed(20000))
        output = self.folder / "stopped.h5"
        started = self.start(2, experiment, output)
        started.send_signal(signal.SIGUSR1)
        self.assertEqual(started.wait(), 75)
        self.assertEqual(attribute(output, "complete"), 0)
        run(3, "run", experiment, "-o", output, "-q", "-j", 1, "--resume")
        self.assertEqual(result_hash(output), wanted)

    def test_rank_killed(self):
        experiment, wanted = self.write("long", fixed(20000))
        for number in range(2):
            output = self.folder / f"killed-{number}.h5"
            started = self.start(3, experiment, output)
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(started.pid)], capture_output=True,
                                      text=True).stdout.split()
            os.kill(int(children[-1 - number]), signal.SIGKILL)
            self.assertNotEqual(started.wait(), 0)
            self.assertTrue(list(Path(f"{output}.parts").glob("part-00002-*.qdp")))
            run(2, "run", experiment, "-o", output, "-q", "-j", 1, "--resume")
            self.assertEqual(result_hash(output), wanted)

    def test_wrong_input_is_told_once(self):
        experiment, _ = self.write("fixed", fixed(20))
        output = self.folder / "fixed-whole.h5"
        said = run(3, "run", experiment, "-o", output, status=2).stderr
        self.assertEqual(said.count("--force"), 1)


if __name__ == "__main__":
    MPI = program_with_mpi()
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
