"""Makes single calls of a command fail (shim.c) and checks the files after it. Test programs here are called as
test_NAME.py PROGRAM SOURCE_DIR, in the folder of the build.

A scenario is a folder as it was before a command, the command, and the conditions after it:

- exit status 0: the output is there, `verify --fraction 1` finds nothing, and its hash is the expected one;
- otherwise: the status is 1 with a message, or 2 with nothing written (not for a fault of the disk), or a signal that was injected; inputs are
  untouched, and the command's successor (`run --resume`, the same merge again) ends with the expected hash.
"""

import concurrent.futures
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import typing
import unittest

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "integration"))
from harness import PROGRAM, result_hash  # noqa: E402

SHIM = os.path.join(os.getcwd(), "tests", "libquadrille_shim.so")
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of small folders come and go
SECONDS = 60  # a command takes a fraction of one

EXPERIMENT = """\
name: tiny
seed: 7
worlds: 6
orders: [unipolar, bipolar]
parameters: {order.states: 5, order.periods: 6}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}}}
output: {outcomes: [survival, resolved]}
claims:
  - id: gain
    says: More crises are resolved.
    outcome: resolved
    contrast: {more: {doctrine: rumsfeld}, less: {doctrine: obama}}
"""


def command(folder, *arguments, fault=None, log=None, places=None, met=None, **more):
    """Runs the program in `folder`, with a fault injected; status and messages. A log of every call takes its time, one
    of each chain of places (shim.c) less. `met`: a log of the calls that failed. `more`: for the environment."""
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", **more}
    if fault:
        environment.update(LD_PRELOAD=SHIM, QD_FAULT=fault)
    if log:
        environment["QD_FAULT_LOG"] = str(log)
    if places:
        environment["QD_FAULT_PLACES"] = str(places)
    if met:
        environment["QD_FAULT_MET"] = str(met)
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=20 * SECONDS if log or places else SECONDS)
    return done.returncode, done.stdout + done.stderr


def expect(folder, *arguments, status=0, fault=None):
    found, said = command(folder, *arguments, fault=fault)
    if found != status:
        raise AssertionError(f"{' '.join(arguments)} (fault {fault}): exit status {found}, expected {status}\n{said}")
    return said


def content(folder):
    """Every file below a folder, and its bytes; every folder, with a slash after its name."""
    return {str(path.relative_to(folder)) + "/" * path.is_dir(): b"" if path.is_dir() else path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file() or path.is_dir()}


class Call(typing.NamedTuple):
    """A call that can fail, from the log of the shim."""

    position: int
    operation: str
    object: str  # a path, or the library that asks for memory
    places: frozenset  # the program's own calls that were under way, where the log has them


def logged(log):
    """The calls of a log, in order."""
    calls = []
    for line in log.read_text(errors="replace").splitlines() if log.exists() else []:
        call, _, places = line.partition("\t")
        position, operation, object_ = call.split(" ", 2)
        calls.append(Call(int(position), operation, object_, frozenset(places.split())))
    return calls


def refused(met):
    """The program or library that was refused memory first, from a log of the calls that failed. The log of an undisturbed command
    does not tell: processes that run side by side share the count of calls, and another may come first."""
    return next((call.object for call in logged(met)), "quadrille")


@functools.cache
def coverage_places():
    """First and last + 1 of the places of libgcov, which counts lines in a build for coverage and does not survive a refusal of memory."""
    listed = subprocess.run(["nm", "-n", PROGRAM], capture_output=True, text=True).stdout if shutil.which("nm") else ""
    symbols = [(int(words[0], 16), words[2]) for words in map(str.split, listed.splitlines()) if len(words) == 3]
    return [(first, end) for (first, name), (end, _) in zip(symbols, symbols[1:]) if "gcov" in name]


def is_of_coverage(call):
    return any(first <= int(place, 16) < end for place in call.places for first, end in coverage_places())


def one_for_each_place(calls, unseen=None):
    """A few of the calls, which together are under way at every place (of `unseen`) in the program at which some call can
    fail: when each of them fails once, each of those places sees a failure."""
    chains = {call.places: call for call in reversed(calls)}
    left = set().union(*chains) if unseen is None else set(unseen)
    chosen = []
    while left and chains:
        chain = max(chains, key=lambda places: (len(places & left), -chains[places].position))
        if not chain & left:
            break
        chosen.append(chains.pop(chain))
        left -= chain
    return sorted(chosen)


class Scenario:
    """`prepare(folder)` makes the folder; `arguments` is the command that fails; `then` is the next command."""

    output = "out.h5"

    def __init__(self, name, prepare, arguments, then):
        self.name, self.prepare, self.arguments, self.then = name, prepare, arguments, then

    def open(self, scratch):
        """Prepares in `scratch`, plays once undisturbed, and keeps the expectation."""
        self.before = scratch / self.name
        self.before.mkdir()
        (self.before / "tiny.yaml").write_text(EXPERIMENT)
        self.prepare(self.before)
        self.inputs = content(self.before)
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            after = pathlib.Path(name) / "after"
            shutil.copytree(self.before, after)
            expect(after, *self.arguments)
            self.hash = result_hash(after / self.output)
        return self

    def positions(self, family, kind="fail", threads=1, how="log"):
        """The calls of the undisturbed command, in order; `how` "places": the first of each chain of places only."""
        with tempfile.TemporaryDirectory(dir=self.before.parent) as name:
            after, log = pathlib.Path(name) / "after", pathlib.Path(name) / "log"
            shutil.copytree(self.before, after)
            command(after, *self.with_threads(threads), fault=f"{family}:{kind}:0", **{how: log})
            return logged(log)

    def with_threads(self, threads):
        return [*self.arguments, *(["-j", str(threads)] if self.arguments[0] == "run" else [])]

    def fails(self, fault, threads=1):
        """None if everything holds with `fault`, else the failed check."""
        with tempfile.TemporaryDirectory(dir=self.before.parent) as name:
            folder, met = pathlib.Path(name) / "after", pathlib.Path(name) / "met"
            shutil.copytree(self.before, folder)
            try:
                status, said = command(folder, *self.with_threads(threads), fault=fault, met=met)
                return self.judge(folder, fault, refused(met), status, said)
            except subprocess.TimeoutExpired as late:
                return f"`{' '.join(late.cmd[1:])}` did not end in {SECONDS} s"

    def judge(self, folder, fault, asker, status, said):
        if status == 0:
            return self.wrong_result(folder, "exit status 0")
        if status not in (1, 2, 75, *deaths(fault, asker, said)):
            return f"exit status {status}\n{said}"
        if status in (1, 2) and not any(name in said for name in ("quadrille", "libgomp")):
            return f"exit status {status} without a message\n{said}"
        if status == 2 and fault.startswith(("io:eio", "io:enospc")):
            return f"exit status 2, wrong input, for a fault of the disk\n{said}"
        left = content(folder)
        if status == 2 and left != self.inputs:
            return f"exit status 2 and files written or changed: {sorted(set(left.items()) ^ set(self.inputs.items()))}"
        for path, bytes_ in self.inputs.items():
            if path.endswith((".yaml", ".shard.h5")) and left.get(path) != bytes_:
                return f"exit status {status}, and the input {path} was changed"
        again, answer = command(folder, *self.then)
        story = f"exit status {status}: {said.strip()}\nthen `{' '.join(self.then)}`"
        return f"{story}: exit status {again}\n{answer}" if again != 0 else self.wrong_result(folder, story)

    def wrong_result(self, folder, story):
        if not (folder / self.output).exists():
            return f"{story}: no {self.output}"
        status, said = command(folder, "verify", self.output, "--fraction", "1")
        if status != 0:
            return f"{story}: verify exits with {status}\n{said}"
        found = result_hash(folder / self.output)
        if found != self.hash:
            return f"{story}: result_hash {found}, expected {self.hash}"
        left = [path.name for path in folder.iterdir() if path.name.startswith("out.h5.")]
        return f"{story}: left over: {', '.join(left)}" if left and "then" in story else None


def deaths(fault, asker, said):
    """Ends other than an exit status of the program's own. libhdf5 and libfyaml do not survive every refusal of memory
    (libhdf5 calls exit(-1), or follows NULL), nor does libgcov, a part of a program that counts its lines; clang's OpenMP library
    survives neither a thread that cannot start nor a fault of its shared memory, and says so in `said`. Then no work may be lost, but
    any end is accepted."""
    if ":kill:" in fault or ":torn:" in fault:
        return (-signal.SIGKILL,)
    if ":crash:" in fault:
        return (-signal.SIGSEGV,)
    if "OMP: Error" in said:
        return (-signal.SIGABRT, -signal.SIGBUS)
    if fault.startswith("memory:") and (asker != "quadrille" or fault.endswith(":on") or coverage_places()):
        return (-signal.SIGSEGV, -signal.SIGABRT, 255)
    return ()


def interrupted(folder):
    """A run of half of the worlds that was killed when its part was written: finished work, no result file."""
    half = (*RUN, "--worlds", "3", "-j", "1")
    command(folder, *half, fault="io:kill:0", log=folder / "log")
    lines = (folder / "log").read_text().splitlines()
    middle = next(number for number, line in enumerate(lines, 1) if " rename" in line and "part-" in line)
    for path in (folder / "log", folder / "out.h5"):
        path.unlink()
    status, said = command(folder, *half, fault=f"io:kill:{middle + 1}")
    if status != -signal.SIGKILL or not list((folder / "out.h5.parts").glob("part-*")):
        raise AssertionError(f"exit status {status}, expected a killed run with parts\n{said}")


def stopped(folder):
    """A run that a signal ended early: an incomplete result file."""
    for position in range(1, 1000):
        status, said = command(folder, *RUN, "-j", "1", fault=f"io:term:{position}")
        if status == 75 and (folder / "out.h5").exists():
            return
        for path in folder.glob("out.h5*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    raise AssertionError("no early stop leaves a result file")


def shards(folder):
    for number in (1, 2):
        expect(folder, "run", "tiny.yaml", "-o", f"{number}.shard.h5", "-q", "--shard", f"{number}/2", "-j", "1")


def earlier_result(folder):
    expect(folder, *RUN, "-j", "1")


def shards_and_result(folder):
    shards(folder)
    expect(folder, "merge", "-o", "out.h5", "1.shard.h5", "2.shard.h5")


RUN = ("run", "tiny.yaml", "-o", "out.h5", "-q")
RESUME = (*RUN, "--resume")
MERGE = ("merge", "-o", "out.h5", "1.shard.h5", "2.shard.h5")

SCENARIOS = (
    ("run", lambda folder: None, RUN, RESUME),
    ("resume-parts", interrupted, RESUME, RESUME),
    ("resume-result", stopped, RESUME, RESUME),
    ("replace", earlier_result, (*RUN, "--force"), (*RUN, "--force")),
    ("merge", shards, MERGE, MERGE),
    ("merge-over", shards_and_result, (*MERGE, "--force"), (*MERGE, "--force")),
)


def scenarios(owner, names=None):
    """The scenarios of these names, or all, in a folder that is removed when `owner`, a class of tests, is done."""
    folder = tempfile.TemporaryDirectory(dir=MEMORY)
    owner.addClassCleanup(folder.cleanup)
    return [Scenario(*row).open(pathlib.Path(folder.name)) for row in SCENARIOS if names is None or row[0] in names]


def file_cases(scenario, kind, wanted=None, threads=1, lasting=False):
    """Cases for report: `wanted` positions (None: all) of a command at which a call on a file fails."""
    positions = scenario.positions("io", "eio", threads)
    return [(scenario, f"io:{kind}:{k}{':on' if lasting else ''}", threads, " ".join(positions[k - 1][1:3]))
            for k in spread(len(positions), wanted)]


def memory_cases(scenario, wanted, lasting=False):
    """The same for calls that ask for memory; `wanted(asker)` positions of each asker (None: all)."""
    positions = scenario.positions("memory")
    cases = []
    for asker in sorted({call.object for call in positions}):
        mine = [k for k, call in enumerate(positions, 1) if call.object == asker]
        cases += [(scenario, f"memory:fail:{mine[i - 1]}{':on' if lasting else ''}", 1, f"for {asker}")
                  for i in spread(len(mine), wanted(asker))]
    return cases


def report(cases):
    """Plays cases (scenario, fault, threads, what fails); one text for each that does not hold."""
    def play(case):
        scenario, fault, threads, where = case
        wrong = scenario.fails(fault, threads)
        return wrong and f"{scenario.name}, {fault} ({where}), {threads} thread(s): {wrong.strip()}"
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [wrong for wrong in pool.map(play, cases) if wrong]


def spread(count, wanted=None):
    """Positions 1 to `count`: all, or `wanted` of them spread evenly, the last among them."""
    if wanted is None or count <= wanted:
        return list(range(1, count + 1))
    return sorted({count - (count * i) // wanted for i in range(wanted)})


def main():
    """unittest.main for these programs: skipped where the build has no shim."""
    if not os.path.exists(SHIM):
        print(f"skipped: no {SHIM}; builds with a sanitizer have none, as its own library must be loaded first")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
