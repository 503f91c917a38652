#!/usr/bin/python3
"""The program is linked and compiled as SECURITY.md says: read from its ELF headers. Skipped in builds without these flags."""

import pathlib
import platform
import re
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv[1])
BUILD = PROGRAM.parent


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def setting(name):
    """A value of the build's cache; "" where it has none."""
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE)
    return found.group(1) if found else ""


class Hardening(unittest.TestCase):
    def test_addresses_are_resolved_at_the_start_and_then_read_only(self):
        segments, dynamic = readelf("-l", PROGRAM), readelf("-d", PROGRAM)
        self.assertIn("GNU_RELRO", segments)
        self.assertRegex(dynamic, r"\(FLAGS(_1)?\).*\b(BIND_NOW|NOW)\b")

    def test_it_lies_anywhere_and_its_stack_is_no_code(self):
        self.assertRegex(readelf("-h", PROGRAM), r"Type:\s+DYN")
        stack = re.search(r"GNU_STACK.*", readelf("-l", PROGRAM)).group(0)
        self.assertNotIn("E", stack.split()[-2], stack)

    def test_libraries_come_from_the_system_alone(self):
        self.assertNotRegex(readelf("-d", PROGRAM), r"\((RPATH|RUNPATH)\)")

    def test_stacks_and_copies_are_checked(self):
        symbols = readelf("--dyn-syms", PROGRAM)
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__(snprintf|memcpy|vsnprintf|fprintf|printf)_chk")

    def test_every_object_marks_where_it_may_be_jumped_to(self):
        if platform.machine() not in ("x86_64", "AMD64"):
            self.skipTest("-fcf-protection belongs to x86")
        notes = readelf("-n", BUILD / "src" / "libquadrille.a")
        objects, marked = notes.count("\nFile: "), len(re.findall(r"x86 feature: .*IBT.*SHSTK", notes))
        self.assertGreater(objects, 100)
        self.assertGreaterEqual(marked, objects)


if __name__ == "__main__":
    if setting("QUADRILLE_HARDEN") != "ON" or setting("QUADRILLE_SANITIZE") or setting("CMAKE_BUILD_TYPE") == "Debug":
        print("skipped: this build has no such flags (sanitizers bring their own checks)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
