"""Heads and tails: sums of them are what they claim, and doubted where they are not."""

import mpmath
import numpy as np
import pytest

from losscli.numerics.doubledouble import DoubleDouble, log
from losscli.numerics.gammatables import PSI
from losscli.numerics.steps import Steps, of_ratio, summed

RNG = np.random.default_rng(0)
X, Y = np.exp(RNG.uniform(-2.7, 2.7, (2, 300)))
LOW, LESS = X * 2.0**-54, Y * -(2.0**-55)


def exact(*parts):
    return [sum(map(mpmath.mpf, row)) for row in zip(*np.broadcast_arrays(*parts), strict=True)]


def off(found, truth):
    head, tail, size = found
    return max(
        abs(a - b) / (mpmath.mpf(s) + mpmath.mpf(2) ** -90)
        for a, b, s in zip(exact(head, tail), truth, size, strict=True)
    )


@pytest.mark.parametrize("low", [np.zeros(()), LOW])
def test_a_function_is_off_by_a_part_of_its_tail(low):
    steps = Steps(lambda x: log(DoubleDouble(x)) + 4.0, -4, 4)
    with mpmath.workprec(200):
        assert off(steps(X, low), [mpmath.log(x) + 4 for x in exact(X, low)]) < 6 * 2.0**-53
        assert off(PSI(X, low), [mpmath.digamma(x) - mpmath.log(x) for x in exact(X, low)]) < 6 * 2.0**-53
    with np.errstate(all="ignore"):
        assert np.isnan(steps(np.array([0.06, 16.0, np.inf]))[0]).all()


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("grain", [0, 12, 30])
def test_what_is_made_of_a_ratio_is_off_by_a_part_of_its_tail(above, grain):
    y, less = (Y, LESS) if not grain else (X * (1 + RNG.normal(size=X.size) * 2.0**-grain), LESS * 0)
    with mpmath.workprec(200):
        ratios = [a / b for a, b in zip(exact(X, LOW), exact(y, less), strict=True)]
        truth = [(r - 1 if above else 0) - mpmath.log(r) for r in ratios]
        assert off(of_ratio((X, LOW), (y, less), above), truth) < 8 * 2.0**-53
    assert np.isnan(of_ratio((X, LOW), (1e3 * X, LOW), above)[0]).all()


def test_a_sum_that_is_not_doubted_is_right():
    out = np.empty_like(X)
    doubt = summed(out, [of_ratio((X, LOW), (Y, LESS), above=True), PSI(X)], [PSI(Y)])
    assert 0 < np.count_nonzero(doubt) < 30
    with mpmath.workprec(200):
        for k, (a, b) in enumerate(zip(exact(X, LOW), exact(Y, LESS), strict=True)):
            psi = [mpmath.digamma(x) - mpmath.log(x) for x in (mpmath.mpf(X[k]), mpmath.mpf(Y[k]))]
            truth = a / b - 1 - mpmath.log(a / b) + psi[0] - psi[1]
            assert doubt[k] or abs(out[k] - truth) < 1.5 * np.spacing(abs(out[k]))
