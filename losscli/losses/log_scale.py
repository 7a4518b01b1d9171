"""Negative log likelihoods of forecasts that give the logarithm of a scale: no clipping keeps it above 0."""

from functools import partial

import numpy as np

from losscli.domain import FINITE
from losscli.families.forecast import LOCATION, OUTCOME, Forecast, settled, unsquared
from losscli.inputs import Input
from losscli.losses.likelihood import LOG_TWO_PI
from losscli.numerics.arithmetic import reconsidered
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import below, exact_difference, finer, outside
from losscli.numerics.tables import coarse, exp_near, exp_pair, product
from losscli.numerics.wide import Wide
from losscli.parameter import flag
from losscli.traits import Traits

NEAR, FAR = 300.0, 1e5  # exponentials within are pairs, and beyond outweigh all else, or nothing
LEAST, MOST = 2.0**-200, 2.0**200  # squares of these have exact products with such exponentials
BITS = 0.125  # a logarithm has some 100 bits after the point, however near 0 it is
UNSURE = 2.0**-6  # of u, beside which 1 - u does not see the rounding of a small part
SURE = 200.0  # beside 2^200 a 1 is nothing
LOG_TWO = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)
ONE = Wide(DoubleDouble(np.ones(()), np.zeros(())))


class LogScale(Forecast):
    """The loss (rate · s + u) / degree and a constant, where u is |e|^degree · e^(−rate · s)."""

    degree: int
    rate: int
    fit: str
    widths = (-1.0, 0.0, 1.0)

    @property
    def constant(self):
        """What the loss is at e = s = 0, less 1 / degree."""
        return DoubleDouble(0.0)

    def filled(self, order, *block):
        if order == 2:
            return True
        *outs, location, s, target = block
        if order == 1:
            return self.sloping(*block)
        e, lost = exact_difference(location, target)
        size = np.abs(e)
        doubt = below(size, LEAST)
        p = s * -self.rate
        doubt = doubt | outside(p, -NEAR, NEAR)
        np.exp(p, p)
        if self.degree == 1:
            square, rest = size, np.copysign(lost, lost * e)
        else:
            half = coarse(e)
            square, rest = half * half, e + half
            np.subtract(e, half, half)
            rest *= half
            lost *= e
            lost += lost
            rest += lost
        u, more = product(square, p)
        rest *= p
        more += rest
        (out,), part = outs, self.rate / self.degree
        near, share = s * part, u / self.degree
        if (constant := self.constant).high:
            near, lost = two_sum(near, constant.high)
            more += (lost + constant.low) * self.degree
        np.add(near, share, out)
        more /= self.degree
        out += more
        np.abs(out, size)
        size *= 1.9  # of 1.3 parts in 2^53 of a share, and the first of two roundings, 3.5 are allowed
        return finer(~(share < size) | doubt, self.closer, out, location, s, target)

    def closer(self, location, s, target):
        """Return the loss by exponentials of some 72 bits; NaN where that is not enough."""
        return self.quick(0, exp_pair, 2.0**12, location, s, target)[0]

    def sloping(self, along, across, location, s, target):
        """Fill in the slopes; tell where that is not sure: 1 - u is known to 60 bits of u."""
        e, lost = exact_difference(location, target)
        doubt = below(np.abs(e), LEAST)
        power = s * -self.rate
        doubt = doubt | outside(power, -NEAR, NEAR)
        near, share = exp_near(power if doubt is False else np.clip(power, -NEAR, NEAR))
        if self.degree == 1:
            square, rest = np.abs(e), np.copysign(lost, lost * e)
        else:
            square, rest = unsquared(e, lost)
        half = coarse(square)
        square -= half
        rest += square
        rest *= near
        half *= near  # exact: 26 bits each
        share_of = half + rest
        share_of *= share
        rest += share_of
        np.subtract(1.0, half, across)
        across -= rest
        half *= UNSURE
        doubt = doubt | ~(half < np.abs(across))
        across *= self.rate / self.degree
        share *= near
        near += share
        np.multiply(e if self.degree == 2 else np.sign(e), near, along)
        return doubt

    def derivative(self, order, *block):
        found = self.quick(order, exp_pair, 2.0**12, *block)
        return reconsidered(found, partial(self.careful, order), *block)

    def quick(self, order, exp, most, location, s, target):
        """Return a derivative; NaN where a size is not ordinary, or u is more than `most` times the result."""
        e, lost = two_sum(location, -target)
        size, power = abs(e), -self.rate * s
        known = (abs(power) < NEAR) & ((size > LEAST) & (size < MOST) | (size == 0))
        p, less = exp(power if known.all() else np.where(known, power, np.nan))
        if self.degree == 1:
            square, rest = size, np.sign(e) * lost
        else:
            square, rest = unsquared(e, lost)
        u, more = product(square, p)
        more += rest * p + square * less
        part = self.rate / self.degree
        if order == 2:
            return [p if self.degree > 1 else 0 * p, (u + more) * (self.rate * part)]
        if order == 1:
            along = np.sign(e) * p if self.degree == 1 else e * p + (lost * p + e * less)
            near, rest = two_sum(1.0, -u)
            gap = near + (rest - more)
            np.copyto(gap, np.nan, where=(u > most * abs(gap)) & (s != 0))
            return [along, gap * part]
        constant, share = self.constant, u / self.degree
        near, rest = two_sum(part * s, share)
        found, lost = two_sum(near, constant.high)
        found += (lost + rest) + (constant.low + more / self.degree)
        np.copyto(found, np.nan, where=share > most * abs(found))
        return [found]

    def careful(self, order, location, s, target):
        e = DoubleDouble.of_sum(location, -target)
        size = Wide(abs(DoubleDouble(np.where(np.isfinite(e.high), e.high, np.nan), e.low)))
        power = Wide.exponential(DoubleDouble(np.clip(-self.rate * s, -FAR, FAR)))
        u = (size if self.degree == 1 else size * size) * power
        share = times(u, self.rate / self.degree)
        if order == 0:
            part, rest, constant = s * (self.rate / self.degree), times(u, 1 / self.degree), self.constant
            held = rest.beside(np.zeros_like(s))
            found = settled(held + part + constant, part, held.high, BITS * (constant.high != 0))
            alone = (part == 0) & (constant.high == 0)
            return (np.where(alone | np.isinf(held.high), rest.rounded, found),)
        if order == 1:
            along = (power if self.degree == 1 else size * power).where(e.high != 0).rounded * np.sign(e.high)
            rest = times(ONE, self.rate / self.degree)
            return along, np.where(u.exponent > SURE, -share.rounded, rest.less(share))
        bend = power.rounded if self.degree > 1 else np.zeros_like(s)
        return bend, times(share, self.rate).rounded

    def traits(self):
        return Traits(
            convex=True, convex_in="the mean", symmetric=True, best=self.fit, proper="strictly proper"
        )


def times(x, factor):
    """Return `x` times a power of 2."""
    return x * Wide(DoubleDouble(np.array(float(factor)), np.zeros(())))


class GaussianNLLLogVar(LogScale):
    """How surprised a normal forecast, of a mean and the logarithm of a variance, is by what came.

    The constant ln(2 pi) / 2 is left out: `full=true` adds it.
    """

    symbols = "e, s"
    formula = "(s + e**2 * exp(-s) + full * log(2 * pi)) / 2"
    slope_formula = "e * exp(-s)"
    source = (
        "Kendall & Gal 2017, What uncertainties do we need in Bayesian deep learning for computer vision?, "
        "doi:10.48550/arXiv.1703.04977"
    )
    also = (
        "heteroscedastic-loss", "gaussian-nll-logvar",
        "torch.nn.functional.gaussian_nll_loss(var=exp(log_var)) | it raises variances below 1e-6 to 1e-6, "
        "unseen by its gradient",
    )  # fmt: skip
    use = "a model gives a mean and how sure it is of it, and nothing shall keep its second output above 0"
    pitfalls = (
        "it takes the logarithm of the variance, twice that of the standard deviation: gaussian-nll-log-sigma takes "
        "that one",
        "for one large error of a sure forecast, e = 1 at log_var -20, the slope is 485165195: such rows lead",
        "it may be negative: a good forecast with a small variance is a large density",
        "the slope in the mean is e / v: rows of large variance hardly teach the mean",
    )
    related = ("gaussian-nll", "gaussian-nll-log-sigma", "laplace-nll-log-scale", "mse")
    forms = (
        (
            Input("mean", FINITE, wrt=True, columns=LOCATION),
            Input("log_var", FINITE, wrt=True, columns=("log_var", "logvar", "log_variance", "log_v", "s")),
            OUTCOME,
        ),
    )
    degree, rate = 2, 1
    fit = "the mean and the log of the variance"

    full: float = flag(default=0.0, help="adds ln(2 pi) / 2, which makes it the whole negative log density")

    @property
    def constant(self):
        return LOG_TWO_PI.scaled(0.5) if self.full else DoubleDouble(0.0)


class GaussianNLLLogSigma(GaussianNLLLogVar):
    """How surprised a normal forecast, of a mean and the logarithm of a standard deviation, is by what came.

    The constant ln(2 pi) / 2 is left out: `full=true` adds it.
    """

    formula = "s + (e**2 * exp(-2 * s) + full * log(2 * pi)) / 2"
    slope_formula = "e * exp(-2 * s)"
    source = (
        "Nix & Weigend 1994, Estimating the mean and variance of the target probability distribution, "
        "doi:10.1109/ICNN.1994.374138"
    )
    also = ("gaussian-nll-log-std", "catboost.RMSEWithUncertainty = gaussian-nll-log-sigma:full=true")
    pitfalls = (
        "it takes the logarithm of the standard deviation, half that of the variance: gaussian-nll-log-var takes that "
        "one",
        "for one large error of a sure forecast, e = 1 at log_sigma -10, the slope is 485165195: such rows lead",
        "it may be negative: a good forecast with a small deviation is a large density",
        "the slope in the mean is e / v: rows of large deviation hardly teach the mean",
    )
    related = ("gaussian-nll", "gaussian-nll-log-var", "laplace-nll-log-scale", "mse")
    forms = (
        (
            Input("mean", FINITE, wrt=True, columns=LOCATION),
            Input(
                "log_sigma", FINITE, wrt=True, columns=("log_sigma", "log_std", "logstd", "log_scale", "s")
            ),
            OUTCOME,
        ),
    )
    rate = 2
    fit = "the mean and the log of the standard deviation"


class LaplaceNLLLogScale(LogScale):
    """How surprised a Laplace forecast, of a location and the logarithm of a scale, is by what came."""

    symbols = "e, s"
    formula = "log(2) + s + abs(e) * exp(-s)"
    slope_formula = "-exp(-s) if e < 0 else exp(-s) if e > 0 else 0"
    source = (
        "Kendall & Gal 2017, What uncertainties do we need in Bayesian deep learning for computer vision?, "
        "doi:10.48550/arXiv.1703.04977"
    )
    also = ("laplace-nll-log-b", "scoringrules.logs_laplace(scale=exp(log_scale))")
    use = "as laplace-nll, and nothing shall keep a model's second output above 0"
    pitfalls = (
        "it takes the logarithm of the mean absolute error, not of the standard deviation, which is sqrt(2) as large",
        "at e = 0 we give the slope 0 in the location",
        "it may be negative: a good forecast with a small scale is a large density",
    )
    related = ("laplace-nll", "gaussian-nll-log-var", "gaussian-nll-log-sigma", "mae")
    forms = (
        (
            Input("location", FINITE, wrt=True, columns=LOCATION),
            Input("log_scale", FINITE, wrt=True, columns=("log_scale", "log_b", "s")),
            OUTCOME,
        ),
    )
    degree, rate = 1, 1
    fit = "the median and the log of the mean distance from it"

    @property
    def constant(self):
        return LOG_TWO

    def corner(self, location, log_scale, target):
        return location == target

    def traits(self):
        return Traits(
            convex=True,
            convex_in="the location",
            symmetric=True,
            kinks=(0.0,),
            best=self.fit,
            proper="strictly proper",
        )
