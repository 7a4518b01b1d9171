"""Lists of embeddings: easy and hard, with twins, opposites and rows alone in their class."""

import numpy as np

from tests.laws.numbers import beside


def vectors(rng, members, width):
    size = float(rng.choice([1.0, 1.0, 1.0, 1e-200, 1e150]))
    x = rng.normal(size=(members, width))
    if rng.random() < 0.1:
        x = rng.integers(-2, 3, (members, width)).astype(float)
    return x * size


def moved(rng, x):
    """Vectors nearly those of x, or as far off as it happens."""
    with np.errstate(all="ignore"):
        y = x + abs(x).max() * rng.normal(size=x.shape) * 10.0 ** rng.uniform(-9, 0)
    if rng.random() < 0.3:
        y[0] = [rng.choice(beside(float(each))) for each in x[0]]
    return y


def pairs(loss, rng, at):
    if at:
        return (given(rng, loss.temperature),)
    x = vectors(rng, int(rng.choice([1, 2, 2, 3])), 2)
    if loss.raw:
        x = rng.normal(size=x.shape) * rng.choice([1.0, 0.1, 1e-9])
    return x, moved(rng, x)


def given(rng, scale):
    """A matrix of similarities, of all sizes, with equal and nearly equal ones."""
    n = int(rng.choice([1, 2, 3]))
    s = rng.normal(size=(n, n)) * rng.choice([1.0, 1.0, 30 * scale, 300 * scale, 1e-9, 1e150])
    if rng.random() < 0.3:
        s = s + np.eye(n) * 10.0 ** rng.uniform(-3, 3) * scale
    if rng.random() < 0.3:
        s[0] = [rng.choice(beside(float(s[0, 0]))) for _ in range(n)]
    return s if rng.random() < 0.9 else s * 10.0 ** rng.uniform(-300, 150)


def classes(loss, rng, at):
    y = np.array(
        [[0, 0, 1], [0, 0, 1, 1], [0, 0, 0, 1], [2, 1, 2], [0, 1], [0, 0]][
            rng.choice(6, p=[0.3, 0.2, 0.2, 0.2, 0.05, 0.05])
        ],
        float,
    )
    x = vectors(rng, len(y), 2)
    if rng.random() < 0.6:  # classes lie together
        x = vectors(rng, 3, 2)[y.astype(int)]
        x = x + abs(x).max() * rng.normal(size=x.shape) * 10.0 ** rng.uniform(-6, 0)
    return x, y


ROWS = {
    "info-nce": pairs,
    "siglip": pairs,
    "ntxent": classes,
    "supcon": classes,
    "circle": classes,
    "multi-similarity": classes,
}
SETTINGS = {
    "info-nce.temperature": [1.0, 0.001],
    "info-nce.symmetric": [1.0],
    "info-nce.raw": [1.0],
    "siglip.temperature": [1.0],
    "siglip.bias": [0.0, 2.0],
    "siglip.raw": [1.0],
    "ntxent.temperature": [1.0, 0.004],
    "supcon.temperature": [1.0, 0.004],
    "multi-similarity.alpha": [0.5, 100.0],
    "multi-similarity.beta": [1.0, 1000.0],
    "multi-similarity.base": [0.0, 1.0],
    "circle.margin": [0.0, 0.25],
    "circle.gamma": [1.0, 1000.0],
}
