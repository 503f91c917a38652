"""Plugins: own outcomes equal what the trace of the same worlds gives; rules that change nothing change no bit; results know
their plugin by name and digest, and nothing but --plugin loads one."""

import json
import os
import shutil
import subprocess
import sys
import unittest

import h5py
import numpy as np

from harness import SKIPPED, SOURCE, must, quadrille, scratch

COMPILER = shutil.which("cc") or shutil.which("gcc")
EXPERIMENT = """\
seed: 11
worlds: 12
orders: [unipolar, multipolar]
"""
CLAIM = """\
parameters: {commerce.caution: 0.05}
claims:
  - {id: calm, says: Caution calms., outcome: wars, contrast: {more: {commerce.caution: 0.2}, less: {commerce.caution: 0}}}
"""
BROKEN = """\
#include <quadrille/plugin.h>
const qd_plugin_t *qd_plugin(void)
{
    static const qd_own_outcome_t outcome[] = {{.name = "%s", .unit = "1", .meaning = "m", .low = 0, .high = 1}};
    static const qd_plugin_t plugin = {.abi = %s, .name = "%s", .meaning = "m", .outcomes = 1, .outcome = outcome};
    return &plugin;
}
"""
FRAIL = """\
#include <math.h>
#include <stdlib.h>

#include <quadrille/plugin.h>

static void measure(const qd_hook_t *hook, const qd_outcomes_t *model, double own[])
{
    const char *fails = getenv("FRAIL"); /* worlds whose number of crises is even (0) or odd (1) */
    (void)model;
    own[0] = fails && hook->world->crises % 2 == (*fails == '1') ? (double)NAN : 0.5;
}

const qd_plugin_t *qd_plugin(void)
{
    static const qd_own_outcome_t outcome[] = {{.name = "half", .unit = "1", .meaning = "m", .low = 0, .high = 1}};
    static const qd_plugin_t plugin = {.abi = QD_PLUGIN_ABI, .name = "frail", .meaning = "m", .outcomes = 1, .outcome = outcome,
                                       .finish = measure};
    return &plugin;
}
"""
REASON = "the plugin's outcomes: one is not finite, or outside its range"


class Plugins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.outcome = cls.build("own_outcome", (SOURCE / "examples" / "own_outcome.c").read_text())
        cls.rule = cls.build("own_rule", (SOURCE / "examples" / "own_rule.c").read_text())
        cls.file = cls.folder / "e.yaml"
        cls.file.write_text(EXPERIMENT)
        must("run", cls.file, "-o", cls.folder / "plain.h5", "-q")
        must("run", cls.file, "-o", cls.folder / "own.h5", "-q", "--plugin", cls.outcome)

    @classmethod
    def build(cls, name, text):
        source, made = cls.folder / f"{name}.c", cls.folder / f"{name}.so"
        source.write_text(text)
        flags = subprocess.run(["pkg-config", "--cflags", "gsl"], capture_output=True, text=True).stdout.split()
        subprocess.run([COMPILER, "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", "-O2",
                        f"-I{SOURCE / 'include'}", *flags, source, "-o", made, "-lm"], check=True)
        return made

    def refused(self, *arguments):
        done = quadrille(*arguments)
        self.assertEqual(done.returncode, 2, (arguments, done.stdout, done.stderr))
        return done.stderr

    def test_own_outcomes_are_what_the_trace_gives(self):
        with h5py.File(self.folder / "own.h5") as own, h5py.File(self.folder / "plain.h5") as plain:
            for name, values in plain["worlds"].items():
                if values.ndim == 3:
                    np.testing.assert_array_equal(values[:], own["worlds"][name][:], name)
            self.assertEqual(float(own["summary/longest_calm/mean"][0, 1]), own["worlds/longest_calm"][0, 1].mean())
            for world in range(4):
                trace = must("replay", self.folder / "own.h5", "--order", "multipolar", "--world", world, "--trace", "-",
                             "--plugin", self.outcome).stdout
                events = [json.loads(line) for line in trace.splitlines()]
                busy = {event["period"] for event in events if event["event"] == "crisis"}
                runs, calm = [0], 0
                for period in range(140):
                    calm = 0 if period in busy else calm + 1
                    runs.append(calm)
                self.assertEqual(own["worlds/longest_calm"][0, 1, world], max(runs))
                self.assertEqual(events[-1]["outcomes"]["longest_calm"], max(runs))

    def test_rules_that_change_nothing_change_no_bit(self):
        must("run", self.file, "-o", self.folder / "same.h5", "-q", "--plugin", self.rule)
        must("run", self.file, "-o", self.folder / "other.h5", "-q", "--plugin", self.rule, "--set", "commerce.caution=0.2", "--set", "commerce.continents=1")
        with h5py.File(self.folder / "same.h5") as same, h5py.File(self.folder / "plain.h5") as plain, h5py.File(self.folder / "other.h5") as other:
            self.assertEqual(same.attrs["result_hash"], plain.attrs["result_hash"])
            self.assertNotEqual(same.attrs["config_hash"], plain.attrs["config_hash"])
            self.assertNotEqual(other.attrs["result_hash"], plain.attrs["result_hash"])

    def test_own_parameters_in_claims_and_resumes(self):
        file = self.folder / "claim.yaml"
        file.write_text(EXPERIMENT + CLAIM)
        self.assertIn("commerce.caution", self.refused("run", file, "-o", self.folder / "none.h5"))
        must("run", file, "-o", self.folder / "claim.h5", "-q", "--plugin", self.rule)
        must("run", file, "-o", self.folder / "claim.h5", "-q", "--plugin", self.rule, "--resume", "--worlds", 20)
        self.assertIn("calm", must("show", self.folder / "claim.h5").stdout)
        must("verify", self.folder / "claim.h5", "--fraction", 1, "--plugin", self.rule)
        self.assertFalse((self.folder / "none.h5").exists())

    def test_shards_join(self):
        for k in (1, 2):
            must("run", self.file, "-o", self.folder / f"s{k}.h5", "-q", "--plugin", self.outcome, "--shard", f"{k}/2")
        must("merge", "-q", "-o", self.folder / "joined.h5", self.folder / "s1.h5", self.folder / "s2.h5", "--plugin", self.outcome)
        with h5py.File(self.folder / "joined.h5") as joined, h5py.File(self.folder / "own.h5") as own:
            self.assertEqual(joined.attrs["result_hash"], own.attrs["result_hash"])

    def test_worlds_that_fail(self):
        """They are kept with their reason, left out of the summaries, replayed and verified as failures."""
        frail, file, result = self.build("frail", FRAIL), self.folder / "frail.yaml", self.folder / "frail.h5"
        file.write_text(EXPERIMENT + "max_failures: 1\n")
        plugin = ("--plugin", frail)

        def command(*arguments, fails="1", status=0):
            environment = {name: value for name, value in os.environ.items() if name != "FRAIL"}
            return must(*arguments, *plugin, status=status, env={**environment, **({"FRAIL": fails} if fails else {})})

        with h5py.File(self.folder / "plain.h5") as plain:
            odd = plain["worlds/crises"][0] % 2 == 1
        self.assertTrue(odd.any() and not odd.all())
        self.assertIn(f"24 worlds ({odd.sum()} failed)", command("run", file, "-o", result).stderr)
        with h5py.File(result) as found, h5py.File(self.folder / "plain.h5") as plain:
            np.testing.assert_array_equal(np.isnan(found["worlds/wars"][0]), odd)
            np.testing.assert_allclose(found["summary/wars/mean"][0], [plain["worlds/wars"][0, o][~odd[o]].mean() for o in range(2)])
        rows = command("export", result, "--csv", "--outcomes", "half").stdout.split()[1:]
        self.assertEqual([row.split(",")[-1] == "" for row in rows], odd.ravel().tolist())
        for fails_here, name in ((True, "fails"), (False, "goes on")):
            order, world = np.argwhere(odd == fails_here)[0]
            which = (result, "--order", ("unipolar", "multipolar")[order], "--world", int(world))
            with self.subTest(name):
                done = command("replay", *which)
                self.assertIn("equal, bit for bit, to the row in the file", done.stderr)
                self.assertEqual(done.stdout == f"failed: {REASON}\n", fails_here)
                done = command("replay", *which, fails=None if fails_here else "0", status=3)
                self.assertIn(f"differs: {REASON} in the file, did not fail replayed" if fails_here
                              else f"differs: did not fail in the file, {REASON} replayed", done.stderr)
        self.assertIn("equal", command("verify", result, "--fraction", 1).stdout)
        self.assertIn(f"{REASON} in the file, did not fail recomputed", command("verify", result, "--fraction", 0.9, fails=None, status=3).stdout)
        strict = self.folder / "strict.yaml"
        strict.write_text(EXPERIMENT)
        said = command("run", strict, "-o", self.folder / "strict.h5", "-q", status=1).stderr
        self.assertRegex(said, r"\d+ worlds failed, more than max_failures \(0.001\) allows")

    def test_missing_and_changed(self):
        changed = self.build("changed", (SOURCE / "examples" / "own_outcome.c").read_text().replace("0.25", "0.5"))
        own = self.folder / "own.h5"
        for command in (["verify", own], ["replay", own, "--order", "unipolar", "--world", "0"]):
            self.assertRegex(self.refused(*command), r"--plugin with `encirclement` \(SHA-256 [0-9a-f]{64}\)")
            self.assertRegex(self.refused(*command, "--plugin", changed), r"found the plugin `encirclement` \(SHA-256")
            self.assertIn("found the plugin `commerce`", self.refused(*command, "--plugin", self.rule))
        for outcomes in ("all", "encirclement", "survival,longest_calm,encirclement"):
            self.assertIn("encirclement", must("show", own, "--outcomes", outcomes).stdout)
        with h5py.File(own) as file:
            expected = file["worlds/encirclement"][0].ravel()
        exported = must("export", own, "--csv", "--outcomes", "encirclement").stdout.split()
        self.assertEqual(exported[0], "point,order,world,failed,encirclement")
        np.testing.assert_array_equal([float(line.split(",")[-1]) for line in exported[1:]], expected)
        self.assertIn("did you mean `encirclement`", self.refused("show", own, "--outcomes", "encirclment"))
        self.assertIn("`encirclement`", self.refused("show", self.folder / "plain.h5", "--outcomes", "encirclement"))
        before = own.read_bytes()
        digest = r"\(SHA-256 [0-9a-f]{64}\)"
        played = rf"own.h5: holds worlds played with the plugin `encirclement` {digest}; found an experiment"
        self.assertRegex(self.refused("run", self.file, "-o", own, "--resume", "--plugin", changed), rf"{played} with the plugin `encirclement` {digest}")
        self.assertRegex(self.refused("run", self.file, "-o", own, "--resume", "--plugin", self.rule), rf"{played} with the plugin `commerce` {digest}")
        self.assertRegex(self.refused("run", self.file, "-o", own, "--resume"), rf"{played} without one; expected the same plugin for both \(--plugin\)")
        self.assertEqual(own.read_bytes(), before)
        plain = self.folder / "plain.h5"
        self.assertRegex(self.refused("run", self.file, "-o", plain, "--resume", "--plugin", self.rule), "plain.h5: holds worlds played without a plugin")
        self.assertRegex(self.refused("merge", "-o", self.folder / "mixed.h5", own, plain), "plain.h5: holds worlds played without a plugin")
        named = self.folder / "named.yaml"
        named.write_text("plugin: encirclement\n" + EXPERIMENT)
        self.assertIn("named.yaml:1:9: found the plugin `encirclement`, which is not loaded", self.refused("run", named))
        must("run", named, "-q", "-o", self.folder / "named.h5", "--plugin", self.outcome)

    def test_what_is_no_plugin(self):
        text = self.folder / "text.so"
        text.write_text("no plugin\n")
        self.assertIn("found no plugin", self.refused("run", self.file, "--plugin", text))
        self.assertIn("cannot be read", self.refused("run", self.file, "--plugin", self.folder / "absent.so"))
        self.assertIn("found no plugin", self.refused("run", self.file, "--plugin", self.build("empty", "int nothing;\n")))
        for name, abi, outcome, expected in (("good", 99, "own", "ABI version 99"), ("good", "QD_PLUGIN_ABI", "survival", "no other outcome"),
                                             ("Bad name", "QD_PLUGIN_ABI", "own", "proper name"), ("good", "QD_PLUGIN_ABI", "", "small letters")):
            broken = self.build("broken", BROKEN % (outcome, abi, name))
            self.assertIn(expected, self.refused("run", self.file, "--plugin", broken))
        self.assertIn("one in a process", self.refused("run", self.file, "--plugin", self.rule, "--plugin", self.outcome))


if __name__ == "__main__":
    if COMPILER is None or shutil.which("pkg-config") is None:
        print("skipped: a compiler or pkg-config is missing")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
