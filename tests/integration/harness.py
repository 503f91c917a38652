"""Shared by the tests of whole commands. Each test is called as: test_NAME.py PROGRAM SOURCE_DIR"""

import os
import pathlib
import subprocess
import sys
import tempfile

import h5py

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(sys.argv[2]).resolve()
SKIPPED = 77

# Worlds small enough for thousands of them a second; two outcomes as rows keep files small.
FIXED = """\
name: fixed
about: A small design, for tests of where it runs.
seed: 1985
worlds: {worlds}
orders: [unipolar, bipolar, multipolar]
parameters: {{order.states: 10, order.periods: {periods}, affinity.noise: {{uniform: [0.05, 0.15]}}}}
design:
  type: list
  points:
    - {{label: ad hoc, set: {{doctrine: rumsfeld}}}}
    - {{label: umbrellas, set: {{doctrine: obama}}}}
    - {{label: ad hoc again, set: {{doctrine: rumsfeld}}}}
output: {{outcomes: [survival, tension_mean]}}
"""

PRECISE = """\
name: precise
seed: 1985
orders: [unipolar, bipolar]
parameters: {order.states: 10, order.periods: 30}
design: {type: grid, factors: {institution.target: {values: [0.2, 0.8]}}}
precision: {outcome: survival, half_width: 0.8, confidence: 0.95, min_worlds: 300, max_worlds: 3000}
output: {outcomes: [survival, tension_mean]}
"""

# Claims that end at different looks: one with a list, its two orders, an ablation that follows, and one never decided.
JUDGED = """\
name: judged
seed: 7
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 20}
design: {type: grid, factors: {doctrine: {values: [weinberger_powell, rumsfeld, obama]}, institution.target: {values: [0.2, 0.8]}}}
precision: {claims: all, confidence: 0.9, min_worlds: 300, max_worlds: 3000}
output: {outcomes: [survival, tension_mean]}
claims:
  - {id: alone, says: x, outcome: survival, order: unipolar, contrast: {more: {doctrine: rumsfeld, institution.target: 0.2}, less: {doctrine: weinberger_powell, institution.target: 0.2}}}
  - {id: both, says: x, outcome: resolved, contrast: {more: {doctrine: obama, institution.target: 0.8}, less: {doctrine: weinberger_powell, institution.target: 0.8}}}
  - {id: rises, says: x, outcome: institution_end, order: unipolar, trend: {factor: institution.target, direction: rises, at: {doctrine: obama}}}
  - {id: nothing, says: x, outcome: concentration, order: bipolar, contrast: {more: {doctrine: rumsfeld, institution.target: 0.8}, less: {doctrine: rumsfeld, institution.target: 0.2}}}
ablate: {debt: {tension.debt: 0}}
"""


def fixed(worlds=500, periods=30):
    return FIXED.format(worlds=worlds, periods=periods)


def scratch(owner):
    """A folder that is removed when `owner`, a test or a class of them, is done."""
    folder = tempfile.TemporaryDirectory()
    (owner.addClassCleanup if isinstance(owner, type) else owner.addCleanup)(folder.cleanup)
    return pathlib.Path(folder.name)


def quadrille(*arguments, **options):
    """Runs a command; the finished process, output as text."""
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, **options)


def must(*arguments, status=0, **options):
    """The same, with the exit status that is expected."""
    done = quadrille(*arguments, **options)
    if done.returncode != status:
        raise AssertionError(f"{' '.join(map(str, arguments))}: exit status {done.returncode}, expected {status}\n"
                             f"{done.stdout}{done.stderr}")
    return done


def attribute(path, name):
    with h5py.File(path, "r") as file:
        value = file.attrs[name]
        return value.decode() if isinstance(value, bytes) else value


def result_hash(path):
    return attribute(path, "result_hash")


def instruction_sets():
    """The instruction sets of this processor and this build."""
    has = []
    for isa in ("v2", "v3", "v4"):
        done = quadrille("run", SOURCE / "tests" / "integration" / "harness.py", "--isa", isa, "--dry-run")
        if "instruction set" not in done.stderr:
            has.append(isa)
    return has
