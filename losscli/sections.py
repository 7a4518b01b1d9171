"""What a loss's picture is of: an axis, and curves over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Axis(NamedTuple):
    """The horizontal axis of a loss's picture."""

    symbol: str
    label: str
    low: float
    high: float
    top: float | None = None
    """Where the picture ends, for a loss without bound there."""
    place: Callable[..., Array] | None = None
    """Where a row lies on it, from its inputs; None if that is no one place on the curves drawn."""


class Section(NamedTuple):
    """One curve through a loss: the inputs at each point of the axis."""

    label: str
    inputs: Callable[[Array], tuple[Array, ...]]
    along: Callable[[Any], Array] = lambda gradient: gradient
    """The derivative along the axis, from the gradient."""
    kinks: tuple[float, ...] = ()
