"""Ranking losses that are sums over the pairs of a list of which one member is the more relevant.

Pairs are visited one member at a time, so that memory stays that of a block; sums run in double-double.
"""

from abc import abstractmethod
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import FINITE, Interval
from losscli.families.pairwise import costs, flows, turns
from losscli.families.ranking import GONE, Powers, Ranking, amplify, apart, even, ranked, stretched
from losscli.numerics.arithmetic import FAINT, reconsidered, sure
from losscli.numerics.doubledouble import DoubleDouble, chosen, total
from losscli.parameter import flag, parameter
from losscli.traits import Traits

SIGMA = Interval(1e-100, 1e100, "[]")
BY_GRADE = "weighs each pair by the difference of its relevances"


def revived(x, weight, gap):
    """Return where a weight above 1 shows the bits that a faint number has lost."""
    return (x < FAINT) & (weight.high > 1) & (abs(gap.high) < 2 * GONE)


class Pairs:
    """The pairs that one member of each list makes with the others."""

    def __init__(self, s, y, i):
        self.one = i
        self.valid = y != y[i]
        self.ahead = np.where(y[i] > y, 1.0, -1.0)
        """Whether that member is the more relevant one: 1 or -1."""
        self.gap = apart(s[i], s).scaled(self.ahead)
        """The score of the more relevant less that of the other."""
        self.weight = apart(y[i], y).scaled(self.ahead)
        """The difference of relevances."""

    def only(self, x):
        """Return `x`, and 0 where there is no pair."""
        return np.where(self.valid, x, 0.0)


class Pairwise(Ranking):
    """A sum over pairs of a function of the gap between their scores."""

    forms = ranked(FINITE)

    def derivative(self, order, s, y):
        pairs_of = self.pairing(s, y)
        if order:
            each = self.flow(order, s, y)
            return (np.stack([each(pairs_of(i)) for i in range(len(s))]),)
        whole = DoubleDouble(np.zeros(s.shape[1]), np.zeros(s.shape[1]))
        for i in range(len(s)):
            pairs = pairs_of(i)
            won = pairs.valid & (pairs.ahead > 0)
            whole += total(np.where(won, self.cost(pairs), 0.0))
        return (whole.rounded,)

    def pairing(self, s, y):
        """Return a function that gives the pairs of one member."""
        return partial(Pairs, s, y)

    def cost(self, pairs):
        """Return the loss of pairs."""
        return self.penalty(pairs.gap)

    @abstractmethod
    def penalty(self, gap) -> Any:
        """Return the loss of pairs, from their gap."""

    @abstractmethod
    def flow(self, order, s, y) -> Any:
        """Return a function that gives, of the pairs of one member, the derivative of `order` in its score."""


class Odds(Pairwise):
    """A sum over pairs of a function of the odds that the exponentials of their scores give."""

    sigma: float = parameter(
        default=1.0, within=SIGMA, help="how steep: what scores are multiplied by", quiet=True
    )

    weighted: float

    def weighs(self):
        """Whether pairs have weights."""
        return bool(self.weighted)

    def exact(self, y):
        """Return of which lists sums of weights are exact."""
        return even(DoubleDouble(y, np.zeros_like(y))) if self.weighted else np.True_

    def derivative(self, order, s, y):
        if order == 0 and self.sigma == 1 and not self.weighs():
            return reconsidered([costs(s, y, self.surprise, 1.0)], partial(self.one_by_one, 0), s, y)
        return self.one_by_one(order, s, y)

    @abstractmethod
    def surprise(self, gap, e) -> Any:
        """Return the loss of pairs, from their gap and e^−|gap|."""

    def one_by_one(self, order, s, y):
        """Return the derivative of `order` from the pairs of each member in turn."""
        (found,) = super().derivative(order, s, y)
        if order == 0 and (faint := found < FAINT).any():  # a sum of numbers that each have lost bits
            pairs = [Pairs(s, y, i) for i in range(len(s))]
            seen = [
                (each.valid & (stretched(each.gap, self.sigma).high < GONE)).any(axis=0) for each in pairs
            ]
            found = np.where(faint & np.logical_or.reduce(seen), np.nan, found)
        return (found,)

    def flow(self, order, s, y):
        powers = Powers(s, self.sigma)
        known = powers.level & self.exact(y)

        def each(pairs):
            x, mine, theirs, whole = powers.of(pairs.one)
            first = pairs.ahead > 0
            last, ahead = chosen(first, theirs, mine), chosen(first, mine, theirs)
            terms, bound = self.terms(order, last, ahead, whole)
            if self.weighs():
                lost = revived(bound, pairs.weight, x)
                terms = DoubleDouble(np.where(lost, np.nan, terms.high), terms.low) * pairs.weight
                bound = bound * pairs.weight.high
            seen = pairs.valid & (abs(x.high) < GONE)
            bound = np.maximum(pairs.only(bound), np.where(seen, 5e-324, 0.0)).sum(axis=0)
            signs = pairs.only(pairs.ahead if order == 1 else 1.0)
            found = DoubleDouble(terms.high * signs, terms.low * signs).total()
            found = np.where(known, found.rounded, sure(found, bound))
            return amplify(np.where(bound == 0, 0.0, found), self.sigma, order)

        return each

    @abstractmethod
    def terms(self, order, last, ahead, whole) -> Any:
        """Return the derivative of each pair and its size; last / whole is the chance of the wrong order."""

    def cost(self, pairs):
        found = self.penalty(pairs.gap)
        if not self.weighs():
            return found
        lost = revived(found, pairs.weight, stretched(pairs.gap, self.sigma))
        return np.where(lost, np.nan, found * pairs.weight.rounded)

    def decay(self, gap):
        """Return sigma · gap and e^−|sigma · gap|, in doubles."""
        x = stretched(gap, self.sigma)
        return x.high, np.exp(-abs(x.high)) * (1 - np.copysign(x.low, x.low * x.high))


class Logistic(Odds):
    """A sum over pairs of the logistic loss of their gaps."""

    def surprise(self, gap, e):
        return np.maximum(-gap, 0.0) + np.log1p(e)

    def penalty(self, gap):
        x, e = self.decay(gap)
        lost = np.isinf(gap.high) & (x < 0)  # a gap beyond the largest double may be ordinary times sigma
        return np.where(lost, np.nan, np.maximum(-x, 0.0) + np.log1p(e))

    def terms(self, order, last, ahead, whole):
        p = last / whole
        terms = -p if order == 1 else p * (ahead / whole)
        return terms, abs(terms.high)


class PairwiseLogistic(Logistic):
    """How surprised one is by the order of each pair of a list, when the gap of scores is the log of the odds."""

    formula = (
        "sum((y[i] - y[j])**weighted * log(1 + exp(-sigma * (s[i] - s[j]))) "
        "for i in items for j in items if y[i] > y[j])"
    )
    slope_formula = (
        "sum((y[j] - y[k])**weighted * sigma / (1 + exp(sigma * (s[j] - s[k]))) for j in items if y[j] > y[k]) "
        "- sum((y[k] - y[j])**weighted * sigma / (1 + exp(sigma * (s[k] - s[j]))) for j in items if y[k] > y[j])"
    )
    source = "Burges et al. 2005, Learning to rank using gradient descent, doi:10.1145/1102351.1102363"
    also = (
        "ranknet", "pair-logit",
        "rax.pairwise_logistic_loss | the mean over all pairs of the batch, so that long lists dominate",
        "xgboost.rank:pairwise | divides each gradient by |gap| + 0.01 and normalises lists; its second "
        "derivative is doubled",
        "xgboost.rank:map | weighs each pair by how much swapping it changes the mean average precision",
        "catboost.PairLogit | needs explicit pairs, or makes them of the targets of a group",
        "catboost.PairLogitPairwise | the same loss; only the way in which trees are grown differs",
    )  # fmt: skip
    use = "only the order within a list matters: search results, recommendations, tournaments"
    pitfalls = (
        "a list without two different relevances costs 0; one of 100 members sums up to 4950 pairs, where rax "
        "takes the mean: 0.251 and not 0.753 for scores (2, 1, 3), relevances (1, 0, 2)",
        "all pairs count alike, at the bottom of a list as at its top: lambda-rank weighs them by what they do to NDCG",
    )
    related = (
        "lambda-rank",
        "pairwise-hinge",
        "pairwise-soft-zero-one",
        "listnet-softmax",
        "logistic-margin",
    )

    weighted: float = flag(default=0.0, help=BY_GRADE)

    def derivative(self, order, s, y):
        if order != 1 or self.sigma != 1 or self.weighted:
            return super().derivative(order, s, y)
        powers = Powers(s, 1.0)
        found = flows(powers.powers, y)
        found[:, powers.steep] = np.nan
        return reconsidered([found], partial(super().derivative, 1), s, y)

    def traits(self):
        return Traits(convex=True, lipschitz=self.sigma, smoothness=self.sigma**2 / 4, pictured=True)


class PairwiseSoftZeroOne(Odds):
    """Counts the pairs of a list that are in the wrong order, softly: a pair of equal scores counts half."""

    formula = (
        "sum((y[i] - y[j])**weighted / (1 + exp(sigma * (s[i] - s[j]))) "
        "for i in items for j in items if y[i] > y[j])"
    )
    slope_formula = (
        "sum((y[j] - y[k])**weighted * sigma / (2 + exp(sigma * (s[j] - s[k])) + exp(sigma * (s[k] - s[j]))) "
        "for j in items if y[j] > y[k]) "
        "- sum((y[k] - y[j])**weighted * sigma / (2 + exp(sigma * (s[k] - s[j])) + exp(sigma * (s[j] - s[k]))) "
        "for j in items if y[k] > y[j])"
    )
    source = (
        "Qin, Liu & Li 2010, A general approximation framework for direct optimization of information "
        "retrieval measures, doi:10.1007/s10791-009-9124-x"
    )
    also = (
        "rax.pairwise_soft_zero_one_loss | the mean over all pairs of the batch, so that long lists dominate",
    )  # fmt: skip
    use = "pairs in the wrong order should be counted, and outliers must not dominate"
    pitfalls = (
        "a pair that is far in the wrong order has hardly a slope: e^-20 = 2e-9 at a gap of -20, so training "
        "can not mend what a first error has done",
        "its second derivative is negative for pairs in the wrong order: Newton steps go the wrong way",
    )
    related = ("pairwise-logistic", "pairwise-hinge", "zero-one")

    weighted: float = flag(default=0.0, help=BY_GRADE)

    def derivative(self, order, s, y):
        if order != 1 or self.sigma != 1 or self.weighted:
            return super().derivative(order, s, y)
        powers = Powers(s, 1.0)
        found = turns(powers.powers, lambda i: DoubleDouble(np.sign(y[i] - y[i + 1 :])))
        found[:, powers.steep] = np.nan
        return reconsidered([found], partial(self.one_by_one, 1), s, y)

    def surprise(self, gap, e):
        return np.where(gap > 0, e, 1.0) / (1 + e)

    def penalty(self, gap):
        x, e = self.decay(gap)
        return np.where(x > 0, e, 1.0) / (1 + e)

    def terms(self, order, last, ahead, whole):
        p, q = last / whole, ahead / whole
        both = p * q
        terms = -both if order == 1 else both * ((ahead - last) / whole)
        return terms, both.high

    def traits(self):
        return Traits(lipschitz=self.sigma / 4, smoothness=self.sigma**2 / (6 * 3**0.5), pictured=True)
