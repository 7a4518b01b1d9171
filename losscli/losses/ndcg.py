"""Ranking losses that follow the discounted cumulative gain."""

import numpy as np

from losscli.domain import Index, Interval
from losscli.families.pairwise import places, turns
from losscli.families.ranking import GONE, LOG2, Powers, Ranking, amplify, gained
from losscli.families.ranking import places as ranks
from losscli.losses.softcut import Cut, bounds
from losscli.numerics import doubled
from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, chosen, log, two_sum
from losscli.numerics.sums import summed
from losscli.parameter import flag, parameter
from losscli.traits import Traits

STEEPEST, SHARPEST = 0.0919689805567061, 0.0353206122727814
"""The largest slope and curvature of a list of two, in units of the temperature."""


def discounted(place):
    """Return 1 / log2(1 + place), to twice the precision."""
    return LOG2 / log(place + 1.0)


def parts(x):
    """Return both doubles of each."""
    return x.high, np.broadcast_to(x.low, x.high.shape)


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


class Pull:
    """How the gain falls with the soft place of each member, of which a cut may leave little."""

    def __init__(self, gains, soft, cut):
        self.gains, self.soft, self.cut = gains, soft, cut
        if cut:
            self.steepness, self.size = cut.steepness(gains, soft)
        else:
            wide = soft + 1.0
            self.steepness = gains * LOG2 / (wide * log(wide).squared())
            self.size = self.steepness.high

    def among(self, lists):
        """Return that of some lists."""
        cut = self.cut.among(lists) if self.cut else None
        return Pull(self.gains[:, lists], self.soft[:, lists], cut)

    def bend(self, u):
        """Return the second derivative of minus the gain along a change of soft places, and a bound of its parts."""
        if self.cut:
            return self.cut.bend(self.gains, self.soft, u)
        wide = self.soft + 1.0
        found = -(self.steepness / wide * (2.0 / log(wide) + 1.0) * u.squared())
        return found, abs(found.high)


class ApproxNDCG(Ranking):
    """Wants relevant members at the top: minus the normalised discounted cumulative gain, with soft places.

    r_i is the soft place of member i: 1, and for each other member the chance that it comes first. t_i is its place
    by falling relevance. With top, h_i is what is left of a member: little past the end. q_i is 1/2 for the last of
    the first top members and for the next, else 0: the end is halfway between them.
    """

    formula = "-sum(g[i] * d[i] for i in items) / ideal"
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
        "rax.approx_t12n | of ndcg_metric: the mean over lists; its topn is top, but derivatives there hold the end of "
        "places, which moves with scores",
        "tensorflow_ranking.keras.losses.ApproxNDCGLoss = approx-ndcg:temperature=0.1",
    )  # fmt: skip
    use = "what counts is NDCG: the top of each list, and grades of relevance"
    pitfalls = (
        "it is negative, -1 at best; a list without relevant members is 0",
        "gains are 2^y - 1; sklearn.metrics.ndcg_score takes y itself, as linear=true does: for scores (2, 1, 0), "
        "relevances (1, 0, 2) NDCG is 0.6885 so, and 0.7602 there",
        "at scores many temperatures apart the slope vanishes, also where the order is wrong",
        "top ends as softly as places are: half a place past the end 0.38 of a member is left at temperature 1, 0.0067 "
        "at 0.1; its gradient says how the end moves with the scores, and jumps where other members come next to it",
    )
    related = ("unique-softmax", "pairwise-soft-zero-one", "listnet-softmax")

    temperature: float = parameter(
        default=1.0,
        within=Interval(1e-100, 1e100, "[]"),
        help="how soft places are; the less, the harder",
        quiet=True,
    )
    linear: float = flag(default=0.0, help="takes relevances themselves as gains, and not 2^y - 1")
    top: float = parameter(
        default=0.0,
        within=Index(2**31),
        help="takes so many first places only, with a soft end; 0 is all, as is a list that is no longer",
        quiet=True,
    )

    def derivative(self, order, s, y):
        gains = DoubleDouble(y, np.zeros_like(y)) if self.linear else gained(y)
        gains = gains.shifted(-np.frexp(gains.high.max(axis=0))[1])  # only their ratios count
        per = 1.0 / DoubleDouble(np.array(self.temperature))
        best, powers = ideal(gains, int(self.top)), Powers(s, per, fine=order > 0)
        soft = self.places(powers)
        cut = Cut(s, soft, int(self.top), per) if 0 < self.top < len(s) else None
        if order == 0:
            found = -(self.gain(gains, soft, cut) / best).rounded
        else:
            found = self.curves(order, powers, Pull(gains / best, soft, cut))
            found = amplify(found, 1 / self.temperature, order)
        if cut:
            found = cut.doubt(found, gains.high > 0)
        unfit = ((gains.high == 0) & (y > 0) | (gains.high > 0) & (gains.high < 2.0**-300)).any(axis=0)
        return (np.where(unfit, np.nan, np.where((y == 0).all(axis=0), 0.0, found)),)

    def gain(self, gains, soft, cut):
        """Return the discounted cumulative gain by soft places: of terms of 0 or more, pairs of doubles will do."""
        share = doubled.quotient(parts(LOG2), doubled.log(parts(soft + 1.0)))
        worth = doubled.product(parts(gains), share)
        if cut:
            return (DoubleDouble(*worth) * cut.held).total()
        return summed(worth[0], worth[0].max(axis=0), worth[1])

    def curves(self, order, powers, pull):
        """Return a derivative in the scores over the temperature; in lists that ask for care, member by member."""
        found = np.full(powers.s.shape, np.nan)
        if order == 1:
            exponent = np.frexp(pull.size.max(axis=0))[1] + (pull.cut is not None)
            steepness = pull.steepness.shifted(-exponent)

            def apart(i):
                gap, lost = two_sum(steepness.high[i], -steepness.high[i + 1 :])
                return DoubleDouble(gap, lost + (steepness.low[i] - steepness.low[i + 1 :]))

            found = np.ldexp(turns(powers.powers, apart), exponent)
            found[:, powers.steep] = np.nan
        left = np.flatnonzero(np.isnan(found).any(axis=0))
        if left.size:
            few, least = Powers(powers.s[:, left], powers.factor), pull.among(left)
            each = self.flow if order == 1 else self.curved
            found[:, left] = np.stack([each(few, i, least) for i in range(len(found))])
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

    def flow(self, powers, i, pull):
        """Return the slope in the score of a member; its places change with those of all others."""
        x, mine, theirs, whole = powers.of(i)
        v, off = alone(mine / whole * (theirs / whole), i), pull.steepness - pull.steepness[i]
        most = np.maximum(pull.size, pull.size[i])
        return settled(
            i, x, (v * off).total(), v.high * most, most, powers.level & (off.high == 0).all(axis=0)
        )

    def curved(self, powers, i, pull):
        """Return the second derivative in the score of a member."""
        x, mine, theirs, whole = powers.of(i)
        p, q, off = theirs / whole, mine / whole, pull.steepness - pull.steepness[i]
        v = alone(p * q, i)
        most = np.maximum(pull.size, pull.size[i])
        shift = v.total()
        moved = DoubleDouble(v.high.copy(), v.low.copy())
        moved.high[i], moved.low[i] = -shift.high, -shift.low
        bend, bound = pull.bend(moved)
        found = (bend + v * (p - q) * off).total()
        return settled(i, x, found, bound + v.high * most, most, most.max(axis=0) == 0)

    def corner(self, s, y):
        if not 0 < self.top < len(s):
            return np.zeros(s.shape[1], np.bool_)
        ordered, at = -np.sort(-s, axis=0), int(self.top)
        outer = [ordered[k] == ordered[k + 1] for k in (at - 2, at) if 0 <= k < len(s) - 1]
        return np.logical_or.reduce(outer) & (y > 0).any(axis=0) if outer else np.zeros(s.shape[1], np.bool_)

    def variables(self, *row):
        s, y = row
        n, top = len(s), int(self.top)
        q = [0.5 if 0 < top < n and place in (top, top + 1) else 0.0 for place in ranks(s)]
        return {**super().variables(*row), "t": ranks(y), "n": n, "q": q}

    def where(self, form):
        soft = (
            ("r", "[1 / 2 + sum(1 / (1 + exp((s[i] - s[j]) / temperature)) for j in items) for i in items]"),
            ("g", "[y[i] if linear > 0 else 2**y[i] - 1 for i in items]"),
        )
        if self.top:
            return (
                *soft,
                ("end", "sum(q[i] * r[i] for i in items)"),
                (
                    "h",
                    "[1 / (1 + exp((r[i] - end) / temperature)) for i in items] if top < n else [1 for i in items]",
                ),
                ("d", "[h[i] * log(2) / log(1 + r[i]) for i in items]"),
                (
                    "ideal",
                    "sum(g[i] * log(2) / log(1 + t[i]) for i in items if t[i] <= top) if sum(g) > 0 else 1",
                ),
                ("f", "[g[i] * d[i] * (1 - h[i]) / (temperature * ideal) for i in items]"),
                (
                    "c",
                    "[g[i] * d[i] / (ideal * (1 + r[i]) * log(1 + r[i])) + f[i] - q[i] * sum(f) for i in items]",
                ),
            )
        return (
            *soft,
            ("d", "[log(2) / log(1 + r[i]) for i in items]"),
            ("ideal", "sum(g[i] * log(2) / log(1 + t[i]) for i in items) if sum(g) > 0 else 1"),
            ("c", "[g[i] * d[i] / (ideal * (1 + r[i]) * log(1 + r[i])) for i in items]"),
        )

    def traits(self):
        if self.top == 1:
            steepest, sharpest = bounds(self.temperature)
            return Traits(lipschitz=steepest, smoothness=sharpest, pictured=True)
        return Traits(
            lipschitz=STEEPEST / self.temperature, smoothness=SHARPEST / self.temperature**2, pictured=True
        )
