"""Ranking losses that follow the discounted cumulative gain."""

import numpy as np

from losscli.domain import Interval
from losscli.families.odds import places, turns
from losscli.families.ranking import GONE, LOG2, Powers, Ranking, amplify, gained
from losscli.families.ranking import places as ranks
from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, chosen, log, two_sum
from losscli.parameter import flag, parameter
from losscli.traits import Traits

STEEPEST, SHARPEST = 0.0919689805567061, 0.0353206122727814
"""The largest slope and curvature of a list of two, in units of the temperature."""


def discounted(place):
    """Return 1 / log2(1 + place), to twice the precision."""
    return LOG2 / log(place + 1.0)


def ideal(gains, top=0):
    """Return the discounted cumulative gain of the best order, of so many first places or of all."""
    best = np.sort(gains.rounded, axis=0)[::-1][: top or None]
    place = np.arange(1.0, len(best) + 1)[:, None]
    return (DoubleDouble(best, np.zeros_like(best)) * discounted(DoubleDouble(place, 0 * place))).total()


def alone(x, i):
    """Return `x` with nothing at `i`: a member does not compete with itself."""
    x.high[i] = x.low[i] = 0.0
    return x


def settled(i, x, found, bound, weight, nothing):
    """Return a sum over members other than `i` of terms of size `bound`; 0 where it is of nothing."""
    seen = (weight != 0) & (abs(x.high) < GONE)
    seen[i] = False
    bound = np.maximum(bound, np.where(seen, 5e-324, 0.0)).sum(axis=0)
    return np.where(seen.any(axis=0) & ~nothing, sure(found, bound), 0.0)


class ApproxNDCG(Ranking):
    """Wants relevant members at the top: minus the normalised discounted cumulative gain, with soft places.

    r_i is the soft place of member i: 1, and for each other member the chance that it comes first. t_i is its place
    by falling relevance.
    """

    formula = "-sum(g[i] * log(2) / log(1 + r[i]) for i in items) / ideal"
    slope_formula = (
        "sum((c[i] - c[k]) / (2 + exp((s[i] - s[k]) / temperature) + exp((s[k] - s[i]) / temperature)) "
        "for i in items) / temperature"
    )
    source = (
        "Qin, Liu & Li 2010, A general approximation framework for direct optimization of information "
        "retrieval measures, doi:10.1007/s10791-009-9124-x"
    )
    also = (
        "approx-ndcg-loss",
        "rax.approx_t12n | of ndcg_metric: the mean over lists",
        "tensorflow_ranking.keras.losses.ApproxNDCGLoss = approx-ndcg:temperature=0.1",
    )  # fmt: skip
    use = "what counts is NDCG: the top of each list, and grades of relevance"
    pitfalls = (
        "it is negative, -1 at best; a list without relevant members is 0",
        "gains are 2^y - 1; sklearn.metrics.ndcg_score takes y itself, as linear=true does: for scores (2, 1, 0), "
        "relevances (1, 0, 2) NDCG is 0.6885 so, and 0.7602 there",
        "at scores many temperatures apart the slope vanishes, also where the order is wrong",
    )
    related = ("unique-softmax", "pairwise-soft-zero-one", "listnet-softmax")

    temperature: float = parameter(
        default=1.0,
        within=Interval(1e-100, 1e100, "[]"),
        help="how soft places are; the less, the harder",
        quiet=True,
    )
    linear: float = flag(default=0.0, help="takes relevances themselves as gains, and not 2^y - 1")

    def derivative(self, order, s, y):
        gains = DoubleDouble(y, np.zeros_like(y)) if self.linear else gained(y)
        gains = gains.shifted(-np.frexp(gains.high.max(axis=0))[1])  # only their ratios count
        best, powers = ideal(gains), Powers(s, 1.0 / DoubleDouble(np.array(self.temperature)))
        soft = self.places(powers)
        if order == 0:
            found = -((gains * discounted(soft)).total() / best).rounded
        else:
            wide = soft + 1.0
            steepness = gains * LOG2 / (best * wide * log(wide).squared())
            found = self.curves(order, powers, steepness, wide)
            found = amplify(found, 1 / self.temperature, order)
        unfit = ((gains.high == 0) & (y > 0) | (gains.high > 0) & (gains.high < 2.0**-300)).any(axis=0)
        return (np.where(unfit, np.nan, np.where((y == 0).all(axis=0), 0.0, found)),)

    def curves(self, order, powers, steepness, wide):
        """Return a derivative in the scores over the temperature; in lists that ask for care, member by member."""
        found = np.full(powers.s.shape, np.nan)
        if order == 1:
            exponent = np.frexp(steepness.high.max(axis=0))[1]
            pull = steepness.shifted(-exponent)

            def apart(i):
                gap, lost = two_sum(pull.high[i], -pull.high[i + 1 :])
                return DoubleDouble(gap, lost + (pull.low[i] - pull.low[i + 1 :]))

            found = np.ldexp(turns(powers.powers, apart), exponent)
            found[:, powers.steep] = np.nan
        left = np.flatnonzero(np.isnan(found).any(axis=0))
        if left.size:
            few = Powers(powers.s[:, left], powers.factor)
            each = self.flow if order == 1 else self.curved
            parts = [each(few, i, steepness[:, left], wide[:, left]) for i in range(len(found))]
            found[:, left] = np.stack(parts)
        return found

    def places(self, powers):
        """Return the soft places of members."""
        found = places(powers.powers)
        if powers.steep.any():
            each = zip(*(self.place(powers, i) for i in range(len(powers.s))), strict=True)
            found = chosen(powers.steep, DoubleDouble(*map(np.stack, each)), found)
        return found

    def place(self, powers, i):
        """Return the soft place of a member."""
        _, _, theirs, whole = powers.of(i)
        found = (theirs / whole).total() + 0.5
        return found.high, found.low

    def flow(self, powers, i, steepness, wide):
        """Return the slope in the score of a member; its places change with those of all others."""
        x, mine, theirs, whole = powers.of(i)
        v, off = alone(mine / whole * (theirs / whole), i), steepness - steepness[i]
        most = np.maximum(steepness.high, steepness.high[i])
        return settled(
            i, x, (v * off).total(), v.high * most, most, powers.level & (off.high == 0).all(axis=0)
        )

    def curved(self, powers, i, steepness, wide):
        """Return the second derivative in the score of a member."""
        x, mine, theirs, whole = powers.of(i)
        p, q, off = theirs / whole, mine / whole, steepness - steepness[i]
        v = alone(p * q, i)
        bend = -(steepness / wide) * (2.0 / log(wide) + 1.0)
        own = v.total().squared() * bend[i]
        found = (v.squared() * bend + v * (p - q) * off).total() + own
        most = np.maximum(steepness.high, steepness.high[i])
        return settled(
            i,
            x,
            found,
            v.high * (v.high * abs(bend.high) + most) + abs(own.high),
            most,
            most.max(axis=0) == 0,
        )

    def variables(self, *row):
        return {**super().variables(*row), "t": ranks(row[1])}

    def where(self, form):
        return (
            ("r", "[1 / 2 + sum(1 / (1 + exp((s[i] - s[j]) / temperature)) for j in items) for i in items]"),
            ("g", "[y[i] if linear > 0 else 2**y[i] - 1 for i in items]"),
            ("ideal", "sum(g[i] * log(2) / log(1 + t[i]) for i in items) if sum(g) > 0 else 1"),
            ("c", "[g[i] * log(2) / (ideal * (1 + r[i]) * log(1 + r[i])**2) for i in items]"),
        )

    def traits(self):
        return Traits(
            lipschitz=STEEPEST / self.temperature, smoothness=SHARPEST / self.temperature**2, pictured=True
        )
