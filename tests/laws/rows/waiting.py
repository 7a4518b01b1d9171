"""Rates and times whose product is anything, and near where derivatives turn."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, TINY, beside, magnitude


def waiting(loss, rng, at):
    match rng.integers(5):
        case 0:
            p, t = (float(rng.choice([*MAGNITUDES, TINY])) for _ in range(2))
        case 1:
            p, t = magnitude(rng, -20, 20), magnitude(rng, -20, 20)
        case 2:
            p = magnitude(rng, -5, 5)
            t = float(
                rng.choice(beside(float(rng.choice([0.6931471805599453, 0.9612, 1.7273, 600.0])) / abs(p)))
            )
        case 3:
            p, t = magnitude(rng), 0.0
        case _:
            p, t = rng.exponential(2, size=2)
    return abs(p), abs(t)


def likely(loss, rng, at):
    """Rates beside the inverse of a time, and beside 1."""
    p, t = waiting(loss, rng, at)
    if rng.random() < 0.3 and 1e-300 < p < 1e300:
        t = abs(float(rng.choice(beside(float(rng.choice([1.0, abs(np.log(p))])) / p))))
    elif rng.random() < 0.2:
        p, t = abs(float(rng.choice(beside(1.0)))), float(rng.choice([0.0, 1e-17, 2.0**-52, 1.0]))
    return p, t


ROWS = {"crps-exponential": waiting, "exponential-nll": likely}
