"""The quantile loss of a logarithm."""

from functools import partial

import numpy as np

from losscli import places
from losscli.domain import Interval
from losscli.families.pointwise import Ratio
from losscli.inputs import LOGIT, PREDICTION, TARGET
from losscli.loss import Axis, Input
from losscli.numerics.arithmetic import DOUBT, FAINT, corrected
from losscli.numerics.doubledouble import exp
from losscli.numerics.quick import finer
from losscli.numerics.tables import rise_above
from losscli.parameter import parameter
from losscli.traits import Traits

FAR = 300.0  # e^±300, times any tau between EVEN and its complement, is an ordinary number
EVEN = 2.0**-40


class LogLinQuantile(Ratio):
    """The quantile loss of e^z: for positive amounts, of which a model gives the logarithm z."""

    family = "quantile regression"
    symbols = "z, y"
    forms = (
        (Input("pred", wrt=True, columns=("log_pred", *LOGIT, *PREDICTION)), Input("target", columns=TARGET)),
    )
    formula = "tau * (y - exp(z)) if exp(z) < y else (1 - tau) * (exp(z) - y)"
    slope_formula = "-tau * exp(z) if exp(z) < y else (1 - tau) * exp(z) if exp(z) > y else 0"
    source = "Koenker & Bassett 1978, Regression quantiles, doi:10.2307/1913643"
    also = (
        "catboost.LogLinQuantile | tau is its alpha",
    )  # fmt: skip
    use = "a quantile of positive amounts is wanted, and the model works on their logarithm"
    pitfalls = (
        "targets are amounts and predictions logarithms: a column of log targets would be taken for amounts",
        "not convex: far below the target the slope dies out, and a bad start stays bad",
        "the quantile of the logarithm is the logarithm of the quantile: quantile on log targets has the same optimum",
    )
    related = ("quantile", "poisson-nll-log", "msle")

    tau: float = parameter(
        default=0.5, within=Interval(0, 1), help="the quantile to predict; 0.9 is rarely exceeded"
    )

    targets = (2, 1)
    span = (-3, 2)

    swift = True

    def filled(self, order, out, z, y):
        if not EVEN < self.tau < 1 - EVEN:
            return True
        rate = np.exp(z)  # within 1.3 parts in 2^53
        gap = rate - y
        price = np.where(gap < 0, -self.tau, 1 - self.tau)
        np.multiply(rate if order else gap, price, out)
        size = np.abs(gap, gap)
        if order:  # the side is sure
            size *= 2.0**40
            return ~(rate < size) | ~((z > -FAR) & (z < FAR))
        size *= 1.15  # beside it three roundings, of which the last counts half
        return finer(~(rate <= size) | ~((z > -FAR) & (z < FAR)), partial(self.closer, 0), out, z, y)

    def closer(self, order, z, y):
        """Return the derivative of `order` by an exponential of some 62 bits; NaN where that is not enough."""
        gap, rate, sure = rise_above(z, y)
        price = np.where(gap < 0, -self.tau, 1 - self.tau)
        found = (rate if order else gap) * price
        np.copyto(found, np.nan, where=~(sure & (abs(z) < FAR) & (EVEN < self.tau < 1 - EVEN)))
        return found

    def penalty(self, z, y):
        return corrected(self.closer(0, z, y), self.careful_penalty, z, y)

    def slope(self, z, y):
        return corrected(self.closer(1, z, y), self.careful_slope, z, y)

    def gap(self, z, y):
        """Return e^z - y, and the price of a unit on its side; NaN where too much cancels or leaves the range."""
        power = exp(z)
        gap = power - y
        high = np.where(np.isfinite(gap.high), gap.rounded, power.high - y)
        lost = (abs(high) < DOUBT * abs(y)) & (high != 0)
        lost |= ((high == 0) | (abs(y) < FAINT) & (power.high < FAINT)) & (y != 0) & ((z != 0) | (y != 1))
        lost |= np.isinf(high) & (z < 1500) & np.isfinite(y)
        return power.high, np.where(lost, np.nan, high), np.where(high < 0, -self.tau, 1 - self.tau)

    def careful_penalty(self, z, y):
        _, gap, price = self.gap(z, y)
        return gap * price

    def careful_slope(self, z, y):
        power, gap, price = self.gap(z, y)
        found = np.where(np.isinf(power) & (z < 1500), np.nan, power * price)
        return np.where(np.isnan(gap) & np.isfinite(y), np.nan, np.where(gap == 0, 0.0, found))

    def curvature(self, z, y):
        return self.slope(z, y)

    def corner(self, z, y):
        return (z == 0) & (y == 1)

    @property
    def axis(self):
        return Axis("z", "prediction, a logarithm  z", *self.span, place=places.own)

    def sections(self):
        return tuple(
            each._replace(kinks=(float(np.log(t)),))
            for each, t in zip(super().sections(), self.targets, strict=True)
        )

    def traits(self):
        return Traits()
