"""Losses of a probability or a logit against a label between 0 and 1."""

import numpy as np

from losscli.domain import POSITIVE, Interval
from losscli.doubledouble import DoubleDouble, exp
from losscli.families import OnLogit, OnProbability
from losscli.parameter import parameter
from losscli.traits import Traits

SMOOTHING = Interval(0, 1, "[]")
DOUBT = 2.0**-40  # below this part of its terms, a double-double difference has less than 60 good bits


class BCE(OnProbability):
    """How surprised a predicted probability is by the label: without bound when it is sure and wrong.

    Not clipped: a certain prediction that is wrong costs infinity. Frameworks clip: `clip=1e-7` gives
    the number of Keras.
    """

    formula = "-xlogy(y, p) - xlogy(1 - y, 1 - p)"
    slope_formula = "(p - y) / (p * (1 - p))"
    source = "Good 1952, Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x"
    also = (
        "binary-cross-entropy", "binary-crossentropy", "log-loss", "cross-entropy", "torch.nn.BCELoss",
        "torch.nn.functional.binary_cross_entropy", "keras.losses.BinaryCrossentropy = bce:clip=1e-07",
        "keras.losses.binary_crossentropy = bce:clip=1e-07", "sklearn.metrics.log_loss",
    )  # fmt: skip
    use = "a model gives probabilities of yes and no, and they should be honest"
    pitfalls = (
        "p = 0 with y = 1 is infinite: torch says 100, sklearn 36.04, keras 16.12",
        "logits in place of probabilities are refused: that loss is bce-with-logits",
    )
    related = ("bce-with-logits", "categorical-cross-entropy")

    label_smoothing: float = parameter(
        default=0.0, within=SMOOTHING, help="mixes the label with 1/2", quiet=True
    )
    clip: float = parameter(
        default=0.0,
        within=Interval(0, 0.5, "[]"),
        help="keeps p within [clip, 1 - clip], as Keras does",
        quiet=True,
    )

    def penalty(self, p, y):
        on, off = self.shares(y)
        log_p = np.where(self.above(p), np.log1p(-self.clip), np.log(np.maximum(p, self.clip)))
        log_q = np.where(p < self.clip, np.log1p(-self.clip), np.log1p(-p))
        log_q = np.where(self.above(p), np.log(self.clip), log_q) if self.clip else log_q
        return -(times(on, log_p) + times(off, log_q))

    def slope(self, p, y):
        on, _ = self.shares(y)
        between = self.above_label(p, y) / p / (1 - p)
        found = np.where(on == 0, 1 / (1 - p), np.where(on == 1, -1 / p, between))
        return np.where((p < self.clip) | self.above(p), 0.0, found)

    def curvature(self, p, y):
        on, off = self.shares(y)
        found = over(over(on, p), p) + over(over(off, 1 - p), 1 - p)
        return np.where((p < self.clip) | self.above(p), 0.0, found)

    def shares(self, y):
        """Return the weights of the two logarithms, smoothed."""
        s = self.label_smoothing
        return (y * (1 - s) + s / 2, (1 - y) * (1 - s) + s / 2) if s else (y, 1 - y)

    def above(self, p):
        return (1 - p) < self.clip  # exact: from 1/2 on, 1 - p is

    def above_label(self, p, y):
        """Return p less the smoothed label."""
        s = self.label_smoothing
        if not s:
            return p - y
        smoothed = DoubleDouble.of_product(y, 1.0) * DoubleDouble.of_sum(1.0, -s) + s / 2
        return sure(p - smoothed, p)

    def where(self, form):
        return (
            ("y", "y * (1 - label_smoothing) + label_smoothing / 2"),
            ("p", "min(max(p, clip), 1 - clip)"),
        )

    def traits(self):
        return Traits(convex=not self.clip, best="the mean")


class BCEWithLogits(OnLogit):
    """Binary cross-entropy of the sigmoid of a logit: linear where wrong, gone where right."""

    formula = "pos_weight * y * log(1 + exp(-z)) + (1 - y) * log(1 + exp(z))"
    slope_formula = "(1 - y) / (1 + exp(-z)) - pos_weight * y / (1 + exp(z))"
    source = "Cox 1958, The regression analysis of binary sequences, doi:10.1111/j.2517-6161.1958.tb00292.x"
    also = (
        "binary-cross-entropy-with-logits", "sigmoid-cross-entropy", "log-loss", "cross-entropy",
        "torch.nn.BCEWithLogitsLoss", "torch.nn.functional.binary_cross_entropy_with_logits",
        "optax.sigmoid_binary_cross_entropy", "xgboost.binary:logistic", "lightgbm.binary", "catboost.Logloss",
    )  # fmt: skip
    use = "a model gives raw scores and you train or judge their sigmoid"
    pitfalls = (
        "torch loses the tail: at z = -33.3 with y = 0 it says 0, the truth is 3.45e-15",
        "pos_weight weighs only the y part, so with soft labels it is not a weight of the row",
    )
    related = ("bce", "softmax-cross-entropy")

    pos_weight: float = parameter(
        default=1.0, within=POSITIVE, help="a factor for the y = 1 part", quiet=True
    )
    label_smoothing: float = parameter(
        default=0.0, within=SMOOTHING, help="mixes the label with 1/2", quiet=True
    )

    def penalty(self, z, y):
        on, off = (x.rounded for x in self.shares(y))
        tail = np.log1p(np.exp(-abs(z)))
        return times(on, tail - np.minimum(z, 0)) + times(off, tail + np.maximum(z, 0))

    def slope(self, z, y):
        on, off = self.shares(y)
        small = np.exp(-abs(z))
        right, wrong = 1 / (1 + small), small / (1 + small)
        up, down = np.where(z >= 0, right, wrong), np.where(z >= 0, wrong, right)
        plain = off.high * up - on.high * down
        soft = (on.high != 0) & (off.high != 0) & np.isfinite(z)
        if not soft.any():
            return plain
        fine = exp(-abs(z))
        top = np.where(z >= 0, 1.0, fine.high), np.where(z >= 0, 0.0, fine.low)
        base = np.where(z >= 0, fine.high, 1.0), np.where(z >= 0, fine.low, 0.0)
        term = off * DoubleDouble(*top)
        exact = sure(term - on * DoubleDouble(*base), term.high) / (1 + small)
        return np.where(soft, exact, plain)

    def curvature(self, z, y):
        on, off = self.shares(y)
        small = np.exp(-abs(z))
        return (on + off).rounded * (small / (1 + small) ** 2)

    def shares(self, y):
        """Return the weights of the two sides, smoothed: to twice the precision, for their difference cancels."""
        on, off = DoubleDouble(y, np.zeros_like(y)), DoubleDouble.of_sum(1.0, -y)
        s = self.label_smoothing
        if s:
            on, off = (x * DoubleDouble.of_sum(1.0, -s) + s / 2 for x in (on, off))
        return (on * self.pos_weight if self.pos_weight != 1 else on), off

    def where(self, form):
        return (("y", "y * (1 - label_smoothing) + label_smoothing / 2"),)

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=max(1, self.pos_weight),
            smoothness=max(1, self.pos_weight) / 4,
            best="the mean",
        )


def times(share, x):
    """Return share · x, and 0 where the share is 0, even of infinity."""
    return np.where(share == 0, 0.0, share * x)


def over(share, x):
    """Return share / x, and 0 where the share is 0, even of 0."""
    return np.where(share == 0, 0.0, share / x)


def sure(difference, term):
    """Return a difference of double-doubles as doubles; NaN where so much cancelled that bits are missing."""
    close = abs(difference.high) < DOUBT * abs(term)
    tiny = abs(term) < 1e-250  # the low parts underflow
    return np.where(close | tiny, np.nan, difference.rounded)
