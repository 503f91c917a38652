#!/usr/bin/python3
"""Recipes of packages, as far as they can be checked without building them: they parse, they name the needs of the build,
versions agree; scripts/release changes all of them."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from harness import SOURCE, scratch

VERSION = re.search(r"project\(quadrille VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text())[1]
NEEDED = re.search(r'^packages_build="([^"]*)"', (SOURCE / "scripts" / "lib.sh").read_text(), re.M)[1].split()


def read(*parts):
    return SOURCE.joinpath(*parts).read_text()


def versions(root):
    """The version, wherever it is stated."""
    stated = {"CMakeLists.txt": r"project\(quadrille VERSION ([\d.]+)", "python/pyproject.toml": r'^version = "([\d.]+)"',
              "python/quadrille/__init__.py": r'^__version__ = "([\d.]+)"', "CITATION.cff": r"^version: ([\d.]+)",
              "codemeta.json": r'"version": "([\d.]+)"', "packaging/conda/meta.yaml": r'set version = "([\d.]+)"',
              "packaging/spack/package.py": r'version\("([\d.]+)", tag="v\1"\)', "packaging/debian/changelog": r"^quadrille \(([\d.]+)\)"}
    return {name: re.search(pattern, (root / name).read_text(), re.M)[1] for name, pattern in stated.items()}


class Packaging(unittest.TestCase):
    def test_versions_agree(self):
        self.assertEqual(set(versions(SOURCE).values()), {VERSION})

    def test_placeholders_stand_where_a_release_fills_them(self):
        """No address is invented: those at example.org are in the one file that names them, and where scripts/release writes them."""
        self.assertEqual(set(re.findall(r"^(\w+)=", read("packaging", "addresses"), re.M)), {"homepage", "repository", "contact"})
        listed = subprocess.run(["git", "grep", "-l", "example.org", "--", ".", ":!tests"], cwd=SOURCE, capture_output=True, text=True)
        if listed.returncode == 0:
            self.assertLessEqual(set(listed.stdout.split()), {"packaging/addresses", "packaging/spack/package.py", "packaging/debian/changelog", "scripts/release"})

    def test_table_of_dependencies(self):
        """README names every library that the build looks for, every package that the scripts install to build, and what the packages need."""
        table = re.search(r"^\| needed .*?\n\n", read("README.md"), re.M | re.S)[0]
        named = set(re.findall(r"[a-z0-9+.-]+", " ".join(line.split("|")[2] + " " + line.split("|")[3] for line in table.strip().splitlines()[2:])))
        package = {"GSL": "libgsl-dev", "HDF5": "libhdf5-dev", "MPI": "libopenmpi-dev", "PkgConfig": "pkg-config", "OpenMP": "gcc",
                   "libfyaml": "libfyaml-dev", "libxxhash": "libxxhash-dev", "libmd": "libmd-dev", "cmocka": "libcmocka-dev",
                   "ZLIB": "zlib1g-dev", "Random123/philox.h": "librandom123-dev", "doxygen": "doxygen"}
        sought = re.findall(r"^ *(?:find_package\((\w+)|pkg_check_modules\(\w+ (?:REQUIRED )?IMPORTED_TARGET (\w+)|find_(?:path|program)\(\w+ ([\w/.]+))",
                            read("CMakeLists.txt"), re.M)
        self.assertGreater(len(sought), 8)
        self.assertLessEqual({package[next(filter(None, names))] for names in sought}, named)
        self.assertLessEqual(set(NEEDED) - {"g++", "ninja-build"}, named)
        depends = re.search(r'PYTHON_PACKAGE_DEPENDS\s+"([^"]*)"', read("cmake", "install.cmake"))[1]
        self.assertLessEqual(set(re.findall(r"python3-\w+", depends)), named)

    def test_images_install_what_the_build_needs(self):
        for name in ("Containerfile", "quadrille.def"):
            recipe = read("packaging", name)
            installed = re.search(r"--no-install-recommends \\\n(.*?)(?:\nCOPY|\n    cmake)", recipe, re.S)[1].split()
            self.assertLessEqual(set(NEEDED), set(installed), name)
            self.assertIn(f"libquadrille{VERSION.split('.')[0]}_*.deb", recipe)

    def test_containerfile(self):
        known = {"FROM", "RUN", "COPY", "WORKDIR", "ENTRYPOINT"}
        lines = re.sub(r"\\\n", " ", read("packaging", "Containerfile")).splitlines()
        steps = [line.split()[0] for line in lines if line and not line.startswith("#")]
        self.assertLessEqual(set(steps), known)
        self.assertEqual((steps[0], steps[-1]), ("FROM", "ENTRYPOINT"))
        json.loads(lines[-1].split(maxsplit=1)[1])

    def test_apptainer_recipe(self):
        recipe = read("packaging", "quadrille.def")
        stages = recipe.split("Bootstrap: ")[1:]
        self.assertEqual([re.search(r"^Stage: (\w+)", stage, re.M)[1] for stage in stages], ["build", "final"])
        for stage in stages:
            self.assertLessEqual(set(re.findall(r"^%(\w+)", stage, re.M)), {"files", "post", "runscript", "test"})
        for script in re.findall(r"^%(?:post|runscript|test)\n((?:    .*\n|\n)+)", recipe, re.M):
            subprocess.run(["sh", "-n"], input=script, text=True, check=True)

    def test_spack_recipe(self):
        tree = ast.parse(read("packaging", "spack", "package.py"))
        recipe = next(node for node in tree.body if isinstance(node, ast.ClassDef))
        self.assertEqual((recipe.name, recipe.bases[0].id), ("Quadrille", "CMakePackage"))
        calls = [node.value for node in recipe.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        needs = [call.args[0].value.split("@")[0].split("+")[0] for call in calls if call.func.id == "depends_on"]
        self.assertLessEqual({"c", "cmake", "gsl", "hdf5", "random123", "libfyaml", "xxhash", "libmd", "zlib-api"}, set(needs))
        options = re.findall(r"^option\((\w+)", read("CMakeLists.txt"), re.M)
        defined = re.findall(r'self\.define(?:_from_variant)?\("(QUADRILLE_\w+)"', read("packaging", "spack", "package.py"))
        self.assertLessEqual(set(defined), set(options))

    def test_conda_recipe(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("no python3-yaml")
        text = re.sub(r"\{%.*?%\}", "", read("packaging", "conda", "meta.yaml"))
        recipe = yaml.safe_load(re.sub(r"\{\{ *(.*?) *\}\}", lambda m: m[1].replace('"', ""), text))
        self.assertLessEqual({"package", "source", "build", "requirements", "test", "about"}, set(recipe))
        self.assertLessEqual({"gsl", "hdf5", "random123", "libfyaml", "xxhash", "libmd", "zlib"}, set(recipe["requirements"]["host"]))
        self.assertTrue((SOURCE / recipe["about"]["license_file"]).exists())

    def test_paper(self):
        """The paper has the sections that a journal of software requires; every citation has its entry, and every entry its
        citation."""
        paper, entries = read("paper.md"), set(re.findall(r"^@\w+\{(\w+),", read("paper.bib"), re.M))
        for section in ("Summary", "Statement of need", "State of the field", "Acknowledgements", "References"):
            self.assertIn(f"\n# {section}\n", paper)
        for field in ("title", "tags", "authors", "affiliations", "date", "bibliography"):
            self.assertRegex(paper.split("---")[1], rf"(?m)^{field}:")
        self.assertEqual(set(re.findall(r"@(\w+)", paper.split("---")[2])), entries)
        self.assertLess(len(paper.split()), 1000)

    def test_release(self):
        if shutil.which("git") is None:
            self.skipTest("no git")
        tree = scratch(self) / "tree"
        names = [*versions(SOURCE), "CHANGELOG.md", "scripts/release", "packaging/addresses"]
        for name in names:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, tree / name)
        changes = (tree / "CHANGELOG.md").read_text()
        if "## [Unreleased]" not in changes:
            (tree / "CHANGELOG.md").write_text(changes.replace("## [", "## [Unreleased]\n\n## [", 1))
        environment = dict(os.environ, QUADRILLE_RELEASE_UNTESTED="yes", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.org",
                           GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.org", HOME=str(tree))

        def run(*words):
            return subprocess.run(words, cwd=tree, env=environment, capture_output=True, text=True)

        for words in (("git", "init", "-q"), ("git", "add", "."), ("git", "commit", "-qm", "first")):
            self.assertEqual(run(*words).returncode, 0)
        self.assertEqual(run("scripts/release", "1.2").returncode, 2)
        placeholder = run("scripts/release", "9.8.7")
        self.assertEqual(placeholder.returncode, 2)
        self.assertIn("found no homepage of the project in packaging/addresses", placeholder.stderr)
        self.assertEqual(run("git", "status", "--porcelain").stdout, "")
        (tree / "packaging" / "addresses").write_text("homepage=https://a.test/q\nrepository=https://a.test/q.git\ncontact=q@a.test\n")
        run("git", "commit", "-qam", "addresses")
        done = run("scripts/release", "9.8.7")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, expected in (("packaging/spack/package.py", '    homepage = "https://a.test/q"\n    git = "https://a.test/q.git"\n'),
                               ("CITATION.cff", 'url: "https://a.test/q"\nrepository-code: "https://a.test/q.git"\n'),
                               ("packaging/conda/meta.yaml", "about:\n  home: https://a.test/q\n")):
            self.assertIn(expected, (tree / name).read_text())
        described = json.loads((tree / "codemeta.json").read_text())
        self.assertEqual((described["url"], described["codeRepository"]), ("https://a.test/q", "https://a.test/q.git"))
        self.assertRegex((tree / "packaging" / "debian" / "changelog").read_text(), r"\A.*\n\n.*\n\n -- quadrille developers <q@a\.test>  \w")
        self.assertEqual(set(versions(tree).values()), {"9.8.7"})
        self.assertRegex((tree / "CHANGELOG.md").read_text(), r"## \[Unreleased\]\n\n## \[9\.8\.7\] - \d{4}-\d\d-\d\d\n")
        self.assertEqual(run("git", "tag").stdout, "v9.8.7\n")
        self.assertEqual(run("git", "status", "--porcelain").stdout, "")
        self.assertEqual(run("scripts/release", "9.8.7").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
