"""The share of wrong decisions, of a score and a label that is -1 or 1."""

import numpy as np

from losscli.domain import FINITE
from losscli.families.pointwise import Margin
from losscli.numerics.quick import missing
from losscli.parameter import parameter
from losscli.traits import Traits


class ZeroOne(Margin):
    """Counts the rows on the wrong side: its mean is the error rate, 1 less the accuracy."""

    formula = "1 if m < 0 else 0"
    slope_formula = "0"
    decides = True
    source = (
        "Bartlett, Jordan & McAuliffe 2006, Convexity, classification, and risk bounds, "
        "doi:10.1198/016214505000000907"
    )
    also = (
        "misclassification", "error-rate",
        "sklearn.metrics.zero_one_loss | of labels, not scores; rows of several labels are multilabel-zero-one",
        "xgboost.metric error = zero-one:threshold=0.5 | of probabilities, and labels 0 and 1; p = 0.5 is class 0",
        "lightgbm.metric binary_error = zero-one:threshold=0.5 | "
        "of probabilities, and labels 0 and 1; p = 0.5 is class 0",
        "catboost.ZeroOneLoss | of probabilities, cut at 0.5",
        "catboost.HammingLoss | of probabilities, cut at 0.5",
        "LossFunctions.jl.ZeroOneLoss | a score of 0 counts as right",
        "LossFunctions.jl.MisclassLoss | of labels, not scores",
    )  # fmt: skip
    use = "the number of wrong decisions is what counts; train with another loss"
    pitfalls = (
        "its slope is 0 wherever it has one: nothing can be trained with it",
        "a score on the threshold counts as right for both labels; XGBoost takes p = 0.5 for class 0",
        "of probabilities the threshold is 0.5, not 0: with 0 all rows are taken for class 1",
    )
    related = ("hinge", "perceptron", "logistic-margin")

    threshold: float = parameter(
        default=0.0, within=FINITE, help="the score from which a row is taken for class 1", quiet=True
    )

    def steady(self, order):
        return 0.0 if order else None

    def brisk(self, order, m):
        if self.threshold:
            return True
        doubt = missing(m)
        np.less(m, 0.0, m)
        return doubt

    def derivative(self, order, *block):
        score, label = block
        return super().derivative(order, score - self.threshold, label)  # whose sign no rounding changes

    def where(self, form):
        return (("m", "y * (s - threshold)"),)

    @property
    def axis(self):
        away = "(s - threshold)" if self.threshold else "s"
        return super().axis._replace(label=f"margin  m = y {away}")

    def sections(self):
        (section,) = super().sections()
        return (section._replace(inputs=lambda x: (x + self.threshold, np.ones_like(x))),)

    def penalty(self, m):
        return (m < 0).astype(np.float64)

    def slope(self, m):
        return np.zeros_like(m)

    def curvature(self, m):
        return np.zeros_like(m)

    def corner(self, prediction, target):
        return prediction == self.threshold

    def traits(self):
        return Traits(
            smoothness=0,
            kinks=(0.0,),
            best="any score on the side of the majority",
            calibrated=True if self.threshold == 0 else None,
        )
