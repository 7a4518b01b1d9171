"""A histogram in eight characters, for a column of a table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.plot.bins import FEW, heavy, quantile
from losscli.plot.rug import SHADES

Array = NDArray[np.float64]
CELLS = 8


class Steps(NamedTuple):
    """Where the bars of a histogram are: the same for all that are to be compared."""

    low: float
    high: float
    logs: bool = False
    """Whether steps are those of a logarithm."""
    zeros: bool = False
    """Whether the first bar is that of all zeros."""


def steps(values: Array, rows: Array) -> Steps | None:
    """Return even steps from the least of `values`, in order, to the largest; of a heavy tail, those of a logarithm.

    None if there is none; infinities are left out.
    """
    finite = np.isfinite(values)
    x, mass = values[finite], rows[finite]
    if not len(x):
        return None
    above = x > 0
    if (x >= 0).all() and above.any() and heavy(x[above], mass[above]):
        zeros = bool(mass[~above].sum() > 0)
        x, mass = x[above], mass[above]
        return Steps(float(np.log(quantile(x, mass, FEW))), float(np.log(x[-1])), True, zeros)
    return Steps(float(x[0]), float(x[-1]))


def spark(values: Array, rows: Array, over: Steps | None, *, plain: bool = False) -> str:
    """Return small bars: how many rows of `values`, which are in order, lie in each step."""
    finite = np.isfinite(values)
    x, mass = values[finite], rows[finite]
    if over is None or not len(x):
        return ""
    low, high, logs, zeros = over
    above = x > 0 if logs else np.full(len(x), fill_value=True)
    first = float(mass[~above].sum())
    places = np.log(x[above]) if logs else x
    cells = CELLS - zeros
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        at = np.nan_to_num((places - low) / (high - low) * cells)
    counts = np.bincount(np.clip(at, 0, cells - 1).astype(np.int64), mass[above], cells)
    bars = np.concatenate([[first], counts]) if zeros else counts
    shades = SHADES["ascii" if plain else ""]
    levels = np.ceil(bars / bars.max() * len(shades)).astype(int).tolist()
    return "".join(shades[level - 1] if level else " " for level in levels).rstrip()
