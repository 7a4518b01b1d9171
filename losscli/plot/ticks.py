"""Axes that know the character grid: ticks are round numbers, and each falls on a cell."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, inf, isfinite, log2, log10
from typing import NamedTuple

from losscli.plot.numerals import labels, powers, scaled

STEPS = {1: 0.0, 2: 0.05, 5: 0.05, 25: 0.2, 3: 0.3}
"""First digits of a step, with how much each is disliked; 25 stands for 2.5."""
CLOSE = 1e-9
"""Two positions on the grid that differ by less are the same; far above rounding, far below a cell."""

SPILL = 0.4
"""So much of a row may a curve rise above a frame: it is rounded into it."""


class Tick(NamedTuple):
    """A labelled place on an axis."""

    value: float
    cell: int
    """On a vertical axis the row boundary counted from the top, on a horizontal one the column."""
    label: str


class Axis(NamedTuple):
    """A range cut into equal cells: rows between boundaries, or steps between column centres."""

    low: float
    high: float
    cells: int
    ticks: tuple[Tick, ...]


class Step(NamedTuple):
    """The distance between ticks, `digits` x 10^`power`."""

    digits: int
    power: int

    def times(self, count: int) -> float:
        """Return the tick so many steps from zero, rounded once."""
        return scaled(count * self.digits, self.power)

    @property
    def size(self) -> float:
        """Return the step itself."""
        return self.times(1)


class Upright(NamedTuple):
    """One way to cut a vertical axis, in rows counted upwards from zero."""

    cost: float
    step: Step
    each: int
    """Rows to a step."""
    first: int
    last: int
    decades: bool = False

    def axis(self) -> Axis:
        """Return the axis itself."""
        counts = range(self.last // self.each, ceil(self.first / self.each) - 1, -1)
        words = labels([count * self.step.digits for count in counts], self.step.power)
        if self.decades:
            words = powers([round(self.step.times(count)) for count in counts])
        ticks = (
            Tick(self.step.times(count), self.last - count * self.each, word)
            for count, word in zip(counts, words, strict=True)
        )
        return Axis(self.value(self.first), self.value(self.last), self.last - self.first, tuple(ticks))

    def value(self, row: int) -> float:
        """Return the value at a row boundary; on a tick it is that of the tick, to the last bit."""
        count, rest = divmod(row, self.each)
        return self.step.size * row / self.each if rest else self.step.times(count)


def upright(
    low: float, high: float, rows: int, *, exact: bool = False, decades: bool = False
) -> dict[int, Upright]:
    """Return the best vertical axis for each number of rows up to `rows`.

    The range grows outwards: to whole steps, or, when it is `exact` because somebody asked for it, to
    the next row at most. Steps are whole on an axis of `decades`, of logarithms to base 10. The cost
    weighs frame beyond the range, unused rows and ends without a tick.
    """
    low, high = opened(low, high)
    spill = CLOSE if exact else SPILL
    found: dict[int, Upright] = {}
    for step in steps(max(high - low, float(decades)), rows):
        if decades and step.size % 1:
            continue
        for each in range(1, rows + 1):
            # the range ends on multiples of so many rows
            for unit in {each, 1} if exact or decades else {each}:
                row = step.size / each
                first = floor((low / row + spill) / unit) * unit
                last = ceil((high / row - spill) / unit) * unit
                used = last - first
                if not 0 < used <= rows:
                    continue
                covered = min(1, (high - low) / (row * used))
                ends = (first % each == 0) + (last % each == 0)
                cost = (
                    (6 if exact else 4) * (1 - covered)
                    + 2 * (1 - used / rows)
                    + (0.4 if decades else 0.1) * (2 - ends)
                )
                parts = last // each + -first // each
                cost += disliked(step, parts, each / (4 * max(1, rows / 30) ** 0.6))
                if used not in found or cost < found[used].cost:
                    found[used] = Upright(cost, step, each, first, last, decades)
    return found


def level(low: float, high: float, columns: int) -> Axis:
    """Return the best horizontal axis of at most so many columns, an odd number of them.

    The ends of the range are the centres of the first and the last column, and the range is never changed.
    Where no width puts every tick on a centre, ticks go to the nearest one. The cost weighs unused width,
    ticks off their centres and ends without a tick.
    """
    low, high = opened(low, high)
    widest = max(2, (columns - 1) // 2 * 2)
    best = Axis(low, high, widest, ())
    least = inf
    for step in steps(high - low, max(2, widest // 4)):
        counts = range(ceil(low / step.size - CLOSE), floor(high / step.size + CLOSE) + 1)
        if not 1 <= len(counts) <= widest // 4 + 2:
            continue
        words = labels([count * step.digits for count in counts], step.power)
        shares = [(step.times(count) - low) / (high - low) for count in counts]
        bare = (shares[0] > CLOSE) + (shares[-1] < 1 - CLOSE)
        for cells in range(widest, max(2, int(widest * 0.8)) - 1, -2):
            off = any(abs(share * cells - round(share * cells)) > 1e-6 for share in shares)
            spacing = step.size / (high - low) * cells
            cost = 2 * (1 - cells / widest) + 0.5 * off + 0.15 * bare
            cost += disliked(step, len(counts) - 1, spacing / max(10, cells / 14))
            if cost < least:
                ticks = tuple(
                    Tick(step.times(count), min(max(floor(share * cells + 0.5), 0), cells), word)
                    for count, share, word in zip(counts, shares, words, strict=True)
                )
                if apart(ticks):
                    least, best = cost, Axis(low, high, cells, ticks)
    return best


def disliked(step: Step, parts: int, spacing: float) -> float:
    """Weigh ticks too few to give a scale, their spacing against the best, and the digits of the step."""
    off = abs(log2(spacing))
    return 4 * (parts < 1) + 0.3 * off * max(1, off) + STEPS[step.digits]


def apart(ticks: tuple[Tick, ...]) -> bool:
    """Say whether at least two blanks stand between neighbouring labels, and no label comes twice."""
    ends = [starts(tick) + len(tick.label) for tick in ticks]
    return all(starts(tick) - end >= 2 for tick, end in zip(ticks[1:], ends, strict=False))


def starts(tick: Tick) -> int:
    """Return the column where a label begins that is centred on its tick, the minus sign not counted."""
    sign = tick.label.startswith("-")
    return tick.cell - (len(tick.label) - sign) // 2 - sign


def opened(low: float, high: float) -> tuple[float, float]:
    """Return a range that has an inside: a single value, or one lost in rounding, gets room around it."""
    if not (isfinite(low) and isfinite(high)):
        return 0.0, 1.0
    low, high = min(low, high), max(low, high)
    size = max(abs(low), abs(high))
    if size < 1e-300:
        return 0.0, 1.0
    if high - low > 1e-12 * size:
        return low, high
    return (min(0.0, 2 * low), max(0.0, 2 * high))


def steps(span: float, most: int) -> Iterator[Step]:
    """Yield the steps that cut a range into one to `most` parts, and a little more on either side."""
    for power in range(floor(log10(span / most)) - 1, floor(log10(span)) + 2):
        for digits in STEPS:
            yield Step(digits, power - (digits == 25))
