"""Pairs with a label of -1 or 1: of directions nearly the same, opposite or orthogonal, and of scores near the margin."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, TINY, beside, magnitude


def sign(rng):
    return float(rng.choice([-1.0, 1.0]))


def hinge_embedding(loss, rng, at):
    pool = [*MAGNITUDES, *beside(loss.margin), rng.random(), magnitude(rng)]
    return float(rng.choice(pool)), sign(rng)


def margin_ranking(loss, rng, at):
    y = sign(rng)
    match rng.integers(5):
        case 0:  # the lead is the margin, or nearly
            x2 = float(rng.choice([0.0, 0.1, 1.0, 1e-20, 1e300, magnitude(rng)]))
            x1 = float(rng.choice(beside(x2 + y * loss.margin)))
        case 1:
            x1, x2 = (float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES)) for _ in range(2))
        case 2:
            x1 = magnitude(rng)
            x2 = float(rng.choice(beside(x1)))
        case _:
            x1, x2 = rng.normal(size=2)
    return float(x1), float(x2), y


def cosine(loss, rng, at):
    labels = () if loss.name == "cosine-distance" else (sign(rng),)
    if loss.forms[at][0].kind == "number":
        margin = getattr(loss, "margin", 0.0)
        pool = [0.0, 1.0, -1.0, TINY, 1e-20, 1 - 2.0**-53, *beside(margin), *rng.uniform(-1, 1, 5)]
        return float(rng.choice(pool)), *labels
    with np.errstate(all="ignore"):
        return *directions(loss, rng), *labels


def directions(loss, rng):
    width = int(rng.choice([1, 2, 3, 4]))
    size, other = (float(rng.choice([1.0, 1.0, 1e-8, 1e-200, 1e200, 1e-320, 1e307])) for _ in range(2))
    x = rng.normal(size=width)
    style = rng.integers(9)
    if style == 0:  # with many zeros, and often orthogonal or parallel
        return tuple(rng.integers(-1, 2, width).astype(float) * s for s in (size, other))
    if style == 1:
        return np.array([magnitude(rng) for _ in range(width)]), np.array(
            [magnitude(rng) for _ in range(width)]
        )
    if style == 2:  # parallel, or opposite
        return x * size, x * size * sign(rng) * 2.0 ** rng.integers(-60, 60)
    if style == 3:  # by the last bit
        y = x.copy()
        j = rng.integers(width)
        y[j] = float(rng.choice(beside(float(y[j]))))
        return x * size, y * size * sign(rng)
    if style == 4:  # by a small angle
        return x * size, (x + rng.normal(size=width) * 10 ** rng.uniform(-17, -1)) * sign(rng) * size
    if style == 5 and width > 1:  # orthogonal, exactly or nearly
        y = np.zeros(width)
        y[:2] = -x[1], x[0]
        y[0] = float(rng.choice(beside(float(y[0]))))
        return x * size, y * size
    if style == 6 and width > 1:  # the cosine is the margin, nearly
        c = getattr(loss, "margin", 0.0)
        y = np.zeros(width)
        y[:2] = c, np.sqrt(1 - c * c)
        return np.eye(width)[0] * size, y * other
    if style == 7:  # numbers on a grid
        return tuple(rng.integers(-9, 10, width) / 8 * s for s in (1.0, 4.0))
    return x * size, rng.normal(size=width) * other


ROWS = {
    "hinge-embedding": hinge_embedding,
    "margin-ranking": margin_ranking,
    "cosine-distance": cosine,
    "cosine-embedding": cosine,
}
SETTINGS = {
    "hinge-embedding.margin": [0.0, 0.3, -2.0, 1e200],
    "margin-ranking.margin": [0.3, 1e-160, -2.0, 1e308],
    "cosine-embedding.margin": [0.3, -1.0, 1.0],
}
