"""Logits and exposures of any size, and chances beside labels."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, TINY, beside, magnitude


def exposed(loss, rng, at):
    z = float(rng.choice([rng.normal(scale=3), rng.uniform(-40, 40), magnitude(rng), rng.choice(MAGNITUDES)]))
    w = abs(
        float(rng.choice([1.0, rng.exponential(), magnitude(rng, -5, 5), rng.choice([*MAGNITUDES, TINY])]))
    )
    y = float(rng.choice([0.0, 1.0, rng.random(), TINY, 1 - 2.0**-53]))
    if rng.random() < 0.2 and abs(z) < 30 and w < 30:
        y = float(rng.choice(beside(-float(np.expm1(-w * np.log1p(np.exp(z)))))))
    return z, w, min(max(y, 0.0), 1.0)


ROWS = {"cross-entropy-lambda": exposed}
