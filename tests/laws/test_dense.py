"""Ordinary rows by the hundred thousand are within 4 ulp of extended precision, where that is beyond doubt."""

import numpy as np
import pytest

from losscli.spec import parse

Fine = np.longdouble
COUNT = 300_000
LIMIT = 4.02  # a few thousandths are the extended precision's own
DOUBT = 64  # of terms so much larger than the result, extended precision has too few bits


def amounts(rng):
    return rng.uniform(1, 2, COUNT) * 2.0 ** rng.integers(-2, 3, COUNT), rng.uniform(1, 2, COUNT)


def logs(rng):
    return 2 * rng.normal(size=COUNT), np.exp(rng.normal(size=COUNT))


def forecasts(rng):
    return rng.normal(size=COUNT), np.exp(rng.normal(size=COUNT)), rng.normal(size=COUNT)


CASES = {  # inputs, and terms whose sum is the loss
    "inverse-gaussian-deviance": (amounts, lambda p, t: [(p - t) ** 2 / (p * p * t)]),
    "gamma-deviance": (amounts, lambda p, t: [2 * (t - p) / p, -2 * np.log1p((t - p) / p)]),
    "poisson-deviance": (amounts, lambda p, t: [2 * (p - t), -2 * t * np.log1p((p - t) / t)]),
    "tweedie-deviance:power=1.2": (
        amounts,
        lambda p, t: [
            term / (2 - Fine(1.2))
            for term in (2 * t ** (2 - Fine(1.2)) / (1 - Fine(1.2)),
                         -2 * t * p ** (1 - Fine(1.2)) * (2 - Fine(1.2)) / (1 - Fine(1.2)),
                         2 * p ** (2 - Fine(1.2)))
        ],
    ),
    "poisson-nll": (amounts, lambda p, t: [p, -t * np.log(p)]),
    "poisson-nll-log": (logs, lambda z, y: [np.exp(z), -y * z]),
    "gamma-nll-log": (logs, lambda z, y: [z, y * np.exp(-z)]),
    "tweedie-nll-log": (logs, lambda z, y: [2 * np.exp(z / 2), 2 * y * np.exp(-z / 2)]),
    "gaussian-nll": (forecasts, lambda m, v, y: [np.log(v) / 2, (m - y) ** 2 / v / 2]),
    "laplace-nll": (forecasts, lambda m, b, y: [np.log(2 * b), abs(m - y) / b]),
    "dawid-sebastiani": (forecasts, lambda m, s, y: [2 * np.log(s), ((m - y) / s) ** 2]),
}  # fmt: skip


@pytest.mark.skipif(np.finfo(Fine).nmant < 63, reason="long doubles are no longer than doubles here")
@pytest.mark.parametrize("spec", CASES)
def test_dense(spec):
    inputs, terms = CASES[spec]
    rows = inputs(np.random.default_rng(8))
    parts = terms(*(x.astype(Fine) for x in rows))
    truth = sum(parts)
    clear = abs(truth) > np.maximum.reduce([abs(x) for x in parts]) / DOUBT
    error = abs(parse(spec).value(*rows) - truth) / np.spacing(abs(truth).astype(float))
    assert clear.mean() > 0.5
    assert error[clear].max() < LIMIT
