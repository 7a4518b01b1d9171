"""The logarithm of a scale and an error in units of it, in few passes, and what these do where the two cancel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from losscli.blocks import Doubt
from losscli.families.forecast import ALIKE, LEAST, unsquared, usual
from losscli.loss import Array
from losscli.numerics.doubled import Pair, quotient, single
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import exact_difference, finer
from losscli.numerics.tables import log_pair

TINY = 2.0**-700  # a sum above this does not see what underflows
CLEAR = 2.0**-16  # a sum above this does not see what `log_pair` lacks


def relative(location: Array, scale: Array, target: Array) -> Pair:
    """Return |location - target| / scale, and what its rounding lost."""
    e, lost = exact_difference(location, target)
    size = np.abs(e)
    return quotient((size, np.copysign(lost, lost * e)), single(scale))


def half_square(location: Array, scale: Array, target: Array) -> Pair:
    """Return ((location - target) / scale)² / 2 in two doubles."""
    square, rest = unsquared(*relative(location, scale, target))
    return square / 2, rest / 2


def log_sum(out: Array, scale: Array, q: Array, slack: float, constant: DoubleDouble) -> Doubt:
    """Fill in ln(scale) + q + constant; tell where the roundings of q, `slack` parts of it in 2^53, may show.

    Beside it the logarithm may be off by 1.1 parts of itself, the constant by one of its sum with the logarithm, and
    of 4 units in the last place the last rounding takes half a one.
    """
    part = np.log(scale)
    if constant.high:
        part += constant.high
    np.add(part, q, out)
    np.abs(part, part)
    part *= 2.1 if constant.high else 1.1
    q *= slack
    part += q
    part += TINY + 2 * constant.high
    size = np.abs(out, q)
    size *= 3.5
    known = part < size
    if not scale.min() > LEAST:
        known &= scale > LEAST
    return ~known


def fine_log_sum(
    constant: DoubleDouble, fine: Callable[..., Pair], *block: Array, times: float = 1.0
) -> Array:
    """Return ln(scale) + q + constant, of q in two doubles as `fine` makes it of the block; NaN where not sure.

    The scale is some times the second of the block.
    """
    scale = block[1] * times
    part, less = log_pair(scale)
    q, lost = fine(*block)
    near, rest = two_sum(part, q)
    found, more = two_sum(near, constant.high)
    found += (rest + more) + ((less + lost) + constant.low)
    known = (abs(found) > CLEAR) | (64 * abs(found) > abs(part)) & (constant.high == 0)
    np.copyto(found, np.nan, where=~(known & usual(block[0] - block[2], block[1])))
    return found


def within_usual(e: Array, scale: Array, gap: Array, whole: Array, share: float) -> Doubt:
    """Tell where sizes are not usual, or a gap is no more than a share of the whole."""
    size, told = np.abs(gap), usual(e, scale)
    known = size > share * whole
    if told is not True:
        known &= told
    return ~known


def square_over(e: Array, lost: Array, var: Array) -> Array:
    """Return (e + lost)² / var, off by two parts in 2^53."""
    square, rest = unsquared(e, lost)
    rest += square
    rest /= var
    return rest


def relative_square(mean: Array, var: Array, target: Array) -> Pair:
    """Return (mean - target)² / var in two doubles."""
    return quotient(unsquared(*exact_difference(mean, target)), single(var))


def filled_of_deviation(order: int, constant: DoubleDouble, *block: Array) -> Doubt:
    """Fill in the derivative of ln s + (e / s)² / 2 + constant; tell where that is not sure."""
    *outs, mean, sigma, target = block
    if order == 2:
        return True
    e, lost = exact_difference(mean, target)
    if order == 0:
        q = square_over(e, lost, sigma * sigma)
        q *= 0.5
        doubt = log_sum(outs[0], sigma, q, 3.0, constant)
        return finer(doubt, partial(fine_log_sum, constant, half_square), outs[0], mean, sigma, target)
    (square, rest), (mine, more) = unsquared(e, lost), unsquared(sigma, 0.0)
    rest -= more
    gap = np.subtract(mine, square, outs[1])
    gap -= rest
    doubt = within_usual(e, sigma, gap, mine, ALIKE)
    np.divide(e, sigma, outs[0])
    for out in (outs[0], gap, gap, gap):
        out /= sigma
    return doubt
