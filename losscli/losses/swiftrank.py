"""listnet-softmax straight from its rows, (lists, members), by exponentials of doubles or of pairs of them."""

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.powered import FAR, exp_of
from losscli.numerics.tables import coarse, log_pair

Array = NDArray[np.float64]

LEAST, MOST = 2.0**-200, 2.0**200
FAINT = 2.0**-900
"""What is less may be made of powers of e that have lost bits."""
CLEAR = 2.0**-16
"""A difference of a smaller part of its terms has lost too much: exponentials are good to 72 bits."""


def value(out, s, y):
    """Fill in the loss; tell of which lists it is not sure.

    In Z the greatest is 1 exactly, and the others are off by 2^-53: so is its logarithm, however small.
    """
    z, lost = two_sum(s, -s.max(axis=1, keepdims=True))
    e = np.exp(z)
    whole = summed(e, np.einsum("lk,lk->l", e, lost))
    heavy = summed(y)
    log, rest = log_pair(whole.high)
    z *= y
    behind = summed(np.negative(z, z), -np.einsum("lk,lk->l", y, lost))
    out[:] = (DoubleDouble(log, rest + whole.low / whole.high) * heavy + behind).rounded + 0.0
    known = (out > FAINT) & (out < MOST)
    return ~(usual(heavy) & (known | (heavy.high == 0) | (s.shape[1] == 1)))


def slope(out, s, y):
    """Fill in the slope; tell of which lists it is not sure."""
    z, lost = two_sum(s, -s.max(axis=1, keepdims=True))
    near = z.min(axis=1) > -FAR
    exp_of(z, lost)
    whole, heavy = summed(z, lost), summed(y)
    share = heavy / whole
    high, low = share.high[:, None], share.low[:, None]
    head, by = coarse(z), coarse(high)
    z -= head
    z += lost
    z *= high
    z += head * ((high - by) + low)
    np.multiply(head, by, out)  # exact
    out -= y
    out += z
    np.abs(out, z)
    clear = z >= np.multiply(y, CLEAR, lost)
    return ~(near & usual(heavy) & clear.all(axis=1))


def usual(heavy):
    """Return which sums of relevances are of ordinary size, or nothing."""
    return (heavy.high > LEAST) & (heavy.high < MOST) | (heavy.high == 0)


def summed(x: Array, rest: Array | float = 0.0) -> DoubleDouble:
    """Return the sums along the last axis of numbers of 0 or more, and a rest: of each, or of all."""
    grid = np.ldexp(1.5, np.frexp(np.einsum("lk->l", x))[1] + 1)[:, None]
    head = x + grid
    head -= grid
    less = x - head
    if np.ndim(rest) == 2:
        less += rest
        rest = 0.0
    return DoubleDouble(*two_sum(np.einsum("lk->l", head), np.einsum("lk->l", less) + rest))
