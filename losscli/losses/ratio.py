"""Losses of a prediction beside its target, where it is the ratio that counts."""

from functools import partial

import numpy as np

from losscli.domain import FACTOR, NONZERO, Interval
from losscli.families.pointwise import Ratio
from losscli.inputs import DomainError
from losscli.numerics.arithmetic import amplified, finite, with_care
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.quick import ROOMS, constant, signs, unbounded
from losscli.parameter import parameter
from losscli.traits import Traits

ABOVE_MINUS_ONE = Interval(low=-1)
CLOSE = 1 - 2.0**-20  # so near to -1 what a logarithm makes of a rounding is no longer in proportion to it
WIDE = 2.0**400  # products of larger numbers are not exact, nor are those of numbers below its inverse


class MAPE(Ratio):
    """Divides the error by the size of the target: 10 % too much costs the same everywhere.

    It is a fraction: `scale=100` gives per cent.
    """

    formula = "scale * abs(p - t) / max(abs(t), floor)"
    slope_formula = "-scale / max(abs(t), floor) if p < t else scale / max(abs(t), floor) if p > t else 0"
    source = (
        "de Myttenaere et al. 2016, Mean absolute percentage error for regression models, "
        "doi:10.1016/j.neucom.2015.12.114"
    )
    also = (
        "mean-absolute-percentage-error", "absolute-percentage-error",
        "keras.losses.MeanAbsolutePercentageError = mape:scale=100 | divides by at least 1e-7",
        "keras.losses.mean_absolute_percentage_error = mape:scale=100 | divides by at least 1e-7",
        "keras.losses.MAPE = mape:scale=100 | divides by at least 1e-7",
        "sklearn.metrics.mean_absolute_percentage_error | divides by at least 2.2e-16",
        "torchmetrics.functional.mean_absolute_percentage_error | divides by at least 1.17e-6",
        "torchmetrics.MeanAbsolutePercentageError | divides by at least 1.17e-6",
        "xgboost.metric mape",
        "lightgbm.mape ~ mape:floor=1 | divides by at least 1",
        "catboost.MAPE ~ mape:floor=1 | divides by at least 1",
    )  # fmt: skip
    use = "targets are far from 0 and it is relative errors that matter"
    pitfalls = (
        "a target of 0 is refused: for an error of 1 keras says 1e9, sklearn 4.5e15",
        "LightGBM and CatBoost divide by at least 1: that is floor=1",
        "a prediction of 0 costs 1, one too high has no bound: it favours low predictions",
    )
    related = ("smape", "msle", "mae")
    span = (-1, 3)
    swift = True

    scale: float = parameter(default=1.0, within=FACTOR, help="a factor; 100 gives per cent", quiet=True)
    floor: float = parameter(
        default=0.0, within=Interval(0, ends="[)"), help="the least that an error is divided by", quiet=True
    )

    def swiftly(self, order):
        return None if self.floor or self.scale != 1 else partial(self.brisk, order)

    def brisk(self, order, out, p, t):
        """Fill in the derivative of `order`; tell where that will not do."""
        if order == 2:
            return True if not t.all() else constant(0.0, out, p, t)
        np.subtract(p, t, out)
        if order:
            signs(out)
            (size,) = ROOMS.take(out, 1)
            out /= np.abs(t, size)
        else:
            out /= t
            np.abs(out, out)
        return unbounded(out)

    def penalty(self, p, t):
        return self.per_target(abs(p - t), t)

    def slope(self, p, t):
        return self.per_target(np.sign(p - t), t)

    def curvature(self, p, t):
        return np.zeros_like(p)

    def per_target(self, x, t):
        """Return scale · x / max(|t|, floor); NaN where x is beyond the largest double."""
        size = abs(t)
        share = finite(x) / (np.maximum(size, self.floor) if self.floor else size)
        return share if self.scale == 1 else np.where(x == 0, 0.0, amplified(self.scale, share))

    def corner(self, prediction, target):
        return prediction == target

    def check(self, *arrays):
        super().check(*arrays)
        if not self.floor and (arrays[1] == 0).any():
            raise DomainError(self.name, self.forms[0][1]._replace(domain=NONZERO), arrays[1] == 0, arrays[1])

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=self.scale / max(1, self.floor),
            pictured=True,
            smoothness=0,
            kinks=(1.0,),
            best="" if self.floor else "the median weighed by 1 / |t|",
        )


class SMAPE(Ratio):
    """Divides the error by the mean size of prediction and target: never more than 2.

    Where both are 0 it is 0.
    """

    formula = "2 * scale * abs(p - t) / w if abs(p - t) > 0 else 0"
    slope_formula = "2 * scale * (sign(p - t) - abs(p - t) * u / w) / w"
    source = "Makridakis 1993, Accuracy measures: theoretical and practical concerns, doi:10.1016/0169-2070(93)90079-3"
    also = (
        "symmetric-mean-absolute-percentage-error", "symmetric-mape",
        "torchmetrics.functional.symmetric_mean_absolute_percentage_error = smape:floor=1.17e-6",
        "torchmetrics.SymmetricMeanAbsolutePercentageError = smape:floor=1.17e-6",
        "catboost.SMAPE = smape:scale=100",
    )  # fmt: skip
    use = "relative errors are reported and targets may be 0"
    pitfalls = (
        "not symmetric in the error: 1 too low costs more than 1 too high",
        "2 for every prediction of the wrong sign, with slope 0: nothing to learn from",
        "CatBoost gives per cent: scale=100",
    )
    related = ("mape", "msle")
    span = (-1, 4)
    swift = True

    scale: float = parameter(default=1.0, within=FACTOR, help="a factor; 100 gives per cent", quiet=True)

    floor: float = parameter(
        default=0.0,
        within=Interval(0, ends="[)"),
        help="the least that twice the error is divided by",
        quiet=True,
    )

    def derivative(self, order, *block):
        p, t = block
        (found,) = super().derivative(order, p, t)
        if self.scale != 1:
            found = self.scale * found if order == 0 else self.where_alike(p, t, amplified(self.scale, found))
        return (self.floored(order, found, p, t) if self.floor else found,)

    def floored(self, order, found, p, t):
        """Return what was found, but of sizes that are less than the floor together; at it, the lesser slope."""
        if order == 2:
            return np.where(self.over_floor(p, t) <= 0, 0.0, found)
        base = np.sign(p - t) if order else abs(p - t)
        share = 2 * (base / self.floor)
        below = share if self.scale == 1 else np.where(base == 0, 0.0, amplified(self.scale, share))
        side = self.over_floor(p, t)
        return np.where((side < 0) | (side == 0) & (abs(below) < abs(found)), below, found)

    def where(self, form):
        if not self.floor:
            return (("w", "abs(p) + abs(t)"), ("u", "sign(p)"))
        return (
            ("w", "max(abs(p) + abs(t), floor)"),
            ("u", "sign(p) if abs(p) + abs(t) > floor else 0"),
        )

    def over_floor(self, p, t):
        """Return the sign of |p| + |t| less the floor."""
        return np.sign((DoubleDouble.of_sum(abs(p), abs(t)) - self.floor).high)

    def penalty(self, p, t):
        w = abs(p) + abs(t)
        found = 2 * (abs(p - t) / finite(w))
        return with_care(w == 0, found, np.zeros_like, w)

    def slope(self, p, t):
        size = abs(t)
        w = abs(p) + size
        share = size / w
        found = np.sign(p - t) * (((p < 0) == (t < 0)) & (p != 0)) * (4 * (share / w))
        return with_care(~((share > 1 / WIDE) & (w > 1 / WIDE) & (w < WIDE)), found, self.careful, p, t)

    def careful(self, p, t):
        return self.where_alike(p, t, np.sign(p - t) * self.share(p, t, 2))

    def curvature(self, p, t):
        return self.where_alike(p, t, -np.sign(p - t) * np.sign(p) * self.share(p, t, 3))

    def where_alike(self, p, t, found):
        """Return what was found where the signs are the same; elsewhere the loss is level."""
        return np.where((np.sign(p) != np.sign(t)) | (p == t), 0.0, found)

    def share(self, p, t, degree):
        """Return |t| / (|p| + |t|)^degree · 2^degree, rounded once."""
        w = DoubleDouble.of_sum(abs(p), abs(t))
        exponent = np.frexp(w.high)[1]
        w, found = w.shifted(-exponent), DoubleDouble(np.ldexp(abs(t), degree - exponent))
        lost = found.high < 1 / WIDE
        for _ in range(degree):
            found = found / w
        return np.where(lost, np.nan, np.ldexp(found.rounded, (1 - degree) * exponent))

    def corner(self, prediction, target):
        if not self.floor:
            return (prediction == target) | (prediction == 0)
        side = self.over_floor(prediction, target)
        return (prediction == target) | (side == 0) | (side > 0) & (prediction == 0)

    def traits(self):
        if self.floor > 1:
            a = self.floor
            return Traits(
                lipschitz=max(2 / a, 4 / a / a) * self.scale,
                smoothness=8 / a**3 * self.scale,
                kinks=tuple(sorted({1 - a, 1.0, a - 1})),
                pictured=True,
            )
        return Traits(lipschitz=4 * self.scale, smoothness=8 * self.scale, kinks=(0.0, 1.0), pictured=True)
