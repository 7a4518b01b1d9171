"""Focal losses of a logit: the Taylor series by which a table gives them fast, and how steep they get."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from losscli.loss import Loss

Array = NDArray[np.float64]

TRUE = 2.0**-57  # so much of the whole the terms left out may be


def expansion(gamma: float, order: int, z: Array, reach: float) -> list[Array]:
    """Return the coefficients of m^gamma C or its slope about logits z, m = 1 / (1 + e^z), C = ln(1 + e^-z).

    As many as are needed up to `reach` from z: a derivative is up to gamma + 1 times as large as the one before.
    """
    m, right, cost = [1 / (1 + np.exp(z))], [1 / (1 + np.exp(-z))], [np.log1p(np.exp(-z))]
    power = [m[0] ** gamma]
    terms = next(n for n in count(1) if ((gamma + 1) * reach) ** n / factorial(n) < TRUE) + order
    for n in range(1, terms):  # m' = -m (1 - m), C' = -m, (m^gamma)' = -gamma (1 - m) m^gamma
        turn, fade = _entry(m, right) / n, _entry(power, right) / n
        cost.append(-m[-1] / n)
        power.append(-gamma * fade)
        m.append(-turn)
        right.append(turn)
    rows = [_entry(power[: n + 1], cost[: n + 1]) for n in range(terms)]
    return [n * row for n, row in enumerate(rows)][1:] if order else rows


def _entry(a: list[Array], b: list[Array]) -> Array:
    """Return the last coefficient of the product of two series."""
    return np.sum([x * y for x, y in zip(a, reversed(b), strict=True)], axis=0)


@cache
def bounds(loss: Loss) -> tuple[float, float]:
    """Return the largest slope and curvature of a binary focal loss of logits: on a grid, then on a finer one."""
    found: list[float] = []
    for rate in (loss.gradient, loss.hessian):

        def size(z: Array, rate: Callable[..., Any] = rate) -> Array:
            return np.abs(rate(z, np.ones_like(z)))

        grid = np.linspace(-60, 20, 1601)
        peak = float(grid[np.argmax(size(grid))])
        found.append(float(size(np.linspace(peak - 0.05, peak + 0.05, 2001)).max()))
    return max(1.0, found[0]), found[1]
