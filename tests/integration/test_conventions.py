#!/usr/bin/python3
"""Result files follow the Climate and Forecast conventions, as far as they concern a file without a map, and open group by
group in xarray and in R. Programs that are not installed are skipped, by name."""

import shutil
import subprocess
import sys
import unittest
import warnings

import h5py
import netCDF4  # noqa: F401  (before warnings are errors: it has some of its own)
import numpy as np
import xarray

from harness import must, scratch

EXPERIMENT = """\
name: conventions
seed: 7
worlds: 60
orders: [unipolar, bipolar]
parameters: {order.states: 10, order.periods: 20}
design:
  type: list
  points:
    - {label: a, set: {doctrine.umbrella: true, doctrine: rumsfeld}}
    - {label: b, set: {doctrine.umbrella: false}}
    - {label: c, set: {institution.target: 0.8}}
claims:
  - {id: c, says: s, outcome: survival, contrast: {more: {point: c}, less: {point: b}}}
"""

READ_IN_R = """\
file <- commandArgs(TRUE)[1]
say <- function(...) cat(..., "\\n")
if (package == "ncdf4") {
    h <- nc_open(file)
    for (name in names(h$var)) ncvar_get(h, name)
    say(ncvar_get(h, "point_hash"))
    say(ncvar_get(h, "order"))
} else if (package == "hdf5r") {
    h <- H5File$new(file, "r")
    objects <- h$ls(recursive = TRUE)
    for (name in objects$name[objects$obj_type == "H5I_DATASET"]) h[[name]]$read()
    say(h[["point_hash"]]$read())
    say(h[["order"]]$read())
} else {
    objects <- h5ls(file)
    for (i in which(objects$otype == "H5I_DATASET")) h5read(file, paste0(objects$group[i], "/", objects$name[i]))
    say(h5read(file, "point_hash"))
    say(h5read(file, "order"))
}
"""


class Conventions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        path = cls.folder / "conventions.yaml"
        path.write_text(EXPERIMENT)
        cls.file = cls.folder / "conventions.h5"
        must("run", path, "-o", cls.file, "-q")
        warnings.simplefilter("error")

    def variables(self):
        """Name and dataset of every variable."""
        with h5py.File(self.file) as file:
            found = []
            file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
            for name in found:
                yield name, file[name]

    def test_the_conventions_are_named(self):
        with h5py.File(self.file) as file:
            self.assertRegex(file.attrs["Conventions"].decode(), r"^CF-1\.\d+$")

    def test_udunits_knows_every_unit(self):
        units = {variable.attrs["units"] for _, variable in self.variables() if "units" in variable.attrs}
        self.assertEqual(units, {"1", "3 months"})
        if not shutil.which("udunits2"):
            self.skipTest("udunits2 is not installed")
        for unit in units:
            done = subprocess.run(["udunits2", "-H", unit, "-W", unit], capture_output=True, text=True)
            self.assertNotIn("recognize", done.stdout + done.stderr, unit)

    def test_codes_are_whole_numbers_with_meanings(self):
        with h5py.File(self.file) as file:
            for name, meanings in (("worlds/breakdown", "no yes"), ("worlds/breakdown_cause", "none war tension"),
                                   ("worlds/polarity_end", "unipolar bipolar multipolar none"),
                                   ("point_from_claim", "no yes"), ("design/doctrine.umbrella", "false true")):
                variable = file[name]
                self.assertEqual(variable.attrs["flag_meanings"], meanings)
                self.assertEqual(variable.attrs["flag_values"].tolist(), list(range(len(meanings.split()))))
                self.assertEqual(variable.attrs["flag_values"].dtype, variable.dtype, name)
                self.assertTrue(np.issubdtype(variable.dtype, np.integer), name)
            self.assertEqual(file["design/doctrine.umbrella"][...].tolist()[:3], [1, 0, -1])
            self.assertEqual(file["design/doctrine.umbrella"].attrs["_FillValue"], -1)

    def test_codes_are_those_that_were_played(self):
        """Against the summaries, which come from the tallies, not from single bytes."""
        with h5py.File(self.file) as file:
            for name in ("breakdown", "breakdown_cause", "polarity_end"):
                rows = file[f"worlds/{name}"][...]
                self.assertTrue(np.allclose(rows.mean(axis=2), file[f"summary/{name}/mean"][...], rtol=0, atol=1e-8))
            broke = file["worlds/breakdown"][...] == 1
            self.assertTrue(np.array_equal(broke, file["worlds/breakdown_cause"][...] != 0))

    def test_groups_hold_their_coordinates(self):
        groups = [("worlds", "survival"), ("summary/survival", "mean"), ("paths/tension", "q50"), ("survival", "estimate"),
                  ("plane", "count")]
        for engine in ("netcdf4", "h5netcdf"):
            for group, name in groups:
                with xarray.open_dataset(self.file, group=group, engine=engine) as data, h5py.File(self.file) as file:
                    chosen = data[name].sel(order="bipolar").values
                    self.assertTrue(np.array_equal(chosen, file[f"{group}/{name}"][:, 1], equal_nan=True), group)
            with xarray.open_dataset(self.file, group="summary/survival", engine=engine) as data:
                median = data["quantiles"].sel(order="unipolar", quantile=0.5)
                self.assertEqual(median.dims, ("point",))

    def test_no_variable_is_empty(self):
        for name, variable in self.variables():
            self.assertGreater(variable.size, 0, name)

    def test_hashes_of_points_are_text(self):
        with h5py.File(self.file) as file:
            hashes = file["point_hash"].asstr()[...].tolist()
            self.assertEqual(len(set(hashes)), len(hashes))
            for one in hashes:
                self.assertRegex(one, "^[0-9a-f]{16}$")

    def test_everything_is_read_in_r(self):
        if not shutil.which("Rscript"):
            self.skipTest("R is not installed")
        with h5py.File(self.file) as file:
            expected = [" ".join(file[name].asstr()[...]) for name in ("point_hash", "order")]
        script = self.folder / "read.R"
        tried = 0
        for package in ("ncdf4", "hdf5r", "rhdf5"):
            with self.subTest(package):
                there = subprocess.run(["Rscript", "-e", f"library({package})"], capture_output=True)
                if there.returncode != 0:
                    continue
                tried += 1
                script.write_text(f'library({package}); package <- "{package}"\n{READ_IN_R}')
                done = subprocess.run(["Rscript", script, self.file], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual([line.strip() for line in done.stdout.splitlines()][-2:], expected)
        if not tried:
            self.skipTest("none of ncdf4, hdf5r and rhdf5 is installed")

    def test_numbers_are_read_in_octave(self):
        """Octave's own load() and octave-netcdf's ncinfo() cannot read text of variable length; ncread() reads numbers."""
        if not shutil.which("octave-cli"):
            self.skipTest("octave is not installed")
        if subprocess.run(["octave-cli", "--eval", "pkg load netcdf"], capture_output=True).returncode != 0:
            self.skipTest("octave-netcdf is not installed")
        program = f"pkg load netcdf; x = ncread('{self.file}', '/worlds/survival'); disp(size(x)); printf('%.17g\\n', mean(x(:)))"
        done = subprocess.run(["octave-cli", "--eval", program], capture_output=True, text=True)
        size, mean = done.stdout.strip().splitlines()
        with h5py.File(self.file) as file:
            survival = file["worlds/survival"][...]
        self.assertEqual(size.split(), [str(n) for n in reversed(survival.shape)], done.stderr)
        self.assertAlmostEqual(float(mean), survival.mean(), places=12)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
