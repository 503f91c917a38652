#!/usr/bin/python3
"""Recipes of packages, as far as they can be checked without building them: they parse, they name what the build needs, versions agree;
scripts/release changes all of them."""

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
        """What a journal of software asks for is there, every citation has its entry, and the other way round."""
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
        names = [*versions(SOURCE), "CHANGELOG.md", "scripts/release"]
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
        done = run("scripts/release", "9.8.7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(versions(tree).values()), {"9.8.7"})
        self.assertRegex((tree / "CHANGELOG.md").read_text(), r"## \[Unreleased\]\n\n## \[9\.8\.7\] - \d{4}-\d\d-\d\d\n")
        self.assertEqual(run("git", "tag").stdout, "v9.8.7\n")
        self.assertEqual(run("git", "status", "--porcelain").stdout, "")
        self.assertEqual(run("scripts/release", "9.8.7").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
