"""The kernel score of an ensemble of vectors: a bell says which are near."""

from functools import partial

import numpy as np

from losscli.domain import Interval
from losscli.losses import crowd, spread
from losscli.losses.energy import FAR, GNEITING, Spread, unless
from losscli.numerics.doubledouble import DoubleDouble, exp, expm1
from losscli.parameter import flag, parameter


class GaussianKernelScore(Spread):
    """What share of an ensemble is far from the observation, less half of what share of its pairs is far apart.

    How far, from 0 to 1, a bell of the given width says: smoothly, and no member far out counts for more than 1.
    """

    formula = (
        "sum(w[i] * (1 - exp(-norm2(x[i] - y) / (2 * width**2))) for i in members) / W "
        "- sum(sum(w[i] * w[j] * (1 - exp(-norm2(x[i] - x[j]) / (2 * width**2))) for j in members) "
        "for i in members) / (2 * N)"
    )
    slope_formula = (
        "w[k] * exp(-norm2(x[k] - y) / (2 * width**2)) * (x[k][c] - y[c]) / width**2 / W - w[k] "
        "* sum(w[j] * exp(-norm2(x[k] - x[j]) / (2 * width**2)) * (x[k][c] - x[j][c]) / width**2 "
        "for j in members) / N"
    )
    source = (
        "Eaton, Giovagnoli & Sebastiani 1996, A predictive approach to the Bayesian design problem, "
        f"doi:10.1093/biomet/83.1.111; {GNEITING}"
    )
    also = (
        "gks", "kernel-score", "mmd-score",
        "scoringrules.gksuv_ensemble | obs comes first; of members that are numbers",
        "scoringrules.gksmv_ensemble | obs comes first, and an array of all ensembles",
    )  # fmt: skip
    use = "an ensemble may have members far out that should not decide, or a score must have no kinks"
    example = "0/1:1/1,1/2:1/1"
    pitfalls = (
        "the width is in the units of the data, and 1 unless you say so: elsewhere it cannot be set",
        "--col weights=COLUMN weighs the members: w_i, 1 if there are none",
        "far from the observation it is level: an ensemble that is wholly wrong learns nothing",
        "it is half the squared distance of ensemble and observation in the space of the kernel (MMD)",
    )
    related = ("energy-score", "crps-ensemble")

    width: float = parameter(
        default=1.0,
        within=Interval(1e-6, 1e6, "[]"),
        help="the distance at which nearness has fallen to e^-1/2",
        quiet=True,
    )
    fair: float = flag(
        default=0.0,
        help="counts pairs of different members only, so that the size of the ensemble does not matter",
    )

    least = 2.0**-700

    def exponent(self, apart):
        """Return d² / (2 width²); a large number where it is larger."""
        far = abs(apart.exponent) > FAR // 2
        shift = np.where(far, 0, apart.exponent)
        ratio = apart.length.shifted(shift) / self.width
        found = ratio.squared().scaled(0.5)
        high = np.where(far & (apart.exponent < 0) & ~apart.none, np.nan, found.high)
        beyond = (far & (apart.exponent > 0)) | (high > 1e4)
        return DoubleDouble(np.where(beyond, 1e4, high), np.where(beyond, 0.0, found.low))

    def size(self, apart):
        return -expm1(-self.exponent(apart))

    def sizes(self):
        return partial(spread.gaps, self.width)

    def pulls(self):
        return partial(spread.falls, self.width)

    def distances(self):
        return partial(crowd.bells, self.width)

    def rate(self):
        return 1.0 / DoubleDouble(np.array(self.width)) / self.width

    def near(self, apart):
        """Return the nearness e^−t, over width²."""
        t = self.exponent(apart)
        faint = (t.high > 700) & (t.high < 900)  # farther out it is 0 beside any answer
        return unless(faint, exp(-t), 2.0**-1022) / self.width / self.width

    def pull(self, apart):
        near = self.near(apart)
        found = unless(near.high == 0, near * apart.whole, 0.0)
        return found, abs(found.high)

    def bend(self, apart):
        near = self.near(apart)
        ratio = (apart.whole / self.width).squared()
        none = near.high == 0
        return unless(none, near * (1.0 - ratio), 0.0), np.where(
            none, 0.0, near.high * np.maximum(ratio.high, 1.0)
        )
