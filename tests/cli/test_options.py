#!/usr/bin/python3
# labels: integration
"""One table of options: every option in --help is parsed, is in the man page, and is completed by the shells."""

import functools
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
from harness import PROGRAM, must, quadrille, scratch  # noqa: E402

OPTION = re.compile(r"^  (?:-(\w), |    )--([\w-]+)(?: (\S+))?(?:  |$)", re.M)


@functools.cache
def commands():
    listed = must("--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


@functools.cache
def options(command):
    """(letter, name, value) of each option that --help lists."""
    return OPTION.findall(must(command, "--help").stdout)


class Options(unittest.TestCase):
    def test_each_command_says_how_it_is_used(self):
        self.assertGreater(len(commands()), 10)
        for command in commands():
            told = must(command, "--help").stdout
            self.assertEqual(must("help", command).stdout, told)
            self.assertEqual(must(command, "-h").stdout, told)
            self.assertTrue(told.startswith(f"Usage: quadrille {command}"), told)
            self.assertIn(("h", "help", ""), options(command))
            self.assertIn(("V", "version", ""), options(command))
            for line in told.splitlines():
                self.assertLessEqual(len(line), 110, line)

    def test_what_is_told_is_parsed(self):
        """Every documented option is known: the mistake found is another one than "unknown"."""
        for command in commands():
            for letter, name, value in options(command):
                with self.subTest(f"{command} --{name}"):
                    done = quadrille(command, f"--{name}" if value else f"--{name}=x")
                    self.assertEqual(done.returncode, 2)
                    self.assertIn("without its value" if value else "with a value; expected none", done.stderr)

    def test_a_misspelt_option_is_told_with_the_nearest(self):
        for command in commands():
            for _, name, _ in options(command):
                if len(name) < 4:
                    continue
                wrong = name[0] + name[2] + name[1] + name[3:] if name[1] != name[2] else name + "x"
                done = quadrille(command, f"--{wrong}")
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f"did you mean `--{name}`", done.stderr)

    def test_values_that_are_refused(self):
        for words, expected in ((["run", "-j", "0"], "found -j `0`; expected a number of threads from 1 to 4096"),
                                (["verify", "--threads", "x"], "found -j `x`"), (["run", "--output="], "found an empty --output; expected the path of a file"),
                                (["run", "--shard", "3/2"], "K/N with 1 <= K <= N <= 1000000"),
                                (["run", "--robustness", "60"], "0, or points x worlds, such as 60x50"),
                                (["run", "--robustness", "60xmany"], "0, or points x worlds, such as 60x50"),
                                (["landscape", "--starts", "0"], "a whole number from 1 to 100000000"),
                                (["replay", "--isa", "v9"], "auto, v2, v3 or v4"), (["verify", "--fraction", "2"], "above 0 and up to 1"),
                                (["help", "--completion", "tcsh"], "bash, zsh or fish"), (["help", "rum"], "did you mean `run`")):
            done = quadrille(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(expected, done.stderr)

    def test_options_that_exclude_one_another(self):
        """Or that would have no effect: none is passed over in silence."""
        folder = scratch(self)
        exact = folder / "exact.yaml"
        exact.write_text("rule: two-camps\nactors: {A: 1, B: 1}\npropensity: [[0, -1], [-1, 0]]\n")
        for words, expected in ((["export", "x.h5", "--csv", "--json"], "found --csv and --json; expected one of them"),
                                (["show", "x.h5", "--json", "--csv"], "found --json and --csv; expected one of them"),
                                (["list", "orders", "--markdown", "--csv"], "found --markdown and --csv; expected one of them"),
                                (["power", "x.yaml", "--text", "--json"], "found --text and --json; expected one of them"),
                                (["export", "x.h5", "--design", "--outcomes", "wars"], "found --outcomes and --design"),
                                (["export", "x.h5", "--effects", "--points", "0"], "found --points and --effects"),
                                (["export", "x.h5", "--force"], "found --force without --output"),
                                (["export", "x.h5", "-o", folder / "y.h5"], "expected one of CSV or JSON, not of HDF5"),
                                (["replay", "x.h5", "--order", "a", "--world", "1", "--force"], "found --force without --trace FILE"),
                                (["run", "x.yaml", "-q", "-v"], "found --quiet and --verbose"),
                                (["help", "run", "--man"], "found two of --man, --completion and a command")):
            with self.subTest(words):
                done = quadrille(*words, cwd=folder)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(expected, done.stderr)
        must("power", "--help", "--json")
        for option in ("--starts", "--seed"):
            self.assertEqual(must("landscape", exact, option, "9").stderr, f"quadrille: note: {option} has no effect with `method: exact`\n")
        self.assertEqual([path.name for path in folder.iterdir()], ["exact.yaml"])

    def test_numbers_of_operands(self):
        for command in commands():
            done = quadrille(command, "a", "b", "c")
            if command == "merge":
                self.assertIn("found no -o", done.stderr)
            else:
                self.assertIn("found 3 ", done.stderr)
                self.assertIn("expected ", done.stderr)
            self.assertEqual((done.returncode, done.stdout), (2, ""), command)

    def test_manual_has_each_option(self):
        page = must("help", "--man").stdout
        sections = dict(zip(re.findall(r'^\.SS "quadrille (\w+) ', page, re.M), re.split(r'^\.SS ', page, flags=re.M)[1:]))
        self.assertEqual(list(sections), commands())
        for command, section in sections.items():
            plain = re.sub(r"\\f[BIR]", "", section).replace("\\-", "-")
            for letter, name, value in options(command):
                self.assertIn((f"-{letter}, " if letter else "") + f"--{name}" + (f" {value}" if value else "") + "\n", plain)

    def test_manual_is_well_formed(self):
        if shutil.which("man") is None:
            self.skipTest("no man")
        done = subprocess.run(["man", "--warnings", "-l", "-Tutf8", "-"], input=must("help", "--man").stdout, capture_output=True, text=True,
                              env={"MANWIDTH": "100", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "GROFF_NO_SGR": "1"})
        self.assertEqual(done.stderr, "")
        shown = re.sub(".\x08", "", done.stdout)
        self.assertIn("--time-budget T\n", shown)
        self.assertIn("  quota: 39   ", shown)

    def test_fish_and_zsh_have_each_option(self):
        fish, zsh = (must("help", "--completion", shell).stdout for shell in ("fish", "zsh"))
        arms = dict(re.findall(r"^    (\w+)\)\n(.*?);;$", zsh, re.M | re.S))
        for command in commands():
            for letter, name, value in options(command):
                line = f"-n '__fish_seen_subcommand_from {command}' -l {name}" + (f" -s {letter}" if letter else "")
                self.assertIn(line + (" -r" if value else " -d"), re.sub(r" -(k?a|F) ?('[^']*'|)", "", fish))
                self.assertIn(f"--{name}" + ("=" if value else ""), arms[command])

    def test_shells_take_their_scripts(self):
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"] if shell != "fish" else [shell, "--no-execute"], input=must("help", "--completion", shell).stdout,
                                      capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), shell)


class OtherShells(unittest.TestCase):
    """Completion as fish and zsh themselves do it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        for shell, name in (("fish", "quadrille.fish"), ("zsh", "_quadrille")):
            (cls.folder / name).write_text(must("help", "--completion", shell).stdout)
        for name in ("result.h5", "mine.yaml"):
            (cls.folder / name).write_text("")

    @unittest.skipUnless(shutil.which("fish"), "no fish")
    def test_fish(self):
        for line, expected in (("quadrille ver", ["verify"]), ("quadrille verify --fra", ["--fraction"]), ("quadrille run --isa v", ["v2", "v3", "v4"]),
                               ("quadrille show resu", ["result.h5"]), ("quadrille run mi", ["mine.yaml"]), ("quadrille list para", ["parameters"])):
            done = subprocess.run(["fish", "--no-config", "-c", "source quadrille.fish; complete -C $argv[1]", line], cwd=self.folder, capture_output=True,
                                  text=True, env=dict(os.environ, HOME=str(self.folder)))
            self.assertEqual([offered.split("\t")[0] for offered in done.stdout.splitlines()], expected, done.stderr)

    def complete_in_zsh(self, fd, line):
        """The line after Tab; ^X^X is bound to a widget that prints it."""
        os.write(fd, line.encode() + b"\t\x18\x18")
        return re.search(r"<([^>]*)>", self.read(fd, ">"))[1]

    def read(self, fd, until):
        text = ""
        while until not in text:
            self.assertTrue(select.select([fd], [], [], 60)[0], text)
            text += os.read(fd, 65536).decode(errors="replace")
        return text

    @unittest.skipUnless(shutil.which("zsh"), "no zsh")
    def test_zsh(self):
        process, fd = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.environ.update(TERM="dumb", LC_ALL="C.UTF-8", HOME=str(self.folder))
            os.execlp("zsh", "zsh", "-f", "-i")
        self.addCleanup(os.waitpid, process, 0)
        self.addCleanup(os.close, fd)
        os.write(fd, b"PS1=; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; print -r REA''DY\n")
        self.read(fd, "READY")
        os.write(fd, b"tell() { print -r -- \"<$BUFFER>\"; BUFFER=; zle reset-prompt }; zle -N tell; bindkey '^X^X' tell; print -r DEFI''NED\n")
        self.read(fd, "DEFINED")
        for line, expected in (("quadrille ver", "quadrille verify "), ("quadrille verify --fra", "quadrille verify --fraction="),
                               ("quadrille show resu", "quadrille show result.h5 "), ("quadrille run mi", "quadrille run mine.yaml "),
                               ("quadrille list para", "quadrille list parameters "), ("quadrille run --no-such", "quadrille run --no-such")):
            self.assertEqual(self.complete_in_zsh(fd, line), expected)
        os.write(fd, b"exit\n")


@unittest.skipUnless(shutil.which("bash"), "no bash")
class Bash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        (cls.folder / "script").write_text(must("help", "--completion", "bash").stdout)
        for name in ("one two.h5", "1.h5", "mine.yaml", "other.txt"):
            (cls.folder / name).write_text("")
        (cls.folder / "folder").mkdir()

    def complete(self, *words):
        """The offers of Tab after these words, the last one incomplete."""
        program = 'source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _quadrille; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", program, "bash", "quadrille", *words], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line for line in done.stdout.splitlines() if line]

    def test_commands(self):
        self.assertEqual(self.complete(""), sorted(commands()))
        self.assertEqual(self.complete("ver"), ["verify"])
        self.assertEqual(self.complete("--v"), ["--version"])

    def test_every_option_of_every_command(self):
        for command in commands():
            offered = self.complete(command, "-")
            for letter, name, _ in options(command):
                self.assertIn(f"--{name}", offered)
                if letter:
                    self.assertIn(f"-{letter}", offered)
            self.assertEqual(len(offered), sum(2 if letter else 1 for letter, _, _ in options(command)), command)

    def test_files(self):
        self.assertEqual(self.complete("show", ""), ["1.h5", "folder", "one two.h5"])
        self.assertEqual(self.complete("show", "1"), ["1.h5"])
        self.assertEqual(self.complete("run", "m"), ["mine.yaml"])
        self.assertEqual(self.complete("run", "mine.yaml", "-o", "o"), ["one two.h5"])
        self.assertEqual(self.complete("replay", "1.h5", "--trace", "o"), ["one two.h5", "other.txt"])

    def test_values(self):
        self.assertEqual(self.complete("run", "mine.yaml", "--isa", "v"), ["v2", "v3", "v4"])
        self.assertEqual(self.complete("run", "mine.yaml", "--isa", "=", "v"), ["v2", "v3", "v4"])
        self.assertEqual(self.complete("run", "mine.yaml", "--isa", "="), ["auto", "v2", "v3", "v4"])
        self.assertEqual(self.complete("run", "mine.yaml", "--seed", ""), [])
        self.assertEqual(self.complete("help", "sh"), ["show"])
        self.assertEqual(self.complete("list", "o"), ["odd", "orders", "outcomes"])
        self.assertIn("--isa", self.complete("run", "--is"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
