"""The report as a reader meets it: the page's text is right, a browser draws every figure and requests nothing, and hostile texts
stay texts."""

import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import SKIPPED, must, quadrille, scratch  # noqa: E402

import h5py  # noqa: E402

CHROMIUM = shutil.which("chromium")

EXPERIMENT = """\
name: {name}
about: {about}
worlds: 60
orders: [unipolar, multipolar]
parameters: {{order.states: 8, order.periods: 12}}
design:
  type: grid
  factors:
    doctrine: {{values: [weinberger_powell, rumsfeld]}}
    institution.target: {{values: [0.1, 0.9]}}
claims:
  - id: gain
    says: {says}
    outcome: resolved
    contrast: {{more: {{doctrine: rumsfeld}}, less: {{doctrine: weinberger_powell}}}}
"""

# Small samples of every table of a claim.
BESIDE = EXPERIMENT + """\
  - id: gain-unipolar
    says: In one order.
    order: unipolar
    outcome: resolved
    contrast: {{more: {{doctrine: rumsfeld}}, less: {{doctrine: weinberger_powell}}}}
ablate: {{debt: {{tension.debt: 0}}}}
luck: by-order
robustness: {{points: 40, worlds: 20, parameters: {{doctrine.vital_interest: {{uniform: [0, 1]}}, mission.load: {{uniform: [0.05, 0.3]}}}}}}
"""

HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\\\"document.title='owned'\\\">"


class Page(html.parser.HTMLParser):
    """Elements with their attributes, and the text of the element with id `data`."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.data, self.inside = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = dict(attrs).get("id") == "data"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.data += data


# Added to a copy of the page: counts the page's requests, and the ones that its policy refused.
WATCH = """<script>
let refused = 0;
document.addEventListener('securitypolicyviolation', () => { refused++; });
setInterval(() => {
    document.documentElement.dataset.requests = performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length;
    document.documentElement.dataset.refused = refused;
}, 100);
</script></head>"""


def browse(path, width=1400):
    """The page's DOM once its figures are drawn, and what the browser logged about it."""
    watched = path.parent / f"watched-{width}-{path.name}"
    watched.write_text(path.read_text().replace("</head>", WATCH, 1))
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-data-dir={path.parent}/profile-{width}", f"--window-size={width},2000",
         "--virtual-time-budget=20000", "--enable-logging=stderr", "--dump-dom", watched.as_uri()],
        capture_output=True, text=True, timeout=120)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        texts = {"plain": ("plain", "A question.", "More is resolved."), "hostile": (f'"{HOSTILE}"', f'"{HOSTILE}"', f'"{HOSTILE}"')}
        for name, (title, about, says) in texts.items():
            (cls.folder / f"{name}.yaml").write_text(EXPERIMENT.format(name=title, about=about, says=says))
            must("run", cls.folder / f"{name}.yaml", "-o", cls.folder / f"{name}.h5", "-q")
            must("report", cls.folder / f"{name}.h5", "-o", cls.folder / f"{name}.html")
        cls.page = Page((cls.folder / "plain.html").read_text())
        cls.data = json.loads(cls.page.data)

    def test_numbers_are_those_of_the_file(self):
        with h5py.File(self.folder / "plain.h5") as file:
            for outcome in self.data["outcomes"]:
                mean = file[f"summary/{outcome['name']}/mean"][:].ravel()
                for shown, stored in zip(outcome["mean"], mean):
                    self.assertAlmostEqual(shown, stored, delta=1e-4 * abs(stored) + 1e-12)
            counted = sum(self.data["histogram"]["survival"]["count"])
            self.assertEqual(counted, file["summary/survival/count"][:].sum())
            self.assertEqual(self.data["provenance"]["result_hash"], file.attrs["result_hash"])

    def test_page_refers_to_nothing_outside(self):
        for tag, attributes in self.page.elements:
            for name in ("src", "href", "action", "data"):
                self.assertFalse(re.match(r"(https?:)?//", attributes.get(name) or ""), (tag, attributes))
        policy = [a["content"] for t, a in self.page.elements if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
        self.assertEqual(len(policy), 1)
        self.assertIn("default-src 'none'", policy[0])
        self.assertNotIn("unsafe-eval", policy[0])

    def test_browser_draws_every_figure(self):
        if CHROMIUM is None:
            self.skipTest("no chromium")
        for width in (1400, 500):
            dom, console = browse(self.folder / "plain.html", width)
            self.assertEqual(console, [])
            self.assertIn('data-requests="0"', dom)
            self.assertIn('data-refused="0"', dom)
            drawn = re.search(r'data-drawn="([^"]*)"', dom)
            self.assertIsNotNone(drawn, "the figures were not drawn")
            figures = dict(pair.split(":") for pair in drawn[1].split())
            self.assertEqual(set(figures), {"claims-figure", "means", "survival", "plane", "distribution", "paths", "factor", "heat", "contrasts"})
            self.assertEqual(set(figures.values()), {"yes"})
            self.assertEqual(dom.count("<svg"), len(figures))
            self.assertEqual(len(re.findall(r'<div class="chart"[^>]* aria-label="[^"]{20,}"', dom)), len(figures))

    def test_robustness(self):
        """The page has the shares of /claims/robustness, their words, and the parameters that move an effect; a claim about one order has
        one row. A figure shows them, with a text alternative."""
        path = self.folder / "beside.yaml"
        path.write_text(BESIDE.format(name="beside", about="x", says="y"))
        must("run", path, "-o", self.folder / "beside.h5", "-q")
        must("report", self.folder / "beside.h5", "-o", self.folder / "beside.html")
        data = json.loads(Page((self.folder / "beside.html").read_text()).data)
        self.assertEqual(data["provenance"]["luck"], "by-order")
        self.assertEqual([[a["without"] for a in c["ablations"]] for c in data["claims"]], [["debt"], ["debt"]])
        moved = 0
        with h5py.File(self.folder / "beside.h5") as file:
            table, turning = file["claims/robustness"], file["claims/robustness/turning"]
            for c, claim in enumerate(data["claims"]):
                cells = {cell["place"]: cell for cell in claim["robustness"]}
                for k, place in enumerate(table["place"].asstr()[:]):
                    if not table["verdict"].asstr()[c, k]:
                        self.assertNotIn(place, cells)
                        continue
                    cell = cells[place]
                    self.assertEqual(cell["verdict"], table["verdict"].asstr()[c, k])
                    self.assertEqual(cell["points"], table["points"][c, k])
                    for name in ("same", "same_low", "same_high", "opposite"):
                        self.assertAlmostEqual(cell[name], table[name][c, k], places=4)
                    rows = (turning["claim"].asstr()[:] == claim["id"]) & (turning["place"].asstr()[:] == place)
                    beyond_doubt = rows & ((turning["low"][:] > 0) | (turning["high"][:] < 0))
                    self.assertEqual([t["parameter"] for t in cell["turning"]], list(turning["parameter"].asstr()[beyond_doubt]))
                    moved += len(cell["turning"])
        self.assertEqual([len(c["robustness"]) for c in data["claims"]], [3, 2])
        self.assertGreater(moved, 0, "doctrine.vital_interest moves the gain")
        if CHROMIUM is None:
            self.skipTest("no chromium")
        dom, console = browse(self.folder / "beside.html")
        self.assertEqual(console, [])
        self.assertRegex(dom, r'data-drawn="[^"]*robustness-figure:yes')
        self.assertRegex(dom, r"<h3[^>]*>Robustness</h3>")
        self.assertIn("Share of points around the values of the parameters at which a claim keeps its sign: gain (all)", html.unescape(dom))
        robustness = dom[dom.index(">Robustness</h3>"):]
        below = re.search(r"<strong>gain-unipolar</strong>.*?(?=<tr><th|</table>)", robustness, re.DOTALL)[0]
        self.assertEqual(re.findall(r"<tr><td[^>]*>(\w+)</td>", below), ["unipolar"])
        # Ablations stand as a matrix, claims by rows, and again with their intervals.
        ablations = dom[dom.index(">Ablations</h3>"):dom.index(">Robustness</h3>")]
        self.assertEqual(re.findall(r"<th[^>]*>([^<]*)</th>", ablations)[:3], ["Claim", "As stated", "Without debt"])
        self.assertEqual(ablations.count(">gain-unipolar</td>"), 2)

    def test_effects_of_factors_are_drawn(self):
        """Of a sampled design: a figure with a text alternative, strongest factors first."""
        path = self.folder / "sampled.yaml"
        path.write_text("worlds: 8\norders: [bipolar, multipolar]\nparameters: {order.states: 8, order.periods: 12}\ndesign:\n  type: sobol\n  points: 32\n"
                        "  factors: {tension.debt: {uniform: [0, 0.3]}, institution.target: {uniform: [0.1, 0.9]}, crises.rate: {uniform: [0.2, 1]}}\n")
        must("run", path, "-o", self.folder / "sampled.h5", "-q")
        must("report", self.folder / "sampled.h5", "-o", self.folder / "sampled.html")
        effects = json.loads(Page((self.folder / "sampled.html").read_text()).data)["effects"]
        self.assertEqual({row["factor"] for row in effects}, {"tension.debt", "institution.target", "crises.rate"})
        if CHROMIUM is None:
            self.skipTest("no chromium")
        dom, console = browse(self.folder / "sampled.html", 500)
        self.assertEqual(console, [])
        self.assertRegex(dom, r'data-drawn="[^"]*\beffects:yes')
        self.assertRegex(dom, r'aria-label="Effects of the design[^"]*strongest first: \w')

    def test_hostile_texts_stay_texts(self):
        page = Page((self.folder / "hostile.html").read_text())
        self.assertEqual([a for t, a in page.elements if t == "img"], [])
        self.assertEqual(sum(t == "script" for t, a in page.elements), 2)
        self.assertIn("</script>", json.loads(page.data)["about"])
        if CHROMIUM is None:
            return
        dom, console = browse(self.folder / "hostile.html")
        self.assertEqual(console, [])
        self.assertNotIn("<title>owned", dom)
        self.assertIn("&lt;img src=x", dom)

    def test_what_is_there_is_kept(self):
        done = quadrille("report", self.folder / "plain.h5", "-o", self.folder / "plain.html")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--force", done.stderr)
        for words in (["--points", "no such point"], ["--pionts", "0"], []):
            done = quadrille("report", *([self.folder / "plain.h5"] if words else []), *words, "-o", self.folder / "never.html")
            self.assertEqual(done.returncode, 2, words)
            self.assertFalse((self.folder / "never.html").exists())

    def test_points_are_chosen_by_label(self):
        must("report", self.folder / "plain.h5", "-o", self.folder / "chosen.html", "--points", "3,1")
        self.assertEqual(json.loads(Page((self.folder / "chosen.html").read_text()).data)["detail"], [3, 1])


if __name__ == "__main__":
    if "report" not in quadrille("--help").stdout:
        print("skipped: the program was built without Vega (libjs-vega)")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
