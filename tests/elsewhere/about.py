"""How near two libraries are, where they are not the same."""

from collections.abc import Callable
from typing import Any, NamedTuple


class About(NamedTuple):
    """A difference that is small, whatever its form, or one that is known to a few digits only."""

    within: float
    change: Callable[..., Any] = lambda ours, *inputs: ours
