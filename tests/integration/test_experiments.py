"""Runs every file of experiments/ at a hundredth of its size or less: test_experiments.py PROGRAM SOURCE_DIR

Each must run (exit 0), give a file that h5py opens and that says it is complete, and a verdict for every claim; `show`
must print it within 110 columns.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VERDICTS = {"supported", "contradicted", "mixed", "undecided"}
SKIPPED = 77
PLOTTED = {"credit", "baseline", "sensitivity-screening"}
# Long designs have many points, which ablations play seven times; fewer worlds of each are enough here.
LEAST_WORLDS, ABLATED_WORLDS, MOST_CELLS = 50, 8, 1000
# Points around the parameters' values, of which the files have up to 200.
ROBUSTNESS = "robustness: {points: 10, worlds: 4"


def scaled_worlds(text, cells):
    worlds = int(re.search(r"^worlds: *(\d+)", text, re.M).group(1))
    if re.search(r"^ablate:", text, re.M):
        return ABLATED_WORLDS
    return max(4 if cells > MOST_CELLS else LEAST_WORLDS, worlds // 100)


def count_cells(text):
    """Points of a sampled design, which alone are many."""
    points = re.search(r"^  points: *(\d+)", text, re.M)
    return int(points.group(1)) * len(re.findall(r"^    [a-z_.]+: \{uniform", text, re.M)) if points else 1


def check_file(path, claims):
    import h5py
    with h5py.File(path) as h5:
        assert int(h5.attrs["complete"]) == 1, "not complete"
        assert h5["summary/survival/mean"].shape == h5["worlds_done"].shape
        found = [v.decode() if isinstance(v, bytes) else v for v in h5["claims/verdict"][:]] if claims else []
    assert len(found) == claims, f"{claims} claims, {len(found)} verdicts"
    assert set(found) <= VERDICTS, found


def check_show(program, path, claims):
    shown = subprocess.run([program, "show", path], capture_output=True, text=True)
    assert shown.returncode == 0 and not shown.stderr, shown.stderr
    wide = [line for line in shown.stdout.splitlines() if len(line) > 110]
    assert not wide, f"wider than 110 columns: {wide[0]}"
    assert claims == 0 or "Assumed by construction" in shown.stdout


def check_plot(source, path, folder):
    """Figures of one result file of each kind; skipped, with a message, if matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        print("figures: skipped, matplotlib is missing")
        return
    figures = pathlib.Path(folder) / f"{path.stem}-figures"
    drawn = subprocess.run([sys.executable, source / "scripts/plot", path, "-o", figures], capture_output=True, text=True)
    assert drawn.returncode == 0, drawn.stderr
    assert (figures / "plane.png").stat().st_size > 1000


def run_one(program, file, source, folder):
    text = file.read_text()
    output = pathlib.Path(folder) / f"{file.stem}.h5"
    worlds = scaled_worlds(text, count_cells(text))
    if re.search(r"^claims:", text, re.M):
        assert "\nrobustness: {points: " in text, f"{file.name} has claims and no robustness"
        file.write_text(re.sub(r"robustness: \{points: \d+, worlds: \d+", ROBUSTNESS, text))
    run = subprocess.run([program, "run", file, "-o", output, "--worlds", str(worlds), "-q"],
                         capture_output=True, text=True)
    if run.returncode != 0:
        print(f"{file.name}: exit status {run.returncode}\n{run.stderr}")
        return False
    claims = len(re.findall(r"^  - id:", text, re.M))
    try:
        check_file(output, claims)
        check_show(program, output, claims)
        if file.stem in PLOTTED:
            check_plot(source, output, folder)
    except (AssertionError, OSError, KeyError) as fault:
        print(f"{file.name}: {fault}")
        return False
    print(f"{file.name}: {worlds} worlds a point and order, {claims} claims")
    return True


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    try:
        import h5py  # noqa: F401
    except ImportError:
        print("skipped: h5py is missing")
        return SKIPPED
    files = sorted((source / "experiments").glob("*.yaml"))
    assert files, "no experiments"
    with tempfile.TemporaryDirectory() as folder:
        copies = pathlib.Path(shutil.copytree(source / "experiments", pathlib.Path(folder) / "experiments"))
        passed = [run_one(program, copies / file.name, source, folder) for file in files]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
