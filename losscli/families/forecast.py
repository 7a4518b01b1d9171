"""Losses of a forecast distribution, told by its location and its scale, and of what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from losscli import places
from losscli.domain import FINITE, POSITIVE
from losscli.families.pointwise import PREDICTION, TARGET
from losscli.loss import Array, Axis, Input, Loss, Section
from losscli.numerics.arithmetic import sure, with_care
from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum
from losscli.numerics.tables import coarse, log_pair

LEAST, MOST = (
    2.0**-240,
    2.0**240,
)  # numbers between these, and quotients of their squares, have exact products
TINY = 2.0**-700  # a sum above this does not see what underflows
CLEAR = 2.0**-16  # a sum above this does not see what `log_pair` lacks
ALIKE = 2.0**-20  # a difference of squares above this part of them does not see what doubles lack
LOCATION = ("location", "loc", "mean", "mu", "m", *PREDICTION)
SCALE = ("scale", "sigma", "std", "stddev", "sd", "s")
OUTCOME = Input("target", FINITE, columns=("observation", "obs", *TARGET))


class Forecast(Loss):
    """A loss of e = location − target and of a scale: the better, the more probability lies near the target."""

    elementwise = True
    family = "probabilistic forecasts"
    symbols = "e, s"
    forms = (
        (
            Input("location", FINITE, wrt=True, columns=LOCATION),
            Input("scale", POSITIVE, wrt=True, columns=SCALE),
            OUTCOME,
        ),
    )
    widths: ClassVar[tuple[float, ...]] = (0.5, 1.0, 2.0)
    """The scales that its picture shows."""

    def variables(self, *row: Any) -> Mapping[str, Any]:
        location, *shape, target = row
        return dict(zip(self.symbols.split(", "), (location - target, *shape), strict=True))

    @property
    def axis(self) -> Axis:
        return Axis("e", f"error  e = {self.forms[0][0].name} - target", -3, 3, place=places.gap)

    def sections(self) -> tuple[Section, ...]:
        name = self.forms[0][1].name
        return tuple(
            Section(f"{name} {width:g}", partial(at_width, width=width), _first, self.traits().kinks)
            for width in self.widths
        )


def at_width(x: Array, width: float) -> tuple[Array, ...]:
    """Return inputs that are off by `x`, at one scale."""
    return x, np.full_like(x, width), np.zeros_like(x)


def _first(gradient: Sequence[Array]) -> Array:
    return gradient[0]


def error(location: Array, target: Array) -> DoubleDouble:
    """Return location − target, exactly; NaN where it leaves the range in which squares are exact."""
    high, low = two_sum(location, -target)
    return DoubleDouble(np.where(ordinary(high) | (high == 0), high, np.nan), low)


def relative(location: Array, scale: Array, target: Array) -> tuple[Array, Array]:
    """Return |location - target| / scale, and what its rounding lost."""
    e, lost = two_sum(location, -target)
    size = abs(e)
    q = size / scale
    back, less = two_product(q, scale)
    return q, ((size - back) - less + np.sign(e) * lost) / scale


def half_square(location: Array, scale: Array, target: Array) -> tuple[Array, Array]:
    """Return ((location - target) / scale)² / 2 in two doubles."""
    w, lost = relative(location, scale, target)
    square, rest = two_product(w, w)
    return square / 2, rest / 2 + w * lost


def ordinary(x: Array) -> NDArray[np.bool_]:
    """Return where x is of a size at which products, and quotients of squares, are exact."""
    return (abs(x) > LEAST) & (abs(x) < MOST)


def settled(x: DoubleDouble, *terms: Array | float) -> Array:
    """Return a sum as doubles, given its terms; NaN where too much cancelled, and 0 of nothing but zeros."""
    term = np.maximum.reduce([np.broadcast_to(abs(np.asarray(each)), x.high.shape) for each in terms])
    return np.where(term == 0, 0.0, sure(x, term))


def usual(e: Array, scale: Array) -> NDArray[np.bool_] | bool:
    """Return where a scale and an error in units of it are of ordinary size, the error perhaps 0."""
    size = abs(e)
    if scale.min() > LEAST and scale.max() < MOST and size.max() < MOST and size.min() > LEAST:
        return True
    return ordinary(scale) & (ordinary(e) | (e == 0))


def log_sum(
    scale: Array, q: Array, slack: float, constant: DoubleDouble, fine: Callable[..., Any], *block: Array
) -> Array:
    """Return ln(scale) + q + constant; where the roundings of q, `slack` in all, may show, by what is `fine`.

    What `fine` makes of the block is q as two doubles. NaN where that is not enough.
    """
    part = np.log(scale)
    found = part + q
    if constant.high:
        found += constant.high
    terms = 1.1 * abs(part)
    terms += slack * q
    terms += TINY + constant.high
    known = (terms < 3 * abs(found)) & (scale > LEAST)
    return with_care(~known, found, partial(_fine_log_sum, constant, fine), scale, *block)


def _fine_log_sum(constant: DoubleDouble, fine: Callable[..., Any], scale: Array, *block: Array) -> Array:
    part, less = log_pair(scale)
    q, lost = fine(*block)
    near, rest = two_sum(part, q)
    found, more = two_sum(near, constant.high)
    found += (rest + more) + ((less + lost) + constant.low)
    known = (abs(found) > CLEAR) | (64 * abs(found) > abs(part)) & (constant.high == 0)
    np.copyto(found, np.nan, where=~(known & usual(block[0] - block[2], block[1])))
    return found


def unsquared(e: Array, lost: Array | float) -> tuple[Array, Array]:
    """Return (e + lost)² in two parts, the first exact."""
    half = coarse(e)
    return half * half, (e - half) * (e + half) + 2 * e * lost
