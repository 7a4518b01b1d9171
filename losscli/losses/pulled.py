"""What the similarities of a batch are pulled, by pairs of doubles, a `Pulls` for each loss, and what they cost.

Similarities are multiples of a unit and small rests, which may be changed. Every sum is of numbers of 0 or more, as
good as its terms.
"""

import numpy as np

from losscli.families import alike
from losscli.families.directions import behind, gathered, grown, settled
from losscli.families.forces import Pulls, Weights, halves
from losscli.numerics import doubled
from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum
from losscli.numerics.powered import FAR, exp_of
from losscli.numerics.tables import coarse


def infonce(s, rows):
    """Return the pulls of info-nce."""
    s = settled(*s)
    exp_of(*s)
    mine = alike.diagonal(s[0].shape[-1], rows)
    own = DoubleDouble(s[0][mine][..., None], s[1][mine][..., None])
    s[0][mine] = s[1][mine] = 0.0
    weights = Weights.of(s, 2 * np.einsum("lij->li", s[0]))
    rest = weights.sums()
    factor = 1.0 / (rest + own)
    columns, size = weights.columns(factor.high), rest.high * factor.high
    for part in weights[:2]:  # what an anchor's own positive is pulled is what all others are, and turned
        part[mine] = -np.einsum("lij->li", part)
    columns[:, mine[2]] += size
    return Pulls(weights, factor, 2 * size, columns)


def supcon(s, rows, good):
    """Return the pulls of supcon, of these positives."""
    s = settled(*s)
    exp_of(*s)
    mine = alike.diagonal(s[0].shape[-1], rows)
    s[0][mine] = s[1][mine] = 0.0
    weights = Weights.of(s, 2 * np.einsum("lij->li", s[0]))
    whole, ours = weights.sums(), good.astype(np.float64)
    positives = np.einsum("lij->li", ours)[..., None]
    some = np.minimum(positives, 1.0)
    factor = some / whole
    columns = weights.columns(factor.high)
    columns += good.any(axis=1)[..., None]  # of a class the shares of one row sum to 1
    share = whole / np.maximum(positives, 1.0)
    for part, each in zip(weights[:2], halves(parts(share), weights.unit), strict=True):
        part -= each * ours
    return Pulls(weights, factor, 2.0 * some, columns)


def siglip(s, rows, bias):
    """Return the pulls of siglip."""
    s = settled(*s)
    logit, lost = two_sum(s[0], bias)
    lost += s[1]
    exp_of(logit, lost)
    whole = doubled.raised((logit, lost))
    mine = alike.diagonal(s[0].shape[-1], rows)
    logit[mine], lost[mine] = -1.0, 0.0
    found = doubled.quotient((logit, lost), whole)
    size = abs(found[0])
    of_rows = np.einsum("lij->li", size)
    one = DoubleDouble(np.ones((*of_rows.shape, 1)), np.zeros((*of_rows.shape, 1)))
    return Pulls(Weights.of(found, of_rows), one, of_rows[..., None], np.einsum("lij->lj", size)[..., None])


def ntxent(s, other, good):
    """Return the pulls of ntxent, of these positives among others."""
    s = settled(*s)
    exp_of(*s)
    at = np.nonzero(good)
    near, strange = (s[0][at], s[1][at]), (other & ~good).astype(np.float64)
    for part in s:
        part *= strange
    weights = Weights.of(s, 2 * np.einsum("lij->li", s[0]))
    strangers = weights.sums()
    here = at[:2]
    theirs = strangers.high[here][:, 0], strangers.low[here][:, 0]
    found = doubled.quotient(theirs, doubled.joined(near, theirs))
    missed = of_rows(found, here, strangers.high.shape)
    factor = missed / DoubleDouble(np.where(strangers.high == 0, 1.0, strangers.high), strangers.low)
    columns = weights.columns(factor.high)
    count = good.shape[-1]
    columns += np.bincount(at[0] * count + at[2], found[0], len(good) * count).reshape(len(good), count, 1)
    back = strangers / DoubleDouble(np.where(missed.high > 0, missed.high, 1.0), missed.low)
    pulled = doubled.product(found, (back.high[here][:, 0], back.low[here][:, 0]))
    for part, each in zip(weights[:2], halves(pulled, weights.unit[here][:, 0]), strict=True):
        part[at] = -each
    return Pulls(weights, factor, 2 * missed.high, columns)


def of_rows(x, at, shape):
    """Return the sums of pairs, of 0 or more, that lie in some rows, and 0 for others, in this shape."""
    found = DoubleDouble(np.zeros(shape), np.zeros(shape))
    if len(at[0]):
        row = at[0] * shape[1] + at[1]
        fresh = np.concatenate([[True], row[1:] != row[:-1]])
        starts, which = np.flatnonzero(fresh), np.cumsum(fresh) - 1
        unit = np.frexp(np.add.reduceat(x[0], starts))[1]
        sums = (np.add.reduceat(part, starts) for part in halves((x[0].copy(), x[1]), unit[which]))
        for out, part in zip((found.high, found.low), two_sum(*sums), strict=True):
            out[..., 0].reshape(-1)[row[starts]] = part
    return found


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
    """Return the pulls of circle, of these positives among others, by similarities in parts."""
    masks = pull, push = good.astype(np.float64), (other & ~good).astype(np.float64)
    y, lost, active, high, low = rings(s, other, good, pull, margin)
    level = coarse(np.array(gamma))
    head = coarse(high)
    high -= head
    high *= level
    low *= gamma
    low += high
    low += (gamma - level) * head
    head *= level  # exact
    e = doubled.quick(head, low)
    exp_of(*e)
    wholes = [rowwise((e[0] * mask, e[1] * mask)) for mask in masks]
    some = (wholes[0].high > 0) & (wholes[1].high > 0)
    near, far = (DoubleDouble(np.where(some, x.high, 1.0), np.where(some, x.low, 0.0)) for x in wholes)
    odds = near * far
    factor = odds / (odds + 1.0) * (some * 2 * gamma)
    over = [1.0 / near, 1.0 / far]
    share = doubled.product(
        e, tuple(pull * one + push * two for one, two in zip(*map(parts, over), strict=True))
    )
    size = np.maximum(abs(y), 2.0**-20)  # a smaller one is not known to its last bits
    edge = abs(y - (pull * (2 * margin) - margin)) < 2.0**-40
    size *= share[0]
    gate = active.astype(np.float64)
    for part in (y, lost, size):
        part *= gate
    size[edge] = np.inf
    size[alike.diagonal(size.shape[-1], rows)] = 0.0
    found = doubled.product(share, (y, lost))
    weights = Weights.of(found, np.einsum("lij->li", abs(found[0])))
    columns = np.swapaxes(np.swapaxes(factor.high, 1, 2) @ size, 1, 2)
    return Pulls(weights, factor, size.sum(axis=-1, keepdims=True) * factor.high, columns)


def rings(s, other, good, pull, margin):
    """Return how far similarities are from 1 or 0, and where that counts; its square less that of the margin there."""
    y, lost = settled(s[0] - pull, s[1])  # exact: the scale is 1
    active = (y < pull * (2 * margin) - margin) ^ good ^ True
    active &= other
    x, more = doubled.square((y, lost))
    square = DoubleDouble.of_product(margin, margin)
    x, rest = two_sum(x, -square.high)
    more += rest
    more -= square.low
    x *= active
    more *= active
    return y, lost, active, x, more


def rowwise(x):
    """Return the sums of rows of pairs, of 0 or more, (lists, rows, 1)."""
    return Weights.of(x, np.einsum("lij->li", x[0])).sums()


def circle_costs(s, other, good, margin, gamma):
    """Return what rows cost by circle, of these positives among others, by similarities in parts."""
    pull = good.astype(np.float64)
    *_, x, more = rings(s, other, good, pull, margin)
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
