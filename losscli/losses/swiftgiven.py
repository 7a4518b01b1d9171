"""Losses of pairs by similarities that are given, in few passes: ordinary ones as multiples of 2^-20, and small rests.

Blocks are (lists, rows, columns).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Doubt
from losscli.families.directions import gathered
from losscli.numerics.doubledouble import DoubleDouble

Array = NDArray[np.float64]

GRID = 1.5 * 2.0**32
USUAL = 300.0
"""Similarities over the scale below this, and their differences, have powers of e of all bits."""
LEAST, MOST = 2.0**-200, 2.0**200
PIECE = 40_000
"""How many similarities are at hand at a time."""


def infonce(order: int, out: Array, s: Array, scale: float, *, symmetric: bool) -> Doubt:
    """Fill in the derivative of `order` of info-nce; tell which lists are not sure."""
    if not LEAST < scale < MOST or s.shape[1] < 2:
        return True
    doubt = np.zeros(len(s), np.bool_)
    for some in pieces(s):
        part = np.ascontiguousarray(s[some])
        doubt[some] = ~(np.maximum(part.max(axis=(1, 2)), -part.min(axis=(1, 2))) < USUAL * scale)
        found = one_way(order, part, scale, 1 + symmetric)
        if symmetric:
            back = one_way(order, np.ascontiguousarray(np.swapaxes(part, 1, 2)), scale, 2)
            found += np.swapaxes(back, 1, 2) if order else back
        out[some] = found
    return doubt if doubt.any() else False


def one_way(order: int, s: Array, scale: float, ways: int) -> Array:
    """Return the derivative of the mean over rows, a part of so many such means."""
    count = s.shape[-1]
    near, rest = cut(s, scale)
    mine = np.einsum("lii->li", near)
    top = near.max(axis=-1)
    ahead = top - mine
    own_rest = np.einsum("lii->li", rest).copy()
    near -= top[..., None]
    e = grown(near, rest)
    diagonal = np.einsum("lii->li", e)
    own = diagonal.copy()
    diagonal[...] = 0.0
    others = gathered(e.copy() if order else e)
    if order == 0:
        found = np.where(ahead > 0, ahead + (np.log(others + own) - own_rest), np.log1p(others / own))
        return found.sum(axis=-1) / (count * ways)
    by = DoubleDouble(scale) * (count * ways)
    diagonal[...] = -others
    e *= (1.0 / (by * (others + own))).rounded[..., None]
    return e


def siglip(order: int, out: Array, s: Array, scale: float, bias: float) -> Doubt:
    """Fill in the derivative of `order` of siglip; tell which lists are not sure."""
    if not LEAST < scale < MOST or abs(bias) > USUAL:
        return True
    count = s.shape[-1]
    doubt = np.zeros(len(s), np.bool_)
    first = (bias + GRID) - GRID
    factor = (1.0 / (DoubleDouble(scale) * count)).rounded
    for some in pieces(s):
        part = np.ascontiguousarray(s[some])
        doubt[some] = ~(np.maximum(part.max(axis=(1, 2)), -part.min(axis=(1, 2))) < USUAL * scale)
        near, rest = cut(part, scale)
        near += first
        rest += bias - first
        for each in (near, rest):
            mine = np.einsum("lii->li", each)
            np.negative(mine, mine)
        up = near > 0
        found = np.maximum(near, 0.0) + rest * up if order == 0 else near
        np.copysign(near, -1.0, out=near)
        np.negative(rest, rest, where=up)
        fade = grown(near, rest)
        if order == 0:
            np.log1p(fade, fade)
            found += fade
            out[some] = found.reshape(len(found), -1).sum(axis=1) / count
            continue
        whole = fade + 1.0
        np.copyto(fade, 1.0, where=up)
        fade /= whole
        fade *= factor
        mine = np.einsum("lii->li", fade)
        np.negative(mine, mine)
        out[some] = fade
    return doubt if doubt.any() else False


def pieces(s: Array) -> Iterator[slice]:
    """Cut lists into pieces of bounded size."""
    step = max(1, PIECE // max(1, s.shape[1] * s.shape[2]))
    return (slice(at, at + step) for at in range(0, len(s), step))


def cut(s: Array, scale: float) -> tuple[Array, Array]:
    """Return similarities over a scale as multiples of 2^-20, of 29 bits, and the rest, to 2^-70."""
    over = 1 / scale
    near = s * over
    near += GRID
    near -= GRID
    half = float(np.ldexp(np.rint(np.ldexp(scale, 24 - np.frexp(scale)[1])), np.frexp(scale)[1] - 24))
    rest = near * half  # exact
    np.subtract(s, rest, rest)
    rest -= near * (scale - half)
    rest *= over
    return near, rest


def grown(near: Array, rest: Array) -> Array:
    """Return e^(near + rest), in place of the first; the second is used."""
    np.exp(near, near)
    more = rest * rest
    more *= 0.5
    rest += more
    rest *= near
    near += rest
    return near
