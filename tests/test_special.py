"""Special functions against mpmath."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli import special
from losscli.doubledouble import DoubleDouble

RNG = np.random.default_rng(8)
W = np.concatenate([
    10 ** RNG.uniform(-60, 2, 60), RNG.uniform(0, 8, 60), [1e-200, 3.99999999, 4.0, 4.00000001, 38.0, 1e3],
])  # fmt: skip


def bits(found, truth):
    """How many bits of each number are right."""
    whole = [
        mpf(float(a)) + mpf(float(b))
        for a, b in zip(found.high, np.broadcast_to(found.low, found.high.shape), strict=True)
    ]
    return min(-float(mp.log(abs(a / b - 1) + mpf(2) ** -200, 2)) for a, b in zip(whole, truth, strict=True))


def of(x, low):
    return [mpf(float(a)) + mpf(float(b)) for a, b in zip(x, low, strict=True)]


@pytest.fixture(autouse=True)
def precision():
    with mp.workdps(120), np.errstate(all="ignore"):
        yield


def erfcx(w):
    return mp.exp(w * w / 2) * mp.erfc(w / mp.sqrt(2)) * mp.sqrt(mp.pi / 2)


def test_mills():
    low = W * 2.0**-55
    assert bits(special.mills(DoubleDouble(W, low)), [erfcx(w) for w in of(W, low)]) > 85


def test_erf():
    low = W * -(2.0**-56)
    assert bits(special.erf(DoubleDouble(W, low)), [mp.erf(w / mp.sqrt(2)) for w in of(W, low)]) > 85


def test_bell():
    x = W[W < 20]
    assert bits(special.bell(DoubleDouble(x)), [mp.exp(-(mpf(float(w)) ** 2) / 2) for w in x]) > 85


@pytest.mark.parametrize(("a", "b"), [(1, 3), (-691, 2730), (8615841276005, 14322)])
def test_quotient(a, b):
    found = special.quotient(a, b)
    assert abs(mpf(float(found.high)) + mpf(float(found.low)) - mpf(a) / b) < abs(mpf(a) / b) * mpf(2) ** -104
