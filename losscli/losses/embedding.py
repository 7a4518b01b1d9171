"""Losses of distances, between embeddings or given."""

import numpy as np

from losscli.arithmetic import FAINT, amplified, sure
from losscli.domain import FACTOR, FINITE, NONNEGATIVE, POSITIVE, Interval
from losscli.doubledouble import DoubleDouble, power
from losscli.families import DISTANCE, SIMILAR
from losscli.geometry import Distance
from losscli.loss import Axis, Input, Loss, Section
from losscli.parameter import flag, parameter
from losscli.traits import Traits

FIRST = Input("x1", FINITE, "vector", wrt=True, columns=("x1", "a", "embedding1", "left"))
SECOND = Input("x2", FINITE, "vector", wrt=True, columns=("x2", "b", "embedding2", "right"))
ANCHOR = Input("anchor", FINITE, "vector", wrt=True, columns=("anchor", "a"))
POSITIVE_EXAMPLE = Input("positive", FINITE, "vector", wrt=True, columns=("positive", "pos", "p"))
NEGATIVE_EXAMPLE = Input("negative", FINITE, "vector", wrt=True, columns=("negative", "neg", "n"))
TO_POSITIVE = Input("d_ap", NONNEGATIVE, wrt=True, columns=("d_ap", "d_pos", "distance_positive"))
TO_NEGATIVE = Input("d_an", NONNEGATIVE, wrt=True, columns=("d_an", "d_neg", "distance_negative"))


class Contrastive(Loss):
    """Pulls similar pairs together and pushes dissimilar ones apart, up to the margin.

    The label is 1 for a similar pair; Hadsell's paper has it the other way round, and a factor 1/2.
    """

    family = "similarity"
    symbols = "d, y"
    forms = ((DISTANCE, SIMILAR), (FIRST, SECOND, SIMILAR))
    formula = "scale * d**power if y > 0 else scale * max(0, margin - d)**power"
    slope_formula = (
        "scale * power * d**(power - 1) if y > 0 else 0 if d >= margin "
        "else -scale * power * (margin - d)**(power - 1)"
    )
    source = (
        "Hadsell, Chopra & LeCun 2006, Dimensionality reduction by learning an invariant mapping, "
        "doi:10.1109/CVPR.2006.100"
    )
    also = ("contrastive-loss", "tensorflow_addons.losses.ContrastiveLoss")
    use = "pairs are labelled similar or not, and distances should say so"
    pitfalls = (
        "the label convention turns the loss around: here 1 is similar, in Hadsell's paper 0",
        "pytorch-metric-learning takes the first power, of normalised embeddings: contrastive:power=1",
    )
    related = ("triplet-margin",)

    margin: float = parameter(default=1.0, within=POSITIVE, help="how far apart is far enough")
    power: float = parameter(
        default=2.0, within=Interval(1, 64, "[]"), help="the power of the distance", quiet=True
    )
    scale: float = parameter(
        default=1.0, within=FACTOR, help="a factor; 0.5 gives Hadsell's form", quiet=True
    )

    def derivative(self, order, *block):
        if len(block) == 2:
            return self.of_distance(order, *block)
        return self.of_vectors(order, *block)

    def of_distance(self, order, d, y):
        similar, gap = y > 0, DoubleDouble.of_sum(self.margin, -d)
        base = chosen(similar, DoubleDouble(d, np.zeros_like(d)), positive_part(gap))
        sign = np.where(similar, 1.0, -1.0) if order == 1 else 1.0
        idle = (order > 0) & ~similar & (gap.high <= 0)
        return (np.where(idle, 0.0, sign * self.raised(base, order)) + 0 * y,)

    def raised(self, base, order):
        """Return scale · base^power, differentiated `order` times in the base."""
        n = self.power
        factor = self.scale * (1.0, n, n * (n - 1))[order]
        if n == order:
            return np.full_like(base.high, factor) + 0 * base.high
        if n - order == 2:
            return factor * base.rounded * base.rounded
        if factor == 0:
            return 0 * base.high
        found = base.rounded if n - order == 1 else power(base, n - order).rounded
        ends = (base.high == 0) | np.isinf(base.high)
        return np.where(ends, factor * base.high ** (n - order), amplified(factor, found))

    def of_vectors(self, order, x1, x2, y):
        distance, similar = Distance(x1, x2), y > 0
        d = distance.size()
        lost = np.isinf(d.high) | (d.high < FAINT) & ~distance.none  # of which the loss may be ordinary
        d = DoubleDouble(np.where(lost & (similar | np.isinf(d.high)), np.nan, d.high), d.low)
        gap = self.margin - d
        known = distance.exact(squared=False)
        near = np.where(known, gap.rounded, sure(gap, np.maximum(self.margin, d.high)))
        gap = positive_part(DoubleDouble(np.where(np.isnan(near), np.nan, gap.high), gap.low))
        base = chosen(similar, d, gap)
        if order == 0:
            value = self.raised(base, 0)
            if self.power == 2:  # no root
                square = np.ldexp(distance.square().rounded, 2 * distance.exponent)
                value = np.where(similar, amplified(self.scale, square), value)
                value = np.where(similar & distance.none, 0.0, value)
            return (value,)
        idle = ~similar & (gap.high == 0)
        if order == 1:
            pull = self.slope(distance, base, similar, x1, x2)
            return tuple(np.where(idle, 0.0, x) + 0.0 for x in (pull, -pull))
        meeting = {2.0: 2 * self.scale}.get(self.power, np.inf if 1 < self.power < 2 else 0.0)
        bend = np.where(distance.none, np.where(similar, meeting, 0.0), self.bend(distance, base, similar))
        bend = np.where(idle, 0.0, bend) + 0 * (x1 + x2)
        return bend, bend

    def slope(self, distance, base, similar, x1, x2):
        slope = self.raised(base, 1)
        slope = np.where(np.isinf(slope), np.nan, np.where(similar, slope, -slope))
        pull = np.where(distance.none & ~np.isnan(slope), 0.0, (distance.direction() * slope).rounded)
        if self.power == 2:  # no root and no division: 2 (x1 - x2)
            pull = np.where(similar, 2 * (self.scale * (x1 - x2)), pull)
        return pull

    def bend(self, distance, base, similar):
        """Return f″ u² + f′ (1 − u²) / d along each coordinate, as base^(power − 2) times what is left."""
        n, u = self.power, distance.direction()
        common = np.full_like(base.high, n * self.scale)
        if n != 2:
            common *= power(base, n - 2).rounded
        outward = u.squared() * (n - 1)
        sideways = distance.bend()
        far = (distance.curvature() * base).scaled(np.where(similar, 1.0, -1.0))
        across = chosen(similar, sideways, far)
        term = np.maximum(abs(outward.high), abs(across.high))
        found = np.where(term == 0, 0.0, sure(outward + across, term))
        unfit = (common < FAINT) | np.isinf(common)
        found = np.where(unfit, np.nan, common * found)
        return np.where(similar, common, found) if n == 2 else found

    def variables(self, *row):
        *points, y = row
        return {"y": y, **dict(zip(("d",) if len(points) == 1 else ("x1", "x2"), points, strict=True))}

    def where(self, form):
        return () if len(form) == 2 else (("d", "norm(x1 - x2)"),)

    @property
    def axis(self):
        return Axis("d", "distance  d", 0, 2 * self.margin)

    def sections(self):
        return (
            Section("y = 1: similar", lambda x: (x, np.ones_like(x))),
            Section("y = 0: dissimilar", lambda x: (x, np.zeros_like(x)), kinks=self.traits().kinks),
        )

    def traits(self):
        return Traits(
            convex=True,
            lipschitz=self.scale if self.power == 1 else np.inf,
            smoothness={1.0: 0.0, 2.0: 2 * self.scale}.get(self.power, np.inf),
            kinks=(self.margin,) if self.power <= 2 else (),
        )


class TripletMargin(Loss):
    """Wants the anchor nearer to the positive than to the negative example, by the margin."""

    family = "similarity"
    symbols = "d_ap, d_an"
    forms = ((ANCHOR, POSITIVE_EXAMPLE, NEGATIVE_EXAMPLE), (TO_POSITIVE, TO_NEGATIVE))
    formula = "max(0, d_ap - d_an + margin)"
    slope_formula = "1 if d_ap - d_an + margin > 0 else 0"
    source = (
        "Weinberger & Saul 2009, Distance metric learning for large margin nearest neighbor classification, "
        "jmlr:v10/weinberger09a"
    )
    also = (
        "triplet", "triplet-loss", "torch.nn.TripletMarginLoss ~ triplet-margin:eps=1e-06",
        "torch.nn.functional.triplet_margin_loss ~ triplet-margin:eps=1e-06",
        "optax.losses.triplet_margin_loss",
    )  # fmt: skip
    use = "what matters is which of two examples is nearer, not how near"
    pitfalls = (
        "torch adds 1e-6 to every coordinate difference, as eps=1e-06 does; optax adds it under the root",
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
        return self.of_vectors(order, *block)

    def of_distances(self, order, near, far):
        n = 2.0 if self.squared else 1.0
        fine = [DoubleDouble(d, np.zeros_like(d)) for d in (near, far)]
        if self.squared:
            fine = [d.squared() for d in fine]
        nothing = (near == 0) & (far == 0)
        excess = self.excess(*fine, known=nothing | (n == 1))
        if order == 0:
            return (np.maximum(excess, 0.0),)
        active = active_rows(excess)
        slopes = (near, far) if self.squared and order == 1 else (n - 1, n - 1) if order == 2 else (1.0, 1.0)
        return active * n * slopes[0], 0.0 - active * n * slopes[1]

    def excess(self, near, far, known):
        """Return near − far + margin; NaN where too much cancels, unless both are `known` without error."""
        difference = near - far + self.margin
        largest = np.maximum(np.maximum(near.high, far.high), self.margin)
        plain = near.high - far.high + self.margin
        found = np.where(known, difference.rounded, sure(difference, largest))
        return np.where(np.isinf(plain), plain, found)

    def of_vectors(self, order, anchor, positive, negative):
        near, far = (Distance(anchor, x, self.p, self.eps) for x in (positive, negative))
        between = Distance(positive, negative, self.p, self.eps) if self.swap else far
        swapped = self.swapped(far, between)
        other, other_known = self.length(far), far.exact(self.squared)
        if self.swap:
            other = chosen(swapped, self.length(between), other)
            other_known = np.where(swapped, between.exact(self.squared), other_known)
        level = np.where(swapped == 1, near.equals(between), near.equals(far))
        excess = self.excess(self.length(near), other, level | (near.exact(self.squared) & other_known))
        excess = np.where(np.isnan(swapped), np.nan, excess)
        if order == 0:
            return (np.maximum(excess, 0.0),)
        active = active_rows(excess)
        parts = [self.part(order, distance) for distance in (near, far, between)]
        towards = apart(parts[0], parts[1], near, far)
        if self.squared and self.p == 2:  # the anchor drops out
            towards = 2 * (negative - positive) if order == 1 else np.zeros_like(anchor)
        sign = -1.0 if order == 1 else 1.0
        slopes = [towards, sign * parts[0].rounded, -sign * parts[1].rounded]
        if self.swap:
            sides = apart(parts[0].scaled(sign), parts[2], near, between)
            if self.squared and self.p == 2:
                sides = 2 * (negative - anchor) if order == 1 else np.zeros_like(anchor)
            changed = [parts[0].rounded, sides, -sign * parts[2].rounded]
            slopes = [np.where(swapped == 1, b, a) for a, b in zip(slopes, changed, strict=True)]
        return tuple(np.where(active == 0, 0.0, active * x) + 0.0 for x in slopes)

    def swapped(self, far, between):
        """Return 1 where the negative is nearer to the positive than to the anchor, else 0; NaN if unsure."""
        if not self.swap:
            return np.zeros(far.none.shape)
        one, two = self.length(between), self.length(far)
        order = sure(one - two, np.maximum(one.high, two.high))
        order = np.where(far.exact(self.squared) & between.exact(self.squared), (one - two).rounded, order)
        return np.where(far.equals(between), 0.0, active_rows(-order))

    def length(self, distance):
        """Return the distance, or its square, as a double-double."""
        return distance.square().shifted(2 * distance.exponent) if self.squared else distance.size()

    def part(self, order, distance):
        """Return the first or second derivative of the distance, or of its square, in the first vector."""
        if not self.squared and order == 1:
            return distance.direction()
        if self.p == 1 and not self.squared:
            return distance.gap.scaled(0.0)
        if order == 2 and self.p != 2:
            return distance.gap.scaled(np.nan)  # seldom asked: the formula answers
        if order == 2 and not self.squared:
            return distance.curvature()
        if order == 2:
            return DoubleDouble(np.full_like(distance.gap.high, 2.0), np.zeros_like(distance.gap.high))
        if self.p == 2:
            return distance.whole.scaled(2.0)
        return (distance.direction() * distance.length).shifted(distance.exponent).scaled(2.0)

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
            ("d_an", "d_an if swap < 1 else d_an if d_an <= d_pn else d_pn"),
        )

    @property
    def axis(self):
        return Axis(
            "x",
            f"difference of {'squared ' if self.squared else ''}distances  d_ap - d_an",
            -3 * max(self.margin, 0.5),
            3 * max(self.margin, 0.5),
        )

    def sections(self):
        def distances(x):
            near, far = np.maximum(x, 0.0), np.maximum(-x, 0.0)
            return (np.sqrt(1 + near), np.sqrt(1 + far)) if self.squared else (near, far)

        return (Section("", distances, lambda gradient: np.sign(gradient[0]), kinks=(-self.margin,)),)

    def traits(self):
        return Traits(convex=True, lipschitz=1, smoothness=0, kinks=(-self.margin,))


def chosen(where, a, b):
    """Return `a` where told, else `b`: double-doubles."""
    return DoubleDouble(np.where(where, a.high, b.high), np.where(where, a.low, b.low))


def positive_part(x):
    """Return max(0, x) of a double-double."""
    return DoubleDouble(np.where(x.high < 0, 0.0, x.high), np.where(x.high > 0, x.low, 0.0))


def active_rows(excess):
    """Return 1 where the excess is positive, else 0; NaN where it is not known."""
    return np.where(np.isnan(excess), np.nan, excess > 0)


def apart(u, v, one, two):
    """Return u − v, derivatives of two distances, as doubles; NaN where too much cancels, unless they are exact."""
    difference = u - v
    term = np.maximum(abs(u.high), abs(v.high))
    alone = (one.lone | one.none | (one.degree == 1)) & (two.lone | two.none | (one.degree == 1))
    same = one.equals(two) & (abs(one.gap.high) == abs(two.gap.high)) & (one.exponent == two.exponent)
    return np.where(alone | same | (term == 0), difference.rounded, sure(difference, term))
