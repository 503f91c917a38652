# labels: slow
"""The same bits whatever compiles and runs them: test_same_bits.py PROGRAM SOURCE_DIR

Builds the program with other compilers and other levels of optimisation in a temporary folder, plays one small experiment with
every instruction set this processor has, and compares result_hash with that of PROGRAM.
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
BUILDS = [("gcc", "-O2"), ("gcc", "-O3 -funroll-loops"), ("clang", "-O2"), ("clang", "-O3")]


def run(program, folder, *options):
    """result_hash of the experiment, or None where the processor lacks the instruction set."""
    import h5py
    output = folder / "out.h5"
    done = subprocess.run([program, "run", folder / "same-bits.yaml", "-o", output, "--force", "-q", *options],
                          capture_output=True, text=True)
    if done.returncode == 2 and "instruction set" in done.stderr:
        return None
    assert done.returncode == 0, done.stderr
    with h5py.File(output) as h5:
        value = h5.attrs["result_hash"]
    return value.decode() if isinstance(value, bytes) else str(value)


def hashes(program, folder):
    found = {isa: run(program, folder, "--isa", isa, "-j", "1") for isa in ("v2", "v3", "v4")}
    found["v2, 3 threads"] = run(program, folder, "--isa", "v2", "-j", "3")
    return {name: value for name, value in found.items() if value}


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
        (folder / "same-bits.yaml").write_text(EXPERIMENT)
        found = {f"the program under test, {isa}": value for isa, value in hashes(program, folder).items()}
        for compiler, level in BUILDS:
            if not shutil.which(compiler):
                print(f"{compiler} is not installed: not compared")
                continue
            built = build(source, folder / "build", compiler, level)
            found.update({f"{compiler} {level}, {isa}": value for isa, value in hashes(built, folder).items()})
            shutil.rmtree(folder / "build")
    for name, value in found.items():
        print(f"{value}  {name}")
    assert len(set(found.values())) == 1, "result_hash differs"
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
