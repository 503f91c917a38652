#!/usr/bin/python3
"""Memory is refused, and the device fails, once at every possible place of the program, in every command.

Two calls differ only if the program's own active calls differ (`places` of shim.c), so that some hundred runs represent
hundreds of thousands of positions, and reach every path from a failure to the exit status."""

import os
import pathlib
import shutil
import signal
import tempfile
import unittest

os.environ["OMP_NUM_THREADS"] = "1"  # the same positions in every run

import injection  # noqa: E402
from commands import faults_at_places  # noqa: E402
from injection import command, expect, logged  # noqa: E402

SOURCE = pathlib.Path(injection.sys.argv[2])

CLAIMS = """\
name: claims
seed: 7
worlds: 6
orders: [unipolar, {empirical: {cinc: nmc_small.csv, year: 1900, states: 3, alliances: pacts_small.csv, rivalries: rivalries_small.csv,
                                places: places_small.csv, values: values.csv, affinities: affinities_small.csv}}]
parameters: {order.states: 5, order.periods: 6, affinity.noise: {uniform: [0.05, 0.15]}, mission.load: {choice: [0.1, 0.2]}}
schedule: [{at: 2, set: {tension.debt: {uniform: [0.1, 0.2]}}}]
design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}, institution.target: {linspace: [0.2, 0.8, 3]}}}
output: {worlds: true, paths: true, outcomes: [survival, resolved]}
claims:
  - id: gain
    says: More crises are resolved.
    outcome: resolved
    contrast: {more: {doctrine: rumsfeld}, less: {doctrine: obama}}
    equal: share_abstain
  - {id: less, says: x, outcome: survival, contrast: {more: {doctrine: obama}, less: {doctrine: rumsfeld}},
     interaction: {where: {institution.target: 0.2}, against: {institution.target: 0.8}}}
  - {id: rises, says: x, outcome: institution_end, trend: {factor: institution.target, direction: rises}}
  - {id: orders, says: x, outcome: concentration, contrast: {more: {order: unipolar}, less: {order: empirical-1900}}}
  - {id: modes, says: x, outcome: survival, order: unipolar, bimodal: {doctrine: rumsfeld}}
ablate: {debt: {tension.debt: 0}}
baseline: true
"""

ROBUST = """\
name: robust
worlds: 6
orders: [unipolar]
parameters: {order.states: 5, order.periods: 6}
design: {type: list, factors: {doctrine: {values: [rumsfeld, obama]}}}
output: {outcomes: [survival, resolved]}
claims: [{id: gain, says: x, outcome: resolved, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: obama}}}]
robustness: {points: 10, worlds: 4, parameters: {tension.debt: {uniform: [0, 0.2]}, mission.load: {uniform: [0.05, 0.3]}}}
"""

STOPPED = """\
name: stopped
seed: 7
orders: [unipolar, bipolar]
parameters: {order.states: 5, order.periods: 6}
design: {type: grid, factors: {doctrine: {values: [rumsfeld, obama]}, institution.target: {values: [0.2, 0.8]}}}
precision: {claims: all, min_worlds: 4, max_worlds: 12}
output: {outcomes: [survival, resolved]}
claims:
  - {id: gain, says: x, outcome: resolved, contrast: {more: {doctrine: rumsfeld}, less: {doctrine: obama}}}
  - {id: rises, says: x, outcome: institution_end, trend: {factor: institution.target, direction: rises}}
  - {id: modes, says: x, outcome: survival, order: unipolar, bimodal: {doctrine: rumsfeld}}
ablate: {debt: {tension.debt: 0}}
baseline: true
"""

PRECISE = """\
name: precise
orders: [unipolar]
parameters: {order.states: 5, order.periods: 6}
design: {type: list, points: [{label: one, set: {doctrine: rumsfeld}, schedule: [{at: 3, set: {doctrine: obama}}]}, {doctrine: obama}]}
precision: {outcome: survival, half_width: 3, min_worlds: 4, max_worlds: 8}
output: {outcomes: [survival, tension_mean]}
"""

SAMPLED = """\
name: {type}
worlds: 6
orders: [unipolar, bipolar]
parameters: {{order.states: 5, order.periods: 6}}
design: {{type: {type}, points: {points}, factors: {{tension.debt: {{uniform: [0.05, 0.2]}}, doctrine: {{values: [rumsfeld, obama]}}}}}}
output: {{worlds: true, outcomes: [survival, resolved]}}
"""

# Whatever the others leave out, registered before it is played.
WIDE = """\
name: wide
about: "Every key that the other experiments leave out, \\u2014 and a sign beyond ASCII."
seed: 8
worlds: 6
luck: by-order
orders: [unipolar, {empirical: {cinc: nmc_small.csv, year: 1900, label: early}}]
confidence: 0.9
max_failures: 0.5
family: {name: paper, tests: 90}
parameters:
  order.states: {integers: [3, 4]}
  order.periods: 6
  affinity.noise: {normal: [0.1, 0.05]}
  mission.load: {beta: {a: 2, b: 3, low: 0, high: 0.5}}
  tension.debt: {lognormal: [-3, 0.5]}
  mission.stake: {triangular: [0.1, 0.15, 0.2]}
  blocs.review: {choice: {values: [2, 4], weights: [3, 1]}}
  crises.rate: {loguniform: [0.5, 2]}
schedule:
  - {at: 1, set: {institution.target: {uniform: [0.4, 0.6]}, doctrine.umbrella: true}}
  - {at: 4, set: {doctrine.scope: leader}}
design:
  type: list
  points:
    - {label: early, set: {doctrine: clinton}}
    - {label: late, set: {doctrine: clinton, doctrine.learning: 0.1}, schedule: [{at: 2, set: {doctrine: obama}}, {at: 5, set: {mission.coupling: 0.5}}]}
    - {doctrine: {choice: [rumsfeld, obama]}}
output: {worlds: true, paths: true, landscape: true}
claims:
  - {id: later, says: x, outcome: resolved, negligible: 0.01, margin: 0.001, contrast: {more: {point: late}, less: {point: early}}}
  - {id: apart, says: x, outcome: wars, status: exploratory, equal: share_abstain, order: early,
     contrast: {more: {doctrine.quorum: 0.3}, less: {doctrine.quorum: 0.7}, at: {mission.effort: 0.2}}}
  - {id: orders, says: x, outcome: survival, contrast: {more: {order: early}, less: {order: unipolar}, at: {point: "2"}}}
  - {id: longer, says: x, outcome: survival, contrast: {more: {order.periods: 7}, less: {order.periods: 6}}}
  - {id: modes, says: x, outcome: resolved, bimodal: {point: early}}
baseline: true
ablate: {harmless: {mission.coupling: 0.6, mission.effort: 0.3}}
robustness: {points: 10, worlds: 2, range: 0.3}
"""

BLOCS = """\
rule: blocs
method: exact
ties: ties.csv
"""

CAMPS = """\
rule: two-camps
method: {method}
actors: {{A: 2.5, B: 1, C: 3, D: 1}}
propensity: [[0, 1, -1, 0.5], [1, 0, -1, 0], [-1, -1, 0, 1], [0.5, 0, 1, 0]]
"""

POWER = "rules: [{weights: {A: 3, B: 2, C: 1, D: 1}, quota: 4}, {weights: {A: 1, B: 1, C: 1, D: 1}, quota: 3}]\nveto: [A]\n"
WEIGHTED = "members: {A: 3, B: 2, C: 1, D: 1.5}\nquota: 4\n"

# Commands that write a result, with its name; earlier commands leave fewer places to later ones.
PLAYED = (
    ("new.h5", "run", "claims.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "robust.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "stopped.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "precise.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "saltelli.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "morris.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "lhs.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("new.h5", "run", "sobol.yaml", "-o", "new.h5", "-q", "-j", "1"),
    ("claims.h5", "run", "claims.yaml", "-o", "claims.h5", "--resume", "--worlds", "7", "-q", "-j", "1"),
    ("new.h5", "merge", "-o", "new.h5", "1.shard.h5", "2.shard.h5"),
    ("new.h5", "run", "wide.yaml", "-o", "new.h5", "-q", "-j", "1", "--set", "mission.effort={uniform: [0.2, 0.3]}"),
    ("new.h5", "run", "precise.yaml", "-o", "new.h5", "-q", "-j", "1", "--shard", "2/2", "--worlds", "5"),
    ("merged.h5", "merge", "-o", "merged.h5", "1.shard.h5", "2.shard.h5"),
)

READ = (
    ("show", "claims.h5"),
    ("show", "claims.h5", "--json"),
    ("show", "claims.h5", "--csv", "--outcomes", "all"),
    ("show", "robust.h5"),
    ("show", "stopped.h5", "--point", "rumsfeld, target 0.2"),
    ("show", "precise.h5"),
    ("show", "saltelli.h5"),
    ("show", "morris.h5", "--json"),
    ("show", "lhs.h5"),
    ("export", "claims.h5", "--csv", "-o", "rows.csv"),
    ("export", "claims.h5", "--json", "--points", "0,3"),
    ("export", "claims.h5", "--csv", "--summary"),
    ("export", "lhs.h5", "--csv", "--effects"),
    ("export", "lhs.h5", "--json", "--design"),
    ("report", "claims.h5", "-o", "page.html"),
    ("report", "robust.h5", "-o", "page.html"),
    ("report", "saltelli.h5", "-o", "page.html", "--points", "0,1"),
    ("crate", "claims.h5", "-o", "crate", "--license", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("verify", "claims.h5", "--fraction", "1", "-j", "1"),
    ("verify", "precise.h5", "--fraction", "0.5", "-j", "1"),
    ("replay", "claims.h5", "--point", "1", "--order", "unipolar", "--world", "2"),
    ("replay", "claims.h5", "--point", "1", "--order", "empirical-1900", "--world", "2", "--trace", "trace.jsonl"),
    ("register", "claims.yaml"),
    ("init", "mine"),
    ("landscape", "blocs.yaml"),
    ("landscape", "camps.yaml", "--text"),
    ("landscape", "search.yaml", "--starts", "9", "--json"),
    ("power", "power.yaml"),
    ("power", "weighted.yaml", "--text"),
    ("list", "parameters", "--csv"),
    ("list", "odd"),
    ("help", "--man"),
    ("help", "--completion", "zsh"),
    ("show", "wide.h5"),
    ("show", "wide.h5", "--json"),
    ("show", "kept.h5.parts"),
    ("export", "kept.h5.parts", "--json"),
    ("export", "morris.h5", "--csv", "--design", "-o", "design.csv"),
    ("report", "wide.h5", "-o", "page.html"),
    ("report", "lhs.h5", "-o", "page.html"),
    ("verify", "wide.h5", "--fraction", "0.1", "-j", "1"),
    ("run", "claims.yaml", "-o", "new.h5", "--dry-run", "-q", "-j", "1"),
)


def prepared(owner):
    """A folder with experiments, their results, and the games; it goes when `owner`, a class of tests, is done."""
    folder = tempfile.TemporaryDirectory(dir=injection.MEMORY)
    owner.addClassCleanup(folder.cleanup)
    path = pathlib.Path(folder.name) / "before"
    path.mkdir()
    for name in ("nmc", "pacts", "rivalries", "places", "affinities"):
        shutil.copy(SOURCE / "tests" / "data" / f"{name}_small.csv", path)
    experiments = {"claims": CLAIMS, "robust": ROBUST, "stopped": STOPPED, "precise": PRECISE, "wide": WIDE,
                   **{kind: SAMPLED.format(type=kind, points=points)
                      for kind, points in (("saltelli", 4), ("morris", 4), ("lhs", 8), ("sobol", 8))}}
    games = {"blocs": BLOCS, "camps": CAMPS.format(method="exact"), "search": CAMPS.format(method="search"), "power": POWER,
             "weighted": WEIGHTED}
    for name, text in {**experiments, **games}.items():
        (path / f"{name}.yaml").write_text(text)
    (path / "values.csv").write_text("ccode,x,y\n10,0.5,0\n20,-0.5,0.25\n30,0,0.5\n")
    (path / "ties.csv").write_text("a,b,sign\nA,B,1\nB,C,-1\nA,C,-1\nC,D,1\n")
    expect(path, "register", "wide.yaml")
    for name in experiments:
        expect(path, "run", f"{name}.yaml", "-q", "-j", "1")
    for number in (1, 2):
        expect(path, "run", "stopped.yaml", "-o", f"{number}.shard.h5", "-q", "--shard", f"{number}/2", "-j", "1")
    expect(path, "merge", "-o", "merged.h5", "1.shard.h5", "2.shard.h5")
    keep_parts(path)
    return path


def keep_parts(path):
    """kept.h5.parts: the finished work of a run that was killed when it made its result."""
    arguments, log = ("run", "claims.yaml", "-o", "kept.h5", "-q", "-j", "1"), path / "log"
    command(path, *arguments, fault="io:kill:0", log=log)
    last = max(call.position for call in logged(log) if call.operation.startswith("rename") and "part-" in call.object)
    for name in ("log", "kept.h5"):
        (path / name).unlink()
    status, said = command(path, *arguments, fault=f"io:kill:{last + 1}")
    if status != -signal.SIGKILL or not list((path / "kept.h5.parts").glob("part-*")):
        raise AssertionError(f"exit status {status}, expected a killed run with parts\n{said}")


class Places(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = prepared(cls)

    def meets(self, fault):
        """Tries all commands; returns the number of places that met the fault."""
        seen = set()
        for output, *arguments in PLAYED + tuple((None, *arguments) for arguments in READ):
            with self.subTest(command=" ".join(arguments)):
                self.assertEqual(faults_at_places(self.before, arguments, fault, seen, output), [])
        return len(seen)

    def test_memory_runs_out(self):
        self.assertGreater(self.meets("memory:fail"), 500)

    def test_the_device_fails(self):
        self.assertGreater(self.meets("io:eio"), 150)


if __name__ == "__main__":
    injection.main()
