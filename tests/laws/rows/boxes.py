"""Pairs of boxes: apart, touching, one in the other, the same but for a bit, with corners in common."""

import numpy as np

from tests.laws.numbers import beside


def boxes(loss, rng, at):
    style, size = rng.integers(6), float(rng.choice([1.0, 1.0, 1.0, 1e-9, 1e5, 1e100, 1e-100]))
    if style < 2:  # whole numbers: with corners and edges in common
        p, t = rng.integers(-3, 4, (2, 4)).astype(float) * size
    else:
        p, t = rng.normal(size=(2, 4)) * size
    if style == 2:  # nearly the same
        p = t * (1 + rng.normal(size=4) * 10.0 ** rng.uniform(-17, -1))
    if style == 3:
        p = t.copy()
        j = rng.integers(4)
        p[j] = float(rng.choice(beside(float(p[j]))))
    p, t = (np.concatenate([np.minimum(x[:2], x[2:]), np.maximum(x[:2], x[2:])]) for x in (p, t))
    if (p[:2] == p[2:]).any() or (t[:2] == t[2:]).any():  # a box without area
        p, t = np.array([0.0, 0.0, 2.0, 1.0]), np.array([1.0, -1.0, 3.0, 1.0])
    return (*map(float, p), *map(float, t))


ROWS = {"iou": boxes, "giou": boxes}
