#!/usr/bin/python3
"""Ask/tell against the program: processor time of quadrille.simulate on batches of 1,000 points, and of `quadrille run` on the same points.

bench/ask_tell.py BUILD [PAIRS [WORLDS]]: BUILD is a folder of a build. Prints the rates and the median of the pairs' ratios. Processor
time of the whole process counts, of the package without its imports, so that a busy machine does not decide.
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
PAIRS, WORLDS = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((2, 5), (3, 20)))
POINTS = 1000
os.environ["QUADRILLE_LIBRARY"] = str(BUILD / "src" / "libquadrille.so")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import quadrille  # noqa: E402

ORDERS = ["bipolar"]


def spent(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def by_program(folder, debts, targets):
    points = ", ".join(f"{{label: p{i}, set: {{tension.debt: {d!r}, institution.target: {t!r}}}}}" for i, (d, t) in enumerate(zip(debts, targets)))
    (folder / "batch.yaml").write_text(f"seed: 1\nworlds: {WORLDS}\norders: [{', '.join(ORDERS)}]\noutput: {{paths: false}}\n"
                                       f"design: {{type: list, points: [{points}]}}\n")
    before = spent(resource.RUSAGE_CHILDREN)
    subprocess.run([BUILD / "quadrille", "run", folder / "batch.yaml", "-o", folder / "batch.h5", "-q", "--force"], check=True)
    return spent(resource.RUSAGE_CHILDREN) - before


def by_package(experiment, debts, targets):
    before = spent(resource.RUSAGE_SELF)
    batch = experiment.simulate({"tension.debt": debts, "institution.target": targets}, worlds=WORLDS)
    assert batch["survival"].shape == (POINTS, len(ORDERS), WORLDS)
    return spent(resource.RUSAGE_SELF) - before


def main():
    debts = [0.2 * i / POINTS for i in range(POINTS)]
    targets = [(0.618 * i) % 1 for i in range(POINTS)]
    experiment = quadrille.Experiment({"seed": 1, "orders": ORDERS})
    by_package(experiment, debts[:POINTS], targets)
    ratios, rates = [], ([], [])
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(PAIRS):
            program, package = by_program(pathlib.Path(folder), debts, targets), by_package(experiment, debts, targets)
            ratios.append(program / package)
            for times, seconds in zip(rates, (program, package)):
                times.append(POINTS * len(ORDERS) * WORLDS / seconds)
    print(f"{POINTS} points x {WORLDS} worlds, {PAIRS} pairs: `quadrille run` {statistics.median(rates[0]):.0f}, quadrille.simulate "
          f"{statistics.median(rates[1]):.0f} worlds a second of processor time; ratio {statistics.median(ratios):.3f} "
          f"({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
