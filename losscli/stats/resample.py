"""Sums over thousands of resamples of rows: with replacement, or with random signs.

Resamples are drawn 64 at a time, each such block from a stream of its own, and numbers are first rounded to a grid on
which every sum of them is exact: no result depends on how rows are split, on threads, or on how products of matrices
are ordered.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, frexp, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Draw = Callable[[int], NDArray[np.uint64]]
"""So many random words."""

BLOCK = 64
"""Resamples that are drawn together."""
ROWS = 1 << 11
"""Rows of them that are drawn at a time: what is made of them stays near the processor."""
FEW = 256
"""Rows up to which each draw is made by itself."""
MARGIN = 4
"""By how many standard deviations the sum of Poisson counts is kept below the number of rows."""


def resampled(columns: Array, resamples: int, seed: int) -> Array:
    """Return the sums of columns over so many samples of their rows with replacement.

    The counts of rows are multinomial, exactly: independent Poisson numbers are multinomial given their sum. Their
    rate is a little below 1, and the rows that still lack are drawn one by one.
    """
    rows = len(columns)
    counts = Poisson(1 - MARGIN / sqrt(rows)) if rows > FEW else None
    return _blocks(columns, resamples, [seed, 0], lambda grid, many, draw: _draw(grid, many, draw, counts))


def flipped(columns: Array, resamples: int, seed: int) -> Array:
    """Return the sums of columns over so many choices of a sign for each row; over all choices, if they are no more."""
    rows = len(columns)
    if rows < 40 and 1 << rows <= resamples:
        grid, scale = _on_grid(columns)
        signs = (np.arange(1 << rows)[:, None] >> np.arange(rows) & 1) * 2 - 1
        return _unscaled(signs @ grid, scale)

    def block(grid: Array, many: int, draw: Draw) -> Array:
        found = np.zeros((many, grid.shape[1]))
        for start in range(0, rows, ROWS):
            part = grid[start : start + ROWS]
            words = draw(many * ceil(len(part) / 64)).reshape(many, -1)
            found += np.unpackbits(words.view(np.uint8), axis=1, count=len(part)).astype(np.float64) @ part
        return found * 2 - grid.sum(axis=0)

    return _blocks(columns, resamples, [seed, 1], block)


class Poisson:
    """Numbers from a Poisson distribution: a random byte decides, but for the last few, which need more digits."""

    def __init__(self, rate: float) -> None:
        chances, chance = list[float](), exp(-rate)
        while chance > 2.0**-60:
            chances.append(chance)
            chance *= rate / len(chances)
        sure = [int(256 * chance) for chance in chances]
        rest = np.cumsum([256 * chance - bytes_ for chance, bytes_ in zip(chances, sure, strict=True)])
        self._edges = np.cumsum([few for few in sure if few]).astype(np.uint8).tolist()
        self._rest = rest / rest[-1]

    def draw(self, many: int, draw: Draw) -> NDArray[np.uint8]:
        """Return so many numbers."""
        words = draw(ceil(many / 8)).view(np.uint8)[:many]
        found = (words >= self._edges[0]).view(np.uint8)
        for edge in self._edges[1:-1]:
            found += (words >= edge).view(np.uint8)
        unsure = np.flatnonzero(words >= self._edges[-1])
        found[unsure] = np.searchsorted(self._rest, _fractions(draw(len(unsure))), "right")
        return found


def _draw(grid: Array, many: int, draw: Draw, counts: Poisson | None) -> Array:
    """Return the sums of as many samples with replacement."""
    rows, width = grid.shape
    found, lacking = np.zeros((many, width)), np.full(many, rows)
    if counts:
        counted = np.column_stack([grid, np.ones(rows)])
        sums = np.zeros((many, width + 1))
        for start in range(0, rows, ROWS):
            part = counted[start : start + ROWS]
            sums += counts.draw(many * len(part), draw).reshape(many, -1).astype(np.float64) @ part
        found, lacking = sums[:, :-1], rows - sums[:, -1].astype(np.int64)
    over = lacking < 0
    which = (_fractions(draw(int(lacking[~over].sum()))) * rows).astype(np.int64)
    to = np.repeat(np.flatnonzero(~over), lacking[~over])
    for at in range(width):
        found[:, at] += np.bincount(to, grid[which, at], many)
    if over.any():  # as good as never: these are drawn anew
        found[over] = _draw(grid, int(over.sum()), draw, counts)
    return found


def _blocks(
    columns: Array, resamples: int, seed: list[int], block: Callable[[Array, int, Draw], Array]
) -> Array:
    """Return the sums of all blocks of resamples."""
    grid, scale = _on_grid(columns)
    found: list[Array] = []
    for start in range(0, resamples, BLOCK):
        stream = np.random.SFC64(np.random.SeedSequence([*seed, start]))
        found.append(block(grid, min(BLOCK, resamples - start), stream.random_raw))
    return _unscaled(np.concatenate(found), scale)


def _on_grid(columns: Array) -> tuple[Array, Array]:
    """Return columns as whole numbers so small that sums of as many rows are exact, and what 1 stands for in each."""
    room = 52 - len(columns).bit_length()
    tops = abs(columns).max(axis=0).tolist()
    scale = np.array([2.0 ** (max(frexp(top)[1], -960) - room) for top in tops])
    return np.rint(columns / scale), scale


def _unscaled(sums: Array, scale: Array) -> Array:
    with np.errstate(over="ignore"):
        return sums * scale


def _fractions(words: NDArray[np.uint64]) -> Array:
    """Return random numbers from 0 to below 1."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
