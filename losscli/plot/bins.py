"""Bins for a histogram of losses: round edges, in even steps or by powers of ten where the tail is heavy."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf, isfinite, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.plot.numerals import scaled
from losscli.plot.ticks import Step, steps

Array = NDArray[np.float64]

HEAVY = 20
"""The largest is so many times the middle one where powers of ten show more."""
FEW = 0.01
"""Of the rows, those so far out that one bin holds them all."""
LISTED = 10
"""So few different losses are shown each by itself."""
RUNGS: Sequence[tuple[int, ...]] = ((1, 2, 5), (1, 3), (1,))
"""Where a power of ten is cut."""


class Bin(NamedTuple):
    """Rows of about the same loss: at least `low`, and below `high`; the same number where both are equal."""

    low: float
    high: float
    rows: float
    """How many, or their weight."""
    share: float
    """How much of the sum of all losses they are; NaN where that is not a part."""

    @property
    def single(self) -> bool:
        """Whether all rows in it are the same, and no others."""
        return self.low == self.high


class Histogram(NamedTuple):
    """Where the losses of all rows are."""

    title: str
    bins: tuple[Bin, ...]
    marks: tuple[tuple[str, float], ...]
    """Names of values: the median, the mean, the largest."""
    powers: bool
    """Whether edges are powers of ten and their parts."""
    weighted: bool = False

    def at(self, value: float) -> int:
        """Return the bin of a value that is one of the losses, or between them."""
        inside = [
            index
            for index, each in enumerate(self.bins)
            if each.low <= value < each.high or each.low == value
        ]
        if inside:
            return next((index for index in inside if self.bins[index].single), inside[-1])
        return 0 if value < self.bins[0].low else len(self.bins) - 1


def histogram(
    title: str,
    values: Array,
    rows: Array,
    marks: Sequence[tuple[str, float]],
    most: int,
    *,
    weighted: bool = False,
) -> Histogram:
    """Return the histogram of `values`, in order, each of so many rows, in at most `most` bins."""
    finite = np.isfinite(values)
    x, mass = values[finite], rows[finite]
    total = float((x * mass).sum()) if finite.all() else inf
    whole = total if len(x) and x[0] >= 0 and isfinite(total) and total > 0 else np.nan
    most -= len(set(values[~finite].tolist()))
    lone = x.tolist() if len(x) <= min(LISTED, most) else [0.0] if (x == 0).any() and (x >= 0).all() else []
    rest = ~np.isin(x, lone)
    room = max(2, most - len(lone))
    powers = heavy(x[rest], mass[rest])
    edges = (rungs if powers else even)(x[rest], mass[rest], room) if rest.any() else np.zeros(0)
    place = np.searchsorted(edges[1:-1], x[rest], side="right") if len(edges) else np.zeros(0, np.int64)
    counts = ((each, float(mass[x == each].sum())) for each in lone)
    bins = [Bin(each, each, count, each * count / whole) for each, count in counts]
    for at in range(len(edges) - 1):
        here = place == at
        sum_ = float((x[rest][here] * mass[rest][here]).sum())
        bins.append(Bin(float(edges[at]), float(edges[at + 1]), float(mass[rest][here].sum()), sum_ / whole))
    for end in (-inf, inf):
        if count := float(rows[values == end].sum()):
            bins.insert(0 if end < 0 else len(bins), Bin(end, end, count, np.nan))
    return Histogram(title, tuple(bins), tuple(marks), powers, weighted)


def heavy(x: Array, mass: Array) -> bool:
    """Say whether positive numbers reach so far up that even steps would show one bin."""
    return bool(len(x) and x[0] > 0 and x[-1] > HEAVY * quantile(x, mass, 0.5))


def quantile(x: Array, mass: Array, level: float) -> float:
    """Return a number that so much of the mass does not exceed."""
    below = np.cumsum(mass)
    return float(x[min(int(np.searchsorted(below, level * float(below[-1]))), len(x) - 1)])


def rungs(x: Array, mass: Array, most: int) -> Array:
    """Return edges that are powers of ten, cut as often as there is room for; the first bin takes all below."""
    low, high = quantile(x, mass, FEW), float(x[-1])
    for digits, every in [*((each, 1) for each in RUNGS), *(((1,), every) for every in range(2, 400))]:
        first, last = floor(log10(low)), floor(log10(high)) + 1
        first = floor(first / every) * every
        edges = [scaled(digit, power) for power in range(first, last + every, every) for digit in digits]
        edges = [edge for edge, after in zip(edges, [*edges[1:], inf], strict=True) if after > low]
        kept = edges[: next((at + 1 for at, edge in enumerate(edges) if edge > high), len(edges))]
        if len(kept) - 1 + (x[0] < kept[0]) <= most:
            return np.array([0.0, *kept] if x[0] < kept[0] else kept)
    return np.array([0.0, high, np.nextafter(high, inf)])


def even(x: Array, mass: Array, most: int) -> Array:
    """Return edges in even round steps over all numbers, without the rare ones that would flatten the others."""
    low, high = float(x[0]), float(x[-1])
    few, many = quantile(x, mass, FEW), quantile(x, mass, 1 - FEW)
    lows = few if few - low > (many - few) / 2 else low
    highs = many if high - many > (many - few) / 2 else high
    if not lows < highs:
        lows, highs = (low, high) if low < high else (low, np.nextafter(low, inf))
    if highs - lows < 1e-9 * max(abs(lows), abs(highs)):
        return np.array([low, np.nextafter(high, inf)])
    edges = np.array([low, np.nextafter(high, inf)])
    for step in sorted(steps(highs - lows, most), key=lambda step: step.size):
        found = np.array(cut(step, lows, highs))
        spare = (low < found[0]) + (high >= found[-1])
        if len(found) - 1 + spare <= most and step.digits != 3:
            ends = ([low] if low < found[0] else []), ([np.nextafter(high, inf)] if high >= found[-1] else [])
            edges = np.array([*ends[0], *found, *ends[1]])
            break
    return edges


def cut(step: Step, low: float, high: float) -> list[float]:
    """Return the multiples of a step from below a range to above it."""
    return [step.times(count) for count in range(floor(low / step.size), ceil(high / step.size) + 1)]
