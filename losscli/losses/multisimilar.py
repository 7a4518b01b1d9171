"""Multi-similarity loss: of embeddings with classes, positives and negatives each with a softplus of their own."""

import numpy as np

from losscli.domain import FINITE, POSITIVE
from losscli.families.alike import total
from losscli.families.directions import gathered, settled
from losscli.families.forces import Pulls, Weights
from losscli.families.similarities import Slopes, deepest, where
from losscli.losses import pulled
from losscli.losses.classes import Labelled
from losscli.numerics import doubled
from losscli.numerics.doubledouble import DoubleDouble, exp, log, log1p, two_product, two_sum
from losscli.numerics.powered import exp_of
from losscli.parameter import parameter


class MultiSimilarity(Labelled):
    """Pulls rows of one class together and pushes others apart, most where similarity is on the wrong side of base.

    P_i are the other rows of anchor i's class, N_i those of other classes. The loss of a list is the mean over
    all n rows: a row without positives, or without negatives, has the other part alone.
    """

    formula = (
        "sum(log(1 + sum(exp(alpha * (base - S[i][j])) for j in P[i])) / alpha"
        " + log(1 + sum(exp(beta * (S[i][k] - base)) for k in N[i])) / beta for i in rows) / n"
    )
    slope_formula = (
        "-exp(alpha * (base - S[i][j])) / (n * (1 + sum(exp(alpha * (base - S[i][k])) for k in P[i])))"
    )
    source = (
        "Wang et al. 2019, Multi-similarity loss with general pair weighting for deep metric learning, "
        "doi:10.1109/CVPR.2019.00516"
    )
    also = ("multi-similarity-loss", "pytorch_metric_learning.losses.MultiSimilarityLoss")
    use = "rows have classes, and both how alike pairs are and how they compare with the anchor's others should count"
    example = "1/0:0,0.9/0.1:0,0/1:1,0.1/0.8:1"
    pitfalls = (
        "the paper mines pairs first, and sums over those that are left; here all pairs count, as in "
        "pytorch-metric-learning without a miner",
        "beta = 50 makes the part of negatives that of the worst one; positives, at alpha = 2, all count",
        "base is 0.5 in pytorch-metric-learning and 1 in the paper's code",
    )
    related = ("circle", "ntxent", "supcon")

    alpha: float = parameter(default=2.0, within=POSITIVE, help="how steep the part of positives is")
    beta: float = parameter(default=50.0, within=POSITIVE, help="how steep the part of negatives is")
    base: float = parameter(
        default=0.5,
        within=FINITE,
        help="the similarity below which positives, and above which negatives, count",
    )

    def anchors(self, positives, negatives):
        return {"n": len(positives)}

    @property
    def steepness(self):
        return max(self.alpha, self.beta)

    @property
    def reach(self):
        return self.steepness * (1 + abs(self.base))

    def count(self, members, labels):
        return np.full(1, float(members))

    def sides_of(self, rows, s, labels):
        """Return positives and negatives, each with the factor of similarities less the base."""
        other, good = self.masks(DoubleDouble(*s), rows, labels)
        return (good, -self.alpha), (other & ~good, self.beta)

    def costs(self, s, rows, labels):
        found = np.zeros((*s.high.shape[:2], 1))
        for mask, factor in self.sides_of(rows, (s.high, s.low), labels):
            x = where(mask, (s - self.base) * factor)
            c = x.high.max(axis=-1, keepdims=True, initial=0.0, where=mask)
            whole = total(where(mask, exp(x - c)))
            none = whole.high == 0
            whole = DoubleDouble(np.where(none, 1.0, whole.high), whole.low)
            small = np.where(none, 0.0, log1p(whole).rounded)
            large = (log(whole + exp(DoubleDouble(-c))) + c).rounded
            found += np.where(c > 0, large, small) / abs(factor)
        return found[..., 0]

    def slopes(self, s, rows, labels):
        shares, deep = [], np.full(1, -np.inf)
        for mask, factor in self.sides_of(rows, (s.high, s.low), labels):
            x = where(mask, (s - self.base) * factor)
            c = x.high.max(axis=-1, keepdims=True, initial=0.0, where=mask)
            deep = np.maximum(deep, deepest((x - c).high, mask))
            each = where(mask, exp(x - c))
            shares.append(each / (total(each) + exp(DoubleDouble(-c))))
        near, far = shares
        bends = near * self.alpha + far * self.beta

        def form(positives, negatives):
            return -(positives * positives * self.alpha + negatives * negatives * self.beta)

        def size(positives, negatives):
            return self.alpha * positives * positives + self.beta * negatives * negatives

        own = near * (1.0 - near) * self.alpha + far * (1.0 - far) * self.beta
        return Slopes(far - near, own, bends, shares, form, size, deep)

    def worth(self, s, rows, labels):
        found = 0.0
        high, low = settled(*s)
        high, more = two_sum(high, -self.base)
        low += more
        for mask, factor in self.sides_of(rows, (high, low), labels):
            x, rest = two_product(high, factor)
            rest += low * factor
            there = mask.astype(np.float64)
            c = (x * there).max(axis=-1, initial=0.0)
            x -= c[..., None]
            np.exp(np.minimum(x, 1.0, out=x), x)
            x *= there
            rest *= x
            whole = gathered(x + rest)
            found = found + np.where(c > 0, c + np.log(whole + np.exp(-c)), np.log1p(whole)) / abs(factor)
        return found

    def pulls(self, s, rows, labels):
        high, low = settled(*s)
        high, more = two_sum(high, -self.base)
        low += more
        found = np.zeros(high.shape), np.zeros(high.shape)
        for mask, factor in self.sides_of(rows, (high, low), labels):
            there = mask.astype(np.float64)
            e = doubled.product((high * there, low * there), (np.array(factor), np.zeros(())))
            exp_of(*e)
            for part in e:
                part *= there
            over = 1.0 / (pulled.rowwise((e[0].copy(), e[1].copy())) + 1.0)
            share = doubled.product(e, (over.high, over.low))
            for part, each in zip(found, share, strict=True):
                part += np.copysign(1.0, factor) * each
        size = abs(found[0])
        of_rows = np.einsum("lij->li", size)
        one = DoubleDouble(np.ones((*of_rows.shape, 1)), np.zeros((*of_rows.shape, 1)))
        columns = np.einsum("lij->lj", size)[..., None]
        return Pulls(Weights.of(found, of_rows), one, of_rows[..., None], columns)
