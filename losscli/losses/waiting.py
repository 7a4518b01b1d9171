"""Scores of forecasts of how long something takes."""

import numpy as np

from losscli.domain import POSITIVE, Interval
from losscli.families.forecast import OUTCOME
from losscli.families.pointwise import Ratio
from losscli.inputs import Input
from losscli.loss import Axis
from losscli.losses.crps import JORDAN, UNITS
from losscli.numerics.arithmetic import over_square, sure
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, log, two_sum
from losscli.numerics.tables import coarse, exp_near, log_pair, product
from losscli.traits import Traits

LEAST, MOST = 2.0**-480, 2.0**480  # numbers between these have exact products
GONE = 599.0  # e^-599 is nothing beside 1
CLEAR = 2.0**-7  # a slope this large does not see what is off by 2^-61
SOON, LATE = 2.0**-120, 2.0**60  # below this nothing of u is seen beside 1, above it nothing beside u


class CRPSExponential(Ratio):
    """How far an exponential forecast, of a rate, is from what came: the CRPS.

    It is the squared distance between two distribution functions: that of the forecast, and the step at the target.
    """

    family = "probabilistic forecasts"
    formula = "t + (2 * exp(-p * t) - 3 / 2) / p"
    slope_formula = "(3 / 2 - 2 * exp(-p * t) * (1 + p * t)) / p**2"
    source = JORDAN
    also = ("scoringrules.crps_exponential | it takes the target first",)
    use = "a model gives the rate at which something happens, and a score in the units of the time it took is wanted"
    pitfalls = (
        UNITS,
        "it takes the rate, which is 1 over the mean",
        "a rate of 0 is refused; on the way there it grows without bound, as 1 / (2 p)",
        "not convex: from rates of some 1.7 over the target on, it bends down",
    )
    related = ("crps-gaussian", "crps-ensemble", "exponential", "mae")
    forms = (
        (
            Input(
                "rate", POSITIVE, wrt=True, columns=("rate", "lambda", "lam", "intensity", "y_pred", "pred")
            ),
            OUTCOME._replace(domain=Interval(0, np.inf, "[)")),
        ),
    )
    swift = True

    @property
    def axis(self):
        return Axis("r", "rate times target, at target 1", 0, 6, 3, expected)

    def filled(self, order, out, p, t):
        if order == 2:
            return True
        first, low = product(p, t)
        u = first + low
        first -= u
        low += first
        # e^-u is near (1 + q), near of 26 bits
        near, q = exp_near(-(np.minimum(u, GONE) if u.max() > GONE else u))
        q -= low
        near *= 2.0
        if order == 0:
            q *= near
            q += low
            near -= 1.5  # exact, and what is left is above 0.19
            near += u
            near += q
            np.divide(near, p, out)
            return False
        turn = np.subtract(1.5, near, first)
        head = coarse(u)
        rest = u - head
        rest += low
        head *= near
        turn -= head
        u += 1.0
        q *= u
        q += rest
        q *= near
        turn -= q
        np.divide(turn, p, out)
        out /= p
        np.abs(turn, turn)
        return ~(turn > CLEAR)

    def penalty(self, p, t):
        u, e, late, known = meeting(p, t)
        return np.where(known, np.where(late, t, (u + e.scaled(2.0) - 1.5).rounded / p), np.nan)

    def slope(self, p, t):
        u, e, late, known = meeting(p, t)
        turn = sure(1.5 - (e * (u + 1.0)).scaled(2.0), np.full_like(p, 1.5))
        return np.where(known, over_square(np.where(late, 1.5, turn), p), np.nan)

    def curvature(self, p, t):
        u, e, late, known = meeting(p, t)
        bend = sure(e * (u * (u + 2.0) + 2.0).scaled(2.0) - 3.0, np.full_like(p, 3.0))
        return np.where(known, over_square(np.where(late, -3.0, bend), p) / p, np.nan)

    def traits(self):
        return Traits()


class ExponentialNLL(Ratio):
    """How surprised an exponential forecast, of a rate, is by how long something took.

    It is least at the rate 1 / t, and in the mean at 1 over the mean of targets.
    """

    family = "probabilistic forecasts"
    formula = "p * t - log(p)"
    slope_formula = "t - 1 / p"
    source = "Epstein & Sobel 1953, Life testing, doi:10.1080/01621459.1953.10483488"
    also = ("scoringrules.logs_exponential | it takes the target first",)
    use = "a model gives the rate at which something happens, and times until it did are known"
    pitfalls = (
        "it takes the rate, which is 1 over the mean; gamma-nll-log takes the logarithm of the mean",
        "below 0 where a density above 1 was right: units of time shift it, by the logarithm of their ratio",
        "times that are only known to be longer are not for it, but for aft-extreme",
    )
    related = ("crps-exponential", "gamma-deviance", "gamma-nll-log", "aft-extreme")
    forms = CRPSExponential.forms
    swift = True

    @property
    def axis(self):
        return Axis("r", "rate times target, at target 1", 0, 6, 5, expected)

    def filled(self, order, out, p, t):
        if order == 0:
            u, log_p = p * t, np.log(p)
            np.subtract(u, log_p, out)
            some = np.flatnonzero((out < 0.5 * u) & (out > -u))  # there too much cancels for doubles
            if not some.size:
                return False
            first, low = product(p[some], t[some])
            near, more = log_pair(p[some])
            found, rest = two_sum(first, -near)
            found += rest + (low - more)
            out[some] = found
            doubt = np.zeros(len(p), np.bool_)
            doubt[some] = ~(abs(found) > CLEAR * first)
            return doubt
        first, low = product(p, t)
        if order == 2:
            np.divide(1.0, p, out)
            out /= p
            return False
        np.subtract(first, 1.0, out)
        out += low
        doubt = ~(abs(out) > CLEAR * 2.0**-7)
        out /= p
        return doubt

    def penalty(self, p, t):
        known = ordinary(p, t)
        p = np.where(known, p, 1.0)
        u, off = DoubleDouble.of_product(p, np.where(known, t, 1.0)), p - 1.0
        x = DoubleDouble(off)  # exact near 1
        few = x * (x * (x * (off * -0.25 + 1 / 3) - 0.5) + 1.0)
        log_p = chosen(abs(off) < 2.0**-20, few, log(p))
        term = np.maximum(u.high, abs(log_p.high))
        return np.where(known, np.where(term == 0, 0.0, sure(u - log_p, term)), np.nan)

    def slope(self, p, t):
        known = ordinary(p, t)
        p = np.where(known, p, 1.0)
        u = DoubleDouble.of_product(p, np.where(known, t, 1.0))
        left = u - 1.0
        found = np.where((left.high == 0) & (left.low == 0), 0.0, sure(left, np.maximum(u.high, 1.0)))
        return np.where(known, found / p, np.nan)

    def curvature(self, p, t):
        return over_square(np.ones_like(p), p) + 0 * t

    def traits(self):
        return Traits(convex=True)


def expected(rate, target):
    """Return where rows are in the picture."""
    with np.errstate(all="ignore"):
        return rate * target


def ordinary(p, t):
    """Return where the product of rate and target is exact in two doubles."""
    return (p > LEAST) & (p < MOST) & (t < MOST) & ((t > LEAST) | (t == 0))


def meeting(p, t):
    """Return u = p t and e^-u, of ordinary u, where u is so large that only it counts, and where all this is known."""
    known = ordinary(p, t)
    u = DoubleDouble.of_product(np.where(known, p, 1.0), np.where(known, t, 1.0))
    late = u.high > LATE
    plain = (u.high < SOON) | late
    u = DoubleDouble(np.where(plain, 0.0, u.high), np.where(plain, 0.0, u.low))
    return u, exp(-u), late, known
