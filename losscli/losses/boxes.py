"""Losses of two boxes, given by their corners: how little they overlap."""

from abc import abstractmethod
from functools import partial
from typing import NamedTuple

import numpy as np

from losscli.domain import FINITE
from losscli.loss import Array, Axis, Input, Loss, Section
from losscli.losses.corners import Corners
from losscli.numerics.arithmetic import DOUBT, FAINT, reconsidered
from losscli.numerics.doubledouble import DoubleDouble, chosen, positive_part
from losscli.traits import Traits

LEAST, MOST = 1e-70, 1e70  # of such lengths the cubes of areas are normal numbers
NOTHING = 2.0**-90  # of the terms of a slope beside a kink: it is 0


def corner(name, wrt, *words, least=""):
    """Return the input of a coordinate, known as such with each of some words before it."""
    known = {"x1": "xmin", "y1": "ymin", "x2": "xmax", "y2": "ymax"}[name[-2:]]
    columns = tuple(f"{word}{each}" for each in (name[-2:], known) for word in words)
    return Input(name, FINITE, wrt=wrt, columns=columns, least=least)


class Side(NamedTuple):
    """How areas change with one coordinate: of the box, of the intersection and of the hull."""

    own: DoubleDouble
    shared: DoubleDouble
    hull: DoubleDouble


class Boxes:
    """Two boxes, their intersection and their hull, to twice the precision."""

    def __init__(self, *block: Array) -> None:
        with np.errstate(all="ignore"):  # shares of areas are the same whatever the units along either axis
            self.exponents = [
                np.frexp(np.maximum(block[at + 2], block[at + 6]) - np.minimum(block[at], block[at + 4]))[1]
                for at in (0, 1)
            ]
        given, block = block, tuple(np.ldexp(x, -self.exponents[at % 2]) for at, x in enumerate(block))
        self.box, self.other = block[:4], block[4:]
        (x1, y1, x2, y2), (a1, b1, a2, b2) = self.box, self.other
        self.sides = DoubleDouble.of_sum(x2, -x1), DoubleDouble.of_sum(y2, -y1)
        others = DoubleDouble.of_sum(a2, -a1), DoubleDouble.of_sum(b2, -b1)
        self.gaps = (
            DoubleDouble.of_sum(np.minimum(x2, a2), -np.maximum(x1, a1)),
            DoubleDouble.of_sum(np.minimum(y2, b2), -np.maximum(y1, b1)),
        )
        self.shares = positive_part(self.gaps[0]), positive_part(self.gaps[1])
        self.spans = (
            DoubleDouble.of_sum(np.maximum(x2, a2), -np.minimum(x1, a1)),
            DoubleDouble.of_sum(np.maximum(y2, b2), -np.minimum(y1, b1)),
        )
        area, other = self.sides[0] * self.sides[1], others[0] * others[1]
        self.shared = self.shares[0] * self.shares[1]
        self.hull = self.spans[0] * self.spans[1]
        self.left = area - self.shared, other - self.shared  # 0 where one lies in the other
        self.union = chosen(area.high < other.high, other + self.left[0], area + self.left[1])
        sizes = [each.high for each in (*self.sides, *others, *self.shares)]
        self.usual = np.logical_and.reduce([(x < MOST) & ((x > LEAST) | (x == 0)) for x in sizes])
        self.usual &= np.logical_and.reduce(
            [(abs(x) > FAINT) | (y == 0) for x, y in zip(block, given, strict=True)]
        )
        self.usual &= np.logical_and.reduce([(x.high < MOST) & (x.high > LEAST) for x in self.spans])

    def level(self, at: int) -> bool:
        """Return whether any box has a coordinate in common with the other, or only just touches it."""
        gap = self.gaps[at % 2].high
        return bool(((self.box[at] == self.other[at]) | (gap == 0)).any())

    def side(self, at: int, up: bool) -> Side:
        """Return how areas change as one coordinate of the box grows, or shrinks."""
        axis, last = at % 2, at >= 2
        mine, their = self.box[at], self.other[at]
        ahead = mine >= their if up else mine > their
        inner = ahead ^ last
        gap = self.gaps[axis].high
        open_ = (gap > 0) | ((gap == 0) & (up == last))
        sign = 1.0 if last else -1.0
        across = 1 - axis
        none = DoubleDouble(np.zeros_like(mine), np.zeros_like(mine))
        shared = chosen(inner & open_, self.shares[across].scaled(sign), none)
        return Side(
            self.sides[across].scaled(sign), shared, chosen(inner, none, self.spans[across].scaled(sign))
        )


class Overlap(Loss):
    """A loss of a predicted box and the true one, each from its least to its greatest corner."""

    family = "boxes"
    symbols = "x1, y1, x2, y2, a1, b1, a2, b2"
    forms = (
        (
            corner("x1", True, "", "pred_", "p_"),
            corner("y1", True, "", "pred_", "p_"),
            corner("x2", True, "", "pred_", "p_", least="x1"),
            corner("y2", True, "", "pred_", "p_", least="y1"),
            corner("target_x1", False, "target_", "true_", "gt_", "t_"),
            corner("target_y1", False, "target_", "true_", "gt_", "t_"),
            corner("target_x2", False, "target_", "true_", "gt_", "t_", least="target_x1"),
            corner("target_y2", False, "target_", "true_", "gt_", "t_", least="target_y1"),
        ),
    )

    @abstractmethod
    def cost(self, both: Boxes) -> DoubleDouble: ...

    @abstractmethod
    def rates(self, both: Boxes, side: Side) -> list[tuple[DoubleDouble, DoubleDouble]]:
        """Return the parts of the slope, and with each the rate of which -2 times is the rate of its change."""

    def derivative(self, order, *block):
        careful = partial(self.careful, order)
        return careful(*block) if order == 2 else reconsidered(self.quick(order, *block), careful, *block)

    @abstractmethod
    def quick(self, order, *block) -> list[Array]:
        """Return the loss or its slopes for boxes of ordinary size; NaN where too much cancels."""

    def careful(self, order, *block):
        """Return the loss or a derivative of any boxes, on either side of kinks."""
        both = Boxes(*block)
        empty = both.union.high <= 0
        if order == 0:
            found = self.cost(both)
            value = np.where((found.high < DOUBT) & (found.high != 0), np.nan, found.rounded)
            return (np.where(empty & both.usual, self.apart, np.where(both.usual, value, np.nan)),)
        results = []
        for at in range(4):
            one = self.change(both, both.side(at, True), order)
            two = self.change(both, both.side(at, False), order) if both.level(at) else one
            kink = one[0] != two[0]
            gentle = np.where(abs(one[0]) < abs(two[0]), one[0], two[0])
            beside = np.where(one[0] * two[0] <= 0, 0.0, gentle)
            usual = both.usual & ~one[1]
            found = np.where(kink, beside, np.where(usual, one[0], np.nan))
            found = np.where(empty & both.usual, 0.0, np.where(both.usual, found, np.nan)) + 0.0
            results.append(np.ldexp(found, -order * both.exponents[at % 2]))
        return results

    def change(self, both, side, order):
        """Return the derivative of `order` on one side, and where it is doubtful."""
        found = DoubleDouble(np.zeros_like(both.union.high), np.zeros_like(both.union.high))
        terms = np.zeros_like(found.high)
        with np.errstate(all="ignore"):
            for part, rate in self.rates(both, side):
                each = part if order == 1 else (part * rate).scaled(-2.0)
                found, terms = found + each, terms + abs(each.high)
        size = abs(found.high)
        return np.where(size < NOTHING * terms, 0.0, found.rounded), (size < DOUBT * terms) & (terms > 0)

    apart = 1.0

    def corner(self, *block):
        both = Boxes(*block)
        kinks = [
            self.change(both, both.side(at, True), 1)[0] != self.change(both, both.side(at, False), 1)[0]
            for at in range(4)
        ]
        return np.logical_or.reduce(kinks)

    def variables(self, *row):
        return dict(zip(("x1", "y1", "x2", "y2", "a1", "b1", "a2", "b2"), row, strict=True))

    def where(self, form):
        return (
            ("w", "max(0, min(x2, a2) - max(x1, a1))"),
            ("h", "max(0, min(y2, b2) - max(y1, b1))"),
            ("I", "w * h"),
            ("U", "(x2 - x1) * (y2 - y1) + (a2 - a1) * (b2 - b1) - I"),
            ("K", "max(y2, b2) - min(y1, b1)"),
            ("H", "(max(x2, a2) - min(x1, a1)) * K"),
            ("M", "K if x1 < a1 else 0"),
            ("J", "0 if I == 0 else -h if x1 > a1 else 0"),
            ("V", "y1 - y2 - J"),
        )

    @property
    def axis(self):
        return Axis("s", "shift of a box, in widths", -3, 3)

    def sections(self):
        def shifted(s):
            zero, one = np.zeros_like(s), np.ones_like(s)
            return s, zero, 1 + s, one, zero, zero, one, one

        return (Section("", shifted, lambda gradient: gradient[0] + gradient[2], kinks=self.traits().kinks),)


class IOU(Overlap):
    """1 less the share of their union in which two boxes overlap: 0 if they agree, 1 if they are apart.

    The target's corners are a1, b1 and a2, b2: I is the area of what both have in common, U of both together.
    """

    formula = "1 - I / U if U > 0 else 1"
    slope_formula = "(I * V - J * U) / U**2"
    source = "Yu et al. 2016, UnitBox: an advanced object detection network, doi:10.1145/2964284.2967274"
    also = (
        "box-iou", "iou-loss", "jaccard-of-boxes",
        "torchvision.ops.box_iou | of all boxes with all others; ours is 1 less it, row by row",
        "tensorflow_addons.losses.GIoULoss(mode='iou') | corners as y, x, y, x: the same number",
    )  # fmt: skip
    use = "boxes are judged by their overlap, and all of them overlap already"
    pitfalls = (
        "boxes that are apart cost 1 however far apart they are, and the slope is 0: see giou",
        "corners, not centre and size: x1, y1, x2, y2 with x1 <= x2 and y1 <= y2",
        "a threshold of 0.5 on the overlap is one of 0.5 on the loss",
    )
    related = ("giou", "jaccard", "smooth-l1")

    def quick(self, order, *block):
        both = Corners(*block)
        return both.slopes(False) if order else [both.cost(False)]

    def cost(self, both):
        with np.errstate(all="ignore"):
            return (both.left[0] + both.left[1]) / both.union

    def rates(self, both, side):
        return [overlap(both, side)]

    def traits(self):
        return Traits(symmetric=True, lipschitz=2.0, kinks=(-1.0, 0.0, 1.0), pictured=True)


class GIOU(Overlap):
    """1 less the overlap of two boxes over their union, and what of their hull neither covers: it pulls from afar.

    The target's corners are a1, b1 and a2, b2: I is the area of what both have in common, U of both together, H
    of the least box around both.
    """

    formula = "2 - I / U - U / H if U > 0 else 2"
    slope_formula = "(I * V - J * U) / U**2 - (U * M + V * H) / H**2"
    source = "Rezatofighi et al. 2019, Generalized intersection over union, doi:10.1109/CVPR.2019.00075"
    also = (
        "generalized-iou", "generalised-iou",
        "torchvision.ops.generalized_box_iou_loss | adds eps = 1e-7 to both denominators",
        "torchvision.ops.generalized_box_iou_loss(eps=0)",
        "tensorflow_addons.losses.GIoULoss | corners as y, x, y, x: the same number",
        "tensorflow_addons.losses.giou_loss | corners as y, x, y, x: the same number",
    )  # fmt: skip
    use = "boxes are regressed, and some do not overlap yet"
    pitfalls = (
        "it lies between 0 and 2: boxes that touch cost about 1, boxes far apart nearly 2",
        "where one box lies in the other it is iou, and does not say in which direction the middle is",
        "corners, not centre and size: x1, y1, x2, y2 with x1 <= x2 and y1 <= y2",
    )
    related = ("iou", "smooth-l1", "jaccard")

    apart = 2.0

    def quick(self, order, *block):
        both = Corners(*block)
        return both.slopes(True) if order else [both.cost(True)]

    def cost(self, both):
        with np.errstate(all="ignore"):
            shares = (both.left[0] + both.left[1]) / both.union
            return shares + positive_part(both.hull - both.union) / both.hull

    def rates(self, both, side):
        change = side.own - side.shared
        hull = (both.union * side.hull - change * both.hull) / both.hull.squared()
        return [overlap(both, side), (hull, side.hull / both.hull)]

    def traits(self):
        return Traits(symmetric=True, lipschitz=2.0, kinks=(0.0,), pictured=True)


def overlap(both, side):
    """Return the slope of minus intersection over union, and the rate at which the union grows."""
    change = side.own - side.shared
    found = (both.shared * change - side.shared * both.union) / both.union.squared()
    return found, change / both.union
