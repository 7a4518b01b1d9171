"""Losses of the time until an event by pairs of doubles, where all sizes are ordinary: fast, and sure of what they say.

Each returns what it found, and the terms of which it must be a fair part to be right.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.numerics import doubled
from losscli.numerics.cells import Cells
from losscli.numerics.doubled import Pair
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.special import HALF_LOG_TWO_PI, ROOT_TWO_OVER_PI, mills

Array = NDArray[np.float64]
Found = tuple[Array, Array]

NEAR = 25.0  # an end so far, or nearer, is ordinary
BEYOND = 30.0  # farther than here from such an end nothing is left
MOST = 500.0  # e^-500 is nothing
ROOT = HALF_LOG_TWO_PI.high, HALF_LOG_TWO_PI.low
DENSITY = ROOT_TWO_OVER_PI.high / 2, ROOT_TWO_OVER_PI.low / 2
ONE = np.ones(()), np.zeros(())


class Span(NamedTuple):
    """The ends of intervals on the scale of the noise; without an end where that is endless, which counts as 0."""

    start: Pair
    stop: Pair
    begins: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    rough: Array
    """The size of what was rounded to make the ends."""


class Known(NamedTuple):
    """Times on the scale of the noise, the logarithm of a time in their units, and the size of what was rounded."""

    at: Pair
    unit: Pair
    rough: Array


def _mills(x: Array) -> DoubleDouble:
    return mills(DoubleDouble(x - 1))


MILLS = Cells(_mills, 0, 5)
"""The ratio of Mills at x - 1."""


def normal(order: int, time: Known) -> Found:
    """Return the loss of known times under normal noise, or its slope in w."""
    w, unit, rough = time
    if order:
        return w[0] + w[1], rough
    half = doubled.scaled(doubled.square(w), 0.5)
    return doubled.added(half, unit, ROOT), half[0] + abs(w[0]) * rough + abs(unit[0]) + 1


def normal_between(order: int, span: Span) -> Found:
    """Return the loss of intervals under normal noise, or its slope along with both ends."""
    start, stop, begins, ends, rough = span
    down = ~begins | ends & (start[0] + stop[0] < 0)
    endless = ~(begins & ends)
    start, stop = (
        doubled.chosen(down, doubled.negative(stop), start),
        doubled.chosen(down, doubled.negative(start), stop),
    )
    drop = doubled.scaled(
        doubled.product(doubled.joined(stop, doubled.negative(start)), doubled.joined(stop, start)), 0.5
    )
    nothing = endless | (drop[0] > MOST)
    fall = doubled.exp(doubled.chosen(nothing, (np.full(1, -MOST), np.zeros(1)), doubled.negative(drop)))
    below, size = start[0] < 0, np.abs(start[0])
    near = _mills_at(start)
    far = doubled.product(
        _mills_at(doubled.chosen(endless | (stop[0] > BEYOND), (np.full(1, BEYOND), np.zeros(1)), stop)), fall
    )
    half = doubled.scaled(doubled.square(start), 0.5)
    height = doubled.product(doubled.exp(doubled.negative(half)), DENSITY)
    beside = doubled.joined(near, doubled.chosen(below, far, doubled.negative(far)))
    mass = doubled.chosen(below, doubled.raised(doubled.negative(doubled.product(beside, height))), beside)
    shaky = (1 + rough) * np.where(below, 1.0, near[0]) / abs(mass[0])
    if order == 0:
        rest = doubled.negative(doubled.log(mass))
        beyond = doubled.chosen(below, (np.zeros(1), np.zeros(1)), half)
        found = doubled.added(rest, beyond, doubled.chosen(below, (np.zeros(1), np.zeros(1)), ROOT))
        terms = abs(rest[0]) + shaky + np.where(below, 0.0, half[0] + size * rough)
    else:
        gone = doubled.raised(doubled.negative(fall))
        found = doubled.quotient(doubled.product(gone, doubled.chosen(below, height, ONE)), mass)
        terms = abs(found[0]) * (shaky + (1 + rough) / abs(gone[0]) + 1 + size * rough)
        found = (found[0] + found[1]) * np.where(down, -1.0, 1.0)
    np.copyto(found, np.nan, where=(size > NEAR) | ~(begins | ends))
    return found, terms


def _mills_at(w: Pair) -> Pair:
    side = np.where(w[0] < 0, -1.0, 1.0)
    held = np.minimum(w[0] * side, BEYOND)
    high, low = doubled.raised((held, w[1] * side))
    return MILLS(high, low)


def logistic(order: int, time: Known) -> Found:
    """Return the loss of known times under logistic noise, or its slope in w."""
    w, unit, rough = time
    size = doubled.chosen(w[0] < 0, doubled.negative(w), w)
    far = doubled.exp(doubled.negative(size))
    whole = doubled.raised(far)
    if order:
        found = doubled.quotient(doubled.raised(doubled.negative(far)), whole)
        return np.where(w[0] < 0, -1.0, 1.0) * (found[0] + found[1]), 1 + rough
    rest = doubled.scaled(doubled.log(whole), 2.0)
    return doubled.added(size, rest, unit), size[0] + abs(unit[0]) + 1 + rough


def logistic_between(order: int, span: Span) -> Found:
    """Return the loss of intervals under logistic noise, or its slope along with both ends."""
    none = np.zeros(1), np.zeros(1)
    before = doubled.chosen(span.begins, doubled.exp(span.start), none)
    after = doubled.chosen(span.ends, doubled.exp(doubled.negative(span.stop)), none)
    outside = doubled.product(doubled.raised(before), doubled.raised(after))
    if order:
        gap = doubled.joined(before, doubled.negative(after))
        found = doubled.quotient(gap, outside)
        return found[0] + found[1], (before[0] + after[0]) * (1 + span.rough) / outside[0]
    inside = doubled.raised(doubled.negative(doubled.product(before, after)))
    found = doubled.log(doubled.quotient(outside, inside))
    return found[0] + found[1], abs(found[0]) + (1 + span.rough) / abs(inside[0])


def extreme(order: int, time: Known) -> Found:
    """Return the loss of known times under extreme-value noise, or its slope in w."""
    w, unit, rough = time
    rise = doubled.exp(w)
    terms = rise[0] * (1 + rough) + 1
    if order:
        return doubled.added(rise, (np.full(1, -1.0), np.zeros(1))), terms
    return doubled.added(rise, doubled.negative(w), unit), terms + rough + abs(w[0]) + abs(unit[0])


def extreme_between(order: int, span: Span) -> Found:
    """Return the loss of intervals under extreme-value noise, or its slope along with both ends."""
    none = np.zeros(1), np.zeros(1)
    hazard = doubled.chosen(span.begins, doubled.exp(span.start), none)
    last = doubled.exp(span.stop)
    more = doubled.joined(last, doubled.negative(hazard))
    sure = ~span.ends | (more[0] > MOST)
    hazard[0][sure & ~span.begins] = np.nan  # though next to nothing, the rest is all there is
    more = doubled.chosen(sure, (np.full(1, MOST), np.zeros(1)), more)
    left = doubled.exp(doubled.negative(more))
    gone = doubled.raised(doubled.negative(left))
    shaky = np.where(sure, 0.0, last[0] * (1 + span.rough) + more[0])
    if order == 0:
        rest = doubled.log(gone)
        return doubled.added(hazard, doubled.negative(rest)), (
            hazard[0] * (1 + span.rough) + abs(rest[0]) + (1 + left[0] * shaky) / abs(gone[0])
        )
    rate = doubled.quotient(doubled.product(more, left), gone)
    found = doubled.added(hazard, doubled.negative(rate))
    terms = abs(rate[0]) * (shaky / abs(more[0]) + (1 + left[0] * shaky) / abs(gone[0])) + hazard[0] * (
        1 + span.rough
    )
    return found, terms
