"""Our derivatives beside numeric ones, along the axis of a loss's picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array
from losscli.loss import Loss, Section
from losscli.plot.losses import defined

STEP = 6e-6
"""The cube root of the last bit, where rounding and curvature spoil a central difference alike."""
POINTS = 2001
EPSILON = 2.0**-52
NEAR = 2.5
"""Steps from a kink within which differences see it."""

Function = Callable[[Array], Array]


class Curve(NamedTuple):
    """One derivative along one curve."""

    label: str
    order: int
    points: int
    kinks: tuple[float, ...]
    worst: float
    """The largest distance of a numeric derivative from ours, over its size if that is above 1, away from kinks."""
    at: float
    failed: int
    """Points at which the distance is more than the error of the difference explains."""
    first: float
    """The first of them."""
    ours: float
    numeric: float
    """What the two say there."""
    infinite: int
    """Points at which the loss or its derivative is infinite."""


def curves(loss: Loss) -> list[Curve]:
    """Return how our derivatives agree with differences; nothing for a loss without an axis."""
    if loss.axis is None:
        return []
    found: list[Curve] = []
    with np.errstate(all="ignore"):
        for section in loss.sections():
            value, slope = _inside(loss, section, partial(loss.follow, section)), _slope(loss, section)
            if slope is None:
                continue
            slope = _inside(loss, section, slope)
            found.append(_compare(loss, section, 1, value, slope))
            if _is_input(loss, section):
                curvature = _inside(
                    loss, section, lambda x, section=section: loss.hessian(*section.inputs(x))
                )
                found.append(_compare(loss, section, 2, slope, curvature))
    return found


def _inside(loss: Loss, section: Section, f: Callable[[Array], Any]) -> Function:
    """Return a function that is NaN outside the domain."""

    def at(x: Array) -> Array:
        found, inside = np.full(x.shape, np.nan), defined(loss, section, x)
        if inside.any():
            found[inside] = f(x[inside])
        return found

    return at


def _slope(loss: Loss, section: Section) -> Callable[[Array], Any] | None:
    """Return the derivative along the curve: the gradient times how the inputs move; None if targets move too."""
    form = loss.form(len(section.inputs(np.array([0.5]))))

    def moved(x: Array, step: float) -> list[Array]:
        high, low = section.inputs(x + step), section.inputs(x - step)
        return [
            (a - b) / ((x + step) - (x - step)).reshape(-1, *[1] * (np.ndim(a) - 1))
            for a, b in zip(high, low, strict=True)
        ]

    def ways(x: Array) -> list[Array]:  # two steps, lest a bent way count as an error of ours
        return [(4 * near - far) / 3 for near, far in zip(moved(x, STEP / 2), moved(x, STEP), strict=True)]

    still = [way for entry, way in zip(form, ways(np.array([0.3, 0.6])), strict=True) if not entry.wrt]
    if any(np.any(way != 0) for way in still):
        return None

    def at(x: Array) -> Array:
        moving = [way for entry, way in zip(form, ways(x), strict=True) if entry.wrt]

        def along(gradient: Any) -> Array:
            each = cast("tuple[Any, ...]", gradient if isinstance(gradient, tuple) else (gradient,))
            parts = [
                np.where(way == 0, 0.0, g * way).reshape(len(x), -1).sum(axis=1)
                for g, way in zip(each, moving, strict=True)
            ]
            return np.sum(parts, axis=0)

        return loss.follow(section._replace(along=along), x, 1)

    return at


def _is_input(loss: Loss, section: Section) -> bool:
    """Whether the axis is the only input that has derivatives, so that it has a second one as well."""
    x = np.array([0.25, 0.5])
    inputs = section.inputs(x)
    moving = [values for entry, values in zip(loss.form(len(inputs)), inputs, strict=True) if entry.wrt]
    return not loss.listed and len(moving) == 1 and np.array_equal(moving[0], x)


def _grid(loss: Loss, section: Section) -> Array:
    """Return the points: all along the picture, kinks and beside them, and far out."""
    axis = loss.axis
    assert axis is not None
    even = np.linspace(axis.low, axis.high, POINTS)
    kinks = np.array(section.kinks) if section.kinks else np.empty(0)
    beside = np.concatenate([kinks, *(kinks + k * STEP for k in (-4, -1, -0.5, 0.5, 1, 4))])
    far = np.array([sign * 10.0**k for k in (2, 3, 4) for sign in (-1, 1)])
    points = np.unique(np.concatenate([even, beside, far]))
    return points[defined(loss, section, points)]


def _compare(loss: Loss, section: Section, order: int, lower: Function, upper: Function) -> Curve:
    """Compare differences of the one with the other."""
    x = _grid(loss, section)
    h = STEP * np.maximum(1.0, np.abs(x))
    kinks = tuple(section.kinks)
    with np.errstate(all="ignore"):
        ours = upper(x)
        numeric, error = _difference(lower, x, h)
        plain = np.isfinite(ours) & np.isfinite(numeric) & np.isfinite(lower(x))
        apart = np.abs(ours - numeric)
        near = _near(x, h, kinks)
        wrong = plain & ~near & (apart > 4 * error + 1e-8 * np.abs(ours))
        wrong |= plain & near & ~_at_kink(lower, x, h, kinks, ours)
    away = np.where(plain & ~near, apart / np.maximum(1.0, np.abs(ours)), -inf)
    at = int(away.argmax())
    first = int(np.flatnonzero(wrong)[0]) if wrong.any() else at
    return Curve(
        section.label, order, len(x), kinks, max(float(away[at]), 0.0), float(x[at]), int(wrong.sum()), float(x[first]),
        float(ours[first]), float(numeric[first]), int((~plain).sum()),
    )  # fmt: skip


def _difference(f: Function, x: Array, h: Array) -> tuple[Array, Array]:
    """Return central differences, one-sided ones at the ends, and how wrong they may be."""
    found = [_central(f, x, step) for step in (h, h / 2)]
    for sign in (1.0, -1.0):
        ends = [_one_sided(f, x, sign * step) for step in (h, h / 2)]
        hole = ~np.isfinite(found[0]) | ~np.isfinite(found[1])
        found = [np.where(hole, end, one) for end, one in zip(ends, found, strict=True)]
    size = np.max(np.abs(np.nan_to_num([f(x), f(x + h), f(x - h)])), axis=0)
    return found[1], np.abs(found[0] - found[1]) + 4 * EPSILON * (size + np.abs(x)) / h


def _central(f: Function, x: Array, h: Array) -> Array:
    high, low = x + h, x - h
    return (f(high) - f(low)) / (high - low)


def _one_sided(f: Function, x: Array, h: Array) -> Array:
    one, two = x + h, x + 2 * h
    a, b = one - x, two - x
    return (f(one) - f(x)) / a + ((f(one) - f(x)) / a - (f(two) - f(x)) / b) * a / (b - a)


def _near(x: Array, h: Array, kinks: Sequence[float]) -> NDArray[np.bool_]:
    near = np.zeros(x.shape, bool)
    for kink in kinks:
        near |= np.abs(x - kink) <= NEAR * h
    return near


def _at_kink(f: Function, x: Array, h: Array, kinks: Sequence[float], ours: Array) -> NDArray[np.bool_]:
    """Return where ours is the slope to one side of the kink nearby, or between both; anything goes where f jumps."""
    found = np.zeros(x.shape, bool)
    for kink in kinks:
        k = np.full(x.shape, kink)
        near = np.abs(x - kink) <= NEAR * h
        step = _room(f, k, h)
        left, right = (f(k) - f(k - step)) / step, (f(k + step) - f(k)) / step
        left, right = np.where(np.isnan(left), right, left), np.where(np.isnan(right), left, right)
        bent = np.abs(_central(f, k + 4 * step, step) - _central(f, k - 4 * step, step))
        wide = 10 * bent + 1e-4 * (1 + np.abs(left) + np.abs(right))
        good = (np.minimum(left, right) - wide <= ours) & (ours <= np.maximum(left, right) + wide)
        away = np.where(x < kink, -h, h)
        side, half = _one_sided(f, x, away), _one_sided(f, x, away / 2)
        good |= np.abs(ours - half) <= 10 * np.abs(side - half) + 1e-4 * (1 + np.abs(half))
        jumps = np.abs(f(k + h / 1000) - f(k - h / 1000)) > np.sqrt(h)
        found |= near & (good | (jumps & (x == kink)))
    return found


def _room(f: Function, k: Array, h: Array) -> Array:
    """Return steps from a kink with room for five to each side, where a kink beside an end of the domain has any."""
    for shrunk in (h / 10.0**n for n in range(12)):
        if np.isfinite([f(k - 5 * shrunk), f(k + 5 * shrunk)]).all():
            return shrunk
    return h
