"""Special functions against mpmath."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.numerics import special
from losscli.numerics.doubledouble import DoubleDouble

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


X = np.concatenate([10 ** RNG.uniform(-60, 60, 60), RNG.uniform(0, 30, 60), [1.0, 2.0, 19.9999999, 20.0]])


@pytest.mark.parametrize("order", [0, 1, 2])
def test_binet(order):
    def truth(x):
        with mp.workdps(400):
            stirling = [
                (x - 0.5) * mp.log(x) - x + mp.log(2 * mp.pi) / 2,
                mp.log(x) - 1 / (2 * x),
                1 / x + 1 / (2 * x * x),
            ]
            whole = mp.loggamma(x) if order == 0 else mp.polygamma(order - 1, x)
            return whole - stirling[order]

    low = X * 2.0**-54
    assert bits(special.binet(DoubleDouble(X, low), order), map(truth, of(X, low))) > 80


def test_log1p_less():
    u = np.concatenate(
        [10 ** RNG.uniform(-60, 60, 60), -(10 ** RNG.uniform(-60, -0.01, 60)), [2.0**-7, -(2.0**-7)]]
    )
    low = u * 2.0**-54
    truth = []
    for each in of(u, low):
        with mp.workdps(400):
            truth.append(mp.log(1 + each) - each / (1 + each))
    whole = DoubleDouble(u, low)
    assert bits(special.log1p_less(whole, whole + 1.0), truth) > 80


def test_log_factorial():
    t = np.concatenate([[0.5, 1.0, 2.0, 3.0], 10 ** RNG.uniform(-9, 12, 200)])
    found, truth = special.log_factorial(t), [mp.loggamma(mpf(float(x)) + 1) for x in t]
    for high, low, x in zip(found.high, found.low, truth, strict=True):
        assert abs(mpf(float(high)) + mpf(float(low)) - x) < mpf(2) ** -85 * max(1, abs(x))
    least = 10 ** RNG.uniform(-60, -10, 50)
    assert bits(special.log_factorial(least), [mp.loggamma(mpf(float(x)) + 1) for x in least]) > 50


def test_log_factorials():
    high, low = special.log_factorials(np.array([0.0, 1.0, 2.0, 4095.0, 2.5, 4096.0, np.nan, 1e300]))
    assert high[:2].tolist() == low[:2].tolist() == [0, 0]
    assert np.isnan(high[4:]).all()
    for at, x in ((2, 3), (3, 4096)):
        assert abs((mpf(float(high[at])) + mpf(float(low[at]))) / mp.loggamma(x) - 1) < mpf(2) ** -85
