"""Where rows of data lie, in characters under the axis: one line of marks, the darker the more rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

import numpy as np

from losscli.plot.figure import Figure, Strip
from losscli.plot.ink import INKS, Line
from losscli.plot.style import Style
from losscli.plot.ticks import Axis

SHADES = {"ascii": ".:+#", "": "▁▂▃▄▅▆▇█"}
OUTER = 0.01
"""Of the rows, those on either side that no range is widened for."""


def rugs(figure: Figure, across: Axis, margin: int, style: Style) -> list[Line]:
    """Return a line for each strip, with its name in the margin; where rows lie beyond the axis, an arrow."""
    counts = [strip.counts(across.low, across.high, across.cells + 1) for strip in figure.strips]
    most = max((float(each[1:-1].max()) for each in counts), default=0.0) or 1.0
    shades = SHADES.get(style.name, SHADES[""])
    lines: list[Line] = []
    for strip, rows in zip(figure.strips, counts, strict=True):
        dark = np.ceil(rows / most * len(shades)).astype(int)
        inside = "".join(" " if not level else shades[level - 1] for level in dark[1:-1].tolist())
        name = shortened(strip.label or "rows", margin - 1)
        text = f"{name:>{margin - 1}}{'<' if rows[0] else ' '}{inside}{'>' if rows[-1] else ''}"
        ink = " " if strip.curve is None else INKS[strip.curve % len(INKS)]
        lines.append(Line(text, ink * len(text)))
    return lines


def shortened(label: str, room: int) -> str:
    """Return the name of a curve without what is said of it: `y = 1` of `y = 1: similar`."""
    name = label.partition(":")[0]
    return (name if len(name) <= room else name.replace(" ", ""))[:room]


def widened(strips: Sequence[Strip], low: float, high: float) -> tuple[float, float]:
    """Return the range of an axis, wider if most rows lie outside of it: to round ends, with few rows beyond."""
    x = np.concatenate([strip.x for strip in strips])
    rows = np.concatenate([strip.rows for strip in strips])
    rows, x = rows[np.isfinite(x)], x[np.isfinite(x)]
    if not len(x) or rows[(low <= x) & (x <= high)].sum() * 2 >= rows.sum():
        return low, high
    order = np.argsort(x)
    below = np.cumsum(rows[order])
    ends = np.searchsorted(below, [OUTER * below[-1], (1 - OUTER) * below[-1]])
    first, last = (float(x[order[min(int(end), len(x) - 1)]]) for end in ends)
    if low == -high:
        high = rounded(max(abs(first), abs(last), high))
        return -high, high
    return (low if first >= low else -rounded(-first) if first < 0 else 0.0), rounded(max(last, high))


def rounded(x: float) -> float:
    """Return a positive number, rounded up to 1, 2, 3 or 5 times a power of 10."""
    power = 10.0 ** floor(log10(x))
    lead = next(digit for digit in (1, 2, 3, 5, 10) if digit >= x / power * (1 - 1e-9))
    return float(f"{lead * power:.3g}")


def beyond(strips: Sequence[Strip], low: float, high: float) -> list[tuple[int, str]]:
    """Return how many rows lie on either side of an axis, and of which end."""
    left = sum(float(strip.rows[strip.x < low].sum()) for strip in strips)
    right = sum(float(strip.rows[strip.x > high].sum()) for strip in strips)
    sides = (left, f"left of {low:g}"), (right, f"right of {high:g}")
    return [(round(count), side) for count, side in sides if count]
