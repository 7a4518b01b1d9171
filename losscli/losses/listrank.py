"""Ranking losses of softmax: a list is a draw, or a sequence of draws, with the exponentials of its scores."""

from abc import abstractmethod
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import Interval
from losscli.families.ranking import STEEP, Ranking, amplify, apart, even, gained, places, running, stretched
from losscli.families.softmaxes import LAST
from losscli.losses import swiftrank
from losscli.numerics.arithmetic import FAINT, reconsidered, sure, times
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, total
from losscli.numerics.draws import CLEAR, Weights, at, draws
from losscli.numerics.sums import summed
from losscli.numerics.tables import log_pair
from losscli.parameter import flag, parameter
from losscli.traits import Traits


class ListnetSoftmax(Ranking):
    """How surprised the softmax over the scores of a list is by its relevances."""

    formula = "sum(y[i] * (log(Z) - beta * s[i]) for i in items)"
    slope_formula = "beta * (sum(y) * exp(beta * s[k]) / Z - y[k])"
    source = (
        "Cao et al. 2007, Learning to rank: from pairwise approach to listwise approach, "
        "doi:10.1145/1273496.1273513"
    )
    also = (
        "listnet", "softmax-loss",
        "rax.softmax_loss | the mean over lists",
        "optax.losses.ranking_softmax_loss | the mean over lists",
        "catboost.QuerySoftMax = listnet-softmax:normalize=true | its reported value is the mean over lists",
        "lightgbm.rank_xendcg | draws its targets (2^y - u) / sum, u from 0 to 1, anew each round, and adds terms of "
        "higher order: no fixed value",
    )  # fmt: skip
    use = "some members of each list are relevant, and they should come first"
    pitfalls = (
        "relevances are not normalised unless asked, as in rax and optax: scores (2, 1, 3), relevances (1, 0, 2) "
        "cost 2.2228, and 0.7409 in CatBoost",
        "a list without relevant members costs 0; so does a list of one",
        "ListNet's own targets are the softmax of relevances: give those as the relevances",
    )
    related = ("softmax-cross-entropy", "listmle", "unique-softmax", "pairwise-logistic")

    swift = True

    normalize: float = flag(default=0.0, help="divides relevances by their sum, as CatBoost does")
    beta: float = parameter(
        default=1.0,
        within=Interval(1e-100, 1e100, "[]"),
        help="how steep: what scores are multiplied by",
        quiet=True,
    )

    def derivative(self, order, s, y):
        if self.beta != 1 or self.normalize:
            return self.careful(order, s, y)
        return reconsidered(self.quick(order, s, y), partial(self.careful, order), s, y)

    def swiftly(self, order):
        if self.beta != 1 or self.normalize or order > 1:
            return None
        return swiftrank.slope if order else swiftrank.value

    def of_whole(self, whole, z, y):
        """Return the loss by Z; NaN where relevances are of no ordinary size."""
        heavy = summed(y, y.max(axis=0))
        heavy.high[~((heavy.high < 2.0**200) & (heavy.high > 2.0**-200))] = np.nan
        log, rest = log_pair(whole.high)
        first = DoubleDouble(log, rest + whole.low / whole.high) * heavy
        behind = -y * z
        return (summed(behind, behind.max(axis=0)) + first).rounded

    def quick(self, order, s, y):
        """Return the loss or a derivative; NaN where sums or differences are small."""
        weights = Weights.of(s)
        whole = weights.total()
        if order == 0:
            whole.high[~(whole.high > 1 + 2.0**-10)] = np.nan
            return (self.of_whole(whole, weights.z, y),)
        heavy = summed(y, y.max(axis=0))
        fair = (whole.high > 1 + 2.0**-10) & (heavy.high < 2.0**200) & (heavy.high > 2.0**-200)
        heavy.high[~fair] = np.nan
        share = heavy / whole
        if order == 1:
            found = weights.times(share, y)
            return (np.where(abs(found) >= CLEAR * y, found, np.nan),)
        return ((DoubleDouble(weights.e, weights.rest) * (share / whole) * weights.under(whole)).rounded,)

    def careful(self, order, s, y):
        below = apart(s, s.max(axis=0))
        z = stretched(below, self.beta)
        weight = total(y)
        scale = (
            weight if self.normalize else DoubleDouble(np.ones_like(weight.high), np.zeros_like(weight.high))
        )
        found = (self.surprise, self.slope, self.curvature)[order](z, y, weight, s)
        found = found / scale
        result = np.where(weight.high == 0, 0.0, found.rounded)
        # bits that exponentials have lost at an end, and that a weight above 1 or a sum would show
        heavy = np.log(np.maximum(weight.high, 1)) + np.log(len(s))
        faint = ((z.high < -STEEP) & (z.high > -LAST - heavy)).any(axis=0)
        small = self.normalize * (weight.high > 0) * (weight.high < 1e-250) > 0
        return (amplify(np.where((faint & (len(s) > 1)) | small, np.nan, result), self.beta, order),)

    def surprise(self, z, y, weight, s):
        first = s.argmax(axis=0)[None]
        e = np.exp(z.high) * (1 + np.where(np.isfinite(z.low), z.low, 0.0))
        np.put_along_axis(e, first, 0.0, axis=0)
        behind = np.where(np.isinf(z.high), np.nan, -z.high)
        return total(times(y, behind + np.log1p(total(e).rounded)))

    def slope(self, z, y, weight, s):
        powers = exp(z)
        whole = powers.total()
        mine, theirs = powers * weight, whole * y
        off = (mine - theirs) / whole
        known = even(DoubleDouble(y, np.zeros_like(y))) & (z.high == 0).all(axis=0)
        found = np.where(known, off.rounded, sure(off, np.maximum(mine.high, theirs.high) / whole.high))
        alone = (mine / whole).rounded
        found = np.where(y == 0, alone, found)
        return DoubleDouble(found, np.zeros_like(found))

    def curvature(self, z, y, weight, s):
        powers = exp(z)
        first = s.argmax(axis=0)[None]
        top = np.arange(len(s))[:, None] == first
        others = DoubleDouble(np.where(top, 0.0, powers.high), np.where(top, 0.0, powers.low)).total()
        whole = powers.total()
        rest = chosen(top, others, whole - powers)
        return powers / whole * (rest / whole) * weight

    def where(self, form):
        return (
            ("total", "sum(y) if normalize * sum(y) > 0 else 1"),
            ("y", "[y[i] / total**normalize for i in items]"),
            ("Z", "sum(exp(beta * s[j]) for j in items)"),
        )

    def traits(self):
        return Traits(convex=True, lipschitz=self.beta, smoothness=self.beta**2 / 4, pictured=True)


class Contests(Ranking):
    """A sum over members i of −g ln of i's share of the exponentials of itself and its rivals.

    Rivals come later when members are put in order of falling relevance: from a place on that belongs to i.
    """

    @abstractmethod
    def places(self, y) -> Any:
        """Return of relevances, which fall: where the rivals of each begin, and where those end whose rival it is."""

    @abstractmethod
    def gain(self, y) -> Any:
        """Return how much each contest counts."""

    def derivative(self, order, s, y):
        ranks = np.argsort(-y, axis=0, kind="stable")
        s, y = np.take_along_axis(s, ranks, 0), np.take_along_axis(y, ranks, 0)
        (found,) = reconsidered([self.quick(order, s, self.gain(y), y)], partial(self.careful, order), s, y)
        if order == 0:
            return (found,)
        result = np.empty_like(found)
        np.put_along_axis(result, ranks, found, 0)
        return (result,)

    def quick(self, order, s, gain, y):
        """Return the loss or a derivative of sorted lists; NaN where sums or differences are small."""
        begin, end = self.places(y)
        return draws(order, s, gain, begin, end, alone=True)

    def careful(self, order, s, y):
        """Return the loss or a derivative of sorted lists, in numbers of twice the precision."""
        below = apart(s, s.max(axis=0))
        g, e = self.gain(y), exp(below)
        begin, end = self.places(y)
        sums = running(e[::-1])  # of the last 0, 1, 2, … members
        rivals = at(sums, len(s) - begin)
        steep = below.high.min(axis=0) < -STEEP
        if order == 0:
            lost = total(times(g.rounded, np.log1p((rivals / e).rounded))).rounded
            return (np.where(steep, np.nan, lost),)
        if order == 1:
            won = at(running(g / (e + rivals)), end) * e
            lost = g * (rivals / (e + rivals))
            bound = np.maximum(won.high, lost.high)
            found = np.where(bound == 0, 0.0, sure(won - lost, bound))
        else:
            found = self.curvature(g, e, rivals, begin)
        return (np.where(steep & (len(s) > 1), np.nan, found),)

    def curvature(self, g, e, rivals, begin):
        whole = e + rivals
        found = g * (e / whole) * (rivals / whole)
        places = np.arange(len(begin))[:, None]
        for i in range(len(begin) - 1):
            met = places >= begin[i]
            theirs = DoubleDouble(np.where(met, e.high, 0.0), np.where(met, e.low, 0.0))
            top = places == theirs.high.argmax(axis=0)
            kept = DoubleDouble(np.where(top, 0.0, theirs.high), np.where(top, 0.0, theirs.low))
            rest = chosen(top, kept.total() + e[i], whole[i] - theirs)
            found += theirs / whole[i] * (rest / whole[i]) * g[i]
        return np.where((found.high < FAINT) & (found.high > 0), np.nan, found.rounded)


class Listmle(Contests):
    """How surprised one is by the order of a list, drawn member by member with the softmax of those that are left.

    r_i is the place of member i by falling relevance; equal relevances keep the order of their rows.
    """

    formula = "sum(log(Z[i]) for i in items)"
    slope_formula = "sum(exp(s[k] - s[i]) / Z[i] for i in items if r[i] <= r[k]) - 1"
    source = (
        "Xia et al. 2008, Listwise approach to learning to rank: theory and algorithm, "
        "doi:10.1145/1390156.1390306"
    )
    also = (
        "plackett-luce",
        "rax.listmle_loss | the mean over lists; given a key it breaks ties at random; it adds 2e-308 within the "
        "logarithm",
    )  # fmt: skip
    use = "the whole order of each list is known, without ties"
    pitfalls = (
        "under ties the value depends on the order of rows: relevances (1, 1, 0) cost 1.865 with scores (0, 1, 0) "
        "and 1.245 with (1, 0, 0)",
        "a list of n members costs ln n! when all scores are equal, so long lists dominate a mean over lists",
    )
    related = ("unique-softmax", "listnet-softmax", "pairwise-logistic")

    def places(self, y):
        places = np.broadcast_to(np.arange(len(y))[:, None], y.shape)
        return places + 1, places

    def gain(self, y):
        return DoubleDouble(np.ones_like(y), np.zeros_like(y))

    def quick(self, order, s, gain, y):
        return draws(order, s, gain, None, None)

    def variables(self, *row):
        return {**super().variables(*row), "r": places(row[1])}

    def where(self, form):
        return (("Z", "[sum(exp(s[j] - s[i]) for j in items if r[j] >= r[i]) for i in items]"),)

    def traits(self):
        return Traits(convex=True, lipschitz=1.0, smoothness=0.25, pictured=True)


class UniqueSoftmax(Contests):
    """How surprised the softmax of each member and the less relevant ones is by that member, times its gain."""

    formula = "sum(g[i] * log(Z[i]) for i in items)"
    slope_formula = (
        "sum(g[i] * exp(s[k] - s[i]) / Z[i] for i in items if y[i] > y[k]) + g[k] * (1 / Z[k] - 1)"
    )
    source = (
        "Zhu & Klabjan 2020, Listwise learning to rank by exploring unique ratings, "
        "doi:10.1145/3336191.3371814"
    )
    also = ("rax.unique_softmax_loss | the mean over lists",)
    use = "lists have several grades of relevance, and members of the same grade should not compete"
    pitfalls = (
        "the gain 2^y - 1 is part of the loss: grade 4 counts 15 times as much as grade 1",
        "grades of 60 and more drown all others: 2^60 is 1e18",
    )
    related = ("listnet-softmax", "listmle", "approx-ndcg")

    linear: float = flag(default=0.0, help="takes relevances themselves as gains, and not 2^y - 1")

    def places(self, y):
        same = np.concatenate([np.zeros((1, y.shape[1]), bool), y[1:] == y[:-1]])
        index = np.broadcast_to(np.arange(len(y))[:, None], y.shape)
        first = np.maximum.accumulate(np.where(same, 0, index), axis=0)
        last = np.concatenate([~same[1:], np.ones((1, y.shape[1]), bool)])
        behind = np.minimum.accumulate(np.where(last, index + 1, len(y))[::-1], axis=0)[::-1]
        return behind, first

    def gain(self, y):
        return DoubleDouble(y, np.zeros_like(y)) if self.linear else gained(y)

    def where(self, form):
        return (
            ("Z", "[1 + sum(exp(s[j] - s[i]) for j in items if y[j] < y[i]) for i in items]"),
            ("g", "[y[i] if linear > 0 else 2**y[i] - 1 for i in items]"),
        )

    def traits(self):
        return Traits(convex=True, lipschitz=1.0, smoothness=0.25, pictured=True)
