"""A histogram in eight characters, for a column of a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.plot.bins import FEW, heavy, quantile
from losscli.plot.rug import SHADES

Array = NDArray[np.float64]
CELLS = 8


def spark(values: Array, rows: Array, *, plain: bool = False) -> str:
    """Return small bars: how many rows there are from the least of `values`, in order, to the largest.

    Steps are even, or those of a logarithm where the tail is heavy, with all zeros in the first bar. Infinities are
    left out.
    """
    finite = np.isfinite(values)
    x, mass = values[finite], rows[finite]
    if not len(x):
        return ""
    above = x > 0
    if (x >= 0).all() and above.any() and heavy(x[above], mass[above]):
        x, mass, first = x[above], mass[above], float(mass[~above].sum())
        low, high = np.log(quantile(x, mass, FEW)), np.log(x[-1])
        places, spare = np.log(x), int(first > 0)
    else:
        low, high = float(x[0]), float(x[-1])
        places, spare, first = x, 0, 0.0
    cells = CELLS - spare
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        at = np.nan_to_num((places - low) / (high - low) * cells)
    counts = np.bincount(np.clip(at, 0, cells - 1).astype(np.int64), mass, cells)
    bars = np.concatenate([[first], counts]) if spare else counts
    shades = SHADES["ascii" if plain else ""]
    levels = np.ceil(bars / bars.max() * len(shades)).astype(int).tolist()
    return "".join(shades[level - 1] if level else " " for level in levels).rstrip()
