"""Focal losses of one probability or logit: cross-entropy that fades where the prediction is right already."""

from abc import abstractmethod
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import squares
from losscli.domain import Interval
from losscli.families.focalseries import bounds, expansion
from losscli.families.pointwise import Binary, OnLogit, OnProbability
from losscli.loss import Array
from losscli.losses.binary import hard
from losscli.numerics.arithmetic import FAINT, sure, times, with_care
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, log, log1p, positive_part
from losscli.numerics.sums import raised
from losscli.numerics.tables import series
from losscli.parameter import parameter
from losscli.traits import Traits

GAMMA = Interval(0, 1000, "[]")
FAR = 600.0  # beyond it exponentials have no low part
TINY = 1e-100
REACH, STEPS = 40, 128  # of logits in a table, and of steps in a unit of them
STEEP = 8.0  # the largest gamma of a table: larger ones need many terms
NARROW = 2.0**-400  # less has no exact square
SOURCE = "Lin et al. 2017, Focal loss for dense object detection, doi:10.1109/ICCV.2017.324"


class Focal(Binary):
    """Cross-entropy C times m^gamma, where m is the probability given to the other label; both with a soft label y."""

    gamma: float = parameter(
        default=2.0, within=GAMMA, help="how fast right predictions stop to count; 0 is cross-entropy"
    )
    alpha: float = parameter(
        default=-1.0, within=Interval(-1, 1, "[]"), quiet=True,
        help="the weight of y = 1, 1 - alpha that of y = 0; below 0 neither is weighed",
    )  # fmt: skip

    formula_of = "{0} if alpha < 0 else (y * alpha + (1 - y) * (1 - alpha)) * {0}".format

    def penalty(self, x, y):
        return self.mixed(0, x, y)

    def slope(self, x, y):
        return self.mixed(1, x, y)

    def curvature(self, x, y):
        return self.mixed(2, x, y)

    def mixed(self, order, x, y):
        sharp = hard(y)
        if sharp:
            found = self.sharp(order, x, y)
        else:
            found = np.where((y == 0) | (y == 1), self.hard(order, x, y == 1), self.soft(order, x, y))
        if self.alpha < 0:
            return found
        a, b = DoubleDouble(self.alpha), DoubleDouble.of_sum(1.0, -self.alpha)
        weight = np.where(y == 1, a.high, b.high) if sharp else (y * a + (1.0 - DoubleDouble(y)) * b).rounded
        found, plain = times(weight, found), found
        if squares(plain) < np.inf:
            return found
        lost = np.isinf(plain) & (weight > 0) & (weight < 1) & (x > 0) & (x < 1)
        return np.where(lost, np.nan, found)

    def sharp(self, order, x, y):
        """Return a derivative for labels of 0 and 1."""
        found = None if self.uneven else self.plain(order, x, y)
        careful = partial(self.hard, order)
        return careful(x, y == 1) if found is None else with_care(*found, careful, x, y == 1)

    @property
    def uneven(self):
        """Whether the weight of a label is rounded."""
        return self.alpha >= 0 and 1 - (1 - self.alpha) != self.alpha

    @abstractmethod
    def plain(self, order, x, y) -> tuple[NDArray[np.bool_], Array] | None:
        """Return where plain doubles are doubtful, and a derivative by them; None if they cannot tell."""

    @abstractmethod
    def hard(self, order, x, yes) -> Array: ...

    @abstractmethod
    def soft(self, order, x, y) -> Array: ...

    def assembled(self, order, m, cost, m1, m2, cost1, cost2):
        """Return a derivative of m^gamma C from those of m and C, of m as parts of it; NaN where too much cancels."""
        g = DoubleDouble(self.gamma)
        if order == 0:
            terms = [cost]
        elif order == 1:
            terms = [g * m1 * cost, *cost1]
        else:
            slope = sum(cost1[1:], cost1[0])
            terms = [g * (g - 1.0) * m1.squared() * cost, g * m2 * cost, 2.0 * g * m1 * slope, cost2]
        largest = np.maximum.reduce([abs(x.high) for x in terms])
        found = sure(sum(terms[1:], terms[0]), largest)
        return faded(raised(m, self.gamma), DoubleDouble(found))


class BinaryFocal(Focal, OnProbability):
    """Cross-entropy that counts the less, the surer a prediction is right: what is easy no longer drowns what is not.

    A soft label takes part twice: it mixes the two probabilities of being wrong, m, and the two costs, C.
    """

    formula = Focal.formula_of("m**gamma * C")
    slope_formula = Focal.formula_of("m**gamma * (gamma * (1 - 2 * y) * C / m + (p - y) / (p * (1 - p)))")
    source = SOURCE
    also = (
        "focal", "focal-loss", "sigmoid-focal",
        "keras.losses.BinaryFocalCrossentropy | clips at 1e-7; alpha counts with apply_class_balancing=True only",
        "keras.losses.binary_focal_crossentropy | clips at 1e-7; alpha counts with apply_class_balancing=True only",
        "tensorflow_addons.losses.SigmoidFocalCrossEntropy = binary-focal:alpha=0.25 | "
        "sums over the last axis; unless from_logits=True",
    )  # fmt: skip
    use = "one label is rare, and the many easy rows of the other would outweigh it"
    pitfalls = (
        "not honest: a constant prediction is best nearer to 1/2 than the share of y = 1",
        "keras has alpha=0.25 in its signature, but uses it only if told to; torchvision always does",
        "alpha = 0.25 weighs y = 1, mostly the rare label, less than y = 0: gamma has tamed the easy rows",
    )
    related = ("binary-focal-with-logits", "bce", "categorical-focal")
    instead = {"pred": "binary-focal-with-logits"}  # noqa: RUF012

    def plain(self, order, p, y):
        if order == 2 or self.gamma != 2:
            return None
        m, right = abs(y - p), abs(1 - y - p)
        # the lesser of the two is exact; rounding makes up to 3 units in the last place
        cost = -np.where(m < right, np.log1p(-m), np.log(right))
        if order:
            return m < TINY, (1 - 2 * y) * (m * (2 * cost + m / right))
        lost = (1 - m) - right
        return m < TINY, (m * m + m * (2 * lost)) * cost

    def hard(self, order, p, yes):
        fine = 1.0 - DoubleDouble(p)
        m, right = chosen(yes, fine, DoubleDouble(p)), np.where(yes, p, fine.high)
        cost = np.where(yes, -np.log(p), -np.log1p(-p))
        if order == 0:
            return faded(raised(m, self.gamma), DoubleDouble(cost))
        g, rate = self.gamma, np.where(m.high == 0, 1.0, cost / m.high)
        if order == 1:
            steep = g * rate + 1 / right if g else 1 / right
            return faded(raised(m, g), DoubleDouble(steep)) * np.where(yes, -1.0, 1.0)
        bent = raised(m, g).rounded / right / right
        if g:
            rising = g * ((g - 1) * rate + 2 / right)
            bent = bent + faded(raised(m, DoubleDouble.of_sum(g, -1.0)), DoubleDouble(rising))
        return np.where(right == 0, np.inf, bent)

    def soft(self, order, p, y):
        narrow = np.minimum(np.minimum(p, 1 - p), np.minimum(y, 1 - y)) < NARROW
        q, off, y = 1.0 - DoubleDouble(p), 1.0 - DoubleDouble(y), DoubleDouble(y)
        m = y * q + off * p
        cost = -(y * log(p) + off * log(q))
        m1 = (off - y) / m
        found = self.assembled(order, m, cost, m1, DoubleDouble(np.zeros_like(p)),
                               [off / q, -(y / p)], y / p / p + off / q / q)  # fmt: skip
        found = np.where(narrow, np.nan, found)
        edge = np.where(p == 0, -np.inf if order == 1 else np.inf, np.inf)
        return np.where((p == 0) | (p == 1), edge, found)

    def where(self, form):
        return (("m", "y * (1 - p) + (1 - y) * p"), ("C", "-xlogy(y, p) - xlogy(1 - y, 1 - p)"))

    def traits(self):
        plain = not self.gamma and self.alpha < 0
        return Traits(
            convex=True, best="the mean" if plain else "", proper="strictly proper" if plain else ""
        )


class BinaryFocalWithLogits(Focal, OnLogit):
    """Focal loss of the sigmoid of a logit: right and sure predictions hardly count.

    A soft label takes part twice: it mixes the two probabilities of being wrong, m, and the two costs, C.
    """

    formula = Focal.formula_of("m**gamma * C")
    slope_formula = Focal.formula_of("m**gamma * (gamma * (1 - 2 * y) * s * (1 - s) * C / m + s - y)")
    source = SOURCE
    also = (
        "focal", "focal-loss", "sigmoid-focal",
        "optax.sigmoid_focal_loss | alpha=None",
        "torchvision.ops.sigmoid_focal_loss = binary-focal-with-logits:alpha=0.25 | alpha = -1 is none",
        "tensorflow_addons.losses.SigmoidFocalCrossEntropy = binary-focal-with-logits:alpha=0.25 | "
        "of logits with from_logits=True; sums over the last axis",
        "monai.losses.FocalLoss | of each class by itself, and their mean, unless use_softmax=True",
        "segmentation_models_pytorch.losses.FocalLoss | of each class by itself, in every mode; alpha=None",
        "catboost.Focal | both parameters must be given: focal_alpha, focal_gamma",
        "keras.losses.BinaryFocalCrossentropy | "
        "with from_logits=True; still by way of clipped probabilities: 16.1 for z = -40 and y = 1, the truth is 40",
    )  # fmt: skip
    use = "one label is rare, and you train on raw scores"
    pitfalls = (
        "not convex: from z = -2.8 down for y = 1, being more wrong costs less than in proportion",
        "by way of probabilities the tail is lost: at z = 36.7 and y = 1 torchvision says 5.68e-48, the truth "
        "is 1.53e-48, keras 4.9e-39",
        "alpha: none here and in optax, 0.25 in torchvision, ignored by keras unless apply_class_balancing=True",
    )
    related = ("binary-focal", "bce-with-logits", "categorical-focal-with-logits")

    def plain(self, order, z, y):
        if order == 2 or self.gamma > STEEP:
            return None
        side = 2 * y - 1
        t = side * z
        found = series(t, -REACH * STEPS, STEPS, coefficients(self.gamma, order))
        return ~(abs(t) <= REACH), found * side if order else found

    def hard(self, order, z, yes):
        t, g = np.where(yes, z, -z), DoubleDouble(self.gamma)
        right, m, cost = sides(t)
        far = t > FAR
        fade = exp(-(DoubleDouble(np.where(far, np.minimum(t, 2.0**400), 0.0)) * self.gamma))
        power = chosen(far, fade, raised(m, self.gamma))
        if order == 0:
            return np.where(t == -np.inf, np.inf, faded(power, cost))
        limit = t == -np.inf
        if order == 1:
            found = faded(power, g * right * cost + m)
            return np.where(limit, 1.0, found) * np.where(yes, -1.0, 1.0)
        rise, fall = g * g * right * cost + (2.0 * g + 1.0) * m, g * m * cost
        bend = np.where(far, rise.rounded, sure(rise - fall, rise.high))
        found = faded(power, DoubleDouble(right.rounded * bend))
        faint = (t < -FAR) & (t > -800)
        return np.where(limit | (t < -800), 0.0, np.where(faint, np.nan, found))

    def soft(self, order, z, y):
        up, down, fall = sides(z)
        rise = sides(-z)[2]
        off, y = 1.0 - DoubleDouble(y), DoubleDouble(y)
        m, both = y * down + off * up, up * down
        m1 = (off - y) * both / m
        found = self.assembled(
            order, m, y * fall + off * rise, m1, m1 * (down - up), [off * up, -(y * down)], both
        )
        narrow = (abs(z) > FAR) | (np.minimum(y.high, off.high) < NARROW)
        limit = [np.inf, np.where(z > 0, 1, -1) * raised(m, self.gamma).high * m.high, 0.0][order]
        return np.where(np.isinf(z), limit, np.where(narrow, np.nan, found))

    def where(self, form):
        return (
            ("s", "1 / (1 + exp(-z))"),
            ("m", "y * (1 - s) + (1 - y) * s"),
            ("C", "y * log(1 + exp(-z)) + (1 - y) * log(1 + exp(z))"),
        )

    def traits(self):
        weight = max(self.alpha, 1 - self.alpha) if self.alpha >= 0 else 1.0
        steepest, sharpest = bounds(type(self)(gamma=self.gamma))
        best = "the log odds of the mean" if not self.gamma and self.alpha < 0 else ""
        return Traits(
            convex=not self.gamma,
            symmetric=False,
            lipschitz=weight * steepest,
            smoothness=weight * sharpest,
            best=best,
            proper="strictly proper" if best else "",
            calibrated=True if self.alpha < 0 else None,
        )


def faded(power, x):
    """Return m^gamma times x; NaN where the power lost bits that x would show again."""
    high = power.high
    lost = (high < FAINT) & (high > 0) & (x.high > 7) | (high == 0) & (x.high > 1e3)
    product = (power * x).rounded
    plain = times(high, x.high)
    return np.where(lost, np.nan, np.where(np.isfinite(product), product, plain))


def sides(t):
    """Return the sigmoid of t, that of -t, and ln(1 + e^-t)."""
    small = exp(-abs(t))
    whole = 1.0 + small
    near, far = 1.0 / whole, small / whole
    cost = positive_part(DoubleDouble(-t)) + log1p(small)
    return (
        chosen(t >= 0, near, far),
        chosen(t >= 0, far, near),
        chosen(np.isinf(t), DoubleDouble(np.where(t > 0, 0.0, np.inf)), cost),
    )


@lru_cache(maxsize=8)
def coefficients(gamma, order):
    """Return the Taylor coefficients, at each step, of the focal loss of a logit for y = 1, or of its slope."""
    z = np.arange(-REACH * STEPS, REACH * STEPS + 1) / STEPS
    _, *rows = expansion(gamma, order, z, 0.5 / STEPS)
    return BinaryFocalWithLogits(gamma=gamma).hard(
        order, z, z < np.inf
    ), *rows  # the first is most of the sum
