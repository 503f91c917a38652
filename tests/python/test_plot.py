"""scripts/plot: figures name their points, the pooled worlds and the meaning of bars; a heat map spans more than its
noise; formats; claims by order; no warnings, also of a shard."""

import html
import importlib.machinery
import importlib.util
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import SKIPPED, SOURCE, must, scratch  # noqa: E402

try:
    import matplotlib  # noqa: F401
    import numpy as np
    import xarray  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)

sys.dont_write_bytecode = True
SMALL = "seed: 5\nworlds: {worlds}\norders: [unipolar, bipolar]\nparameters: {{order.states: 6, order.periods: 12}}\n"
GRID = SMALL + """design:
  type: grid
  factors: {{doctrine: {{values: [obama, rumsfeld, weinberger_powell]}}, institution.target: {{values: [0.1, 0.4, 0.6, 0.8]}}}}
claims:
  - {{id: gain, says: More is resolved., outcome: resolved, contrast: {{more: {{doctrine: rumsfeld}}, less: {{doctrine: obama}}}}}}
  - {{id: unipolar-gain, says: More is resolved., outcome: resolved, order: unipolar,
     contrast: {{more: {{doctrine: rumsfeld}}, less: {{doctrine: obama}}}}}}
"""
# Two factors whose levels hardly differ: their cells differ by less than their intervals.
FLAT = SMALL + """design:
  type: grid
  factors: {{tension.debt: {{values: [0.1, 0.1000001]}}, institution.target: {{values: [0.5, 0.5000001]}}}}
"""


def words(path):
    """The text of an SVG, as it is read."""
    return " ".join(html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text()))).split())


class Plot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.grid = cls.run_file("grid", GRID.format(worlds=40))
        cls.figures = cls.folder / "figures"
        cls.drawn = cls.plot(cls.grid, "-o", cls.figures, "--format", "svg,png,pdf")

    @classmethod
    def run_file(cls, name, text, *options):
        (cls.folder / f"{name}.yaml").write_text(text)
        must("run", cls.folder / f"{name}.yaml", "-o", cls.folder / f"{name}.h5", "-q", *options)
        return cls.folder / f"{name}.h5"

    @staticmethod
    def plot(*arguments):
        return subprocess.run([sys.executable, SOURCE / "scripts" / "plot", *map(str, arguments)], capture_output=True, text=True)

    def test_figures_without_warnings(self):
        self.assertEqual((self.drawn.returncode, self.drawn.stderr), (0, ""))
        names = {path.stem for path in self.figures.iterdir()}
        self.assertLessEqual({"claims", "survival", "paths-unipolar", "paths-bipolar", "distributions", "plane", "effect-doctrine",
                              "effect-institution.target", "heat-resolved-institution.target-doctrine"}, names)

    def test_formats(self):
        for form, first in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")):
            files = list(self.figures.glob(f"*.{form}"))
            self.assertGreaterEqual(len(files), 9)
            for path in files:
                self.assertTrue(path.read_bytes().startswith(first), path)
        wrong = self.plot(self.grid, "--format", "gif")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("expected png, pdf or svg", wrong.stderr)

    def test_points_that_are_not_shown_are_told(self):
        for name in ("survival", "paths-bipolar"):
            self.assertIn("3 of 12 design points: the shortest-lived, the middle and the longest-lived", words(self.figures / f"{name}.svg"))
        for name in ("distributions", "plane"):
            self.assertIn("worlds of 12 design points together", words(self.figures / f"{name}.svg"))

    def test_chosen_points(self):
        done = self.plot(self.grid, "-o", self.folder / "chosen", "--format", "svg", "--points", "doctrine=obama,target=0.1;rumsfeld, target 0.4")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = words(self.folder / "chosen" / "survival.svg")
        self.assertIn("obama, target 0.1", told)
        self.assertIn("rumsfeld, target 0.4", told)
        self.assertNotIn("of 12 design points", told)
        done = self.plot(self.grid, "--points", "nowhere")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no point and no factor `nowhere`", done.stderr)

    def test_bars_say_what_they_are(self):
        self.assertIn("means over worlds, bars: their 95% intervals (at most)", words(self.figures / "effect-doctrine.svg"))
        self.assertIn("95% bands", words(self.figures / "survival.svg"))

    def test_claims_by_order(self):
        import h5py
        told = words(self.figures / "claims.svg")
        with h5py.File(self.grid) as file:
            for o, order in enumerate(("unipolar", "bipolar")):
                self.assertIn(f"{order}: {file['claims/by_order/verdict'].asstr()[0, o]}", told)
            self.assertIn(f"all orders: {file['claims/verdict'].asstr()[0]}", told)
            self.assertIn(f"unipolar: {file['claims/verdict'].asstr()[1]}", told)
        self.assertIn("gain (resolved)", told)
        self.assertIn("intervals; dotted: the margin", told)

    def test_heat_map_spans_more_than_its_noise(self):
        flat = self.run_file("flat", FLAT.format(worlds=20))
        sys.path.insert(0, str(SOURCE / "scripts"))
        loader = importlib.machinery.SourceFileLoader("plot", str(SOURCE / "scripts" / "plot"))
        plot = importlib.util.module_from_spec(importlib.util.spec_from_loader("plot", loader))
        loader.exec_module(plot)
        saved = []

        class Kept(plot.Figures):
            def save(self, figure, name, title, note=""):
                images = [image for axis in figure.axes for image in axis.get_images()]
                saved.append((name, note, [image.get_clim() for image in images]))
                plot.plt.close(figure)

        result = plot.ResultFile(flat)
        Kept(result, self.folder / "unused", []).heat_maps()
        self.assertTrue(saved)
        for name, note, limits in saved:
            outcome = name.split("-")[1]
            noise = 2 * 1.96 * np.nanmax(result.numbers(outcome, "mcse"))
            for low, high in limits:
                self.assertGreaterEqual(high - low, noise * (1 - 1e-12))
            self.assertIn("differ by less than two of them", note)
            self.assertIn("95% intervals: up to", note)

    def test_a_shard(self):
        shard = self.run_file("shard", GRID.format(worlds=40), "--shard", "1/5")
        done = self.plot(shard, "-o", self.folder / "of-shard", "--format", "svg")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("the worlds so far", words(self.folder / "of-shard" / "survival.svg"))

    def test_names_are_those_of_show(self):
        shown = must("show", self.grid).stdout
        sys.path.insert(0, str(SOURCE / "python"))
        import quadrille
        with quadrille.open(self.grid) as result:
            for point in result.design_points():
                self.assertIn(result.point_name(point), shown)
                self.assertEqual(result.find_points(result.point_name(point)), [point])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
