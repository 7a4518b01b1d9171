"""Ensembles of numbers: ties, narrow and wide ones, near the target and far from it."""

import numpy as np

from tests.laws.numbers import HUGE, TINY, beside, magnitude, some

SIZES = [1.0, 1.0, 1e-310, 1e-200, 1e-8, 1e200, 1e307]


def ensemble_row(loss, rng, at):
    count = int(rng.choice([1, 2, 3, 4, 6]))
    size = float(rng.choice(SIZES))
    match rng.integers(5):
        case 0:  # ties
            x, y = rng.integers(-2, 3, count) * size, rng.integers(-2, 3) * size
        case 1:
            x, y = np.array([magnitude(rng) for _ in range(count)]), magnitude(rng)
        case 2:  # one beside another
            y = float(rng.normal())
            x = rng.choice([*beside(y), *beside(1.0), y + size], count)
        case 3:
            x, y = (
                np.array(some(rng, [-HUGE, -1.0, 0.0, TINY, 1.0, HUGE], count)),
                float(rng.choice([-1e308, 0.0, 1e308])),
            )
        case _:
            x, y = rng.normal(size=count) * size, rng.normal() * size
    if loss.settings().get("fair") and len({*x.tolist(), y}) <= count:
        return ensemble_row(
            loss, rng, at
        )  # a tie of the two outermost has a slope between 0 and what the law takes
    if at == 1:
        return x, float(y), member_weights(rng, count)
    return x, float(y)


def member_weights(rng, count):
    """Weights: whole ones, equal ones, any; now and then one is 0, or far less than the others."""
    pick = rng.integers(5)
    w = [rng.integers(1, 4, count), np.full(count, 0.1), rng.random(count), rng.random(count) * 1e200,
         10 ** rng.uniform(-30, 0, count)][pick] * 1.0  # fmt: skip
    if count > 1 and rng.random() < 0.3:
        w[rng.integers(count)] = w.max() * float(rng.choice([0.0, 1e-25, 1e-100]))
    return w


def moments_row(loss, rng, at):
    if at == 1:
        x, y = ensemble_row(loss, rng, 0)
        return (x, y) if len(set(x.tolist())) > 1 else moments_row(loss, rng, at)
    match rng.integers(4):
        case 0:
            return magnitude(rng), abs(magnitude(rng)), magnitude(rng)
        case 1:  # as far as the scale, where the slope in it is 0, or as sqrt(1/3) of it
            s = abs(magnitude(rng, -5, 5))
            return float(rng.choice([*beside(s), *beside(s / np.sqrt(3))])), s, 0.0
        case 2:  # where the value is 0
            s = float(rng.choice([*beside(1.0), 0.5, 1 - 1e-9]))
            return float(rng.choice(beside(float(np.sqrt(abs(2 * np.log(s)))) * s))), s, 0.0
        case _:
            return float(rng.normal()), float(np.exp(rng.normal())), float(rng.normal())


ROWS = {"crps-ensemble": ensemble_row, "dawid-sebastiani": moments_row}
