"""Cross-entropy of rows that are divided by their sum first; every block is (K, n), class first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.domain import Interval
from losscli.families.onehot import weights
from losscli.families.weighed import Weighed, smoothed
from losscli.loss import Array, Input, Section
from losscli.numerics.arithmetic import FAINT, gathered, sure, times
from losscli.numerics.doubledouble import DoubleDouble, chosen
from losscli.parameter import flag

AMOUNTS = Interval(0, np.inf, "[)")


def divided() -> float:
    """Declare the switch."""
    return flag(default=0.0, help="divides every row by its sum first, inside the gradient, as Keras does")


class Rescaled(Weighed):
    """A loss of probabilities, or, with `normalize`, of any amounts that become such once divided by their sum."""

    normalize: float = 0.0
    label_smoothing: float = 0.0
    clip: float = 0.0

    def form(self, count: int) -> tuple[Input, ...]:
        """Return the inputs; rows that are to be divided by their sum need to have one that is not 0."""
        pred, *others = super().form(count)
        if self.normalize:
            pred = pred._replace(domain=AMOUNTS, simplex=False, direction=True)
        return (pred, *others)

    def divided(self, p: Array, y: Array) -> Rows:
        """Return the rows, and what counts in them."""
        share = smoothed(weights(y, len(p)), self.label_smoothing)
        return Rows(p, share, np.array(self.weights or [1.0])[:, None], self.clip)

    def drawn(self, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        """Return curves, on which the other classes, alike, become less likely as the true one becomes more so."""
        return tuple(map(_downhill, sections)) if self.normalize else sections


def _downhill(section: Section) -> Section:
    def along(gradient: Array) -> Array:
        true = section.along(gradient)
        other = np.where(gradient[:, 0] == true, gradient[:, -1], gradient[:, 0])
        return true - other

    return section._replace(along=along)


class Rows:
    """Rows p, to be divided by their sum, with the share `a` that each class has of the loss −Σ a ln(p / Σp).

    Both are there times powers of 2 that make the largest of a row about 1.
    """

    def __init__(self, p: Array, share: DoubleDouble, weights: Array, clip: float) -> None:
        self.exponent = np.frexp(p.max(axis=0))[1]
        self.p = np.ldexp(p, -self.exponent)
        self.rest, self.whole = _others(DoubleDouble(self.p, np.zeros_like(self.p)))
        lost = (p > 0) & ((self.p < FAINT) | (self.p < 2 * clip) & (clip < FAINT))
        lost |= (self.rest.high > 0) & (self.rest.high < FAINT)  # by dividing, or in the sum
        factor, heavy = np.frexp(weights)
        exponent = np.frexp(share.high)[1]
        a = share.shifted(-exponent) * factor
        exponent = np.where(a.high > 0, exponent + heavy, -9999)
        self.size = exponent.max(axis=0)
        some, a = a.high > 0, a.shifted(exponent - self.size)
        lost = some & (lost | (a.high < FAINT))
        endless = (p == 0) & (clip == 0)  # there any share is infinitely much, however small
        self.a = DoubleDouble(np.where(lost, np.where(endless, FAINT, np.nan), a.high), a.low)
        # in a row of one number alone, the slope in that is the sum of all other shares, small or not
        self.alone = (lost & endless).any(axis=0) & (self.rest.high == 0) & (p > 0)
        small = np.where(self.alone, 0.0, share.high * weights).sum(axis=0)
        self.small = np.where(self.alone, small, 0.0) / np.where(self.alone, p, 1.0)
        self.given = p
        self.clip = clip
        scaled = self.whole * clip
        below, above = (scaled - self.p).high, (scaled - self.rest).high
        self.low = (below >= 0) & (clip > 0)
        self.fixed = self.low | (above >= 0) & (clip > 0)
        self.edge = ((below == 0) | (above == 0)) & (clip > 0)

    def answer(self, order: int) -> Array:
        """Return the loss or a derivative."""
        found = (self.surprise, self.slope, self.curvature)[order]()
        found = np.ldexp(found, self.size - order * self.exponent)
        if not order or not self.alone.any():
            return found
        k, at = np.nonzero(self.alone)
        found[(k, at) if order == 1 else (k, k, at)] = (
            self.small[k, at] if order == 1 else -self.small[k, at] / self.given[k, at]
        )
        return found

    def cornered(self) -> NDArray[np.bool_]:
        """Return which rows have a share just where the clip begins."""
        return (self.edge & (self.a.high != 0)).any(axis=0) & (0 < self.clip < 0.5)

    def surprise(self) -> Array:
        """Return the loss: ln(1 + rest / p) does not cancel."""
        logs = np.log1p((self.rest / np.where(self.p > 0, self.p, 1.0)).rounded)
        logs = np.where(self.p > 0, logs, np.inf)
        if self.clip:
            logs = np.where(self.fixed, -np.log1p(-self.clip), logs)
            logs = np.where(self.low, -np.log(self.clip), logs)
        found = times(self.a.rounded, logs)
        faint = (self.a.high > 0) & (logs > 0) & (found < FAINT)  # products may have lost bits
        return np.where(faint.any(axis=0), np.nan, gathered(found)) + 0.0

    def free(self) -> tuple[DoubleDouble, DoubleDouble, DoubleDouble]:
        """Return the shares of what no clip holds, for each the sum of the others, and that of all."""
        a = DoubleDouble(np.where(self.fixed, 0.0, self.a.high), np.where(self.fixed, 0.0, self.a.low))
        rest, whole = _others(a)
        return a, rest, whole

    def slope(self) -> Array:
        """Return Σa / Σp − a / p, as one fraction."""
        a, others, every = self.free()
        ours, theirs = others * self.p, a * self.rest
        return self.fraction(a, every, ours, theirs, self.whole * self.p, self.whole)

    def curvature(self) -> Array:
        """Return the matrix of second derivatives, −Σa / (Σp)², and a / p² besides on the diagonal."""
        a, others, every = self.free()
        square = self.whole.squared()
        ours, theirs = others * self.p * self.p, a * self.rest * (self.whole + self.p)
        under = square * self.p * self.p
        diagonal = -self.fraction(a, every, ours, theirs, under, square)
        matrix = np.empty((len(self.p), *self.p.shape))
        matrix[:] = 0.0 - (every / square).rounded
        at = np.arange(len(self.p))
        faint = (self.p < 2.0**-300) & (self.p > 0) & (a.high > 0)
        matrix[at, at] = np.where(faint, np.nan, diagonal)
        return matrix

    def fraction(
        self,
        a: DoubleDouble,
        every: DoubleDouble,
        ours: DoubleDouble,
        theirs: DoubleDouble,
        under: DoubleDouble,
        whole: DoubleDouble,
    ) -> Array:
        """Return (ours − theirs) / under, or every / whole without a share; NaN where that cancels or is faint."""
        term = np.maximum(ours.high, theirs.high)
        over = np.where((others_none := term == 0), 0.0, sure(ours - theirs, term))
        some = DoubleDouble(
            np.where(under.high > 0, under.high, 1.0), np.where(under.high > 0, under.low, 0.0)
        )
        found = np.where(others_none, 0.0, (DoubleDouble(over) / some).rounded)
        plain = (every / whole).rounded
        found = np.where(a.high == 0, plain, np.where(self.p == 0, -np.inf, found))
        lost = ((found != 0) & (abs(found) < FAINT)) | np.isnan(self.a.high).any(axis=0)
        return np.where(lost, np.nan, found) + 0.0


def _others(x: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
    """Return for each of some numbers of 0 or more the sum of the others, none of which cancels; and that of all."""
    top: NDArray[np.bool_] = np.arange(len(x.high))[:, None] == x.high.argmax(axis=0)
    low = np.broadcast_to(x.low, x.high.shape)
    behind = DoubleDouble(np.where(top, 0.0, x.high), np.where(top, 0.0, low)).total()
    largest = DoubleDouble(np.where(top, x.high, 0.0).sum(axis=0), np.where(top, low, 0.0).sum(axis=0))
    whole = behind + largest
    everywhere = DoubleDouble(*(np.broadcast_to(part, x.high.shape) for part in (behind.high, behind.low)))
    return chosen(top, everywhere, whole - x), whole
