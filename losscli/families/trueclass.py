"""Quick kernels of losses of which only the true class's number counts, where that class is told by its index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Array, Doubt, Quick
from losscli.families.onehot import pick
from losscli.inputs import SUM_TOLERANCE
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.quick import either, exact_difference, indices, lacking
from losscli.numerics.steps import GRAIN
from losscli.numerics.tables import coarse, exp_near

LOWEST = -600.0  # the exponential of less is hardly a normal number
SMALL, LARGE = 2.0**-200, 2.0**200
"""Sums, products and quotients of numbers between these are ordinary."""


def sole(
    order: int, rate: Callable[[Array], Array], strange: Callable[[Array], Doubt], others: float = 0.0
) -> Quick:
    """Return what fills in `rate` of the true class: as the loss, or as the slope there, that of others being known.

    Rows are left to the usual kernel that are `strange`, or have no index of a class, or of which the rate is NaN.
    """

    def found(out: Array, rows: Array, k: Array) -> Doubt:
        if k.ndim == 2:
            return True
        at, odd = places(k, rows.shape[1])
        each = rate(rows.reshape(-1).take(at))
        if order:
            out.fill(others)
            out.reshape(-1)[at] = each
        else:
            out[:] = each
        lost = np.isnan(each)
        return either(either(odd, strange(rows)), lost if lost.any() else False)

    return found


def places(k: Array, count: int) -> tuple[NDArray[np.intp], Doubt]:
    """Return where the true class of each row is, in rows one after the other; tell which are no classes."""
    at, odd = indices(k, count)
    at += np.arange(0, len(k) * count, count)
    return at, odd


def no_amounts(rows: Array) -> Doubt:
    """Tell in which rows some number is below 0, or missing."""
    return False if rows.min() >= 0 else np.asarray(~(rows >= 0).all(axis=1))


def no_logarithms(rows: Array) -> Doubt:
    """Tell in which rows some number is above 0, or missing."""
    return False if rows.max() <= 0 else np.asarray(~(rows <= 0).all(axis=1))


def no_shares(rows: Array) -> Doubt:
    """Tell which rows are no probabilities that sum to 1, or hardly."""
    off = rows @ np.ones(rows.shape[1])
    off -= 1
    # by another order of summing it may be just as far
    strange = ~(abs(off) < SUM_TOLERANCE * (1 - 2.0**-20))
    if rows.min() < 0 or rows.max() > 1:
        strange |= ~((rows >= 0) & (rows <= 1)).all(axis=1)
    return strange if strange.any() else False


def minus(x: Array) -> Array:
    """Return -x."""
    return 0.0 - x


def level(x: Array) -> Array:
    """Return the slope of that."""
    return np.full_like(x, -1.0)


def surprise(p: Array) -> Array:
    """Return -ln p."""
    return 0.0 - np.log(p)


def surprise_slope(p: Array) -> Array:
    """Return the slope of that."""
    return -1 / p


def excess_slope(p: Array) -> Array:
    """Return 1 - 1/p."""
    return (p - 1.0) / p


def risen(out: Array, rows: Array, k: Array) -> Doubt:
    """Fill in exponentials, less 1 for the true class."""
    if k.ndim == 2:
        return True
    at, odd = places(k, rows.shape[1])
    np.exp(rows, out)
    out.reshape(-1)[at] = np.expm1(rows.reshape(-1).take(at))
    return either(odd, lacking(rows))


def exponentials(out: Array, rows: Array, others: Array) -> Doubt:
    """Fill in minus the exponentials of others, where these and the rows are logarithms: a slope of log-targets."""
    np.exp(others, out=out)
    np.subtract(0.0, out, out=out)
    return either(no_logarithms(rows), no_logarithms(others))


def crossed(out: Array, z: Array, s: Array) -> Doubt:
    """Fill in the sums of e^s (s - z), from rows of both; tell where numbers are not moderate, or too much cancels.

    Exponentials of 26 bits times half of a gap are exact, as are the sums of what these have above the grain. The
    rest is 2^-10 of that, and off by two parts in 2^63 a class.
    """
    near, rest = exp_near(s)
    gap, lost = exact_difference(s, z)
    half = coarse(gap)
    rest *= gap
    gap -= half
    rest += gap
    rest += lost
    rest *= near
    near *= half
    head = near + 1.5 * 2.0**52 * GRAIN
    head -= 1.5 * 2.0**52 * GRAIN
    near -= head
    rest += near
    np.add(np.einsum("nk->n", head), np.einsum("nk->n", rest), out)
    size = np.einsum("nk->n", np.abs(head, head))
    sure: NDArray[np.bool_] = (
        (size * (s.shape[1] * 2.0**-10) < np.abs(out)) & (size > 2.0**-20) & (size < 2.0**11)
    )
    if not all(x.min() > LOWEST and x.max() <= 0 for x in (z, s)):
        sure &= ((z > LOWEST) & (s > LOWEST) & (z <= 0) & (s <= 0)).all(axis=1)
    return ~sure


def amounts(order: int) -> Quick:
    """Return what fills in -ln p of the true class, or its slope, where rows are to be divided by their sum first."""

    def found(out: Array, rows: Array, k: Array) -> Doubt:
        if k.ndim == 2:
            return True
        at, odd = places(k, rows.shape[1])
        x = rows.copy()
        true = x.reshape(-1).take(at)
        x.reshape(-1)[at] = 0.0  # what others have: none of it cancels
        grid = np.ldexp(1.5, np.frexp(np.einsum("nk->n", x))[1] + 1)[:, None]
        head = x + grid
        head -= grid
        x -= head
        others = DoubleDouble.of_sum(np.einsum("nk->n", head), np.einsum("nk->n", x))
        strange = ~((true > SMALL) & (true < LARGE) & (others.high < LARGE))
        strange |= (others.high < SMALL) & (others.high != 0)
        if not rows.min() >= 0:
            strange |= ~(rows.min(axis=1) >= 0)
        if order == 0:
            np.log1p((others / true).rounded, out)
        else:
            whole = others + true
            out[:] = (1.0 / whole).rounded[:, None]
            out.reshape(-1)[at] = 0.0 - (others / (whole * true)).rounded
        return either(odd, strange if strange.any() else False)

    return found


def certain(order: int, p: Array, k: Array) -> Array:
    """Return −ln p of the class `k`, or its slope."""
    true = pick(p, k)
    if order == 0:
        return 0.0 - np.log(true)
    slope: Array = np.zeros_like(p)
    np.put_along_axis(slope, k[None].astype(np.intp), -1 / true[None], axis=0)
    return slope
