"""Pairs of distributions, and amounts: alike, apart, with classes that one of them lacks."""

import numpy as np

from tests.laws.numbers import HUGE, MAGNITUDES, TINY, beside, magnitude


def distributions_row(loss, rng, at):
    k = 2 if loss.name == "js-distance" and rng.random() < 0.7 else int(rng.choice([2, 3]))
    y = rng.dirichlet(np.full(k, rng.choice([0.02, 0.5, 3.0])))
    p = rng.dirichlet(np.full(k, rng.choice([0.02, 0.5, 3.0])))
    match rng.integers(8):
        case 0:  # a class
            return p, float(rng.integers(k))
        case 6:  # small ones of which one is next to nothing beside the other
            small = 10 ** rng.uniform(-20, -4)
            pair = [np.array([1 - each, each]) for each in (small, small * 10 ** rng.uniform(-18, -12))]
            p, y = pair if rng.random() < 0.5 else pair[::-1]
            y = float(rng.integers(2)) if rng.random() < 0.2 else y
            return p, y
        case 1:  # alike but for a few of the last bits
            p = y + rng.integers(-2, 3, k) * np.spacing(y)
        case 2:  # nearly alike
            step = rng.normal(size=k) * 10 ** rng.uniform(-12, -1)
            p = abs(y + step - step.mean())
            p /= p.sum()
        case 3:  # a class that one lacks, or nearly
            (p, y)[rng.integers(2)][0] = rng.choice([0.0, TINY, 1e-310, 1e-200, 1e-20])
            p[-1] += 1 - p.sum()
            y[-1] += 1 - y.sum()
        case 4:  # all but equal small ones
            small = 10 ** rng.uniform(-323, -8)
            p, y = np.array([1.0, small]), np.array([1.0, float(rng.choice([0, 0.5, 1 + 1e-9, 3])) * small])
        case 5:
            p = np.eye(k)[rng.integers(k)]
            y = p if rng.random() < 0.3 else y
        case _:
            pass
    return np.clip(p, 0, 1), np.clip(y, 0, 1)


def logs(x):
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(x), -1e4)


def log_probabilities_row(loss, rng, at):
    p, y = distributions_row(loss, rng, at)
    z = logs(p)
    if rng.random() < 0.2:
        z[0] = -float(rng.choice(MAGNITUDES))
    if rng.random() < 0.2:  # as near as can be
        z = logs(y) if np.ndim(y) else z
        z[0] = min(0.0, float(rng.choice(beside(float(z[0])))))
    return z, y


def log_pair_row(loss, rng, at):
    z, y = log_probabilities_row(loss, rng, at)
    s = logs(y) if np.ndim(y) else logs(np.eye(len(z))[int(y)])
    if rng.random() < 0.2:
        s[-1] = -float(rng.choice(MAGNITUDES))
    return z, s


def amounts(rng, k):
    sizes = [1.0, 1.0, 3e4, 1e-200, 1e200, HUGE / 4, 1e-320]
    y = rng.random(k) * float(rng.choice(sizes))
    match rng.integers(6):
        case 0:
            p = np.array([float(rng.choice(beside(float(each)))) for each in y])
        case 1:
            p = y * (1 + rng.normal(size=k) * 10 ** rng.uniform(-14, 0))
        case 2:
            p = rng.choice(MAGNITUDES, k)
        case 3:
            y, p = rng.choice(MAGNITUDES, k), abs(np.array([magnitude(rng) for _ in range(k)]))
        case 4:
            p = y * rng.choice([0.0, 0.59, 0.6, 0.61, 1.66, 1.67, 10.0], k)
        case _:
            p = rng.random(k)
    if rng.random() < 0.2:
        y[0] = 0.0
    return abs(p), y


def amounts_row(loss, rng, at):
    return amounts(rng, int(rng.choice([1, 2, 3])))


def log_amounts_row(loss, rng, at):
    p, y = amounts(rng, int(rng.choice([1, 2, 3])))
    z = logs(p)
    match rng.integers(5):
        case 0:  # the logarithm of the target, or its neighbour
            z = logs(y)
            z[0] = float(rng.choice(beside(float(z[0]))))
        case 1:
            z[0] = magnitude(rng, -20, 4)
        case 2:
            z[0], y[0] = float(rng.normal()), 1.0
        case _:
            pass
    return z, y


ROWS = {
    "kl-divergence": distributions_row,
    "js-divergence": distributions_row,
    "js-distance": distributions_row,
    "kl-divergence-log": log_probabilities_row,
    "kl-divergence-log-target": log_pair_row,
    "generalized-kl": amounts_row,
    "generalized-kl-log": log_amounts_row,
}
SETTINGS = {"js-divergence.base": [2.0, 1 + 2.0**-52], "js-distance.base": [2.0]}
