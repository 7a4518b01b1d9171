"""Logarithms and exponentials by tables are true to some 70 bits."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.numerics.tables import exp_pair, log_pair, rise_above

RNG = np.random.default_rng(3)
POWERS = 2.0 ** np.arange(-1022, 1024, 73)
SIDES = 1 + np.array([-(2.0**-53), 2.0**-52, -(2.0**-11), 2.0**-10, 0.0])


@pytest.mark.parametrize("spread", [1e-9, 1e-3, 0.1, 1.0, 200.0])
def test_logarithm(spread):
    x = np.concatenate([np.exp(RNG.normal(size=300) * spread), POWERS, SIDES])
    high, low = log_pair(x)
    with mp.workprec(200):
        truth = [mp.log(mpf(float(each))) for each in x]
        lost = [abs(mpf(float(a)) + mpf(float(b)) - c) for a, b, c in zip(high, low, truth, strict=True)]
    assert all(off <= mpf(2) ** -60 * min(1, abs(c)) for off, c in zip(lost, truth, strict=True))
    assert all(off <= mpf(2) ** -71 * max(1, abs(c)) for off, c in zip(lost, truth, strict=True))


@pytest.mark.parametrize("spread", [1e-9, 1e-3, 1.0, 30.0, 600.0])
def test_exponential(spread):
    x = np.concatenate([RNG.uniform(-spread, spread, 300), [0.0, -spread, spread]])
    high, low = exp_pair(x)
    with mp.workprec(200):
        truth = [mp.exp(mpf(float(each))) for each in x]
        lost = [abs(mpf(float(a)) + mpf(float(b)) - c) for a, b, c in zip(high, low, truth, strict=True)]
    assert all(off <= mpf(2) ** -70 * c for off, c in zip(lost, truth, strict=True))


def test_differences_from_exponentials_are_sure_of_what_they_say():
    rng = np.random.default_rng(4)
    z = rng.uniform(-20, 20, 2000)
    y = np.exp(z) * (1 + rng.normal(size=z.size) * 10.0 ** rng.uniform(-4, 0, z.size))
    found, near, sure = rise_above(z, y)
    with mp.workprec(200):
        truth = [mp.exp(mpf(float(a))) - mpf(float(b)) for a, b in zip(z, y, strict=True)]
        off = [abs(float((a - mpf(float(b))) / a)) for a, b in zip(truth, found, strict=True)]
    assert max(np.array(off)[sure]) < 2.1 * 2.0**-53
    assert 0.5 < np.mean(sure) < 1
    assert np.allclose(near, np.exp(z), rtol=1e-15)
    with np.errstate(invalid="ignore"):
        assert not rise_above(np.array([601.0, np.nan]), np.ones(2))[2].any()
