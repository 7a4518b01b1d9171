"""Losses of distances, between embeddings or given."""

import numpy as np

from losscli.domain import FINITE, NONNEGATIVE, POSITIVE, Interval
from losscli.doubledouble import DoubleDouble, power
from losscli.families import DISTANCE, SIMILAR
from losscli.loss import Axis, Input, Loss, Section
from losscli.losses.binary import sure
from losscli.parameter import flag, parameter
from losscli.traits import Traits

FIRST = Input("x1", FINITE, "vector", wrt=True, columns=("x1", "a", "embedding1", "left"))
SECOND = Input("x2", FINITE, "vector", wrt=True, columns=("x2", "b", "embedding2", "right"))
ANCHOR = Input("anchor", FINITE, "vector", wrt=True, columns=("anchor", "a"))
POSITIVE_EXAMPLE = Input("positive", FINITE, "vector", wrt=True, columns=("positive", "pos", "p"))
NEGATIVE_EXAMPLE = Input("negative", FINITE, "vector", wrt=True, columns=("negative", "neg", "n"))
TO_POSITIVE = Input("d_ap", NONNEGATIVE, wrt=True, columns=("d_ap", "d_pos", "distance_positive"))
TO_NEGATIVE = Input("d_an", NONNEGATIVE, wrt=True, columns=("d_an", "d_neg", "distance_negative"))


class Distance:
    """The distance of two blocks of vectors, d = ‖x − y + eps‖, to twice the precision, at any magnitude.

    Differences are exact and divided by a power of 2 near the largest, so that no square overflows or
    vanishes; `exponent` is that power. A difference beyond the largest double leaves NaN.
    """

    def __init__(self, x, y, degree=2.0, eps=0.0):
        gap = DoubleDouble.of_sum(x, -y)
        gap = gap + eps if eps else gap
        _, self.exponent = np.frexp(abs(gap.high).max(axis=0))
        self.degree = degree
        self.gap = gap.shifted(-self.exponent)
        size = abs(self.gap)
        if degree == 1:
            self.length = size.total()
        elif degree == 2:
            self.square = self.gap.squared().total()
            self.length = self.square.root()
        else:
            self.length = power(power(size, degree).total(), 1 / degree)

    def squared(self):
        """Return d², and its power of 2."""
        return (self.square if self.degree == 2 else self.length.squared()), 2 * self.exponent

    def far(self):
        """Return d itself."""
        return self.length.shifted(self.exponent)

    def direction(self):
        """Return the derivative of d in x: a unit vector, or 0 where the vectors meet."""
        apart = self.length.high != 0
        safe = DoubleDouble(np.where(apart, self.length.high, 1.0), np.where(apart, self.length.low, 0.0))
        if self.degree == 2:
            return self.gap / safe
        sign = np.sign(self.gap.high)
        if self.degree == 1:
            return DoubleDouble(sign, np.zeros_like(sign))
        return power(abs(self.gap) / safe, self.degree - 1).scaled(sign)

    def along(self, slope):
        """Return slope · direction, rounded, where slope is a double."""
        return (self.direction() * slope).rounded


def narrowed(x, exponent):
    """Return a double-double times 2^exponent as doubles, rounded in that order: subnormal results stay true."""
    return np.ldexp(x.rounded, exponent)


class Contrastive(Loss):
    """Pulls similar pairs together and pushes dissimilar ones apart, up to the margin.

    The label is 1 for a similar pair; Hadsell's paper has it the other way round, and a factor 1/2.
    """

    family = "similarity"
    symbols = "d, y"
    forms = ((DISTANCE, SIMILAR), (FIRST, SECOND, SIMILAR))
    formula = "scale * d**power if y > 0 else scale * max(0, margin - d)**power"
    slope_formula = (
        "scale * power * d**(power - 1) if y > 0 else -scale * power * max(0, margin - d)**(power - 1)"
    )
    source = "Hadsell, Chopra & LeCun 2006, Dimensionality reduction by learning an invariant mapping, doi:10.1109/CVPR.2006.100"
    also = ("contrastive-loss", "tensorflow_addons.losses.ContrastiveLoss")
    use = "pairs are labelled similar or not, and distances should say so"
    pitfalls = (
        "the label convention turns the loss around: here 1 is similar, in Hadsell's paper 0",
        "pytorch-metric-learning uses the first power and normalises embeddings: contrastive:power=1 on unit vectors",
    )
    related = ("triplet-margin",)

    margin: float = parameter(default=1.0, within=POSITIVE, help="how far apart is far enough")
    power: float = parameter(
        default=2.0, within=Interval(1, 64, "[]"), help="the power of the distance", quiet=True
    )
    scale: float = parameter(
        default=1.0, within=POSITIVE, help="a factor; 0.5 gives Hadsell's form", quiet=True
    )

    def derivative(self, order, *block):
        *points, y = block
        if order == 2 and len(points) == 2:
            return tuple(np.full_like(x, np.nan) for x in points)  # seldom asked: the formula answers
        return (self.of_distance if len(points) == 1 else self.of_vectors)(order, *points, y)

    def of_distance(self, order, d, y):
        gap = DoubleDouble.of_sum(self.margin, -d)
        gap = DoubleDouble(np.maximum(gap.high, 0.0), np.where(gap.high > 0, gap.low, 0.0))
        far = DoubleDouble(d, np.zeros_like(d))
        if order == 2:
            active = np.where(self.power == 1, 0.0, np.where(y > 0, 1.0, gap.high > 0))
            return (active * self.raised(far, gap, y, 2),)
        sign = np.where(y > 0, 1.0, -(gap.high > 0).astype(float)) if order else 1.0
        return (sign * self.raised(far, gap, y, order),)

    def raised(self, far, gap, y, order):
        """Return the power of the distance or of the gap, differentiated `order` times, sign left out."""
        n = self.power
        factor = self.scale * (1.0, n, n * (n - 1))[order]
        base = DoubleDouble(np.where(y > 0, far.high, gap.high), np.where(y > 0, far.low, gap.low))
        if n - order <= 0:
            return np.full_like(base.high, factor)
        if n - order == 1:
            return factor * base.rounded
        if n - order == 2:
            return factor * base.rounded * base.rounded
        return factor * power(base, n - order).rounded

    def of_vectors(self, order, x1, x2, y):
        distance = Distance(x1, x2)
        similar = y > 0
        d = distance.length.shifted(distance.exponent)
        gap = self.margin - d
        near = sure(gap, np.maximum(self.margin, d.high))
        known = DoubleDouble(np.where(np.isnan(near), np.nan, gap.high), gap.low)
        known = DoubleDouble(np.where(gap.high < 0, 0.0, known.high), np.where(gap.high < 0, 0.0, known.low))
        if order == 0:
            if self.power == 2:
                square = self.scale * narrowed(*distance.squared())
                return (np.where(similar, square, self.raised(d, known, np.zeros_like(y), 0)),)
            return (self.raised(d, known, y, 0),)
        slope = self.raised(d, known, y, 1)
        slope = np.where(similar, slope, np.where(known.high == 0, 0.0, -slope))
        pull = distance.along(slope)
        if self.power == 2:  # no root and no division: 2 (x1 - x2)
            pull = np.where(similar, 2 * self.scale * (x1 - x2), pull)
        pull = np.where((distance.length.high == 0) & ~np.isnan(known.high), 0.0, pull)
        return pull, -pull

    def corner(self, *arrays):
        *points, y = arrays
        if len(points) == 2:
            meet = (points[0] == points[1]).all(axis=1)
            if self.power > 1:
                return meet & (y == 0)
            return meet | ((y == 0) & (self.margin - Distance(points[0].T, points[1].T).far()).high == 0)
        return (self.power == 1) & (y == 0) & (points[0] == self.margin)

    def variables(self, *row):
        *points, y = row
        return {"y": y, **dict(zip(("d",) if len(points) == 1 else ("x1", "x2"), points, strict=True))}

    def where(self, form):
        return () if len(form) == 2 else (("d", "norm(x1 - x2)"),)

    @property
    def axis(self):
        return Axis("d", "distance  d", 0, 2 * self.margin)

    def sections(self):
        kinks = () if self.power > 1 else (self.margin,)
        return (
            Section("y = 1: similar", lambda x: (x, np.ones_like(x))),
            Section("y = 0: dissimilar", lambda x: (x, np.zeros_like(x)), kinks=(*kinks, self.margin)[:1]),
        )

    def traits(self):
        return Traits(convex=True, kinks=(self.margin,))


class TripletMargin(Loss):
    """Wants the anchor nearer to the positive than to the negative example, by the margin."""

    family = "similarity"
    symbols = "d_ap, d_an"
    forms = ((ANCHOR, POSITIVE_EXAMPLE, NEGATIVE_EXAMPLE), (TO_POSITIVE, TO_NEGATIVE))
    formula = "max(0, d_ap - d_an + margin)"
    slope_formula = "1 if d_ap - d_an + margin > 0 else 0"
    source = "Weinberger & Saul 2009, Distance metric learning for large margin nearest neighbor classification, jmlr:v10/weinberger09a"
    also = (
        "triplet", "triplet-loss", "torch.nn.TripletMarginLoss = triplet-margin:eps=1e-06",
        "torch.nn.functional.triplet_margin_loss = triplet-margin:eps=1e-06", "optax.losses.triplet_margin_loss",
    )  # fmt: skip
    use = "what matters is which of two examples is nearer, not how near"
    pitfalls = (
        "torch adds 1e-6 to every coordinate difference, optax adds 1e-6 under the root: eps=1e-06 gives torch's",
        "FaceNet squares the distances: triplet-margin:squared=true",
    )
    related = ("contrastive",)

    margin: float = parameter(default=1.0, within=NONNEGATIVE, help="by how much the positive must be nearer")
    p: float = parameter(default=2.0, within=Interval(1, 64, "[]"), help="the degree of the norm", quiet=True)
    eps: float = parameter(
        default=0.0,
        within=Interval(0, 1, "[]"),
        help="added to every coordinate difference, as torch does",
        quiet=True,
    )
    squared: float = flag(help="compares squared distances, as FaceNet does")
    swap: float = flag(help="takes the distance from the positive to the negative, where that is less")

    def derivative(self, order, *block):
        if len(block) == 2:
            return self.of_distances(order, *block)
        if order == 2:
            return tuple(np.full_like(x, np.nan) for x in block)  # seldom asked: the formula answers
        return self.of_vectors(order, *block)

    def of_distances(self, order, near, far):
        n = 2.0 if self.squared else 1.0
        excess = self.excess(self.lifted(near), self.lifted(far))
        active = np.where(np.isnan(excess), np.nan, excess > 0)
        if order == 0:
            return (np.maximum(excess, 0.0),)
        if order == 1:
            return active * n * near ** (n - 1), -active * n * far ** (n - 1)
        return active * n * (n - 1), -active * n * (n - 1)

    def lifted(self, d):
        fine = DoubleDouble(d, np.zeros_like(d))
        return fine.squared() if self.squared else fine

    def excess(self, near, far):
        """Return the first distance less the second plus the margin; NaN where too much cancels."""
        difference = near - far + self.margin
        exact = (near.low == 0) & (
            far.low == 0
        )  # two doubles and the margin: the sum is right to the last bit
        largest = np.maximum(np.maximum(near.high, far.high), self.margin)
        safe = np.where(exact, difference.rounded, sure(difference, largest))
        return np.where(largest == 0, 0.0, safe)

    def of_vectors(self, order, anchor, positive, negative):
        near, far, between = (
            Distance(x, y, self.p, self.eps)
            for x, y in ((anchor, positive), (anchor, negative), (positive, negative))
        )
        near_d, far_d = self.length(near), self.length(far)
        swapped = np.zeros(far_d.high.shape, dtype=bool)
        if self.swap:
            other = self.length(between)
            order_of = sure(other - far_d, np.maximum(other.high, far_d.high))
            order_of = np.where(np.maximum(other.high, far_d.high) == 0, 0.0, order_of)
            swapped = order_of < 0
            far_d = DoubleDouble(
                np.where(swapped, other.high, far_d.high), np.where(swapped, other.low, far_d.low)
            )
            far_d = DoubleDouble(np.where(np.isnan(order_of), np.nan, far_d.high), far_d.low)
        excess = self.excess(near_d, far_d)
        if order == 0:
            return (np.maximum(excess, 0.0),)
        active = np.where(np.isnan(excess), np.nan, excess > 0)
        u, v, w = self.pull(near), self.pull(far), self.pull(between)
        to_anchor = self.apart(anchor, positive, negative, u, v)
        to_positive = -u.rounded
        to_negative = v.rounded
        if self.swap:
            to_anchor = np.where(swapped, u.rounded, to_anchor)
            to_positive = np.where(swapped, sure_or_zero(-u - w, u, w), to_positive)
            to_negative = np.where(swapped, w.rounded, to_negative)
        return tuple(np.where(active == 0, 0.0, active * x) for x in (to_anchor, to_positive, to_negative))

    def length(self, distance):
        """Return the distance, or its square, as a double-double."""
        if self.squared:
            square, exponent = distance.squared()
            return square.shifted(exponent)
        return distance.length.shifted(distance.exponent)

    def pull(self, distance):
        """Return the derivative of the distance, or of its square, in the first vector."""
        if not self.squared:
            return distance.direction()
        if self.p == 2:
            return distance.gap.shifted(distance.exponent).scaled(2.0)
        return (distance.direction() * distance.length).shifted(distance.exponent).scaled(2.0)

    def apart(self, anchor, positive, negative, u, v):
        """Return u − v, the derivative in the anchor."""
        if self.squared and self.p == 2:  # the anchor drops out
            return 2 * (negative - positive)
        return sure_or_zero(u - v, u, v)

    def corner(self, *arrays):
        if len(arrays) == 2:
            near, far = arrays
            return self.excess(self.lifted(near), self.lifted(far)) == 0
        anchor, positive, negative = arrays
        edge = self.of_vectors(0, *(x.T for x in arrays))[0] == 0
        near, far = Distance(anchor.T, positive.T, self.p, self.eps), Distance(anchor.T, negative.T, self.p, self.eps)
        tight = self.excess(self.length(near), self.length(far)) == 0
        meet = (near.length.high == 0) | (far.length.high == 0)
        return tight | (meet & ~edge & (not self.squared))

    def variables(self, *row):
        return dict(zip((each.name for each in self.form(len(row))), row, strict=True))

    def where(self, form):
        squares = "{0}**2 if squared else {0}".format
        if len(form) == 2:
            return tuple((d, squares(d)) for d in ("d_ap", "d_an"))
        return (
            ("d_ap", squares("norm(anchor - positive + eps, p)")),
            ("d_an", squares("norm(anchor - negative + eps, p)")),
            ("d_pn", squares("norm(positive - negative + eps, p)")),
            ("d_an", "min(d_an, d_pn) if swap else d_an"),
        )

    @property
    def axis(self):
        return Axis(
            "x", "difference of distances  d_ap - d_an", -3 * max(self.margin, 0.5), 3 * max(self.margin, 0.5)
        )

    def sections(self):
        def distances(x):
            near, far = np.maximum(x, 0.0), np.maximum(-x, 0.0)
            return (np.sqrt(near), np.sqrt(far)) if self.squared else (near, far)

        return (Section("", distances, lambda gradient: gradient[0], kinks=(-self.margin,)),)

    def traits(self):
        return Traits(convex=True, lipschitz=1, smoothness=0, kinks=(-self.margin,))


def sure_or_zero(difference, u, v):
    """Return u − v as doubles: 0 where both are 0, NaN where too much cancels."""
    term = np.maximum(abs(u.high), abs(v.high))
    return np.where(term == 0, 0.0, sure(difference, term))
