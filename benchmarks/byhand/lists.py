"""Textbook NumPy of rankings and masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Function = Callable[..., Any]


def gaps(x: Any) -> Any:
    """Return how far each member is above each other one: (lists, i, j)."""
    return x[..., :, None] - x[..., None, :]


def first(x: Any) -> Any:
    """Return an axis in front of the last: a number of the list beside its members."""
    return x[..., None]


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_sum_exp(x: Any) -> Any:
    top = x.max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


# ---- pairs of a list ----


def pairs(penalty: Function, slope: Function, apart: Function) -> tuple[Function, Function]:
    """Return a loss of the gaps of all pairs of which the first is the more relevant."""

    def value(loss: Any, s: Any, y: Any) -> Any:
        return np.where(gaps(y) > 0, penalty(loss, gaps(apart(s, y))), 0).sum(axis=(1, 2))

    def gradient(loss: Any, s: Any, y: Any) -> Any:
        found = np.where(gaps(y) > 0, slope(loss, gaps(apart(s, y))), 0)
        return found.sum(axis=2) - found.sum(axis=1)

    return value, gradient


def scores(s: Any, y: Any) -> Any:
    return s


def errors(s: Any, y: Any) -> Any:
    return s - y


def pairwise_mse(loss: Any, s: Any, y: Any) -> Any:
    return (gaps(s - y) ** 2).sum(axis=(1, 2))


def pairwise_mse_slope(loss: Any, s: Any, y: Any) -> Any:
    return 4 * gaps(s - y).sum(axis=2)


# ---- softmax and soft places of a list ----


def listnet(loss: Any, s: Any, y: Any) -> Any:
    return y.sum(axis=1) * log_sum_exp(s) - (y * s).sum(axis=1)


def listnet_slope(loss: Any, s: Any, y: Any) -> Any:
    return y.sum(axis=1, keepdims=True) * softmax(s) - y


def listmle(loss: Any, s: Any, y: Any) -> Any:
    s = np.take_along_axis(s, np.argsort(-y, axis=1, kind="stable"), 1)
    top = s.max(axis=1, keepdims=True)
    left = np.cumsum(np.exp(s - top)[:, ::-1], axis=1)[:, ::-1]
    return (np.log(left) + top - s).sum(axis=1)


def listmle_slope(loss: Any, s: Any, y: Any) -> Any:
    order = np.argsort(-y, axis=1, kind="stable")
    s = np.take_along_axis(s, order, 1)
    e = np.exp(s - s.max(axis=1, keepdims=True))
    left = np.cumsum(e[:, ::-1], axis=1)[:, ::-1]
    found = np.empty_like(s)
    np.put_along_axis(found, order, e * np.cumsum(1 / left, axis=1) - 1, 1)
    return found


def rivals(s: Any, y: Any) -> Any:
    """Return e^(s_j − s_i) of the less relevant j."""
    return np.where(gaps(y) > 0, np.exp(-gaps(s)), 0)


def unique_softmax(loss: Any, s: Any, y: Any) -> Any:
    return ((2**y - 1) * np.log(1 + rivals(s, y).sum(axis=2))).sum(axis=1)


def unique_softmax_slope(loss: Any, s: Any, y: Any) -> Any:
    odds, gain = rivals(s, y), 2**y - 1
    share = gain / (1 + odds.sum(axis=2))
    return (share[:, :, None] * odds).sum(axis=1) + share - gain


def dcg(loss: Any, y: Any) -> tuple[Any, Any]:
    gain = 2**y - 1
    best = -np.sort(-gain, axis=1) / np.log2(2 + np.arange(y.shape[1]))
    return gain, best.sum(axis=1, keepdims=True)


def approx_ndcg(loss: Any, s: Any, y: Any) -> Any:
    gain, best = dcg(loss, y)
    place = 0.5 + sigmoid(-gaps(s) / loss.temperature).sum(axis=2)
    return -(gain / np.log2(1 + place) / best).sum(axis=1)


def approx_ndcg_slope(loss: Any, s: Any, y: Any) -> Any:
    gain, best = dcg(loss, y)
    ahead = sigmoid(-gaps(s) / loss.temperature)
    place = 0.5 + ahead.sum(axis=2)
    c = gain * np.log(2) / (best * (1 + place) * np.log(1 + place) ** 2)
    return (-gaps(c) * ahead * (1 - ahead)).sum(axis=2) / loss.temperature


def swapped(loss: Any, s: Any, y: Any) -> Any:
    """Return what each pair of members is worth to LambdaRank, if the first is the more relevant."""
    gain, best = dcg(loss, y)
    place = np.argsort(np.argsort(-s, axis=1), axis=1)
    change = abs(gaps(gain) * gaps(1 / np.log2(2 + place))) / best[:, :, None]
    return np.where(gaps(y) > 0, change, 0)


def lambda_rank(loss: Any, s: Any, y: Any) -> Any:
    return (swapped(loss, s, y) * np.log(1 + np.exp(-loss.sigma * gaps(s)))).sum(axis=(1, 2))


def lambda_rank_slope(loss: Any, s: Any, y: Any) -> Any:
    found = swapped(loss, s, y) * loss.sigma * sigmoid(-loss.sigma * gaps(s))
    return found.sum(axis=1) - found.sum(axis=2)


# ---- masks ----


def overlap(p: Any, t: Any) -> tuple[Any, Any, Any]:
    both = (p * t).sum(axis=1)
    return both, p.sum(axis=1) - both, t.sum(axis=1) - both


def tversky(loss: Any, p: Any, t: Any) -> Any:
    both, more, less = overlap(p, t)
    return (1 - both / (both + loss.alpha * more + loss.beta * less)) ** loss.gamma


def tversky_slope(loss: Any, p: Any, t: Any) -> Any:
    both, more, less = map(first, overlap(p, t))
    whole = both + loss.alpha * more + loss.beta * less
    lost = both * (loss.alpha * (1 - t) + (1 - loss.beta) * t) / whole**2 - t / whole
    return lost * loss.gamma * (1 - both / whole) ** (loss.gamma - 1)


def jaccard(loss: Any, p: Any, t: Any) -> Any:
    both, more, less = overlap(p, t)
    return 1 - both / (both + more + less)


def jaccard_slope(loss: Any, p: Any, t: Any) -> Any:
    both, more, less = map(first, overlap(p, t))
    whole = both + more + less
    return both * (1 - t) / whole**2 - t / whole


def dice(loss: Any, p: Any, t: Any) -> Any:
    return 1 - 2 * (p * t).sum(axis=1) / (p.sum(axis=1) + t.sum(axis=1))


def dice_slope(loss: Any, p: Any, t: Any) -> Any:
    whole = first(p.sum(axis=1) + t.sum(axis=1))
    return 2 * first((p * t).sum(axis=1)) / whole**2 - 2 * t / whole


def jaccard_steps(wrong: Any, true: Any) -> tuple[Any, Any]:
    """Return the order of errors along the axis of members, the worst first, and the weight of each so sorted."""
    order = np.argsort(-wrong, axis=1)
    true = np.take_along_axis(true, order, 1)
    hits, whole = np.cumsum(true, axis=1), true.sum(axis=1, keepdims=True)
    index = 1 - (whole - hits) / (whole + np.cumsum(1 - true, axis=1))
    index[:, 1:] -= index[:, :-1].copy()
    return order, index


def lovasz_hinge(loss: Any, s: Any, t: Any) -> Any:
    wrong = 1 - s * (2 * t - 1)
    order, step = jaccard_steps(wrong, t)
    return (np.maximum(np.take_along_axis(wrong, order, 1), 0) * step).sum(axis=1)


def lovasz_hinge_slope(loss: Any, s: Any, t: Any) -> Any:
    side = 2 * t - 1
    order, step = jaccard_steps(1 - s * side, t)
    found = np.empty_like(s)
    np.put_along_axis(found, order, step, 1)
    return np.where(s * side < 1, -side * found, 0)


def lovasz_softmax(loss: Any, p: Any, y: Any) -> Any:
    wrong = abs(p - y)
    order, step = jaccard_steps(wrong, y)
    there = y.any(axis=1)
    each = (np.take_along_axis(wrong, order, 1) * step).sum(axis=1)
    return (each * there).sum(axis=1) / there.sum(axis=1)


def lovasz_softmax_slope(loss: Any, p: Any, y: Any) -> Any:
    order, step = jaccard_steps(abs(p - y), y)
    there = y.any(axis=1, keepdims=True)
    found = np.empty_like(p)
    np.put_along_axis(found, order, step, 1)
    return found * (1 - 2 * y) * there / there.sum(axis=2, keepdims=True)


def generalized_dice(loss: Any, p: Any, y: Any) -> Any:
    w = 1 / np.maximum(y.sum(axis=1, keepdims=True), 1) ** 2
    return 1 - 2 * (w * p * y).sum(axis=(1, 2)) / (w * (p + y)).sum(axis=(1, 2))


def generalized_dice_slope(loss: Any, p: Any, y: Any) -> Any:
    w = 1 / np.maximum(y.sum(axis=1, keepdims=True), 1) ** 2
    hits, whole = ((w * x).sum(axis=(1, 2), keepdims=True) for x in (p * y, p + y))
    return 2 * w * (hits - y * whole) / whole**2


LISTS: Mapping[tuple[str, int], tuple[Function, Function]] = {
    ("pairwise-mse", 2): (pairwise_mse, pairwise_mse_slope),
    ("pairwise-quantile", 2): pairs(
        lambda loss, r: np.where(r < 0, -loss.tau * r, (1 - loss.tau) * r),
        lambda loss, r: np.where(r < 0, -loss.tau, np.where(r > 0, 1 - loss.tau, 0)),
        errors,
    ),
    ("pairwise-hinge", 2): pairs(
        lambda loss, x: np.maximum(0, loss.margin - x),
        lambda loss, x: -1.0 * (x < loss.margin),
        scores,
    ),
    ("pairwise-logistic", 2): pairs(
        lambda loss, x: np.log(1 + np.exp(-loss.sigma * x)),
        lambda loss, x: -loss.sigma * sigmoid(-loss.sigma * x),
        scores,
    ),
    ("pairwise-soft-zero-one", 2): pairs(
        lambda loss, x: sigmoid(-loss.sigma * x),
        lambda loss, x: -loss.sigma * sigmoid(loss.sigma * x) * sigmoid(-loss.sigma * x),
        scores,
    ),
    ("listnet-softmax", 2): (listnet, listnet_slope),
    ("listmle", 2): (listmle, listmle_slope),
    ("unique-softmax", 2): (unique_softmax, unique_softmax_slope),
    ("approx-ndcg", 2): (approx_ndcg, approx_ndcg_slope),
    ("lambda-rank", 2): (lambda_rank, lambda_rank_slope),
    ("tversky", 2): (tversky, tversky_slope),
    ("jaccard", 2): (jaccard, jaccard_slope),
    ("dice", 2): (dice, dice_slope),
    ("generalized-dice", 2): (generalized_dice, generalized_dice_slope),
    ("lovasz-hinge", 2): (lovasz_hinge, lovasz_hinge_slope),
    ("lovasz-softmax", 2): (lovasz_softmax, lovasz_softmax_slope),
}
