"""Losses s g(|e| / s) of a location and a scale: the continuous ranked probability score."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cache, partial
from itertools import pairwise
from typing import ClassVar

import numpy as np

from losscli.families.forecast import LEAST, MOST, Forecast, ordinary, settled
from losscli.loss import Array
from losscli.numerics.arithmetic import reconsidered
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import exact_difference, missing
from losscli.numerics.tables import COARSE, taylor
from losscli.traits import Traits

DENSE, REACH, TAYLOR = 128, 48, 6  # of slopes: points in a unit of w, units, and terms after the first
CLEAR = 2.0**-12  # a slope above this does not see how the way from the root is rounded


@cache
def points(kind):
    """Return the point next to the root in two parts, the first of few bits, and coefficients of g − w g′ at each."""
    loss = kind()
    root = DoubleDouble(np.array([kind.root]))
    root = root + loss.slopes(root)[1] / (root.high * loss.bends(root.high)[0])
    middle = float(np.rint(root.high[0] * 2**20)) / 2**20
    tail = (root - middle).rounded[0]
    count = round(middle * DENSE)
    c = np.arange(-count, REACH * DENSE) / DENSE + middle
    w = DoubleDouble.of_sum(c, tail)
    first, (factor, half), bends = loss.slopes(w)[1], loss.bend(w), loss.bends(c + tail)
    rows = [-((c + tail) * b + a) / n for n, (a, b) in enumerate(pairwise(bends), 2)]
    return middle, tail, first.high, first.low, -(factor * half * half * w).rounded, *rows


class CRPS(Forecast):
    """The loss s g(w), with w = |e| / s; g, its derivatives and g − w g′ see w as a `DoubleDouble`."""

    @abstractmethod
    def height(self, w) -> DoubleDouble:
        """Return g."""

    @abstractmethod
    def slopes(self, w) -> tuple[DoubleDouble, DoubleDouble]:
        """Return g′, and the terms of g − w g′: the derivatives in error and scale."""

    @abstractmethod
    def bend(self, w) -> tuple[DoubleDouble, DoubleDouble]:
        """Return g″ as a factor, and the root of the rest: far out no double holds the rest itself."""

    @abstractmethod
    def plain(self, w) -> Array:
        """Return g for ordinary w of doubles."""

    @abstractmethod
    def along(self, w) -> Array:
        """Return g′ for ordinary w of doubles."""

    @abstractmethod
    def bends(self, w) -> Sequence[Array]:
        """Return Taylor coefficients of g″ at w, in doubles."""

    root: ClassVar[float]
    """Where g − w g′ is 0, rounded."""

    def filled(self, order, *block):
        if order == 2:
            return True
        *outs, location, scale, target = block  # tame ones: w is below 2^201; where it is tiny g is flat
        if order == 0:
            w = abs(location - target)
            w /= scale
            np.multiply(self.plain(w), scale, out=outs[0])
            return False
        e, lost = exact_difference(location, target)
        size = abs(e)
        lost *= np.copysign(1.0, e)
        w = size / scale
        np.copysign(self.along(w), e, out=outs[0])
        np.copyto(outs[1], self.across(w, size, lost, scale))
        return missing(outs[1])

    def derivative(self, order, *block):
        if order == 2:
            return self.careful(order, *block)
        location, scale, target = block
        e, lost = two_sum(location, -target) if order else (location - target, None)
        size = abs(e)
        w = size / scale
        if order:
            side = np.sign(e)
            found = [side * self.along(w), self.across(w, size, side * lost, scale)]
        else:
            found = [self.plain(w) * scale]
        if not (w.min() > 1 / MOST and w.max() < MOST and scale.min() > LEAST and scale.max() < MOST):
            unusual = ~((w < MOST) & (w > 1 / MOST) & ordinary(scale))
            np.copyto(found[-1], np.nan, where=unusual)
        return reconsidered(found, partial(self.careful, order), *block)

    def across(self, w, size, lost, scale):
        """Return g − w g′ for w = (size + lost) / scale, by its Taylor series about points, one of them the root."""
        middle, tail, first, least, *rows = points(type(self))
        step = np.rint(np.minimum(w, REACH) * DENSE - middle * DENSE)
        point = step / DENSE + middle
        coarse = (scale.view(np.int64) & COARSE).view(np.float64)
        # the point has at most 26 bits, so that both its products are exact, and the first difference is as well
        h = ((size - point * coarse) - (point * (scale - coarse) + (tail * scale - lost))) / scale
        h = np.clip(h, -1 / DENSE, 1 / DENSE)  # beyond the last point there is nothing new
        at = (step + np.rint(middle * DENSE)).astype(np.intp)
        found = taylor(h, at, rows)
        found *= h
        found += least.take(at, mode="clip")
        found += first.take(at, mode="clip")
        near = abs(found) < CLEAR
        return np.where(near, np.nan, found) if near.any() else found

    def careful(self, order, location, scale, target):
        high, low = two_sum(location, -target)
        s, k = np.frexp(scale)  # g depends on the ratio alone, whatever the size of the two
        w = abs(DoubleDouble(high, low)).shifted(-k) / s
        beyond = (w.high > MOST) & np.isfinite(high)
        known = beyond | ordinary(w.high) | (high == 0)
        w = DoubleDouble(
            np.where(beyond, MOST, np.where(known, w.high, np.nan)), np.where(beyond, 0.0, w.low)
        )
        if order == 0:
            return (np.where(beyond, abs(high), self.height(w).rounded * scale),)
        if order == 1:
            along, across = self.slopes(w)
            return np.sign(high) * along.rounded, settled(across, 0.5)
        factor, root = self.bend(w)
        inner = (factor * root / s).shifted(-(k // 2))
        root = root.shifted(k // 2 - k)
        return (inner * root).rounded, ((inner * w) * (root * w)).rounded

    def where(self, form):
        return (("w", "e / s"),)

    def traits(self):
        return Traits(convex=True, symmetric=True, lipschitz=1, proper="strictly proper")
