"""Losses of the margin m = y s that are smooth, or come from a likelihood or a projection."""

from functools import cache

import numpy as np

from losscli.arithmetic import FAINT, where, with_care
from losscli.domain import Interval
from losscli.doubledouble import DoubleDouble, exp, log, two_sum
from losscli.families import Margin
from losscli.parameter import parameter
from losscli.traits import Traits

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
        "sklearn._loss.ExponentialLoss | labels 0 and 1: the same number",
        "sklearn.ensemble.GradientBoostingClassifier.exponential | labels 0 and 1: the same number",
        "LossFunctions.jl.ExpLoss",
    )  # fmt: skip
    use = "you study or judge AdaBoost, and the labels are clean"
    pitfalls = (
        "a score is half the log odds: the probability of y = 1 is sigmoid(2 s), not sigmoid(s)",
        "labels are -1 and 1: sklearn's ExponentialLoss takes 0 and 1 and recodes them",
    )
    related = ("logistic-margin", "hinge")

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


class DWD(Margin):
    """A straight line that turns into an inverse power of the margin: every row counts, near ones most."""

    formula = "1 - m if m <= q / (q + 1) else (q / (q + 1) / m)**q / (q + 1)"
    slope_formula = "-1 if m <= q / (q + 1) else -(q / (q + 1) / m)**(q + 1)"
    source = "Marron, Todd & Ahn 2007, Distance-weighted discrimination, doi:10.1198/016214507000001120"
    also = (
        "distance-weighted-discrimination",
        "LossFunctions.jl.DWDMarginLoss | says it has a second derivative everywhere; at the knot it has none",
    )  # fmt: skip
    use = "there are more columns than rows, where the rows of a support vector machine pile up on its margin"
    pitfalls = (
        "not twice differentiable where the line ends, whatever LossFunctions.jl reports",
        "it never reaches 0: rows far beyond the margin still pull a little",
    )
    related = ("hinge", "logistic-margin")

    q: float = parameter(
        default=1.0, within=Interval(0.001, 1000, "[]"), help="the power; 1 is DWD, large ones near the hinge"
    )

    def penalty(self, m):
        found, doubtful = self.plain(m, 0.0, 1 - m)
        return with_care(doubtful, found, self.tail, m)

    def slope(self, m):
        found, doubtful = self.plain(m, 1.0, 1.0)
        return with_care(doubtful, -found, self.steep, m)

    def plain(self, m, more, line):
        """Return the line and beyond it a power of m, and where that is doubtful."""
        knot, factor, power, rest = shape(self.q, more)
        tail = factor * np.maximum(m, knot) ** -power
        return where(m > knot, tail, line), (tail < FAINT) | (m == knot) | (rest != 0) & (m > knot)

    def tail(self, m):
        line, root = self.parts(m, 0.0)
        return np.where(line, 1 - m, root.rounded * (root / DoubleDouble.of_sum(self.q, 1.0)).rounded)

    def steep(self, m):
        line, root = self.parts(m, 1.0)
        return np.where(line, -1.0, -(root.rounded * root.rounded))

    def curvature(self, m):
        line, root = self.parts(m, 1.0)
        weighed = (root * DoubleDouble.of_sum(self.q, 1.0)).rounded
        return np.where(line, 0.0, weighed / m * root.rounded)

    def parts(self, m, more):
        """Return where the line is, and elsewhere the root of (q / (q + 1) / m)^(q + more)."""
        q = DoubleDouble(np.array([self.q]))
        knot = q / (q + 1.0)
        line = ~(m > knot.high) & ~((m == knot.high) & (knot.low < 0))
        beyond = np.where(line | np.isinf(m), 1.0, m)
        root = exp((log(knot) - log(beyond)) * (q + more).scaled(0.5))
        return line, DoubleDouble(np.where(np.isinf(m), 0.0, root.high), np.where(np.isinf(m), 0.0, root.low))

    def traits(self):
        q = self.q
        return Traits(
            convex=True, lipschitz=1, smoothness=(q + 1) ** 2 / q, kinks=(q / (q + 1),), calibrated=True
        )


@cache
def shape(q, more):
    """Return the knot k = q / (q + 1), the factor of m^-(q + more) beyond it, and q + more in two parts."""
    knot = DoubleDouble(np.array([q])) / DoubleDouble.of_sum(q, 1.0)
    power, rest = two_sum(q, more)
    factor = exp(log(knot) * DoubleDouble(power, rest))
    return knot.high[0], (factor if more else factor / DoubleDouble.of_sum(q, 1.0)).rounded[0], power, rest


class BinarySparsemax(Margin):
    """What sparsemax is to softmax, this is to the logistic loss: 0 from the margin 1 on, a line below -1."""

    formula = "0 if m >= 1 else (1 - m)**2 / 4 if m > -1 else -m"
    slope_formula = "-min(1, max(0, 1 - m) / 2)"
    source = "Martins & Astudillo 2016, From softmax to sparsemax, doi:10.48550/arXiv.1602.02068"
    also = (
        "sparsemax-loss | labels 0 and 1: the same number",
        "optax.losses.sparsemax_loss | labels 0 and 1: the same number",
        "optax.binary_sparsemax_loss | labels 0 and 1: the same number",
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
