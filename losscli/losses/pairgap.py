"""Ranking losses of the gaps between scores beside the gaps between relevances."""

from abc import abstractmethod
from typing import Any

import numpy as np

from losscli.domain import FINITE, Interval
from losscli.families.paircounts import tallies, weighed
from losscli.families.ranking import Ranking, even, ranked
from losscli.numerics.arithmetic import FAINT, reconsidered, sure
from losscli.numerics.doubledouble import DoubleDouble, total
from losscli.parameter import parameter
from losscli.traits import Traits


class Gaps(Ranking):
    """A function of the differences between the residuals of a list, so that a common shift of its scores is free."""

    forms = ranked(FINITE)

    def derivative(self, order, s, y):
        # exact, so that residuals are equal where these are, and a difference has an error of its own size
        return (self.of_residuals(order, DoubleDouble.of_sum(s, -y), y),)

    @abstractmethod
    def of_residuals(self, order, r, y) -> Any:
        """Return the derivative of `order`, from the residuals s - y to twice the precision."""

    def where(self, form):
        return (("r", "[s[i] - y[i] for i in items]"),)


class PairwiseMSE(Gaps):
    """Wants the gaps between the scores of a list to be those between its relevances, in squares."""

    formula = "sum((r[i] - r[j])**2 for i in items for j in items)"
    slope_formula = "4 * sum(r[k] - r[j] for j in items)"
    source = "Jagerman et al. 2022, Rax: composable learning-to-rank using JAX, doi:10.1145/3534678.3539065"
    also = (
        "rax.pairwise_mse_loss | the mean over all n^2 pairs of the batch, each member paired with itself too",
        "catboost.QueryRMSE | the root of the mean over all members of (r - mean r)^2, which is ours / 2n^2 "
        "a list of n",
    )  # fmt: skip
    use = "scores should differ as relevances do within a list, and lists have levels of their own"
    pitfalls = (
        "every pair counts twice, as (i, j) and (j, i): scores (1, 0) for relevances (0, 0) cost 2, not 1",
        "it grows with the square of the length of a list; divided by n^2 it is twice the variance of residuals",
    )
    related = ("pairwise-quantile", "pairwise-logistic", "mse")

    def of_residuals(self, order, r, y):
        n = len(y)
        if order == 2:
            return np.full_like(y, 4.0 * (n - 1))
        q = r - r[:1]
        whole = q.total()
        if order == 0:
            off = (q - whole / n).rounded
            found = 2 * n * total(off * off).rounded
            return np.where((found < FAINT) & (q.high != 0).any(axis=0), np.nan, found)
        size = abs(q.high).max(axis=0)
        found = q * n - whole
        return 4 * np.where(even(q), found.rounded, sure(found, n * size))

    def traits(self):
        return Traits(convex=True, smoothness=4.0, pictured=True)


class PairwiseQuantile(Gaps):
    """Wants the gaps between the scores of a list to be those between its relevances, or their quantile."""

    formula = (
        "sum(tau * max(0, r[j] - r[i]) + (1 - tau) * max(0, r[i] - r[j]) "
        "for i in items for j in items if y[i] > y[j])"
    )
    slope_formula = (
        "sum(1 - tau for j in items if y[k] > y[j] if r[k] > r[j]) "
        "- sum(tau for j in items if y[k] > y[j] if r[k] < r[j]) "
        "- sum(1 - tau for j in items if y[j] > y[k] if r[j] > r[k]) "
        "+ sum(tau for j in items if y[j] > y[k] if r[j] < r[k])"
    )
    source = "Koenker & Bassett 1978, Regression quantiles, doi:10.2307/1913643"
    also = (
        "rax.pairwise_qr_loss | the mean over all pairs of the batch; squared=True is another loss",
    )  # fmt: skip
    use = "scores should differ as relevances do within a list, and outliers must not dominate"
    pitfalls = (
        "not for the order alone: scores (5, 0) for relevances (1, 0) are in order and cost 2 at tau = 0.5",
        "tau weighs the gaps that are too small: at tau = 0.9 they are nine times as dear as those too large",
    )
    related = ("pairwise-mse", "quantile", "pairwise-hinge")

    tau: float = parameter(
        default=0.5, within=Interval(0, 1), help="the weight of gaps that are too small; others have 1 - tau"
    )

    def of_residuals(self, order, r, y):
        if order == 2:
            return np.zeros_like(y)
        if len(y) < 2:
            return np.zeros_like(y) if order else np.zeros(y.shape[1])

        def careful(high, low, y):
            return [self.one_by_one(order, DoubleDouble(high, low), y)]

        return reconsidered([self.counted(order, r, y)], careful, r.high, r.low, y)[0]

    def counted(self, order, r, y):
        """Return the loss or its slope; NaN where residuals may be equal, or where sums are small."""
        level = np.zeros(y.shape[1], np.bool_)

        def sides(i):
            mine, theirs = r.high[i], r.high[i + 1 :]
            above, below = mine > theirs, mine < theirs
            np.logical_or(level, ~(above | below).all(axis=0), out=level)
            return (above, below), (below, above)

        (much, little), (many, few) = tallies(y, sides)
        level &= (r.low != 0).any(axis=0)
        if order:
            found = self.slope(much, little)
        else:
            (large, error), (small, _) = weighed(much, r), weighed(little, r)
            sure = [(n == 0) | (x.high >= 2.0**60 * error) & (x.high > 2.0**-900)
                    for n, x in ((many, large), (few, -small))]  # fmt: skip
            found = np.where(sure[0] & sure[1], self.both(-small.rounded, large.rounded), np.nan)
        return np.where(level, np.nan, found)

    def both(self, small, large):
        return self.tau * small + (1 - self.tau) * large

    def one_by_one(self, order, r, y):
        """Return the loss or its slope, from the pairs of each member in turn."""
        zero = np.zeros(y.shape[1])
        small, large, slopes = DoubleDouble(zero, zero), DoubleDouble(zero, zero), []
        for i in range(len(y)):
            side = np.where(y[i] > y, 1.0, np.where(y[i] < y, -1.0, 0.0))
            e = (r[i] - r).scaled(side)
            if order:
                slopes.append(
                    self.slope((side * (e.high > 0)).sum(axis=0), (side * (e.high < 0)).sum(axis=0))
                )
            else:
                size = np.where(side > 0, e.rounded, 0.0)
                small += total(np.maximum(-size, 0.0))
                large += total(np.maximum(size, 0.0))
        if order:
            return np.stack(slopes) + 0 * r.low
        return self.both(small.rounded, large.rounded)

    def slope(self, much, little):
        """Return (1 − tau) · much − tau · little, of whole numbers, with one rounding."""
        both = much + little
        if self.tau < 1e-100:
            return np.where(much == 0, -self.tau * both, much)
        return (much - DoubleDouble.of_product(self.tau, both)).rounded

    def corner(self, s, y):
        r = DoubleDouble.of_sum(s, -y)
        level = [((y[i] > y) & ((r[i] - r).high == 0)).any(axis=0) for i in range(len(y))]
        return np.logical_or.reduce(level)

    def traits(self):
        return Traits(
            convex=True, lipschitz=max(self.tau, 1 - self.tau), smoothness=0.0, kinks=(1.0,), pictured=True
        )
