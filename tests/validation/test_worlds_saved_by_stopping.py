# labels: slow validation
"""Worlds saved by stopping when claims are decided: two of the paper's experiments at their full number of worlds, and with
`precision: {claims: all}` and that number as max_worlds. Both are too long to be all 25. test_worlds_saved_by_stopping.py PROGRAM
SOURCE_DIR"""

import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
EXPERIMENTS = ("dance", "transition")  # of three orders, and of one
LOST = 1  # verdicts that a stopped run may lose: those that the full run gives with two to four standard errors


def plain(text):
    """The experiment without ablations, baselines and robustness."""
    return re.sub(r"(?m)^(ablate|baseline|robustness):.*\n", "", text) + "output: {paths: false}\n"


def play(program, folder, name, text):
    import h5py
    file, output = folder / f"{name}.yaml", folder / f"{name}.h5"
    file.write_text(text)
    subprocess.run([program, "run", file, "-o", output, "-q"], check=True)
    with h5py.File(output) as h5:
        return int(h5["worlds_done"][()].sum()), list(h5["claims/verdict"].asstr()[()])


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    try:
        import h5py  # noqa: F401
    except ImportError:
        print("skipped: h5py is missing")
        return SKIPPED
    for name in EXPERIMENTS:
        text = plain((source / f"experiments/{name}.yaml").read_text())
        worlds = int(re.search(r"(?m)^worlds: (\d+)", text).group(1))
        stopping = f"precision: {{claims: all, min_worlds: {worlds // 10}, max_worlds: {worlds}}}\n"
        with tempfile.TemporaryDirectory() as folder:
            most, full = play(program, pathlib.Path(folder), "full", text)
            some, stopped = play(program, pathlib.Path(folder), "stopped", text + stopping)
        equal = sum(a == b for a, b in zip(full, stopped))
        print(f"validation | 14 | `{name}` stopped when decided, against its {worlds} worlds | worlds saved | >= 50 % | {100 - 100 * some / most:.0f} %")
        print(f"validation | 14 | `{name}` stopped when decided, against its {worlds} worlds | verdicts that are equal | {len(full)} (- {LOST}) | {equal}")
        assert some <= 0.5 * most, (name, some, most)
        assert equal >= len(full) - LOST, (name, full, stopped)
        assert all(a == b or b == "undecided" for a, b in zip(full, stopped)), (name, full, stopped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
