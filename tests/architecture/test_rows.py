#!/usr/bin/python3
"""experiments/README.md follows from its template and the rows in experiments/rows/, and an altered or missing row is reported;
the same for the part of docs/validation.md on runs that stop when their claims are decided."""

import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[2]).resolve()


def check(root):
    """--check of the tree at `root`, without result files."""
    return subprocess.run(["/usr/bin/python3", "-B", root / "scripts/experiments-readme", "--check", "--results", root / "none"],
                          capture_output=True, text=True)


class Rows(unittest.TestCase):
    def copy(self):
        root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, root)
        shutil.copytree(SOURCE / "experiments", root / "experiments")
        (root / "scripts").mkdir()
        for name in ("experiments-readme", "experimentrows.py"):
            shutil.copy(SOURCE / "scripts" / name, root / "scripts")
        return root

    def edit(self, root, table, change):
        """Rewrites experiments/rows/TABLE.csv with the rows that `change` leaves or alters."""
        path = root / f"experiments/rows/{table}.csv"
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in rows if change(row))

    def test_the_text_is_that_of_the_rows(self):
        done = check(SOURCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_every_claim_is_judged_under_each_assumption_and_around_the_values(self):
        with open(SOURCE / "experiments/rows/claims.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        experiments = {row["experiment"] for row in rows}
        stated = {path.stem for path in (SOURCE / "experiments").glob("*.yaml") if re.search(r"^claims:", path.read_text(), re.M)}
        kept = re.search(r"No rows are kept yet of ([^:]*):", (SOURCE / "experiments/README.md").read_text().replace("\n", " "))
        missing = set(kept.group(1).split(", ")) if kept else set()
        self.assertEqual(experiments | (missing & stated), stated)
        self.assertFalse(experiments & missing)
        for claim in {(row["experiment"], row["claim"]) for row in rows}:
            mine = [row for row in rows if (row["experiment"], row["claim"]) == claim]
            self.assertEqual({row["without"] for row in mine}, {"", "debt", "erosion", "bypass", "burden", "paralysis", "war"}, claim)
            self.assertIn(mine[0]["verdict"], ("supported", "contradicted", "mixed", "undecided"), claim)
            if mine[0]["robust"]:
                self.assertLessEqual(int(mine[0]["same"]), int(mine[0]["of"]), claim)

    def stopping(self, change=lambda row: True):
        """docs/validation.md, written again from rows of scripts/stopping that `change` leaves or alters."""
        root = self.copy()
        (root / "docs").mkdir()
        for name in ("scripts/validation", "docs/validation.md"):
            shutil.copy(SOURCE / name, root / name)
        self.edit(root, "stopping", change)
        subprocess.run([sys.executable, "-B", root / "scripts/validation", "--rows"], check=True)
        return (root / "docs/validation.md").read_text()

    def test_runs_that_stop_when_decided_are_those_of_the_rows(self):
        self.assertEqual(self.stopping(), (SOURCE / "docs/validation.md").read_text())

    def test_a_verdict_turned_round_is_counted(self):
        def turn(row):
            if (row["experiment"], row["claim"]) == ("credit", "debt"):
                self.assertEqual((row["full"], row["stopped"]), ("supported", "supported"))
                row["stopped"] = "contradicted"
            return True
        text = self.stopping(turn)
        self.assertRegex(text, r"different decisions in the two runs: 1\.")
        self.assertRegex(text, r"(?m)^\| credit \|.*\| 10 of 11 \|$")
        self.assertRegex(text, r"(?m)^\| credit \| `debt` \| supported \| contradicted \|")

    def test_runs_that_stop_cover_every_claim(self):
        with open(SOURCE / "experiments/rows/stopping.csv", newline="", encoding="utf-8") as file:
            found = [(row["experiment"], row["claim"]) for row in csv.DictReader(file)]
        with open(SOURCE / "experiments/rows/claims.csv", newline="", encoding="utf-8") as file:
            stated = list(dict.fromkeys((row["experiment"], row["claim"]) for row in csv.DictReader(file)))
        self.assertEqual(found, stated)

    def test_sections_without_rows_stay_as_they_are(self):
        root = self.copy()
        before = (root / "experiments/README.md").read_text()
        for table in ("runs", "claims"):
            self.edit(root, table, lambda row: row["experiment"] != "exit")
        subprocess.run(["/usr/bin/python3", "-B", root / "scripts/experiments-readme", "--results", root / "none"], check=True)
        after = (root / "experiments/README.md").read_text()
        self.assertRegex(after.replace("\n", " "), r"No rows are kept yet of [^:]*\bexit\b")
        for begins, ends in (("\n## exit\n", "\n## "), ("\n- *Deadlines", "\n\n")):
            old, new = (re.search(re.escape(begins) + f"[^$]*?(?={ends})", text).group(0) for text in (before, after))
            self.assertEqual(new, old)
        self.assertEqual(check(root).returncode, 0)

    def test_an_altered_row_is_told(self):
        root = self.copy()

        def alter(row):
            if row["claim"] == "left-to-later" and not row["without"] and row["place"] == "all":
                row["estimate"] = "-0.5"
            return True
        self.edit(root, "claims", alter)
        done = check(root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("README.md is not what", done.stderr)

    def test_a_claim_without_rows_is_told(self):
        root = self.copy()
        self.edit(root, "claims", lambda row: row["claim"] != "left-to-later")
        done = check(root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("credit.yaml states the claims left-to-later", done.stderr)
        self.assertIn("{credit:left-to-later:full=supported}: no row for 'left-to-later'", done.stderr)

    def test_a_sentence_written_for_another_verdict_is_told(self):
        root = self.copy()
        template = root / "experiments/README.in.md"
        template.write_text(template.read_text().replace("{credit:left-to-later:full=supported}", "{credit:left-to-later:full=contradicted}"))
        done = check(root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the row says `supported`, and the sentence was written for `contradicted`", done.stderr)

    def test_a_number_without_a_row_is_told(self):
        root = self.copy()
        template = root / "experiments/README.in.md"
        template.write_text(template.read_text().replace("{baseline:size}", "{baseline:size}, {baseline:mean:burden_gini:unipolar}"))
        done = check(root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("{baseline:mean:burden_gini:unipolar}: no row for", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
