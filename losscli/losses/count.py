"""Losses of counts: how surprised a predicted rate is by how many there were."""

import numpy as np

from losscli.domain import NONNEGATIVE
from losscli.families.pointwise import LOGIT, PREDICTION, TARGET, Binary, Ratio
from losscli.inputs import Input
from losscli.loss import Axis
from losscli.numerics.arithmetic import corrected, in_parts, over_square, sure, with_care
from losscli.numerics.doubledouble import DoubleDouble, exp, log, two_product, two_sum
from losscli.numerics.quick import finer, missing
from losscli.numerics.special import SLIGHT, log_factorial, log_factorials
from losscli.numerics.tables import exp_pair, log_pair, rise_above
from losscli.parameter import flag
from losscli.traits import Traits

LEAST, MOST = 2.0**-480, 2.0**480  # numbers between these have exact products
NEAR_ONE = 2.0**-40  # logarithms as small have too few bits to be multiplied by a large count
STEEP = 700.0  # from here e^z is near the end of the range, and a moderate count does not matter beside it
FLAT = 600.0  # below minus this the exponential is a plain double, and does not matter beside a count
CLEAR = 2.0**-16  # a difference of this part of its terms does not see what the pairs of `tables` lack
LOOSE = 2.0**8  # what `log_factorial` lacks is no more than what a sum with such a term does
WHOLE = "adds ln {}!, which makes it the whole negative log probability"


class PoissonNLL(Ratio):
    """How surprised a predicted rate is by a count, less what does not depend on the rate.

    Nothing is added inside the logarithm. The term ln t! is left out: `full=true` adds it.
    """

    family = "counts"
    formula = "p - xlogy(t, p) + lgamma(t + 1) if full else p - xlogy(t, p)"
    slope_formula = "1 - t / p"
    source = "Nelder & Wedderburn 1972, Generalized linear models, doi:10.2307/2344614"
    also = (
        "poisson", "poisson-loss", "poisson-nll-loss",
        "keras.losses.Poisson | adds 1e-7 inside the logarithm",
        "keras.losses.poisson | adds 1e-7 inside the logarithm",
        "torch.nn.PoissonNLLLoss(log_input=False) | adds 1e-8 inside the logarithm; "
        "full=True adds Stirling's formula for ln t!, for t above 1 only",
        "torch.nn.functional.poisson_nll_loss(log_input=False) | adds 1e-8 inside the logarithm; "
        "full=True adds Stirling's formula for ln t!, for t above 1 only",
    )  # fmt: skip
    use = "targets are counts, and a model gives their rate"
    pitfalls = (
        "torch takes the logarithm of the rate unless told otherwise: that is poisson-nll-log",
        "its least value is t - t ln t, not 0; with ln t! it is never negative",
        "keras adds 1e-7 inside the logarithm, torch 1e-8: at p = 0, t = 1 they say 16.1 and 18.4",
    )
    related = ("poisson-nll-log", "msle", "mse")
    forms = (
        (
            Input("pred", NONNEGATIVE, wrt=True, columns=PREDICTION),
            Input("target", NONNEGATIVE, columns=TARGET),
        ),
    )
    span = (0, 6)
    targets = (0, 1, 3)
    swift = True

    full: float = flag(default=0.0, help=WHOLE.format("t"))

    def filled(self, order, out, p, t):
        if order != 1:
            return True
        np.subtract(p, t, out)
        out /= p
        return missing(out)

    def penalty(self, p, t):
        if self.full:
            return in_parts(self.closer, p, t)
        part = t * np.log(p)
        found = p - part
        return with_care(~(abs(part) < 1.8 * abs(found)), found, self.closer, p, t)

    def closer(self, p, t):
        """Return the loss by a logarithm of some 72 bits after the point."""
        high, low = log_pair(p)
        part, lost = two_product(t, high)
        near, rest = two_sum(p, -part)
        rest -= lost + t * low
        found = added(near, rest, t) if self.full else near + rest
        usual = (p > LEAST) & (p < MOST) & ((t > LEAST) | (t == 0)) & (t < MOST)
        np.copyto(found, np.nan, where=~(usual & (abs(found) > CLEAR * (t + abs(part)))))
        return corrected(found, self.careful, p, t)

    def careful(self, p, t):
        log_p = log(np.where((p > 0) & np.isfinite(p), p, 1.0))
        part = log_p * t
        lost = (t < LEAST) | (t > MOST) | (abs(log_p.high) < NEAR_ONE) & (p != 1)
        found = completed(p - part, np.maximum(p, abs(part.high)), t if self.full else None)
        found = np.where(lost, np.nan, found)
        if self.full:
            found = np.where(t < LEAST, p - t * (log_p.high + np.euler_gamma), found)
        return np.where((t == 0) | (p == np.inf), p, np.where(p == 0, np.inf, found))

    def slope(self, p, t):
        return corrected((p - t) / p, lambda t: np.where(t == 0, 1.0, np.nan), t)

    def curvature(self, p, t):
        return over_square(t, p)

    def traits(self):
        return Traits(convex=True, best="the mean")


class PoissonNLLLog(Binary):
    """How surprised the exponential of a prediction is by a count: the loss of Poisson regression.

    The term ln y! is left out: `full=true` adds it.
    """

    symbols = "z, y"
    family = "counts"
    formula = "exp(z) - y * z + lgamma(y + 1) if full else exp(z) - y * z"
    slope_formula = "exp(z) - y"
    source = "Nelder & Wedderburn 1972, Generalized linear models, doi:10.2307/2344614"
    also = (
        "poisson", "poisson-loss", "poisson-nll-loss", "log-poisson-loss",
        "torch.nn.PoissonNLLLoss | full=True adds Stirling's formula for ln y!, for y above 1 only",
        "torch.nn.functional.poisson_nll_loss | full=True adds Stirling's formula for ln y!, for y above 1 only",
        "sklearn._loss.HalfPoissonLoss",
        "sklearn.ensemble.HistGradientBoostingRegressor.poisson",
        "xgboost.count:poisson | second derivative e^0.7 times ours up to 3.2; its metric poisson-nloglik "
        "adds ln y! as full=true does",
        "lightgbm.poisson | second derivative e^0.7 times ours",
        "catboost.Poisson", "LossFunctions.jl.PoissonLoss",
    )  # fmt: skip
    use = "targets are counts, and a model gives the logarithm of their rate"
    pitfalls = (
        "keras takes the rate itself: that is poisson-nll",
        "its least value is y - y ln y, not 0; with ln y! it is never negative",
        "torch with full=True says 1.455 at y = 2 and z = ln 3, for Stirling's formula is not ln 2!: it is 1.496",
        "the second derivatives of XGBoost and LightGBM are e^0.7 times ours",
    )
    related = ("poisson-nll", "mse")
    forms = (
        (
            Input("pred", wrt=True, columns=("log_rate", *LOGIT, *PREDICTION)),
            Input("target", NONNEGATIVE, columns=("count", *TARGET)),
        ),
    )

    swift = True
    targets = (3, 1, 0)

    full: float = flag(default=0.0, help=WHOLE.format("y"))

    def penalty(self, z, y):
        return self.closer(0, z, y)

    def filled(self, order, out, z, y):
        if order == 2 or (self.full and not order):
            return True
        rate = np.exp(z)
        if order:  # an exponential is within 1.3 halves of a unit in the last place
            np.subtract(rate, y, out)
            size = np.abs(out)
            size *= 2.3
            return finer(~(rate < size), risen, out, z, y)
        part = y * z
        np.subtract(rate, part, out)
        np.abs(part, part)
        rate *= 1.3
        rate += part
        size = np.abs(out)
        size *= 3.0
        return ~(rate < size)

    def derivative(self, order, *block):
        return super().derivative(order, *block) if order == 2 else (self.closer(order, *block),)

    def closer(self, order, z, y):
        """Return what `filled` leaves: no need to try again what it has tried."""
        return (self.closer_penalty, self.closer_slope)[order](z, y)

    def slope(self, z, y):
        rate = np.exp(z)
        found = rate - y
        return with_care(~(rate < 2.3 * abs(found)), found, self.closer_slope, z, y)

    def closer_penalty(self, z, y):
        """Return the loss by an exponential of some 70 bits."""
        rate, low = exp_pair(z)
        part, lost = two_product(y, z)
        near, rest = two_sum(rate, -part)
        rest += low - lost
        found = added(near, rest, y) if self.full else near + rest
        usual = (abs(z) < FLAT) & (abs(z) > LEAST) & ((y > LEAST) | (y == 0)) & (y < MOST)
        np.copyto(found, np.nan, where=~(usual & (abs(found) > CLEAR * rate)))
        return corrected(found, self.careful_penalty, z, y)

    def closer_slope(self, z, y):
        """Return the slope by an exponential of some 62 bits: so near to it, y is taken off exactly."""
        return corrected(risen(z, y), self.careful_slope, z, y)

    def careful_penalty(self, z, y):
        part = DoubleDouble.of_product(y, z)
        rate = exp(np.where(np.isfinite(z), z, 0.0))
        product = (y > LEAST) & (y < MOST) & ((abs(z) > LEAST) | (z == 0))
        terms = np.maximum(rate.high, abs(part.high))
        found = np.where(product, completed(rate - part, terms, y if self.full else None), np.nan)
        ends = self.ends(z, y, found, np.exp(z), y * z)
        if not self.full:
            return ends
        found = np.where((z < -FLAT) & (y != 0), found, ends)  # there ln y! matters
        return np.where((y < LEAST) & (y > 0), np.exp(z) - y * (z + np.euler_gamma), found)

    def careful_slope(self, z, y):
        rate = exp(np.where(np.isfinite(z), z, 0.0))
        found = sure(rate - y, np.maximum(rate.high, y))
        return self.ends(z, y, found, np.exp(z), y)

    def curvature(self, z, y):
        return np.exp(z)

    def ends(self, z, y, found, rate, part):
        """Return rate - part where one of the two does not matter, and else what was `found`."""
        found = np.where(z > STEEP, np.where(abs(part) < 1e280, rate, np.nan), found)
        found = np.where(z < -FLAT, np.where((y > 1e-200) | (z < -800), -part, np.nan), found)
        return np.where(y == 0, rate, found)

    @property
    def axis(self):
        return Axis("z", "logarithm of the rate  z", -3, 2)

    def traits(self):
        return Traits(convex=True, best="the log of the mean")


def risen(z, y):
    """Return e^z - y; NaN where that is not sure."""
    found, _, known = rise_above(z, y)
    np.copyto(found, np.nan, where=~known)
    return found


def added(near, rest, count):
    """Return near + rest + ln count!, of a whole count that is tabled; NaN of others."""
    high, low = log_factorials(count)
    near, lost = two_sum(near, high)
    return near + (rest + (lost + low))


def completed(found, term, count):
    """Return a difference of terms up to `term`, with ln count! if there is a count; NaN where too much cancelled."""
    if count is None:
        return sure(found, term)
    more = log_factorial(count)
    return sure(found + more, np.maximum(term, np.where(count > SLIGHT, np.maximum(more.high, LOOSE), 0.0)))
