"""Numbers on which arithmetic goes wrong, and how to draw them."""

from __future__ import annotations

from math import inf, nextafter

import numpy as np

TINY, HUGE = 5e-324, 1.7976931348623157e308
MAGNITUDES = [
    0.0, TINY, 1e-320, 2.2250738585072014e-308, 1e-200, 1e-160, 1e-20, 2.0**-53, 1e-8, 1e-3, 0.1, 0.5, 1.0, 1.5, 2.0,
    3.0, 18.4, 36.7, 37.1, 100.0, 702.3, 709.5, 710.0, 744.4, 746.0, 1e4, 1e8, 1e17, 1e154, 1e200, 1e308, HUGE,
]  # fmt: skip


def beside(x: float) -> list[float]:
    """A number and its neighbours."""
    return [nextafter(x, -inf), x, nextafter(x, inf)]


def some(rng, pool, count):
    return [float(x) for x in rng.choice(np.array(pool), count)]


def magnitude(rng, low=-323, high=308) -> float:
    """A number of any sign and any size."""
    return float(rng.choice([-1, 1]) * 10 ** rng.uniform(low, high))


def label(rng) -> float:
    """A target between 0 and 1: hard, soft, or nearly hard."""
    return float(
        rng.choice(
            [0.0, 1.0, rng.integers(2), 0.5, rng.random(), 10 ** rng.uniform(-323, 0), 1 - 2.0**-53, TINY]
        )
    )
