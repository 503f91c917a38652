"""The shared library: where it is, its structs, its functions, its errors."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
import pathlib
from ctypes import CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_double, c_int, c_size_t, c_uint32, c_uint64, c_void_p


class QuadrilleError(Exception):
    """A call of the library failed: memory, files, or a defect."""


class InputError(QuadrilleError, ValueError):
    """Wrong input; the message names the place, the value found and the expectation."""


class StoppedError(QuadrilleError):
    """A run was stopped early; finished worlds are kept, and `run(..., resume=True)` continues."""


class Error(Structure):
    """qd_error_t."""

    _fields_ = [("status", c_int), ("count", c_size_t), ("omitted", c_size_t), ("used", c_size_t), ("text", c_char * 16384)]


class Overrides(Structure):
    """qd_overrides_t."""

    _fields_ = [("has_seed", c_bool), ("has_worlds", c_bool), ("seed", c_uint64), ("worlds", c_uint64), ("sets", c_size_t),
                ("set", POINTER(c_char_p)), ("has_robustness", c_bool), ("robustness_points", c_uint64), ("robustness_worlds", c_uint64)]


class Progress(Structure):
    """qd_progress_t."""

    _fields_ = [("done", c_uint64), ("total", c_uint64), ("failed", c_uint64), ("seconds", c_double), ("rate", c_double), ("eta", c_double),
                ("settled", c_size_t), ("cells", c_size_t), ("precision", c_bool)]


PROGRESS = CFUNCTYPE(None, c_void_p, POINTER(Progress))
WARN = CFUNCTYPE(None, c_void_p, POINTER(Error))


class RunOptions(Structure):
    """qd_run_options_t."""

    _fields_ = [("output", c_char_p), ("threads", c_int), ("resume", c_bool), ("force", c_bool), ("shard", c_size_t), ("shards", c_size_t),
                ("stop", POINTER(c_int)), ("command_line", c_char_p), ("ranks", c_void_p), ("progress", PROGRESS), ("warn", WARN),
                ("context", c_void_p)]


class RunSummary(Structure):
    """qd_run_summary_t."""

    _fields_ = [("result_hash", c_char * 33), ("complete", c_bool), ("worlds", c_uint64), ("failures", c_uint64), ("seconds", c_double),
                ("played", c_uint64)]


class Batch(Structure):
    """qd_batch_t."""

    _fields_ = [("factors", c_size_t), ("factor", POINTER(c_char_p)), ("points", c_size_t), ("value", POINTER(c_double)),
                ("first", c_uint64), ("worlds", c_uint64), ("outcomes", c_size_t), ("outcome", POINTER(c_int)), ("threads", c_int),
                ("stop", POINTER(c_int))]


class Doctrine(Structure):
    """qd_doctrine_info_t."""

    _fields_ = [("name", c_char_p), ("meaning", c_char_p), ("value", c_double * 6)]


class Plugin(Structure):
    """qd_plugin_t; the package does not read its hooks."""

    _fields_ = [("abi", c_uint32), ("name", c_char_p), ("meaning", c_char_p), ("parameters", c_size_t), ("parameter", c_void_p),
                ("outcomes", c_size_t), ("outcome", c_void_p), ("memory", c_size_t), ("memory_per_state", c_size_t), ("order", c_void_p),
                ("crisis", c_void_p), ("worth", c_void_p), ("see", c_void_p), ("period", c_void_p), ("finish", c_void_p)]


#: C name of each struct, for the test that compares sizes and offsets with the headers.
STRUCTS = {"qd_error_t": Error, "qd_overrides_t": Overrides, "qd_progress_t": Progress, "qd_run_options_t": RunOptions, "qd_batch_t": Batch,
           "qd_doctrine_info_t": Doctrine, "qd_plugin_t": Plugin}

_FUNCTIONS = {
    "qd_version": (c_char_p, []),
    "qd_isa_select": (c_int, [c_int, POINTER(Error)]),
    "qd_experiment_load": (c_int, [c_char_p, POINTER(Overrides), POINTER(c_void_p), POINTER(Error)]),
    "qd_experiment_free": (None, [c_void_p]),
    "qd_experiment_points": (c_size_t, [c_void_p]),
    "qd_experiment_orders": (c_size_t, [c_void_p]),
    "qd_experiment_worlds": (c_uint64, [c_void_p]),
    "qd_experiment_point_label": (c_char_p, [c_void_p, c_size_t]),
    "qd_experiment_order_label": (c_char_p, [c_void_p, c_size_t]),
    "qd_experiment_name": (c_char_p, [c_void_p]),
    "qd_experiment_config": (c_char_p, [c_void_p]),
    "qd_run": (c_int, [c_void_p, POINTER(RunOptions), POINTER(RunSummary), POINTER(Error)]),
    "qd_simulate": (c_int, [c_void_p, POINTER(Batch), POINTER(c_double), POINTER(Error)]),
    "qd_plugin_load": (c_int, [c_char_p, POINTER(Error)]),
    "qd_plugin_in_use": (POINTER(Plugin), []),
    "qd_plugin_digest": (c_char_p, []),
    "qd_outcome_name": (c_char_p, [c_size_t]),
    "qd_outcome_find": (c_int, [c_char_p]),
    "qd_parameter_name": (c_char_p, [c_size_t]),
    "qd_parameter_find": (c_int, [c_char_p]),
}

OK, INPUT, STOPPED = 0, -1, -4


def _path() -> str:
    """Path of the library: $QUADRILLE_LIBRARY, a file or its folder, or the name for the system's loader."""
    asked = os.environ.get("QUADRILLE_LIBRARY")
    if asked:
        place = pathlib.Path(asked)
        return str(place / "libquadrille.so" if place.is_dir() else place)
    return ctypes.util.find_library("quadrille") or "libquadrille.so.0"


@functools.lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The library, loaded once, its functions typed, the fastest instruction set selected."""
    path = _path()
    try:
        loaded = ctypes.CDLL(path)
    except OSError as fault:
        raise QuadrilleError(f"{path}: {fault}; install libquadrille, or name its file in $QUADRILLE_LIBRARY") from fault
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    error = Error()
    check(loaded.qd_isa_select(-1, error), error)
    return loaded


def check(status: int, error: Error) -> None:
    """Raises the exception of a status, with all messages."""
    if status == OK:
        return
    text = error.text.decode("utf-8", "replace").rstrip("\n") or f"status {status}"
    if error.omitted:
        text += f"\nand {error.omitted} more"
    raise {INPUT: InputError, STOPPED: StoppedError}.get(status, QuadrilleError)(text)


def library_version() -> str:
    """Version of the library that is loaded, as "0.2.0"."""
    return library().qd_version().decode()


def load_plugin(path: str | os.PathLike) -> str:
    """Loads the plugin at `path` (docs/plugins.md) for the whole process, and returns its name.

    Its parameters and outcomes are then known to `parameters()`, `outcomes()` and every Experiment made afterwards. A process has
    at most one plugin; the same file again changes nothing. Raises InputError if the file is no plugin, or another plugin is in
    use.

    A plugin is code with the rights of this process. Reading the results of one needs none: `open` alone suffices.
    """
    error = Error()
    check(library().qd_plugin_load(os.fsencode(path), ctypes.byref(error)), error)
    outcomes.cache_clear()
    parameters.cache_clear()
    return library().qd_plugin_in_use().contents.name.decode()


@functools.lru_cache(maxsize=1)
def outcomes() -> list[str]:
    """Names of all outcomes, in the order of the registry."""
    return [library().qd_outcome_name(k).decode() for k in range(c_size_t.in_dll(library(), "qd_outcome_count").value)]


@functools.lru_cache(maxsize=1)
def parameters() -> list[str]:
    """Names of all parameters, in the order of the registry."""
    return [library().qd_parameter_name(k).decode() for k in range(c_size_t.in_dll(library(), "qd_parameter_count").value)]


@functools.lru_cache(maxsize=1)
def doctrines() -> list[str]:
    """Names of all doctrines, in the order of the registry: a numeric coordinate is a position in it."""
    count = c_size_t.in_dll(library(), "qd_doctrine_count").value
    return [row.name.decode() for row in (Doctrine * count).in_dll(library(), "qd_doctrine_table")]
