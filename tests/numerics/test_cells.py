"""Functions by polynomials in cells, and pairs of doubles: to the bits they claim."""

import mpmath
import numpy as np
import pytest

from losscli.numerics import doubled
from losscli.numerics.cells import Cells
from losscli.numerics.doubledouble import DoubleDouble, log

X = np.exp(np.random.default_rng(0).uniform(-2.7, 2.7, 200))


def exact(pair):
    return [mpmath.mpf(a) + mpmath.mpf(b) for a, b in zip(*np.broadcast_arrays(*pair), strict=True)]


@pytest.mark.parametrize("low", [None, X * 2.0**-54])
def test_a_function_is_known_by_cells(low):
    cells = Cells(lambda x: log(DoubleDouble(x)) + 4.0, -4, 4)
    with mpmath.workprec(200):
        truth = [mpmath.log(x) + 4 for x in exact((X, 0.0 * X if low is None else low))]
        assert all(abs(a - b) < 2.0**-64 * b for a, b in zip(exact(cells(X, low)), truth, strict=True))
    assert np.isnan(cells(np.array([0.06, 16.0, np.nan, np.inf, -1.0]))[0]).all()


def test_pairs_of_doubles_hold_what_they_claim():
    a, b = (X, X[::-1] * 2.0**-54), (X[::-1], X * 2.0**-55)
    with mpmath.workprec(200):
        x, y = exact(a), exact(b)
        for found, truth in (
            (doubled.product(a, b), [p * q for p, q in zip(x, y, strict=True)]),
            (doubled.quotient(a, b), [p / q for p, q in zip(x, y, strict=True)]),
            (doubled.square(a), [p * p for p in x]),
            (doubled.raised(a), [p + 1 for p in x]),
            (doubled.log(a), [mpmath.log(p) for p in x]),
        ):
            for p, q in zip(exact(found), truth, strict=True):
                assert abs(p - q) < 2.0**-68 * max(abs(q), 2.0**-4)
