"""Products and quotients at the ends of the range, where doubles say 0 · ∞ or lose their bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from losscli.doubledouble import DoubleDouble, total, two_sum

Array = NDArray[np.float64]

DOUBT = 2.0**-40  # below this part of its terms, a double-double difference has less than 60 good bits
FAINT = 2.0**-960  # below this the low part of a double-double, 2^-106 of it, is no longer a normal number


def times(share: Array, x: Array) -> Array:
    """Return share · x, and 0 where the share is 0, even of infinity."""
    return np.where(share == 0, 0.0, share * x)


def over(share: Array, x: Array) -> Array:
    """Return share / x, and 0 where the share is 0, even of 0."""
    return np.where(share == 0, 0.0, share / x)


def over_square(share: Array, x: Array) -> Array:
    """Return share / x², and 0 where the share is 0; the order of division keeps subnormal shares."""
    once = share / x
    return np.where(share == 0, 0.0, np.where(once < FAINT, share / (x * x), once / x))


def amplified(factor: float, x: Array) -> Array:
    """Return factor · x for a rounded `x`; NaN where the factor would show bits lost at an end."""
    lost = abs(x) < FAINT if factor > 1 else np.isinf(x)
    return np.where(lost, np.nan, factor * x)


def sure(difference: DoubleDouble, term: Array) -> Array:
    """Return a difference as doubles, given its largest term; NaN where too much cancelled."""
    doubtful = (abs(difference.high) < DOUBT * abs(term)) | (abs(term) < FAINT)
    return np.where(doubtful, np.nan, difference.rounded)


def with_care(
    doubtful: NDArray[np.bool_], plain: Array, careful: Callable[..., Array], *inputs: Array | DoubleDouble
) -> Array:
    """Return `plain`, and what `careful` makes of the inputs in the samples where plain doubles are doubtful."""
    if not doubtful.any():
        return plain
    at = np.flatnonzero(doubtful)
    plain[..., at] = careful(*(x[..., at] for x in inputs))
    return plain


def rounded_sum(a: Array | float, b: Array | float, c: Array | float) -> Array:
    """Return a + b + c rounded once, so that its sign is that of the sum; infinite where a + b is."""
    near, lost = two_sum(a, b)
    whole, more = two_sum(near, c)
    rest = lost + more
    return whole + np.where(np.isfinite(rest), rest, 0.0)


def gathered(x: Array) -> Array:
    """Return the sum along the first axis of terms of one sign, infinite ones too."""
    plain = x.sum(axis=0)
    return np.where(np.isfinite(plain), total(x).rounded, plain)
