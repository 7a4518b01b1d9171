"""Losses of the margin m = y s that are smooth, or come from a likelihood or a projection."""

import numpy as np

from losscli.families.pointwise import Margin
from losscli.numerics.arithmetic import with_care
from losscli.numerics.doubledouble import DoubleDouble, exp
from losscli.numerics.quick import ROOMS, above, below
from losscli.traits import Traits

NO_MORE = 2.0**-1000  # an exponential that is less is soon no normal number
FAR = 350.0  # from here e^-2|m| loses bits soon, and 1 + e^-2|m| is 1


def rounded(x):
    """Return doubles, whatever `x` is made of."""
    return x.rounded if isinstance(x, DoubleDouble) else x


class LogisticMargin(Margin):
    """Binary cross-entropy of a logit, for labels -1 and 1: linear where wrong, gone where right."""

    formula = "log(1 + exp(-m))"
    slope_formula = "-1 / (1 + exp(m))"
    source = "Friedman, Hastie & Tibshirani 2000, Additive logistic regression, doi:10.1214/aos/1016218223"
    also = (
        "soft-margin", "log-loss",
        "torch.nn.SoftMarginLoss | infinite from a margin of -710",
        "torch.nn.functional.soft_margin_loss | infinite from a margin of -710",
        "sklearn.linear_model.LogisticRegression.log_loss",
        "LossFunctions.jl.LogitMarginLoss | infinite from a margin of -710",
    )  # fmt: skip
    use = "labels are -1 and 1 and the scores should be log odds"
    pitfalls = (
        "labels 0 and 1 are for bce-with-logits; torch takes 0 here and says ln 2 without a word",
        "torch overflows: at m = -800 it says infinity, the truth is 800",
    )
    related = ("bce-with-logits", "exponential", "hinge")
    instead = {"target": "bce-with-logits"}  # noqa: RUF012

    def brisk(self, order, m):
        match order:
            case 0:
                np.exp(np.negative(m, m), m)
                np.log1p(m, m)
                return above(m, 2 * FAR)
            case 1:
                np.exp(m, m)
                m += 1.0
                np.divide(1.0, m, m)
                return below(m, NO_MORE)
            case _:
                np.exp(np.negative(np.abs(m, m), m), m)
                (base,) = ROOMS.take(m, 1)
                np.add(m, 2.0, base)
                base *= m
                base += 1.0
                m /= base
                return False

    def penalty(self, m):
        return with_care(m < -2 * FAR, np.log1p(np.exp(-m)), np.negative, m)

    def slope(self, m):
        return with_care(m > 2 * FAR, -1 / (1 + np.exp(m)), lambda m: -np.exp(-m), m)

    def curvature(self, m):
        small = np.exp(-abs(m))
        return small / (1 + small * (2 + small))

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=1,
            smoothness=0.25,
            best="the log odds of y = 1",
            proper="strictly proper",
            calibrated=True,
        )


class Exponential(Margin):
    """Grows as e^-m: AdaBoost descends it, and a single bad label can take it over."""

    formula = "exp(-m)"
    slope_formula = "-exp(-m)"
    source = (
        "Freund & Schapire 1997, A decision-theoretic generalization of on-line learning, "
        "doi:10.1006/jcss.1997.1504"
    )
    also = (
        "exponential-margin", "exp-loss", "adaboost",
        "sklearn._loss.loss.ExponentialLoss | labels 0 and 1: the same number",
        "sklearn.ensemble.GradientBoostingClassifier.exponential | labels 0 and 1: the same number",
        "LossFunctions.jl.ExpLoss",
    )  # fmt: skip
    use = "you study or judge AdaBoost, and the labels are clean"
    pitfalls = (
        "a score is half the log odds: the probability of y = 1 is sigmoid(2 s), not sigmoid(s)",
        "labels are -1 and 1: sklearn's ExponentialLoss takes 0 and 1 and recodes them",
    )
    related = ("logistic-margin", "hinge")

    def brisk(self, order, m):
        np.exp(np.negative(m, m), m)
        return False

    def penalty(self, m):
        return np.exp(-m)

    def slope(self, m):
        return -np.exp(-m)

    def curvature(self, m):
        return np.exp(-m)

    def traits(self):
        return Traits(
            convex=True, best="half the log odds of y = 1", proper="strictly proper", calibrated=True
        )


class SquaredMargin(Margin):
    """Squares the distance from the margin 1: least squares on labels, which blames rows for being too right."""

    formula = "(1 - m)**2"
    slope_formula = "-2 * (1 - m)"
    source = (
        "Suykens & Vandewalle 1999, Least squares support vector machine classifiers, "
        "doi:10.1023/A:1018628609742"
    )
    also = (
        "least-squares-margin", "LossFunctions.jl.L2MarginLoss",
    )  # fmt: skip
    use = "a closed form or a linear system is worth more than a good boundary"
    pitfalls = (
        "rows beyond the margin cost again: m = 3 costs as much as m = -1",
        "it is mse of s against y",
    )
    related = ("mse", "squared-hinge")

    def steady(self, order):
        return 2.0 if order == 2 else None

    def brisk(self, order, m):
        np.subtract(1.0, m, m)
        m *= m if order == 0 else 2.0
        return False

    def penalty(self, m):
        over = 1 - m
        return over * over

    def slope(self, m):
        return -2 * (1 - m)

    def curvature(self, m):
        return np.full_like(m, 2.0)

    def traits(self):
        return Traits(convex=True, smoothness=2, best="the mean", calibrated=True)


class TanhMargin(Margin):
    """A smooth step from 2 to 0: rows far on the wrong side are given up, so bad labels cannot pull."""

    formula = "1 - tanh(m)"
    slope_formula = "tanh(m)**2 - 1"
    source = "Mason, Baxter, Bartlett & Frean 1999, Boosting algorithms as gradient descent, NIPS 12"
    also = (
        "LossFunctions.jl.SigmoidLoss",
    )  # fmt: skip
    use = "many labels are wrong, and you can live with a loss that is not convex"
    pitfalls = (
        "not convex: far on the wrong side the slope vanishes, and a row is never won back",
        "elsewhere the sigmoid loss is sigmoid(-m): this at m / 2, halved",
    )
    related = ("zero-one", "logistic-margin")

    def brisk(self, order, m):
        if order == 0:
            m *= 2.0
            np.exp(m, m)
            m += 1.0
            np.divide(2.0, m, m)
        else:
            side = 2 * np.tanh(m) if order == 2 else 1.0
            np.abs(m, m)
            m *= -2.0
            np.exp(m, m)
            (base,) = ROOMS.take(m, 1)
            np.add(m, 2.0, base)
            base *= m
            base += 1.0
            m *= 4.0
            m /= base
            if order == 2:
                doubt = below(m, NO_MORE)
                m *= side
                return doubt
        return below(m, NO_MORE)

    def penalty(self, m):
        return with_care(m > FAR, 2 / (1 + np.exp(2 * m)), lambda m: 2 * np.exp(-2 * m), m)

    def slope(self, m):
        return -self.bell(m, np.exp(-2 * abs(m)))

    def curvature(self, m):
        small = exp(-2 * abs(m))  # one more factor, one rounding less
        return 2 * np.tanh(m) * self.bell(m, small)

    def bell(self, m, small):
        """Return 1 - tanh(m)^2 from e^-2|m|; far out as a product of two numbers that keep their bits."""
        near = rounded(4 * small / (1 + small * (2 + small)))
        return with_care(abs(m) > FAR, near, lambda m: 4 * np.exp(-abs(m)) * np.exp(-abs(m)), m)

    def traits(self):
        return Traits(lipschitz=1, smoothness=4 / 27**0.5, calibrated=True)


class BinarySparsemax(Margin):
    """What sparsemax is to softmax, this is to the logistic loss: 0 from the margin 1 on, a line below -1."""

    formula = "0 if m >= 1 else (1 - m)**2 / 4 if m > -1 else -m"
    slope_formula = "-min(1, max(0, 1 - m) / 2)"
    source = "Martins & Astudillo 2016, From softmax to sparsemax, doi:10.48550/arXiv.1602.02068"
    also = (
        "sparsemax-loss | labels 0 and 1: the same number",
        "optax.losses.sparsemax_loss | labels 0 and 1: the same number",
        "optax.losses._classification.binary_sparsemax_loss | labels 0 and 1: the same number; now sparsemax_loss",
    )  # fmt: skip
    use = "probabilities of exactly 0 and 1 are wanted: clip((s + 1) / 2, 0, 1)"
    pitfalls = (
        "labels are -1 and 1: optax takes 0 and 1",
        "it is smoothed-hinge with gamma = 2, and a quarter of modified-huber",
    )
    related = ("smoothed-hinge", "modified-huber", "logistic-margin")

    def penalty(self, m):
        short = np.maximum(0.0, 1 - m)
        near = np.minimum(short, 2.0) / 2
        return near * (short - near)

    def slope(self, m):
        return -np.clip(1 - m, 0, 2) / 2

    def curvature(self, m):
        return np.where(abs(m) < 1, 0.5, 0.0)

    def traits(self):
        return Traits(
            convex=True, lipschitz=1, smoothness=0.5, kinks=(-1.0, 1.0), best="the mean", calibrated=True
        )
