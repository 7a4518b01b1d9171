"""Losses of ranked lists: a score and a relevance for each member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from losscli.domain import FINITE, Interval
from losscli.families.listwise import Listwise
from losscli.families.pointwise import TARGET
from losscli.loss import Array, Axis, Input, Section
from losscli.numerics import doubled
from losscli.numerics.arithmetic import FAINT
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp
from losscli.traits import Traits

SCORE = ("score", "scores", "s", "logit", "logits", "y_score", "pred", "prediction", "y_pred", "y_hat")
RELEVANCE = ("relevance", "rel", "grade", "gain", *TARGET)
GRADE = Interval(0, np.inf, "[)")


def ranked(grades: Any = GRADE) -> tuple[tuple[Input, ...], ...]:
    """Return the inputs of a ranking loss, its relevances in the domain `grades`."""
    return ((Input("pred", FINITE, wrt=True, columns=SCORE), Input("target", grades, columns=RELEVANCE)),)


class Ranking(Listwise):
    """A loss of the scores of a list beside its relevances; a block has (members, lists) of each."""

    family = "ranking"
    symbols = "s, y"
    forms = ranked()
    span: ClassVar[float] = 5
    """How far apart two scores are at the ends of the picture."""

    def variables(self, *row: Any) -> Mapping[str, Any]:
        scores, relevances = row
        return {"s": scores, "y": relevances, "items": range(len(scores))}

    @property
    def axis(self) -> Axis:
        return Axis("gap", "gap of two scores  s_1 - s_2", -self.span, self.span)

    def sections(self) -> tuple[Section, ...]:
        return (Section("", partial(_two, y=(1, 0)), _first, kinks=self.traits().kinks),)

    def traits(self) -> Traits:
        return Traits()


def _two(x: Array, y: Sequence[float]) -> tuple[Array, ...]:
    return np.stack([x, np.zeros_like(x)], 1), np.tile(np.array(y, dtype=np.float64), (len(x), 1))


def _first(gradient: Array) -> Array:
    return gradient[:, 0]


STEEP = 600.0
"""So far apart, scores have no exponentials beside one another."""
GONE = 1100.0
"""The exponential of minus so much is nothing, whatever it is multiplied by."""


def apart(a: Array, b: Array) -> DoubleDouble:
    """Return a − b; infinite where it is beyond the largest double."""
    gap = DoubleDouble.of_sum(a, -b)
    gap.low[~np.isfinite(gap.high)] = 0.0
    return gap


def stretched(gap: DoubleDouble, factor: DoubleDouble | float) -> DoubleDouble:
    """Return gap · factor, for a factor between 1e-100 and 1e100."""
    far = abs(gap.high) > 1e140
    near = DoubleDouble(np.where(far, 0.0, gap.high), np.where(far, 0.0, gap.low)) * factor
    plain = factor.high if isinstance(factor, DoubleDouble) else factor
    return DoubleDouble(np.where(far, gap.high * plain, near.high), near.low)


def amplify(x: Array, factor: float, times: int) -> Array:
    """Return factor^times · x; NaN where that shows the bits that a faint number has lost."""
    faint = (abs(x) < FAINT) & (x != 0) & (factor > 1)
    for _ in range(times):
        x = factor * x
    return np.where(faint, np.nan, x)


class Powers:
    """The exponentials of the scores of a block, times `factor`: what odds between members are made of.

    They are good to 100 bits, or if not `fine` to 70.
    """

    def __init__(self, s: Array, factor: DoubleDouble | float, *, fine: bool = True) -> None:
        self.s, self.factor = s, factor
        below = apart(s, s.max(axis=0))
        z = stretched(below, factor)
        self.powers = exp(z) if fine else DoubleDouble(*doubled.exp((z.high, z.low)))
        self.steep = z.high.min(axis=0) < -STEEP
        self.level = below.high.min(axis=0) == 0
        """Which lists have equal scores only."""

    def of(self, i: int) -> tuple[DoubleDouble, DoubleDouble, DoubleDouble, DoubleDouble]:
        """Return how far member `i` is ahead of each, and of both the powers and their sum: its own, theirs, whole."""
        x = stretched(apart(self.s[i], self.s), self.factor)
        theirs = self.powers
        mine = DoubleDouble(
            np.broadcast_to(theirs.high[i], theirs.high.shape),
            np.broadcast_to(theirs.low[i], theirs.low.shape),
        )
        whole = mine + theirs
        if self.steep.any():
            less, one = exp(-abs(x)), DoubleDouble(np.ones_like(x.high), np.zeros_like(x.high))
            ahead = x.high > 0
            mine = chosen(self.steep, chosen(ahead, one, less), mine)
            theirs = chosen(self.steep, chosen(ahead, less, one), theirs)
            whole = chosen(self.steep, less + 1.0, whole)
        return x, mine, theirs, whole


def places(relevances: Sequence[Any]) -> list[int]:
    """Return the place of each member by falling relevance, from 1 on; equal ones keep their order."""
    order = sorted(range(len(relevances)), key=lambda i: -relevances[i])
    return [order.index(i) + 1 for i in range(len(order))]


def even(x: DoubleDouble) -> NDArray[np.bool_]:
    """Return of which lists all numbers are multiples of one unit, so large that sums of them are exact."""
    steps = np.ldexp(x.high, 50 - np.frexp(abs(x.high).max(axis=0))[1])
    return ((x.low == 0) & (steps == np.trunc(steps))).all(axis=0)


def running(x: DoubleDouble) -> DoubleDouble:
    """Return the sums of the first 0, 1, 2, … numbers along the first axis: one more than there are."""
    nothing = np.zeros((1, *x.high.shape[1:]))
    x = DoubleDouble(np.concatenate([nothing, x.high]), np.concatenate([nothing, x.low]))
    step = 1
    while step < len(x.high):
        more = x[:-step] + x[step:]
        x = DoubleDouble(np.concatenate([x.high[:step], more.high]), np.concatenate([x.low[:step], more.low]))
        step *= 2
    return x


LOG2 = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)


def gained(y: Array) -> DoubleDouble:
    """Return 2^y − 1, to twice the precision; NaN where it leaves the range of exact products."""
    if ((y == np.trunc(y)) & (y < 50)).all():
        return DoubleDouble(np.exp2(y) - 1, np.zeros_like(y))
    x = DoubleDouble(y) * LOG2
    few = x * (x * (x.high / 6 + 0.5) + 1.0)
    found = chosen(y < 2.0**-24, few, exp(x) - 1.0)
    whole = np.where((y == np.trunc(y)) & (y < 50), np.exp2(y) - 1, np.nan)
    found = chosen(np.isnan(whole), found, DoubleDouble(whole, np.zeros_like(whole)))
    return DoubleDouble(np.where((y > 400) | (y > 0) & (y < 2.0**-400), np.nan, found.high), found.low)
