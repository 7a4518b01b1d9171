"""Where numbers may live."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Interval(NamedTuple):
    """The numbers from `low` to `high`; `ends` says which ends belong: "()", "[)", "(]" or "[]"."""

    low: float = -inf
    high: float = inf
    ends: str = "()"

    def outside(self, x: Array) -> NDArray[np.bool_]:
        """Return which entries of `x` lie outside; NaN, which stands for a missing value, never does."""
        below = np.less if self.ends[0] == "[" else np.less_equal
        above = np.greater if self.ends[1] == "]" else np.greater_equal
        if (self.high, self.ends[1]) == (inf, "]"):
            return below(x, self.low)
        return below(x, self.low) | above(x, self.high)

    def holds(self, x: float) -> bool:
        """Return whether the number `x` lies inside."""
        above = self.low <= x if self.ends[0] == "[" else self.low < x
        return above and (x <= self.high if self.ends[1] == "]" else x < self.high)

    def __str__(self) -> str:
        if self == REAL:
            return "any number"
        if self == FINITE:
            return "a finite number"
        if self.high == inf:
            return f"greater than {self.low:g}" if self.ends[0] == "(" else f"{self.low:g} or more"
        if self.low == -inf:
            return f"less than {self.high:g}" if self.ends[1] == ")" else f"{self.high:g} or less"
        return f"in {self.ends[0]}{self.low:g}, {self.high:g}{self.ends[1]}"


class Choice(NamedTuple):
    """A few numbers and nothing between them."""

    members: tuple[float, ...]

    def outside(self, x: Array) -> NDArray[np.bool_]:
        """Return which entries of `x` are none of the members; NaN never counts."""
        outside = x != self.members[0]
        for member in self.members[1:]:
            outside &= x != member
        return outside & (x == x) if outside.any() else outside

    def holds(self, x: float) -> bool:
        """Return whether the number `x` is a member."""
        return x in self.members

    def __str__(self) -> str:
        return " or ".join(f"{x:g}" for x in self.members)


class Nonzero(NamedTuple):
    """All numbers but 0."""

    def outside(self, x: Array) -> NDArray[np.bool_]:
        """Return which entries of `x` are 0."""
        return x == 0

    def holds(self, x: float) -> bool:
        """Return whether `x` is not 0."""
        return x != 0

    def __str__(self) -> str:
        return "a number other than 0"


class Index(NamedTuple):
    """The whole numbers from 0 that number some things, perhaps all but one."""

    things: int
    but: float = -1

    def outside(self, x: Array) -> NDArray[np.bool_]:
        """Return which entries of `x` number nothing; NaN never counts."""
        return (x < 0) | (x >= self.things) | (x == self.but) | (x != np.trunc(x)) & ~np.isnan(x)

    def holds(self, x: float) -> bool:
        """Return whether `x` numbers one of the things."""
        return x == x and not self.outside(np.asarray(x))

    def __str__(self) -> str:
        return f"a whole number from 0 to {self.things - 1}" + f" but {self.but:g}" * (self.but >= 0)


Domain = Interval | Choice | Nonzero | Index

REAL = Interval(-inf, inf, "[]")
FINITE = Interval()
POSITIVE = Interval(low=0)
NONNEGATIVE = Interval(0, inf, "[]")
NONZERO = Nonzero()
UNIT = Interval(0, 1, "[]")
BINARY = Choice((0.0, 1.0))
SIGN = Choice((-1.0, 1.0))
FACTOR = Interval(1e-300, 1e300, "[]")
"""Factors of our own: wide enough for any use, and clear of the numbers that lose bits."""


def covers(domain: Domain, x: Array) -> bool:
    """Return whether all of `x` plainly lie in `domain`: the least and the greatest do, and none is missing."""
    if domain == REAL:
        return True
    return (
        isinstance(domain, Interval)
        and x.size > 0
        and all(map(domain.holds, (float(x.min()), float(x.max()))))
    )
