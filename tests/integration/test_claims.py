"""Claims from file to `show`: rounding, lattices, orders, ablations, baselines, registration, as whole commands."""

import subprocess
import unittest

import h5py
import numpy as np

from harness import SOURCE, must, quadrille, result_hash, scratch

# The pole ratio does nothing in a multipolar order: every world is the same at each of its levels.
NO_EFFECT = """\
worlds: 40
orders: [multipolar]
parameters: {order.states: 8, order.periods: 20}
design: {type: grid, factors: {order.pole_ratio: {values: [0.1, 0.4, 0.7, 1.0]}, blocs.review: {values: [2, 3, 4]}}}
output: {paths: false}
claims:
  - {id: rises, says: x, outcome: survival, trend: {factor: order.pole_ratio, direction: rises}}
  - {id: falls, says: x, outcome: tension_mean, trend: {factor: order.pole_ratio, direction: falls}}
  - {id: more, says: x, outcome: crises, contrast: {more: {order.pole_ratio: 0.1}, less: {order.pole_ratio: 1.0}}}
  - {id: less, says: x, outcome: crises, contrast: {more: {order.pole_ratio: 1.0}, less: {order.pole_ratio: 0.1}}}
  - {id: inter, says: x, outcome: tension_mean, contrast: {more: {order.pole_ratio: 1.0}, less: {order.pole_ratio: 0.1}},
     interaction: {where: {blocs.review: 2}, against: {blocs.review: 4}}}
"""

LATTICES = """\
worlds: 2000
orders: [multipolar]
parameters: {order.states: 8, order.periods: 12}
output: {paths: false}
claims:
""" + "".join(f"  - {{id: {name}, says: x, outcome: {name}, bimodal: true}}\n" for name in (
    "hostile_dyads", "share_flexible", "share_abstain", "resolved", "turnover", "crises", "survival", "wars", "breakdown",
    "not_converged", "concentration"))

# Debt makes ad hoc coalitions expensive; a change of the schedule must not restore it.
DEBT = """\
seed: 5
worlds: 150
parameters: {order.states: 8, order.periods: 40}
schedule: [{at: 20, set: {tension.debt: 0.3}}]
design: {type: grid, factors: {doctrine: {values: [rumsfeld, weinberger_powell]}}}
output: {paths: false}
ablate: assumptions
baseline: true
claims:
  - {id: cost, says: Ad hoc coalitions cost later., outcome: tension_late,
     contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
  - {id: gain, says: They resolve more., outcome: resolved, equal: share_abstain, negligible: 0.9,
     contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
"""


# Twelve points of a hypercube for each arm, with fewer worlds than the experiment has, and neither quantiles nor paths.
AROUND = """\
seed: 5
worlds: 60
orders: [unipolar, bipolar]
parameters: {order.states: 6, order.periods: 12}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, weinberger_powell]}}}
robustness: {points: 12, worlds: 20, range: 0.5}
claims:
  - {id: cost, says: Ad hoc coalitions cost later., outcome: tension_late,
     contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger_powell}}}
"""


def text(values):
    return [v.decode() if isinstance(v, bytes) else v for v in np.ravel(values)]


class Claims(unittest.TestCase):
    def play(self, yaml, *options):
        folder = scratch(self)
        (folder / "x.yaml").write_text(yaml)
        must("run", folder / "x.yaml", "-o", folder / "x.h5", "-q", *options)
        return folder / "x.h5"

    def test_no_effect(self):
        path = self.play(NO_EFFECT)
        with h5py.File(path) as file:
            claims = file["claims"]
            self.assertEqual(set(text(claims["verdict"])), {"undecided"})
            for name in ("estimate", "low", "high"):
                self.assertTrue(np.all(claims[name][:] == 0.0), name)
            self.assertTrue(np.all(claims["p"][:] == 1.0))
            self.assertTrue(np.all(np.isnan(claims["variance_reduction"][:])))
        self.assertEqual(must("show", path).stdout.count("does not vary"), 5)

    def test_robustness(self):
        """Shards, merging, a resumed run that had no robustness, verification and replay know the varied points."""
        path = self.play(AROUND)
        folder = path.parent
        for shard in (1, 2, 3):
            must("run", folder / "x.yaml", "-o", folder / f"s{shard}.h5", "-q", "--shard", f"{shard}/3")
        must("merge", "-o", folder / "merged.h5", *(folder / f"s{shard}.h5" for shard in (3, 1, 2)))
        self.assertEqual(result_hash(folder / "merged.h5"), result_hash(path))
        yaml = (folder / "x.yaml").read_text()
        (folder / "x.yaml").write_text(yaml.replace("robustness:", "# robustness:"))
        must("run", folder / "x.yaml", "-o", folder / "later.h5", "-q")
        (folder / "x.yaml").write_text(yaml)
        must("run", folder / "x.yaml", "-o", folder / "later.h5", "-q", "--resume")
        self.assertEqual(result_hash(folder / "later.h5"), result_hash(path))
        must("verify", folder / "merged.h5", "--fraction", "1")
        must("replay", path, "--order", "bipolar", "--world", "19", "--point", "1, robustness 12")
        self.assertEqual(quadrille("replay", path, "--order", "bipolar", "--world", "20", "--point",
                                   "1, robustness 12").returncode, 2)
        with h5py.File(path) as file:
            self.assertEqual(file["worlds_done"].shape, (2 + 2 * 12, 2))
            self.assertTrue(np.all(file["worlds_done"][:2] == 60) and np.all(file["worlds_done"][2:] == 20))
            effect = file["worlds/tension_late"][2::2, :, :20] - file["worlds/tension_late"][3::2, :, :20]
            mean = effect.mean(axis=2)
            table = file["claims/robustness"]
            self.assertEqual(text(table["place"]), ["claim", "unipolar", "bipolar"])
            centre = np.r_[file["claims/estimate"][0], file["claims/by_order/estimate"][0]]
            at = np.c_[mean.mean(axis=1), mean]
            np.testing.assert_allclose(table["same"][0], np.mean(np.sign(at) == np.sign(centre), axis=0))
            self.assertTrue(np.all(table["points"][:] == 12))
            self.assertNotIn("robust", text(table["verdict"][:].ravel()), "twelve points cannot show it")
            self.assertTrue(np.all(np.isnan(file["paths/tension/mean"][2:])))
            self.assertFalse(np.any(np.isnan(file["paths/tension/mean"][:2])))
            se = file["claims/unpaired_se"][0] / np.sqrt(file["claims/variance_reduction"][0])
            seconds = file.attrs["seconds"] * file.attrs["threads"] * file.attrs["ranks"]
            merit = (centre[0] / se) ** 2 / seconds
        shown = " ".join(must("show", path).stdout.split())
        self.assertIn("around the values:", shown)
        found = float(shown.split("relative standard error: cost ")[1].split()[0])
        self.assertLess(abs(found / merit - 1.0), 0.006)
        said = must("run", folder / "x.yaml", "-o", folder / "none.h5", "--dry-run").stderr
        self.assertIn("robustness: 24 points x 2 orders x 20 worlds", said)
        self.assertIn(f"{2 * 2 * 60 + 24 * 2 * 20} worlds to play", said)

    def test_lattices(self):
        with h5py.File(self.play(LATTICES)) as file:
            p = dict(zip(text(file["claims/id"]), file["claims/p"][:]))
        for name, value in p.items():
            self.assertGreater(value, 0.01, name)
        self.assertEqual(p["not_converged"], 1.0)

    def test_the_lattice_of_hubs(self):
        """`share_hub` is a share of crises too: its ties are spread over one crisis, whose number is kept."""
        path = self.play("""\
worlds: 600
orders: [multipolar]
parameters: {order.states: 8, order.periods: 12, clubs.depth: 2, doctrine.bias_hub: 0.02}
output: {paths: false, outcomes: [survival]}
claims: [{id: hub, says: x, outcome: share_hub, bimodal: true}]
""")
        with h5py.File(path) as file:
            self.assertIn("crises", file["worlds"])
            self.assertGreater(np.mean(file["worlds/share_hub"][:] > 0), 0.3)
            self.assertGreater(file["claims/p"][0], 0.1)

    def check_debt(self, path):
        with h5py.File(path) as file:
            names = text(file["claims/ablation/ablation"])
            self.assertEqual(names, ["debt", "erosion", "bypass", "burden", "paralysis", "war"])
            cell = file["claims/ablation"]
            self.assertEqual(cell["estimate"].shape, (2, 6))
            for group in ("by_order", "ablation", "baseline"):
                self.assertEqual(text(file[f"claims/{group}/claim"]), ["cost", "gain"])
            self.assertEqual(text(file["claims/by_order/order"]), ["unipolar", "bipolar", "multipolar"])
            self.assertEqual(text(file["claims/verdict"]), ["supported", "supported"])
            self.assertNotEqual(text(cell["verdict"])[0], "supported")
            self.assertEqual(set(text(cell["verdict"])[6:]), {"supported"})
            # The paired mean of the worlds themselves.
            labels = text(file["point_label"])
            values = file["worlds/tension_late"]
            more, less = (labels.index(f"{p}, without debt") for p in "01")
            self.assertAlmostEqual(cell["estimate"][0, 0], np.mean(values[more] - values[less]), 12)
            by_order = file["claims/by_order/estimate"][0]
            self.assertTrue(np.allclose(by_order, np.mean(values[0] - values[1], axis=1), rtol=1e-12))
            base = file["claims/baseline"]
            self.assertEqual(text(base["baseline"])[0], "more - neutral")
            neutral = labels.index("0, neutral")
            self.assertAlmostEqual(base["estimate"][0, 0], np.mean(values[0] - values[neutral]), 12)
            # Doing nothing leaves every crisis alone.
            nothing = labels.index("0, do-nothing")
            self.assertEqual(np.min(file["worlds/share_abstain"][nothing]), 1.0)
        shown = " ".join(must("show", path).stdout.split())
        self.assertIn("carried by debt: without it the effect is", shown)
        self.assertIn("supported, negligible gain", shown)
        self.assertIn("the arms differ in share_abstain", shown)
        self.assertIn("better ones", shown)

    def test_ablation_in_shards(self):
        folder = scratch(self)
        (folder / "x.yaml").write_text(DEBT)
        must("run", folder / "x.yaml", "-o", folder / "x.h5", "-q")
        self.check_debt(folder / "x.h5")
        for k in (1, 2):
            must("run", folder / "x.yaml", "-o", folder / f"{k}.h5", "--shard", f"{k}/2", "-q")
        must("merge", "-o", folder / "m.h5", folder / "2.h5", folder / "1.h5", "-q")
        self.check_debt(folder / "m.h5")
        self.assertEqual(result_hash(folder / "m.h5"), result_hash(folder / "x.h5"))
        must("verify", folder / "m.h5", "--fraction", "0.02", "-q")

    def test_ablation_of_a_finished_run(self):
        """The missing points of a claim are played; existing ones are kept."""
        folder = scratch(self)
        (folder / "x.yaml").write_text(DEBT.replace("ablate: assumptions\n", "").replace("baseline: true\n", ""))
        must("run", folder / "x.yaml", "-o", folder / "x.h5", "-q")
        (folder / "x.yaml").write_text(DEBT)
        planned = must("run", folder / "x.yaml", "-o", folder / "x.h5", "--resume", "--dry-run").stderr
        self.assertIn("18 points", planned)  # 2, 6 ablations of each, 2 baselines of each
        must("run", folder / "x.yaml", "-o", folder / "x.h5", "--resume", "-q")
        self.check_debt(folder / "x.h5")

    def test_an_ablation_of_what_the_arms_differ_in(self):
        """It makes the arms equal, and carries nothing."""
        folder = scratch(self)
        (folder / "x.yaml").write_text("""\
worlds: 150
parameters: {order.states: 8, order.periods: 40}
design: {type: grid, factors: {tension.debt: {values: [0.02, 0.4]}}}
ablate: assumptions
claims:
  - {id: debt, says: x, outcome: tension_late, contrast: {more: {tension.debt: 0.4}, less: {tension.debt: 0.02}}}
""")
        must("run", folder / "x.yaml", "-o", folder / "x.h5", "-q")
        shown = " ".join(must("show", folder / "x.h5").stdout.split())
        self.assertIn("without debt the arms do not differ in any world", shown)
        self.assertNotIn("carried by debt", shown)

    def test_the_split_where_worlds_have_no_crises(self):
        """Missions per crisis are 0 in a world without crises, as `resolved` is; both parts from the worlds themselves."""
        path = self.play("""\
worlds: 600
seed: 21
orders: [bipolar, multipolar]
parameters: {order.states: 8, order.periods: 20, crises.rate: 0.05, crises.tension_feedback: 0}
output: {paths: false, outcomes: [legitimacy]}
claims:
  - {id: eq, says: x, outcome: resolved, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: weinberger}}, equal: share_abstain}
""")
        with h5py.File(path) as file:
            note, effect = text(file["claims/note"])[0], file["claims/estimate"][0]
            resolved, abstain, crises = (file[f"worlds/{name}"][:] for name in ("resolved", "share_abstain", "crises"))
            count = crises.astype(float)
            missions = np.where(count > 0, np.rint(count * (1.0 - abstain)) / np.where(count > 0, count, 1.0), 0.0)
            self.assertGreater(np.mean(count == 0), 0.2)
            points = [text(file["point_label"]).index(f"doctrine: {name}") for name in ("rumsfeld", "weinberger")]
            (m1, m0), (r1, r0) = ([x[p].mean() for p in points] for x in (missions, resolved))
        self.assertAlmostEqual(r1 - r0, effect, 12)
        more, better = (m1 - m0) * (r1 / m1 + r0 / m0) / 2.0, (r1 / m1 - r0 / m0) * (m1 + m0) / 2.0
        self.assertAlmostEqual(more + better, effect, 12)
        self.assertIn(f"of the effect {more:.4g} is due to more missions, {better:.4g} to better ones", note)

    def test_skewed_differences_are_noted(self):
        """Rare breakdowns by a large shock: the note has Cochran's number of worlds, from the differences themselves."""
        path = self.play("""\
worlds: 400
seed: 4
orders: [multipolar]
parameters: {order.states: 8, order.periods: 20}
output: {paths: false, outcomes: [tension_mean]}
claims:
  - {id: shock, says: x, outcome: tension_mean, contrast: {more: {escalation.shock: 5, tension.decay: 0.13}, less: {escalation.shock: 0.5, tension.decay: 0.1}}}
  - {id: decay, says: x, outcome: tension_mean, contrast: {more: {tension.decay: 0.1}, less: {tension.decay: 0.13}}}
""")
        with h5py.File(path) as file:
            labels, notes = text(file["point_label"]), text(file["claims/note"])
            more, less = (next(i for i, label in enumerate(labels) if f"shock: {x}" in label) for x in ("5", "0.5"))
            d = file["worlds/tension_mean"][more, 0] - file["worlds/tension_mean"][less, 0]
        d = d - d.mean()
        needed = 25.0 * np.mean(d**3) ** 2 / np.mean(d**2) ** 3
        self.assertGreater(needed, 400)
        self.assertIn(f"too narrow on one side with fewer than some {needed:.2g} worlds (Cochran's rule)", notes[0])
        self.assertNotIn("skewed", notes[1])

    def test_codes_have_no_modes(self):
        folder = scratch(self)
        (folder / "x.yaml").write_text("claims: [{id: a, says: x, outcome: polarity_end, bimodal: true}]\n")
        refused = quadrille("run", folder / "x.yaml")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("whose codes have no order", refused.stderr)

    def test_registration(self):
        folder = scratch(self)
        experiment, sealed = folder / "x.yaml", folder / "x.registered.yaml"
        experiment.write_text(DEBT)
        must("register", experiment)
        self.assertTrue(sealed.exists())
        self.assertEqual(quadrille("register", experiment).returncode, 2)
        refused = quadrille("run", sealed)
        self.assertEqual(refused.returncode, 2)
        self.assertEqual(len(refused.stderr.splitlines()), 1)
        self.assertIn(f"{sealed}:2:14: found a registration", refused.stderr)
        date = [line for line in sealed.read_text().splitlines() if line.startswith("registered:")][0].split('"')[1]
        told = must("run", experiment, "-o", folder / "a.h5", "--worlds", "150").stderr
        self.assertIn(f"claims registered {date}", told)
        self.assertIn(f"registered {date}", must("show", folder / "a.h5").stdout)
        whole = sealed.read_text()
        sealed.write_text(f"{whole}\n  \n")
        told = must("run", experiment, "-o", folder / "none.h5", "--dry-run", "--worlds", "150").stderr
        self.assertRegex(told, "the registration itself was changed after it was written\n")
        sealed.write_text(whole)
        experiment.write_text(DEBT.replace("negligible: 0.9", "negligible: 0.8").replace("id: cost", "id: costs"))
        told = must("run", experiment, "-o", folder / "b.h5", "--worlds", "20").stderr
        for change in ("`worlds` was changed", "claim `gain` was changed", "claim `costs` is new", "claim `cost` is gone"):
            self.assertIn(change, told)
        self.assertIn("exploratory: changed since the registration", must("show", folder / "b.h5").stdout)
        with h5py.File(folder / "b.h5") as file:
            self.assertEqual(text([file["claims"].attrs["registration"]]), ["exploratory"])
        sealed.unlink()
        sealed.mkdir()
        refused = quadrille("run", experiment, "-o", folder / "c.h5", "--worlds", "20")
        self.assertEqual(refused.returncode, 2)
        self.assertIn(f"{sealed}: cannot be read: Is a directory", refused.stderr)
        self.assertFalse((folder / "c.h5").exists())
        experiment.write_text("worlds: 10\n")
        (folder / "y.yaml").write_text("worlds: 10\n")
        self.assertEqual(quadrille("register", folder / "y.yaml").returncode, 2)
        self.assertFalse((folder / "y.registered.yaml").exists())

    def family(self, *paths):
        return subprocess.run(["/usr/bin/python3", "-B", SOURCE / "scripts" / "family", *paths], capture_output=True, text=True)

    def test_family_judges_at_the_confidence_of_its_files(self):
        """Holm's correction over two files by hand; a p of 0.4 is enough at a confidence of 0.5."""
        folder = scratch(self)
        for name, confidence, worlds in (("a", 0.5, 40), ("b", 0.5, 60), ("c", 0.95, 40)):
            (folder / f"{name}.yaml").write_text(f"family: paper\nconfidence: {confidence}\n" + NO_EFFECT.replace("40", str(worlds), 1).replace(
                "multipolar", "unipolar").replace("order.pole_ratio: {values: [0.1, 0.4, 0.7, 1.0]}", "affinity.noise: {values: [0.1, 0.2]}").split(
                "claims:")[0] + "claims:\n" + "".join(
                    f"  - {{id: {o}, says: x, outcome: {o}, contrast: {{more: {{affinity.noise: 0.2}}, less: {{affinity.noise: 0.1}}}}}}\n"
                    for o in ("tension_mean", "resolved", "hostile_dyads", "polarisation")))
            must("run", folder / f"{name}.yaml", "-o", folder / f"{name}.h5", "-q")
        done = self.family(folder / "a.h5", folder / "b.h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.split("\t") for line in done.stdout.splitlines()[:-1]]
        p = np.concatenate([h5py.File(folder / f"{name}.h5")["claims/p"][:] for name in "ab"])
        self.assertEqual(len(rows), len(p))
        p = np.where(np.isnan(p), 1.0, p)
        for row, own in zip(rows, p):
            smaller = sorted(q for q in p if q <= own)
            adjusted = min(1.0, max(q * (len(p) - k) for k, q in enumerate(smaller)))
            self.assertEqual(row[5] != "undecided", adjusted <= 0.5, row)
        self.assertTrue(any(0.05 < float(row[4]) <= 0.5 for row in rows), rows)  # else this would show nothing
        self.assertEqual(self.family(folder / "a.h5", folder / "b.h5", folder / "a.h5").stdout, done.stdout)
        refused = self.family(folder / "a.h5", folder / "c.h5")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("found the confidences [0.5, 0.95]", refused.stderr)
        (folder / "d.yaml").write_text("worlds: 10\nparameters: {order.states: 8, order.periods: 12}\n")
        must("run", folder / "d.yaml", "-o", folder / "d.h5", "-q")  # without claims, as baseline.yaml
        self.assertEqual(self.family(folder / "a.h5", folder / "d.h5", folder / "b.h5").stdout, done.stdout)
        alone = self.family(folder / "d.h5")
        self.assertEqual((alone.returncode, alone.stderr), (2, "family: found no claims in these files\n"))


if __name__ == "__main__":
    import sys
    unittest.main(argv=sys.argv[:1])
