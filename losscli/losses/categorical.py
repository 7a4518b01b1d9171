"""Losses of class probabilities, each by itself, that trust right or wrong ones less than cross-entropy."""

from abc import abstractmethod
from functools import partial
from typing import ClassVar

import numpy as np

from losscli.domain import UNIT, Interval
from losscli.families.balanced import Balanced
from losscli.families.classes import OnProbabilities
from losscli.families.onehot import weights
from losscli.families.trueclass import no_shares, sole
from losscli.loss import Array
from losscli.losses.focal import GAMMA, SOURCE, BinaryFocal
from losscli.numerics.arithmetic import FAINT, times
from losscli.parameter import parameter
from losscli.traits import Traits


class Separate(OnProbabilities):
    """A loss of class probabilities each by itself: the sum of y f(p)."""

    top: ClassVar[float | None] = None

    def swiftly(self, order):
        return sole(order, partial(self.rate, order), no_shares) if order < 2 else None

    @abstractmethod
    def rate(self, order, p) -> Array:
        """Return the derivative of f, of `order`."""

    def derivative(self, order, p, y):
        if y.ndim == 1 and order < 2:
            return (self.certain(order, p, y[None].astype(np.intp)),)
        return self.weighed(weights(y, len(p)), order, p)

    def weighed(self, y, order, p):
        """Return a derivative of the sum of f, by weights of the classes."""
        rate = self.rate(order, p)
        found = times(y, rate)
        lost = (
            np.isinf(rate) & (p > 0) & (p < 1) & (y < 1)
        )  # a small weight may meet what is infinite only in doubles
        found = np.where(lost & (y > 0), np.nan, found)
        if order == 0:
            return (found.sum(axis=0),)
        if order == 1:
            return (found,)
        matrix = np.zeros((len(p), *p.shape))
        at = np.arange(len(p))
        matrix[at, at] = found
        return (matrix,)

    def certain(self, order, p, k):
        """Return a derivative for true classes: only their probabilities count."""
        rate = self.rate(order, np.take_along_axis(p, k, axis=0))
        if order == 0:
            return rate[0]
        found = np.zeros_like(p)
        np.put_along_axis(found, k, rate, axis=0)
        return found


class GeneralizedCrossEntropy(Separate):
    """Between cross-entropy and the plain chance of being wrong: bounded, so that wrong labels do limited harm.

    Towards q = 0 it is categorical-cross-entropy; q = 1 is 1 - p of the true class.
    """

    formula = "sum(y[k] * (1 - p[k]**q) / q for k in classes)"
    slope_formula = "-y[k] * p[k]**(q - 1)"
    source = (
        "Zhang & Sabuncu 2018, Generalized cross entropy loss for training deep neural networks "
        "with noisy labels, doi:10.48550/arXiv.1805.07836"
    )
    also = (
        "gce", "lq-loss",
        "keras.losses.CategoricalGeneralizedCrossEntropy = generalized-cross-entropy:q=0.5 | "
        "neither clips nor rescales p",
    )  # fmt: skip
    use = "some training labels are wrong, and cross-entropy would learn them by heart"
    pitfalls = (
        "keras has q = 0.5; the paper, and this, 0.7",
        "at p = 0 the slope is infinite for q below 1, and the loss 1 / q",
        "small q hardly guards: at q = 0.01 the loss goes up to 100",
    )
    related = ("categorical-cross-entropy", "softmax-cross-entropy")

    q: float = parameter(
        default=0.7, within=Interval(0, 1, "(]"), help="how far from cross-entropy, near 0, to 1 - p"
    )

    def rate(self, order, p):
        q = self.q
        if order == 0:
            steps = q * np.log(p)
            return np.where(abs(steps) < 2.0**-60, -np.log(p), -np.expm1(steps) / q)
        steep = np.where(p == 0, 1.0 if q == 1 else np.inf, p**q / p)
        if order == 1:
            return -steep
        large = np.isinf(steep / p) & (p > 0)  # which 1 - q may make finite
        return np.where(large & (q < 1), np.nan, times(np.asarray(1 - q), steep / p))

    def traits(self):
        return Traits(convex=True, lipschitz=1 if self.q == 1 else np.inf)


ALPHA = Interval(0, 1e300, "[]")
FACTORS = "a factor, or one a class; 0.25 in keras"
SMOOTHING = "mixes the target with the uniform distribution"


class CategoricalFocal(Balanced, Separate):
    """Cross-entropy of class probabilities that counts the less, the surer a prediction is right."""

    top: ClassVar[float | None] = 5
    formula = "-sum((1 - p[k])**gamma * xlogy(alpha[k] * y[k], p[k]) for k in classes)"
    slope_formula = "alpha[k] * y[k] * (1 - p[k])**gamma * (gamma * log(p[k]) / (1 - p[k]) - 1 / p[k])"
    source = SOURCE
    also = (
        "focal", "focal-loss",
        "keras.losses.CategoricalFocalCrossentropy = categorical-focal:alpha=0.25 | "
        "divides every row by its sum first, inside the gradient, and clips at 1e-7; unless from_logits=True",
        "keras.losses.categorical_focal_crossentropy = categorical-focal:alpha=0.25 | "
        "divides every row by its sum first, inside the gradient, and clips at 1e-7; unless from_logits=True",
    )  # fmt: skip
    use = "some classes are rare, and the many easy rows of the others would outweigh them"
    pitfalls = (
        "one alpha is a factor of all classes alike: 0.25, as in keras, makes everything a quarter; "
        "alpha=0.25/1/2 has one for each class, in their order",
        "not honest: the best constant prediction is flatter than the class frequencies",
    )
    related = ("categorical-focal-with-logits", "binary-focal", "categorical-cross-entropy")
    instead = {"pred": "categorical-focal-with-logits"}  # noqa: RUF012

    gamma: float = parameter(
        default=2.0, within=GAMMA, help="how fast right predictions stop to count; 0 is cross-entropy"
    )
    alpha: float | tuple[float, ...] = parameter(
        default=1.0, within=ALPHA, help=FACTORS, quiet=True, each="class"
    )
    label_smoothing: float = parameter(default=0.0, within=UNIT, help=SMOOTHING, quiet=True)

    def swiftly(self, order):
        return super().swiftly(order) if self.even else None

    def derivative(self, order, p, y):
        if self.even:
            return super().derivative(order, p, y)
        return self.weighed(self.shares(y, len(p)).rounded, order, p)

    def rate(self, order, p):
        found = BinaryFocal(gamma=self.gamma).sharp(order, p, np.ones_like(p))
        if not self.even or self.factor == 1:
            return found
        lost = np.isinf(found) & (p > 0) & (p < 1) & (self.factor < 1)
        faint = (found != 0) & (abs(found) < FAINT) & (self.factor > 1)
        return np.where(lost | faint, np.nan, times(np.full_like(p, self.factor), found))

    def traits(self):
        return Traits(convex=True, best="" if self.gamma or not self.even else "the class frequencies")
