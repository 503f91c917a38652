#!/usr/bin/python3
"""A result file opens in h5py, netCDF4, xarray and ncdump without a warning, and all of them read the same numbers."""

import re
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import xarray

PROGRAM, SOURCE = sys.argv[1], Path(sys.argv[2])

EXPERIMENT = """\
name: formats
seed: 7
worlds: 300
orders: [unipolar, multipolar]
parameters: {order.states: 12, order.periods: 24, affinity.noise: {uniform: [0.05, 0.15]}}
design:
  type: grid
  factors:
    institution.target: {values: [0.2, 0.8]}
    doctrine: {values: [neutral, rumsfeld]}
claims:
  - {id: renewal, says: A renewed institution is the stronger one., outcome: institution_end,
     contrast: {more: {institution.target: 0.8}, less: {institution.target: 0.2}}}
"""


WITH_CLAIM = """\
worlds: 4
orders: [multipolar]
parameters: {order.states: 8, order.periods: 2}
design: {type: grid, factors: {tension.decay: {values: [0.1, 0.2]}}}
output: {paths: false, outcomes: [survival]}
claims:
  - {id: c, says: x, outcome: survival, contrast: {more: {mission.stake: 0.3}, less: {mission.stake: 0.1}}}
"""


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = Path(cls.folder.name) / "formats.yaml"
        path.write_text(EXPERIMENT)
        cls.file = str(Path(cls.folder.name) / "formats.h5")
        subprocess.run([PROGRAM, "run", str(path), "-o", cls.file, "-q"], check=True)
        warnings.simplefilter("error")

    def test_ncdump(self):
        done = subprocess.run(["ncdump", "-h", self.file], capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        for line in ("point = 4 ;", "order = 2 ;", "world = 300 ;", "period = 24 ;"):
            self.assertIn(line, done.stdout)
        self.assertRegex(done.stdout, r"double survival\(point, order, world\)")

    def test_every_variable_has_unit_name_and_scales(self):
        faults = []

        def visit(name, thing):
            if not isinstance(thing, h5py.Dataset) or name.startswith("parts"):
                return
            for attribute in ("units", "long_name"):
                if attribute not in thing.attrs:
                    faults.append(f"{name}: no {attribute}")
            if not h5py.h5ds.is_scale(thing.id) and thing.dtype.names is None:
                faults.extend(f"{name}: dimension {i} has no scale" for i, d in enumerate(thing.dims) if len(d) == 0)

        with h5py.File(self.file) as file:
            file.visititems(visit)
        self.assertEqual(faults, [])

    def test_attributes(self):
        with h5py.File(self.file) as file:
            for name in ("title", "quadrille_format", "version", "source_commit", "created", "seed", "config",
                         "config_hash", "result_hash", "complete", "command_line", "host", "compiler", "threads",
                         "ranks"):
                self.assertIn(name, file.attrs)
            self.assertEqual(int(file.attrs["complete"]), 1)
            self.assertEqual(int(file.attrs["seed"]), 7)
            self.assertRegex(str(file.attrs["result_hash"]), r"^[0-9a-f]{32}$")

    def test_h5py_netcdf4_and_xarray_agree(self):
        with h5py.File(self.file) as file:
            survival = file["worlds/survival"][...]
            mean = file["summary/survival/mean"][...]
        with netCDF4.Dataset(self.file) as file:
            self.assertTrue(np.array_equal(file["worlds"]["survival"][...].filled(np.nan), survival, equal_nan=True))
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(self.file, group="worlds", engine=engine) as worlds:
                self.assertEqual(worlds["survival"].dims, ("point", "order", "world"))
                self.assertTrue(np.array_equal(worlds["survival"].values, survival, equal_nan=True))
        self.assertTrue(np.allclose(survival.mean(axis=2), mean, rtol=0, atol=2e-9))

    def test_summary_is_that_of_the_rows(self):
        with h5py.File(self.file) as file:
            for name in set(file["worlds"]) - {"order"}:
                rows = file[f"worlds/{name}"][...]
                summary = file[f"summary/{name}"]
                self.assertTrue(np.all(summary["count"][...] == 300), name)
                for key, value in (("mean", rows.mean(axis=2)), ("sd", rows.std(axis=2, ddof=1)),
                                   ("min", rows.min(axis=2)), ("max", rows.max(axis=2))):
                    self.assertTrue(np.allclose(summary[key][...], value, rtol=1e-9, atol=1e-8), f"{name} {key}")
                self.assertTrue(np.all(summary["histogram"][...].sum(axis=2) == 300), name)
                quantiles = np.quantile(rows, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99], axis=2,
                                        method="inverted_cdf").transpose(1, 2, 0)
                self.assertTrue(np.allclose(summary["quantiles"][...], quantiles, rtol=2**-7, atol=1e-6), name)

    def test_variables_over_the_points(self):
        """Every array keeps its type: texts, hashes, flags and reals over the same points."""
        path, output = Path(self.folder.name) / "claim.yaml", Path(self.folder.name) / "claim.h5"
        path.write_text(WITH_CLAIM)
        subprocess.run([PROGRAM, "run", str(path), "-o", output, "-q"], check=True)
        with h5py.File(output) as file:
            self.assertEqual(file["point"][...].tolist(), [0, 1, 2, 3])
            self.assertEqual(file["point_from_claim"][...].tolist(), [0, 0, 1, 1])
            self.assertEqual(file["point_label"].asstr()[2], "mission.stake: 0.3")
            self.assertEqual(len(set(file["point_hash"].asstr()[...])), 4)
            self.assertGreater(min(int(one, 16) for one in file["point_hash"].asstr()[...]), 2**32)
            self.assertTrue(np.array_equal(file["design/tension.decay"][:2], [0.1, 0.2]))
            self.assertEqual(file["worlds_done"][...].tolist(), [[4]] * 4)

    def test_no_line_of_the_listing_is_without_a_unit(self):
        listing = subprocess.run(["ncdump", "-h", self.file], capture_output=True, text=True, check=True).stdout
        self.assertGreater(len(re.findall(r":units = ", listing)), 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
