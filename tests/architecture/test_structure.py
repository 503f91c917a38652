#!/usr/bin/python3
"""The folders are the architecture: includes lead one way, no circle joins two classes, the tree in docs/architecture.md is
that of the repository, no file is longer than 600 lines, includes are grouped, and the public headers need nothing but
themselves."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[2]).resolve()
LIBRARY = pathlib.Path(sys.argv[1]).resolve().parent / "src" / "libquadrille.a"
LINES_MOST = 600
COLUMNS_MOST = 110
FILES_MOST = 5.6  # per 1,000 lines of src/: one thing stands in one file

# From the top down. A folder may include from its own row (without circles) and from the rows below it.
LEVELS = (
    ("cli",),
    ("report",),
    ("engine",),
    ("experiment", "design", "store", "statistics", "landscape"),
    ("kernel",),
    ("world", "measure"),
    ("random", "math", "registry", "yaml"),
    ("base",),
)
LEVEL = {folder: level for level, row in enumerate(LEVELS) for folder in row}

# The folder that implements each public header; quadrille.h only gathers the others.
PUBLIC = {"error": "base", "runner": "base", "registry": "registry", "random": "random", "world": "world", "view": "world", "plugin": "world", "event": "world", "experiment": "experiment",
          "landscape": "landscape", "power": "landscape", "result": "store", "run": "engine", "simulate": "engine", "quadrille": None}
# The tables of public headers belong to registry, but for these.
TABLES = {"distributions": "random", "designs": "experiment", "result_columns": "store"}

# Files that may say that memory is short without qd_no_memory, and why.
OWN_MEMORY = {
    "base/error.c": "the words for the status",
    "store/hdf5_file.c": "a file that is open keeps its first failure as a text",
    "cli/main.c": "prints it for commands that have no error",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def includes(path):
    return INCLUDE.findall(path.read_text())


def sources():
    return sorted(path for pattern in ("src/**/*.[ch]", "src/**/*.def", "include/quadrille/*.[hd]*")
                  for path in SOURCE.glob(pattern))


def folder_of(name):
    """The folder under src/ that a path relative to src/ or include/ belongs to; None: to all."""
    first, _, rest = name.partition("/")
    if first == "quadrille":
        stem = rest.partition(".")[0]
        return TABLES.get(stem, "registry") if rest.endswith(".def") else PUBLIC.get(stem, f"(no folder for quadrille/{rest})")
    return first


def relative(path):
    return str(path.relative_to(SOURCE / ("include" if path.is_relative_to(SOURCE / "include") else "src")))


def circles(graph):
    """Sets of nodes that reach each other (Tarjan)."""
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in number:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == number[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in number:
            visit(node)
    return found


class Structure(unittest.TestCase):
    maxDiff = None

    def edges(self):
        """(including file, included file), relative to src/ or include/."""
        found = [(relative(path), name) for path in sources() for name in includes(path)]
        self.assertGreater(len(found), 500)
        return found

    def test_circles_are_found(self):
        self.assertEqual(circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}), [["b", "c"]])
        self.assertEqual(circles({"a": {"b", "c"}, "b": {"c"}}), [])

    def test_includes_lead_down(self):
        upward = []
        for file, name in self.edges():
            here, there = folder_of(file), folder_of(name)
            if here is None or "/" not in name or (file, name) == ("base/version.c", "quadrille/quadrille.h"):
                continue  # quadrille.h gathers the others, and declares the version
            if here not in LEVEL or there not in LEVEL:
                upward.append(f"{file} includes {name}: a folder that this test does not know")
            elif LEVEL[there] < LEVEL[here]:
                upward.append(f"{file} includes {name}")
        self.assertEqual(upward, [])

    def test_no_circle_between_folders(self):
        graph = {}
        for file, name in self.edges():
            here, there = folder_of(file), folder_of(name)
            if here and there and here != there and "/" in name:
                graph.setdefault(here, set()).add(there)
        self.assertEqual(circles(graph), [])

    def test_no_circle_between_headers(self):
        graph = {}
        for file, name in self.edges():
            graph.setdefault(file, set()).add(name)
        self.assertEqual(circles(graph), [])

    def test_no_circle_between_files(self):
        """Files that need each other's functions; read from the library, since an include shows a possible use only."""
        listing = subprocess.run(["nm", "-A", LIBRARY], capture_output=True, text=True, check=True).stdout
        home, needs = {}, {}
        for file, kind, symbol in re.findall(r"\.a:([^:]+)\.c\.o:[0-9a-f ]{16} (\w) (\S+)", listing):
            if kind == "U":
                needs.setdefault(file, set()).add(symbol)
            elif kind.isupper():
                home[symbol] = file
        graph = {file: {home[symbol] for symbol in symbols if home.get(symbol, file) != file}
                 for file, symbols in needs.items()}
        self.assertGreater(sum(map(len, graph.values())), 300)
        self.assertEqual(circles(graph), [])

    def test_what_leaves_its_file_is_used(self):
        """A function that is not static is public, or used by another file or a test of its own; and never by tests alone."""
        code = {path: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S) for path in sources()}
        words = {path: set(re.findall(r"\bqd_\w+", text)) for path, text in code.items()}
        tests = set().union(*(re.findall(r"\bqd_\w+", path.read_text()) for path in (SOURCE / "tests").rglob("*.[ch]")))
        public = set().union(*(words[path] for path in code if path.is_relative_to(SOURCE / "include")))
        defined = [(path, name) for path, text in code.items() if path.suffix == ".c"
                   for name in re.findall(r"^(?!static)[a-z][\w *]*?\b(qd_\w+)\(", text, re.M) if name not in public]
        self.assertGreater(len(defined), 300)
        for path, name in defined:
            others = any(name in found for other, found in words.items() if other != path and other.suffix == ".c")
            headers = sum(len(re.findall(rf"\b{name}\b", text)) for other, text in code.items() if other.suffix == ".h" and name in words[other])
            here = len(re.findall(rf"\b{name}\b", code[path]))
            self.assertTrue(others or headers > 1 or here > 1, f"{relative(path)}: nothing but tests uses {name}")
            self.assertTrue(others or headers > 1 or name in tests, f"{relative(path)}: {name} can be static")

    def test_only_one_folder_speaks_each_library(self):
        speaks = {r"<hdf5(_hl)?\.h>|<H5\w+\.h>": "store", r"<libfyaml\.h>": "yaml", r"<omp\.h>|#\s*pragma omp (?!simd)": "engine",
                  r"<mpi\.h>": "engine"}
        for pattern, folder in speaks.items():
            for path in sources():
                found = re.search(r"^\s*#\s*include\s+" + pattern if pattern.startswith("<") else pattern,
                                  path.read_text(), re.MULTILINE)
                if found:
                    self.assertEqual(folder_of(relative(path)), folder, f"{relative(path)}: {found.group(0)}")

    def test_the_tree_in_the_text_is_that_of_the_repository(self):
        text = (SOURCE / "docs" / "architecture.md").read_text()
        tree = re.search(r"(?:^    .*\n)+", text, re.MULTILINE).group(0).splitlines()
        listed = [line.split()[0].rstrip("/") for line in tree if re.match(r" {6}\w+/", line)]
        there = sorted(path.name for path in (SOURCE / "src").iterdir() if path.is_dir())
        self.assertEqual(sorted(listed), there, "folders of src/")
        self.assertEqual(sorted(LEVEL), there, "folders of src/ that this test knows")
        top = [line.split()[0].rstrip("/") for line in tree if re.match(r" {4}[\w/]+/ ", line)]
        for name in top:
            self.assertTrue((SOURCE / name).is_dir(), name)

    def test_one_header_has_intrinsics(self):
        intrinsic = re.compile(r"\w*mmintrin\.h|immintrin\.h|x86intrin\.h|arm_(?:neon|sve)\.h|\b_mm\d*_\w+\(|\b__builtin_ia32_\w+|"
                               r"\bv\w+q?_[fsu]\d+\(")
        found = {relative(path) for path in sources() if intrinsic.search(path.read_text())}
        self.assertEqual(found, {"math/reals.h"})

    def test_one_file_allocates(self):
        """All else calls qd_new, qd_resize or qd_list_room, which check for overflow and have the one message."""
        raw = re.compile(r"\b(?:malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign)\s*\(|\"[^\"\n]*\b(?:out of|no) memory\b")
        found = {relative(path) for path in sources() if path.suffix != ".def" and raw.search(path.read_text())}
        self.assertEqual(found - set(OWN_MEMORY), {"base/memory.c", "base/memory.h"})

    def test_every_command_is_listed(self):
        """A command's file alone compiles; without its line in commands.c the program would not know it."""
        listed = re.findall(r"&(qd_command_\w+)", re.search(r"commands\[\] = \{(.*?)\};", (SOURCE / "src/cli/commands.c").read_text(), re.S)[1])
        defined = [name for path in (SOURCE / "src/cli").glob("*.c") for name in re.findall(r"^const qd_command_t (\w+) = ", path.read_text(), re.M)]
        self.assertGreater(len(defined), 10)
        self.assertEqual(sorted(listed), sorted(defined))

    def test_files_are_short(self):
        long = {}
        for path in subprocess.run(["git", "ls-files", "*.c", "*.h", "*.py"], cwd=SOURCE, capture_output=True,
                                   text=True).stdout.split():
            lines = len((SOURCE / path).read_text().splitlines()) if (SOURCE / path).exists() else 0
            if lines > LINES_MOST:
                long[path] = lines
        self.assertEqual(long, {})

    def test_comments_end_at_the_margin(self):
        """At most there; rules between sections exactly. clang-format leaves comments as they are (ReflowComments: false)."""
        wide = [f"{path.relative_to(SOURCE)}:{number}" for folder in ("src", "include", "tests", "bench", "examples")
                for path in SOURCE.glob(f"{folder}/**/*.[ch]") for number, line in enumerate(path.read_text().splitlines(), 1)
                if re.match(r" *(/\*| \*)", line) and len(line) > COLUMNS_MOST or
                re.fullmatch(r"/\* ---- .* -+ \*/", line) and len(line) < COLUMNS_MOST]
        self.assertEqual(wide, [])

    def test_includes_are_grouped(self):
        """The file's own header alone, then libraries, then the project's headers; clang-format sorts each group. Tables of rows
        (*.def) and includes under a condition stand where they are needed."""
        wrong = []
        for path in sources():
            text = re.split(r"^\s*#\s*if(?:def)?\b", path.read_text(), maxsplit=1, flags=re.MULTILINE)[0]
            groups = [re.findall(r'include\s+(["<][^">]+)', group) for group in
                      re.findall(r'(?:^#[ ]*include\s+(?!.*\.def").*\n)+', text, re.MULTILINE)]
            kinds = ["".join(sorted({name[0] for name in group})) for group in groups]
            if path.suffix == ".c" and kinds and kinds[0] == '"' and len(groups[0]) == 1:
                kinds.pop(0)
            if kinds != sorted(kinds, key='<"'.find) or set(kinds) - {"<", '"'}:
                wrong.append(relative(path))
        self.assertEqual(wrong, [])

    def test_files_are_few(self):
        """Counts .c, .h and .def files. Another pair for a few lines raises the measure: join it to the thing it belongs to."""
        texts = [path.read_text() for path in sources() if path.is_relative_to(SOURCE / "src")]
        self.assertGreater(len(texts), 100)
        self.assertLessEqual(1000 * len(texts) / sum(text.count("\n") for text in texts), FILES_MOST)

    def test_public_headers_need_nothing_else(self):
        compiler = os.environ.get("CC", "cc")
        with tempfile.TemporaryDirectory() as folder:
            for header in sorted((SOURCE / "include" / "quadrille").glob("*.h")):
                probe = pathlib.Path(folder) / "probe.c"
                probe.write_text(f'#include "quadrille/{header.name}"\n#include "quadrille/{header.name}"\nint nothing;\n')
                done = subprocess.run([compiler, "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                                       f"-I{SOURCE / 'include'}", probe], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, f"{header.name} under -Iinclude alone:\n{done.stderr}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
