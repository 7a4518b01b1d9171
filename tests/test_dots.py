"""Scalar products by cutting: how good they are, and that ordinary vectors need no more."""

from fractions import Fraction

import numpy as np
import pytest

from losscli.dots import Cut, SwiftAngle
from losscli.geometry import Angle

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("components", [1, 2, 16, 47, 48, 200])
def test_the_first_parts_have_an_exact_product(components):
    x, y = RNG.normal(size=(2, components, 8)) * 10.0 ** RNG.uniform(-9, 9, (2, components, 1))
    one, two = Cut(x), Cut(y)
    for row in range(8):
        pairs = zip(one.high[:, row].tolist(), two.high[:, row].tolist(), strict=True)
        assert one.dot(two)[0][row] == sum(Fraction(a) * Fraction(b) for a, b in pairs)


@pytest.mark.parametrize("components", [2, 3, 16, 60])
def test_ordinary_vectors_need_no_other_way(components):
    x, y = RNG.normal(size=(2, components, 3000))
    swift, slow = SwiftAngle(x, y), Angle(x, y)
    for found, sure in [(swift.gap(), slow.gap()), *((swift.slope(k), slow.slope(k)) for k in (0, 1))]:
        assert np.isnan(found).mean() < 0.01
        off = abs(found - sure) / np.spacing(abs(sure))
        assert np.nanmax(off) <= 4


def test_a_component_that_cancels_is_found_exactly():
    x = RNG.normal(size=(16, 1))
    y = x * 1.5 + np.where(np.arange(16)[:, None] < 8, 0.0, RNG.normal(size=(16, 1)))
    y[0] = x[0] * float(x[:, 0] @ y[:, 0]) / float(x[:, 0] @ x[:, 0])  # nearly no component beside x
    assert np.isfinite(SwiftAngle(x, y).slope(0)).all()
    u, v = ([Fraction(each) for each in part[:, 0].tolist()] for part in (x, y))
    dot, square = (sum(a * b for a, b in zip(u, other, strict=True)) for other in (v, u))
    beside = float(v[0] - dot / square * u[0])
    lengths = float(square) ** 0.5 * float(sum(a * a for a in v)) ** 0.5
    assert SwiftAngle(x, y).slope(0)[0, 0] == pytest.approx(beside / lengths, rel=1e-15)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_what_is_too_short_or_too_long_is_left_to_others(size):
    x, y = RNG.normal(size=(2, 4, 10))
    with np.errstate(all="ignore"):
        angle = SwiftAngle(x * size, y)
        assert np.isnan([angle.gap(), angle.over(0.5), *angle.slope(0)]).all()
