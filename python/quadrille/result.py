"""Result files, as xarray and pandas objects. docs/result-file.md describes the layout."""

from __future__ import annotations

import functools
import os
import re
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from ._library import InputError


def open(path: str | os.PathLike) -> Result:
    """Opens a result file for reading. Raises InputError for a file of another kind."""
    return Result(path)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _array(variable: h5py.Dataset) -> np.ndarray:
    return np.asarray(variable.asstr()[()]).astype(str) if h5py.check_string_dtype(variable.dtype) else variable[()]


def _meanings(name: str, variable: h5py.Dataset) -> dict[int, str]:
    """The words of a factor that is a flag, by its values; none of a number."""
    if "flag_meanings" in variable.attrs:
        values = np.ravel(variable.attrs["flag_values"])
        return dict(zip((int(v) for v in values), _text(variable.attrs["flag_meanings"]).split()))
    if _text(variable.attrs.get("units", "")) != "flag":
        return {}
    return {0: "all", 1: "leader"} if name == "doctrine.scope" else {0: "false", 1: "true"}


def _shortest(value: float) -> str:
    """A number in the fewest of 15 to 17 digits that read back to it."""
    return next((t for t in (f"{value:.{d}g}" for d in (15, 16)) if float(t) == value), f"{value:.17g}")


def _is_value(value: Any, wanted: str) -> bool:
    if isinstance(value, str):
        return value == wanted
    try:
        return abs(value - float(wanted)) <= 1e-9 * max(1, abs(value), abs(float(wanted)))
    except ValueError:
        return False


class Worlds:
    """Values of single worlds: an xarray Dataset over (point, order, world), read when asked for.

    `worlds["survival"]` reads one outcome; `dataset` has all; `to_pandas()` gives one row a world.
    """

    def __init__(self, result: Result):
        self._result = result
        self.outcomes = [name for name, v in result.h5.get("worlds", {}).items() if v.ndim == 3]

    def __getitem__(self, outcome: str) -> xr.DataArray:
        if outcome not in self.outcomes:
            raise KeyError(f"{outcome}: found {', '.join(self.outcomes) or 'no rows of worlds'}")
        return self._result.variable(f"worlds/{outcome}", ("point", "order", "world"))

    def __iter__(self):
        return iter(self.outcomes)

    @property
    def dataset(self) -> xr.Dataset:
        """All outcomes. Reads all rows of the file."""
        return xr.Dataset({name: self[name] for name in self.outcomes})

    def to_pandas(self, outcomes: list[str] | None = None) -> pd.DataFrame:
        """One row a world that was played, indexed by point, order and world."""
        frame = xr.Dataset({name: self[name] for name in outcomes or self.outcomes}).to_dataframe()
        return frame[list(outcomes or self.outcomes)].dropna(how="all")


class Result:
    """One result file. Close it with `close()` or use it in a `with` block."""

    def __init__(self, path: str | os.PathLike):
        self.file = os.fspath(path)
        try:
            self.h5 = h5py.File(self.file, "r")
        except OSError as fault:
            raise InputError(f"{self.file}: {fault}") from fault
        if "quadrille_format" not in self.h5.attrs:
            self.h5.close()
            raise InputError(f"{self.file}: HDF5, but not a result of quadrille")
        self.attrs = {name: value if isinstance(value, str) else _text(value) if isinstance(value, bytes) else
                      value.item() if isinstance(value, (np.generic, np.ndarray)) and np.size(value) == 1 else value
                      for name, value in self.h5.attrs.items() if not name.startswith("_")}
        self.orders = [_text(o) for o in self.h5["order"][()]]
        self.points = [_text(p) for p in self.h5["point_label"][()]]
        marked = self.h5.get("point_from_claim")
        self.from_claim = marked[()].astype(bool) if marked is not None else np.zeros(len(self.points), dtype=bool)

    def __enter__(self) -> Result:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; values already read stay."""
        self.h5.close()

    def __repr__(self) -> str:
        state = "" if self.complete else ", incomplete"
        return f"<quadrille.Result {self.attrs.get('title')!r}: {len(self.points)} points, orders {', '.join(self.orders)}{state}>"

    @property
    def complete(self) -> bool:
        """Whether every world of the experiment is in the file."""
        return bool(self.attrs["complete"])

    @property
    def result_hash(self) -> str:
        """Hash of the worlds' values: the same for any number of threads, shards and resumes and any instruction set."""
        return self.attrs["result_hash"]

    @property
    def plugin(self) -> str | None:
        """Name of the plugin by which the worlds were played, or None."""
        stated = re.search(r"^plugin: \{name: (\w+)", _text(self.attrs["config"]), re.M)
        return stated[1] if stated else None

    @property
    def design(self) -> pd.DataFrame:
        """One row per design point with its values; empty if a claim's own point does not set a factor."""
        columns = {name: _array(variable) for name, variable in self.h5.get("design", {}).items() if variable.ndim == 1}
        return pd.DataFrame(columns, index=pd.Index(self.points, name="point"))

    # ---- names of points ----

    @functools.cached_property
    def factors(self) -> dict[str, np.ndarray]:
        """Values of each factor at each point: numbers, NaN where a point leaves it alone, or words, then ""."""
        found = {}
        for name, variable in self.h5.get("design", {}).items():
            if variable.ndim != 1 or h5py.h5ds.is_scale(variable.id):
                continue
            values, words = _array(variable), _meanings(name, variable)
            if values.dtype.kind == "i":  # codes, -1 where there is none
                values = np.where(values < 0, np.nan, values)
            if words:
                values = np.array(["" if np.isnan(v) else words[int(v)] for v in values])
            found[name] = values
        return found

    def design_points(self) -> list[int]:
        """Positions of the points of the design itself, without those that were added for claims."""
        return [int(p) for p in np.flatnonzero(~self.from_claim)]

    def _short_name(self, factor: str) -> str:
        """The last part of a factor's name, where no other factor has the same."""
        last = factor.split(".")[-1]
        return last if sum(f.split(".")[-1] == last for f in self.factors) == 1 else factor

    def point_values(self, point: int) -> str:
        """The values of the design at the point at that position, in the words of `quadrille show`: "rumsfeld, target 0.1"."""
        parts = []
        for name, values in self.factors.items():
            value = values[point]
            if isinstance(value, str):
                if value:
                    parts.append(value if name == "doctrine" else f"{self._short_name(name)} {value}")
            elif not np.isnan(value):
                parts.append(f"{self._short_name(name)} {_shortest(value)}")
        return ", ".join(parts)

    @functools.cached_property
    def _alike(self) -> set[str]:
        """The values of the design at several points."""
        names = [self.point_values(p) for p, label in enumerate(self.points) if label.isdigit()]
        return {name for name in names if names.count(name) > 1} if len(names) <= 10000 else set()

    def point_name(self, point: int) -> str:
        """The name under which `quadrille show` shows the point at that position: its own label, or the values that the design
        sets there; both if the values are not unique."""
        label, values = self.points[point], self.point_values(point)
        if not label.isdigit() or not values:
            return label
        return f"{label} ({values})" if values in self._alike else values

    def find_points(self, selector: str) -> list[int]:
        """Positions of the points that a text names: "" (all of the design), a label, a name as it is shown, a position, or
        "factor=value,factor=value". Raises KeyError if no point has the name."""
        if not selector:
            return self.design_points()
        if selector in self.points:
            return [self.points.index(selector)]
        shown = [p for p in range(len(self.points)) if selector in (self.point_values(p), self.point_name(p))]
        if shown:
            return shown
        if selector.isdigit() and int(selector) < len(self.points):
            return [int(selector)]
        chosen = self.design_points()
        for part in selector.split(","):
            name, _, wanted = part.strip().partition("=")
            matches = [f for f in self.factors if f == name or f.split(".")[-1] == name]
            if len(matches) != 1:
                raise KeyError(f"{self.file}: no point and no factor `{name}`")
            chosen = [p for p in chosen if _is_value(self.factors[matches[0]][p], wanted)]
        if not chosen:
            raise KeyError(f"{self.file}: no point `{selector}`")
        return chosen

    # ---- variables ----

    def _coordinates(self, dimensions: tuple[str, ...]) -> dict[str, Any]:
        known = {"point": self.points, "order": self.orders}
        for name in dimensions:
            if name not in known and name in self.h5:
                known[name] = _array(self.h5[name])
        return {name: known[name] for name in dimensions if name in known}

    def variable(self, path: str, dimensions: tuple[str, ...]) -> xr.DataArray:
        """A variable of the file, by its path, with coordinates that select."""
        variable = self.h5[path]
        attrs = {name: _text(variable.attrs[name]) for name in ("units", "long_name") if name in variable.attrs}
        return xr.DataArray(_array(variable), self._coordinates(dimensions), dimensions, path.split("/")[-1], attrs)

    @property
    def worlds(self) -> Worlds:
        """Values of single worlds."""
        return Worlds(self)

    @property
    def outcomes(self) -> list[str]:
        """Outcomes that have a summary."""
        return list(self.h5["summary"])

    def summary(self, outcome: str) -> xr.Dataset:
        """count, mean, sd, mcse, min, max over (point, order), and quantiles."""
        group = f"summary/{outcome}"
        known = {2: ("point", "order"), 3: ("point", "order", "quantile")}
        return xr.Dataset({name: self.variable(f"{group}/{name}", known[v.ndim]) for name, v in self.h5[group].items()
                           if name != "histogram" and v.ndim in known})

    def path(self, series: str) -> xr.Dataset:
        """mean and quantiles of a series over (point, order, period)."""
        return xr.Dataset({name: self.variable(f"paths/{series}/{name}", ("point", "order", "period")) for name in self.h5[f"paths/{series}"]
                           if self.h5[f"paths/{series}/{name}"].ndim == 3})

    @property
    def survival(self) -> xr.Dataset:
        """Kaplan-Meier curves: estimate, low, high, at_risk over (point, order, period)."""
        return xr.Dataset({name: self.variable(f"survival/{name}", ("point", "order", "period")) for name, v in self.h5["survival"].items() if v.ndim == 3})

    def _table(self, group: str) -> pd.DataFrame:
        columns = {name: v for name, v in self.h5.get(group, {}).items() if isinstance(v, h5py.Dataset) and v.ndim == 1}
        return pd.DataFrame({name: _array(v) for name, v in columns.items() if not h5py.h5ds.is_scale(v.id)})

    @property
    def claims(self) -> pd.DataFrame:
        """Verdicts on the claims, one row each."""
        table = self._table("claims")
        return table.set_index("id") if "id" in table else table

    def claims_by(self, what: str) -> xr.Dataset:
        """The claims in each order ("by_order"), under each ablation ("ablation"), or against each baseline ("baseline"):
        verdict, estimate, low, high, p, p_holm and worlds over (claim, order) and so on. Empty where the file has none."""
        group = self.h5.get(f"claims/{what}", {})
        other = "order" if what == "by_order" else what
        names = {"claim": [_text(c) for c in self.h5["claims/id"][()]], other: self.orders if other == "order" else
                 [_text(n) for n in group[other][()]]} if group else {}
        return xr.Dataset({name: (("claim", other), _array(v)) for name, v in group.items() if v.ndim == 2}, names)

    @property
    def contrasts(self) -> pd.DataFrame:
        """Paired contrasts between design points and orders."""
        return self._table("contrasts")

    @property
    def sensitivity(self) -> pd.DataFrame:
        """Sensitivity indices, one row an outcome, order and factor."""
        return self._table("sensitivity")

    @property
    def failures(self) -> pd.DataFrame:
        """Worlds that failed and were set aside."""
        return self._table("failures")

    # ---- plots ----

    def plot_survival(self, point: str | None = None, ax: Any = None) -> Any:
        """Kaplan-Meier curves with their bands, one for each order. Returns the axes."""
        curves = self.survival.sel(point=point if point is not None else self.points[0])
        return self._plot(curves, "estimate", "low", "high", "share surviving", ax, step=True)

    def plot_path(self, series: str, point: str | None = None, ax: Any = None) -> Any:
        """Mean of a series by period with its 5 % to 95 % quantiles, one line for each order. Returns the axes."""
        curves = self.path(series).sel(point=point if point is not None else self.points[0])
        return self._plot(curves, "mean", "q05", "q95", series, ax, step=False)

    def _plot(self, curves: xr.Dataset, middle: str, low: str, high: str, label: str, ax: Any, step: bool) -> Any:
        import matplotlib.pyplot as plt

        ax = ax or plt.gca()
        for order in self.orders:
            own = curves.sel(order=order)
            line, = ax.plot(own.period, own[middle], label=order, drawstyle="steps-post" if step else "default")
            ax.fill_between(own.period, own[low], own[high], alpha=0.15, color=line.get_color(), step="post" if step else None, linewidth=0)
        ax.set_xlabel("period")
        ax.set_ylabel(label)
        ax.legend()
        return ax
