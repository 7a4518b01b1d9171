"""Masks: empty and full, hard and soft, and with errors that are nearly equal."""

import numpy as np

from tests.laws.numbers import TINY, beside


def mask_row(loss, rng, at):
    size = int(rng.integers(1, 5))
    kind = rng.integers(6)
    t = rng.integers(0, 2, size).astype(float)
    if kind == 0:
        t = np.zeros(size)
    elif kind == 1:
        t = np.round(rng.random(size), 2)
    pool = [0.0, 1.0, 0.5, TINY, 1e-300, 1e-20, 1 - 2.0**-53, *beside(0.5), rng.random(), rng.random()]
    p = rng.choice(pool, size) if kind < 4 else rng.random(size)
    if kind == 5:
        p = t.copy()
    if not (p.any() or t.any()):
        p[0] = 0.25  # nothing at all is a jump
    return p, t


def signed_mask_row(loss, rng, at):
    size = int(rng.integers(1, 6))
    t = rng.integers(0, 2, size).astype(float)
    s = rng.normal(size=size) * float(rng.choice([0.3, 1, 30, 1e-20, 1e150]))
    if rng.random() < 0.3:
        s[0] = float(rng.choice(beside(1.0))) * (2 * t[0] - 1)
    margins = (2 * t - 1) * s
    return (s, t) if len(set(margins)) == size else signed_mask_row(loss, rng, at)


def classes_row(loss, rng, at):
    size, classes = int(rng.integers(1, 5)), int(rng.choice([2, 3]))
    p = rng.dirichlet(np.full(classes, rng.choice([0.1, 1.0, 5.0])), size)
    y = rng.integers(0, classes, size).astype(float)
    if rng.random() < 0.2:
        p[0] = np.eye(classes)[rng.integers(classes)]
    return p, y


def rare_row(loss, rng, at):
    """Classes that are rare or not there, hit or not, by a little."""
    p, y = classes_row(loss, rng, at)
    if rng.random() < 0.4:
        p = np.eye(p.shape[1])[rng.integers(0, p.shape[1], len(p)) if rng.random() < 0.5 else y.astype(int)]
        p[0, :2] = [1.0, float(rng.choice([0, TINY, 1e-300, 1e-20]))]
        p[0, 2:] = 0.0
    return p, y


ROWS = {
    "dice": mask_row,
    "jaccard": mask_row,
    "tversky": mask_row,
    "lovasz-hinge": signed_mask_row,
    "lovasz-softmax": classes_row,
    "generalized-dice": rare_row,
}
SETTINGS = {
    **{f"{name}.smooth": [1.0, 1e-300] for name in ("dice", "jaccard", "tversky")},
    "tversky.alpha": [0.3, 2.0], "tversky.beta": [0.7, 5.0], "tversky.gamma": [0.75, 2.0],
    "dice.squared": [1.0], "lovasz-softmax.every": [1.0],
    "lovasz-softmax.classes": [(1.0,), (0.0, 2.0)],
}  # fmt: skip
