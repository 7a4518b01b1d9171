"""Losses of triplets of embeddings, or of their distances."""

from functools import partial

import numpy as np

from losscli.domain import NONNEGATIVE, Interval
from losscli.families import softhinge
from losscli.losses.triples import Triples
from losscli.numerics.arithmetic import FAINT, reconsidered, sure
from losscli.numerics.dots import SwiftDistance
from losscli.numerics.doubledouble import DoubleDouble, chosen, two_sum
from losscli.numerics.geometry import Distance, apart
from losscli.numerics.quick import exact_difference
from losscli.parameter import flag, parameter
from losscli.traits import Traits

SAME = 2.0**-80  # distances as near as this are of the same coordinates, in another order
ORDINARY = 2.0**200


class TripletMargin(Triples):
    """Wants the anchor nearer to the positive than to the negative example, by the margin."""

    swift = True
    formula = "log(1 + exp(d_ap - d_an + margin)) if smooth > 0 else max(0, d_ap - d_an + margin)"
    slope_formula = (
        "1 / (1 + exp(-(d_ap - d_an + margin))) if smooth > 0 else 1 if d_ap - d_an + margin > 0 else 0"
    )
    source = (
        "Weinberger & Saul 2009, Distance metric learning for large margin nearest neighbor classification, "
        "jmlr:v10/weinberger09a"
    )
    also = (
        "triplet", "triplet-loss",
        "torch.nn.TripletMarginLoss ~ triplet-margin:eps=1e-06 | adds 1e-6 to every difference",
        "torch.nn.functional.triplet_margin_loss ~ triplet-margin:eps=1e-06 | adds 1e-6 to every difference",
        "torch.nn.TripletMarginWithDistanceLoss ~ triplet-margin:eps=1e-06 | "
        "any distance; by default torch's with 1e-6 added",
        "torch.nn.functional.triplet_margin_with_distance_loss ~ triplet-margin:eps=1e-06 | "
        "any distance; by default torch's with 1e-6 added",
        "optax.losses.triplet_margin_loss | adds 1e-6 under the root; half the slope at the kink",
        "pytorch_metric_learning.losses.TripletMarginLoss = triplet-margin:margin=0.05 | "
        "over all triplets of a batch by class label, of embeddings divided by their length; "
        "the mean of those that are not 0; smooth_loss is smooth",
        "sentence_transformers.losses.TripletLoss = triplet-margin:margin=5 ~ triplet-margin:margin=5:eps=1e-06 | "
        "margin is its triplet_margin; adds 1e-6 to every difference",
        "tensorflow_addons.losses.TripletSemiHardLoss | over triplets that it picks from a batch by class label; "
        "squared with distance_metric='squared-L2'",
        "tensorflow_addons.losses.TripletHardLoss | over triplets that it picks from a batch by class label; "
        "squared with distance_metric='squared-L2'",
    )  # fmt: skip
    use = "what matters is which of two examples is nearer, not how near"
    pitfalls = (
        "torch adds 1e-6 to every coordinate difference, as eps=1e-06 does; optax adds it under the root",
        "FaceNet squares the distances: triplet-margin:squared=true",
        "for p between 1 and 2 its second derivative is infinite where two vectors agree in a coordinate; in the "
        "anchor, where all three do, the distance that bends more says with which sign, and of equal ones it is 0",
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
    squared: float = flag(default=0.0, help="compares squared distances, as FaceNet does")
    swap: float = flag(
        default=0.0, help="takes the distance from the positive to the negative, where that is less"
    )
    smooth: float = flag(
        default=0.0, help="ln(1 + e^x) in place of max(0, x): every triplet pulls, easy ones less"
    )

    def filled(self, order, *block):
        if order == 2 or self.squared or self.smooth or len(block) - order != 3:
            return True
        *outs, near, far = block
        gap, lost = exact_difference(near, far)
        gap += self.margin  # exact where it cancels, and what was lost settles it
        gap += lost
        if order == 0:
            np.maximum(gap, 0.0, out=outs[0])
        else:
            np.copyto(outs[0], gap > 0)
            np.subtract(0.0, outs[0], outs[1])
        return False

    def derivative(self, order, *block):
        if len(block) == 2:
            return self.of_distances(order, *block)
        return self.of_vectors(order, *block)

    def of_distances(self, order, near, far):
        n = 2.0 if self.squared else 1.0
        excess = self.excess_of_distances(near, far)
        if order == 0:
            return (self.height(excess),)
        if self.smooth and order == 2:
            curves = [DoubleDouble(np.full_like(near, c)) for c in (n * (n - 1), -n * (n - 1))]
            slopes = [DoubleDouble(n * d ** (n - 1)) for d in (near, far)]
            return tuple(softhinge.bend(excess, *each) for each in zip(slopes, curves, strict=True))
        active = self.rise(excess)
        slopes = (near, far) if self.squared and order == 1 else (n - 1, n - 1) if order == 2 else (1.0, 1.0)
        return active * n * slopes[0], 0.0 - active * n * slopes[1]

    def excess_of_distances(self, near, far):
        fine = [DoubleDouble(d, np.zeros_like(d)) for d in (near, far)]
        if self.squared:
            fine = [d.squared() for d in fine]
        return self.excess(*fine, level=(near == 0) & (far == 0), known=not self.squared)

    def excess(self, near, far, level, known):
        """Return near − far + margin; NaN where too much cancels, unless `level` or `known` without error."""
        difference = near - far + self.margin
        largest = np.maximum(np.maximum(near.high, far.high), self.margin)
        plain = near.high - far.high + self.margin
        if self.smooth:
            return softhinge.known(chosen(np.isinf(plain), DoubleDouble(plain), difference), largest)
        faint = bool(self.squared) & (largest < FAINT)  # squares of what is not 0 may have vanished
        whole = difference.rounded
        if not self.squared:  # as `filled` has it, lest the last bit depend on the rows beside
            gap, lost = two_sum(near.high, -far.high)
            plainly = (near.low == 0) & (far.low == 0)
            whole = np.where(plainly, gap + self.margin + lost, whole)
        found = np.where(level | (known & ~faint), whole, sure(difference, largest))
        return DoubleDouble(np.where(np.isinf(plain), plain, found))

    def of_vectors(self, order, *block):
        if order == 2 or self.p != 2 or self.eps or self.swap or self.smooth or self.margin > ORDINARY:
            return self.careful(order, *block)
        return reconsidered(self.swift_vectors(order, *block), partial(self.careful, order), *block)

    def swift_vectors(self, order, anchor, positive, negative):
        """Return the derivative of `order` for ordinary distances, in few passes; NaN where it is not sure."""
        near, far = SwiftDistance(anchor, positive), SwiftDistance(anchor, negative)
        one, two = (near.square, far.square) if self.squared else (near.length, far.length)
        excess = one - two + self.margin
        largest = np.maximum(np.maximum(one.high, two.high), self.margin)
        fit = near.fit & far.fit & (abs(excess.high) > near.doubt * largest)
        if order == 0:
            return [np.where(fit, np.maximum(excess.rounded, 0.0), np.nan)]
        active = np.where(fit, excess.high > 0, np.nan)
        if self.squared:
            return [active * x + 0.0 for x in (2 * (negative - positive), -2 * near.gap, 2 * far.gap)]
        slopes = [near.apart(far), near.direction(-1.0), far.direction()]
        return [active * x + 0.0 for x in slopes]

    def careful(self, order, anchor, positive, negative):
        """Return the derivative of `order` for vectors of any size, by any norm."""
        near, far, between, swapped, excess = self.compared(anchor, positive, negative)
        if order == 0:
            return (self.height(excess),)
        if self.smooth and order == 2:
            return self.bent(near, far, between, swapped, excess)
        active = self.rise(excess)
        parts = [self.part(order, distance) for distance in (near, far, between)]
        towards = self.against(order, apart(parts[0], parts[1], near, far), near, far)
        if self.squared and self.p == 2:  # the anchor drops out
            towards = 2 * (negative - positive) if order == 1 else np.zeros_like(anchor)
        sign = -1.0 if order == 1 else 1.0
        slopes = [towards, sign * parts[0].rounded, -sign * parts[1].rounded]
        if self.swap:
            sides = self.against(order, apart(parts[0].scaled(sign), parts[2], near, between), near, between)
            if self.squared and self.p == 2:
                sides = 2 * (negative - anchor) if order == 1 else np.zeros_like(anchor)
            changed = [parts[0].rounded, sides, -sign * parts[2].rounded]
            slopes = [np.where(swapped == 1, b, a) for a, b in zip(slopes, changed, strict=True)]
        if self.smooth:
            return tuple(softhinge.rise(excess, x) for x in slopes)
        return tuple(np.where(active == 0, 0.0, active * x) + 0.0 for x in slopes)

    def bent(self, near, far, between, swapped, excess):
        """Return the second derivatives of the smooth loss."""
        (u, v, w), (c, d, e) = ([self.part(order, x) for x in (near, far, between)] for order in (1, 2))
        towards = self.against(2, softhinge.bend_of_two(excess, (u, v), (c, d)), near, far)
        found = [towards, softhinge.bend(excess, u, c), softhinge.bend(excess, v, -d)]
        if self.swap:
            sides = self.against(2, softhinge.bend_of_two(excess, (u, -w), (c, e)), near, between)
            changed = [found[1], sides, softhinge.bend(excess, w, -e)]
            found = [np.where(swapped == 1, b, a) for a, b in zip(found, changed, strict=True)]
        return tuple(found)

    def height(self, excess):
        """Return the loss of an excess."""
        return softhinge.height(excess) if self.smooth else np.maximum(excess.high, 0.0)

    def rise(self, excess):
        """Return its slope in the excess; NaN where that is not known."""
        return softhinge.rise(excess) if self.smooth else active_rows(excess.high)

    def against(self, order, found, one, two):
        """Return a derivative of one − two; where both bend without bound, of the one that bends the more.

        A norm of degree p below 2 does so along a coordinate that is 0, as |x|^p d^(1 − p).
        """
        if order < 2 or not 1 < self.p < 2:
            return found
        both = (one.whole.high == 0) & (two.whole.high == 0) & ~one.none & ~two.none
        lengths = one.size(), two.size()
        lead = (lengths[0] - lengths[1]).high
        lead = np.where(abs(lead) > SAME * lengths[0].high, lead if self.squared else -lead, 0.0)
        return np.where(both, np.where(lead == 0, 0.0, np.copysign(np.inf, lead)), found)

    def compared(self, anchor, positive, negative):
        """Return the three distances, whether the last stands for the second, and near − far + margin."""
        near, far = (Distance(anchor, x, self.p, self.eps) for x in (positive, negative))
        between = Distance(positive, negative, self.p, self.eps) if self.swap else far
        swapped = self.swapped(far, between)
        other, other_known = self.length(far), far.exact(self.squared)
        if self.swap:
            other = chosen(swapped == 1, self.length(between), other) + 0 * swapped  # NaN if unsure
            other_known = np.where(swapped == 1, between.exact(self.squared), other_known)
        level = np.where(swapped == 1, near.equals(between), near.equals(far))
        known = near.exact(self.squared) & other_known
        return near, far, between, swapped, self.excess(self.length(near), other, level, known)

    def corner(self, *block):
        if len(block) == 2:
            return (
                np.zeros(len(block[0]), bool) if self.smooth else self.excess_of_distances(*block).high == 0
            )
        near, far, between, swapped, excess = self.compared(*block)
        kink, active = (False, True) if self.smooth else (excess.high == 0, excess.high > 0)
        last = np.where(swapped == 1, between.bent(), far.bent())
        if self.squared:  # smooth where the vectors meet
            smooth = np.where(swapped == 1, between.none, far.none)
            bent = ((near.bent() & ~near.none) | (last & ~smooth)) & (self.p == 1)
        else:
            bent = near.bent() | last
        tie = bool(self.swap) & far.equals(between)
        return kink | (active & (bent | tie))

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

    def traits(self):
        if self.smooth:
            return Traits(convex=True, convex_in="the distances", lipschitz=1, smoothness=0.25)
        return Traits(
            convex=True, convex_in="the distances", lipschitz=1, smoothness=0, kinks=(-self.margin,)
        )


def active_rows(excess):
    """Return 1 where the excess is positive, else 0; NaN where it is not known."""
    return np.where(np.isnan(excess), np.nan, excess > 0)
