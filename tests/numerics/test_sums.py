"""Sums that round nothing, and the short ways of losses of lists: right, and open to ordinary data."""

from fractions import Fraction

import numpy as np
import pytest

from losscli import parse
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.sums import heads, summed

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("count", [1, 2, 50, 3000])
def test_sums_of_heads_round_nothing(count):
    x = RNG.random((count, 3))
    head, rest = heads(x, 1.0)
    assert (head + rest == x).all()
    assert Fraction(float(head[:, 0].sum())) == sum(Fraction(float(each)) for each in head[:, 0])
    found, truth = summed(x, x.max(axis=0)), sum(Fraction(float(each)) for each in x[:, 0])
    assert abs(Fraction(float(found.high[0])) + Fraction(float(found.low[0])) - truth) < truth / 2**70


def test_sums_beside_a_far_larger_bound_are_doubtful():
    assert np.isnan(summed(np.full((50, 1), 1e-30), 1.0).high).all()


@pytest.mark.parametrize("spec", ["listmle", "unique-softmax"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_few_ordinary_lists_need_twice_the_precision(spec, order):
    loss = parse(spec)
    s, y = RNG.normal(size=(50, 200)), -np.sort(-RNG.integers(0, 5, (50, 200)).astype(float), axis=0)
    gain = loss.gain(y)
    assert isinstance(gain, DoubleDouble)
    with np.errstate(all="ignore"):
        found = loss.quick(order, s, gain, y)
    assert np.isnan(found).reshape(-1, 200).any(axis=0).mean() < 0.02
