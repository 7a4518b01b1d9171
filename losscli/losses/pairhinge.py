"""The ranking loss of pairs of a list that are not far enough apart: a count of pairs, as its slope."""

from functools import partial

import numpy as np

from losscli.domain import NONNEGATIVE
from losscli.families.paircounts import tallies, weighed
from losscli.families.ranking import even
from losscli.losses.pairrank import Pairs, Pairwise
from losscli.numerics.arithmetic import reconsidered
from losscli.numerics.doubledouble import DoubleDouble, positive_part
from losscli.parameter import parameter
from losscli.traits import Traits


class PairwiseHinge(Pairwise):
    """Wants each member of a list ahead of every less relevant one, by the margin."""

    formula = "sum(max(0, margin - (s[i] - s[j])) for i in items for j in items if y[i] > y[j])"
    slope_formula = (
        "sum(1 for j in items if y[j] > y[k] if s[j] - s[k] < margin) "
        "- sum(1 for j in items if y[k] > y[j] if s[k] - s[j] < margin)"
    )
    source = "Joachims 2002, Optimizing search engines using clickthrough data, doi:10.1145/775047.775067"
    also = (
        "ranksvm", "rank-svm",
        "rax.pairwise_hinge_loss | the mean over all pairs of the batch, so that long lists dominate",
    )  # fmt: skip
    use = "only the order within a list matters, and pairs well in order should not count"
    pitfalls = (
        "a list without two different relevances costs 0; one of 100 members has up to 4950 pairs",
        "rax averages over the pairs of the whole batch, so its gradient depends on what else is in the batch",
        "where a gap equals the margin the pair adds no slope, as with relu in rax",
    )
    related = ("pairwise-logistic", "pairwise-soft-zero-one", "margin-ranking", "hinge")

    margin: float = parameter(default=1.0, within=NONNEGATIVE, help="how far ahead is far enough")

    def derivative(self, order, s, y):
        if order == 2 or len(s) < 2:
            return (np.zeros_like(s) if order else np.zeros(s.shape[1]),)
        return reconsidered([self.counted(order, s, y)], partial(super().derivative, order), s, y)

    def counted(self, order, s, y):
        """Return the loss or its slope; NaN where a gap may be the margin, or where sums are small."""
        edge = np.zeros(s.shape[1], np.bool_)

        def short(i):
            gap = s[i] - s[i + 1 :]
            np.logical_or(edge, (abs(gap) == self.margin).any(axis=0), out=edge)
            return ((gap < self.margin, gap > -self.margin),)

        (won,), (paired,) = tallies(y, short)
        if edge.any():  # of even scores gaps are exact
            edge &= ~even(DoubleDouble(s, np.zeros_like(s)))
        if order:
            return np.where(edge, np.nan, 0.0 - won)
        lead, error = weighed(won, DoubleDouble(s, np.zeros_like(s)))
        most = DoubleDouble.of_product(self.margin, paired)
        found = (most - lead).rounded
        sure = found >= np.maximum(2.0**60 * error, 2.0**-40 * most.high)
        return np.where(~edge & ((paired == 0) | sure & (found > 2.0**-900)), found, np.nan)

    def penalty(self, gap):
        return positive_part(self.margin - gap).rounded

    def flow(self, order, s, y):
        def each(pairs):
            short = pairs.valid & ((self.margin - pairs.gap).rounded > 0)
            return np.where(short & (order == 1), -pairs.ahead, 0.0).sum(axis=0)

        return each

    def corner(self, s, y):
        edges = [Pairs(s, y, i) for i in range(len(s))]
        return np.logical_or.reduce(
            [(p.valid & ((self.margin - p.gap).rounded == 0)).any(axis=0) for p in edges]
        )

    def traits(self):
        return Traits(convex=True, lipschitz=1.0, smoothness=0.0, kinks=(self.margin,), pictured=True)
