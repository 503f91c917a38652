"""Experiments: from a file or a dict, run to a result file or played in memory."""

from __future__ import annotations

import ctypes
import difflib
import json
import operator
import os
import pathlib
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable

import numpy as np
import xarray as xr

from . import _library as lib
from .result import Result
from .result import open as open_result

#: Keys of an empirical order that name files; in a dict they are relative to the current folder.
_FILES = ("cinc", "alliances", "rivalries", "places", "values", "affinities")


def _with_absolute_paths(orders: Any) -> Any:
    def absolute(order: Any) -> Any:
        if not isinstance(order, Mapping) or not isinstance(order.get("empirical"), Mapping):
            return order
        data = {key: os.path.abspath(value) if key in _FILES else value for key, value in order["empirical"].items()}
        return {**order, "empirical": data}

    return [absolute(order) for order in orders] if isinstance(orders, Sequence) and not isinstance(orders, str) else orders


def _plain(value: Any) -> Any:
    """Converts numpy's scalars and arrays to types of JSON."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"found a {type(value).__name__}; expected a value of an experiment file")


THREADS_MOST = 2**31 - 1  # a C int; the library has a limit of its own


class Experiment:
    """An experiment: checked, resolved, ready to run. It is immutable.

    `source`: path of an experiment file, or a dict with the keys of one (docs/experiment-file.md). `seed`, `worlds`, `set`
    (a dict of parameter names and values) and `robustness` (points and worlds a point; (0, 0): none) change it as the program's
    options of these names do.

    Raises InputError with all faults of the file at once.
    """

    def __init__(self, source: str | os.PathLike | Mapping[str, Any], *, seed: int | None = None, worlds: int | None = None,
                 set: Mapping[str, Any] | None = None, robustness: tuple[int, int] | None = None):
        self._handle = ctypes.c_void_p()
        library, error = lib.library(), lib.Error()
        texts = [f"{name}={json.dumps(value, default=_plain)}".encode() for name, value in (set or {}).items()]
        points, each = _pair("robustness", robustness or (0, 0))
        overrides = lib.Overrides(has_seed=seed is not None, has_worlds=worlds is not None, seed=_whole("seed", seed or 0),
                                  worlds=_whole("worlds", worlds or 0), sets=len(texts), set=(ctypes.c_char_p * len(texts))(*texts),
                                  has_robustness=robustness is not None, robustness_points=points, robustness_worlds=each)
        if isinstance(source, Mapping):
            status = self._load_mapping(library, source, overrides, error)
        else:
            status = library.qd_experiment_load(os.fsencode(source), ctypes.byref(overrides), ctypes.byref(self._handle), ctypes.byref(error))
        lib.check(status, error)

    def _load_mapping(self, library: ctypes.CDLL, source: Mapping[str, Any], overrides: lib.Overrides, error: lib.Error) -> int:
        written = dict(source)
        if "orders" in written:
            written["orders"] = _with_absolute_paths(written["orders"])
        with tempfile.TemporaryDirectory(prefix="quadrille-") as folder:
            path = pathlib.Path(folder) / "experiment.yaml"
            path.write_text(json.dumps(written, indent=1, default=_plain, ensure_ascii=False), encoding="utf-8")
            return library.qd_experiment_load(os.fsencode(path), ctypes.byref(overrides), ctypes.byref(self._handle), ctypes.byref(error))

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            lib.library().qd_experiment_free(handle)

    def __repr__(self) -> str:
        return f"<quadrille.Experiment {self.name!r}: {len(self.points)} points, orders {', '.join(self.orders)}, {self.worlds} worlds each>"

    @property
    def name(self) -> str:
        """The experiment's name."""
        return lib.library().qd_experiment_name(self._handle).decode()

    @property
    def orders(self) -> list[str]:
        """Labels of the orders."""
        library = lib.library()
        return [library.qd_experiment_order_label(self._handle, k).decode() for k in range(library.qd_experiment_orders(self._handle))]

    @property
    def points(self) -> list[str]:
        """Labels of the design points."""
        library = lib.library()
        return [library.qd_experiment_point_label(self._handle, k).decode() for k in range(library.qd_experiment_points(self._handle))]

    @property
    def worlds(self) -> int:
        """Worlds for each design point and order."""
        return lib.library().qd_experiment_worlds(self._handle)

    @property
    def config(self) -> str:
        """The experiment as resolved: canonical YAML."""
        return lib.library().qd_experiment_config(self._handle).decode()

    def run(self, output: str | os.PathLike, *, threads: int = 0, resume: bool = False, force: bool = False,
            progress: bool | Callable[[lib.Progress], None] | None = None) -> Result:
        """Runs the experiment into the result file `output` and opens it.

        `progress`: True for a line on stderr, a function that receives the state at intervals, or None: a line if stderr is a
        terminal. Ctrl-C stops early, keeps all finished work and raises KeyboardInterrupt; so does an exception of that function,
        which is raised again here. `resume=True` continues. An existing `output` is never replaced unless `force`.
        """
        if pathlib.Path(output).exists() and not (resume or force):
            raise lib.InputError(f"{output}: found an existing file; expected none (force=True replaces it, resume=True continues it)")
        tell = progress if callable(progress) else _print_progress if progress or (progress is None and sys.stderr.isatty()) else None
        stop, raised = ctypes.c_int(0), []

        def guarded(call: Callable[..., None]) -> Callable[..., None]:
            """ctypes passes over exceptions of a callback: keeps the first, and stops the run."""
            def guard(*arguments: Any) -> None:
                try:
                    if not raised:
                        call(*arguments)
                except BaseException as fault:
                    raised.append(fault)
                    stop.value = 1
            return guard

        options = lib.RunOptions(
            output=_path(output), threads=_whole("threads", threads, THREADS_MOST), resume=resume, force=force, shard=1, shards=1, stop=ctypes.pointer(stop),
            command_line=b"python: quadrille.Experiment.run", ranks=None,
            progress=lib.PROGRESS(guarded(lambda context, state: tell(state.contents)) if tell else 0), warn=lib.WARN(guarded(_print_warnings)),
            context=None)
        error, summary, status = lib.Error(), lib.RunSummary(), []

        def work() -> None:
            status.append(lib.library().qd_run(self._handle, ctypes.byref(options), ctypes.byref(summary), ctypes.byref(error)))

        interrupted = _wait_for(work, stop)
        if tell is _print_progress:
            print(file=sys.stderr)
        if raised:
            raise raised[0]
        if interrupted and status[0] == lib.STOPPED:
            raise KeyboardInterrupt
        lib.check(status[0], error)
        return open_result(output)

    def simulate(self, points: Mapping[str, Sequence] | Iterable[Mapping[str, Any]], worlds: int, *, outcomes: Sequence[str] | None = None,
                 first: int = 0, threads: int = 0) -> xr.Dataset:
        """Plays `worlds` worlds of each point and order in memory: ask/tell.

        `points`: a mapping of factor names to equally long sequences (a DataFrame serves), or one mapping a point; factors that a
        point leaves out stay as in the experiment. `doctrine` takes names. World w has the same bits as in a result file with the
        same point (common random numbers: worlds `first` to `first + worlds - 1` of every point meet the same luck).

        Returns a Dataset over (point, order, world) of the outcomes asked for (default: all), factors as coordinates of point.
        """
        factors, table = _table(points)
        first, worlds, threads = _whole("first", first), _whole("worlds", worlds), _whole("threads", threads, THREADS_MOST)
        names = list(outcomes) if outcomes is not None else lib.outcomes()
        unknown = [name for name in names if name not in lib.outcomes()]
        if unknown:
            near = "".join(f", did you mean `{name}`?" for name in difflib.get_close_matches(unknown[0], lib.outcomes(), 1))
            raise lib.InputError(f"found the outcome `{unknown[0]}`{near}; expected names of quadrille.outcomes()")
        codes = [lib.outcomes().index(name) for name in names]
        library, orders, error, stop = lib.library(), self.orders, lib.Error(), ctypes.c_int(0)
        out = np.empty((len(table), len(orders), worlds, len(names)))
        batch = lib.Batch(factors=len(factors), factor=(ctypes.c_char_p * len(factors))(*[name.encode() for name in factors]), points=len(table),
                          value=table.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), first=first, worlds=worlds, outcomes=len(names),
                          outcome=(ctypes.c_int * len(codes))(*codes), threads=threads, stop=ctypes.pointer(stop))
        status: list[int] = []

        def work() -> None:
            status.append(library.qd_simulate(self._handle, ctypes.byref(batch), out.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
                                              ctypes.byref(error)))

        if _wait_for(work, stop):
            raise KeyboardInterrupt
        lib.check(status[0], error)
        shown = {name: ("point", _named(name, table[:, k])) for k, name in enumerate(factors)}
        return xr.Dataset({name: (("point", "order", "world"), out[..., k]) for k, name in enumerate(names)},
                          coords={"point": np.arange(len(table)), "order": orders, "world": first + np.arange(worlds), **shown},
                          attrs={"config": self.config})


def _table(points: Any) -> tuple[list[str], np.ndarray]:
    """Factor names, and their values as an array (point, factor); NaN where a point leaves one alone."""
    if isinstance(points, Mapping) or hasattr(points, "columns"):
        names = [str(name) for name in (points.columns if hasattr(points, "columns") else points)]
        lengths = {len(points[name]) for name in names}
        if len(lengths) != 1:
            raise lib.InputError(f"found factors of {sorted(lengths)} values; expected as many for each")
        rows = [dict(zip(names, values)) for values in zip(*(list(points[name]) for name in names))]
    else:
        rows = [dict(point) for point in points]
        names = list(dict.fromkeys(name for row in rows for name in row))
    table = np.full((len(rows), len(names)), np.nan)
    for p, row in enumerate(rows):
        for f, name in enumerate(names):
            if name in row:
                table[p, f] = _number(name, row[name], p)
    return names, np.ascontiguousarray(table)


def _number(name: str, value: Any, point: int) -> float:
    if name == "doctrine" and isinstance(value, str):
        if value not in lib.doctrines():
            raise lib.InputError(f"point {point}: found the doctrine `{value}`; expected one of {', '.join(lib.doctrines())}")
        return float(lib.doctrines().index(value))
    words = {"all": 0.0, "leader": 1.0} if name == "doctrine.scope" else {}
    if isinstance(value, str):
        if value not in words:
            raise lib.InputError(f"point {point}: found the text {value!r} for `{name}`; expected a number")
        return words[value]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if number != number:  # inside the library NaN stands for a factor that is left alone
        raise lib.InputError(f"point {point}: found {value!r} for `{name}`; expected a number")
    return number


def _whole(name: str, value: Any, most: int = 2**64 - 1) -> int:
    """The value as an int of the library's, which would wrap around beyond its range."""
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number <= most:
        raise lib.InputError(f"found {name}={value!r}; expected a whole number from 0 to {most}")
    return number


def _pair(name: str, value: Any) -> tuple[int, int]:
    numbers = tuple(value) if isinstance(value, Iterable) else ()
    if len(numbers) != 2:
        raise lib.InputError(f"found {name}={value!r}; expected two whole numbers")
    return _whole(name, numbers[0]), _whole(name, numbers[1])


def _path(path: str | os.PathLike) -> bytes:
    """The bytes of a path, which the library reads up to the first NUL."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise lib.InputError(f"found {path!r}; expected a path without NUL")
    return name


def _named(name: str, values: np.ndarray) -> np.ndarray:
    if name != "doctrine":
        return values
    return np.array(["" if np.isnan(v) else lib.doctrines()[int(v)] for v in values])


def _wait_for(work: Callable[[], None], stop: ctypes.c_int) -> bool:
    """Does the work on a separate thread. Ctrl-C asks the work to stop, and waits for it. Returns whether Ctrl-C was pressed."""
    done, interrupted = threading.Event(), False

    def work_and_tell() -> None:
        try:
            work()
        finally:
            done.set()

    threading.Thread(target=work_and_tell).start()
    while not done.is_set():
        try:
            done.wait(0.2)
        except KeyboardInterrupt:
            stop.value, interrupted = 1, True
    return interrupted


def _print_progress(state: lib.Progress) -> None:
    eta = f", {state.eta:.0f} s left" if state.eta >= 0 else ""
    print(f"\r{state.done} of {state.total} worlds, {state.rate:.0f} a second{eta}   ", end="", file=sys.stderr, flush=True)


def _print_warnings(context: Any, warnings: Any) -> None:
    print(warnings.contents.text.decode("utf-8", "replace"), end="", file=sys.stderr)
