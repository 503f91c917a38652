"""Access to result files for these scripts: the Python package's Result, with arrays and rows in place of xarray and pandas."""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import quadrille  # noqa: E402


def text(value):
    """A string of the file, from any type of h5py."""
    return value.decode() if isinstance(value, bytes) else str(value)


class ResultFile(quadrille.Result):
    """One result file, with its points and orders by name."""

    @property
    def title(self):
        return self.attrs["title"]

    def some_orders(self, selector):
        """Positions of all orders, or of the one named."""
        return list(range(len(self.orders))) if selector in ("", "all") else [self.orders.index(selector)]

    def numbers(self, outcome, kind="mean"):
        """Array (point, order) of mean, mcse, count, ... of an outcome."""
        return self.h5[f"summary/{outcome}/{kind}"][:]

    def attribute(self, path, name, default=""):
        return text(self.h5[path].attrs.get(name, default))

    def table(self, name):
        """Rows of /claims, /contrasts or /sensitivity as dictionaries."""
        return [{key: float(value) if isinstance(value, (int, float, np.number)) else value for key, value in row.items()}
                for row in self._table(name).to_dict("records")]
