"""Rows of a predicted log time and the ends of an interval: far from it, at it, wide and narrow."""

from math import inf

import numpy as np

from tests.laws.numbers import HUGE, MAGNITUDES, TINY, beside, magnitude

PLACES = [  # where the noise is, at which a derivative is 0 or the kernels change their form
    0.0, 1e-18, 1e-9, 0.1, 0.25, 0.5, 0.7, 1.0, 2.0, 4.0, 6.5, 27.3, 37.6, 38.6, 300.0, 372.0, 600.0, 700.0, 745.0,
    1400.0, 3e4, 3.3e4, 1e6, 1e20,
]  # fmt: skip


def time(rng):
    pool = [1.0, *beside(1.0), TINY, HUGE, 1e-300, *np.exp(rng.normal(size=6)), 10 ** rng.uniform(-9, 9)]
    return float(rng.choice([*pool, abs(magnitude(rng))]))


def survival_row(loss, rng, at):
    first = time(rng)
    match rng.integers(9):
        case 0 | 1:
            lower = upper = first
        case 2 | 3:
            lower, upper = first, inf
        case 4 | 5:
            lower, upper = 0.0, first
        case 6:
            lower, upper = beside(min(first, 1e308))[1:]
        case _:
            factors = 1 + 10 ** rng.uniform(-16, 0), np.exp(min(loss.sigma, 1.0) * rng.exponential())
            lower, upper = sorted((first, rng.choice([time(rng), *(min(first, 1e300) * x for x in factors)])))
    if rng.random() < 0.03:
        lower, upper = 0.0, inf
    middle = np.log(first) if rng.random() < 0.6 else (np.log(lower or first) + np.log(min(upper, HUGE))) / 2
    match rng.integers(6):
        case 0:
            f = float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES))
        case 1:
            f = float(rng.choice(beside(float(middle))))
        case 2 | 3:
            f = float(middle + rng.choice([-1, 1]) * loss.sigma * rng.choice(PLACES))
        case _:
            f = float(middle + loss.sigma * rng.normal() * rng.choice([0.3, 1, 3, 6]))
    if abs(f) > 1e300:
        f /= 1e8
    ends = [abs(f - np.log(x)) / loss.sigma for x in (lower, upper) if 0 < x < inf]
    most = {"aft": 1e11, "aft-extreme": 1e29}.get(
        loss.name, inf
    )  # of more, the digits of the oracle leave nothing
    slow = loss.name == "aft" and any(38 < x < 240 for x in ends)  # and there it needs very many
    if slow or max(ends, default=0) > most:
        return survival_row(loss, rng, at)
    return f, lower, upper


ROWS = dict.fromkeys(("aft", "aft-logistic", "aft-extreme"), survival_row)
SETTINGS = {f"{name}.sigma": [0.3, 1e-4] for name in ROWS}
