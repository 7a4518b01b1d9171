"""Sums and powers of numbers of two doubles that ask for more than one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from losscli.numerics.doubledouble import Array, DoubleDouble, power, two_sum, wide


def raised(x: DoubleDouble, degree: DoubleDouble | float) -> DoubleDouble:
    """Return x^degree for x of 0 or more; 0, 1 and 2 need no logarithm."""
    match float(wide(degree).rounded) if not wide(degree).low else None:
        case 0:
            return DoubleDouble(np.ones_like(x.high))
        case 1:
            return x
        case 2:
            return x.squared()
        case _:
            return power(x, degree)


def heads(x: Array, top: Array | float, count: int = 0) -> tuple[Array, Array]:
    """Cut numbers of at most `top` in two, so that sums of `count` first parts, by default of all, round nothing."""
    # NaN where that is
    coarse = np.ldexp(1.5, np.frexp(top)[1] + (count or len(x)).bit_length() + 1) + 0 * top
    head = x + coarse
    head -= coarse
    return head, x - head


def grain(count: int, top: Array | float) -> Any:
    """Return how far a sum of as many `heads` and rests may be from the truth."""
    return np.ldexp(float(count) ** 2, np.frexp(top)[1] + count.bit_length() - 105) * np.sign(top)


def summed(x: Array, top: Array | float, rest: Array | float = 0.0, bits: int = 60) -> DoubleDouble:
    """Return the sums of x + rest, for x between 0 and `top`; NaN where `heads` do not give so many bits."""
    head, less = heads(x, top)
    less += rest
    found = DoubleDouble.of_sum(head.sum(axis=0), less.sum(axis=0))
    found.high[found.high < 2.0**bits * grain(len(x), top)] = np.nan
    return found


def running(terms: Iterable[Array]) -> Iterator[DoubleDouble]:
    """Yield the sum of ever more doubles of any signs, kept in three; NaN where so much cancels that they fail."""
    high = middle = low = largest = np.zeros(())
    exact = np.ones((), np.bool_)
    for x in terms:
        high, rest = two_sum(high, x)
        middle, rest = two_sum(middle, rest)
        low, lost = two_sum(low, rest)
        exact = exact & (lost == 0)
        largest = np.maximum(largest, abs(x))
        s = DoubleDouble.of_sum(high, middle) + low
        yield DoubleDouble(np.where(exact | (abs(s.high) >= 2.0**-90 * largest), s.high, np.nan), s.low)


def others(x: DoubleDouble) -> DoubleDouble:
    """Return for each entry along the first axis the sum of all but it: of positive numbers, none cancels."""
    zero = DoubleDouble(np.zeros(x.high.shape[1:]))
    before, after = [zero], [zero]
    for k in range(len(x.high) - 1):
        before.append(before[-1] + x[k])
        after.append(after[-1] + x[-1 - k])
    both = [a + b for a, b in zip(before, after[::-1], strict=True)]
    return DoubleDouble(np.stack([s.high for s in both]), np.stack([s.low for s in both]))
