"""Sums and means are exact, however the rows are ordered and split."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.stats.exact import PIECE, ExactSum

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WEIGHTS = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


def nearest(exact):
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def summed(*parts):
    """One sum for each part, merged."""
    whole = ExactSum()
    for part in parts:
        one = ExactSum()
        one.update(*(np.array(x, dtype=float) for x in part))
        whole.merge(one)
    return whole


@given(st.lists(NUMBERS, min_size=1), st.data())
def test_any_numbers_any_split(numbers, data):
    cut = data.draw(st.integers(0, len(numbers)))
    found = summed((numbers[:cut],), (numbers[cut:],))
    exact = sum(map(Fraction, numbers))
    assert found.sum == nearest(exact)
    assert found.mean == nearest(exact / len(numbers))


@given(st.lists(st.tuples(NUMBERS, WEIGHTS), min_size=1), st.data())
def test_any_weights_any_split(rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    numbers, weights = zip(*rows, strict=True)
    found = summed((numbers[:cut], weights[:cut]), (numbers[cut:], weights[cut:]))
    exact, weight = sum(Fraction(x) * Fraction(w) for x, w in rows), sum(map(Fraction, weights))
    assert found.sum == nearest(exact)
    assert found.mean == nearest(exact / weight) if weight else math.isnan(found.mean)


@pytest.mark.parametrize("size", [1, 7, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
@pytest.mark.parametrize("spread", [0, 5, 150, 300])
def test_pieces_do_not_show(size, spread):
    rng = np.random.default_rng(size)
    numbers = rng.normal(size=size) * 10.0 ** rng.uniform(-spread, spread, size)
    assert summed((numbers,)).sum == nearest(sum(map(Fraction, numbers.tolist())))
    assert summed((rng.permutation(numbers),)).mean == summed((numbers,)).mean


@pytest.mark.parametrize("size", [1, 1023, 1024, PIECE])
@pytest.mark.parametrize("each", [5e-324, 3e-308, 1 - 2**-53, 1.0, 2**52 + 1.0, 1e290, -1.5, -0.0])
def test_numbers_that_all_fill_their_room(size, each):
    exact = size * Fraction(each)
    assert summed((np.full(size, each),)).sum == nearest(exact)
    mixed = np.full(size, each) * np.where(np.arange(size) % 3, 1, -(2.0**-40))
    assert summed((mixed,)).sum == nearest(sum(map(Fraction, mixed.tolist())))


def test_a_sum_beyond_the_range_may_have_a_mean():
    found = summed(([1.7e308] * 3,))
    assert (found.sum, found.mean) == (math.inf, 1.7e308)


@pytest.mark.parametrize(
    ("numbers", "mean"),
    [
        ([1, math.inf], math.inf),
        ([-math.inf, 1], -math.inf),
        ([math.inf, -math.inf], math.nan),
        ([math.nan, 1], math.nan),
        ([], math.nan),
    ],
)
def test_what_is_not_finite(numbers, mean):
    found = summed((numbers,)).mean
    assert found == mean or (math.isnan(found) and math.isnan(mean))


def test_a_row_of_weight_zero_does_not_count():
    found = summed(([1.0, math.inf, math.nan], [2.0, 0.0, 0.0]))
    assert (found.sum, found.mean) == (2.0, 1.0)
