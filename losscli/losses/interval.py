"""Losses of forecasts that are some quantiles: the two ends of an interval, or several levels."""

from fractions import Fraction

import numpy as np

from losscli.blocks import squares
from losscli.domain import Interval
from losscli.families.pointwise import TARGET
from losscli.loss import Axis, Input, Loss, Section
from losscli.numerics.arithmetic import FAINT, gathered
from losscli.parameter import parameter
from losscli.traits import Traits

LEVEL = Interval(0, 1)
LOWER = Input("lower", wrt=True, columns=("lower", "low", "lo", "lwr", "l"))
UPPER = Input("upper", wrt=True, columns=("upper", "high", "hi", "upr", "u"))
OBSERVED = Input("target", columns=(*TARGET, "obs", "observation"))
QUANTILES = Input(
    "pred", kind="vector", wrt=True, columns=("q", "quantile", "quantiles", "y_pred", "pred", "prediction")
)
LEVELS = Input("level", LEVEL, "vector", columns=("level", "levels", "tau", "alpha"))


class OfInterval(Loss):
    """A loss of an interval, drawn over its centre."""

    family = "probabilistic forecasts"
    symbols = "l, u, y"

    def variables(self, *row):
        return dict(zip("luy", row, strict=True))

    @property
    def axis(self):
        return Axis("x", "centre  x  of width 2, at target 0", -3, 3)

    def sections(self):
        def around(x):
            return x - 1, x + 1, np.zeros_like(x)

        return (Section("", around, lambda gradient: gradient[0] + gradient[1], kinks=self.traits().kinks),)


class IntervalScore(OfInterval):
    """Charges the width of an interval, and dearly each unit by which the target lies outside it.

    Least in the mean for the interval between the alpha/2- and the (1 - alpha/2)-quantile.
    """

    forms = ((LOWER, UPPER, OBSERVED),)
    formula = "(u - l) + 2 / alpha * max(0, l - y) + 2 / alpha * max(0, y - u)"
    slope_formula = "-1 if y > l else 2 / alpha - 1 if y < l else 0"
    source = (
        "Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation, "
        "doi:10.1198/016214506000001437"
    )
    also = (
        "winkler", "winkler-score", "winkler-loss", "mean-interval-score",
        "scoringrules.interval_score | obs comes first: interval_score(obs, lower, upper, alpha)",
    )  # fmt: skip
    use = "a forecast is an interval that should hold the target with probability 1 - alpha"
    pitfalls = (
        "alpha is the share of targets that may lie outside: 0.1 for an interval of 90 %, not 0.9",
        "not in units of the pinball loss: it is 2/alpha times the sum of quantile:tau=alpha/2 of lower and "
        "quantile:tau=1-alpha/2 of upper, so scores at different alpha do not compare",
        "ends that have changed places are not refused: the width then counts as negative, but what lies "
        "outside costs more than that",
        "where an end meets the target we give it the slope 0; automatic differentiation mostly gives -1 and 1",
    )
    related = ("weighted-interval-score", "quantile")

    alpha: float = parameter(default=0.1, within=LEVEL, help="the share of targets to lie outside")

    swift = True

    def filled(self, order, *block):
        *outs, lower, upper, y = block
        if order == 2 or self.alpha < FAINT:
            return True
        ends, steep = (y - lower, upper - y), float(2 / Fraction(self.alpha) - 1)
        if order == 0:  # rounded: a gap, the factor, their product and the sum
            np.maximum(ends[0], ends[0] * -steep, out=outs[0])
            outs[0] += np.maximum(ends[1], ends[1] * -steep)
            outs[0] += 0.0
        else:
            for inwards, out in zip(ends, outs, strict=True):
                side = np.sign(inwards)
                np.maximum(side * -steep, 0.0 - side, out=out)
                out += 0.0  # no -0.0
            np.subtract(0.0, outs[1], outs[1])
        return False

    def derivative(self, order, *block):
        lower, upper, y = block
        if order == 2:
            return np.zeros_like(lower), np.zeros_like(upper)
        if order == 1:
            return 0.0 - self.slope(y - lower), self.slope(upper - y)
        # pinball losses of the two ends: nothing cancels, as it does in (u - l) + ...
        return (self.end(y - lower) + self.end(upper - y),)

    def end(self, inwards):
        """Return the cost of an end, from which the target is so far inwards."""
        return np.where(inwards < 0, -inwards / self.alpha * (2 - self.alpha), inwards)

    def slope(self, inwards):
        """Return the derivative of `end`."""
        return np.where(inwards < 0, -(2 - self.alpha) / self.alpha, np.sign(inwards))

    def corner(self, *block):
        lower, upper, y = block
        return (lower == y) | (upper == y)

    def traits(self):
        return Traits(
            convex=True,
            symmetric=True,
            lipschitz=2 / self.alpha,
            smoothness=0,
            kinks=(-1.0, 1.0),
            proper="proper",
        )


class WeightedIntervalScore(Loss):
    """Scores several quantiles at once: twice the mean of their pinball losses, near the crps of the forecast.

    Without levels the K quantiles are those at 1/(K+1), 2/(K+1), ... K/(K+1).
    """

    family = "probabilistic forecasts"
    symbols = "q, y"
    swift = True
    forms = ((QUANTILES, OBSERVED), (QUANTILES, LEVELS, OBSERVED))
    formula = "2 * sum(max(tau[k] * (y - q[k]), (tau[k] - 1) * (y - q[k])) for k in classes) / K"
    slope_formula = "-2 * tau[k] / K if q[k] < y else 2 * (1 - tau[k]) / K if q[k] > y else 0"
    source = (
        "Bracher et al. 2021, Evaluating epidemic forecasts in an interval format, "
        "doi:10.1371/journal.pcbi.1008618"
    )
    also = (
        "wis", "crps-quantile", "mean-pinball",
        "scoringrules.crps_quantile | obs comes first, and the levels are given once for all rows",
        "scoringrules.weighted_interval_score | takes a median and the ends of K intervals, with weights alpha_k/2: "
        "the same for the 2K+1 quantiles at 1/2, alpha_k/2 and 1 - alpha_k/2, but version 0.10 adds half the median "
        "itself in place of half its distance from the target: 0.867 for 1.2",
        "gluonts.ev.metrics.MeanWeightedSumQuantileLoss | the sum over rows, divided by the sum of |target|",
        "gluonts.evaluation.Evaluator.mean_wQuantileLoss | the sum over rows, divided by the sum of |target|",
    )  # fmt: skip
    use = "a forecast is a few quantiles, and one number should judge them all"
    pitfalls = (
        "for a median and K intervals it is (|y - m|/2 + sum of alpha_k/2 interval scores) / (K + 1/2)",
        "it has the factor 2 that makes it tend to the crps with ever more levels; one level 0.5 alone is mae",
        "quantiles that cross are not refused, and each level counts by itself",
    )
    related = ("interval-score", "quantile", "crps-ensemble")

    def derivative(self, order, *block):
        q, y = block[0], block[-1]
        count = len(q)
        tau, rest = self.weights(count, *block[1:-1])
        if order == 2:
            return (np.zeros_like(q),)
        if order == 1:
            found = (q > y) * (2 * rest / count)
            found -= (q < y) * (2 * tau / count)
            return (found,)
        gap = q - y
        terms = np.maximum(rest * gap, -tau * gap)
        found = gathered(terms) / count * 2
        if not squares(gap) < np.inf:  # a gap or a sum may have no double, and its share one
            found[~np.isfinite(found) & np.isfinite(q).all(axis=0) & np.isfinite(y)] = np.nan
        small = found < FAINT
        if small.any():
            found[small & (q != y).any(axis=0)] = np.nan
        return (found,)

    def weights(self, count, tau=None):
        """Return what a unit costs above a quantile, and what below it."""
        if tau is not None:
            return tau, 1 - tau
        rank = np.arange(1.0, count + 1)[:, None]
        return rank / (count + 1), rank[::-1] / (count + 1)

    def corner(self, *block):
        return (block[0] == block[-1]).any(axis=0)

    def variables(self, *row):
        q, y, count = row[0], row[-1], len(row[0])
        one = y - y + 1  # an exact number, so that what it is divided by leaves it exact
        even = tuple((k + 1) * one / (count + 1) for k in range(count))
        return {"q": q, "y": y, "tau": row[1] if len(row) > 2 else even, "classes": range(count), "K": count}

    @property
    def axis(self):
        return Axis("x", "median  x  of x-1, x, x+1, at target 0", -3, 3)

    def sections(self):
        def around(x):
            return np.stack([x - 1, x, x + 1], axis=1), np.zeros_like(x)

        return (Section("", around, lambda gradient: gradient.sum(axis=1), kinks=(-1.0, 0.0, 1.0)),)

    def traits(self):
        return Traits(
            convex=True, symmetric=True, lipschitz=1, smoothness=0, kinks=(-1.0, 0.0, 1.0), proper="proper"
        )
