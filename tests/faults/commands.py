"""Single calls of the commands that read a result, or write a file other than one, fail.

The promise: with exit status 0 output and files are those without the fault. Otherwise there is a message, the status is 1, and the
folder is as it was: neither half a file nor a draft stays, and the fault of a device is not called wrong input."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import tempfile

from injection import EXPERIMENT, RUN, command, content, deaths, expect, is_of_coverage, logged, one_for_each_place, refused, spread

COMMANDS = (
    ("show", "out.h5"),
    ("show", "out.h5", "--json"),
    ("export", "out.h5", "--csv", "--summary"),
    ("export", "out.h5", "--csv", "-o", "rows.csv"),
    ("report", "out.h5", "-o", "page.html"),
    ("crate", "out.h5", "-o", "crate"),
    ("verify", "out.h5", "--fraction", "1"),
    ("register", "tiny.yaml"),
    ("init", "mine"),
)

# Commands that write a text, and all that write and have no handler of signals of their own.
TEXTS = (
    ("export", "out.h5", "--csv", "-o", "rows.csv"),
    ("report", "out.h5", "-o", "page.html"),
    ("register", "tiny.yaml"),
    ("init", "mine"),
    ("replay", "out.h5", "--point", "0", "--order", "bipolar", "--world", "3", "--trace", "trace.jsonl"),
)
WRITERS = (*TEXTS, ("crate", "out.h5", "-o", "new.crate/"), ("merge", "-o", "joined.h5", "out.h5"))

TIME = re.compile(rb"20\d\d-\d\d-\d\d.\d\d:\d\d:\d\d[^\"<,]*|\d+(\.\d+)? m?s\b")


def without_times(files):
    return {name: TIME.sub(b"TIME", data) if not name.endswith(".h5") else data for name, data in files.items()}


def prepared(owner):
    """A folder with an experiment and its result; removed when `owner`, a class of tests, is done."""
    folder = tempfile.TemporaryDirectory()
    owner.addClassCleanup(folder.cleanup)
    path = pathlib.Path(folder.name) / "before"
    path.mkdir()
    (path / "tiny.yaml").write_text(EXPERIMENT)
    expect(path, *RUN, "-j", "1")
    return path


def play(before, arguments, fault=None, **logs):
    """(status, words, files) of a command in a copy of the folder."""
    with tempfile.TemporaryDirectory(dir=before.parent) as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(before, folder)
        status, said = command(folder, *arguments, fault=fault, **logs)
        return status, TIME.sub(b"TIME", said.encode()), without_times(content(folder))


def calls_of(before, arguments, fault, how):
    """The calls of a command that no fault disturbs; `how`: the log that lists them, "log" or "places" (injection.py)."""
    log = before.parent / how
    log.unlink(missing_ok=True)
    play(before, arguments, fault=f"{fault}:0", **{how: log})
    return logged(log)


def not_reading(calls):
    """The positions of calls that do not read the result, which processes of their own do."""
    return [call.position for call in calls if call.operation != "pread" and not call.object.endswith("out.h5")]


def faults(before, arguments, kind, wanted=None, lasting=""):
    """One text for each of `wanted` positions (None: all) if a fault is not reported correctly. `lasting`: ":on" if all later calls fail
    too."""
    status, said, files = play(before, arguments)
    if status != 0:
        raise AssertionError(f"{' '.join(arguments)}: exit status {status}\n{said.decode()}")
    calls = calls_of(before, arguments, "io:eio", "log")
    untouched = without_times(content(before))
    wrong = []
    for k in spread(len(calls), wanted):
        fault = f"io:{kind}:{k}{lasting}"
        found = play(before, arguments, fault=fault)
        why = judge(found, (said, files), untouched, deaths(fault, "quadrille", found[1].decode()))
        if why:
            wrong.append(f"{' '.join(arguments)}, {kind} at {k} ({' '.join(calls[k - 1][1:3])}): {why}; it said\n{found[1].decode()[-500:]}")
    return wrong


def faults_at_places(before, arguments, fault, seen, output=None):
    """One text for each wrong end of a command in which a call fails by `fault` ("memory:fail", "io:eio"): one call for each place
    of the program that is not in `seen`, which gets them. `output`: a result file that may be made all the same (injection.py tells
    whether it is right), and finished work beside it."""
    status, said, files = play(before, arguments)
    if status != 0:
        raise AssertionError(f"{' '.join(arguments)}: exit status {status}\n{said.decode()}")
    calls = [call for call in calls_of(before, arguments, fault, "places") if not is_of_coverage(call)]
    places = frozenset().union(*(call.places for call in calls))
    chosen = one_for_each_place(calls, places - seen)
    seen |= places
    untouched = without_times(content(before))

    def look(call):
        met = before.parent / f"met-{call.position}"
        met.unlink(missing_ok=True)
        found = play(before, arguments, fault=f"{fault}:{call.position}", met=met)
        asker = refused(met) if fault.startswith("memory") else "quadrille"
        foreign = asker != "quadrille" or b"the HDF5 library crashes" in found[1]
        why = judge(found, (said, files), untouched, deaths(fault, asker, found[1].decode()), foreign, output)
        return why and f"{' '.join(arguments)}, {fault}:{call.position} ({' '.join(call[1:3])}): {why}; it said\n{found[1].decode()[-500:]}"

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [wrong for wrong in pool.map(look, chosen) if wrong]


def signals(before, arguments, wanted=None):
    """One text for each of `wanted` calls (None: all) of a command before which SIGTERM comes, if the command leaves something begun or
    does not end by it. Calls that read the result are passed over: the processes that make them ignore the signal."""
    status, _, files = play(before, arguments)
    if status != 0:
        raise AssertionError(f"{' '.join(arguments)}: exit status {status}")
    calls, untouched, wrong, ended = calls_of(before, arguments, "io:eio", "log"), without_times(content(before)), [], 0
    own = not_reading(calls)
    for k in (own[i - 1] for i in spread(len(own), wanted)):
        status, _, found = play(before, arguments, fault=f"io:term:{k}")
        ended += status == -signal.SIGTERM
        allowed = {0: (files,), -signal.SIGTERM: (untouched, files)}.get(status, ())
        if not any(set(found) == set(one) and all(found[name] == one[name] for name in one if not name.endswith(".h5")) for one in allowed):
            wrong.append(f"{' '.join(arguments)}, SIGTERM at {k} ({' '.join(calls[k - 1][1:3])}): status {status}, {sorted(set(found) ^ set(untouched))}")
    return wrong if ended else [f"{' '.join(arguments)}: no signal ends it"]


def kills(before, arguments, wanted):
    """One text for each of `wanted` calls at which a writer of a text is killed, if the same command then leaves other files than without
    the kill: a draft, or half a text."""
    status, _, files = play(before, arguments)
    if status != 0:
        raise AssertionError(f"{' '.join(arguments)}: exit status {status}")
    calls, wrong = calls_of(before, arguments, "io:eio", "log"), []
    own = not_reading(calls)
    for k in (own[i - 1] for i in spread(len(own), wanted)):
        with tempfile.TemporaryDirectory(dir=before.parent) as name:
            folder = pathlib.Path(name) / "work"
            shutil.copytree(before, folder)
            first, _ = command(folder, *arguments, fault=f"io:kill:{k}")
            second, said = command(folder, *arguments)
            found = without_times(content(folder))
        if first not in (-signal.SIGKILL, 1) or second not in (0, 2) or found != files:  # 1: the process that reads the result
            wrong.append(f"{' '.join(arguments)}, killed at {k} ({' '.join(calls[k - 1][1:3])}): status {first}, then {second}, "
                         f"{sorted(set(found) ^ set(files))}; it said\n{said[-500:]}")
    return wrong


def shortages(before, arguments, wanted):
    """One text for each of `wanted` calls of libhdf5's for memory after which memory stays short, and the command does not say so
    (status 1) or die: an intact file must not be called damaged, nor different."""
    wrong, calls = [], [call for call in calls_of(before, arguments, "memory:fail", "log") if "hdf5" in call.object]
    if not calls:
        raise AssertionError(f"{' '.join(arguments)}: no call of libhdf5's for memory")
    for call in (calls[i - 1] for i in spread(len(calls), wanted)):
        fault = f"memory:fail:{call.position}:on"
        status, said, _ = play(before, arguments, fault=fault)
        if status not in (1, *deaths(fault, call.object, said.decode())):
            wrong.append(f"{' '.join(arguments)}, {fault}: exit status {status}; it said\n{said.decode()[-500:]}")
    return wrong


def judge(found, expected, before, ends, foreign=False, output=None):
    """None, or why a command's (status, words, files) are wrong beside those expected without the fault, and before it. `ends`: deaths
    that the fault may bring. `foreign`: a library fails, which the program may take for wrong input. `output`: see above."""
    status, said, files = found
    if foreign and status in (0, 3):
        return None
    if status == 0:
        same = said.split() == expected[0].split() and not {name for name in set(files) ^ set(expected[1]) if not output or not name.startswith(output)}
        return None if same else "exit status 0, and other words or files than without the fault"
    if status in ends:
        return None
    if status != 1 and not (foreign and status == 2):
        return f"exit status {status}"
    if b"quadrille" not in said:
        return "no message"
    if b"fsync of its folder failed" in said and files == expected[1]:
        return None  # the output has its name, and is not known to survive a power cut
    changed = {name for name, _ in set(files.items()) ^ set(before.items()) if not output or not name.startswith(output)}
    return f"exit status {status}, and changed: {', '.join(sorted(changed))}" if changed else None
