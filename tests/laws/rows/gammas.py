"""Rows of Student's t and of the negative binomial distribution."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, beside, magnitude


def freedom(rng):
    pool = [0.5, 1.0, 2.0, 3.0, 30.0, 40.0, 1e4, 1e8, 10 ** rng.uniform(-3, 4)]
    return float(rng.choice([*pool, abs(magnitude(rng, -20, 20)), *np.exp(rng.normal(size=8) * 2)]))


def student_row(loss, rng, at):
    s, df = (
        float(rng.choice([0.5, 1.0, abs(magnitude(rng, -40, 40)), *np.exp(rng.normal(size=4))])),
        freedom(rng),
    )
    match rng.integers(7):
        case 0:
            e = float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES[6:-4]))
        case 1:  # where the slope in the scale, or the curvature, is 0
            e = float(rng.choice(beside(s * float(rng.choice([1.0, df**0.5])))))
        case 2:
            e = magnitude(rng, -40, 40)
        case 3:
            e = 0.0
        case 4:
            e = s * 10 ** rng.uniform(-3, 3)
        case _:
            return float(rng.normal()), s, df, float(rng.normal())
    return e, s, df, 0.0


def count_row(loss, rng, at):
    """No mean is the count itself: a slope of 0 takes the oracle a minute to tell from a very small one."""
    y = float(
        rng.choice([0.0, 1.0, 2.0, rng.integers(100), 1e3, 1e6, rng.random(), 10 ** rng.uniform(-3, 3)])
    )
    if rng.random() < 0.1:
        y = abs(magnitude(rng, -20, 20))
    m = float(
        rng.choice([*beside(y)[::2], y * np.exp(rng.normal()), np.exp(rng.normal()), rng.choice(MAGNITUDES)])
    )
    return m, freedom(rng), y


def dispersed_row(loss, rng, at):
    m, n, y = count_row(loss, rng, at)
    return m, float(rng.choice([0.0, 1.0, 4.0])) or 1 / n, y


def chance_row(loss, rng, at):
    """No count is the mean, whose slope takes the oracle long."""
    _, n, y = count_row(loss, rng, at)
    even = n / (n + y)
    pool = [
        *beside(even)[::2],
        1e-300,
        1 - 2.0**-53,
        0.3,
        rng.random(),
        rng.random(),
        10 ** rng.uniform(-20, 0),
    ]
    return float(rng.choice(pool)), n, y


ROWS = {
    "student-t-nll": student_row, "negative-binomial-nll": count_row,
    "negative-binomial-nll-alpha": dispersed_row, "negative-binomial-nll-prob": chance_row,
}  # fmt: skip
