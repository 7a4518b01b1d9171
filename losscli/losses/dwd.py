"""The loss of distance-weighted discrimination, of the margin m = y s."""

from functools import cache

import numpy as np

from losscli.domain import Interval
from losscli.families.pointwise import Margin
from losscli.numerics.arithmetic import FAINT, where, with_care
from losscli.numerics.doubledouble import DoubleDouble, exp, log, two_sum
from losscli.numerics.quick import below
from losscli.parameter import parameter
from losscli.traits import Traits


class DWD(Margin):
    """A straight line that turns into an inverse power of the margin: every row counts, near ones most."""

    formula = "1 - m if m <= q / (q + 1) else (q / (q + 1) / m)**q / (q + 1)"
    slope_formula = "-1 if m <= q / (q + 1) else -(q / (q + 1) / m)**(q + 1)"
    source = "Marron, Todd & Ahn 2007, Distance-weighted discrimination, doi:10.1198/016214507000001120"
    also = (
        "distance-weighted-discrimination",
        "LossFunctions.jl.DWDMarginLoss | q has no default; says it has a second derivative everywhere; at the knot "
        "it has none",
    )  # fmt: skip
    use = "there are more columns than rows, where the rows of a support vector machine pile up on its margin"
    pitfalls = (
        "not twice differentiable where the line ends, whatever LossFunctions.jl reports",
        "it never reaches 0: rows far beyond the margin still pull a little",
    )
    related = ("hinge", "logistic-margin")

    q: float = parameter(
        default=1.0, within=Interval(0.001, 1000, "[]"), help="the power; 1 is DWD, large ones near the hinge"
    )

    def brisk(self, order, m):
        knot, factor, power, rest = shape(self.q, float(order > 0))
        if rest or (order == 2 and two_sum(power, 1.0)[1]):
            return True
        beyond = m > knot
        edge = (
            m == knot if order == 2 or self.q != 1 else False
        )  # where the knot is exact, so is what is found there
        if order == 2:
            np.power(m.clip(knot, np.inf, m), -(power + 1), m)
            m *= power * factor
            doubt = below(m, FAINT) | edge
            m *= beyond
            return doubt
        far = m.clip(knot, np.inf) if order == 0 else m.clip(knot, np.inf, m)
        if power == 1:
            np.divide(factor, far, far)
        else:
            np.power(far, -power, far) if power != 2 else np.divide(1.0, np.multiply(far, far, far), far)
            far *= factor
        doubt = below(far, FAINT) | edge
        line = 1.0 if order else np.subtract(1.0, m, m)
        if self.q == 1:
            (np.minimum if order else np.maximum)(far, line, out=m)
        else:
            np.copyto(m, where(beyond, far, line))
        return doubt

    def penalty(self, m):
        found, doubtful = self.plain(m, 0.0, 1 - m)
        return with_care(doubtful, found, self.tail, m)

    def slope(self, m):
        found, doubtful = self.plain(m, 1.0, 1.0)
        return with_care(doubtful, -found, self.steep, m)

    def plain(self, m, more, line):
        """Return the line and beyond it a power of m, and where that is doubtful."""
        knot, factor, power, rest = shape(self.q, more)
        tail = factor * np.maximum(m, knot) ** -power
        return where(m > knot, tail, line), (tail < FAINT) | (m == knot) | (rest != 0) & (m > knot)

    def tail(self, m):
        line, root = self.parts(m, 0.0)
        return np.where(line, 1 - m, root.rounded * (root / DoubleDouble.of_sum(self.q, 1.0)).rounded)

    def steep(self, m):
        line, root = self.parts(m, 1.0)
        return np.where(line, -1.0, -(root.rounded * root.rounded))

    def curvature(self, m):
        line, root = self.parts(m, 1.0)
        weighed = (root * DoubleDouble.of_sum(self.q, 1.0)).rounded
        return np.where(line, 0.0, weighed / m * root.rounded)

    def parts(self, m, more):
        """Return where the line is, and elsewhere the root of (q / (q + 1) / m)^(q + more)."""
        q = DoubleDouble(np.array([self.q]))
        knot = q / (q + 1.0)
        line = ~(m > knot.high) & ~((m == knot.high) & (knot.low < 0))
        beyond = np.where(line | np.isinf(m), 1.0, m)
        root = exp((log(knot) - log(beyond)) * (q + more).scaled(0.5))
        return line, DoubleDouble(np.where(np.isinf(m), 0.0, root.high), np.where(np.isinf(m), 0.0, root.low))

    def traits(self):
        q = self.q
        return Traits(
            convex=True, lipschitz=1, smoothness=(q + 1) ** 2 / q, kinks=(q / (q + 1),), calibrated=True
        )


@cache
def shape(q, more):
    """Return the knot k = q / (q + 1), the factor of m^-(q + more) beyond it, and q + more in two parts."""
    knot = DoubleDouble(np.array([q])) / DoubleDouble.of_sum(q, 1.0)
    power, rest = two_sum(q, more)
    factor = exp(log(knot) * DoubleDouble(power, rest))
    return knot.high[0], (factor if more else factor / DoubleDouble.of_sum(q, 1.0)).rounded[0], power, rest
