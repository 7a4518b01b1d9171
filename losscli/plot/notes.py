"""What is worth a mark or a remark on a curve: the least value, a crossing, whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, log

import numpy as np

from losscli.loss import Loss
from losscli.plot.figure import Curve, Note


def least(loss: Loss, curves: Sequence[Curve], low: float, high: float) -> tuple[Note, ...]:
    """Return a note on the least value, where it is that of a perfect prediction in the middle of the axis."""
    if len(curves) != 1 or not loss.traits().symmetric or not low < 0 < high:
        return ()
    y = float(curves[0].at(np.zeros(1))[0])
    return (Note(0.0, y, f"min L(0) = {y:.4g}"),)


def crossing(curves: Sequence[Curve], low: float, high: float) -> tuple[Note, ...]:
    """Return a note on the point where two curves cross, if they cross once."""
    if len(curves) != 2 or not all(" = " in curve.label for curve in curves):
        return ()  # where curves of two labels cross, the loss does not tell them apart
    x = np.linspace(low, high, 1001)
    with np.errstate(all="ignore"):
        gap = curves[0].at(x) - curves[1].at(x)
    turns = np.flatnonzero(np.sign(gap[:-1]) * np.sign(gap[1:]) <= 0)
    turns = [at for at in turns if np.isfinite(gap[at]) and np.isfinite(gap[at + 1])]
    if not turns:
        return ()
    left, right = float(x[turns[0]]), float(x[turns[-1] + 1])
    if right - left > 3 * (high - low) / 1000:
        return ()

    def ahead(point: float) -> float:
        here = np.array([point])
        return float(np.sign(curves[0].at(here)[0] - curves[1].at(here)[0]))

    start = ahead(left)
    middle = (left + right) / 2
    for _ in range(60):
        middle = (left + right) / 2
        side = ahead(middle)
        if not side:
            break
        left, right = (middle, right) if side == start else (left, middle)
    middle = round(middle, 12)
    y, other = (float(curve.at(np.array([middle]))[0]) for curve in curves)
    if not isfinite(y) or abs(y - other) > 1e-6 * max(abs(y), abs(other)):
        return ()  # a jump of one past the other is no crossing
    shown = "ln 2" if abs(y - log(2)) < 1e-9 else f"{y:.4g}"
    return (Note(middle, y, f"cross at ({middle:.4g}, {shown})"),)


def whole(low: float, high: float) -> tuple[float, ...]:
    """Return the whole numbers of a range, as sample points for the eye, where they are few."""
    points = tuple(float(x) for x in range(ceil(low), floor(high) + 1)) if high - low < 10 else ()
    return points if len(points) > 2 else ()


def marked(curve: Curve, notes: Sequence[Note], points: Sequence[float]) -> Curve:
    """Return the curve with marks at those points, and at those remarks that are about it."""
    with np.errstate(all="ignore"):
        on = [note.x for note in notes if abs(curve.at(np.array([note.x]))[0] - note.y) < 1e-9]
    return curve._replace(marks=tuple(sorted({*curve.marks, *on, *points})))
