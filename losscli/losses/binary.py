"""Losses of a probability or a logit against a label between 0 and 1."""

import numpy as np

from losscli.domain import FACTOR, UNIT, Interval
from losscli.families.levels import Columnwise, Levels
from losscli.families.pointwise import OnLogit, OnProbability
from losscli.numerics.arithmetic import FAINT, amplified, corrected, over_square, sure, times, with_care
from losscli.numerics.doubledouble import DoubleDouble, exp, two_product
from losscli.parameter import parameter
from losscli.traits import Traits

FAR = 600.0  # from here e^-|z| loses bits soon, and ln(1 + e^-|z|) is e^-|z| to the last of them
FARTHEST = 2.0**400  # between its inverse and this, products are known exactly


class BCE(OnProbability):
    """How surprised a predicted probability is by the label: without bound when it is sure and wrong.

    Not clipped: a certain prediction that is wrong costs infinity. Frameworks clip: `clip=1e-7` gives
    the number of Keras.
    """

    formula = "-xlogy(y, p) - xlogy(1 - y, 1 - p)"
    slope_formula = "(p - y) / (p * (1 - p))"
    source = "Good 1952, Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x"
    also = (
        "binary-cross-entropy", "binary-crossentropy", "log-loss", "cross-entropy", "bce-loss",
        "torch.nn.BCELoss | stops the logarithms at -100, and its gradient divides by at least 1e-12",
        "torch.nn.functional.binary_cross_entropy | stops the logarithms at -100, and its gradient divides "
        "by at least 1e-12",
        "keras.losses.BinaryCrossentropy ~ bce:clip=1e-7 | clips, so that the gradient beyond is 0; unless "
        "from_logits=True",
        "keras.losses.binary_crossentropy ~ bce:clip=1e-7 | "
        "clips, so that the gradient beyond is 0; unless from_logits=True",
        "keras.losses.BCE ~ bce:clip=1e-7 | the same function",
        "sklearn.metrics.log_loss ~ bce:clip=2.220446049250313e-16 | "
        "of two classes; clips at the last bit of the type of p",
        "scoringrules.log_score",
        "xgboost.metric logloss ~ bce:clip=1e-16 | clips at 1e-16",
        "lightgbm.metric binary_logloss ~ bce:clip=1e-15 | clips at 1e-15",
        "LossFunctions.jl.CrossEntropyLoss",
    )  # fmt: skip
    use = "a model gives probabilities of yes and no, and they should be honest"
    pitfalls = (
        "p = 0 with y = 1 is infinite: torch says 100, sklearn 36.04, keras 16.12",
        "logits in place of probabilities are refused: that loss is bce-with-logits",
    )
    related = ("bce-with-logits", "categorical-cross-entropy")

    swift = True
    label_smoothing: float = parameter(default=0.0, within=UNIT, help="mixes the label with 1/2", quiet=True)
    clip: float = parameter(
        default=0.0,
        within=Interval(0, 0.5, "[]"),
        help="keeps p within [clip, 1 - clip], as Keras does",
        quiet=True,
    )

    def penalty(self, p, y):
        on, off = self.shares(y)
        log_p, log_q = np.log(np.maximum(p, self.clip)), np.log1p(-p)
        if self.clip:
            low, high = p < self.clip, 1 - p < self.clip  # exact: from 1/2 on, 1 - p is
            log_p = np.where(high, np.log1p(-self.clip), log_p)
            log_q = np.where(low, np.log1p(-self.clip), np.where(high, np.log(self.clip), log_q))
        return -(times(on, log_p) + times(off, log_q))

    def slope(self, p, y):
        if not self.label_smoothing and hard(y):
            found = (1 - 2 * y) / abs(1 - y - p)
        else:
            on, off = self.shares(y)
            found = corrected(self.above_label(p, y) / p / (1 - p), one_sided, p, on, off)
        return np.where(self.clipped(p), 0.0, found) if self.clip else found

    def curvature(self, p, y):
        on, off = self.shares(y)
        found = over_square(on, p) + over_square(off, 1 - p)
        return np.where(self.clipped(p), 0.0, found) if self.clip else found

    def corner(self, p, y):
        return ((p == self.clip) | (1 - p == self.clip)) & (0 < self.clip < 0.5)

    def shares(self, y):
        """Return the weights of the two logarithms, smoothed."""
        s = self.label_smoothing
        return (y * (1 - s) + s / 2, (1 - y) * (1 - s) + s / 2) if s else (y, 1 - y)

    def clipped(self, p):
        """Return where p does not matter; at the very edge the least subgradient is 0 as well."""
        return (p <= self.clip) | (1 - p <= self.clip)

    def above_label(self, p, y):
        """Return p less the smoothed label."""
        s = self.label_smoothing
        if not s:
            return p - y
        smoothed = DoubleDouble.of_product(y, 1.0) * DoubleDouble.of_sum(1.0, -s) + s / 2
        found = sure(p - smoothed, np.maximum(p, smoothed.high))
        return np.where((p == 0) | (p == 1), p - 0.5, found)  # there only the sign counts

    def where(self, form):
        return (
            ("y", "y * (1 - label_smoothing) + label_smoothing / 2"),
            ("p", "min(max(p, clip), 1 - clip)"),
        )

    def traits(self):
        if not self.clip:
            return Traits(
                convex=True, best="the mean", proper="" if self.label_smoothing else "strictly proper"
            )
        low, s = self.clip, self.label_smoothing
        if low == 0.5:
            return Traits(convex=True, lipschitz=0, smoothness=0, proper="proper")
        return Traits(
            proper="" if s else "proper",
            lipschitz=(1 - s / 2) / low - s / 2 / (1 - low),
            smoothness=(1 - s / 2) / low**2 + s / 2 / (1 - low) ** 2,
            kinks=(low, 1 - low),
        )


def one_sided(p, on, off):
    """Return the slope at a certain prediction that is right."""
    return np.where(on == 0, 1 / (1 - p), np.where(off == 0, -1 / p, np.nan))


def hard(y):
    """Return whether all labels are 0 or 1."""
    return bool((y * y == y).all())


class BCEWithLogits(Columnwise, OnLogit):
    """Binary cross-entropy of the sigmoid of a logit: linear where wrong, gone where right.

    Several columns of labels may each have a pos_weight: bce-with-logits:pos_weight=3/1/0.5.
    """

    varied = "pos_weight"
    numbers = "pos_weights"
    formula = "pos_weight * y * log(1 + exp(-sigmoid * z)) + (1 - y) * log(1 + exp(sigmoid * z))"
    slope_formula = "sigmoid * ((1 - y) / (1 + exp(-sigmoid * z)) - pos_weight * y / (1 + exp(sigmoid * z)))"
    source = "Cox 1958, The regression analysis of binary sequences, doi:10.1111/j.2517-6161.1958.tb00292.x"
    also = (
        "binary-cross-entropy-with-logits", "sigmoid-cross-entropy", "log-loss",
        "cross-entropy",
        "torch.nn.BCEWithLogitsLoss | pos_weight may have a number for each column, as ours",
        "torch.nn.functional.binary_cross_entropy_with_logits | "
        "pos_weight may have a number for each column, as ours",
        "keras.losses.BinaryCrossentropy(from_logits=True)",
        "optax.sigmoid_binary_cross_entropy", "optax.losses._classification.binary_logistic_loss",
        "sklearn.linear_model.SGDClassifier.log_loss | labels of -1 and 1: the same number",
        "sklearn._loss.HalfBinomialLoss",
        "xgboost.binary:logistic | second derivative at least 1e-16; scale_pos_weight is pos_weight",
        "xgboost.reg:logistic | second derivative at least 1e-16",
        "xgboost.binary:logitraw | second derivative at least 1e-16",
        "lightgbm.binary | its parameter sigmoid is ours",
        "lightgbm.cross_entropy", "lightgbm.xentropy",
        "catboost.Logloss", "catboost.CrossEntropy",
        "rax.pointwise_sigmoid_loss | clips labels to [0, 1]",
    )  # fmt: skip
    use = "a model gives raw scores and you train or judge their sigmoid"
    pitfalls = (
        "torch loses the tail: at z = -33.3 with y = 0 it says 0, the truth is 3.45e-15",
        "pos_weight weighs only the y part, so with soft labels it is not a weight of the row",
    )
    related = ("bce", "logistic-margin", "softmax-cross-entropy")
    instead = {"target": "logistic-margin"}  # noqa: RUF012

    swift = True
    pos_weight: Levels = parameter(
        default=1.0, within=FACTOR, each="column", help="a factor for the y = 1 part", quiet=True
    )
    label_smoothing: float = parameter(default=0.0, within=UNIT, help="mixes the label with 1/2", quiet=True)
    sigmoid: float = parameter(
        default=1.0, within=FACTOR, help="a factor of the logit, as in LightGBM", quiet=True
    )

    def derivative(self, order, *block):
        return super().derivative(order, *block) if self.sigmoid == 1 else (self.steeper(order, *block),)

    def steeper(self, order, z, y):
        """Return the derivative of `order` of the loss of sigmoid · z: that of its double, and what that lost."""
        plain = BCEWithLogits(pos_weight=self.level, label_smoothing=self.label_smoothing)
        a, lost = two_product(z, self.sigmoid)
        size = abs(a)
        lost[~((size > 1 / FARTHEST) & (size < FARTHEST) & (abs(z) < FARTHEST))] = 0.0
        held = np.clip(a, -1e300, 1e300)
        slope = plain.slope(held, y)
        if order == 0:
            found = plain.penalty(held, y) + slope * lost
            return np.where((size > 1e300) & np.isfinite(z), np.nan, found)
        bend = plain.curvature(held, y)
        if order == 1:
            found = slope + bend * lost
            found = np.where(abs(bend * lost) > abs(found) / 4, np.nan, found)  # both are nearly 0
            return amplified(self.sigmoid, np.where((size < FAINT) & (z != 0), np.nan, found))
        found = bend - bend * np.tanh(held / 2) * lost
        return amplified(self.sigmoid, amplified(self.sigmoid, found))

    def penalty(self, z, y):
        if self.hard(y):
            wrong = z * (1 - 2 * y)
            found = np.log1p(np.exp(wrong))
            return with_care(wrong > FAR, found, np.copy, wrong)
        on, off = (x.rounded for x in self.shares(y))
        small = np.exp(-abs(z))
        tail = np.log1p(small)
        right = np.where(abs(z) > FAR, self.faded(on, z, small), on * tail)
        return times(on, np.maximum(-z, 0)) + times(off, np.maximum(z, 0)) + right + off * tail

    def slope(self, z, y):
        if self.hard(y):
            side = 1 - 2 * y
            right = -side * z
            return with_care(
                right > FAR, side / (1 + np.exp(right)), lambda side, x: side * np.exp(-x), side, right
            )
        on, off = self.shares(y)
        small = np.exp(-abs(z))
        rising, falling = self.faded(off.high, z, small), self.faded(on.high, z, small)
        plain = np.where(z >= 0, off.high - falling, rising - on.high)
        soft = (on.high != 0) & (off.high != 0) & np.isfinite(z)
        if soft.any():
            plain = np.where(soft, self.difference(z, on, off), plain)
        return plain / (1 + small)

    def curvature(self, z, y):
        on, off = self.shares(y)
        small = np.exp(-abs(z))
        return self.faded((on + off).rounded, z, small) / (1 + small * (2 + small))

    def difference(self, z, on, off):
        """Return the slope times 1 + e^-|z|, whose two terms cancel where the sigmoid meets a soft label."""
        small = exp(-abs(z))
        rising = off * DoubleDouble(np.where(z >= 0, 1.0, small.high), np.where(z >= 0, 0.0, small.low))
        falling = on * DoubleDouble(np.where(z >= 0, small.high, 1.0), np.where(z >= 0, small.low, 0.0))
        found = rising - falling
        result = sure(found, np.maximum(rising.high, falling.high))
        if self.level > 1:  # far out the exponential lost bits that the weight may bring back
            strong = np.where(z >= 0, rising.high, falling.high)
            weak = self.faded(np.where(z >= 0, on.high, off.high), z, small.high)
            result = np.where((abs(z) > FAR) & (weak > strong * 2.0**-60), np.nan, result)
        # at z = 0 nothing was rounded yet, so the difference is as good as its terms
        return result if self.label_smoothing else np.where(z == 0, found.rounded, result)

    def hard(self, y):
        """Return whether all labels are 0 or 1, and nothing changes them."""
        return self.level == 1 and not self.label_smoothing and hard(y)

    def faded(self, share, z, small):
        """Return share · e^-|z|; far out in two steps, lest it vanish before a large share meets it."""
        if self.level <= 1:
            return share * small
        half = np.exp(-abs(z) / 2)
        return np.where(abs(z) > FAR, share * half * half, share * small)

    def shares(self, y):
        """Return the weights of the two sides, smoothed; to twice the precision, for they may cancel."""
        on, off = DoubleDouble(y, np.zeros_like(y)), DoubleDouble.of_sum(1.0, -y)
        s = self.label_smoothing
        if s:
            on, off = (x * DoubleDouble.of_sum(1.0, -s) + s / 2 for x in (on, off))
        if self.level != 1:
            on = on * self.level
            lost = (on.high < FAINT) & (y != 0)  # a large logit may bring it back
            on = DoubleDouble(np.where(lost, np.nan, on.high), on.low)
        return on, off

    def where(self, form):
        return (("y", "y * (1 - label_smoothing) + label_smoothing / 2"),)

    def called(self, label, level):
        return f"{label}, pos_weight {level:g}" if label == "y = 1" else label

    def traits(self):
        w, s, k = max(self.levels), self.label_smoothing / 2, self.sigmoid
        level = {*self.levels} == {1.0}
        return Traits(
            convex=True,
            symmetric=level and s == 0.5,
            lipschitz=k * max(1, w) * (1 - s),
            smoothness=k * k * max(1 - s + w * s, w * (1 - s) + s) / 4,
            best="the log odds of the mean" if level and k == 1 else "",
            proper="strictly proper" if level and not s and k == 1 else "",
            calibrated=True if level and s < 0.5 else None,
        )
