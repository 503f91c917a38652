#!/usr/bin/python3
"""Another process makes the output while a command that replaces nothing is writing it: the other's file stays, also where the
file system has neither a rename that replaces nothing nor hard links."""

import pathlib
import re
import shutil
import tempfile
import unittest

import injection
from injection import command, content
from commands import prepared

COMMANDS = {
    "rows.csv": ("export", "out.h5", "--summary", "-o", "rows.csv"),
    "page.html": ("report", "out.h5", "-o", "page.html"),
    "tiny.registered.yaml": ("register", "tiny.yaml"),
    "mine.yaml": ("init", "mine"),
    "trace": ("replay", "out.h5", "--order", "unipolar", "--point", "0", "--world", "2", "--trace", "trace"),
    "new.h5": ("run", "tiny.yaml", "-o", "new.h5", "-q", "-j", "1"),
    "merged.h5": ("merge", "shard.h5", "-o", "merged.h5", "--partial", "-q"),
    "crate": ("crate", "out.h5", "-o", "crate"),
}
FILE_SYSTEMS = ("", "renameat2", "renameat2 linkat")


class Appearing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = prepared(cls)
        injection.expect(cls.before, "run", "tiny.yaml", "-o", "shard.h5", "--shard", "1/2", "-q", "-j", "1")

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def play(self, arguments, **how):
        with tempfile.TemporaryDirectory(dir=self.scratch) as name:
            folder = pathlib.Path(name) / "work"
            shutil.copytree(self.before, folder)
            status, said = command(folder, *arguments, **how)
            return status, said, content(folder)

    def last_look(self, output, arguments, lacking):
        """The number of the last call before the output gets its name."""
        log = self.scratch / "log"
        log.unlink(missing_ok=True)
        status, said, files = self.play(arguments, fault="io:eio:0", log=log, QD_FAULT_WITHOUT=lacking)
        self.assertEqual(status, 0, said)
        self.assertFalse([name for name in files if name.endswith((".tmp", ".lock"))])
        calls = log.read_text().splitlines()
        named = [k for k, call in enumerate(calls, 1) if re.match(rf"\d+ (renameat2|linkat|renameat|mkdir) {output}$", call)]
        self.assertTrue(named, f"{output} got its name by no call among\n" + "\n".join(calls[-20:]))
        before = [k for k, call in enumerate(calls[:named[-1]], 1) if re.match(r"\d+ (fsync|mkdir) ", call)]
        return before[-1]

    def test_the_file_of_another_stays(self):
        for output, arguments in COMMANDS.items():
            for lacking in FILE_SYSTEMS:
                with self.subTest(output=output, lacking=lacking):
                    at = self.last_look(output, arguments, lacking)
                    status, said, files = self.play(arguments, fault=f"io:appear:{at}", QD_FAULT_FILE=output,
                                                    QD_FAULT_WITHOUT=lacking)
                    self.assertEqual(files.pop(output, None), b"other\n")
                    self.assertEqual(status, 2, said)
                    self.assertIn(f"{output}: found an existing file; expected none (", said)
                    self.assertFalse([name for name in files if name.endswith((".tmp", ".lock"))])
                    self.assertEqual("new.h5.parts keeps the finished worlds" in said, output == "new.h5")


if __name__ == "__main__":
    injection.main()
