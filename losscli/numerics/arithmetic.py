"""Products and quotients at the ends of the range, where doubles say 0 · ∞ or lose their bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import among, put_off, squares
from losscli.numerics.doubledouble import DoubleDouble, total, two_sum
from losscli.numerics.sums import heads

Array = NDArray[np.float64]

DOUBT = 2.0**-40  # below this part of its terms, a double-double difference has less than 60 good bits
PART = 1 << 13  # numbers; some ten such arrays are at work in a double-double product
FAINT = 2.0**-960  # below this the low part of a double-double, 2^-106 of it, is no longer a normal number


def where(told: NDArray[np.bool_], a: Array | float, b: Array | float) -> Array:
    """Return `a` where told, else `b`: np.where by bits, for np.where stumbles over masks that no one can foresee."""
    mask = -np.asarray(told).astype(np.int64)
    one, other = (np.asarray(x, np.float64).view(np.int64) for x in (a, b))
    return ((one ^ other) & mask ^ other).view(np.float64)


def times(share: Array, x: Array) -> Array:
    """Return share · x, and 0 where the share is 0, even of infinity."""
    return _none_of(share, share * x)


def over(share: Array, x: Array) -> Array:
    """Return share / x, and 0 where the share is 0, even of 0."""
    return _none_of(share, share / x)


def _none_of(share: Array, found: Array) -> Array:
    return np.where(share == 0, 0.0, found) if np.isnan(squares(found)) else found


def over_square(share: Array, x: Array) -> Array:
    """Return share / x², and 0 where the share is 0; the order of division keeps subnormal shares."""
    once = share / x
    found = with_care((once < FAINT) & (share != 0), once / x, _over_product, share, x)
    return _none_of(share, found)


def _over_product(share: Array, x: Array) -> Array:
    return share / (x * x)


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
    """Return `plain`, and what `careful` makes of the inputs in the samples where plain doubles are doubtful.

    Of a large array samples may be put off, and then mean nothing yet.
    """
    if not doubtful.any() or put_off(doubtful):
        return plain
    at = (..., *np.nonzero(doubtful))
    with among(at[-1], doubtful.shape[-1]):
        plain[at] = in_parts(careful, *(x[at] for x in inputs))
    return plain


def in_parts(careful: Callable[..., Array], *inputs: Array | DoubleDouble) -> Array:
    """Return what `careful` makes of the inputs, in parts so short that its many passes stay in the nearest cache."""
    count = max((x.high if isinstance(x, DoubleDouble) else x).shape[-1] for x in inputs)
    spans = [slice(start, start + PART) for start in range(0, max(count, 1), PART)]
    found: list[Array] = []
    for span in spans:
        with among(span, count):
            found.append(careful(*(x[..., span] for x in inputs)))
    return found[0] if len(found) == 1 else np.concatenate(found, axis=-1)


def finite(x: Array) -> Array:
    """Return `x`, NaN where it is infinite."""
    return x if squares(x) < np.inf else np.where(np.isinf(x), np.nan, x)


def corrected(found: Array, careful: Callable[..., Array], *inputs: Array | DoubleDouble) -> Array:
    """Return what is found, and what `careful` makes of the inputs in the samples where that is NaN."""
    return with_care(np.isnan(found), found, careful, *inputs) if np.isnan(squares(found)) else found


def reconsidered(
    found: Sequence[Array], careful: Callable[..., Sequence[Array]], *block: Array
) -> Sequence[Array]:
    """Return what was `found`, and what `careful` makes of the samples in which that is NaN."""
    if np.isnan(sum(x.sum() for x in found)):
        count = block[0].shape[-1]
        doubtful = np.any([np.isnan(x).reshape(-1, count).any(axis=0) for x in found], axis=0)
        at = np.flatnonzero(doubtful)
        if at.size and not put_off(doubtful):
            with among(at, count):
                better = careful(*(x[..., at] for x in block))
            for x, part in zip(found, better, strict=True):
                x[..., at] = part
    return found


def compensated(x: Array, lost: Array | None = None) -> tuple[Array, Array]:
    """Return the sum of x + lost along the first axis, and about what its rounding lost."""
    lost = np.zeros_like(x) if lost is None else lost
    while len(x) > 1:
        half = len(x) // 2
        s, rest = two_sum(x[:half], x[half : 2 * half])
        rest += lost[:half] + lost[half : 2 * half]
        odd = len(x) % 2
        x, lost = (np.concatenate([a, b[-1:]]) if odd else a for a, b in ((s, x), (rest, lost)))
    return x[0], lost[0]


def rounded_sum(a: Array | float, b: Array | float, c: Array | float) -> Array:
    """Return a + b + c rounded once, so that its sign is that of the sum; infinite where a + b is."""
    near, lost = two_sum(a, b)
    whole, more = two_sum(near, c)
    rest = lost + more
    return whole + (rest if squares(rest) < np.inf else np.where(np.isfinite(rest), rest, 0.0))


def gathered(x: Array) -> Array:
    """Return the sum along the first axis of terms of 0 or more, infinite ones too, rounded but once."""
    head, rest = heads(x, x.max(axis=0))
    found: Array = head.sum(axis=0) + rest.sum(axis=0)
    if squares(found) < np.inf:
        return found
    plain = x.sum(axis=0)
    near = np.where(np.isfinite(plain), total(x).rounded, plain)
    return np.where(np.isfinite(found), found, near)
