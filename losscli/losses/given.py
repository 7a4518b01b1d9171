"""Losses of pairs by similarities that are given: row i of a matrix has those of anchor i to all positives.

Blocks are (lists, rows, columns). Beside exponents that are pairs of doubles, plain doubles will do: no sum cancels.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum

Array = NDArray[np.float64]

LEAST, MOST = 2.0**-200, 2.0**200
FAINT = 2.0**-900
DEEP, GONE = -700.0, -746.0
"""Exponents of e below which powers lose bits, and below which they are 0."""


class Shares(NamedTuple):
    """Powers of e, by how far similarities are below the largest of their row; 0 for the own."""

    high: Array
    low: Array
    exponent: Array
    own: Array
    """(lists, rows, 1)"""

    def sums(self, left: Array | None = None) -> DoubleDouble:
        """Return the sums over rows, of all or of those `left` alone."""
        high, low = (self.high, self.low) if left is None else (self.high * left, self.low * left)
        grid = np.ldexp(1.5, np.frexp(high.sum(axis=-1, keepdims=True))[1] + 1)
        head = (high + grid) - grid
        little = (high - head).sum(axis=-1, keepdims=True) + low.sum(axis=-1, keepdims=True)
        return DoubleDouble(*two_sum(head.sum(axis=-1, keepdims=True), little))


def infonce(order: int, block: Array, scale: float, *, symmetric: bool) -> Sequence[Array]:
    """Return the derivative of `order` of info-nce in given similarities; NaN where it is not sure."""
    s = np.ascontiguousarray(block.T)
    ways = (s, np.ascontiguousarray(np.swapaxes(s, 1, 2))) if symmetric else (s,)
    if not LEAST < scale < MOST:
        return unknown(order, block)
    if order == 0:
        value = np.mean([cost(each, scale) for each in ways], axis=0)
        return (np.where((value < FAINT) & (s.shape[-1] > 1), np.nan, value),)
    found = [slopes(order, shares(each, scale), scale, len(ways)) for each in ways]
    return ((found[0] + np.swapaxes(found[1], 1, 2) if symmetric else found[0]).T,)


def siglip(order: int, block: Array, scale: float, bias: float) -> Sequence[Array]:
    """Return the derivative of `order` of siglip in given similarities; NaN where it is not sure."""
    s = np.ascontiguousarray(block.T)
    if not LEAST < scale < MOST:
        return unknown(order, block)
    high, low = over(s, 0.0, scale)
    high, more = two_sum(high, bias)
    low += more
    mine = np.arange(s.shape[-1])
    for part in (high, low):
        part[:, mine, mine] *= -1
    down = np.minimum(high, -high)
    fade = np.exp(down)
    fade += fade * np.where(high > 0, -low, low)
    if order == 0:
        value = (np.maximum(high, 0.0) + (np.log1p(fade) + np.where(high > 0, low, 0.0))).sum(axis=(1, 2))
        return (np.where(value < FAINT, np.nan, value / s.shape[-1]),)
    by = DoubleDouble(s.shape[-1]) * scale
    if order == 2:
        by = by * scale
    factor = (1.0 / by).rounded
    whole = 1.0 + fade
    if order == 1:
        found = np.where(high > 0, 1.0, fade) / whole * factor
        found[:, mine, mine] *= -1
        deep = high
    else:
        square, rest = two_product(whole, whole)
        rest += 2 * whole * (fade - (whole - 1.0))
        found = (fade - fade * (rest / square)) / square * factor
        deep = down
    lost = (deep < DEEP) & (deep > GONE + np.log(by.high))
    return (np.where(lost, np.nan, found).T,)


def unknown(order: int, block: Array) -> Sequence[Array]:
    """Return that nothing is sure."""
    return (np.full(block.shape if order else block.shape[2:], np.nan),)


def over(s: Array, level: Array | float, scale: float) -> tuple[Array, Array]:
    """Return how far similarities are above a level, over a scale, and what that lacks."""
    gap, lost = two_sum(s, -level)
    if scale == 1:
        return gap, lost
    found = gap / scale
    back, more = two_product(found, scale)
    return found, (((gap - back) - more) + lost) / scale


def shares(s: Array, scale: float) -> Shares:
    """Return the shares of all but the own similarity of each row, and of that."""
    mine = np.arange(s.shape[-1])
    high, low = over(s, s.max(axis=-1, keepdims=True), scale)
    e = np.exp(high)
    low *= e
    own = (e + low)[:, mine, mine][..., None]
    e[:, mine, mine] = low[:, mine, mine] = 0.0
    return Shares(e, low, high, own)


def cost(s: Array, scale: float) -> Array:
    """Return the mean over rows of what they cost."""
    e, mine = shares(s, scale), np.arange(s.shape[-1])
    rest = e.sums().rounded
    high, low = over(s.max(axis=-1, keepdims=True), s[:, mine, mine][..., None], scale)
    found = np.where(high > 0, high + (low + np.log(rest + e.own)), np.log1p(rest))
    return found.sum(axis=(1, 2)) / len(mine)


def slopes(order: int, e: Shares, scale: float, ways: int) -> Array:
    """Return the derivatives in each similarity of the mean over rows, of one of so many ways to take it."""
    mine = np.arange(e.high.shape[-1])
    rest = e.sums()
    whole = rest + e.own
    by = DoubleDouble(scale) * (len(mine) * ways)
    found = e.high + e.low
    if order == 1:
        found[:, mine, mine] = -rest.rounded[..., 0]
        found *= (1.0 / (whole * by)).rounded
    else:
        by = by * scale
        found[:, mine, mine] = e.own[..., 0]
        left = (whole.high - found) + whole.low
        most = found.argmax(axis=-1)[..., None]
        among = np.ones(found.shape)
        np.put_along_axis(among, most, 0.0, axis=-1)
        own = np.where(most == mine[:, None], 0.0, e.own)
        np.put_along_axis(left, most, (e.sums(among) + own).rounded, axis=-1)
        found *= left
        found *= (1.0 / (whole * whole * by)).rounded
    lost = (e.exponent < DEEP) & (e.exponent > GONE + np.log(by.high))
    lost |= (rest.high < FAINT) & (e.high > 0).any(axis=-1, keepdims=True)
    return np.where(lost, np.nan, found)
