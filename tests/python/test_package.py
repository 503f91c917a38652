"""The Python package against the program: the same hash, the same worlds; its structs against the headers; its errors; callers in
the manner of SALib, EMA Workbench and pyABC."""

import ctypes
import os
import pathlib
import re
import runpy
import shutil
import signal
import subprocess
import sys
import textwrap
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import PROGRAM, SKIPPED, SOURCE, must, scratch  # noqa: E402

LIBRARY = pathlib.Path(PROGRAM).parent / "src" / "libquadrille.so"
if not LIBRARY.exists():
    print("skipped: the shared library was not built")
    sys.exit(SKIPPED)
os.environ["QUADRILLE_LIBRARY"] = str(LIBRARY)
os.environ["PYTHONPATH"] = str(SOURCE / "python")
sys.path.insert(0, str(SOURCE / "python"))
try:
    import pandas  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)

import numpy as np  # noqa: E402

import quadrille  # noqa: E402
from quadrille import _library as lib  # noqa: E402

SMALL = {"seed": 3, "worlds": 30, "orders": ["unipolar", "multipolar"], "parameters": {"order.states": 8, "order.periods": 12},
         "design": {"type": "grid", "factors": {"doctrine": {"values": ["obama", "rumsfeld"]}, "institution.target": {"values": [0.2, 0.7]}}},
         "claims": [{"id": "gain", "says": "More is resolved.", "outcome": "resolved",
                     "contrast": {"more": {"doctrine": "rumsfeld"}, "less": {"doctrine": "obama"}}}]}


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.experiment = quadrille.Experiment(SMALL)
        cls.result = cls.experiment.run(cls.folder / "package.h5", progress=False)
        (cls.folder / "small.yaml").write_text(cls.experiment.config)
        must("run", cls.folder / "small.yaml", "-o", cls.folder / "program.h5", "-q")

    def test_same_hash_as_the_program(self):
        with quadrille.open(self.folder / "program.h5") as program:
            self.assertEqual(self.result.result_hash, program.result_hash)
            self.assertTrue(self.result.complete)

    def test_structs_are_those_of_the_headers(self):
        lines = []
        for name, struct in lib.STRUCTS.items():
            lines.append(f'printf("{name} %zu", sizeof({name}));')
            lines += [f'printf(" %zu", offsetof({name}, {field}));' for field, *_ in struct._fields_]
            lines.append('printf("\\n");')
        source = "#include <stddef.h>\n#include <stdio.h>\n#include <quadrille/quadrille.h>\nint main(void)\n{\n" + "\n".join(lines) + "\n}\n"
        (self.folder / "layout.c").write_text(source)
        subprocess.run([shutil.which("cc") or "gcc", f"-I{SOURCE}/include", self.folder / "layout.c", "-o", self.folder / "layout"], check=True)
        printed = subprocess.run([self.folder / "layout"], capture_output=True, text=True, check=True).stdout
        for line in printed.splitlines():
            name, size, *offsets = line.split()
            struct = lib.STRUCTS[name]
            self.assertEqual(ctypes.sizeof(struct), int(size), name)
            self.assertEqual([getattr(struct, field).offset for field, *_ in struct._fields_], [int(o) for o in offsets], name)

    def test_batches_equal_the_file(self):
        batch = self.experiment.simulate({"doctrine": ["obama", "obama", "rumsfeld", "rumsfeld"], "institution.target": [0.2, 0.7, 0.2, 0.7]},
                                         worlds=20, first=10, outcomes=["survival", "tension_mean"])
        for outcome in ("survival", "tension_mean"):
            stored = self.result.worlds[outcome].values[:4, :, 10:30]
            np.testing.assert_array_equal(batch[outcome].values, stored)
        self.assertEqual(list(batch["doctrine"].values[[0, 3]]), ["obama", "rumsfeld"])
        by_rows = self.experiment.simulate([{"doctrine": "obama", "institution.target": 0.2}], worlds=3, outcomes=["survival"])
        np.testing.assert_array_equal(by_rows["survival"].values[0], self.result.worlds["survival"].values[0, :, :3])

    def test_selection_by_name(self):
        survival = self.result.worlds["survival"]
        np.testing.assert_array_equal(survival.sel(order="multipolar").values, survival.values[:, 1])
        frame = self.result.worlds.to_pandas(["survival", "resolved"])
        self.assertEqual(len(frame), 4 * 2 * 30)
        self.assertAlmostEqual(frame["survival"].xs("unipolar", level="order").mean(), float(survival.sel(order="unipolar").mean()))
        np.testing.assert_allclose(self.result.summary("survival")["mean"], survival.mean("world"), rtol=1e-6)

    def test_tables(self):
        self.assertEqual(list(self.result.claims.index), ["gain"])
        self.assertIn("verdict", self.result.claims.columns)
        self.assertEqual(list(self.result.design.columns), ["doctrine", "institution.target"])
        self.assertEqual(list(self.result.design["doctrine"].values[:4]), ["obama", "obama", "rumsfeld", "rumsfeld"])
        self.assertEqual(self.result.survival["estimate"].dims, ("point", "order", "period"))
        self.assertLess(float(self.result.path("tension")["q05"].max()), float(self.result.path("tension")["q95"].max()))

    def test_faults_are_told(self):
        with self.assertRaisesRegex(quadrille.InputError, "order.states"):
            quadrille.Experiment({"parameters": {"order.stats": 8}})
        with self.assertRaisesRegex(quadrille.InputError, "did you mean `tension.debt`"):
            self.experiment.simulate({"tension.det": [0.1]}, worlds=1)
        with self.assertRaisesRegex(quadrille.InputError, "doctrine `napoleon`"):
            self.experiment.simulate({"doctrine": ["napoleon"]}, worlds=1)
        with self.assertRaisesRegex(quadrille.InputError, "outcome `survial`, did you mean `survival`"):
            self.experiment.simulate({"doctrine": ["obama"]}, worlds=1, outcomes=["survial"])
        with self.assertRaisesRegex(quadrille.InputError, "force=True"):
            self.experiment.run(self.folder / "package.h5")
        (self.folder / "text.h5").write_text("no HDF5")
        with self.assertRaises(quadrille.InputError):
            quadrille.open(self.folder / "text.h5")

    def test_numbers_beyond_the_librarys_are_refused(self):
        """They would wrap around, or stand for a factor that is left alone."""
        simulate, run = self.experiment.simulate, self.experiment.run
        for call, name in ((lambda: quadrille.Experiment(SMALL, seed=-1), "seed=-1"), (lambda: quadrille.Experiment(SMALL, seed=2**64), "seed="),
                           (lambda: quadrille.Experiment(SMALL, worlds=2**64 + 5), "worlds="), (lambda: quadrille.Experiment(SMALL, worlds=1.5), "worlds=1.5"),
                           (lambda: quadrille.Experiment(SMALL, robustness=(-1, 5)), "robustness=-1"),
                           (lambda: quadrille.Experiment(SMALL, robustness=(10,)), "two whole numbers"),
                           (lambda: simulate({"institution.target": [0.5]}, 2, first=-1), "first=-1"),
                           (lambda: simulate({"institution.target": [0.5]}, 2, threads=4097), "threads=4097"),
                           (lambda: simulate({"institution.target": [0.5, float("nan")]}, 2), "point 1: found nan for `institution.target`"),
                           (lambda: run(self.folder / "threads.h5", threads=2**32 + 1), "threads="),
                           (lambda: run(f"{self.folder}/cut\0off.h5"), "without NUL")):
            with self.subTest(name), self.assertRaises(quadrille.InputError) as told:
                call()
            self.assertIn(name, str(told.exception))
        self.assertEqual([path.name for path in self.folder.glob("*.h5*") if path.name.startswith(("threads", "cut"))], [])

    def test_an_exception_of_the_progress_function_stops_the_run(self):
        experiment, calls = quadrille.Experiment({"worlds": 300000, "seed": 3}), []

        def tell(state):
            calls.append(state.done)
            raise LookupError("enough")

        with self.assertRaisesRegex(LookupError, "enough"):
            experiment.run(self.folder / "told.h5", progress=tell)
        self.assertEqual(len(calls), 1)
        with quadrille.open(self.folder / "told.h5") as result:
            self.assertFalse(result.complete)
        self.assertTrue((self.folder / "told.h5.parts").is_dir())

    def test_a_result_that_is_open_is_resumed(self):
        with quadrille.Experiment(SMALL).run(self.folder / "open.h5", progress=False) as open_result:
            more = quadrille.Experiment(SMALL, worlds=40).run(self.folder / "open.h5", resume=True, progress=False)
            self.assertEqual((more.h5["worlds/survival"].shape[-1], open_result.h5["worlds/survival"].shape[-1]), (40, 30))

    def test_interrupt_keeps_what_is_finished(self):
        script = textwrap.dedent(f"""
            import quadrille
            try:
                quadrille.Experiment({{"worlds": 100000000}}).run({str(self.folder / 'long.h5')!r}, progress=lambda state: print("playing", flush=True))
            except KeyboardInterrupt:
                print("interrupted", quadrille.open({str(self.folder / 'long.h5')!r}).complete)
        """)
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "playing\n")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=120)
        self.assertEqual(rest.splitlines()[-1], "interrupted False")

    def test_plugin(self):
        """In a process of its own: a plugin stays."""
        compiler = shutil.which("cc")
        if compiler is None:
            self.skipTest("no C compiler")
        flags = subprocess.run(["pkg-config", "--cflags", "gsl"], capture_output=True, text=True).stdout.split()
        for name in ("own_rule", "own_outcome"):
            subprocess.run([compiler, "-std=c17", "-shared", "-fPIC", f"-I{SOURCE / 'include'}", *flags, SOURCE / "examples" / f"{name}.c", "-o",
                            self.folder / f"{name}.so", "-lm"], check=True)
        (self.folder / "plugin.py").write_text(textwrap.dedent(f"""
            import sys
            import quadrille
            small, before = {SMALL!r}, quadrille.outcomes()
            assert "encirclement" not in before
            assert quadrille.load_plugin("own_outcome.so") == quadrille.load_plugin("./own_outcome.so") == "encirclement"
            assert quadrille.outcomes()[:len(before)] == before and "longest_calm" in quadrille.outcomes()
            experiment = quadrille.Experiment(small)
            result = experiment.run("plugin.h5", progress=False)
            batch = experiment.simulate([{{"doctrine": "rumsfeld", "institution.target": 0.7}}], worlds=30, outcomes=["longest_calm", "survival"])
            for name in batch:
                assert (batch[name].values[0] == result.worlds[name].values[3]).all(), name
            for wrong in ("own_rule.so", "plugin.py", "absent.so"):
                try:
                    quadrille.load_plugin(wrong)
                except quadrille.InputError as fault:
                    print(fault)
        """))
        done = subprocess.run([sys.executable, "plugin.py"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"own_rule.so: .*one in a process\nplugin.py: found no plugin.*\nabsent.so: .*cannot be read")
        must("run", self.folder / "small.yaml", "-o", self.folder / "own.h5", "-q", "--plugin", self.folder / "own_outcome.so")
        with quadrille.open(self.folder / "plugin.h5") as package, quadrille.open(self.folder / "own.h5") as program:
            self.assertEqual((package.plugin, self.result.plugin), ("encirclement", None))
            self.assertEqual(package.result_hash, program.result_hash)
            self.assertIn("longest_calm", package.worlds.outcomes)

    def test_examples(self):
        for name in ("salib_style", "ema_style", "abc_style"):
            found = runpy.run_path(str(SOURCE / "examples" / f"{name}.py"))["found"]
            self.assertTrue(np.all(np.isfinite(np.ravel(found))), name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
