"""The functions for R read the same numbers as h5py, under the same names. The tutorial's block for R runs."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import SKIPPED, SOURCE, must, scratch  # noqa: E402

import h5py  # noqa: E402
import numpy as np  # noqa: E402

EXPERIMENT = """\
name: for R
worlds: 30
orders: [unipolar, bipolar]
parameters: {order.states: 8, order.periods: 12}
design: {type: grid, factors: {doctrine: {values: [obama, rumsfeld, trump]}}}
claims:
  - {id: gain, says: More is resolved., outcome: resolved, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: obama}}}
"""

SCRIPT = """\
source("{source}/r/quadrille.R")
r <- open_result("r.h5")
print(r)
x <- worlds(r, "survival")
stopifnot(identical(dim(x), c(3L, 2L, 30L)), identical(dimnames(x)[[2]], c("unipolar", "bipolar")))
write.table(as.vector(x[2, "bipolar", ]), "worlds.txt", row.names = FALSE, col.names = FALSE)
write.table(summary_of(r, "tension_mean")$mean, "mean.txt", row.names = FALSE, col.names = FALSE)
write.table(as.vector(path(r, "tension")$q95[3, "unipolar", ]), "path.txt", row.names = FALSE, col.names = FALSE)
write.table(as.vector(survival(r)$estimate[1, 2, ]), "curve.txt", row.names = FALSE, col.names = FALSE)
frame <- to_data_frame(r, c("survival", "resolved"))
stopifnot(nrow(frame) == 3 * 2 * 30, all(frame$survival[frame$point == r$points[2] & frame$order == "bipolar"] == x[2, "bipolar", ]))
stopifnot(identical(design(r)$doctrine, c("obama", "rumsfeld", "trump")), claims(r)$id == "gain", nrow(contrasts_of(r)) > 0)
stopifnot(nchar(r$result_hash) == 32, r$complete, is.na(r$plugin), inherits(try(worlds(r, "survial"), silent = TRUE), "try-error"))
close_result(r)
"""


class Functions(unittest.TestCase):
    def test_same_numbers_as_h5py(self):
        folder = scratch(self)
        (folder / "r.yaml").write_text(EXPERIMENT)
        must("run", folder / "r.yaml", "-o", folder / "r.h5", "-q")
        (folder / "script.R").write_text(SCRIPT.format(source=SOURCE))
        done = subprocess.run(["Rscript", "script.R"], cwd=folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 points, orders unipolar, bipolar", done.stdout)
        with h5py.File(folder / "r.h5") as file:
            np.testing.assert_array_equal(np.loadtxt(folder / "worlds.txt"), file["worlds/survival"][1, 1, :])
            np.testing.assert_allclose(np.loadtxt(folder / "mean.txt"), file["summary/tension_mean/mean"][:], rtol=1e-12)
            np.testing.assert_allclose(np.loadtxt(folder / "path.txt"), file["paths/tension/q95"][2, 0, :], rtol=1e-12)
            np.testing.assert_allclose(np.loadtxt(folder / "curve.txt"), file["survival/estimate"][0, 1, :], rtol=1e-12)


if __name__ == "__main__":
    if shutil.which("Rscript") is None or subprocess.run(["Rscript", "-e", "library(ncdf4)"], capture_output=True).returncode != 0:
        print("skipped: R or its package ncdf4 is missing (r-base-core r-cran-ncdf4)")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
