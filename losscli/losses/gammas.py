"""Negative log likelihoods with gamma functions in them: Student's t and the negative binomial distribution."""

from functools import partial

import numpy as np

from losscli.domain import FINITE, NONNEGATIVE, POSITIVE
from losscli.doubledouble import DoubleDouble, log
from losscli.forecast import LOCATION, OUTCOME, SCALE, Forecast, error, ordinary, settled
from losscli.inputs import Input
from losscli.loss import Axis, Section
from losscli.special import HALF_LOG_TWO_PI, binet, log1p_less
from losscli.traits import Traits

LOOSE = 2.0**16  # what is made of `log1p_less` and `binet` has some 80 bits, and not 100


class StudentTNLL(Forecast):
    """How surprised a forecast by Student's t, of a location, a scale and degrees of freedom, is by what came.

    With ever more degrees of freedom it becomes gaussian-nll with its constant; with one it is Cauchy's.
    """

    symbols = "e, s, df"
    formula = "lgamma(df / 2) - lgamma((df + 1) / 2) + log(pi * df) / 2 + log(s) + (df + 1) / 2 * log(1 + w**2 / df)"
    slope_formula = "(df + 1) * e / (df * s**2 + e**2)"
    source = (
        "Lange, Little & Taylor 1989, Robust statistical modeling using the t distribution, "
        "doi:10.1080/01621459.1989.10478852"
    )
    also = (
        "student-t", "scoringrules.logs_t | it takes the target first, then df, location and scale",
        "statsmodels.robust.norms.StudentT | a norm of M-estimators: without the constants, and times a factor",
    )  # fmt: skip
    use = "a model gives a location and a scale, and gross errors come at a rate that may be learnt as df"
    pitfalls = (
        "the scale is not the standard deviation, which is s sqrt(df / (df - 2)), and endless up to df = 2",
        "it is not convex: beyond e = s sqrt(df) the slope falls again, and gross errors pull less and less",
        "at df of some millions the slope in df is near 1e-13: learn its logarithm",
    )
    related = ("gaussian-nll", "laplace-nll", "cauchy")
    forms = (
        (
            Input("location", FINITE, wrt=True, columns=LOCATION),
            Input("scale", POSITIVE, wrt=True, columns=SCALE),
            Input("df", POSITIVE, wrt=True, columns=("df", "nu", "dof", "degrees_of_freedom")),
            OUTCOME,
        ),
    )

    def derivative(self, order, location, scale, df, target):
        e = error(location, target)
        s, n = (np.where(ordinary(x), x, np.nan) for x in (scale, df))
        square = (e / s).squared()
        u = square / n
        whole = u + 1.0
        less = log1p_less(u, whole)
        share, more = u / whole, DoubleDouble.of_sum(n, 1.0)
        if order == 0:
            part = log(s)
            tail = (more * (less + share)).scaled(0.5)
            found = tail + part + HALF_LOG_TWO_PI - self.gap(n, 0)
            return (settled(found, LOOSE * tail.high, LOOSE * part.high, LOOSE),)
        if order == 1:
            along = more / n * (e / s / s) / whole
            across = settled(1.0 - square, 1.0, square.high) / whole.high / s
            once, gap = share / n, self.gap(n, 1)
            return along.rounded, across, settled(less - once - gap, *loose(less, once, gap)) / 2
        rise = more * share
        along = (more / n / s / s / whole.squared()).rounded * settled(1.0 - u, 1.0, u.high)
        across = settled(rise * (3.0 - share.scaled(2.0)) - 1.0, 1.0, rise.high) / s / s
        bend = share * (2.0 - rise) / n / n
        gap = self.gap(n, 2).scaled(0.5)
        return (
            along,
            across,
            settled(bend - gap, LOOSE * (share / n / n).high, LOOSE * gap.high, bend.high) / 2,
        )

    def gap(self, n, order):
        """Return ln Γ(x + ½) − ln Γ(x) − ½ ln x at x = n/2, differentiated `order` times in x."""
        x, t = DoubleDouble(n / 2), 1.0 / DoubleDouble(n)
        far = t + 1.0
        beyond = binet(x + 0.5, order) - binet(x, order)
        if order == 2:
            return beyond - (t * t.squared()).scaled(2.0) / far.squared()
        less = log1p_less(t, far)
        return less + beyond if order else x * (less - t.squared() / far) + beyond

    def where(self, form):
        return (("w", "e / s"),)

    def sections(self):
        return tuple(Section(f"df {df:g}", partial(at_freedom, df=df), _first) for df in (1.0, 4.0, 30.0))

    def traits(self):
        return Traits(symmetric=True, proper="strictly proper")


def loose(*terms):
    """Return the sizes of terms that have some 80 bits, as `settled` must see them."""
    return [LOOSE * x.high for x in terms]


def at_freedom(x, df):
    """Return inputs that are off by `x`, at scale 1."""
    return x, np.ones_like(x), np.full_like(x, df), np.zeros_like(x)


def _first(gradient):
    return gradient[0]


class NegativeBinomialNLL(Forecast):
    """How surprised a negative binomial forecast, of a mean and a size, is by a count.

    The variance is m + m^2 / n: with an ever larger size it becomes the Poisson likelihood with its constant.
    """

    family = "counts"
    symbols = "m, n, y"
    formula = "lgamma(n) + lgamma(y + 1) - lgamma(y + n) + (y + n) * log(1 + m / n) - y * log(m / n)"
    slope_formula = "(m - y) * n / (m * (m + n))"
    source = "Hilbe 2011, Negative binomial regression, doi:10.1017/CBO9780511973420"
    also = (
        "negbinom", "nb2",
        "scoringrules.logs_negbinom | it takes size and probability n / (m + n), and says inf where it is below 1",
    )  # fmt: skip
    use = "targets are counts whose variance exceeds their mean, and a model gives mean and size"
    pitfalls = (
        "it has three parametrisations: of the mean and the size, of the size and the probability n / (m + n), "
        "and of the mean and alpha = 1 / n",
        "the constant ln y! stays in, which poisson-nll leaves out",
        "it is not convex in the mean: beyond the count it bends down",
    )
    related = ("poisson-nll", "poisson-nll-log")
    forms = (
        (
            Input("mean", POSITIVE, wrt=True, columns=("mean", "mu", "m", "rate", *LOCATION)),
            Input("size", POSITIVE, wrt=True, columns=("size", "n", "r", "dispersion", "total_count")),
            Input("target", NONNEGATIVE, columns=("count", *OUTCOME.columns)),
        ),
    )

    def derivative(self, order, mean, size, target):
        m, n = (np.where(ordinary(x), x, np.nan) for x in (mean, size))
        none = target == 0
        y = np.where(ordinary(target) | none, target, np.nan)
        top, whole = DoubleDouble.of_sum(y, n), DoubleDouble.of_sum(m, n)
        gap, ratio = DoubleDouble.of_sum(m, -y), whole / top
        less = log1p_less(gap / top, ratio)
        if order == 0:
            some = np.where(none, 1.0, y)
            first, second = top * less, gap / ratio
            third = log(DoubleDouble(some) / m) * some
            fourth = (log(top / n) + log(some)).scaled(0.5) + HALF_LOG_TWO_PI
            beyond = binet(DoubleDouble(n))
            found = first + second + third + fourth + (binet(DoubleDouble(some)) + beyond - binet(top))
            terms = loose(first, second, third, fourth, beyond)
            return (np.where(none, (first + second).rounded, settled(found, *terms)),)
        if order == 1:
            along = gap / m * (n / whole)
            drop = y / top / n
            beyond = binet(DoubleDouble(n), 1)
            found = less - drop.scaled(0.5) + (beyond - binet(top, 1))
            return along.rounded, np.where(none, less.rounded, settled(found, *loose(less, drop, beyond)))
        rest = top * (m / whole).squared()
        pull = (gap / whole).squared() / top
        drop = y / top / top / n / n * (top + n)
        beyond = binet(DoubleDouble(n), 2)
        found = drop.scaled(0.5) + (beyond - binet(top, 2)) - pull
        across = np.where(none, -pull.rounded, settled(found, *loose(pull, drop, beyond)))
        return settled(y - rest, y, rest.high) / m / m, across

    def variables(self, *row):
        return dict(zip(("m", "n", "y"), row, strict=True))

    @property
    def axis(self):
        return Axis("r", "predicted mean  r  at a count of 3", 1, 9)

    def sections(self):
        return tuple(Section(f"size {n:g}", partial(at_size, size=n), _first) for n in (0.5, 3.0, 100.0))

    def traits(self):
        return Traits(proper="strictly proper")


def at_size(x, size):
    """Return a count of 3 and its forecasts of one size."""
    return x, np.full_like(x, size), np.full_like(x, 3.0)
