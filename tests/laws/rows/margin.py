"""Rows of decisions: scores on a threshold, beside it, and far away."""

from tests.laws.numbers import MAGNITUDES, beside, magnitude


def decided_row(loss, rng, at):
    near = [
        *beside(loss.threshold),
        -loss.threshold,
        float(rng.choice(MAGNITUDES)),
        magnitude(rng),
        rng.normal(),
    ]
    return float(rng.choice(near)), float(rng.choice([-1.0, 1.0]))


ROWS = {"zero-one": decided_row}
SETTINGS = {"zero-one.threshold": [0.5, -1e-320, 1e308]}
