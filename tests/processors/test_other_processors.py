# labels: slow
"""Other processors play the same worlds: test_other_processors.py PROGRAM SOURCE_DIR

Compiles the kernel with pinned.c for this processor and, with Debian's cross compilers, for others, plays the pinned worlds of
every kind under qemu's user emulation, and compares the hashes line by line. The defaults must have the bits of
tests/data/defaults.txt, too. Processors left out for a missing tool are named; with none of them the test is skipped.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
PINNED, FEW = "200", "10"  # worlds of the defaults: those of tests/data/defaults.txt, and those that an emulator plays
# As CMakeLists.txt has them: contraction would change bits.
FLAGS = ["-std=gnu17", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-ffunction-sections", "-D_GNU_SOURCE",
         '-DQD_VERSION="test"', "-DXXH_INLINE_ALL", "-static", "-Wl,--gc-sections", "-Wall", "-Wextra", "-Werror"]
# The folders of the kernel and what they stand on, without what needs GSL; the tally for its hash.
SOURCES = ["src/base/*.c", "src/registry/*.c", "src/math/*.c", "src/random/*.c", "src/world/*.c", "src/measure/*.c", "src/kernel/*.c",
           "src/statistics/tally.c", "src/statistics/moments.c", "src/statistics/histograms.c",
           "tests/reference/twin_cases.c", "tests/processors/pinned.c"]
LEFT_OUT = {"gsl_stream.c", "empirical.c"}
# Name, Debian's name of the machine, options, emulator, and what its code must contain to have been compiled as meant.
TARGETS = [
    ("aarch64, NEON", "aarch64", ["-O2"], ["qemu-aarch64-static"], r"\bfmul\s+v\d+\.2d"),
    ("aarch64, SVE of 256 bits", "aarch64", ["-O3", "-march=armv8.2-a+sve"], ["qemu-aarch64-static", "-cpu", "max,sve256=on"],
     r"\bfmul\s+z\d+\.d"),
    ("riscv64, portable", "riscv64", ["-O2"], ["qemu-riscv64-static"], None),
    ("ppc64le, portable", "powerpc64le", ["-O2"], ["qemu-ppc64le-static"], None),
]


def sources(root):
    return [path for pattern in SOURCES for path in sorted(root.glob(pattern)) if path.name not in LEFT_OUT]


def headers_of_libraries(folder):
    """Random123 and xxHash are headers for any processor; the rest of the host's headers must not be seen."""
    for name in ("Random123", "xxhash.h"):
        found = next((place / name for place in (pathlib.Path("/usr/include"), pathlib.Path("/usr/local/include")) if (place / name).exists()), None)
        if found is None:
            return None
        (folder / name).symlink_to(found)
    return folder


def build(root, headers, compiler, options, output):
    subprocess.run([compiler, *FLAGS, *options, f"-I{root}/include", f"-I{root}/src", f"-I{root}/tests", "-isystem", headers,
                    *sources(root), "-o", output, "-lm"], check=True)
    return output


def play(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def pinned(root):
    """The hashes in tests/data/defaults.txt, as pinned.c prints them."""
    text = (root / "tests" / "data" / "defaults.txt").read_text()
    return {f"defaults {order} {value}" for order, value in re.findall(r"^(\w+) hash (\w+)$", text, re.M)}


def missing_tools(machine, emulator):
    needed = [f"{machine}-linux-gnu-gcc", f"{machine}-linux-gnu-objdump", emulator[0]]
    return [tool for tool in needed if shutil.which(tool) is None]


def compare(name, expected, found):
    differing = [f"{theirs} here, {ours} there" for theirs, ours in zip(expected, found) if theirs != ours]
    assert len(expected) == len(found), f"{name}: {len(found)} lines; expected {len(expected)}"
    assert not differing, f"{name}: {len(differing)} of {len(expected)} differ, the first: {differing[0]}"
    print(f"{name}: the same {len(found)} hashes")


def main(root):
    played, left_out = 0, []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "headers").mkdir()
        headers = headers_of_libraries(folder / "headers")
        if headers is None:
            print("skipped: the headers of Random123 and xxHash are not in /usr/include or /usr/local/include")
            return SKIPPED
        here = build(root, headers, "cc", ["-O2"], folder / "here")
        assert pinned(root) and pinned(root) <= set(play([here, PINNED])), "this processor has other bits than those of tests/data/defaults.txt"
        expected = play([here, FEW])
        for target, machine, options, emulator, instruction in TARGETS:
            missing = missing_tools(machine, emulator)
            if missing:
                left_out.append(f"{target} (not installed: {', '.join(missing)})")
                continue
            program = build(root, headers, f"{machine}-linux-gnu-gcc", options, folder / "there")
            code = play([f"{machine}-linux-gnu-objdump", "-d", "--no-show-raw-insn", program])
            assert instruction is None or any(re.search(instruction, line) for line in code), f"{target}: no instruction like {instruction}"
            compare(target, expected, play([*emulator, program, FEW]))
            played += 1
    if left_out:
        print(f"{'left out' if played else 'skipped'}: {'; '.join(left_out)}")
    return 0 if played else SKIPPED


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[2]).resolve()))
