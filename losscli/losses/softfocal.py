"""The focal loss of the softmax of scores."""

from math import inf

import numpy as np

from losscli.domain import UNIT
from losscli.families.balanced import Balanced
from losscli.families.focalseries import bounds, expansion
from losscli.losses.categorical import ALPHA, FACTORS, SMOOTHING
from losscli.losses.focal import GAMMA, SOURCE, STEEP, STEPS, BinaryFocalWithLogits
from losscli.losses.softmax import OfSoftmax, relative
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.sums import raised
from losscli.parameter import parameter
from losscli.traits import Traits


class CategoricalFocalWithLogits(Balanced, OfSoftmax):
    """Cross-entropy of the softmax of scores that counts the less, the surer a prediction is right."""

    formula = "-sum(alpha[k] * y[k] * (1 - s[k])**gamma * log(s[k]) for k in classes)"
    slope_formula = (
        "s[k] * sum(alpha[j] * y[j] * (1 - s[j])**gamma * (1 - gamma * s[j] * log(s[j]) / (1 - s[j])) for j in classes)"
        " - alpha[k] * y[k] * (1 - s[k])**gamma * (1 - gamma * s[k] * log(s[k]) / (1 - s[k]))"
    )
    source = SOURCE
    also = (
        "focal", "focal-loss",
        "keras.losses.CategoricalFocalCrossentropy = categorical-focal-with-logits:alpha=0.25 | "
        "with from_logits=True; still by way of clipped probabilities: 4.03 for scores (-40, 0), the truth is 10",
    )  # fmt: skip
    use = "some classes are rare, and you train on raw scores"
    pitfalls = (
        "one alpha is a factor of all classes alike: 0.25, as in keras, makes everything a quarter; "
        "alpha=0.25/1/2 has one for each class, in their order",
        "not convex: being more wrong soon costs less than in proportion",
    )
    related = ("categorical-focal", "binary-focal-with-logits", "softmax-cross-entropy")

    gamma: float = parameter(
        default=2.0, within=GAMMA, help="how fast right predictions stop to count; 0 is cross-entropy"
    )
    alpha: float | tuple[float, ...] = parameter(
        default=1.0, within=ALPHA, help=FACTORS, quiet=True, each="class"
    )
    label_smoothing: float = parameter(default=0.0, within=UNIT, help=SMOOTHING, quiet=True)

    @property
    def table(self):
        return self.gamma <= STEEP and self.even

    def alone(self, m, right, c):
        power = self.power(m) * self.factor
        return power * c, power * (right * c * self.gamma + m) / m

    def spread(self, order, t):
        return [self.factor * row for row in expansion(self.gamma, order, t, 0.5 / STEPS)]

    def shares(self, y, classes):
        return Balanced.shares(self, y, classes)

    @property
    def heaviest(self):
        return self.largest

    def power(self, m):
        """Return m^gamma, NaN where it lost bits that a large gamma shows again."""
        found, size = raised(m, self.gamma), self.gamma * np.log(m.high)
        return DoubleDouble(
            np.where((self.gamma > 2) & (size < -660) & (size > -765), np.nan, found.high), found.low
        )

    def cost(self, p, m, c):
        return (self.power(m) * c).rounded

    def pull(self, p, m, c):
        return self.power(m) * (p * relative(c, m) * self.gamma + 1.0)

    def bend(self, p, m, c):
        g = DoubleDouble(self.gamma)
        change = g * (c - 2.0 - (g - 1.0) * p * relative(c, m))
        return raised(m, g - 1.0) * change, self.power(m) * change

    def curvature(self, p, m, c, y):
        faint = (
            (p.high < 2.0**-1022) & (c.high < 745 + np.log1p(800 * self.gamma)) & (y.high * self.gamma > 0)
        )
        return np.where(faint.any(axis=0), np.nan, super().curvature(p, m, c, y))  # C may be large

    def traits(self):
        steepest, sharpest = bounds(BinaryFocalWithLogits(gamma=self.gamma))
        return Traits(
            convex=not self.gamma,
            symmetric=self.label_smoothing == 1,
            lipschitz=2**0.5 * self.factor * steepest if self.even else inf,
            smoothness=self.factor * max(2 * sharpest, steepest / 2) if self.even else inf,
            best="" if self.gamma or not self.even else "the class frequencies",
        )
