"""Scoring rules of forecast probabilities: all are least, on average, for the true ones."""

from collections import deque
from functools import partial
from itertools import chain
from typing import ClassVar

import numpy as np

from losscli.domain import FACTOR
from losscli.families.classes import OnProbabilities
from losscli.families.onehot import weights
from losscli.families.pointwise import OnProbability
from losscli.families.trueclass import no_shares, places
from losscli.numerics.arithmetic import amplified, gathered, reconsidered, with_care
from losscli.numerics.dots import Cut
from losscli.numerics.doubledouble import total, two_product
from losscli.numerics.quick import either
from losscli.numerics.sums import heads, running
from losscli.parameter import flag, parameter
from losscli.traits import Traits

SMALL = 2.0**-400  # squares of less may be subnormal


class Brier(OnProbability):
    """Squares the distance of a predicted probability from the label: never more than 1, even when surely wrong.

    This is the binary form, (p - y)^2. Summed over both classes it is twice that.
    """

    top: ClassVar[float | None] = None
    formula = "(p - y)**2"
    slope_formula = "2 * (p - y)"
    source = (
        "Brier 1950, Verification of forecasts expressed in terms of probability, "
        "doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2"
    )
    also = (
        "brier-score", "quadratic-score",
        "sklearn.metrics.brier_score_loss | of two classes; from three on it is multiclass-brier",
        "scoringrules.brier_score | takes the label first", "catboost.BrierScore",
    )  # fmt: skip
    use = "probabilities of yes and no are judged, and one sure mistake must not outweigh all else"
    pitfalls = (
        "for (0.8, 0.2) and the first class it is 0.04; the sum over both classes is 0.08",
        "a forecast of a rare event is hardly punished: p = 0 costs 0.001 on average if it comes once in 1000",
    )
    related = ("multiclass-brier", "bce", "mse")

    swift = True

    def filled(self, order, out, p, y):
        np.subtract(p, y, out)
        if order == 0:
            np.square(out, out)
        elif order == 1:
            out *= 2.0
        else:
            out.fill(2.0)
        return False

    def penalty(self, p, y):
        return (p - y) * (p - y)

    def slope(self, p, y):
        return 2 * (p - y)

    def curvature(self, p, y):
        return np.full_like(p, 2.0)

    def traits(self):
        return Traits(convex=True, lipschitz=2, smoothness=2, best="the mean", proper="strictly proper")


class MulticlassBrier(OnProbabilities):
    """Sums the squared distances of all predicted probabilities from the label: from 0, right and sure, to 2.

    `scale=0.5` brings it to between 0 and 1, and for two classes to the binary form.
    """

    top: ClassVar[float | None] = None
    formula = "scale * sum((p[k] - y[k])**2 for k in classes)"
    slope_formula = "2 * scale * (p[k] - y[k])"
    source = Brier.source
    also = (
        "brier-score", "quadratic-score",
        "sklearn.metrics.brier_score_loss | of three classes or more; of two it is brier, half of this",
    )  # fmt: skip
    use = "probabilities of several classes are judged, and one sure mistake must not outweigh all else"
    pitfalls = (
        "three factors are in use: for (0.7, 0.2, 0.1) and the first class 0.14, half of it 0.07, and "
        "mse over the classes 0.0467",
        "sklearn says 0.14 here, but half of the sum when there are two classes; scale_by_half decides",
    )
    related = ("brier", "rps", "categorical-cross-entropy")

    scale: float = parameter(default=1.0, within=FACTOR, help="a factor; 0.5 halves it", quiet=True)

    def swiftly(self, order):
        return self.swift_slope if order == 1 else None

    def swift_slope(self, out, p, k):
        if k.ndim == 2:
            return True
        np.multiply(p, 2 * self.scale, out=out)
        at, odd = places(k, p.shape[1])
        out.reshape(-1)[at] = (p.reshape(-1).take(at) - 1) * (2 * self.scale)
        return either(odd, no_shares(p))

    def derivative(self, order, p, y):
        if order == 2:
            level = np.diag(np.full(len(p), 2 * self.scale))
            return (np.broadcast_to(level[..., None], (len(p), *p.shape)),)
        e = away(p, y)
        if order == 0 and self.scale == 1:
            plain = gathered(e * e)  # a rounding a square, two of 1 - p
            return (with_care(~(plain > SMALL), plain, square_length, e),)
        if order == 1:
            e *= 2 * self.scale
            return (e,)
        length = square_length(e)
        return (length if self.scale == 1 else amplified(self.scale, length),)

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=2 * self.scale,
            pictured=True,
            smoothness=2 * self.scale,
            best="the class frequencies",
            proper="strictly proper",
        )


class RPS(OnProbabilities):
    """Squares how far cumulated probabilities are from the label's, class by class: near misses cost less.

    The ranked probability score, for classes in their order, lowest first.
    """

    top: ClassVar[float | None] = None
    formula = (
        "sum(sum(p[j] - y[j] for j in range(k + 1))**2 for k in classes) / max(1, len(p) - 1)**normalized"
    )
    slope_formula = (
        "2 * sum(sum(p[j] - y[j] for j in range(i + 1)) for i in range(k, len(p))) "
        "/ max(1, len(p) - 1)**normalized"
    )
    source = (
        "Epstein 1969, A scoring system for probability forecasts of ranked categories, "
        "doi:10.1175/1520-0450(1969)008<0985:ASSFPF>2.0.CO;2"
    )
    also = (
        "ranked-probability-score",
        "scoringrules.rps_score | takes the class first, counted from 1 unless onehot=True",
    )  # fmt: skip
    use = "classes have an order, as grades or ratings do, and being off by one is better than by three"
    pitfalls = (
        "columns must come in the order of the classes: every other order is another score",
        "often divided by K - 1, so that the worst is 1: normalized=true",
    )
    related = ("multiclass-brier", "categorical-cross-entropy")

    normalized: float = flag(default=0.0, help="divides by the number of classes less 1")

    def derivative(self, order, p, y):
        near = ahead_of_class(order, p, y) if y.ndim == 1 and order < 2 else None
        count, y = len(p), weights(y, len(p))
        parts = max(1, count - 1) if self.normalized else 1
        if order < 2:
            closer = partial(self.closer, order, parts)
            return reconsidered([near / parts], closer, p, y) if near is not None else closer(p, y)
        ranks = np.arange(count)
        left = count - np.maximum(ranks[:, None], ranks).astype(np.float64)  # sums in which both classes are
        return (np.repeat(2 * left[..., None] / parts, p.shape[1], axis=2),)

    def closer(self, order, parts, p, y):
        """Return the loss or its slope over `parts`, of sums that may be as small as their last bits."""
        return reconsidered([ahead_of(order, p, y) / parts], partial(self.careful, order, parts), p, y)

    def careful(self, order, parts, p, y):
        """Return the loss or its slope over `parts`, of sums that may be far smaller than their terms."""
        count = len(p)
        if order == 0:
            ahead = running(chain.from_iterable(zip(p, -y, strict=True)))
            return (square_length(np.stack([x.rounded for x in ahead][1::2])) / parts,)
        ranks = np.arange(count)
        left = count - np.maximum(ranks[:, None], ranks).astype(np.float64)
        terms = (two_product(times, x) for k, times in enumerate(left[..., None]) for x in (p[k], -y[k]))
        return (2 * deque(running(chain.from_iterable(terms)), 1).pop().rounded / parts,)

    def traits(self):
        return Traits(
            convex=True, lipschitz=2, best="the class frequencies", proper="strictly proper", pictured=True
        )


def ahead_of_class(order, p, y):
    """Return what `ahead_of` does, of the class `y`, by numbers cut in two; the last slope is their whole sum's."""
    count = len(p)
    many = count * (count + 1)
    head, rest = heads(p, 1.0, many)
    least = heads(rest, 2.0 ** (many.bit_length() - 51), many)
    head[y.astype(np.intp), np.arange(len(y))] -= 1.0
    last = head.sum(axis=0) + least[0].sum(axis=0), least[1].sum(axis=0)
    # what is left of a number is below 2^(bits − 51), sums of sums of it are off by 2 K³ roundings, 2^-53, of that
    clear = count**3 * 2.0 ** (many.bit_length() - 40)
    for x in (head, rest):
        for k in range(1, count):
            x[k] += x[k - 1]
        for k in range(count - 1 if order else 0, 0, -1):
            x[k - 1] += x[k]
    found = head
    found += rest
    if order == 0:
        found = square_length(found)
        found[~(found >= clear**2)] = np.nan
        return found
    found[count - 1] = last[0] + last[1]
    small = abs(found) < clear
    faint = count**2 * 2.0 ** (2 * many.bit_length() - 92)
    small[count - 1] = (abs(found[count - 1]) < faint) & (last[1] != 0)
    found *= 2
    found[small] = np.nan
    return found


def ahead_of(order, p, y):
    """Return the squares of how far sums of p are ahead of those of y, or their slopes; NaN where that is not sure.

    Numbers are cut in three, so that the first and second parts sum up exactly, and the third hardly counts.
    """
    count = len(p)
    many = count * (count + 1)
    parts = []
    for x in (p, y):
        head, rest = heads(x, 1.0, many)
        parts.append((head, *heads(rest, 2.0 ** (many.bit_length() - 51), many)))
    whole, part, least = (a - b for a, b in zip(*parts, strict=True))
    clear = 16.0 * many**2 * abs(least).sum(axis=0)  # above this, roundings of the third parts do not show
    sums = (whole, part, least)
    for _ in range(order + 1):
        for x in sums:  # the second time from the end
            for k in range(1, count):
                x[k] += x[k - 1]
        sums = tuple(x[::-1] for x in sums)
    found = (whole + part) + least  # the first sum is exact wherever it cancels
    if order == 0:
        found = square_length(found)
        return np.where(found >= clear**2, found, np.nan)
    return np.where(abs(found) >= clear, 2 * found, np.nan)


def away(p, y):
    """Return p − y, of a class or of the weights of classes."""
    if y.ndim == 2:
        return p - y
    e = p.copy()
    e[y.astype(np.intp), np.arange(len(y))] -= 1.0
    return e


def square_length(e):
    """Return the sum of squares along the first axis, however small."""
    cut = Cut(e)
    return with_care(~cut.ordinary, cut.square()[0], tiny_length, e)


def tiny_length(e):
    """Return the sum of squares of numbers so small, or all 0, that squares vanish."""
    small = abs(e).max(axis=0) < SMALL
    e = np.where(small, e * 2.0**500, e)
    return total(e * e).rounded * np.where(small, 2.0**-1000, 1.0)
