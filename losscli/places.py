"""Where rows lie on the axis of a loss's picture, from their inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def own(x: Array, *_: Array) -> Array:
    """Return the first input itself."""
    return x


def gap(first: Array, *rest: Array) -> Array:
    """Return how far the first input is from the last, the target."""
    target = rest[-1]
    return first - (target[:, None] if first.ndim > target.ndim else target)


def product(score: Array, label: Array) -> Array:
    """Return the margin of a score by its label."""
    return label * score


def ratio(prediction: Array, target: Array) -> Array:
    """Return what the prediction would be of a target of 1."""
    with np.errstate(all="ignore"):
        return prediction / target


def of_true(x: Array, target: Array) -> Array:
    """Return what is given of the true class."""
    return np.take_along_axis(x, true(target)[:, None], axis=1)[:, 0]


def chance(logarithms: Array, target: Array) -> Array:
    """Return the probability of the true class, given logarithms."""
    return np.exp(of_true(logarithms, target))


def lead(scores: Array, target: Array) -> Array:
    """Return how far the score of the true class is above the best other one."""
    others = scores.copy()
    np.put_along_axis(others, true(target)[:, None], -np.inf, axis=1)
    return of_true(scores, target) - others.max(axis=1)


def odds(scores: Array, target: Array) -> Array:
    """Return the logarithm of the odds that the softmax of scores gives the true class."""
    others = scores.copy()
    np.put_along_axis(others, true(target)[:, None], -np.inf, axis=1)
    top = others.max(axis=1, keepdims=True)
    return of_true(scores, target) - top[:, 0] - np.log(np.exp(others - top).sum(axis=1))


def softmax(scores: Array, target: Array) -> Array:
    """Return the probability that the softmax of scores gives the true class."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-odds(scores, target)))


def distance(*inputs: Array) -> Array:
    """Return a distance that is given, or that of two vectors."""
    return inputs[0] if inputs[0].ndim == 1 else np.linalg.norm(inputs[0] - inputs[1], axis=1)


def cosine(*inputs: Array) -> Array:
    """Return a cosine that is given, or that between two vectors."""
    if inputs[0].ndim == 1:
        return inputs[0]
    lengths = np.linalg.norm(inputs[0], axis=1) * np.linalg.norm(inputs[1], axis=1)
    return (inputs[0] * inputs[1]).sum(axis=1) / lengths


def true(target: Array) -> NDArray[np.int64]:
    """Return the true class of each row, of soft ones the likeliest; of one that is ignored or missing any."""
    index = target.argmax(axis=1) if target.ndim == 2 else np.nan_to_num(target)
    return np.maximum(index, 0).astype(np.int64)
