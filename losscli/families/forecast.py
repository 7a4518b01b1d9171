"""Losses of a forecast distribution, told by its location and its scale, and of what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from losscli import places
from losscli.domain import FINITE, POSITIVE
from losscli.families.pointwise import PREDICTION, TARGET
from losscli.loss import Array, Axis, Input, Loss, Section
from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.tables import coarse

# numbers between these, and quotients of their squares, have exact products
LEAST, MOST = 2.0**-240, 2.0**240
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
    swift = True
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


def unsquared(e: Array, lost: Array | float) -> tuple[Array, Array]:
    """Return (e + lost)² in two parts, the first exact."""
    half = coarse(e)
    above, rest = e + half, e * lost
    rest += rest
    square = half * half
    np.subtract(e, half, half)
    half *= above
    rest += half
    return square, rest
