"""The loss of the difference of logarithms of 1 + x."""

from functools import partial

import numpy as np

from losscli.domain import FACTOR, Interval
from losscli.families.pointwise import PREDICTION, TARGET, Ratio
from losscli.inputs import Input
from losscli.numerics.arithmetic import amplified, sure, with_care
from losscli.numerics.doubledouble import LN2, DoubleDouble, log, two_sum
from losscli.numerics.quick import ROOMS, below, outside
from losscli.numerics.tables import COARSE, remainder
from losscli.parameter import parameter
from losscli.traits import Traits

ABOVE_MINUS_ONE = Interval(low=-1)
CLOSE = 1 - 2.0**-20  # so near to -1 what a logarithm makes of a rounding is no longer in proportion to it
WIDE = 2.0**400  # products of larger numbers are not exact, nor are those of numbers below its inverse


class MSLE(Ratio):
    """Squares the difference of ln(1 + x): twice too much costs the same at 100 and at 100 000."""

    formula = "scale * (log(1 + p) - log(1 + t))**2"
    slope_formula = "2 * scale * (log(1 + p) - log(1 + t)) / (1 + p)"
    source = (
        "Törnqvist, Vartia & Vartia 1985, How should relative changes be measured?, "
        "doi:10.1080/00031305.1985.10479385"
    )
    also = (
        "mean-squared-logarithmic-error", "squared-log-error",
        "rmsle | the root of the mean: add -b | awk '{print sqrt($1)}'",
        "keras.losses.MeanSquaredLogarithmicError | moves negative numbers to 1e-7",
        "keras.losses.mean_squared_logarithmic_error | moves negative numbers to 1e-7",
        "keras.losses.MSLE | moves negative numbers to 1e-7",
        "sklearn.metrics.mean_squared_log_error",
        "sklearn.metrics.root_mean_squared_log_error | the root of the mean",
        "torchmetrics.functional.mean_squared_log_error", "torchmetrics.MeanSquaredLogError",
        "xgboost.reg:squaredlogerror = msle:scale=0.5",
        "catboost.MSLE",
    )  # fmt: skip
    use = "targets are 0 or more and range over orders of magnitude"
    pitfalls = (
        "keras moves negative numbers to 1e-7 first; here all above -1 count as they are",
        "not convex: its slope fades far above the target",
        "below 1 it is nearly mse, above nearly a loss of the ratio: units matter",
    )
    related = ("mse", "mape", "smape")
    forms = (
        (
            Input("pred", ABOVE_MINUS_ONE, wrt=True, columns=PREDICTION),
            Input("target", ABOVE_MINUS_ONE, columns=TARGET),
        ),
    )
    span = (0, 5)
    swift = True

    scale: float = parameter(
        default=1.0, within=FACTOR, help="a factor; 0.5 gives the halved form", quiet=True
    )

    def swiftly(self, order):
        return None if order == 2 or (order and self.scale != 1) else partial(self.brisk, order)

    def brisk(self, order, out, p, t):
        """Fill in the derivative of `order`; tell where that will not do."""
        doubt = brisk_log_apart(out, p, t)
        if order:
            out /= 1 + p
            out *= 2.0
        else:
            np.multiply(out if self.scale == 1 else self.scale * out, out, out)
        return doubt

    def penalty(self, p, t):
        apart = log_apart(p, t)
        return self.scale * apart * apart

    def slope(self, p, t):
        slope = log_apart(p, t) / (1 + p)
        return 2 * slope if self.scale == 1 else amplified(2 * self.scale, slope)

    def curvature(self, p, t):
        (a, i), (b, j) = (normal(DoubleDouble.of_sum(1.0, x)) for x in (p, t))
        k = (i - j).astype(np.float64)
        apart = log(a / b) + k * LN2[2] + k * LN2[1] + k * LN2[0]
        rest = 1.0 - apart
        known = sure(rest, np.maximum(1, abs(apart.high)))
        bend = np.ldexp((rest / a.squared()).rounded + 0 * known, -2 * i)
        return 2 * bend if self.scale == 1 else amplified(2 * self.scale, bend)

    def traits(self):
        return Traits(best="the geometric mean of 1 + t, less 1")


def normal(x):
    """Return x as a number from 1/2 to 1 and a power of 2."""
    exponent = np.frexp(x.high)[1]
    return x.shifted(-exponent), exponent


def log_apart(p, t):
    """Return ln(1 + p) - ln(1 + t), from the difference and not from the logarithms."""
    (e, lost), (w, less) = two_sum(p, -t), two_sum(1.0, t)
    share = e / w
    found = np.log1p(share)
    # what sums and quotient lost, as the logarithm takes it
    found += (remainder(e, w, share) + lost - share * less) / (w + e)
    size = abs(e)
    usual = (size > 1 / WIDE) & (size < WIDE) & (share > -CLOSE)
    return with_care(~usual, found, exact_log_apart, p, t)


def exact_log_apart(p, t):
    """Return ln(1 + p) - ln(1 + t) from a quotient to twice the precision."""
    low, e = np.minimum(p, t), abs(p - t)
    usual = (e > 1 / WIDE) & (np.maximum(p, t) < WIDE)
    fine = abs(DoubleDouble.of_sum(p, -t)) / DoubleDouble.of_sum(1.0, low)
    share = np.where(usual, fine.rounded, e / (1 + low))
    far = np.isinf(share)
    apart = np.where(far, np.log(e) - np.log(1 + low), np.log1p(share))
    return np.copysign(apart, p - t)


def brisk_log_apart(out, p, t):
    """Fill in ln(1 + p) - ln(1 + t) as `log_apart` does, in place; tell where that will not do."""
    w, less, share, a, b, c = ROOMS.take(out, 6)
    e = np.subtract(p, t, out)
    np.subtract(e, p, a)
    np.subtract(e, a, b)
    np.subtract(p, b, b)
    a += t
    b -= a  # what the difference lost
    np.add(t, 1.0, w)
    np.subtract(w, 1.0, a)
    np.subtract(w, a, less)
    np.subtract(1.0, less, less)
    np.subtract(t, a, a)
    less += a  # what the sum lost
    np.divide(e, w, share)
    less *= share
    b -= less
    np.bitwise_and(share.view(np.int64), COARSE, a.view(np.int64))
    np.bitwise_and(w.view(np.int64), COARSE, less.view(np.int64))
    np.multiply(a, less, c)
    np.subtract(e, c, c)
    np.subtract(w, less, less)
    less *= a
    c -= less
    np.subtract(share, a, a)
    a *= w
    c -= a  # what the quotient lost
    b += c
    doubt = below(w, 0.0) | below(share, -CLOSE)
    size = outside(np.abs(e, a), 1 / WIDE, WIDE)
    w += e
    b /= w
    np.log1p(share, out)
    out += b
    return doubt | (size if isinstance(size, bool) else size & (p != t))
