"""Pairs of which one was preferred: leads of every size, beside the margin, and where the smoothing cancels the slope."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, beside, magnitude


def pair(loss, rng, at):
    beta, margin = loss.beta, getattr(loss, "margin", 0.0)
    share = loss.smoothing
    match rng.integers(7):
        case 0:
            x, y = (float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES)) for _ in range(2))
        case 1:
            y = magnitude(rng)
            x = float(rng.choice(beside(y)))
        case 2:  # the lead is the margin, or what the smoothing holds for right
            y = float(rng.choice([0.0, 0.1, 1.0, -30.0]))
            lead = np.log((1 - share) / share) if share else margin
            x = float(rng.choice(beside(y + lead / beta)))
        case 3:
            x, y = magnitude(rng, -20, 4), magnitude(rng, -20, 4)
        case _:
            x, y = rng.normal(size=2) * float(rng.choice([0.1, 1, 30, 300])) / beta
    if at == 0:
        return float(x), float(y)
    base = rng.normal(size=2) * float(rng.choice([0.0, 1.0, 100.0]))
    return float(x + base[0]), float(y + base[1]), float(base[0]), float(base[1])


ROWS = {"bradley-terry": pair, "dpo": pair}
SETTINGS = {
    "bradley-terry.beta": [3.0, 1e300],
    "bradley-terry.margin": [0.3, 1e200],
    "dpo.beta": [0.5],
    "dpo.label_smoothing": [0.1],
}
