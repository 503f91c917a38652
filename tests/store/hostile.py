"""Result files that were forged or damaged. A command that reads one must end with a sentence, without a crash, soon and in
little memory. For the tests in this folder."""

import re
import resource
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, must, scratch  # noqa: E402
from seal import seal_file  # noqa: E402

EXPERIMENT = """\
name: hostile
seed: 3
worlds: 40
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 12}
design: {type: grid, factors: {institution.target: {values: [0.2, 0.8]}}}
claims:
  - {id: c, says: s, outcome: survival, contrast: {more: {institution.target: 0.8}, less: {institution.target: 0.2}}}
"""

# Neither rows nor statistics follow from these.
UNVERIFIABLE = ("2^40 threads", "no hash")
SECONDS = 10
MEMORY = 1 << 30
SANITIZED = b"__asan_init" in Path(PROGRAM).read_bytes()  # its shadow memory takes terabytes of addresses


def replace(file, path, **dataset):
    if path in file:
        del file[path]
    file.create_dataset(path, **dataset)


def resize(file, path, value):
    """A variable of the same type with the elements `value`."""
    kind = file[path].dtype if path in file else np.int64  # a table without rows has no variables
    replace(file, path, data=np.asarray(value, dtype=kind))


def failure(point, order, world):
    def forge(file):
        for name, value in (("point", point), ("order", order), ("world", world)):
            resize(file, f"failures/{name}", [value])
        text = h5py.string_dtype()
        replace(file, "failures/reason", data=np.array(["forged"], dtype=object), dtype=text)
        resize(file, "failures/failure", [0])

    return forge


def unreasoned(file):
    """A failure without the variable that says why."""
    failure(0, 0, 0)(file)
    del file["failures/reason"]


def element(path, index, value):
    def forge(file):
        file[path][index] = value

    return forge


def attribute(path, name, value):
    def forge(file):
        file[path].attrs[name] = value

    return forge


def without(path, name):
    def forge(file):
        del file[path].attrs[name]

    return forge


def sparse(path, shape):
    """A variable that claims far more elements than the file has bytes."""

    def forge(file):
        kind = file[path].dtype
        replace(file, path, shape=shape, dtype=kind, chunks=tuple(min(n, 1024) for n in shape))

    return forge


def endless(path, shape):
    """A variable of some small chunk and then of nothing: its length takes years to read, and its bytes are few."""

    def forge(file):
        kind = file[path].dtype if path in file else "f8"
        if path in file:
            del file[path]
        file.create_dataset(path, shape, kind, chunks=tuple(min(n, 1024) for n in shape))[(0,) * len(shape)] = 0

    return forge


def bomb(file):
    """One chunk of zeros that is unpacked again for each slab."""
    file.create_dataset("zeros", data=np.zeros(50 << 20), chunks=(50 << 20,), compression="gzip", compression_opts=1)


def removed(path):
    def forge(file):
        del file[path]

    return forge


FORGED = {
    "a failure of a point that is not there": failure(2, 0, 0),
    "a failure of a point far away": failure(1 << 60, 0, 0),
    "a failure of a negative point": failure(-1, 0, 0),
    "a failure of an order that is not there": failure(0, 2, 0),
    "a failure of a negative order": failure(0, -(1 << 62), 0),
    "a failure of a world that is not there": failure(0, 0, 1 << 50),
    "columns of failures of different lengths": lambda file: resize(file, "failures/world", [1, 2, 3]),
    "a table with more rows than bytes": sparse("claims/claim", (1 << 50,)),
    "texts with more elements than bytes": sparse("claims/says", (1 << 40,)),
    "extras without names": attribute("parts", "extras", 5),
    "extras below 0": attribute("parts", "extras", -1),
    "extras beyond all bounds": attribute("parts", "extras", 1 << 40),
    "columns that no outcome has": attribute("parts", "columns", np.uint64(2**64 - 1)),
    "no columns": attribute("parts", "columns", np.uint64(0)),
    "paths where there are none": attribute("parts", "paths", 0),
    "a unit of a point that is not there": element("parts/unit_point", 0, 7),
    "a unit of a negative order": element("parts/unit_order", 0, -3),
    "a unit of a billion periods": element("parts/unit_periods", 0, 10**9),
    "a unit of no periods": element("parts/unit_periods", 0, 0),
    "a unit of other periods": element("parts/unit_periods", 0, 13),
    "more ranges than there are": element("parts/unit_ranges", 0, 1 << 40),
    "negative ranges": element("parts/unit_ranges", 0, -1),
    "another byte in a tally": lambda file: element("parts/tally", 100, file["parts/tally"][100] ^ 4)(file),
    "a tally that ends in the next one": lambda file: (
        element("parts/unit_tally_size", 0, file["parts/unit_tally_size"][0] + 1)(file),
        element("parts/unit_tally_size", 1, file["parts/unit_tally_size"][1] - 1)(file)),
    "a tally beyond the bytes": element("parts/unit_tally_size", 0, 1 << 50),
    "a tally of nothing": element("parts/unit_tally_size", 0, 0),
    "a negative tally": element("parts/unit_tally_size", 0, -8),
    "a range of 2^62 worlds": element("parts/range_count", 0, 1 << 62),
    "a range that ends beyond 2^64": lambda file: (element("parts/range_first", 0, (1 << 63) - 1)(file),
                                                   element("parts/range_count", 0, (1 << 63) - 1)(file)),
    "a range of no worlds": element("parts/range_count", 0, 0),
    "a later range of no worlds": element("parts/range_count", 1, 0),
    "a negative range": element("parts/range_count", 1, -1),
    "a range from a negative world on": element("parts/range_first", 1, -1),
    "more bytes of tallies than the file has": sparse("parts/tally", (1 << 50,)),
    "more worlds than the file has bytes": sparse("worlds/survival", (2, 2, 1 << 50)),
    "a longer world": sparse("world", (1 << 50,)),
    "a variable without end": endless("zeros", (1 << 50,)),
    "a column without end": endless("claims/claim", (1 << 50,)),
    "rows without end": endless("worlds/survival", (2, 2, 1 << 50)),
    "a bomb": bomb,
    "no points": lambda file: replace(file, "point_label", shape=(0,), dtype=h5py.string_dtype()),
    "no orders": lambda file: replace(file, "order", shape=(0,), dtype=h5py.string_dtype()),
    "more points than the experiment": lambda file: replace(
        file, "point_label", data=np.array(["0"] * 9, dtype=object), dtype=h5py.string_dtype()),
    "more points than bytes": sparse("point_label", (1 << 45,)),
    "labels that are numbers": lambda file: replace(file, "point_label", data=np.arange(2)),
    "numbers that are labels": lambda file: replace(
        file, "worlds_done", data=np.array([["a", "b"]] * 2, dtype=object), dtype=h5py.string_dtype()),
    "a summary of another shape": lambda file: replace(file, "summary/survival/mean", data=np.zeros((3, 5))),
    "a summary of more elements than bytes": sparse("summary/survival/mean", (1 << 30, 1 << 20)),
    "a summary that is a group": lambda file: (removed("summary/survival/mean")(file),
                                               file.create_group("summary/survival/mean")),
    "rows that are a group": lambda file: (removed("worlds/survival")(file), file.create_group("worlds/survival")),
    "rows of one dimension": lambda file: replace(file, "worlds/survival", data=np.zeros(40)),
    "a scalar for a label": lambda file: replace(file, "order", data="unipolar"),
    "a config that is a number": attribute("/", "config", 3),
    "a config that is a list": attribute("/", "config", ["name: a", "seed: 1"]),
    "a config that is no experiment": attribute("/", "config", "name: [[[[[["),
    "a config with other points": attribute("/", "config", "name: x\nseed: 3\nworlds: 40\norders: [bipolar]\n"),
    "no config": without("/", "config"),
    "no hash": without("/", "result_hash"),
    "a hash of another length": attribute("/", "result_hash", "f" * 4000),
    "a format of 2^62": attribute("/", "quadrille_format", 1 << 62),
    "a negative format": attribute("/", "quadrille_format", -1),
    "2^40 threads": attribute("/", "threads", 1 << 40),
    "no attribute that /parts needs": without("parts", "columns"),
    "no tallies": removed("parts/tally"),
    "no points at all": removed("point"),
    "no worlds": removed("world"),
    "no failures": removed("failures"),
    "no reasons": unreasoned,
}


def elsewhere(path, pipe, shape):
    """Ways to have the variable `path` lead to another file, `pipe`, by name."""

    def link(file):
        file[path] = h5py.ExternalLink(str(pipe), "/data")

    def link_of_a_group(file):
        del file[path.split("/")[0]]
        file[path.split("/")[0]] = h5py.ExternalLink(str(pipe), "/data")

    def soft_link_to_a_link(file):
        file["elsewhere"] = h5py.ExternalLink(str(pipe), "/data")
        file[path] = h5py.SoftLink("/elsewhere")

    def raw(file):
        file.create_dataset(path, shape, "f8", external=[(str(pipe), 0, 8 * int(np.prod(shape)))])

    def virtual(file):
        layout = h5py.VirtualLayout(shape=shape, dtype="f8")
        layout[...] = h5py.VirtualSource(str(pipe), "data", shape=shape)
        file.create_virtual_dataset(path, layout)

    def plugin(file):
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk(shape)
        creation.set_filter(32001, h5py.h5z.FLAG_OPTIONAL, (1, 2))
        h5py.h5d.create(file.id, path.encode(), h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple(shape), creation)

    return {way.__name__: lambda file, way=way: (removed(path)(file), way(file))
            for way in (link, link_of_a_group, soft_link_to_a_link, raw, virtual, plugin)}


ESCAPES = "\x1b[31mred\x1b]0;title\x07\x9b2J \u202eback\r\n"


def named_type(file, path, shape):
    file["a_type"] = np.dtype("f8")
    file.create_dataset(path, shape, dtype=file["a_type"])


def recursive(file, path, _):
    file[path] = h5py.SoftLink(f"/{path}")


def of_type(kind):
    return lambda file, path, shape: file.create_dataset(path, shape, dtype=kind)


# Replacements for any variable: {name: make(file, path, shape)}.
SHAPES = {
    "a number": lambda file, path, _: file.create_dataset(path, data=7.0),
    "nothing": lambda file, path, _: file.create_dataset(path, dtype="f8", shape=None),
    "no elements": lambda file, path, shape: file.create_dataset(path, (0,) * len(shape), "f8"),
    "one more dimension": lambda file, path, shape: file.create_dataset(path, (*shape, 1), "f8"),
    "32 dimensions": lambda file, path, _: file.create_dataset(path, (1,) * 32, "f8"),
    "one element less": lambda file, path, shape: file.create_dataset(path, (max(shape[0] - 1, 1), *shape[1:]), "f8"),
    "integers of 2 bytes": of_type(">i2"),
    "halves": of_type("f2"),
    "texts": of_type(h5py.string_dtype()),
    "texts of 3 bytes": of_type("S3"),
    "texts of escapes": lambda file, path, shape: file.create_dataset(
        path, data=np.full(shape, ESCAPES, dtype=object), dtype=h5py.string_dtype()),
    "texts that are no UTF-8": lambda file, path, shape: file.create_dataset(
        path, data=np.full(shape, b"\xff\xfe\xc0\x80", dtype=object), dtype=h5py.string_dtype("ascii")),
    "compounds": of_type([("a", "f8"), ("b", h5py.string_dtype())]),
    "lists": of_type(h5py.vlen_dtype(np.float64)),
    "arrays": of_type("(3,)f8"),
    "enumerated": of_type(h5py.enum_dtype({"a": 0, "b": 1})),
    "references": of_type(h5py.ref_dtype),
    "opaque": of_type("V7"),
    "complex": of_type("c16"),
    "a named type": named_type,
    "chunks of 2 GB": lambda file, path, shape: file.create_dataset(
        path, shape, "f8", chunks=tuple(1 << (27 if i == 0 else 0) for i in range(len(shape))),
        maxshape=(None,) * len(shape)),
    "a link to itself": recursive,
    "a link to nowhere": lambda file, path, _: file.__setitem__(path, h5py.SoftLink("/nowhere")),
    "a link to the root": lambda file, path, _: file.__setitem__(path, h5py.SoftLink("/")),
    "the root": lambda file, path, _: file.__setitem__(path, file["/"]),
    "a group of that name": lambda file, path, _: file.create_group(path),
    "absent": lambda file, path, _: None,
}

# The same of attributes: {name: value for h5py}.
VALUES = {
    "text": "forged", "escapes": ESCAPES, "a long text": "x" * 60000, "bytes": np.bytes_(b"\xff\xfe\x1b[2J"),
    "texts": np.array(["a", "b"], dtype=object), "nothing": h5py.Empty("f8"), "an empty text": h5py.Empty("S4"),
    "no text": "", "nan": np.nan, "inf": np.inf, "below 0": -1, "2^63": np.uint64(1 << 63), "numbers": np.arange(5.0),
    "a list of none": np.zeros(0), "compound": np.zeros(2, [("a", "f8"), ("b", "i4")]), "opaque": np.void(b"\0\1\2"),
    "complex": 1j, "bool": np.bool_(True),
}


class Hostile(unittest.TestCase):
    """A sound file, and commands that read its forgeries."""

    text = EXPERIMENT

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = cls.folder / "hostile.yaml"
        cls.experiment.write_text(cls.text)
        cls.sound = cls.folder / "sound.h5"
        must("run", cls.experiment, "-o", cls.sound, "-q", "-j", "1")

    def read(self, *arguments):
        """Exit status and messages of a command with little time and memory."""

        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))

        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, errors="replace",
                              timeout=6 * SECONDS, preexec_fn=limit)
        self.assertIn(done.returncode, (0, 1, 2, 3), f"{arguments}: {done.stderr[-300:]}")
        if done.returncode in (1, 2):
            self.assertIn("quadrille: ", done.stderr)
        self.assert_harmless(done.stdout + done.stderr)
        return done

    def absent(self, name):
        """An unused path in the folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        return path

    def commands(self, file):
        """The commands that read a result file, by name."""
        merged, output = self.absent("merged.h5"), self.folder / "resumed.h5"
        shutil.copy(file, output)
        return {"show": ("show", file, "--outcomes", "all"), "merge": ("merge", "-o", merged, file),
                "verify": ("verify", file, "--fraction", "1", "-j", "1"),
                "replay": ("replay", file, "--order", "bipolar", "--world", "3", "--point", "1"),
                "json": ("show", file, "--json"), "csv": ("show", file, "--csv"),
                "report": ("report", file, "-o", self.absent("report.html")),
                "export": ("export", file, "--csv", "-o", self.absent("export.csv")),
                "crate": ("crate", file, "-o", self.absent("crate")),
                "resume": ("run", self.experiment, "-o", output, "--resume", "-q", "-j", "1", "--worlds", "41")}

    def read_by(self, file, names):
        """How the named commands end, by name."""
        commands = self.commands(file)
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(names, pool.map(lambda name: self.read(*commands[name]), names)))

    def forged(self, forge, sealed=False):
        """The sound file as `forge` changes it; `sealed`: with digests that are right."""
        file = self.folder / "forged.h5"
        shutil.copy(self.sound, file)
        with h5py.File(file, "r+") as h5:
            forge(h5)
        if sealed:
            seal_file(file)
        return file

    def places(self):
        """Paths of all variables with their shapes, and (path of an object, name) of all attributes."""
        variables, attributes = [], []
        with h5py.File(self.sound, "r") as h5:
            def see(path, item):
                if isinstance(item, h5py.Dataset):
                    variables.append((path, item.shape))
                attributes.extend((path, name) for name in item.attrs)
            see("/", h5)
            h5.visititems(see)
        return variables, [place for place in attributes if place[1] not in ("REFERENCE_LIST", "DIMENSION_LIST", "CLASS")]

    def misshapen(self, luck):
        """The sound file with one variable or attribute replaced; returns the change."""
        variables, attributes = self.places()
        if luck.random() < 0.6:
            path, shape = luck.choice(variables)
            name = luck.choice(list(SHAPES))
            return self.forged(lambda file: (removed(path)(file), SHAPES[name](file, path, shape))), f"{path}: {name}"
        path, attribute = luck.choice(attributes)
        name = luck.choice([name for name in VALUES if (attribute, name) != ("_FillValue", "nan")])  # which it is
        return (self.forged(lambda file: file[path].attrs.create(attribute, VALUES[name])),
                f"{path}, attribute {attribute}: {name}")

    def assert_harmless(self, said):
        """No text drives a terminal."""
        self.assertNotRegex(said, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

    def damaged(self, luck):
        """The sound file with bytes changed near the heaps and trees, which have no checksum in HDF5, or anywhere."""
        sound = self.sound.read_bytes()
        places = [found.start() for found in re.finditer(b"GCOL|TREE|FRHP|FHDB", sound)] + [0] * 10
        damaged = bytearray(sound)
        for _ in range(luck.choice((1, 1, 2, 8))):
            near = luck.choice(places) + luck.randrange(luck.choice((24, 64, 4000)))
            at = min(near if luck.random() < 0.75 else luck.randrange(len(damaged)), len(damaged) - 8)
            word = luck.choice((0, 1, 8, luck.randrange(256), (1 << 31) - 1, (1 << 32) - 1, 1 << 40, (1 << 64) - 1))
            size = luck.choice((1, 2, 4, 8))
            damaged[at:at + size] = (word & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        file = self.folder / "damaged.h5"
        file.write_bytes(damaged[:luck.randrange(len(damaged))] if luck.random() < 0.05 else damaged)
        return file
