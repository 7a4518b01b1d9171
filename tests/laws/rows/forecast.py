"""Rows of a location, a scale and a target: far off, dead on, and where derivatives vanish."""

import numpy as np

from tests.laws.numbers import MAGNITUDES, beside, magnitude

ROOTS = {  # errors, as parts of the scale, at which the loss or a derivative of it may be 0, or changes its form
    "gaussian-nll": [1.0, 0.5**0.5],
    "gaussian-nll-sigma": [1.0, 3**-0.5, 0.57, 0.6],
    "gaussian-nll-log-sigma": [1.0],
    "gaussian-nll-log-var": [1.0],
    "laplace-nll": [1.0, 0.5],
    "laplace-nll-log-scale": [1.0],
    "crps-gaussian": [0.8325546111576977, 4.0, 1e-9, 37.5],
    "crps-laplace": [0.9612787631147769, 1e-9, 700.0, 750.0],
    "crps-logistic": [1.5434046384182083, 1.3881084574010787, 1e-9, 30.0, 750.0],
}


def scale(rng):
    pool = [
        0.5,
        1.0,
        *beside(0.5),
        *beside(1.0),
        1 / (2 * np.pi),
        10 ** rng.uniform(-3, 3),
        abs(magnitude(rng)),
    ]
    return float(rng.choice([*pool, *np.exp(rng.normal(size=8)), rng.choice(MAGNITUDES[1:])]))


LOGS = {"gaussian-nll-log-var": 0.5, "gaussian-nll-log-sigma": 1.0, "laplace-nll-log-scale": 1.0}
"""What of a logarithm is that of the scale."""


def log_row(loss, rng, at):
    """The same of a logarithm, or one of any size."""
    location, s, target = forecast_row(loss, rng, at)
    if rng.random() < 0.3:
        s = rng.choice([-1, 1]) * rng.choice([*MAGNITUDES[:-4], 300.0, 600.0, 1e5, 1400.0])
        return location, float(s), target
    s = float(np.log(s) / LOGS[loss.name])
    return location, float(rng.choice([*beside(s), np.round(s, 1)])), target


def forecast_row(loss, rng, at):
    s = scale(rng)
    unit = s**0.5 if loss.name == "gaussian-nll" else s
    match rng.integers(8):
        case 0:
            e = float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES))
        case 1:
            e = float(rng.choice(beside(float(rng.choice(ROOTS[loss.name])) * unit)))
        case 2:  # where the value is 0: the error that makes up for the logarithm
            normal = loss.name.startswith("gaussian")
            w = -2 * np.log(unit) if normal else -np.log(2 * s)
            e = float(rng.choice(beside(float(unit * abs(w) ** (0.5 if normal else 1)))))
        case 3:
            e = magnitude(rng)
        case 4:
            target = float(rng.choice([rng.normal(), magnitude(rng)]))
            return float(rng.choice(beside(target))), s, target
        case 5:
            e = unit * 10 ** rng.uniform(-3, 3)
        case _:
            return float(rng.normal()), s, float(rng.normal())
    return (e, s, 0.0) if rng.random() < 0.5 else (0.0, s, e)


def normal_fit(loss, sample):
    return sample.mean(), sample.var()


def laplace_fit(loss, sample):
    return np.median(sample), abs(sample - np.median(sample)).mean()


def logged(fit, of=1.0):
    """The same fit, of the logarithm of its second number to a power."""

    def found(loss, sample):
        location, scale = fit(loss, sample)
        return location, of * np.log(scale)

    return found


ROWS = dict.fromkeys(ROOTS, forecast_row) | dict.fromkeys(LOGS, log_row)
BEST = {
    "gaussian-nll": normal_fit,
    "gaussian-nll-sigma": lambda loss, sample: (sample.mean(), sample.std()),
    "gaussian-nll-log-var": logged(normal_fit),
    "gaussian-nll-log-sigma": logged(normal_fit, 0.5),
    "laplace-nll": laplace_fit,
    "laplace-nll-log-scale": logged(laplace_fit),
}
