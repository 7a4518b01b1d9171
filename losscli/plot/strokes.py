"""Curves as the lines and points of an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.plot.figure import Array, Curve
from losscli.plot.ticks import Axis
from losscli.plot.trace import Columns, beyond, columns, find_jumps, nearness, rows, values

Drawn = Any
"""Matplotlib's own annotations leave its keyword arguments unknown, which a strict checker cannot use."""
FINE = 1600
"""Places along a curve: more than pixels."""


def polyline(curve: Curve, across: Axis, up: Axis) -> tuple[Array, Array]:
    """Return the points of a curve; NaN parts the sides of a jump, infinities lie far outside."""
    across, up = across._replace(cells=FINE), up._replace(cells=FINE // 2)
    row = rows(curve, up)
    x = columns(across)
    jumps = np.array([*curve.breaks, *find_jumps(row, x, Columns(*map(row, x)), beyond(up))])
    sides = [jumps - 2 * nearness(x), jumps + 2 * nearness(x)]
    places = np.unique(np.concatenate([x.left, x.right, np.array(curve.marks), jumps, *sides]))
    places = places[(across.low <= places) & (places <= across.high)]
    y = values(curve, places)
    y[np.isin(places, jumps)] = np.nan
    span = up.high - up.low
    return places, np.clip(y, up.low - 9 * span, up.high + 9 * span)


def together(one: Curve, other: Curve, across: Axis, up: Axis) -> bool:
    """Say whether two curves run together for a tenth of the picture."""
    x = columns(across).centre
    with np.errstate(all="ignore"):
        apart = np.abs(values(one, x) - values(other, x))
    return bool(np.mean(apart < 0.004 * (up.high - up.low)) > 0.1)


def points(curve: Curve, axes: Drawn, ink: str, paper: str) -> None:
    """Draw the marks; at a jump a full point where the value is and an empty one where it is not."""
    x = np.array(curve.marks)
    if len(x):
        axes.plot(x, values(curve, x), "o", color=ink, markersize=4.5, markeredgecolor=paper, zorder=4)
    low, high = axes.get_xlim()
    for at in curve.breaks:
        near = 1e-9 * (high - low)
        before, value, after = values(curve, np.array([at - near, at, at + near])).tolist()
        jump = abs(after - before)
        if not (low < at < high and np.isfinite(jump) and jump):
            continue
        for y in (before, after):
            if abs(y - value) > 1e-6 * jump:
                axes.plot(at, y, "o", color=paper, markersize=4.5, markeredgecolor=ink, zorder=4)
        axes.plot(at, value, "o", color=ink, markersize=4.5, zorder=4)
