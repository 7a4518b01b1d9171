"""The figure of some losses: which curves, over which axis, with which marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, inf, isfinite, log
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from losscli.errors import UsageError
from losscli.formula import typeset
from losscli.loss import Array, Axis, Loss, Section
from losscli.plot.figure import Curve, Figure, Note

Show = Literal["loss", "grad"]


def heads(loss: Loss) -> tuple[str, str]:
    """Return what formulas call the loss and its derivative: `L(z, y)`, `dL/dz_k`."""
    variable = loss.symbols.split(", ")[0]
    of_each = any(word in loss.slope_formula for word in ("[k]", "range(k"))
    entry = "_ij" if f"{variable}[i][j]" in loss.slope_formula else "_k" if of_each else ""
    return f"L({loss.symbols})", f"dL/d{variable}{entry}"


def formula_line(loss: Loss, show: Show = "loss") -> str:
    """Return the formula of a loss or of its derivative in one line."""
    at = 0 if show == "loss" else 1
    cases = typeset((loss.formula, loss.slope_formula)[at], loss.idle())
    return f"{heads(loss)[at]} = {', '.join(' '.join(case.split()) for case in cases)}"


def figure(
    losses: Sequence[Loss],
    show: Show = "loss",
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """Return the picture of `losses`, which must share an axis. Raises `UsageError` if they do not."""
    axes = [axis_of(loss) for loss in losses]
    if len({axis.symbol for axis in axes}) > 1:
        raise UsageError(
            "these losses have different axes: draw them one at a time",
            [f"{loss}: {axis.label}" for loss, axis in zip(losses, axes, strict=True)],
            [f"losscli plot {loss}" for loss in losses],
        )
    low, high = x_range or (min(axis.low for axis in axes), max(axis.high for axis in axes))
    curves = tuple(
        _curve(loss, section, show, alone=len(losses) == 1, low=low, high=high)
        for loss in losses
        for section in loss.sections()
    )
    notes: tuple[Note, ...] = ()
    if len(losses) == 1:
        if not title:
            title = f"{losses[0]}   {formula_line(losses[0], show)}"
        if show == "loss":
            notes = _least(losses[0], curves, low, high) or _crossing(curves, low, high)
            points = _whole(low, high) if len(curves) == 1 and not curves[0].marks else ()
            curves = tuple(_marked(curve, notes, points) for curve in curves)
    y_label = "loss" if show == "loss" else "grad"
    top = max((axis.top for axis in axes if axis.top is not None), default=None)
    if y_range is None and top is not None:
        y_range = (0.0, top) if show == "loss" else _bounds(losses[0], top)
    return Figure(
        title or ", ".join(map(str, losses)), axes[0].label, y_label, (low, high), y_range, curves, notes
    )


def axis_of(loss: Loss) -> Axis:
    """Return the axis of a loss's picture. Raises `UsageError` if it has none."""
    if (axis := loss.axis) is None:
        raise UsageError(
            f"{loss.name} has no curve: no one number says what matters",
            fix=[f"losscli explain {loss}", "losscli list"],
        )
    return axis


def _bounds(loss: Loss, top: float) -> tuple[float, float] | None:
    """Return the vertical range of a derivative, on the sides to which it goes without bound; None if on none."""
    axis = axis_of(loss)
    near = np.array([1e-6, 1 - 1e-6]) * (axis.high - axis.low) + axis.low
    ends = np.concatenate([loss.follow(section, near, 1) for section in loss.sections()])
    low, high = (float(end) for end in (ends.min(), ends.max()))
    if -2 * top <= low and high <= 2 * top:
        return None
    return (-2 * top if low < 0 else 0.0), (2 * top if high > 0 else 0.0)


def named(loss: Loss, section: Section) -> str:
    """Return what a curve is called: `y = 1:  -ln p`, where fixing the label leaves a short formula."""
    name, equals, value = section.label.partition(" = ")
    if not equals or not value.isdigit() or name not in loss.symbols.split(", "):
        return section.label
    cases = typeset(loss.formula, {**loss.idle(), name: float(value)})
    return f"{section.label}:  {cases[0]}" if len(cases) == 1 and len(cases[0]) < 20 else section.label


def defined(loss: Loss, section: Section, x: Array) -> NDArray[np.bool_]:
    """Return at which points of the axis the inputs of a curve are inside their domains."""
    inside = np.ones_like(x, dtype=bool)
    form = loss.form(len(section.inputs(x)))
    for entry, values in zip(form, section.inputs(x), strict=True):
        inside &= ~entry.domain.outside(values).any(axis=tuple(range(1, values.ndim)))
    return inside


def _curve(loss: Loss, section: Section, show: Show, *, alone: bool, low: float, high: float) -> Curve:
    def at(x: Array) -> Array:
        inside = defined(loss, section, x)
        y = np.full(x.shape, np.nan)
        y[inside] = loss.follow(section, x[inside], int(show == "grad"))
        return y

    if alone:
        label = named(loss, section) if show == "loss" else section.label
    else:
        label = ", ".join(each for each in (str(loss), section.label) if each)
    kinks = tuple(x for x in section.kinks if low < x < high)
    jumpy = show == "grad" or loss.traits().lipschitz == inf
    breaks = tuple(x for x in kinks if jumpy and _jumps(at, x, high - low))
    return Curve(label, cast("Callable[[Any], Any]", at), kinks if show == "loss" else (), breaks)


def _jumps(at: Callable[[Array], Array], x: float, span: float) -> bool:
    left, right = at(np.array([x - 1e-9 * span, x + 1e-9 * span])).tolist()
    return abs(right - left) > 1e-6


def _least(loss: Loss, curves: Sequence[Curve], low: float, high: float) -> tuple[Note, ...]:
    """Return a note on the least value, where it is that of a perfect prediction in the middle of the axis."""
    if len(curves) != 1 or not loss.traits().symmetric or not low < 0 < high:
        return ()
    y = float(curves[0].at(np.zeros(1))[0])
    return (Note(0.0, y, f"min L(0) = {y:.4g}"),)


def _crossing(curves: Sequence[Curve], low: float, high: float) -> tuple[Note, ...]:
    """Return a note on the point where two curves cross, if they cross once."""
    if len(curves) != 2:
        return ()
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
    y = float(curves[0].at(np.array([middle]))[0])
    if not isfinite(y):
        return ()
    shown = "ln 2" if abs(y - log(2)) < 1e-9 else f"{y:.4g}"
    return (Note(middle, y, f"cross at ({middle:.4g}, {shown})"),)


def _whole(low: float, high: float) -> tuple[float, ...]:
    """Return the whole numbers of a range, as sample points for the eye, where they are few."""
    points = tuple(float(x) for x in range(ceil(low), floor(high) + 1)) if high - low < 10 else ()
    return points if len(points) > 2 else ()


def _marked(curve: Curve, notes: Sequence[Note], points: Sequence[float]) -> Curve:
    with np.errstate(all="ignore"):
        on = [note.x for note in notes if abs(curve.at(np.array([note.x]))[0] - note.y) < 1e-9]
    return curve._replace(marks=tuple(sorted({*curve.marks, *on, *points})))
