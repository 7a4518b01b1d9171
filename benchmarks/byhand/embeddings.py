"""Textbook NumPy of embeddings: two or three a row, or a batch of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from byhand.lists import Function, gaps, softmax


def length(x: Any) -> Any:
    return np.sqrt((x * x).sum(axis=-1, keepdims=True))


def along(x: Any, y: Any) -> Any:
    return (x * y).sum(axis=-1, keepdims=True)


def cosine(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return the cosine of two vectors, and its gradient in both."""
    u, v = x / length(x), y / length(y)
    c = along(u, v)
    return c[..., 0], (v - c * u) / length(x), (u - c * v) / length(y)


def cosine_of(x: Any, y: Any) -> Any:
    return ((x * y).sum(axis=1)) / (length(x) * length(y))[:, 0]


def cosine_distance(loss: Any, x: Any, y: Any) -> Any:
    return 1 - loss.negative - cosine_of(x, y)


def cosine_distance_slope(loss: Any, x: Any, y: Any) -> Any:
    _, a, b = cosine(x, y)
    return -a, -b


def cosine_embedding(loss: Any, x: Any, y: Any, same: Any) -> Any:
    c = cosine_of(x, y)
    return np.where(same > 0, 1 - c, np.maximum(0, c - loss.margin))


def cosine_embedding_slope(loss: Any, x: Any, y: Any, same: Any) -> Any:
    c, a, b = cosine(x, y)
    slope = np.where(same > 0, -1, 1.0 * (c > loss.margin))[:, None]
    return slope * a, slope * b


def contrastive(loss: Any, x: Any, y: Any, same: Any) -> Any:
    d = length(x - y)[:, 0]
    return loss.scale * np.where(same > 0, d, np.maximum(0, loss.margin - d)) ** loss.power


def contrastive_slope(loss: Any, x: Any, y: Any, same: Any) -> Any:
    d = length(x - y)
    same, short = same[:, None] > 0, np.maximum(0, loss.margin - d)
    slope = loss.scale * loss.power * np.where(same, d, short) ** (loss.power - 1) * np.where(same, 1, -1)
    found = slope * (x - y) / d
    return found, -found


def triplet(loss: Any, a: Any, p: Any, n: Any) -> Any:
    return np.maximum(0, length(a - p) - length(a - n) + loss.margin)[:, 0]


def triplet_slope(loss: Any, a: Any, p: Any, n: Any) -> Any:
    near, far = length(a - p), length(a - n)
    paid = near - far + loss.margin > 0
    near, far = paid * (a - p) / near, paid * (a - n) / far
    return near - far, -near, far


# ---- batches ----


def similarities(x: Any) -> tuple[Any, Any]:
    u = x / length(x)
    return u, u @ u.swapaxes(1, 2)


def matches(label: Any) -> tuple[Any, Any]:
    """Return who else has the label of each, and who has another."""
    same = gaps(label) == 0
    return same & ~np.eye(label.shape[1], dtype=bool), ~same


def back(slope: Any, u: Any, x: Any) -> Any:
    """Return the gradient in vectors from that in their directions."""
    return (slope - along(slope, u) * u) / length(x)


def ntxent_parts(loss: Any, x: Any, label: Any) -> Any:
    u, s = similarities(x)
    positive, negative = matches(label)
    e = np.exp(s / loss.temperature)
    odds = (e * negative).sum(axis=2, keepdims=True) / e
    return u, e, odds, positive, negative, np.maximum(1, positive.sum(axis=(1, 2)))


def ntxent(loss: Any, x: Any, label: Any) -> Any:
    _, _, odds, positive, _, count = ntxent_parts(loss, x, label)
    return (positive * np.log(1 + odds)).sum(axis=(1, 2)) / count


def ntxent_slope(loss: Any, x: Any, label: Any) -> Any:
    u, e, odds, positive, negative, count = ntxent_parts(loss, x, label)
    lost = positive * odds / (1 + odds)
    strange = e * negative
    pulled = strange / strange.sum(axis=2, keepdims=True) * lost.sum(axis=2, keepdims=True)
    d = (pulled - lost) / (count[:, None, None] * loss.temperature)
    return back((d + d.swapaxes(1, 2)) @ u, u, x)


def supcon_parts(loss: Any, x: Any, label: Any) -> Any:
    u, s = similarities(x)
    positive, _ = matches(label)
    z = s / loss.temperature - 1e300 * np.eye(label.shape[1])
    number = positive.sum(axis=2, keepdims=True)
    return u, z, positive, number, np.maximum(1, (number > 0).sum(axis=(1, 2)))


def supcon(loss: Any, x: Any, label: Any) -> Any:
    _, z, positive, number, count = supcon_parts(loss, x, label)
    whole = np.log(np.exp(z).sum(axis=2, keepdims=True))
    each = (positive * (whole - z)).sum(axis=2) / np.maximum(1, number[..., 0])
    return each.sum(axis=1) / count


def supcon_slope(loss: Any, x: Any, label: Any) -> Any:
    u, z, positive, number, count = supcon_parts(loss, x, label)
    d = (softmax(z) - positive / np.maximum(1, number)) * (number > 0)
    d /= count[:, None, None] * loss.temperature
    return back((d + d.swapaxes(1, 2)) @ u, u, x)


def circle_parts(loss: Any, x: Any, label: Any) -> Any:
    u, s = similarities(x)
    positive, negative = matches(label)
    near = positive * np.exp(loss.gamma * np.maximum(0, 1 + loss.margin - s) * (1 - loss.margin - s))
    far = negative * np.exp(loss.gamma * np.maximum(0, s + loss.margin) * (s - loss.margin))
    a, b = near.sum(axis=2, keepdims=True), far.sum(axis=2, keepdims=True)
    return u, s, near, far, a, b, np.maximum(1, (a * b > 0).sum(axis=1))


def circle(loss: Any, x: Any, label: Any) -> Any:
    *_, a, b, count = circle_parts(loss, x, label)
    return (np.log(1 + a * b).sum(axis=1) / count)[:, 0]


def circle_slope(loss: Any, x: Any, label: Any) -> Any:
    u, s, near, far, a, b, count = circle_parts(loss, x, label)
    d = 2 * loss.gamma * ((s - 1) * near * b + np.where(s > -loss.margin, s, 0) * far * a)
    d /= (1 + a * b) * count[:, None]
    return back((d + d.swapaxes(1, 2)) @ u, u, x)


def multi_similarity_parts(loss: Any, x: Any, label: Any) -> Any:
    u, s = similarities(x)
    positive, negative = matches(label)
    near, far = (
        positive * np.exp(loss.alpha * (loss.base - s)),
        negative * np.exp(loss.beta * (s - loss.base)),
    )
    return u, near, far, near.sum(axis=2, keepdims=True), far.sum(axis=2, keepdims=True)


def multi_similarity(loss: Any, x: Any, label: Any) -> Any:
    *_, a, b = multi_similarity_parts(loss, x, label)
    return (np.log(1 + a) / loss.alpha + np.log(1 + b) / loss.beta).mean(axis=1)[:, 0]


def multi_similarity_slope(loss: Any, x: Any, label: Any) -> Any:
    u, near, far, a, b = multi_similarity_parts(loss, x, label)
    d = (far / (1 + b) - near / (1 + a)) / x.shape[1]
    return back((d + d.swapaxes(1, 2)) @ u, u, x)


def info_nce(loss: Any, x: Any, y: Any) -> Any:
    s = x / length(x) @ (y / length(y)).swapaxes(1, 2) / loss.temperature
    whole = np.log(np.exp(s).sum(axis=2))
    return (whole - np.diagonal(s, axis1=1, axis2=2)).mean(axis=1)


def info_nce_slope(loss: Any, x: Any, y: Any) -> Any:
    u, v = x / length(x), y / length(y)
    d = softmax(u @ v.swapaxes(1, 2) / loss.temperature) - np.eye(x.shape[1])
    d /= x.shape[1] * loss.temperature
    return back(d @ v, u, x), back(d.swapaxes(1, 2) @ u, v, y)


def info_nce_given(loss: Any, s: Any) -> Any:
    s = s / loss.temperature
    return (np.log(np.exp(s).sum(axis=2)) - np.diagonal(s, axis1=1, axis2=2)).mean(axis=1)


def info_nce_given_slope(loss: Any, s: Any) -> Any:
    return (softmax(s / loss.temperature) - np.eye(s.shape[1])) / (s.shape[1] * loss.temperature)


def siglip_logits(loss: Any, x: Any, y: Any) -> Any:
    return siglip_given_logits(loss, x / length(x) @ (y / length(y)).swapaxes(1, 2))


def siglip_given_logits(loss: Any, s: Any) -> Any:
    return (s / loss.temperature + loss.bias) * (1 - 2 * np.eye(s.shape[1]))


def siglip_given(loss: Any, s: Any) -> Any:
    return np.log(1 + np.exp(siglip_given_logits(loss, s))).sum(axis=(1, 2)) / s.shape[1]


def siglip_given_slope(loss: Any, s: Any) -> Any:
    d = (1 - 2 * np.eye(s.shape[1])) / (1 + np.exp(-siglip_given_logits(loss, s)))
    return d / (s.shape[1] * loss.temperature)


def siglip(loss: Any, x: Any, y: Any) -> Any:
    return np.log(1 + np.exp(siglip_logits(loss, x, y))).sum(axis=(1, 2)) / x.shape[1]


def siglip_slope(loss: Any, x: Any, y: Any) -> Any:
    u, v = x / length(x), y / length(y)
    d = (1 - 2 * np.eye(x.shape[1])) / (1 + np.exp(-siglip_logits(loss, x, y)))
    d /= x.shape[1] * loss.temperature
    return back(d @ v, u, x), back(d.swapaxes(1, 2) @ u, v, y)


EMBEDDINGS: Mapping[tuple[str, int], tuple[Function, Function]] = {
    ("cosine-distance", 2): (cosine_distance, cosine_distance_slope),
    ("cosine-embedding", 3): (cosine_embedding, cosine_embedding_slope),
    ("contrastive", 3): (contrastive, contrastive_slope),
    ("triplet-margin", 3): (triplet, triplet_slope),
    ("ntxent", 2): (ntxent, ntxent_slope),
    ("supcon", 2): (supcon, supcon_slope),
    ("circle", 2): (circle, circle_slope),
    ("multi-similarity", 2): (multi_similarity, multi_similarity_slope),
    ("info-nce", 2): (info_nce, info_nce_slope),
    ("info-nce", 1): (info_nce_given, info_nce_given_slope),
    ("siglip", 2): (siglip, siglip_slope),
    ("siglip", 1): (siglip_given, siglip_given_slope),
}
