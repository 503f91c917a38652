#!/usr/bin/python3
"""Damage and changes are visible in every part of a result file; verify reads all parts."""

import random
import shutil
import subprocess
import sys
import unittest

import h5py
import numpy as np

try:
    import netCDF4
except ImportError:
    netCDF4 = None

from harness import must, quadrille, result_hash, scratch

EXPERIMENT = """\
worlds: 30
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 6}
design: {type: grid, factors: {tension.decay: {values: [0.1, 0.2]}}}
output: {outcomes: [survival, resolved]}
claims:
  - {id: c, says: x, outcome: survival, contrast: {more: {tension.decay: 0.2}, less: {tension.decay: 0.1}}}
"""
FLIPS, FLIPPED_ADDRESSES = 24, 8


def seen_by_h5py(path):
    """Values, attributes and the names of the dimensions of a file."""
    seen = {}

    def see(item):
        for name in item.attrs:
            if name not in ("DIMENSION_LIST", "REFERENCE_LIST"):  # addresses
                seen[item.name, name] = repr(item.attrs[name])
        if isinstance(item, h5py.Group):
            for name in item:
                see(item[name])
            return
        values = item[...]
        seen[item.name] = item.shape, str(item.dtype), repr(values.tolist()) if values.dtype.kind == "O" else values.tobytes()
        seen[item.name, "dimensions"] = [item.file[axis[0]].name for axis in item.attrs.get("DIMENSION_LIST", ())]
        seen[item.name, "of"] = sorted((item.file[user].name, axis) for user, axis in item.attrs.get("REFERENCE_LIST", ()))

    with h5py.File(path) as file:
        see(file)
    return seen


def seen_by_netcdf(path):
    """The same by netCDF4, where it is installed."""
    seen = {}

    def see(group):
        for name, variable in group.variables.items():
            variable.set_auto_maskandscale(False)
            attributes = {key: repr(variable.getncattr(key)) for key in variable.ncattrs()}
            seen[group.path, name] = variable.dimensions, attributes, repr(np.asarray(variable[...]).tolist())
        for inner in group.groups.values():
            see(inner)

    if netCDF4:
        with netCDF4.Dataset(path) as file:
            see(file)
    return seen


class Integrity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "integrity.yaml"
        cls.experiment.write_text(EXPERIMENT)
        cls.file = cls.folder / "sound.h5"
        must("run", cls.experiment, "-o", cls.file, "-q")
        cls.parts = cls.folder / "stopped.h5.parts"
        must("run", cls.experiment, "-o", cls.folder / "stopped.h5", "-q", "--worlds", "1000000", "--time-budget", "1s", status=75)

    def setUp(self):
        self.changed = self.folder / "changed.h5"
        shutil.copyfile(self.file, self.changed)

    def test_every_variable_has_checksums(self):
        """But texts, for whose chunks HDF5 has none: the digest covers them."""
        without = []

        def visit(name, thing):
            if isinstance(thing, h5py.Dataset) and not thing.fletcher32 and thing.dtype.kind != "O":
                without.append(name)
            if isinstance(thing, h5py.Group):
                self.assertRegex(thing.attrs["digest"], "^[0-9a-f]{32}$")

        with h5py.File(self.file) as file:
            file.visititems(visit)
            self.assertRegex(file.attrs["digest"], "^[0-9a-f]{32}$")
        self.assertEqual(without, [])

    def addresses(self):
        """Where the file holds the address of a dimension: in the lists by which variables and dimensions refer to each other."""
        with h5py.File(self.file) as file:
            scales = {h5py.h5o.get_info(file[name].id).addr for name in ("point", "order", "world", "period", "quantile")}
        sound = self.file.read_bytes()
        words = {scale.to_bytes(8, "little") for scale in scales}
        return [at for at in range(len(sound) - 7) if sound[at:at + 8] in words]

    def test_flipped_bits(self):
        """A file with a flipped bit is refused, or no reader sees the bit; good parts beside it stay."""
        luck = random.Random(1939)
        sound = self.file.read_bytes()
        seen = [see(self.file) for see in (seen_by_h5py, seen_by_netcdf)]
        addresses = self.addresses()
        places = [luck.randrange(len(sound)) for _ in range(FLIPS)]
        places += [luck.choice(addresses) + luck.randrange(3) for _ in range(FLIPPED_ADDRESSES)]
        for at in places:
            bytes_ = bytearray(sound)
            bytes_[at] ^= 1 << luck.randrange(8)
            self.changed.write_bytes(bytes_)
            with self.subTest(byte=at):
                resumed = quadrille("run", self.experiment, "-o", self.changed, "-q", "--resume")
                verified = quadrille("verify", self.changed, "--fraction", "1")
                merged = quadrille("merge", "-o", self.folder / "merged.h5", "--force", self.changed)
                if resumed.returncode == 0:
                    self.assertEqual((verified.returncode, merged.returncode), (0, 0), verified.stdout + merged.stderr)
                    self.assertEqual(result_hash(self.folder / "merged.h5"), result_hash(self.file))
                    self.changed.write_bytes(bytes_)
                    for see, expected in zip((seen_by_h5py, seen_by_netcdf), seen):
                        self.assertTrue(see(self.changed) == expected, "a reader sees the flipped bit")
                else:
                    self.assertIn(resumed.returncode, (1, 2), resumed.stderr)
                    self.assertNotEqual(verified.returncode, 0, verified.stdout)
                    self.assertNotEqual(merged.returncode, 0, merged.stderr)

    def change(self, what):
        with h5py.File(self.changed, "r+") as file:
            what(file)

    def differs(self, *says):
        done = must("verify", self.changed, "--fraction", "1", status=3)
        for words in says:
            self.assertIn(words, done.stdout)

    def test_what_verify_compares(self):
        """Attributes, numbers that are infinite, unexpected objects: each by its name, also where a digest is right."""
        def set_attribute(name, value, path="/"):
            return lambda file: file[path].attrs.modify(name, value)

        def set_infinite(sign):
            def what(file):
                file["summary/survival/mean"][0, 0] = sign * np.inf
            return what

        def add_outcome(file):
            file.create_dataset("worlds/effective_blocs", data=np.full(file["worlds/survival"].shape, 99.0))

        def interchange(path):
            def what(file):
                variable = file[path]
                first, second, *rest = variable.attrs["DIMENSION_LIST"]
                lists = np.empty(2 + len(rest), dtype=object)
                lists[:] = [second, first, *rest]
                variable.attrs.create("DIMENSION_LIST", lists, dtype=h5py.vlen_dtype(h5py.ref_dtype))
            return what

        other_dimensions = "over other dimensions"
        changes = {
            "seed": (set_attribute("seed", np.uint64(7)), "attribute seed"),
            "complete": (set_attribute("complete", np.int64(0)), "attribute complete"),
            "title": (set_attribute("title", "x"), "attribute title"),
            "version": (set_attribute("version", "9.9.9"), "digest"),
            "long_name": (set_attribute("long_name", "x", "summary/survival/mean"), "/summary/survival/mean: attribute long_name"),
            "confidence": (set_attribute("confidence", 0.9, "survival"), None),
            "infinite": (set_infinite(1), "/summary/survival/mean"),
            "minus infinite": (set_infinite(-1), "/summary/survival/mean"),
            "no hash": (lambda file: file.attrs.__delitem__("result_hash"), "result_hash"),
            "other hash": (set_attribute("result_hash", "0" * 32), "result_hash"),
            "more attributes": (set_attribute("note", "x"), "attribute note"),
            "one more group": (lambda file: file.create_group("more"), "/more"),
            "one more variable": (lambda file: file["summary/survival"].create_dataset("median", data=[1.0]), "/summary/survival/median"),
            "in worlds": (lambda file: file["worlds"].create_dataset("wins", data=[1.0]), "/worlds/wins"),
            "in parts": (lambda file: file["parts"].create_dataset("x", data=[1.0]), "/parts/x"),
            "an outcome that is not kept": (add_outcome, "/worlds/effective_blocs: in the file"),
            "scaled rows": (set_attribute("scale_factor", 2.0, "worlds/survival"), "/worlds/survival: attribute scale_factor"),
            "rows in other units": (set_attribute("units", "years", "worlds/survival"), "/worlds/survival: attribute units"),
            "rows without dimensions": (lambda file: file["worlds/survival"].attrs.__delitem__("DIMENSION_LIST"),
                                        f"/worlds/survival: {other_dimensions}"),
            "dimensions of rows": (interchange("worlds/survival"), f"/worlds/survival: {other_dimensions}"),
            "dimensions of a mean": (interchange("summary/survival/mean"), f"/summary/survival/mean: {other_dimensions}"),
            "a variable's digest": (set_attribute("digest", "x", "summary/survival/mean"), "/summary/survival/mean: attribute digest"),
            "a note about parts": (set_attribute("note", "x", "parts"), "/parts: attribute note"),
            "a note about units": (set_attribute("note", "x", "parts/unit_point"), "/parts/unit_point: attribute note"),
            "a note about tallies": (set_attribute("note", "x", "parts/tally"), "/parts/tally: attribute note"),
            "one variable less": (lambda file: file["paths/tension"].__delitem__("q95"), "/paths/tension/q95"),
            "one group less": (lambda file: file.__delitem__("claims"), "/claims"),
            "a dimension's values": (lambda file: file["period"].write_direct(np.arange(1, 7)), "/period"),
            "coordinates": (lambda file: file["worlds/order"].__setitem__(0, "x"), "/worlds"),
        }
        for name, (what, says) in changes.items():
            with self.subTest(name):
                shutil.copyfile(self.file, self.changed)
                with h5py.File(self.changed, "r+") as file:
                    if name == "confidence" and "survival" not in file:
                        continue
                self.change(what)
                self.differs(*([says] if says else []))

    def test_paths_kept_of_worlds(self):
        """Of rows alone they do not follow: all worlds are played again and their tallies compared."""
        self.assertIn("equal", must("verify", self.file, "--fraction", "1").stdout)

    def test_a_file_without_rows(self):
        experiment, file = self.folder / "bare.yaml", self.changed
        experiment.write_text(EXPERIMENT.replace("output: {", "output: {worlds: false, "))
        must("run", experiment, "-o", file, "-q", "--force")
        self.assertIn("equal", must("verify", file, "--fraction", "1").stdout)
        self.assertIn("no worlds to compare", must("verify", file, status=2).stderr)

        def what(h5):
            h5["summary/resolved/sd"][1, 1] *= 1.001
        self.change(what)
        self.differs("/summary/resolved/sd")

    def test_parts(self):
        """verify reports that it compares nothing, or not all contents."""
        must("verify", self.parts)
        copy = self.folder / "copy.h5.parts"
        shutil.copytree(self.parts, copy)
        for part in copy.glob("part-*.qdp"):
            bytes_ = bytearray(part.read_bytes())
            bytes_[len(bytes_) // 2] ^= 1
            part.write_bytes(bytes_)
            self.assertIn("damaged", must("verify", copy, status=3).stdout)
        for part in copy.glob("part-*.qdp"):
            part.unlink()
        self.assertIn("nothing to compare", must("verify", copy, status=2).stderr)
        shutil.rmtree(copy)

    def test_show_says_so(self):
        self.change(lambda file: file.attrs.modify("about", "something else"))
        done = must("show", self.changed, status=2)
        self.assertIn("changed or damaged", done.stderr)
        self.assertIn("something else", done.stdout)
        done = must("replay", self.changed, "--order", "unipolar", "--world", "3", "--point", "0", status=2)
        self.assertIn("changed or damaged", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
