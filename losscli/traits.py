"""What is known of a loss: claims that the test suite tries to refute."""

from __future__ import annotations

from math import inf
from typing import NamedTuple


class Traits(NamedTuple):
    """The claims a loss makes about itself, as numbers wherever a number exists.

    They speak of the loss as a function of its own axis: the error, the probability, the logit.
    """

    convex: bool = False
    convex_in: str = ""
    """In what it is convex, if not in all that is predicted: `the mean`."""
    symmetric: bool = False
    lipschitz: float = inf
    """Least upper bound of |slope|."""
    smoothness: float = inf
    """Least upper bound of |curvature|, where there is one: kinks apart."""
    pictured: bool = False
    """Whether both bounds are those of the rows in the picture alone: longer lists, say, have greater ones."""
    kinks: tuple[float, ...] = ()
    """Where the slope or the curvature jumps."""
    best: str = ""
    """The best constant prediction: mean, median, …"""
    proper: str = ""
    """`proper` if no forecast is better in the mean than the truth, `strictly proper` if every other is worse."""
    calibrated: bool | None = None
    """Whether the score that is best in the mean falls on the side of the likelier class; None where there are none."""
