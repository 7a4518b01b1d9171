"""LambdaRank: pairs of a list, weighed by what they do to the normalised discounted cumulative gain."""

from functools import partial
from math import log, tanh

import numpy as np

from losscli.domain import Index
from losscli.families.pairwise import costs, flows
from losscli.families.ranking import Powers, gained, places, ranked
from losscli.loss import Axis, Section
from losscli.losses.ndcg import discounted, ideal
from losscli.losses.pairrank import Logistic, Pairs
from losscli.numerics.arithmetic import FAINT, reconsidered, sure
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.tables import product
from losscli.parameter import flag, parameter
from losscli.traits import Traits

FIRST, LAST = 1 - log(2) / log(3), 0.5
"""What the second and the third place are less worth than the first."""


class LambdaRank(Logistic):
    """pairwise-logistic, with each pair weighed by how much NDCG changes if its two members change places.

    The weights are those of the order as it is, and held: the loss is a smooth sum of pairs as long as no two members
    change places, and jumps where they do. r_i is the place of member i by falling score, equal ones in the order of
    the list; t_i is its place by falling relevance. h_i is 1 if r_i is at most top, else 0.
    """

    forms = ranked()
    formula = (
        "sum(w[i][j] * log(1 + exp(-sigma * (s[i] - s[j]))) for i in items for j in items if y[i] > y[j])"
    )
    slope_formula = (
        "sum(w[j][k] * sigma / (1 + exp(sigma * (s[j] - s[k]))) for j in items if y[j] > y[k]) "
        "- sum(w[k][j] * sigma / (1 + exp(sigma * (s[k] - s[j]))) for j in items if y[k] > y[j])"
    )
    source = (
        "Burges, Ragno & Le 2006, Learning to rank with nonsmooth cost functions, "
        "doi:10.7551/mitpress/7503.003.0029"
    )
    also = (
        "lambdamart", "lambda-loss-ndcg",
        "lightgbm.lambdarank | lambdarank_norm=true, the default, divides pairs by 0.01 + |gap| and rescales lists; "
        "its lambdarank_truncation_level, 30 by default, is top; its parameter sigmoid is sigma, read from a table",
        "xgboost.rank:ndcg | divides each pair by 0.01 + |gap| and rescales lists, unless "
        "lambdarank_score_normalization and lambdarank_normalization are false; its lambdarank_num_pair_per_sample "
        "is top; its second derivative is doubled",
        "rax.dcg_lambdaweight = lambda-rank:dcg=true | as weights of rax.pairwise_logistic_loss, times the length of "
        "the list, and the mean over pairs; with normalize=True lambda-rank; its topn makes places below worth 0",
        "catboost.LambdaMart | of the metric that it is told, NDCG by default",
    )  # fmt: skip
    use = "what counts is NDCG, the top of each list, and trees or networks take gradients of pairs"
    pitfalls = (
        "its slope is not that of NDCG, which is level but for jumps: it is that of a sum of pairs whose weights "
        "are held, and no smooth function has it everywhere",
        "the loss itself jumps where two members change places, and may rise though all pairs are better: do not "
        "compare its values, compare NDCG",
        "of equal scores the one further up counts as ahead, so that a list of equal scores, as at the start of "
        "boosting, has weights by the order of its rows",
        "gains are 2^y - 1; linear=true takes relevances themselves",
        "top leaves out pairs of which no member is that far up, and the ideal ends there; the weights of the others "
        "know places below, as in LightGBM and XGBoost: it is not NDCG@k",
    )
    related = ("pairwise-logistic", "approx-ndcg", "listnet-softmax")

    linear: float = flag(default=0.0, help="takes relevances themselves as gains, and not 2^y - 1")
    top: float = parameter(
        default=0.0,
        within=Index(2**31),
        help="takes pairs with a member in so many first places only; 0 is all",
        quiet=True,
    )

    dcg: float = flag(
        default=0.0, help="weighs pairs by what they do to DCG, not divided by that of the best order"
    )

    def weighs(self):
        return True

    def exact(self, y):
        return np.False_

    def derivative(self, order, s, y):
        if order == 2 or self.sigma != 1:
            (found,) = self.one_by_one(order, s, y)
        else:
            (found,) = reconsidered([self.quick(order, s, y)], partial(self.one_by_one, order), s, y)
        return (self.undivided(found, y) if self.dcg else found,)

    def undivided(self, found, y):
        """Return what is `found` of gains below 1 as it is of gains as they are; NaN where that shows lost bits."""
        up = exponent(self.gains(y))
        faint = (abs(found) < FAINT) & (up > 0) & (y != y[0]).any(axis=0)
        lost = faint & ((found != 0) | (up > 200))  # beyond, what is gone may come back
        return np.where(lost, np.nan, np.ldexp(found, up))

    def gains(self, y):
        """Return what relevances are worth."""
        return DoubleDouble(y, np.zeros_like(y)) if self.linear else gained(y)

    def quick(self, order, s, y):
        """Return the loss or its slope, each pair met once; NaN where that is not sure."""
        gains, best, place, discount, unfit = self.known(s, y)
        best.high[best.high == 0] = 1.0
        whole = gains.high * 2.0**40
        unfit |= ((gains.low != 0) | (whole != np.rint(whole))).any(
            axis=0
        )  # else their differences are exact

        def weigh(i):
            rise = gains.high[i] - gains.high[i + 1 :]
            fall, lost = two_sum(discount.high[i], -discount.high[i + 1 :])
            lost += discount.low[i] - discount.low[i + 1 :]
            rise = abs(rise) * np.sign(fall)
            if self.top:
                rise *= np.minimum(place[i], place[i + 1 :]) <= self.top
            near, less = product(rise, fall)
            less += rise * lost
            return DoubleDouble(near, less)

        if order == 0:
            found = (costs(s, y, self.surprise, 1.0, weigh) / best).rounded
        else:
            powers = Powers(s, 1.0)
            unfit |= powers.steep
            found = (flows(powers.powers, y, weigh) / best).rounded
        return np.where(unfit, np.nan, found)

    def known(self, s, y):
        """Return gains, what the best order has, places with their discounts, and which lists are for others."""
        gains = self.gains(y)
        gains = gains.shifted(-exponent(gains))  # only their ratios count
        unfit = ((gains.high == 0) & (y > 0) | (gains.high > 0) & (gains.high < 2.0**-300)).any(axis=0)
        best = DoubleDouble(np.ones(s.shape[1])) if self.dcg else ideal(gains, int(self.top))
        place = np.empty_like(s)
        np.put_along_axis(place, np.argsort(-s, axis=0, kind="stable"), order_of(s), axis=0)
        shares = discounted(DoubleDouble(np.arange(1.0, len(s) + 1)))
        at = place.astype(np.intp) - 1
        discount = DoubleDouble(shares.high.take(at), shares.low.take(at))
        return gains, best, place, discount, unfit

    def pairing(self, s, y):
        gains, best, place, discount, unfit = self.known(s, y)

        def pairs_of(i):
            pairs = Pairs(s, y, i)
            if self.top:
                pairs.valid &= np.minimum(place, place[i]) <= self.top
            rise = apart(gains, i)
            weight = abs(rise * apart(discount, i)) / best
            known = pairs.valid & ~np.isnan(sure(rise, np.maximum(gains.high, gains.high[i]))) & ~unfit
            pairs.weight = DoubleDouble(
                np.where(known, weight.high, np.where(pairs.valid, np.nan, 0.0)),
                np.where(known, weight.low, 0.0),
            )
            return pairs

        return pairs_of

    def corner(self, s, y):
        ordered = np.sort(s, axis=0)
        tied = (ordered[1:] == ordered[:-1]).any(axis=0)
        return tied & (y != y[0]).any(axis=0) & (len(s) > 2)

    def variables(self, *row):
        s, y = row
        r = places(s)
        h = [float(each <= self.top) for each in r]
        return {**super().variables(*row), "r": r, "t": places(y), "h": h}

    def where(self, form):
        first, held = (" if t[i] <= top", " * (h[i] + h[j] - h[i] * h[j])") if self.top else ("", "")
        whole = "" if self.dcg else " / ideal"
        best = (
            ("ideal", f"sum(g[i] * log(2) / log(1 + t[i]) for i in items{first}) if sum(g) > 0 else 1"),
        ) * bool(whole)
        return (
            ("g", "[y[i] if linear > 0 else 2**y[i] - 1 for i in items]"),
            ("d", "[log(2) / log(1 + r[i]) for i in items]"),
            *best,
            ("w", f"[[abs(g[i] - g[j]) * abs(d[i] - d[j]){held}{whole} for j in items] for i in items]"),
        )

    @property
    def axis(self):
        return Axis("gap", "score of the relevant one, the others' being -1 and 1", -5, 5)

    def sections(self):
        return (Section("", beside, lambda gradient: gradient[:, 0], kinks=(-1.0, 1.0)),)

    def traits(self):
        chance = (1 - tanh(self.sigma)) / 2
        return Traits(smoothness=self.sigma**2 * (FIRST / 4 + LAST * chance * (1 - chance)), pictured=True)


def exponent(gains):
    """Return the power of 2 above the largest gain."""
    return np.frexp(gains.high.max(axis=0))[1]


def order_of(s):
    """Return the numbers 1, 2, 3, … along the first axis."""
    return np.broadcast_to(np.arange(1.0, len(s) + 1)[:, None], s.shape)


def apart(x, i):
    """Return the number of member `i` less those of all."""
    one = DoubleDouble(np.broadcast_to(x.high[i], x.high.shape), np.broadcast_to(x.low[i], x.low.shape))
    return one - x


def beside(x):
    """Return lists of a relevant member with the score `x`, and two others."""
    scores = np.stack([x, np.full_like(x, -1.0), np.ones_like(x)], axis=1)
    return scores, np.tile([1.0, 0.0, 0.0], (len(x), 1))
