"""How high a frame must be to show its curves."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from losscli.plot.figure import Curve, Figure
from losscli.plot.ticks import Upright, upright
from losscli.plot.trace import values

SAMPLES = 241


def vertical(figure: Figure, rows: int) -> dict[int, Upright]:
    """Return the vertical axes a figure can have, by their number of rows."""
    if figure.y_range is not None and not (figure.decades and few(*figure.y_range)):
        return upright(*figure.y_range, rows, exact=True, decades=figure.decades)
    ranges = [found for curve in figure.curves if (found := extent(curve, figure))]
    low = min((low for low, _ in ranges), default=0.0)
    high = max((high for _, high in ranges), default=1.0)
    if figure.decades:
        low, high = figure.y_range or (low, high)
        if few(low, high):
            low, high = floor(low), floor(low) + max(1, ceil(high - floor(low)))
        return upright(low, high, rows, decades=True)
    if 0 < low < 0.3 * high:
        low = 0.0
    if 0.3 * low < high < 0:
        high = 0.0
    return upright(low, high, rows)


def extent(curve: Curve, figure: Figure) -> tuple[float, float] | None:
    """Return the lowest and the highest value, without the rare ones that would flatten all others."""
    across = figure.x_range
    x = np.concatenate([np.linspace(*across, SAMPLES), [at for at in curve.marks if within(at, across)]])
    y = values(curve, x)
    y = y[np.isfinite(y)]
    if not y.size:
        return None
    few, most = np.quantile(y, (0.05, 0.95))
    slack = (most - few) / 2 or np.inf
    least, low = float(y.min()), float(max(y.min(), few - slack))
    if figure.decades and low > least:
        low = float(round(low))  # somewhere on the way down
    return low, float(min(y.max(), most + slack))


def few(low: float, high: float) -> bool:
    """Say whether a range of logarithms has less than two powers of 10 in it."""
    return floor(high) - ceil(low) < 1


def within(at: float, x_range: tuple[float, float]) -> bool:
    """Say whether a place lies on the horizontal axis."""
    return min(x_range) <= at <= max(x_range)
