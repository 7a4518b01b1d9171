"""Numbers of two doubles keep about 100 bits, whatever is done to them."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.numerics.doubledouble import (
    DoubleDouble,
    exp,
    expm1,
    log,
    power,
    total,
    two_product,
    two_sum,
)
from losscli.numerics.sums import others, raised, running

RNG = np.random.default_rng(8)
PLAIN = RNG.normal(size=300) * 10.0 ** RNG.integers(-100, 100, 300)
HIGH = RNG.normal(size=300) * 10.0 ** RNG.integers(-10, 10, 300)
FINE = DoubleDouble(HIGH, HIGH * 2.0**-54 * RNG.random(300))
OTHER = DoubleDouble(HIGH[::-1], HIGH[::-1] * 2.0**-54 * RNG.random(300))


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(1400), np.errstate(all="ignore"):  # as kernels run
        yield


def exact(x):
    return [
        mpf(float(high)) + mpf(float(low))
        for high, low in zip(x.high, np.broadcast_to(x.low, x.high.shape), strict=True)
    ]


def good(found, truth, bits):
    for got, wanted in zip(exact(found), truth, strict=True):
        assert abs(got - wanted) <= abs(wanted) * mpf(2) ** -bits, (float(got), float(wanted))


def test_sums_lose_nothing():
    a, b = PLAIN, PLAIN[::-1]
    for x, y, s, e in zip(a, b, *two_sum(a, b), strict=True):
        assert mpf(x) + mpf(y) == mpf(s) + mpf(e)


def test_products_lose_nothing():
    a, b = HIGH, PLAIN
    for x, y, p, e in zip(a, b, *two_product(a, b), strict=True):
        assert mpf(x) * mpf(y) == mpf(p) + mpf(e)


@pytest.mark.parametrize(
    "operation", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b], ids="+-*/"
)
def test_arithmetic(operation):
    good(
        operation(FINE, OTHER), [operation(a, b) for a, b in zip(exact(FINE), exact(OTHER), strict=True)], 98
    )
    good(operation(FINE, 2.5), [operation(a, mpf(2.5)) for a in exact(FINE)], 98)


def test_cancelling_sums_keep_their_relative_precision():
    near = DoubleDouble(-FINE.high, -FINE.low * (1 + 1e-3))
    good(FINE + near, [a + b for a, b in zip(exact(FINE), exact(near), strict=True)], 98)


def test_roots():
    size = abs(FINE)
    good(size.root(), [mp.sqrt(x) for x in exact(size)], 98)
    assert DoubleDouble(np.zeros(1)).root().high == 0


def test_exponential():
    x = DoubleDouble(np.concatenate([RNG.uniform(-590, 700, 300), [0.0, 1e-300, -1e-20]]), 0.0)
    good(exp(x), [mp.exp(v) for v in exact(x)], 92)
    assert exp(np.zeros(1)).high == 1
    assert exp(np.zeros(1)).low == 0
    assert exp(np.array([-1e308])).high == 0
    assert np.isinf(exp(np.array([1e308])).high)


def test_exponential_less_one():
    x = DoubleDouble(
        np.concatenate([RNG.uniform(-40, 40, 200), RNG.normal(size=200) * 10.0 ** RNG.integers(-200, 0, 200)])
    )
    good(expm1(x), [mp.expm1(v) for v in exact(x)], 92)
    assert expm1(np.zeros(1)).high == 0
    assert expm1(np.array([-1e308])).high == -1


def test_logarithm():
    x = DoubleDouble(np.concatenate([abs(PLAIN), [1.0, 5e-324, 1.7e308, 1 + 2.0**-52, 1 - 2.0**-53]]))
    for got, wanted in zip(exact(log(x)), map(mp.log, exact(x)), strict=True):
        assert abs(got - wanted) <= max(abs(wanted), mpf(1)) * mpf(2) ** -96


@pytest.mark.parametrize("degree", [0.5, 1.5, 3.0, -0.5, 64.0])
def test_powers(degree):
    x = DoubleDouble(RNG.random(100) + 1e-3, RNG.random(100) * 2.0**-70)
    good(power(x, degree), [v ** mpf(degree) for v in exact(x)], 88)
    third = DoubleDouble(1.0) / 3.0
    good(power(x, third), [v ** (mpf(1) / 3) for v in exact(x)], 92)
    assert power(DoubleDouble(np.zeros(1)), degree).high == (0 if degree > 0 else np.inf)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 1000])
def test_totals(count):
    x = RNG.normal(size=(count, 3)) * 10.0 ** RNG.integers(-5, 5, (count, 3))
    found, size = total(x), abs(x).sum(axis=0)
    low = np.broadcast_to(found.low, found.high.shape)
    for k in range(3):
        truth = sum((mpf(v) for v in x[:, k]), mpf(0))
        assert abs(mpf(float(found.high[k])) + mpf(float(low[k])) - truth) <= size[k] * 2.0**-98


def test_it_mixes_with_arrays():
    x = np.arange(1.0, 4.0)
    np.testing.assert_array_equal((x - DoubleDouble(x)).rounded, 0 * x)
    np.testing.assert_array_equal((x + DoubleDouble(x)).rounded, 2 * x)
    np.testing.assert_array_equal((3 * DoubleDouble(x)).rounded, 3 * x)
    assert DoubleDouble(x)[1].rounded == 2


def test_running_sums_keep_what_is_left_when_all_else_cancels():
    big, small = HIGH[:50] * 2.0**60, HIGH[50:100] * 2.0**-60
    *_, left = running([big, HIGH[100:150], small, -HIGH[100:150], -big])
    good(left, list(map(mpf, small)), 50)
    *_, nothing = running([big, small, -big, -small])
    assert (nothing.rounded == 0).all()


def test_running_sums_say_when_three_doubles_are_too_few():
    one, speck = np.ones(1), np.array([2.0**-60])
    *_, left = running([one * (1 + 2.0**-52), speck * (1 + 2.0**-52), speck**2, speck**3 / 3, -one * (1 + 2.0**-52),
                        -speck * (1 + 2.0**-52), -(speck**2)])  # fmt: skip
    assert np.isnan(left.high).all() or abs(left.rounded[0] / (2.0**-180 / 3) - 1) < 2.0**-50


def test_the_sum_of_the_others():
    x = DoubleDouble(np.abs(HIGH.reshape(6, 50)), np.abs(FINE.low.reshape(6, 50)))
    rest = others(x)
    for k in range(6):
        truth = [sum(exact(x[j])[i] for j in range(6) if j != k) for i in range(50)]
        good(rest[k], truth, 100)
    assert (others(x[:1]).high == 0).all()


@pytest.mark.parametrize("degree", [0, 1, 2, 2.5, -1.5])
def test_raised(degree):
    x = DoubleDouble(np.abs(FINE.high), np.where(FINE.high < 0, -FINE.low, FINE.low))
    good(raised(x, degree), [each ** mpf(degree) for each in exact(x)], 85)
