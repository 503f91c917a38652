"""What the scripts here need of a result file (see docs/result-file.md), read with h5py."""

import h5py
import numpy as np


def text(value):
    """A string of the file, whatever h5py makes of it."""
    return value.decode() if isinstance(value, bytes) else str(value)


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
        self.factors = {}
        for name, variable in self.h5.get("design", {}).items():
            values = variable[:]
            if values.dtype.kind == "i":  # codes, -1 where there is none
                values = np.where(values < 0, np.nan, values)
            self.factors[name] = values if values.dtype.kind == "f" else np.array([text(v) for v in values])

    def design_points(self):
        """Positions of the points of the design itself."""
        return [p for p in range(len(self.labels)) if not self.from_claim[p]]

    def point_name(self, point):
        """A label of its own, or what the design sets at the point."""
        label = self.labels[point]
        if not label.isdigit() or not self.factors:
            return label
        parts = []
        for name, values in self.factors.items():
            value = values[point]
            if isinstance(value, str):
                parts.append(value)
            elif not np.isnan(value):
                parts.append(f"{name.split('.')[-1]} {value:g}")
        return ", ".join(parts) or label

    def points(self, selector):
        """Positions of the points that a selector names: "" (all), a label, or "factor=value,factor=value"."""
        if not selector:
            return self.design_points()
        if selector in self.labels and "=" not in selector:
            return [self.labels.index(selector)]
        chosen = self.design_points()
        for part in selector.split(","):
            name, _, wanted = part.partition("=")
            matches = [f for f in self.factors if f == name or f.split(".")[-1] == name]
            if len(matches) != 1:
                raise KeyError(f"{self.path}: no point and no factor `{name}`")
            values = self.factors[matches[0]]
            chosen = [p for p in chosen if
                      (values[p] == wanted if isinstance(values[p], str) else abs(values[p] - float(wanted)) < 1e-9)]
        if not chosen:
            raise KeyError(f"{self.path}: no point `{selector}`")
        return chosen

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
