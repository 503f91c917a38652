"""Functions of the measuring scripts: building, running the engine, and summing up ratios."""

import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
ORDERS = "[unipolar, bipolar, multipolar]"


def build(source=ROOT, folder=BUILD, targets=("quadrille_program",), options=()):
    """Configures and builds; returns the folder."""
    configure = ["cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DQUADRILLE_TESTS=OFF",
                 *options]
    for command in (configure, ["ninja", "-C", folder, *targets]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise SystemExit(f"{source} does not build:\n{done.stdout[-2000:]}")
    return folder


def build_commit(revision):
    """Builds a commit in build/regress-COMMIT; returns its short name and the program."""
    name = subprocess.run(["git", "rev-parse", "--short", f"{revision}^{{commit}}"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout.strip()
    folder = ROOT / "build" / f"regress-{name}"
    source = folder / "source"
    if not source.exists():
        source.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", name], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", source], input=archive, check=True)
    build(source, folder / "build")
    return name, folder / "build" / "quadrille"


def pin(cores=1):
    """Restricts this process and its children to the last `cores` processors."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


class Run:
    """One run of the engine: seconds of clock and of processor, peak memory in MiB, result_hash."""

    def __init__(self, program, worlds, states=32, periods=140, threads=1, rows=True, orders=ORDERS, keep=None, environment=None):
        with tempfile.TemporaryDirectory() as folder:
            experiment = pathlib.Path(folder) / "bench.yaml"
            output = keep or pathlib.Path(folder) / "bench.h5"
            experiment.write_text(f"name: bench\nseed: 1985\nworlds: {worlds}\norders: {orders}\n"
                                  f"parameters: {{order.states: {states}, order.periods: {periods}}}\n"
                                  f"output: {{worlds: {str(rows).lower()}}}\n")
            began = time.perf_counter()
            process = subprocess.Popen([program, "run", experiment, "-o", output, "-j", str(threads), "-q", "--force"],
                                       env={**os.environ, **(environment or {})})
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.perf_counter() - began
            if status:
                raise SystemExit(f"{program} run failed with status {status}")
            process.returncode = 0
            self.processor = usage.ru_utime + usage.ru_stime
            self.mebibytes = usage.ru_maxrss / 1024
            self.hash = result_hash(program, output)


def result_hash(program, path):
    """Asks the program: this process must stay small, because the peak memory of a child begins with that of its parent."""
    shown = subprocess.run([program, "show", path], check=True, capture_output=True, text=True).stdout
    return re.search(r"^hashes .* result ([0-9a-f]+)", shown, re.MULTILINE)[1]


def median(values):
    return statistics.median(values)


def spread(values):
    """Median with the smallest and the largest, as text."""
    return f"{median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def middle_interval(values):
    """An interval of at least 95 % confidence for the median: order statistics of the binomial; for fewer than six values
    their whole range."""
    ordered, n = sorted(values), len(values)
    below, rank, term = 0.0, 0, 0.5**n
    for k in range(n // 2):
        below += term
        if below > 0.025:
            break
        rank, term = k + 1, term * (n - k) / (k + 1)
    return (ordered[rank - 1], ordered[n - rank]) if rank else (ordered[0], ordered[-1])


def load():
    return f"load {os.getloadavg()[0]:.1f}"


def commit():
    """Short name of the commit that is checked out, with a plus sign if files differ from it."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def place(document, name):
    """The text of a document before, in and after the place that is `name`'s to write, between two comments."""
    begin, end = f"<!-- {name} writes from here -->\n", "<!-- to here -->\n"
    text = pathlib.Path(document).read_text()
    before, found, rest = text.partition(begin)
    inside, closed, after = rest.partition(end)
    if not found or not closed or begin in after:
        raise SystemExit(f"{document}: expected one place between `{begin.strip()}` and `{end.strip()}`")
    return before + begin, inside, end + after


def write_place(document, name, text):
    """Puts a text there."""
    before, _, after = place(document, name)
    pathlib.Path(document).write_text(f"{before}\n{text}\n\n{after}")
