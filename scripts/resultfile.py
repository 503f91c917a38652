"""What the scripts here need of a result file (see docs/result-file.md), read with h5py."""

import h5py
import numpy as np


def text(value):
    """A string of the file, whatever h5py makes of it."""
    return value.decode() if isinstance(value, bytes) else str(value)


def shortest(value):
    """A number in the fewest of 15 to 17 digits that read back to it."""
    return next((t for t in (f"{value:.{d}g}" for d in (15, 16)) if float(t) == value), f"{value:.17g}")


def meanings(name, variable):
    """The words of a factor that is a flag, by its values; none of a number."""
    if "flag_meanings" in variable.attrs:
        values = np.ravel(variable.attrs["flag_values"])
        return dict(zip((int(v) for v in values), text(variable.attrs["flag_meanings"]).split()))
    if text(variable.attrs.get("units", "")) != "flag":
        return {}
    return {0: "all", 1: "leader"} if name == "doctrine.scope" else {0: "false", 1: "true"}


class ResultFile:
    """One result file, with its points and orders by name."""

    def __init__(self, path):
        self.path = str(path)
        self.h5 = h5py.File(path, "r")
        if "quadrille_format" not in self.h5.attrs:
            raise ValueError(f"{path} is not a result file of quadrille")
        self.title = text(self.h5.attrs["title"])
        self.complete = bool(np.ravel(self.h5.attrs["complete"])[0])
        self.orders = [text(o) for o in self.h5["order"][:]]
        self.labels = [text(p) for p in self.h5["point_label"][:]]
        self.from_claim = self.h5["point_from_claim"][:].astype(bool)
        self.alike = None  # coordinates that several points have, once they were looked for
        self.factors = {}
        for name, variable in self.h5.get("design", {}).items():
            values, words = variable[:], meanings(name, variable)
            if values.dtype.kind == "i":  # codes, -1 where there is none
                values = np.where(values < 0, np.nan, values)
            if words:
                values = np.array(["" if np.isnan(v) else words[int(v)] for v in values])
            self.factors[name] = values if values.dtype.kind == "f" else np.array([text(v) for v in values])

    def design_points(self):
        """Positions of the points of the design itself."""
        return [p for p in range(len(self.labels)) if not self.from_claim[p]]

    def short_name(self, factor):
        """The last part of a factor's name, where no other factor has the same."""
        last = factor.split(".")[-1]
        return last if sum(f.split(".")[-1] == last for f in self.factors) == 1 else factor

    def coordinates(self, point):
        """What the design sets at the point, as `quadrille show` says it: "rumsfeld, target 0.1"."""
        parts = []
        for name, values in self.factors.items():
            value = values[point]
            if isinstance(value, str):
                if value:
                    parts.append(value if name == "doctrine" else f"{self.short_name(name)} {value}")
            elif not np.isnan(value):
                parts.append(f"{self.short_name(name)} {shortest(value)}")
        return ", ".join(parts)

    def point_name(self, point):
        """The name under which `quadrille show` shows the point: a label of its own, or what the design sets there; both where
        that does not tell it from the others."""
        label, values = self.labels[point], self.coordinates(point)
        if not label.isdigit() or not values:
            return label
        if self.alike is None:
            names = [self.coordinates(p) for p, other in enumerate(self.labels) if other.isdigit()]
            self.alike = {name for name in names if names.count(name) > 1} if len(names) <= 10000 else set()
        return f"{label} ({values})" if values in self.alike else values

    def points(self, selector):
        """Positions of the points that a selector names: "" (all), a label, a name as it is shown, or
        "factor=value,factor=value"."""
        if not selector:
            return self.design_points()
        if selector in self.labels:
            return [self.labels.index(selector)]
        shown = [p for p in range(len(self.labels)) if selector in (self.coordinates(p), self.point_name(p))]
        if shown:
            return shown
        if selector.isdigit() and int(selector) < len(self.labels):
            return [int(selector)]
        chosen = self.design_points()
        for part in selector.split(","):
            name, _, wanted = part.strip().partition("=")
            matches = [f for f in self.factors if f == name or f.split(".")[-1] == name]
            if len(matches) != 1:
                raise KeyError(f"{self.path}: no point and no factor `{name}`")
            values = self.factors[matches[0]]
            chosen = [p for p in chosen if self.is_value(values[p], wanted)]
        if not chosen:
            raise KeyError(f"{self.path}: no point `{selector}`")
        return chosen

    @staticmethod
    def is_value(value, wanted):
        if isinstance(value, str):
            return value == wanted
        try:
            return abs(value - float(wanted)) <= 1e-9 * max(1, abs(value), abs(float(wanted)))
        except ValueError:
            return False

    def some_orders(self, selector):
        """Positions of all orders, or of the one named."""
        return list(range(len(self.orders))) if selector in ("", "all") else [self.orders.index(selector)]

    def outcomes(self):
        return list(self.h5["summary"])

    def summary(self, outcome, kind="mean"):
        """Array (point, order) of mean, mcse, count, ..."""
        return self.h5[f"summary/{outcome}/{kind}"][:]

    def attribute(self, path, name, default=""):
        value = self.h5[path].attrs.get(name, default)
        return text(value)

    def table(self, name):
        """Rows of /claims, /contrasts or /sensitivity as dictionaries."""
        if name not in self.h5:
            return []
        group = self.h5[name]
        columns = {key: group[key][:] for key in group if getattr(group[key], "ndim", 0) == 1}
        count = min((len(c) for c in columns.values()), default=0)
        return [{key: (float(c[i]) if c.dtype.kind in "fiu" else text(c[i])) for key, c in columns.items()}
                for i in range(count)]
