"""Ensembles of vectors: scattered, meeting each other or the observation, on a line, narrow and huge."""

import numpy as np

from tests.laws.numbers import beside, magnitude
from tests.laws.rows.ensemble import member_weights

SIZES = [1.0, 1.0, 1.0, 1e-8, 1e-200, 1e-315, 1e200, 1e307]


def vectors(rng, least=1):
    members, width = int(rng.choice([1, 2, 3, 4])), int(rng.choice([1, 2, 3]))
    members, width = max(members, least), max(width, least)
    size = float(rng.choice(SIZES))
    match rng.integers(6):
        case 0:  # on a grid: vectors meet, distances tie
            points = rng.integers(-1, 2, (members + 1, width)) * size
        case 1:
            points = np.array([[magnitude(rng) for _ in range(width)] for _ in range(members + 1)])
        case 2:  # on a line, the observation between
            points = np.outer(rng.normal(size=members + 1), rng.integers(1, 4, width)) * size
        case 3:  # one beside another
            points = np.tile(rng.normal(size=width), (members + 1, 1))
            for point in points:
                point[rng.integers(width)] = rng.choice(beside(float(point[0])))
        case 4:  # a coordinate beside which the others are small
            points = rng.normal(size=(members + 1, width)) * rng.choice([1.0, 1e-20, 1e-150], width)
        case _:
            points = rng.normal(size=(members + 1, width)) * size
    return points[:-1], points[-1]


def energy_row(loss, rng, at):
    x, y = vectors(rng)
    if loss.beta > 1 and len(np.unique([*x.tolist(), y.tolist()], axis=0)) <= len(x):
        return energy_row(loss, rng, at)  # where vectors meet it bends without bound
    return weighed(rng, at, x, y)


def weighed(rng, at, x, y):
    """A row, of which the members may have weights."""
    if not at:
        return x, y
    w = member_weights(rng, len(x))
    return x, y, np.maximum(w, 1e-30 * w.max())


def kernel_row(loss, rng, at):
    x, y = vectors(rng)
    if rng.random() < 0.5:  # from a few widths off on, where nearness ends
        x = rng.normal(size=x.shape) * loss.width * float(rng.choice([1.0, 3.0, 20.0, 40.0]))
        y = rng.normal(size=y.shape) * loss.width
    return weighed(rng, at, x, y)


def variogram_row(loss, rng, at):
    x, y = vectors(rng)
    if loss.pairs and 2 * len(loss.pairs) != len(y) * (len(y) - 1):
        return variogram_row(loss, rng, at)
    return weighed(rng, at, x, y)


ROWS = {"energy-score": energy_row, "gaussian-kernel-score": kernel_row, "variogram-score": variogram_row}
SETTINGS = {
    "energy-score.beta": [0.5, 1.5],
    "gaussian-kernel-score.width": [0.3, 1e6],
    "variogram-score.p": [1.0, 1.5, 2.0],
    "variogram-score.pairs": [(0.5, 2.0, 0.0), (3.0,)],
}
