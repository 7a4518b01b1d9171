"""Scalar products by cutting: how good they are, and that ordinary vectors need no more."""

from fractions import Fraction

import numpy as np
import pytest

from losscli.numerics.dots import Cut, SwiftAngle, SwiftDistance
from losscli.numerics.geometry import Angle, Distance

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
        assert np.nanmax(abs(found - sure) / np.spacing(abs(sure))) <= 4


@pytest.mark.parametrize("components", [2, 3, 16, 60])
def test_so_do_ordinary_distances(components):
    x, y, z = RNG.normal(size=(3, components, 3000))
    (one, two), (near, far) = ([kind(x, y), kind(x, z)] for kind in (SwiftDistance, Distance))
    assert one.fit.all()
    assert (one.square.high == np.ldexp(near.square().high, 2 * near.exponent)).all()
    assert (one.length.high == near.size().high).all()
    sure = (near.direction() - far.direction()).rounded
    found = one.apart(two)
    assert np.isnan(found).mean() < 0.01
    assert np.nanmax(abs(found - sure) / np.spacing(abs(sure))) <= 4


def test_directions_that_nearly_agree_in_a_component_are_told_apart_exactly():
    x, y, z = RNG.normal(size=(3, 16, 15000))
    found = SwiftDistance(x, y).apart(SwiftDistance(x, z))
    sure = (Distance(x, y).direction() - Distance(x, z).direction()).rounded
    assert abs(sure).min() < 1e-5
    assert np.max(abs(found - sure) / np.spacing(abs(sure))) <= 4


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_what_is_too_short_or_too_long_is_left_to_others(size):
    x, y = RNG.normal(size=(2, 4, 10))
    with np.errstate(all="ignore"):
        angle = SwiftAngle(x * size, y)
        assert np.isnan([angle.gap(), angle.over(0.5), *angle.slope(0)]).all()
