"""Divergences of a distribution from another, which sum what each class costs."""

from abc import abstractmethod
from functools import partial

import numpy as np

from losscli.domain import UNIT, Interval
from losscli.families import trueclass
from losscli.families.onehot import pick, placed, weights
from losscli.families.pointwise import PROBABILITY, TARGET
from losscli.loss import Axis, Input, Loss, Section
from losscli.numerics.arithmetic import DOUBT, FAINT, compensated, corrected, over, over_square, with_care
from losscli.numerics.bregman import LEAST, apart, crossed, entropic
from losscli.numerics.doubledouble import DoubleDouble, exp, log, two_sum
from losscli.numerics.tables import exp_pair, log_pair
from losscli.traits import Traits

NONPOSITIVE = Interval(high=0, ends="[]")
LOG_PROBABILITY = ("log_p", "log_prob", "log_probs", "logp", "logprob", "z", "y_pred", "pred", "prediction")
WIDE = 2.0**480  # products of larger numbers are not exact, nor are those of numbers below its inverse
CLEAR = 2.0**-400  # a loss above this does not see what such products lose
DOUBLE = 2.0**-15  # a loss above this part of its terms does not see what the pairs of `tables` lack
MODERATE, LAST = 2.0**100, 600.0  # beside CLEAR, the exponential of -LAST is nothing, even so many times


def summed(term, largest, z):
    """Return the sum of terms of both signs as doubles; NaN where too much of the `largest` cancelled."""
    found, top = term.total(), largest.max(axis=0)
    lost = (abs(found.high) < DOUBT * top) | (abs(found.high) < CLEAR) & (top > 0)
    lost = np.where(lost | ((abs(z) > WIDE) & np.isfinite(z)).any(axis=0), np.nan, found.rounded)
    return np.where((z == -np.inf).any(axis=0), np.inf, lost)


class Divergence(Loss):
    """A loss of two distributions over the same classes: the predicted one and the target, or one class."""

    family = "distributions"
    symbols = "p, y"

    swift = True

    def derivative(self, order, *block):
        x, target = block
        if target.ndim == 1 and order < 2:
            k = target.astype(np.intp)
            return ((self.sole, self.sole_slope)[order](x, k),)
        return ((self.penalty, self.slope, self.curvature)[order](x, weights(target, len(x))),)

    def sole(self, x, k):
        """Return the loss where the target is the class `k` alone."""
        return self.penalty(x, weights(k, len(x)))

    def sole_slope(self, x, k):
        """Return the slope where the target is the class `k` alone."""
        return self.slope(x, weights(k, len(x)))

    @abstractmethod
    def penalty(self, x, y): ...

    @abstractmethod
    def slope(self, x, y): ...

    def curvature(self, x, y):
        """Return the second derivative: 0 of what is linear."""
        return np.zeros_like(x)

    def variables(self, *row):
        return {**dict(zip(self.symbols.split(", "), row, strict=True)), "classes": range(len(row[0]))}


class OfProbabilities(Divergence):
    """A divergence of probabilities, drawn for two classes."""

    instead = {"pred": "softmax-cross-entropy"}  # noqa: RUF012
    forms = (
        (
            Input("pred", UNIT, "vector", wrt=True, columns=PROBABILITY, simplex=True),
            Input("target", UNIT, "class", of="pred", columns=TARGET, simplex=True),
        ),
    )
    targets = (0.5, 0.9)
    kinked_at_target = False
    top = 2.0

    @property
    def axis(self):
        return Axis("p", "predicted probability of the first class  p", 0, 1, top=self.top)

    def sections(self):
        return tuple(
            Section(
                f"target {y:g}, {1 - y:.1g}",
                partial(two_classes, y=y),
                lambda gradient: gradient[:, 0] - gradient[:, 1],
                kinks=(y,) if self.kinked_at_target else (),
            )
            for y in self.targets
        )


def two_classes(x, y):
    """Return the probabilities `x` of the first of two classes, and `y`, as rows."""
    return np.stack([x, 1 - x], 1), np.tile([y, 1 - y], (len(x), 1))


class KLDivergence(OfProbabilities):
    """How many nats it costs to take the predicted distribution for the target: Kullback-Leibler divergence.

    The target comes first: KL(y || p). A class whose target is 0 costs nothing, whatever is predicted.
    """

    formula = "sum(xlogy(y[k], y[k]) - xlogy(y[k], p[k]) for k in classes)"
    slope_formula = "-y[k] / p[k]"
    source = "Kullback & Leibler 1951, On information and sufficiency, doi:10.1214/aoms/1177729694"
    also = (
        "kl", "kld", "relative-entropy",
        "keras.losses.KLDivergence | clips both to [1e-7, 1], so that nothing costs inf",
        "keras.losses.kl_divergence | clips both to [1e-7, 1]",
        "keras.losses.kullback_leibler_divergence | clips both to [1e-7, 1]",
        "keras.losses.KLD | clips both to [1e-7, 1]",
        "torchmetrics.functional.kl_divergence | its first argument is our target; divides each row by its sum",
        "torchmetrics.KLDivergence | its first argument is our target; divides each row by its sum",
        "scipy.special.rel_entr | one term of the sum: the target is its first argument",
    )  # fmt: skip
    use = "targets are distributions over classes, and a model gives probabilities"
    pitfalls = (
        "not symmetric: of (0.5, 0.5) and (0.9, 0.1) it is 0.511 or 0.368",
        "torch takes the logarithms of what is predicted: fed probabilities, kl_div says -1.193 for 0.511",
        "a prediction of 0 where the target is not costs inf; keras says 7.37 for (1, 0) against (0.5, 0.5)",
        "its slope is that of categorical-cross-entropy, from which the entropy of the target is taken off",
    )
    related = ("kl-divergence-log", "categorical-cross-entropy", "generalized-kl", "js-divergence")

    def swiftly(self, order):
        if order == 2:
            return None
        return trueclass.sole(
            order, (trueclass.surprise, trueclass.surprise_slope)[order], trueclass.no_shares
        )

    def sole(self, p, k):
        return trueclass.surprise(pick(p, k))

    def sole_slope(self, p, k):
        return placed(k, trueclass.surprise_slope(pick(p, k)), p.shape)

    def penalty(self, p, y):
        whole, lost = compensated(apart(p, y))
        more, rest = compensated(*two_sum(y, -p))
        found = whole + (more + (lost + rest))
        return with_care(~(abs(more) < whole / 8) | (whole < LEAST), found, self.careful, p, y)

    def careful(self, p, y):
        idle = y == 0
        terms, exponent = entropic(np.where(idle, 1.0, p), np.where(idle, 1.0, y))
        whole = terms.shifted(exponent).total()
        # what the terms hold more than y ln(y/p); no class without weight comes in
        found = whole + DoubleDouble.of_sum(np.where(idle, 0.0, y), -np.where(idle, 0.0, p)).total()
        lost = (abs(found.high) < whole.high / 4) | (abs(found.high) < FAINT) & (found.high != 0)
        return np.where(((p == 0) & ~idle).any(axis=0), np.inf, np.where(lost, np.nan, found.rounded))

    def slope(self, p, y):
        return 0.0 - over(y, p)

    def curvature(self, p, y):
        return over_square(y, p)

    def traits(self):
        return Traits(convex=True, best="the class frequencies", proper="strictly proper")


class KLDivergenceLog(Divergence):
    """Kullback-Leibler divergence of predicted log-probabilities from target probabilities, as torch takes it.

    Linear in what is predicted: it is least only among log-probabilities, whose exponentials sum to 1.
    """

    symbols = "z, y"
    forms = (
        (
            Input("pred", NONPOSITIVE, "vector", wrt=True, columns=LOG_PROBABILITY),
            Input("target", UNIT, "class", of="pred", columns=TARGET, simplex=True),
        ),
    )
    instead = {"pred": "softmax-cross-entropy"}  # noqa: RUF012
    formula = "sum(xlogy(y[k], y[k]) - y[k] * z[k] for k in classes)"
    slope_formula = "-y[k]"
    source = KLDivergence.source
    also = (
        "torch.nn.KLDivLoss | its default reduction divides by the number of entries, not of rows: ask for batchmean",
        "torch.nn.functional.kl_div | its default reduction divides by the number of entries, not of rows",
        "optax.kl_divergence", "optax.losses.kl_divergence",
    )  # fmt: skip
    use = "targets are distributions over classes, and a model gives the logarithms of probabilities"
    example = "-0.25/-1.5:1/0"
    pitfalls = (
        "probabilities or logits for log-probabilities: those above 0 are refused, the others pass silently",
        "torch's reduction='mean' also divides by the number of classes: 0.2554 for 0.5108 of two",
        "a step along the slope leaves the log-probabilities unless a log-softmax comes before",
        "torch and optax give nan where the target is 0 and the log-probability -inf; here that costs 0",
    )
    related = ("kl-divergence", "kl-divergence-log-target", "softmax-cross-entropy")

    def swiftly(self, order):
        if order == 2:
            return None
        return trueclass.sole(order, (trueclass.minus, trueclass.level)[order], trueclass.no_logarithms)

    def sole(self, z, k):
        return trueclass.minus(pick(z, k))

    def sole_slope(self, z, k):
        return placed(k, -1.0, z.shape)

    def penalty(self, z, y):
        if not y.all():
            y, z = np.where(y > 0, y, 1.0), np.where(y > 0, z, 0.0)
        log_y = np.log(y)
        found, _ = crossed(y, *two_sum(log_y, -z))
        known = (1.1 * abs(y * log_y).sum(axis=0) < 3 * abs(found)) & (abs(found) > CLEAR)
        return with_care(~known, found, self.closer, z, y)

    def closer(self, z, y):
        """Return the loss by logarithms of some 72 bits after the point."""
        log_y, low = log_pair(y)
        gap, lost = two_sum(log_y, -z)
        found, size = crossed(y, gap, lost + low)
        known = abs(found) > DOUBLE * (size + (y - y * log_y).sum(axis=0))
        np.copyto(found, np.nan, where=~(known & (abs(found) > CLEAR) & (y > FAINT).all(axis=0)))
        return corrected(found, self.careful, z, y)

    def careful(self, z, y):
        log_y = log(y)
        return summed((log_y - z) * y, y * np.maximum(abs(log_y.high), abs(z)), z)

    def slope(self, z, y):
        return 0.0 - y

    def traits(self):
        return Traits(convex=True, lipschitz=1, smoothness=0)


class KLDivergenceLogTarget(Divergence):
    """Kullback-Leibler divergence of predicted log-probabilities from a target of log-probabilities."""

    symbols = "z, s"
    forms = (
        (
            Input("pred", NONPOSITIVE, "vector", wrt=True, columns=LOG_PROBABILITY),
            Input("target", NONPOSITIVE, "vector", columns=("log_target", "target_log", "teacher", *TARGET)),
        ),
    )
    formula = "sum(exp(s[k]) * (s[k] - z[k]) for k in classes)"
    slope_formula = "-exp(s[k])"
    source = KLDivergence.source
    also = (
        "optax.losses.kl_divergence_with_log_targets",
    )  # fmt: skip
    use = "both model and target give logarithms of probabilities, as in distillation"
    example = "-0.25/-1.5:-0.7/-0.7"
    pitfalls = (
        "torch's KLDivLoss is this one with log_target=True alone; by default it takes probabilities as targets",
        "where both are -inf torch and optax give nan; here such a class costs 0",
    )
    related = ("kl-divergence-log", "kl-divergence")

    def swiftly(self, order):
        return (trueclass.crossed, trueclass.exponentials)[order] if order < 2 else None

    def derivative(self, order, *block):
        return ((self.penalty, self.slope, self.curvature)[order](*block),)

    def penalty(self, z, s):
        some = s > -np.inf
        if not some.all():
            z, s = np.where(some, z, 0.0), np.where(some, s, 0.0)
        found, size = crossed(np.exp(s), *two_sum(s, -z))
        known = (1.1 * size < 3 * abs(found)) & (abs(found) > CLEAR) & (z.min(axis=0) > -MODERATE)
        return with_care(~known, found, self.closer, z, s)

    def closer(self, z, s):
        """Return the loss by exponentials of some 70 bits."""
        least = np.maximum(s, -LAST)
        share, low = exp_pair(least)
        gap, lost = two_sum(least, -z)
        found, size = crossed(share, gap, lost + gap * (low / share))
        known = (abs(found) > DOUBLE * size) & (abs(found) > CLEAR) & (z.min(axis=0) > -MODERATE)
        np.copyto(found, np.nan, where=~known)
        return corrected(found, self.careful, z, s)

    def careful(self, z, s):
        term = DoubleDouble.of_sum(s, -z) * exp(s)
        return summed(term, abs(term.high), z)

    def slope(self, z, s):
        return 0.0 - np.exp(s)

    def traits(self):
        return Traits(convex=True, lipschitz=1, smoothness=0)
