"""Losses of forecasts that are an ensemble: several equally likely numbers for one target."""

from functools import partial

import numpy as np

from losscli import places
from losscli.domain import FINITE, NONNEGATIVE, POSITIVE
from losscli.families import ecdf
from losscli.families.ecdf import SUMS, of_members
from losscli.families.pointwise import PREDICTION, TARGET
from losscli.families.scores import filled_of_deviation, fine_log_sum, half_square
from losscli.loss import Axis, Input, Loss, Section
from losscli.losses.moments import dawid_sebastiani
from losscli.numerics.arithmetic import FAINT, over_square, reconsidered, sure
from losscli.numerics.doubledouble import LN2, DoubleDouble, chosen, log
from losscli.parameter import flag
from losscli.traits import Traits

MEMBERS = Input(
    "members", FINITE, "vector", wrt=True,
    columns=("member", "members", "m", "x", "ens", "ensemble", "y_pred", "pred"),
)  # fmt: skip
MEAN = Input("mean", FINITE, wrt=True, columns=("mean", "mu", "loc", "location", *PREDICTION))
DEVIATION = Input("scale", POSITIVE, wrt=True, columns=("scale", "sigma", "std", "sd", "s"))
OBSERVED = Input("target", FINITE, columns=(*TARGET, "obs", "observation"))
WEIGHTS = Input("weights", NONNEGATIVE, "vector", direction=True)

LEAST, MOST = 2.0**-400, 2.0**400  # numbers between these have exact products, and so have their ratios


class CRPSEnsemble(Loss):
    """How far an ensemble lies from the target, less half of how far its members lie from each other.

    The area between two staircases, squared: the share of members up to each number, and the step from 0 to 1 at
    the target. In units of the target; of a single member it is mae. w_i is the weight of a member: 1, if there
    are none.
    """

    family = "probabilistic forecasts"
    symbols = "x, y"
    forms = ((MEMBERS, OBSERVED), (MEMBERS, OBSERVED, WEIGHTS))
    formula = (
        "sum(w[i] * abs(x[i] - y) for i in members) / W "
        "- sum(sum(w[i] * w[j] * abs(x[i] - x[j]) for j in members) for i in members) / (2 * N)"
    )
    slope_formula = (
        "0 if x[k] == y else w[k] * (sign(x[k] - y) / W - sum(w[j] * sign(x[k] - x[j]) for j in members) / N)"
    )
    source = (
        "Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation, "
        "doi:10.1198/016214506000001437; fair: Ferro 2014, Fair scores for ensemble forecasts, doi:10.1002/qj.2270"
    )
    also = (
        "crps", "continuous-ranked-probability-score",
        "torchmetrics.functional.regression.continuous_ranked_probability_score | gives the mean over rows",
        "torchmetrics.regression.ContinuousRankedProbabilityScore | gives the mean over rows",
        "scoringrules.crps_ensemble | obs comes first; its estimators qd, nrg and int are ours, fair and pwm are "
        "fair=true, and akr is an approximation that depends on the order of the members; ens_w are weights",
        "properscoring.crps_ensemble | obs comes first",
        "xskillscore.crps_ensemble | gives the mean over rows",
    )  # fmt: skip
    use = "a forecast is a handful of draws, and should be right as a distribution"
    pitfalls = (
        "two estimators share the name: members 0 and 1 at target 0.5 cost 0.25, and 0 with fair=true",
        "without fair an ensemble is judged as it is, and more members score better; fair judges the "
        "distribution from which they are drawn, whatever their number",
        "fair of a single member has no spread to take off, and counts it as 0",
        "--col weights=W* weighs the members, and fair then takes off what weights have with themselves",
        "a member that meets the target has slope 0; automatic differentiation gives it what the other members exert",
    )
    related = ("weighted-interval-score", "dawid-sebastiani", "mae")

    fair: float = flag(
        default=0.0,
        help="counts pairs of different members only, so that the size of the ensemble does not matter",
    )

    def derivative(self, order, *block):
        x, y, *weights = block
        count = len(x)
        if order == 2:
            return (np.zeros_like(x),)
        if weights:
            found = (ecdf.area, ecdf.slope)[order]
            return (found(x, y, ecdf.Weights(*weights, fair=bool(self.fair))),)
        if order == 0:
            return (self.area(x, y),)
        # whole numbers up to one division
        pairs = self.pairs(count)
        found = (np.sign(x - y) * (pairs // count) - lead(x)) / pairs
        return (np.where(x == y, 0.0, found),)

    def pairs(self, count):
        """Return how many pairs of members there are, each counted twice."""
        return count * (count - 1) if self.fair and count > 1 else count * count

    def area(self, x, y):
        """Return the loss, as an area between the points in their order: nothing cancels."""
        count = len(x)
        points = np.sort(np.concatenate([x, y[None]]), axis=0)
        gap = DoubleDouble.of_sum(points[1:], -points[:-1])
        below = np.arange(1.0, count + 1)[
            :, None
        ]  # so many points are below each gap: members alone, or the target too
        before = points[1:] <= y
        steps = np.where(before, below, count + 1 - below)
        steps = steps * (steps - 1) if self.fair and count > 1 else steps * steps
        found = ((gap * steps).total() / self.pairs(count)).rounded
        faint = (found < FAINT) & (points[0] != points[-1])
        return np.where(faint, np.nan, found)

    def corner(self, *block):
        x, y, *_ = block
        points = np.sort(np.concatenate([x, y[None]]), axis=0)
        return (points[1:] == points[:-1]).any(axis=0)

    def variables(self, *row):
        return of_members(*row)

    def where(self, form):
        return SUMS

    @property
    def axis(self):
        return Axis("x", "a member  x  beside -1 and 1, at target 0", -3, 3)

    def sections(self):
        def beside(x):
            return np.stack([x, np.full_like(x, -1), np.ones_like(x)], axis=1), np.zeros_like(x)

        return (Section("", beside, lambda gradient: gradient[:, 0], kinks=(-1.0, 0.0, 1.0)),)

    def traits(self):
        return Traits(symmetric=True, lipschitz=1 / 3, smoothness=0, kinks=(-1.0, 0.0, 1.0), pictured=True)


def lead(x):
    """Return of each member how many are less, less how many are greater."""
    count = len(x)
    order = np.argsort(x, axis=0)
    points = np.take_along_axis(x, order, axis=0)
    rise = np.ones((1, *x.shape[1:]), dtype=bool)
    new = np.concatenate([rise, points[1:] != points[:-1], rise])
    at = np.arange(count)[:, None]
    first = np.maximum.accumulate(np.where(new[:-1], at, 0), axis=0)
    last = np.minimum.accumulate(np.where(new[1:], at, count)[::-1], axis=0)[::-1]
    found = np.empty_like(x)
    np.put_along_axis(found, order, first + last + 1.0 - count, axis=0)
    return found


class DawidSebastiani(Loss):
    """Squares the error in units of the predicted spread, and charges the logarithm of that spread.

    Of the mean and the standard deviation of a forecast, or of the members of an ensemble, which give both.
    Proper: no other mean and deviation than the true ones score better in the mean.
    """

    family = "probabilistic forecasts"
    symbols = "m, s, y"
    swift = True
    forms = ((MEAN, DEVIATION, OBSERVED), (MEMBERS, OBSERVED))
    formula = "((m - y) / s)**2 + 2 * log(s)"
    slope_formula = "2 * (m - y) / s**2"
    source = (
        "Dawid & Sebastiani 1999, Coherent dispersion criteria for optimal experimental design, "
        "doi:10.1214/aos/1018031101"
    )
    also = (
        "dss", "dawid-sebastiani-score",
        "scoringrules.dssuv_ensemble | obs comes first; its bias=True is bias=true",
        "scoringrules.dssmv_ensemble | is of vectors: the covariance matrix takes the place of the variance, "
        "its determinant that of its square",
        "scoringRules.dss_sample = dawid-sebastiani:bias=true | y comes first, then a matrix of members",
        "scoringutils.dss_sample = dawid-sebastiani:bias=true | observed comes first, then a matrix of members",
    )  # fmt: skip
    use = "only the mean and the spread of a forecast are to be judged, whatever its shape"
    pitfalls = (
        "it is twice the negative log likelihood of a normal distribution, less ln 2 pi",
        "the scale is the standard deviation, not the variance",
        "the variance of an ensemble is divided by M - 1: members 0, 1, 2 at target 1.5 cost 0.25, and "
        "-0.0305 with bias=true, which divides by M",
        "it has no least value: the nearer the scale is to 0 at the target, the better; members that are all equal "
        "give inf, or -inf if they meet the target",
    )
    related = ("gaussian-nll", "crps-ensemble")

    bias: float = flag(default=0.0, help="divides the variance of an ensemble by M, and not by M - 1")

    def filled(self, order, *block):
        if block[-2].ndim > 1 or len(block) - max(order, 1) < 3:
            return True
        doubt = filled_of_deviation(order, DoubleDouble(0.0), *block)
        for out in block[:-3]:
            out *= 2.0
        return doubt

    def derivative(self, order, *block):
        return self.of_moments(order, *block) if len(block) == 3 else (self.of_members(order, *block),)

    def of_moments(self, order, mean, s, y):
        if order:
            return self.careful(order, mean, s, y)
        found = [2 * fine_log_sum(DoubleDouble(0.0), half_square, mean, s, y)]
        return reconsidered(found, partial(self.careful, order), mean, s, y)

    def careful(self, order, mean, s, y):
        e = DoubleDouble.of_sum(mean, -y)
        size = abs(e.high)
        fit = (s > LEAST) & (s < MOST) & (size < MOST) & ((size > LEAST) | (size == 0))
        fit &= size / s < MOST
        if order == 1:
            # 1 − w² to full precision beside |e| = s too
            fall = ((s - abs(e)) / s) * ((s + abs(e)) / s)
            wide = np.isinf(e.high) & np.isfinite(mean)
            by_mean = 2 * np.sign(e.high) * over_square(abs(e.rounded), s)
            return np.where(wide, np.nan, by_mean), np.where(fit, 2 * fall.rounded / s, np.nan)
        square = (e / s).squared()
        if order == 2:
            turn = sure(square * 3.0 - 1.0, 1 + square.high)
            return 2 / s / s, np.where(fit, 2 * turn / s / s, np.nan)
        spread = log(s).scaled(2.0)
        found = sure(square + spread, np.maximum(np.maximum(square.high, 1.0), abs(spread.high)))
        return (np.where(fit, np.where(s == 1, square.rounded, found), np.nan),)

    def of_members(self, order, x, y):
        careful, k = partial(self.careful_members, order), len(x) if self.bias else len(x) - 1
        found = dawid_sebastiani(order, x, y, k) if order < 2 and k else careful(x, y)
        return reconsidered([found], lambda *part: [careful(*part)], x, y)[0]

    def careful_members(self, order, x, y):
        n = len(x)
        rise = DoubleDouble.of_sum(x, -x[0])  # from the first member, so that a small spread keeps its bits
        mean = rise.total() / n
        off = rise - mean
        widest = abs(off.high).max(axis=0)
        _, exponent = np.frexp(widest)
        off = off.shifted(-exponent)
        e = (DoubleDouble.of_sum(x[0], -y) + mean).shifted(-exponent)
        level = (x == x[0]).all(axis=0)
        k = n if self.bias or n == 1 else n - 1
        variance = chosen(level, DoubleDouble(np.ones_like(y)), off.squared().total() / k)
        s = variance.root()
        w = e / s
        usual = (widest > LEAST) & (abs(w.high) < 2.0**200) & (abs(x).max(axis=0) < MOST)
        if order == 0:
            twice = 2.0 * exponent
            spread = log(variance) + twice * LN2[2] + twice * LN2[1] + twice * LN2[0]
            square = w.squared()
            found = sure(square + spread, np.maximum(np.maximum(square.high, 1.0), abs(spread.high)))
            meets = np.where(x[0] == y, -np.inf, np.inf)
            return np.where(level, meets, np.where(usual, found, np.nan))
        pull = off / s * 2.0 / k  # the derivative of ln v, in units of 1/s
        more = np.maximum(w.high**2, 1.0)
        fall = 1.0 - w.squared()
        if order == 1:
            found = sure(w * 2.0 / n + pull * fall, np.maximum(1 / n, abs(pull.high)) * more)
            found = np.ldexp(found / s.high, -exponent)
        else:
            cross = 2.0 / (DoubleDouble(1.0) * n * n) - w * pull * 4.0 / n
            bend = pull.squared() * (w.squared() * 2.0 - 1.0) + fall * 2.0 * (n - 1.0) / n / k
            found = sure(cross + bend, np.maximum(1 / n, pull.high**2) * more)
            found = np.ldexp(np.ldexp(found / variance.high, -exponent), -exponent)
        return np.where(level, 0.0, np.where(usual, found, np.nan))

    def corner(self, *block):
        return np.zeros(block[-1].shape, bool) if len(block) == 3 else (block[0] == block[0][0]).all(axis=0)

    def variables(self, *row):
        if len(row) == 3:
            return dict(zip("msy", row, strict=True))
        return {"x": row[0], "y": row[1], "members": range(len(row[0])), "M": len(row[0])}

    def where(self, form):
        if len(form) == 3:
            return ()
        return (
            ("m", "sum(x[i] for i in members) / M"),
            ("N", "M if bias > 0 else M - 1"),
            ("s", "sqrt(sum((x[i] - m)**2 for i in members) / N)"),
        )

    @property
    def axis(self):
        return Axis("e", "error of the mean  e = m - y", -3, 3, place=places.gap)

    def sections(self):
        def at(s):
            def inputs(x):
                return x, np.full_like(x, s), np.zeros_like(x)

            return Section(f"scale {s:g}", inputs, lambda gradient: gradient[0])

        return tuple(map(at, (0.5, 1.0, 2.0)))

    def traits(self):
        return Traits(convex=True, convex_in="the mean", symmetric=True, proper="" if self.bias else "proper")
