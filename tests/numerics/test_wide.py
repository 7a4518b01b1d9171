"""Numbers with an exponent of their own keep about 100 bits, and lose none beside a larger one."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.wide import Wide

RNG = np.random.default_rng(9)
SIZES = RNG.normal(size=200) * 10.0 ** RNG.integers(-3, 13, 200)
POWERS = DoubleDouble(SIZES, SIZES * 2.0**-54 * RNG.random(200))


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(100), np.errstate(all="ignore"):  # as kernels run
        yield


def exact(x):
    return [
        (mpf(float(high)) + mpf(float(low))) * mpf(2) ** int(exponent)
        for high, low, exponent in zip(x.mantissa.high, x.mantissa.low, x.exponent, strict=True)
    ]


def good(found, truth, bits=95):
    for got, wanted in zip(exact(found), truth, strict=True):
        assert abs(got - wanted) <= abs(wanted) * mpf(2) ** -bits, (got, wanted)


def powers():
    truth = [mp.exp(mpf(float(a)) + mpf(float(b))) for a, b in zip(POWERS.high, POWERS.low, strict=True)]
    return Wide.exponential(POWERS), truth


def test_exponentials():
    good(*powers())
    ends = Wide.exponential(DoubleDouble(np.array([-np.inf, 0.0, 1e14]), np.zeros(3)))
    assert ends.rounded[:2].tolist() == [0.0, 1.0]
    assert np.isnan(ends.rounded[2])


@pytest.mark.parametrize(
    "operation", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b], ids="+-*/"
)
def test_arithmetic(operation):
    x, truth = powers()
    good(operation(x, x[::-1]), [operation(a, b) for a, b in zip(truth, truth[::-1], strict=True)])


def test_logarithms():
    x, truth = powers()
    found = x.log()
    for high, low, wanted in zip(found.high, found.low, map(mp.log, truth), strict=True):
        assert abs(mpf(float(high)) + mpf(float(low)) - wanted) <= (1 + abs(wanted)) * mpf(2) ** -95


def test_doubles():
    x = Wide.exponential(DoubleDouble(np.array([-1e5, -744.0, -1.0, 700.0, 1e5]), np.zeros(5)))
    np.testing.assert_allclose(x.rounded, np.exp([-1e5, -744.0, -1.0, 700.0, 1e5]), rtol=4e-16)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 13])
@pytest.mark.parametrize("often", [0.0, 0.3, 1.0])
def test_running_sums(count, often):
    x, truth = powers()
    x, fresh = x[:count], RNG.random(count) < often
    sums, so_far = [], mpf(0)
    for each, new in zip(truth, fresh, strict=False):
        so_far = each if new else so_far + each
        sums.append(so_far)
    good(x.running(fresh), sums)
    if not often:
        good(x.running(), sums)


def test_differences_are_known_or_left():
    x, _ = powers()
    np.testing.assert_array_equal(np.isnan(x.less(x)), True)
    nothing = x.where(np.zeros(200, bool))
    assert nothing.less(nothing).tolist() == [0.0] * 200
    np.testing.assert_array_equal(x.less(nothing), x.rounded)


def test_places_before_the_first_hold_nothing():
    x, truth = powers()
    places = RNG.integers(-2, 200, 50)
    good(x.along(places), [truth[k] if k >= 0 else mpf(0) for k in places])
