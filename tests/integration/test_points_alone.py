"""A point plays the same worlds in a design as alone: test_points_alone.py PROGRAM SOURCE_DIR

Random experiments have points, arms of claims and ablations with settings and schedules of their own. Each of them is also written as an
experiment without a design, with these settings in `parameters`; its worlds must be the same, bit by bit. No world may fail, and `verify`
finds every world again.
"""

import itertools
import json
import random
import sys
import unittest

import h5py

from harness import must, scratch

FRAME = {"order.states": (7, 14), "order.periods": (14, 24)}  # enough states for six poles, and periods for every change
CHANGES = (0, 1, 2, 3, 5, 8, 13)


def registry(kind):
    return json.loads(must("list", kind, "--json").stdout)


def written(luck, parameter):
    """A value or a distribution of a parameter, as in a file."""
    low, high = FRAME.get(parameter["name"], (parameter["low"], min(parameter["high"], parameter["low"] + 20)))
    if parameter["type"] == "flag":
        return luck.choice((True, False, {"choice": [True, False]}))
    whole = parameter["type"] == "whole"
    a, b = sorted((luck.randint(low, high) if whole else round(luck.uniform(low, high), 6)) for _ in range(2))
    if a == b or luck.random() < 0.4:
        return a
    return luck.choice(({"integers" if whole else "uniform": [a, b]}, {"choice": [b, a]}))


class PointsAlone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.parameters = {row["name"]: row for row in registry("parameters")
                          if row["type"] in ("whole", "real", "flag") and row["name"] != "order.poles"}
        doctrines = registry("doctrines")
        cls.doctrines = [row["name"] for row in doctrines]
        cls.preset = set(doctrines[0]) & set(cls.parameters)
        cls.folder = scratch(cls)

    def block(self, luck, most, scheduled=False):
        """Some settings; at least one."""
        names = [name for name, row in self.parameters.items() if row["scheduled"] or not scheduled]
        chosen = luck.sample(names, luck.randint(1, most)) + [n for n in FRAME if not scheduled and luck.random() < 0.3]
        out = {name: written(luck, self.parameters[name]) for name in chosen}
        if luck.random() < 0.3:
            out["doctrine"] = luck.choice((luck.choice(self.doctrines), {"choice": luck.sample(self.doctrines, 2)}))
        return out

    def changes(self, luck):
        # A change at 0 of a setting that a point has is refused.
        return [{"at": luck.choice(CHANGES[1:]), "set": self.block(luck, 2, True)} for _ in range(luck.randint(0, 2))]

    def over(self, base, more):
        """`base` with the settings of `more`, whose doctrine also overrides the values that `base` gives by name."""
        spared = self.preset if "doctrine" in more else ()
        return {**{name: value for name, value in base.items() if name not in spared}, **more}

    def without(self, changes, settings):
        """A schedule that leaves `settings` in force throughout."""
        out = []
        for change in changes:
            kept = {name: value for name, value in change["set"].items() if name not in settings}
            if "doctrine" in kept:
                kept.update({name: value for name, value in settings.items() if name in self.preset})
            out += [{"at": change["at"], "set": kept}] if kept else []
        return out

    def worlds(self, name, experiment):
        """The values of worlds by point: one mapping of outcomes to bytes for each."""
        path = self.folder / f"{name}.yaml"  # JSON is YAML
        path.write_text(json.dumps({key: value for key, value in experiment.items() if value}))
        must("run", path, "-o", path.with_suffix(".h5"), "--force", "-q", "-j", "1")
        with h5py.File(path.with_suffix(".h5")) as h5:
            self.assertEqual(h5["worlds_failed"][()].sum(), 0, path.read_text())
            rows = {key: data[()] for key, data in h5["worlds"].items() if data.ndim == 3}
        return [{key: data[p].tobytes() for key, data in rows.items()} for p in range(len(rows["survival"]))]

    def common(self, luck):
        orders = luck.sample(("unipolar", "bipolar", "multipolar"), luck.randint(1, 2))
        parameters = self.block(luck, 6)
        parameters.update({name: high for name, (_, high) in FRAME.items()})  # the largest worlds, of points that leave both alone
        return {"name": "whole", "seed": luck.randint(1, 10**9), "worlds": luck.randint(2, 9), "orders": orders, "parameters": parameters,
                "luck": luck.choice(("shared", "by-order")), "schedule": self.changes(luck)}

    def expect_alone(self, common, settings, changes, points):
        """That one of `points` plays the worlds of an experiment of its own."""
        alone = {**common, "name": "alone", "parameters": self.over(common["parameters"], settings), "schedule": changes}
        if self.worlds("alone", alone)[0] not in points:
            self.fail(f"no point plays these worlds: {json.dumps(alone)}")

    def test_points_of_a_list(self):
        for seed in (1, 2, 3, 4, 34, 55):  # in the last two, the first point alone draws small worlds
            luck = random.Random(seed)
            common = self.common(luck)
            points = [{"label": str(i), "set": self.block(luck, 3), "schedule": self.changes(luck)} for i in range(luck.randint(2, 4))]
            whole = self.worlds("whole", {**common, "design": {"type": "list", "points": points}})
            must("verify", self.folder / "whole.h5", "--fraction", "1")
            self.assertEqual(len(whole), len(points))
            for at, point in zip(whole, points):
                self.expect_alone(common, point["set"], common["schedule"] + point["schedule"], [at])

    def test_arms_and_ablations(self):
        for seed in range(3):
            luck = random.Random(1000 + seed)
            common = self.common(luck)
            arms = [self.block(luck, 2) for _ in range(2)]
            ablations = {f"off-{i}": {k: v for k, v in self.block(luck, 2, True).items() if k != "doctrine"} for i in range(2)}
            claim = {"id": "a", "says": "x", "outcome": "survival", "contrast": dict(zip(("more", "less"), arms))}
            points = self.worlds("whole", {**common, "claims": [claim], "ablate": ablations, "confidence": 0.9})
            must("verify", self.folder / "whole.h5", "--fraction", "1")
            for arm, off in itertools.product(arms, ({}, *ablations.values())):
                self.expect_alone(common, self.over(arm, off), self.without(common["schedule"], off), points)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
