"""An RO-Crate of a result: every entity is described, digests are those of the files, references resolve, nothing is replaced."""

import hashlib
import json
import os
import shutil
import sys
import unittest
import urllib.parse

import h5py
from harness import must, quadrille, scratch

REQUIRED = "https://w3id.org/ro/crate/1.1"


class Crate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        (cls.folder / "small.yaml").write_text(
            'name: "small </script> \\"quoted\\""\nabout: A question.\nworlds: 5\norders: [multipolar]\nparameters: {order.states: 8, order.periods: 4}\n')
        must("run", cls.folder / "small.yaml", "-o", cls.folder / "small.h5", "-q")
        must("crate", "small.h5", "--license", "https://creativecommons.org/licenses/by/4.0/", cwd=cls.folder)
        cls.crate = cls.folder / "small.crate"
        cls.metadata = json.loads((cls.crate / "ro-crate-metadata.json").read_text())
        cls.entity = {e["@id"]: e for e in cls.metadata["@graph"]}

    def test_descriptor_and_root(self):
        descriptor, root = self.entity["ro-crate-metadata.json"], self.entity["./"]
        self.assertEqual(descriptor["conformsTo"]["@id"], REQUIRED)
        self.assertEqual(descriptor["about"]["@id"], "./")
        for key in ("name", "description", "datePublished", "license"):
            self.assertTrue(root[key], key)
        self.assertEqual(root["name"], 'small </script> "quoted"')
        self.assertEqual({part["@id"] for part in root["hasPart"]}, {p.name for p in self.crate.iterdir()} - {"ro-crate-metadata.json"})

    def test_digests(self):
        for name in ("small.h5", "experiment.yaml"):
            content = (self.crate / name).read_bytes()
            self.assertEqual(self.entity[name]["sha256"], hashlib.sha256(content).hexdigest())
            self.assertEqual(int(self.entity[name]["contentSize"]), len(content))

    def test_run(self):
        run = self.entity["#run"]
        self.assertEqual(run["@type"], "CreateAction")
        self.assertEqual((run["object"]["@id"], run["result"]["@id"]), ("experiment.yaml", "small.h5"))
        with h5py.File(self.folder / "small.h5") as file:
            self.assertEqual(self.entity["#result_hash"]["value"], file.attrs["result_hash"])
            self.assertEqual(self.entity["#quadrille"]["softwareVersion"], file.attrs["version"])
        must("run", self.crate / "experiment.yaml", "-o", self.folder / "again.h5", "-q")
        with h5py.File(self.folder / "again.h5") as again:
            self.assertEqual(again.attrs["result_hash"], self.entity["#result_hash"]["value"])

    def test_any_name_of_a_file(self):
        """@id is a URI, and the metadata are JSON for names with blanks, signs and bytes that are not UTF-8."""
        name = b"a b%\xff\xc3\xa9#.h5"
        shutil.copy(self.folder / "small.h5", os.fsencode(self.folder) + b"/" + name)
        must("crate", os.fsdecode(name), "-o", "named.crate", cwd=self.folder)
        graph = json.loads((self.folder / "named.crate" / "ro-crate-metadata.json").read_text())["@graph"]
        files = {os.fsencode(path.name) for path in (self.folder / "named.crate").iterdir()}
        self.assertEqual({urllib.parse.unquote_to_bytes(e["@id"]) for e in graph if e["@type"] == "File"},
                         files - {b"ro-crate-metadata.json"})
        identifiers = {e["@id"] for e in graph}
        self.assertIn("a%20b%25%FF%C3%A9%23.h5", identifiers)
        run = next(e for e in graph if e["@id"] == "#run")
        self.assertIn(run["result"]["@id"], identifiers)

    def test_references_resolve(self):
        def references(value):
            if isinstance(value, dict):
                if set(value) == {"@id"}:
                    yield value["@id"]
                for inner in value.values():
                    yield from references(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from references(inner)

        for entity in self.metadata["@graph"]:
            for target in references({k: v for k, v in entity.items() if k != "@id"}):
                self.assertTrue(target in self.entity or target.startswith(("http://", "https://")), target)

    def test_a_place_that_cannot_be(self):
        for place in ("nowhere/x", "small.h5/x", "x" * 300):
            done = must("crate", "small.h5", "-o", place, cwd=self.folder, status=2)
            self.assertIn("-o names another", done.stderr)

    def test_a_damaged_result_is_refused(self):
        shutil.copy(self.folder / "small.h5", self.folder / "damaged.h5")
        with h5py.File(self.folder / "damaged.h5", "r+") as file:
            file["worlds/survival"][0, 0, 1] += 1
        done = must("crate", "damaged.h5", cwd=self.folder, status=2)
        self.assertIn("damaged", done.stderr)
        self.assertFalse((self.folder / "damaged.crate").exists())

    def test_nothing_is_replaced(self):
        before = (self.crate / "ro-crate-metadata.json").read_bytes()
        done = quadrille("crate", "small.h5", cwd=self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn("-o names another", done.stderr)
        self.assertEqual((self.crate / "ro-crate-metadata.json").read_bytes(), before)
        for wrong in (["small.yaml"], ["no.h5"], []):
            self.assertEqual(quadrille("crate", *wrong, "-o", "never", cwd=self.folder).returncode, 2, wrong)
        self.assertFalse((self.folder / "never").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
