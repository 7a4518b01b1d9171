"""Losses of the margin m = y s: of a score s and a label y that is -1 or 1."""

import numpy as np

from losscli.domain import POSITIVE, Interval
from losscli.families.pointwise import Margin
from losscli.numerics.doubledouble import two_sum
from losscli.numerics.quick import ROOMS, missing
from losscli.parameter import parameter
from losscli.traits import Traits

MARGIN = Interval(0, np.inf, "[)")


class Hinge(Margin):
    """Charges a straight line up to the margin, 1, and nothing beyond: the loss of support vector machines."""

    formula = "max(0, margin - m)"
    slope_formula = "-1 if m < margin else 0"
    source = "Cortes & Vapnik 1995, Support-vector networks, doi:10.1007/BF00994018"
    also = (
        "svm",
        "keras.losses.Hinge | turns labels 0 and 1 into -1 and 1 if no other label is in the batch; slope "
        "-y/2 at the kink",
        "keras.losses.hinge | turns labels 0 and 1 into -1 and 1 if no other label is in the batch; slope "
        "-y/2 at the kink",
        "optax.hinge_loss | slope -y/2 at the kink",
        "sklearn.metrics.hinge_loss | of two classes, whatever their labels; if only one occurs it counts as -1",
        "sklearn.linear_model.SGDClassifier.hinge | slope -y at the kink; margin is its threshold",
        "torchmetrics.functional.classification.binary_hinge_loss | "
        "takes a sigmoid first if any score is outside [0, 1]",
        "xgboost.binary:hinge | labels 0 and 1; second derivative 1 where ours is 0",
        "catboost.HingeLoss | labels 0 and 1; a metric only",
        "LossFunctions.jl.L1HingeLoss", "LossFunctions.jl.HingeLoss",
    )  # fmt: skip
    use = "only the side of the boundary matters, and rows well on their side should not pull on it"
    pitfalls = (
        "labels are -1 and 1: keras recodes 0 and 1 unless the batch has other labels too",
        "sklearn's hinge_loss takes the labels of a file with one class for -1",
        "at the margin we give the slope 0; keras and optax give half of it, sklearn all",
        "scores are no probabilities, nor can they be turned into honest ones",
    )
    related = ("squared-hinge", "smoothed-hinge", "perceptron", "logistic-margin")

    margin: float = parameter(default=1.0, within=MARGIN, help="how far on its side a row costs nothing")

    def steady(self, order):
        return 0.0 if order == 2 else None

    def brisk(self, order, m):
        if order == 0:
            np.subtract(self.margin, m, m).clip(0.0, np.inf, m)
            return False
        doubt = missing(m)
        np.less(m, self.margin, m)
        return doubt

    def penalty(self, m):
        return np.maximum(0.0, self.margin - m)

    def slope(self, m):
        return -(m < self.margin).astype(np.float64)

    def curvature(self, m):
        return np.zeros_like(m)

    def corner(self, prediction, target):
        return prediction * target == self.margin

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=1,
            smoothness=0,
            kinks=(self.margin,),
            best="the label of the majority" + of_margin(self.margin),
            calibrated=self.margin > 0,
        )


class SquaredHinge(Margin):
    """The hinge squared: smooth at the margin, and hard on rows far on the wrong side."""

    formula = "max(0, margin - m)**2"
    slope_formula = "-2 * max(0, margin - m)"
    source = "Lee & Mangasarian 2001, SSVM: a smooth support vector machine, doi:10.1023/A:1011215321374"
    also = (
        "l2-hinge",
        "keras.losses.SquaredHinge | turns labels 0 and 1 into -1 and 1 if no other label is in the batch",
        "keras.losses.squared_hinge | turns labels 0 and 1 into -1 and 1 if no other label is in the batch",
        "sklearn.linear_model.SGDClassifier.squared_hinge | margin is its threshold",
        "sklearn.svm.LinearSVC.squared_hinge",
        "torchmetrics.functional.classification.binary_hinge_loss(squared=True) | "
        "takes a sigmoid first if any score is outside [0, 1]",
        "LossFunctions.jl.L2HingeLoss",
    )  # fmt: skip
    use = "you want the hinge with a slope that does not jump, and no row is mislabelled"
    pitfalls = (
        "labels are -1 and 1, not 0 and 1",
        "one mislabelled row far off outweighs many near the boundary: see modified-huber",
    )
    related = ("hinge", "modified-huber", "squared-margin")

    margin: float = parameter(default=1.0, within=MARGIN, help="how far on its side a row costs nothing")

    def brisk(self, order, m):
        if order == 2:
            doubt = missing(m)
            np.multiply(m < self.margin, 2.0, m)
            return doubt
        np.subtract(self.margin, m, m).clip(0.0, np.inf, m)
        m *= m if order == 0 else 2.0
        return False

    def penalty(self, m):
        short = np.maximum(0.0, self.margin - m)
        return short * short

    def slope(self, m):
        return -2 * np.maximum(0.0, self.margin - m)

    def curvature(self, m):
        return 2.0 * (m < self.margin)

    def traits(self):
        return Traits(
            convex=True,
            smoothness=2,
            kinks=(self.margin,),
            best="the mean" + of_margin(self.margin),
            calibrated=self.margin > 0,
        )


def of_margin(margin):
    """Return what a best constant is to be multiplied by, in words."""
    return "" if margin == 1 else ", times the margin"


class SmoothedHinge(Margin):
    """The hinge with its corner rounded off: a parabola of width gamma, then a straight line."""

    formula = "0 if m >= 1 else (1 - m)**2 / (2 * gamma) if m > 1 - gamma else 1 - gamma / 2 - m"
    slope_formula = "-min(1, max(0, 1 - m) / gamma)"
    source = (
        "Shalev-Shwartz & Zhang 2013, Stochastic dual coordinate ascent methods for regularized loss "
        "minimization, doi:10.48550/arXiv.1209.1873"
    )
    also = (
        "smooth-hinge", "LossFunctions.jl.SmoothedL1HingeLoss | gamma has no default",
    )  # fmt: skip
    use = "you want the hinge, and an optimiser that needs a slope without jumps"
    pitfalls = (
        "gamma = 2 is binary-sparsemax, and a quarter of modified-huber",
        "labels are -1 and 1, not 0 and 1",
    )
    related = ("hinge", "squared-hinge", "modified-huber", "binary-sparsemax")

    gamma: float = parameter(default=1.0, within=POSITIVE, help="how wide the rounding is; -> 0 is the hinge")

    def brisk(self, order, m):
        if order == 2:
            return True
        near = np.subtract(1.0, m, m)
        if order == 0:
            (near,) = ROOMS.take(m, 1)
            m.clip(0.0, np.inf, m).clip(0.0, self.gamma, near)
            m -= near * 0.5
        else:
            m.clip(0.0, self.gamma, m)
        if self.gamma != 1:
            near /= self.gamma
        if order == 0:
            m *= near
        return False

    def penalty(self, m):
        short = np.maximum(0.0, 1 - m)
        near = np.minimum(short, self.gamma)
        return near / self.gamma * (short - near / 2)

    def slope(self, m):
        return -np.clip(1 - m, 0, self.gamma) / self.gamma

    def curvature(self, m):
        short, lost = two_sum(1.0, -m)
        near = (short < self.gamma) | (short == self.gamma) & (lost < 0)
        return np.where((m < 1) & near, 1 / self.gamma, 0.0)

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=1,
            smoothness=1 / self.gamma,
            kinks=tuple(sorted({1 - self.gamma, 1.0})),
            best="the mean" if self.gamma >= 2 else "",
            calibrated=True,
        )


class ModifiedHuber(Margin):
    """The squared hinge, continued by a straight line below the margin -1: outliers pull only so hard."""

    formula = "max(0, 1 - m)**2 if m >= -1 else -4 * m"
    slope_formula = "-2 * max(0, 1 - m) if m >= -1 else -4"
    source = (
        "Zhang 2004, Solving large scale linear prediction problems using stochastic gradient descent "
        "algorithms, doi:10.1145/1015330.1015332"
    )
    also = (
        "sklearn.linear_model.SGDClassifier.modified_huber",
        "LossFunctions.jl.ModifiedHuberLoss",
    )  # fmt: skip
    use = "some labels are wrong, and the score should still give a probability: (clip(s, -1, 1) + 1) / 2"
    pitfalls = (
        "no relation of huber, which is a loss of the error y_pred - y",
        "labels are -1 and 1, not 0 and 1",
    )
    related = ("squared-hinge", "smoothed-hinge", "binary-sparsemax")

    def brisk(self, order, m):
        if order == 2:
            doubt = missing(m)
            np.multiply((m >= -1) & (m < 1), 2.0, m)
            return doubt
        np.subtract(1.0, m, m)
        if order == 1:
            m.clip(0.0, 2.0, m)
            m *= 2.0
        else:
            (near,) = ROOMS.take(m, 1)
            m.clip(0.0, np.inf, m).clip(0.0, 2.0, near)
            m *= 2.0
            m -= near
            m *= near
        return False

    def penalty(self, m):
        short = np.maximum(0.0, 1 - m)
        near = np.minimum(short, 2.0)
        return near * (2 * short - near)

    def slope(self, m):
        return -2 * np.clip(1 - m, 0, 2)

    def curvature(self, m):
        return np.where((m >= -1) & (m < 1), 2.0, 0.0)

    def traits(self):
        return Traits(
            convex=True, lipschitz=4, smoothness=2, kinks=(-1.0, 1.0), best="the mean", calibrated=True
        )


class Perceptron(Margin):
    """Charges a row on the wrong side its distance from the boundary, and a right one nothing."""

    formula = "max(0, -m)"
    slope_formula = "-1 if m < 0 else 0"
    source = "Rosenblatt 1958, The perceptron, doi:10.1037/h0042519"
    also = (
        "optax.losses.perceptron_loss | slope -y/2 at the kink",
        "sklearn.linear_model.SGDClassifier.perceptron | slope -y at the kink",
        "LossFunctions.jl.PerceptronLoss",
    )  # fmt: skip
    use = "the classes can be separated and any boundary will do, or as a baseline"
    pitfalls = (
        "scores that are all 0 cost nothing: without a margin the model may shrink to that",
        "at m = 0 we give the slope 0; optax gives half of it, sklearn all",
    )
    related = ("hinge", "zero-one")

    def steady(self, order):
        return 0.0 if order == 2 else None

    def brisk(self, order, m):
        if order == 0:
            np.subtract(0.0, m.clip(-np.inf, 0.0, m), m)
            return False
        doubt = missing(m)
        np.less(m, 0.0, m)
        return doubt

    def penalty(self, m):
        return np.maximum(0.0, -m) + 0.0

    def slope(self, m):
        return -(m < 0).astype(np.float64)

    def curvature(self, m):
        return np.zeros_like(m)

    def corner(self, prediction, target):
        return prediction == 0

    def traits(self):
        return Traits(convex=True, lipschitz=1, smoothness=0, kinks=(0.0,), best="0", calibrated=False)
