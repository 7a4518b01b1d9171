"""What the similarities of a batch are pulled, by pairs of doubles: a `Pulls` for each loss.

Similarities are pairs that may be changed. Every sum is of numbers of 0 or more, as good as its terms.
"""

import numpy as np

from losscli.families import alike
from losscli.families.directions import behind, gathered, grown, settled
from losscli.numerics import doubled, slices
from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum
from losscli.numerics.powered import FAR, exp_of


def infonce(s, rows):
    """Return the pulls of info-nce."""
    count = s[0].shape[-1]
    mine = alike.diagonal(count, rows)
    own = np.ascontiguousarray(s[0][mine]), np.ascontiguousarray(s[1][mine])
    s[0][mine], s[1][mine] = -FAR, 0.0
    less = alike.exponentials(s)
    exp_of(*own, less[..., 0])
    s[0][mine] = s[1][mine] = 0.0
    weights = slices.Cut.of(s, 2.0, 4 * count)
    rest = slices.total(weights)
    factor = 1.0 / (DoubleDouble(*rest) + DoubleDouble(own[0][..., None], own[1][..., None]))
    columns = alike.columns(weights, factor.high)
    for part in weights:  # what an anchor's own positive is pulled is what all others are, and turned
        part[mine] = -part.sum(axis=-1)
    size = rest[0] * factor.high
    columns[:, mine[2]] += size
    return alike.Pulls(weights, 4 * count, 4.0, (factor.high, factor.low), 2 * size, columns)


def supcon(s, rows, good):
    """Return the pulls of supcon, of these positives."""
    count = s[0].shape[-1]
    mine = alike.diagonal(count, rows)
    s[0][mine], s[1][mine] = -FAR, 0.0
    alike.exponentials(s)
    s[0][mine] = s[1][mine] = 0.0
    weights = slices.Cut.of(s, 2.0, 4 * count)
    whole, positives = (
        DoubleDouble(*slices.total(weights)),
        good.sum(axis=-1, keepdims=True, dtype=np.float64),
    )
    some = np.where(positives > 0, 1.0, 0.0)
    factor = some / whole
    columns = alike.columns(weights, factor.high)
    columns += np.where(good.any(axis=1), 1.0, 0.0)[..., None]  # of a class the shares of one row sum to 1
    share = whole / np.maximum(positives, 1.0)
    for part, each in zip(weights, slices.Cut.of((share.high, share.low), 2.0, 4 * count), strict=True):
        np.subtract(part, each, out=part, where=good)
    return alike.Pulls(weights, 4 * count, 4.0, (factor.high, factor.low), 2.0 * some, columns)


def siglip(s, rows, bias):
    """Return the pulls of siglip."""
    count = s[0].shape[-1]
    logit, lost = two_sum(s[0], bias)
    lost += s[1]
    exp_of(logit, lost)
    whole = doubled.raised((logit, lost))
    mine = alike.diagonal(count, rows)
    logit[mine], lost[mine] = -1.0, 0.0
    found = doubled.quotient((logit, lost), whole)
    size = abs(found[0])
    one = np.ones((*size.shape[:2], 1))
    return alike.Pulls(
        slices.Cut.of(found, 1.0, 2 * count), 2 * count, 1.0, (one, 0 * one),
        size.sum(axis=2, keepdims=True), size.sum(axis=1)[..., None],
    )  # fmt: skip


def ntxent(s, other, good):
    """Return the pulls of ntxent, of these positives among others."""
    count = s[0].shape[-1]
    alike.exponentials(s, other & ~good)
    at = np.nonzero(good)
    near = s[0][at], s[1][at]
    for part in s:
        np.copyto(part, 0.0, where=good | ~other)
    inner = 2 * count * count  # one row may be pulled by all others as by their whole sums
    weights = slices.Cut.of(s, 2.0, inner)
    strangers = slices.total(weights)
    here = at[:2]
    theirs = strangers[0][here][:, 0], strangers[1][here][:, 0]
    found = doubled.quotient(theirs, doubled.joined(near, theirs))
    miss = np.zeros(good.shape), np.zeros(good.shape)
    for part, each in zip(miss, found, strict=True):
        part[at] = each
    top = miss[0].max(axis=-1, keepdims=True)
    bound = np.ldexp(1.0, np.frexp(np.where(top > 0, top, 1.0))[1])
    missed = DoubleDouble(*slices.total(slices.Cut.of(miss, bound, inner)))
    factor = missed / DoubleDouble(np.where(strangers[0] == 0, 1.0, strangers[0]), strangers[1])
    columns = alike.columns(weights, factor.high) + miss[0].sum(axis=1)[..., None]
    back = DoubleDouble(*strangers) / DoubleDouble(np.where(top > 0, missed.high, 1.0), missed.low)
    pulled = alike.scaled(found, (back.high[here][:, 0], back.low[here][:, 0]))
    for part, each in zip(weights, slices.Cut.of(pulled, 2.0, inner), strict=True):
        part[at] = -each
    most = np.bincount(at[0] * count + at[2], pulled[0], len(good) * count).reshape(len(good), count)
    bound = 4.0 + most.max(axis=1)[:, None, None] / count
    return alike.Pulls(weights, inner, bound, (factor.high, factor.low), 2 * missed.high, columns)


def infonce_costs(s, rows):
    """Return what rows cost by info-nce, by similarities in parts."""
    mine = alike.diagonal(s[0].shape[-1], rows)
    gap, lost = behind(s, [x[mine][..., None] for x in s])
    gap[mine] = -np.inf
    return np.log1p(grown(gap, lost))


def supcon_costs(s, rows, good):
    """Return what rows cost by supcon, of these positives, by similarities in parts."""
    share = good.astype(np.float64)
    count = np.einsum("lij->li", share)
    best = np.multiply(share, 4 * FAR)
    best += s[0]
    best = best.argmax(axis=-1)[..., None]  # or nearly so
    gap, lost = behind(s, [np.take_along_axis(x, best, -1) for x in s])
    less = np.einsum("lij,lij->li", share, lost)
    share *= gap
    left = gathered(np.negative(share, share), -less)
    gap[alike.diagonal(gap.shape[-1], rows)] = -np.inf
    np.put_along_axis(gap, best, -np.inf, -1)
    return np.where(count > 0, np.log1p(grown(gap, lost)) + left / np.maximum(count, 1), 0.0)


def ntxent_costs(s, rows, good):
    """Return what rows cost by ntxent, of these positives, by similarities in parts."""
    mine = alike.diagonal(s[0].shape[-1], rows)
    near, lost = settled(*s)
    np.exp(near, near)
    lost *= near
    near += lost
    near[mine] = 0.0
    np.subtract(1.0, good, lost)
    lost *= near
    strangers, at = gathered(lost), np.flatnonzero(good)
    found = np.zeros(near.shape)
    found.reshape(-1)[at] = np.log1p(strangers.reshape(-1)[at // near.shape[-1]] / near.reshape(-1)[at])
    return gathered(found)


def siglip_costs(s, rows, bias):
    """Return what rows cost by siglip, by similarities in parts."""
    found, lost = settled(*s)
    found, more = two_sum(found, bias)
    lost += more
    logit, lost = settled(found, lost)
    mine = alike.diagonal(logit.shape[-1], rows)
    logit[mine] *= -1
    lost[mine] *= -1
    sign = np.copysign(1.0, logit)
    fade = np.negative(np.abs(logit, out=more), out=more)
    np.exp(fade, fade)
    sign *= lost
    sign *= fade
    fade -= sign
    np.log1p(fade, fade)
    np.maximum(logit, 0.0, out=logit)
    fade += logit
    return gathered(fade)


def circle(s, rows, other, good, margin, gamma):
    """Return the pulls of circle, of these positives among others."""
    bad, count = other & ~good, s[0].shape[-1]
    y, active, e, less = rings(s, other, good, margin, gamma)
    wholes = [alike.summed(e, mask) for mask in (good, bad)]
    some = (wholes[0].high > 0) & (wholes[1].high > 0)
    near, far = (DoubleDouble(np.where(some, x.high, 1.0), np.where(some, x.low, 0.0)) for x in wholes)
    odds = (near * far).shifted(less.astype(np.intc))
    factor = odds / (odds + 1.0) * (some * 2 * gamma)
    over = [1.0 / x for x in (near, far)]
    share = alike.scaled(e, tuple(np.where(good, *each) for each in zip(*map(parts, over), strict=True)))
    size = share[0] * np.maximum(abs(y[0]), 2.0**-20)  # a smaller one is not known to its last bits
    edge = abs(np.where(good, y[0] - margin, y[0] + margin)) < 2.0**-40
    for part in (*y, size):
        part *= active
    size[edge] = np.inf
    size[alike.diagonal(count, rows)] = 0.0
    weights = slices.Cut.of(alike.scaled(share, y), 4.0, 2 * count)
    columns = np.swapaxes(np.swapaxes(factor.high, 1, 2) @ size, 1, 2)
    of_rows = size.sum(axis=-1, keepdims=True) * factor.high
    return alike.Pulls(weights, 2 * count, 4.0, parts(factor), of_rows, columns)


def circle_costs(s, other, good, margin, gamma):
    """Return what rows cost by circle, of these positives among others, by similarities in parts."""
    pull = good.astype(np.float64)
    y, lost = settled(s[0] - pull, s[1])  # exact: the scale is 1
    active = (y < pull * (2 * margin) - margin) ^ good ^ True
    active &= other
    x, more = two_product(y, y)
    y *= lost
    more += y
    more += y
    square = DoubleDouble.of_product(margin, margin)
    x, rest = two_sum(x, -square.high)
    more += rest
    more -= square.low
    x *= active
    more *= active
    high, low = two_product(x, gamma)
    more *= gamma
    low += more
    near, far = (ringed(high, low, mask) for mask in (pull, (other & ~good).astype(np.float64)))
    tops = [each[1] for each in (near, far)]
    level, rest = two_sum(*tops)
    whole = near[0] * far[0]
    whole += whole * rest
    small = np.log1p(whole * np.exp(np.minimum(level, 0.0)))
    large = np.maximum(level, 0.0) + np.log(whole + np.exp(-np.maximum(level, 0.0)))
    return np.where(whole > 0, np.where(level > 0, large, small), 0.0)


def ringed(high, low, mask):
    """Return sums of e^(high + low) of some over e to the largest, and the largest."""
    at = (mask * (4 * FAR) + high).argmax(axis=-1)[..., None]
    top = np.take_along_axis(high, at, -1)
    gap, lost = two_sum(high, -top)
    lost += low
    np.exp(np.minimum(gap, 1.0, out=gap), gap)  # those outside are not at hand
    gap *= mask
    return gathered(gap, np.einsum("lij,lij->li", gap, lost)), top[..., 0]


def rings(s, other, good, margin, gamma):
    """Return how far similarities are from 1 or 0, and where that counts; e to γ (y² - m²), over powers of 2.

    These are such that the largest of positives and of negatives are about 1; last come their products.
    """
    y, lost = two_sum(s[0], np.where(good, -1.0, 0.0))
    lost += s[1]
    active = np.where(good, y < margin, y > -margin) & other
    x, more = two_product(y, y)
    more += 2 * y * lost
    square = DoubleDouble.of_product(margin, margin)
    x, rest = two_sum(x, -square.high)
    more += rest
    more -= square.low
    high, low = two_product(np.where(active, x, 0.0), gamma)
    low += np.where(active, more, 0.0) * gamma
    e = high, low
    tops = [np.where(mask, high, -FAR).max(axis=-1, keepdims=True) for mask in (good, other & ~good)]
    near, far = (np.rint(top * (1 / np.log(2))).astype(np.int64) for top in tops)
    exp_of(high, low, np.where(good, near, far))
    for part in e:
        np.copyto(part, 0.0, where=~other)
    return (y, lost), active, e, near + far


def parts(x):
    """Return both doubles of pairs."""
    return x.high, x.low


def matches(labels):
    """Return how many others have the label of each, (lists, members)."""
    order = np.argsort(labels, axis=1)
    x, place = np.take_along_axis(labels, order, 1), np.arange(labels.shape[1])
    fresh = np.pad(x[:, 1:] != x[:, :-1], ((0, 0), (1, 1)), constant_values=True)
    first = np.maximum.accumulate(np.where(fresh[:, :-1], place, 0), axis=1)
    last = np.minimum.accumulate(np.where(fresh[:, 1:], place, len(place))[:, ::-1], axis=1)[:, ::-1]
    found = np.empty(labels.shape)
    np.put_along_axis(found, order, (last - first).astype(float), 1)
    return found
