"""Classes as targets: an index for each row, or a weight for each class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Array


def weights(k: Array, classes: int) -> Array:
    """Return the targets of a block as weights (K, n): those given, or 1 for the class with index `k`."""
    return k if k.ndim == 2 else one_hot(k, classes).astype(np.float64)


def one_hot(k: Array, classes: int) -> NDArray[np.bool_]:
    """Return where each column of a block (K, n) has the class with index `k`."""
    return np.arange(classes)[:, None] == k


def index(k: Array) -> NDArray[np.intp]:
    """Return the classes of a block as indices, from indices or from columns of which one is 1."""
    return k.argmax(axis=0) if k.ndim == 2 else k.astype(np.intp)


def counted(told: NDArray[np.bool_]) -> NDArray[Any]:
    """Return how many of each column are told: a byte each while they fit."""
    kind = np.uint8 if len(told) < 256 else np.intp
    return np.add.reduce(told.view(np.uint8), axis=0, dtype=kind)


def pick(x: Array, k: Array | NDArray[np.intp]) -> Array:
    """Return of each column of `x` the entry of its class."""
    found: Array = x[k.astype(np.intp), np.arange(x.shape[1])]
    return found


def placed(
    k: NDArray[np.intp], entry: Array | float, shape: tuple[int, ...], others: Array | float = 0.0
) -> Array:
    """Return columns that have an entry at the class `k`, and another number elsewhere; rows lie together."""
    found: Array = np.full(shape[::-1], others)
    found[np.arange(shape[1]), k] = entry
    return found.T
