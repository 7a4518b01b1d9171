"""The continuous ranked probability score of forecasts that have a location and a scale."""

from functools import cache
from math import factorial

import numpy as np

from losscli.domain import FINITE, POSITIVE
from losscli.families.forecast import LOCATION, OUTCOME, SCALE
from losscli.inputs import Input
from losscli.losses.standardised import CRPS, TAYLOR
from losscli.numerics.doubledouble import DoubleDouble, exp, log1p
from losscli.numerics.special import ROOT_TWO_OVER_PI, bell, bounded, erf
from losscli.numerics.tables import series

STEPS, TERMS = 16, 10  # of the normal distribution: steps in a scale, and terms of a series about one
WIDE = 9  # so many scales away its distribution function is 0 or 1
BOTTOM = 0.3862943611198906  # 2 ln 2 - 1
ROOT_OF_PI = DoubleDouble(0.5641895835477563, 7.66772980658294e-18)  # 1 / √π
GNEITING = (
    "Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation, "
    "doi:10.1198/016214506000001437"
)
JORDAN = (
    "Jordan, Krüger & Lerch 2019, Evaluating probabilistic forecasts with scoringRules, "
    "doi:10.18637/jss.v090.i12"
)
UNITS = "it is in the units of the target: of columns of different units, means say little"


@cache
def _cells(order):
    """Return the Taylor coefficients of g of the normal distribution, or of g′, at each step."""
    c = np.arange(WIDE * STEPS + 2) / STEPS
    w = DoubleDouble(c)
    inner, height = erf(w), bell(w) * ROOT_TWO_OVER_PI
    rows = [(w * inner + height - ROOT_OF_PI).rounded, inner.rounded]
    hermite, last = np.ones_like(c), np.zeros_like(c)
    for n in range(TERMS):
        rows.append(height.rounded * hermite / factorial(n + 2))
        hermite, last = -c * hermite - n * last, hermite
    return [k * row for k, row in enumerate(rows)][1:] if order else rows


class CRPSGaussian(CRPS):
    """How far a normal forecast, of a mean and a standard deviation, is from what came: the CRPS.

    It is the squared distance between two distribution functions: that of the forecast, and the step at the
    target. As the scale goes to 0 it becomes the absolute error.
    """

    formula = "s * (w * erf(w / sqrt(2)) + sqrt(2 / pi) * exp(-w**2 / 2) - 1 / sqrt(pi))"
    slope_formula = "erf(w / sqrt(2))"
    source = GNEITING
    also = ("crps", "crps-normal", "scoringrules.crps_normal | it takes the target first")
    use = "a model gives a mean and a standard deviation, and a score in the units of the target is wanted"
    pitfalls = (
        UNITS,
        "it takes the standard deviation: gaussian-nll takes the variance",
        "of a perfect mean it is 0.2337 s, not 0: a forecast must be sharp too",
    )
    related = ("crps-laplace", "crps-logistic", "gaussian-nll", "mae")
    forms = (
        (
            Input("mean", FINITE, wrt=True, columns=LOCATION),
            Input("sigma", POSITIVE, wrt=True, columns=SCALE),
            OUTCOME,
        ),
    )

    def height(self, w):
        return w * erf(w) + ROOT_TWO_OVER_PI * bell(w) - ROOT_OF_PI

    def slopes(self, w):
        return erf(w), ROOT_TWO_OVER_PI * bell(w) - ROOT_OF_PI

    def plain(self, w):
        inside = np.minimum(w, WIDE)
        return series(inside, 0, STEPS, _cells(0)) + (w - inside)

    def along(self, w):
        return series(np.minimum(w, WIDE), 0, STEPS, _cells(1))

    root = 0.8325546111576977

    def bends(self, w):
        found = [np.zeros_like(w), ROOT_TWO_OVER_PI.high * np.exp(-w * w / 2)]
        for n in range(1, TAYLOR):  # g‴ = -w g″
            found.append(-(w * found[-1] + found[-2]) / n)
        return found[1:]

    def bend(self, w):
        return ROOT_TWO_OVER_PI, exp(bounded(w).squared().scaled(-0.25))


class CRPSLaplace(CRPS):
    """How far a Laplace forecast, of a location and a scale, is from what came: the CRPS."""

    formula = "s * (abs(w) + exp(-abs(w)) - 3 / 4)"
    slope_formula = "exp(w) - 1 if w < 0 else 1 - exp(-w)"
    source = JORDAN
    also = ("scoringrules.crps_laplace | it takes the target first",)
    use = "a model gives a location and a scale, errors have heavier tails than normal ones, and a score "
    use += "in the units of the target is wanted"
    pitfalls = (
        UNITS,
        "the scale is the mean absolute error, not the standard deviation, which is sqrt(2) of it",
        "of a perfect location it is s / 4, not 0: a forecast must be sharp too",
    )
    related = ("crps-gaussian", "crps-logistic", "laplace-nll", "mae")

    def height(self, w):
        return w + exp(-w) - 0.75

    def slopes(self, w):
        w = bounded(w)
        fall = exp(-w)
        return DoubleDouble(-np.expm1(-w.high), fall.high * w.low), fall * (w + 1.0) - 0.75

    def plain(self, w):
        found = np.expm1(-w)
        found += w
        found += 0.25
        return found

    def along(self, w):
        return -np.expm1(-w)

    root = 0.9612787631147769

    def bends(self, w):
        return [np.exp(-w) * (-1) ** n / factorial(n) for n in range(TAYLOR)]

    def bend(self, w):
        return DoubleDouble(1.0), exp(bounded(w).scaled(-0.5))


class CRPSLogistic(CRPS):
    """How far a logistic forecast, of a location and a scale, is from what came: the CRPS."""

    formula = "s * (w + 2 * log(1 + exp(-w)) - 1)"
    slope_formula = "tanh(w / 2)"
    source = JORDAN
    also = ("scoringrules.crps_logistic | it takes the target first",)
    use = "a model gives a location and a scale, errors have slightly heavier tails than normal ones, and a "
    use += "score in the units of the target is wanted"
    pitfalls = (
        UNITS,
        "the scale is not the standard deviation, which is 1.814 of it",
        "of a perfect location it is 0.3863 s, not 0: a forecast must be sharp too",
    )
    related = ("crps-gaussian", "crps-laplace", "logistic-distance", "mae")

    def height(self, w):
        return w + log1p(exp(-w)).scaled(2.0) - 1.0

    def slopes(self, w):
        w = bounded(w)
        fall = exp(-w)
        across = log1p(fall) + w * (fall / (fall + 1.0))
        along = DoubleDouble(np.tanh(w.high / 2), 2 * fall.high * w.low / (1 + fall.high) ** 2)
        return along, across.scaled(2.0) - 1.0

    def plain(self, w):
        # ln(1 + e^-w) is ln 2 + ln(1 + found / 2); what that sum with w loses is below 2^-53 of w, and g above .38
        found = np.expm1(-w)
        found *= 0.5
        np.log1p(found, found)
        found *= 2.0
        found += w
        found += BOTTOM
        return found

    def along(self, w):
        return np.tanh(w / 2)

    root = 1.3881084574010787

    def bends(self, w):
        share, found = [1 / (1 + np.exp(w))], []
        for n in range(TAYLOR):  # of the share f, whose slope is f² - f; g″ is -2 f′
            slope = sum(a * b for a, b in zip(share, reversed(share), strict=True)) - share[-1]
            share.append(slope / (n + 1))
            found.append(-2 * slope)
        return found

    def bend(self, w):
        root = exp(bounded(w).scaled(-0.5))
        return 2 / (root.squared() + 1.0).squared(), root
