"""Products of matrices of pairs of doubles, and exponentials of pairs, against arithmetic of 300 bits."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.numerics import slices
from losscli.numerics.powered import FAR, exp_of

RNG = np.random.default_rng(3)


def exact(x):
    """Pairs of doubles as whole numbers over 2^400."""
    return np.array(
        [
            int(mpf(a) * mpf(2) ** 400) + int(mpf(b) * mpf(2) ** 400)
            for a, b in zip(*map(np.ravel, x), strict=True)
        ],
        dtype=object,
    ).reshape(x[0].shape)


@pytest.mark.parametrize("inner", [1, 2, 16, 50, 300])
def test_products_are_right_to_eighty_bits(inner):
    with mp.workprec(500):
        x, y = (
            (part := RNG.uniform(-1, 1, (count, inner)), part * RNG.uniform(-1, 1, part.shape) * 2.0**-54)
            for count in (5, 7)
        )
        truth = exact(x) @ exact(y).T
        found = slices.product(slices.Rows(x, 1.0), slices.Columns(y, 1.0), slice(None))
        across = slices.times(slices.Cut.of(x, 1.0, inner), tuple(each.T for each in y), 1.0, inner)
        for each in (found, across):
            off = exact(each) * (1 << 400) - truth
            assert max(map(abs, off.ravel())) < (inner << 800 - 80)


def test_products_in_parts_are_the_same(monkeypatch):
    a, b = RNG.integers(-9, 9, (2, 6, 8)).astype(float), RNG.integers(-9, 9, (2, 8, 11)).astype(float)
    monkeypatch.setattr(slices, "FEW", 100)
    np.testing.assert_array_equal(slices.matmul(a, b), a @ b)


@pytest.mark.parametrize("reach", [1e-3, 1.0, 30.0, FAR])
def test_exponentials_of_pairs_are_right_to_seventy_four_bits(reach):
    x = RNG.uniform(-reach, reach, 300)
    lost = x * RNG.uniform(-1, 1, 300) * 2.0**-54
    high, low = x.copy(), lost.copy()
    exp_of(high, low, np.full(300, 5))
    with mp.workprec(300):
        for a, b, c, d in zip(x, lost, high, low, strict=True):
            truth = mp.exp(mpf(a) + mpf(b)) / 32
            assert abs(mpf(c) + mpf(d) - truth) < truth * mpf(2) ** -74
