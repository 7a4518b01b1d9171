"""The continuous ranked probability score of forecasts that have a location and a scale."""

from abc import abstractmethod

import numpy as np

from losscli.domain import FINITE, POSITIVE
from losscli.doubledouble import DoubleDouble, exp, log1p, two_sum
from losscli.forecast import LOCATION, MOST, OUTCOME, SCALE, Forecast, ordinary, settled
from losscli.inputs import Input
from losscli.special import ROOT_TWO_OVER_PI, bell, bounded, erf
from losscli.traits import Traits

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


class CRPS(Forecast):
    """The loss s g(w), with w = |e| / s; g, its derivatives and g − w g′ see w as a `DoubleDouble`."""

    @abstractmethod
    def height(self, w) -> DoubleDouble:
        """Return g."""

    @abstractmethod
    def slopes(self, w) -> tuple[DoubleDouble, DoubleDouble]:
        """Return g′, and the terms of g − w g′: the derivatives in error and scale."""

    @abstractmethod
    def bend(self, w) -> tuple[DoubleDouble, DoubleDouble]:
        """Return g″ as a factor, and the root of the rest: far out no double holds the rest itself."""

    def derivative(self, order, location, scale, target):
        high, low = two_sum(location, -target)
        s, k = np.frexp(scale)  # g depends on the ratio alone, whatever the size of the two
        w = abs(DoubleDouble(high, low)).shifted(-k) / s
        beyond = (w.high > MOST) & np.isfinite(high)
        known = beyond | ordinary(w.high) | (high == 0)
        w = DoubleDouble(
            np.where(beyond, MOST, np.where(known, w.high, np.nan)), np.where(beyond, 0.0, w.low)
        )
        if order == 0:
            return (np.where(beyond, abs(high), self.height(w).rounded * scale),)
        if order == 1:
            along, across = self.slopes(w)
            return np.sign(high) * along.rounded, settled(across, 0.5)
        factor, root = self.bend(w)
        inner = (factor * root / s).shifted(-(k // 2))
        root = root.shifted(k // 2 - k)
        return (inner * root).rounded, ((inner * w) * (root * w)).rounded

    def where(self, form):
        return (("w", "e / s"),)

    def traits(self):
        return Traits(convex=True, symmetric=True, lipschitz=1, proper="strictly proper")


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

    def bend(self, w):
        root = exp(bounded(w).scaled(-0.5))
        return 2 / (root.squared() + 1.0).squared(), root
