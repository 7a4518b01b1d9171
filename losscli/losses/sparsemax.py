"""The loss of sparsemax: scores projected onto the probabilities, of which many come out as 0."""

from collections import deque
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.domain import UNIT
from losscli.families.classes import OnScores
from losscli.families.onehot import index, pick, weights
from losscli.families.pointwise import LOGIT, TARGET
from losscli.loss import Array, Input
from losscli.losses.scoring import square_length
from losscli.numerics.arithmetic import DOUBT, reconsidered, times
from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum
from losscli.numerics.sums import heads, running
from losscli.numerics.tables import remainder
from losscli.traits import Traits

LEAST, FAR = 2.0**-45, 2.0**100  # a sum of squares above has all its bits, and gaps below too


class MulticlassSparsemax(OnScores):
    """What sparsemax is to softmax, this is to cross-entropy: 0 once the true class leads all others by 1.

    Sparsemax takes scores to the nearest probabilities, max(z - tau, 0): many are exactly 0.
    """

    forms = (
        (
            Input("pred", kind="vector", wrt=True, columns=LOGIT),
            Input("target", UNIT, "class", of="pred", columns=TARGET, simplex=True),
        ),
    )
    formula = "tau + sum((max(z[k] - tau, 0)**2 + y[k]**2) / 2 - y[k] * z[k] for k in classes)"
    slope_formula = "max(z[k] - tau, 0) - y[k]"
    source = "Martins & Astudillo 2016, From softmax to sparsemax, doi:10.48550/arXiv.1602.02068"
    also = (
        "sparsemax-loss",
        "optax.losses.multiclass_sparsemax_loss",
        "tensorflow_addons.losses.SparsemaxLoss | takes scores only, and one-hot or soft labels",
    )  # fmt: skip
    use = "probabilities of exactly 0 are wanted, and rows that are right by 1 should be left alone"
    pitfalls = (
        "its probabilities are the sparsemax of the scores: a softmax of them is something else",
        "the unit matters: scores twice as large are right by twice as much",
    )
    related = ("binary-sparsemax", "softmax-cross-entropy", "crammer-singer-hinge")

    def derivative(self, order, z, y):
        if order == 2:
            return self.careful(order, z, y)
        return reconsidered([self.plainly(order, z, y)], partial(self.careful, order), z, y)

    def plainly(self, order, z, y):
        """Return the derivative of `order` for one class a row, in few passes; NaN where it is not sure."""
        k = index(y)
        gap, lost = two_sum(z, -z.max(axis=0))
        ranked = -np.sort(-gap, axis=0)
        ranks = np.arange(1.0, len(z) + 1)[:, None]
        over = ranked * ranks - np.cumsum(ranked, axis=0) + 1.0
        sure = (abs(over) > DOUBT * ranks).all(axis=0) & (ranked[-1] > -FAR)
        if y.ndim > 1:
            sure &= ((y == 0) | (y == 1)).all(axis=0)
        count = (over > 0).sum(axis=0)
        inside = gap >= pick(ranked, count - 1)
        head, rest = heads(np.where(inside, gap, 0.0), 2.0)
        rest += np.where(inside, lost, 0.0)
        high, less = head.sum(axis=0) - 1.0, rest.sum(axis=0)
        count = count.astype(np.float64)
        tau = (high + less) / count
        low = (remainder(high, count, tau) + less) / count
        above, more = two_sum(gap, -tau)
        more += lost - low
        e = np.where(inside, above + more, 0.0)
        true, below = pick(above, k), pick(more, k)
        own, again = two_sum(true, -1.0)
        held = pick(inside.astype(np.float64), k) > 0
        np.put_along_axis(e, k[None], np.where(held, own + (again + below), -1.0)[None], axis=0)
        if order == 1:
            np.copyto(e, np.nan, where=~sure)
            return e
        first, second = heads(e * e, 1.0)
        found = (first.sum(axis=0) + second.sum(axis=0)) / 2 + np.where(held, 0.0, -(true + below))
        np.copyto(found, np.nan, where=~(sure & ((found > LEAST) | (found == 0))))
        return found

    def careful(self, order, z, y):
        at = Projection.of(z)
        if order == 2:
            return (at.curvature(),)
        share = weights(y, len(z))
        e = at.p - share
        close = abs(e.high) < DOUBT * np.maximum(at.p.high, share)
        unsure = at.unsure | (close & (at.count > 1)).any(axis=0)
        if order == 1:
            return (np.where(unsure, np.nan, e.rounded),)
        over = last(running([np.ones_like(z[0]), *-share]))  # soft labels rarely sum to 1 to the last bit
        lift = np.where(over.high == 0, 0.0, (at.tau * over).rounded)
        apart = times(share, at.slack).sum(axis=0)
        found = square_length(e.rounded) / 2 + apart + lift
        unsure |= (at.near & (share > 0)).any(axis=0) | (abs(found) < DOUBT * abs(lift))
        unsure |= (np.isinf(at.slack) & (share > 0) & (share < 1)).any(axis=0)
        return (np.where(unsure, np.nan, found),)

    def corner(self, z, y):
        return Projection.of(z).edge

    def where(self, form):
        return (
            ("s", "sorted(z)"),
            ("tau", "max((sum(s[j] for j in range(k, len(s))) - 1) / (len(s) - k) for k in classes)"),
        )

    def traits(self):
        return Traits(
            convex=True, lipschitz=2**0.5, smoothness=1, kinks=(-1.0, 1.0),
            best="scores equal to the class frequencies",
        )  # fmt: skip


class Projection(NamedTuple):
    """The probabilities nearest to scores."""

    p: DoubleDouble
    tau: DoubleDouble
    count: Array
    """How many are not 0."""
    slack: Array
    """How far a score is below tau, 0 where it is not."""
    near: NDArray[np.bool_]
    """Which scores are so near tau that the slack may have lost bits."""
    unsure: NDArray[np.bool_]
    """In which columns it is not even sure which probabilities are 0, or how large the least one is."""
    edge: NDArray[np.bool_]
    """In which columns a score equals tau."""

    @classmethod
    def of(cls, z):
        """Return the projection of each column."""
        top = z.max(axis=0)
        gap = behind(z, top)
        ranked = behind(-np.sort(-z, axis=0), top)
        far = ranked.high < -2
        ranked = DoubleDouble(np.where(far, -2.0, ranked.high), np.where(far, 0.0, ranked.low))
        sums = list(running(part for x in zip(ranked.high, ranked.low, strict=True) for part in x))[1::2]
        whole = DoubleDouble(np.stack([s.high for s in sums]), np.stack([s.low for s in sums]))
        ranks = np.arange(1.0, len(z) + 1)[:, None]
        over = ranked * ranks - whole + 1.0  # as many times as far above tau, were those the ones that count
        exact = (ranked.low == 0) & (whole.low == 0) & (two_product(ranked.high, ranks)[1] == 0)
        unsure = ((abs(over.high) < DOUBT) & ~exact).any(axis=0)
        count = (over.high > 0).sum(axis=0)
        part = DoubleDouble(pick(whole.high, count - 1.0), pick(whole.low, count - 1.0))
        over_tau = (gap * count.astype(np.float64) - part + 1.0) / count.astype(np.float64)
        inside = (over_tau.high > 0) & (gap.high > -2)
        p = DoubleDouble(np.where(inside, over_tau.high, 0.0), np.where(inside, over_tau.low, 0.0))
        slack = np.where(np.isinf(gap.high), np.inf, np.where(inside, 0.0, -over_tau.rounded))
        near = ~inside & (abs(over_tau.high) < DOUBT) & (over_tau.high != 0)
        tau = (part - 1.0) / count.astype(np.float64) + top
        return cls(p, tau, count, slack, near, unsure, (over.high == 0).any(axis=0))

    def curvature(self):
        """Return the matrix of second derivatives: less the mean, among those that are not 0."""
        inside = self.p.high > 0
        matrix = np.where(inside[:, None] & inside, -1 / self.count, 0.0)
        at = np.arange(len(inside))
        matrix[at, at] = np.where(inside, (self.count - 1) / self.count, 0.0)
        return np.where(self.unsure, np.nan, matrix)


def behind(z, top):
    """Return z less the top, exactly; where that is beyond the doubles, infinite."""
    high, low = two_sum(z, -top)
    return DoubleDouble(
        np.where(z == top, 0.0, high), np.where(np.isfinite(low) & np.isfinite(high), low, 0.0)
    )


def last(sums):
    """Return the last of sums."""
    return deque(sums, 1).pop()
