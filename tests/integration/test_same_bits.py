# labels: slow
"""The same bits for all compilers and processors: test_same_bits.py PROGRAM SOURCE_DIR

Builds the program with other compilers and other levels of optimisation in a temporary folder, plays two small experiments (the
first edition of the model, and every mechanism of the second) with every instruction set this processor has, and compares
result_hash with that of PROGRAM.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
EXPERIMENT = """name: same-bits
seed: 7
worlds: 40
orders: [unipolar, bipolar, multipolar]
parameters: {order.states: 27, doctrine.umbrella: true, doctrine.learning: 0.02, doctrine.diffusion: 0.05}
design: {type: grid, factors: {mission.random_order: {values: [false, true]}}}
"""
SECOND = """name: same-bits-second-edition
seed: 8
worlds: 40
orders: [unipolar, bipolar, multipolar]
parameters:
  order.states: 27
  clubs.depth: 3
  endurance.chance: 0.6
  publics.weight: 0.2
  doctrine.support: 0.3
  affinity.convergence: 0.02
  affinity.roots: 0.005
  doctrine.learning: 0.02
design: {type: grid, factors: {doctrine.exit: {values: [0, 4]}}}
"""
EXPERIMENTS = {"first": EXPERIMENT, "second": SECOND}
BUILDS = [("gcc", "-O2"), ("gcc", "-O3 -funroll-loops"), ("clang", "-O2"), ("clang", "-O3")]


def run(program, folder, edition, *options):
    """result_hash of an experiment, or None where the processor lacks the instruction set."""
    import h5py
    output = folder / "out.h5"
    done = subprocess.run([program, "run", folder / f"{edition}.yaml", "-o", output, "--force", "-q", *options],
                          capture_output=True, text=True)
    if done.returncode == 2 and "instruction set" in done.stderr:
        return None
    assert done.returncode == 0, done.stderr
    with h5py.File(output) as h5:
        value = h5.attrs["result_hash"]
    return value.decode() if isinstance(value, bytes) else str(value)


def hashes(program, folder, edition):
    found = {isa: run(program, folder, edition, "--isa", isa, "-j", "1") for isa in ("v2", "v3", "v4")}
    found["v2, 3 threads"] = run(program, folder, edition, "--isa", "v2", "-j", "3")
    return {name: value for name, value in found.items() if value}


def compare(program, folder, name, found):
    """Adds to found[edition] the hashes of this program."""
    for edition in EXPERIMENTS:
        for isa, value in hashes(program, folder, edition).items():
            found[edition][f"{name}, {isa}"] = value


def build(source, folder, compiler, level):
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "-S", source, "-B", folder, "-G", "Ninja", f"-DCMAKE_C_COMPILER={compiler}",
                    "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_C_FLAGS_RELEASE={level} -DNDEBUG", "-DQUADRILLE_TESTS=OFF"],
                   **quiet)
    subprocess.run(["ninja", "-C", folder, "quadrille_program"], **quiet)
    return folder / "quadrille"


def main(program, source):
    try:
        import h5py  # noqa: F401
    except ImportError:
        print("h5py is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for edition, text in EXPERIMENTS.items():
            (folder / f"{edition}.yaml").write_text(text)
        found = {edition: {} for edition in EXPERIMENTS}
        compare(program, folder, "the program under test", found)
        for compiler, level in BUILDS:
            if not shutil.which(compiler):
                print(f"{compiler} is not installed: not compared")
                continue
            built = build(source, folder / "build", compiler, level)
            compare(built, folder, f"{compiler} {level}", found)
            shutil.rmtree(folder / "build")
    for edition, values in found.items():
        for name, value in values.items():
            print(f"{value}  {edition} edition, {name}")
        assert len(set(values.values())) == 1, f"result_hash differs, {edition} edition"
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
