"""Distances of vectors to twice the precision, at any magnitude; every block is (D, n), coordinate first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.arithmetic import FAINT
from losscli.doubledouble import DoubleDouble, power

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]


class Distance:
    """The distance of two blocks of vectors, d = ‖x − y + eps‖ of some degree.

    Differences are exact and divided by 2^`exponent`, near the largest, so that no square overflows or
    vanishes. A difference beyond the largest double leaves NaN.
    """

    def __init__(self, x: Array, y: Array, degree: float = 2.0, eps: float = 0.0) -> None:
        gap = DoubleDouble.of_sum(x, -y)
        self.parts = gap if eps else abs(gap)
        gap = gap + eps if eps else gap
        self.whole = gap
        _, self.exponent = np.frexp(abs(gap.high).max(axis=0))
        self.degree = degree
        self.gap = gap.shifted(-self.exponent)
        self.faint = (gap.high != 0) & (abs(self.gap.high) < FAINT)
        self.lone: Rows = (gap.high != 0).sum(axis=0) == 1
        size = abs(self.gap)
        if degree == 1:
            self.length = size.total()
        elif degree == 2:
            self.length = self.gap.squared().total().root()
        else:
            self.length = power(power(size, degree).total(), DoubleDouble(1.0) / degree)
        self.none: Rows = self.length.high == 0

    def size(self) -> DoubleDouble:
        """Return d."""
        return self.length.shifted(self.exponent)

    def square(self) -> DoubleDouble:
        """Return d², scaled down by 2^(2 `exponent`)."""
        return self.gap.squared().total() if self.degree == 2 else self.length.squared()

    def exact(self, squared: float) -> Rows:
        """Return where d, or d², is known without rounding: differences on a grid, such as whole numbers."""
        if self.degree not in (1, 2):
            return self.none
        steps = self.gap.high * 2.0**26  # squares of whole numbers up to 2^26 add up without rounding
        coarse = ((steps == np.rint(steps)) & (self.gap.low == 0)).all(axis=0)
        if squared or self.degree == 1:
            return coarse
        back = DoubleDouble.of_product(self.length.high, self.length.high) - self.square()
        return coarse & (self.length.low == 0) & (back.high == 0)

    def equals(self, other: Distance) -> Rows:
        """Return where the other distance is the same number, whatever its roundings: made of the same parts."""
        a, b = self.parts, other.parts
        alike = ((a.high == b.high) & (a.low == b.low)).all(axis=0)
        one, two = self.size(), other.size()
        same = (one.high == two.high) & (one.low == two.low)
        return alike | (self.exact(squared=True) & other.exact(squared=True) & same)

    def bent(self) -> Rows:
        """Return where d has no derivative: where the vectors meet, or for degree 1 any of their coordinates."""
        return (self.whole.high == 0).any(axis=0) if self.degree == 1 else self.none

    def direction(self) -> DoubleDouble:
        """Return the derivative of d in x: a unit vector, or 0 where the vectors meet."""
        sign = np.sign(self.whole.high)  # scaled, a small difference beside a huge one is 0
        if self.degree == 1:
            return DoubleDouble(sign, np.zeros_like(sign))
        safe = self._safe()
        unit = self.gap / safe
        if self.degree != 2:
            unit = power(abs(unit), self.degree - 1).scaled(sign)
        high = np.where(self.faint, np.nan, np.where(self.lone, sign, unit.high))
        return DoubleDouble(high, np.where(self.lone, 0.0, unit.low))

    def bend(self) -> DoubleDouble:
        """Return 1 − u² of the direction u, from the squares of the other coordinates: nothing cancels."""
        squares = self.gap.squared()
        zero = DoubleDouble(np.zeros_like(squares.high[0]), np.zeros_like(squares.high[0]))
        before, after = [zero], [zero]
        for k in range(len(squares.high) - 1):
            before.append(before[-1] + squares[k])
            after.append(after[-1] + squares[-1 - k])
        others = [a + b for a, b in zip(before, reversed(after), strict=True)]
        rest = DoubleDouble(np.stack([x.high for x in others]), np.stack([x.low for x in others]))
        safe = self._safe()
        return rest / safe.squared()

    def curvature(self) -> DoubleDouble:
        """Return the second derivative of d in each coordinate, for degree 2; 0 where the vectors meet."""
        return (self.bend() / self._safe()).shifted(-self.exponent)

    def _safe(self) -> DoubleDouble:
        return DoubleDouble(
            np.where(self.none, 1.0, self.length.high), np.where(self.none, 0.0, self.length.low)
        )
