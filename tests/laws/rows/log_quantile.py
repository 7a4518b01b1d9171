"""Logarithms beside that of their target, and of every size."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, beside, magnitude


def row(loss, rng, at):
    match rng.integers(5):
        case 0:
            y = abs(magnitude(rng))
            return float(rng.choice(beside(float(np.log(y))))), y
        case 1:
            return float(rng.choice([-1, 1]) * rng.choice([*MAGNITUDES, 709.9])), float(
                rng.choice([0.0, -1.0, 1.0, 1e308])
            )
        case 2:
            return float(rng.choice(beside(0.0))), float(rng.choice(beside(1.0)))
        case 3:
            return magnitude(rng, -20, 3), magnitude(rng)
        case _:
            return float(rng.normal()), float(np.exp(rng.normal()))


ROWS = {"log-lin-quantile": row}
SETTINGS = {"log-lin-quantile.tau": [0.1, 1e-17]}
