"""Scoring rules of probabilities beside each other, and at the edges."""

from fractions import Fraction

import numpy as np
import pytest

from losscli.losses.scoring import RPS, Brier, MulticlassBrier
from losscli.losses.spherical import SphericalScore

RNG = np.random.default_rng(8)
P = np.concatenate([RNG.random(50), [0.0, 1.0, 0.5]])
BIT = RNG.integers(0, 2, len(P)).astype(float)
MANY = RNG.dirichlet(np.ones(4), 40)
CLASS = RNG.integers(0, 4, 40).astype(float)
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])


def same(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)


def test_the_sum_over_two_classes_is_twice_the_binary_brier_score():
    both = np.stack([1 - P, P], 1)
    same(MulticlassBrier(scale=0.5).value(both, BIT), Brier().value(P, BIT))
    same(RPS().value(both, BIT), Brier().value(P, BIT))


def test_rps_sums_brier_scores_of_all_thresholds():
    whole = sum(Brier().value(MANY[:, :k].sum(axis=1), (k > CLASS).astype(float)) for k in range(1, 4))
    same(RPS().value(MANY, CLASS), whole)
    same(RPS(normalized=1).value(MANY, CLASS), whole / 3)


def test_rps_knows_near_from_far():
    sure = np.eye(5)[[0, 1, 2, 3, 4]]
    np.testing.assert_array_equal(RPS().value(sure, np.zeros(5)), np.arange(5))
    np.testing.assert_array_equal(RPS(normalized=1).value(sure, np.zeros(5)), np.arange(5) / 4)


def test_one_class_costs_nothing():
    assert RPS(normalized=1).value([[1.0]], [0.0]) == 0


@ORDERS
@pytest.mark.parametrize(
    "loss", [MulticlassBrier(), RPS(), SphericalScore(), SphericalScore(alpha=1.5), SphericalScore(alpha=3)], ids=str
)  # fmt: skip
def test_one_hot_is_index(loss, order):
    ask = getattr(loss, order)
    same(ask(MANY, np.eye(4)[CLASS.astype(int)]), ask(MANY, CLASS))


@pytest.mark.parametrize("alpha", [1.25, 2, 3, 50])
def test_spherical_score_does_not_know_length(alpha):
    """So its slope is at right angles to the probabilities, and its curvature turns them into minus the slope."""
    loss = SphericalScore(alpha=alpha)
    g, h = loss.gradient(MANY, CLASS), loss.hessian(MANY, CLASS)
    assert (abs((g * MANY).sum(axis=1)) <= 1e-12 * abs(g).max(axis=1)).all()
    np.testing.assert_allclose((h * MANY[:, None]).sum(axis=2), -g, rtol=1e-8, atol=1e-10 * abs(h).max())


def test_spherical_score_at_the_edge():
    p, y = [[0.0, 1.0]], [0.0]
    np.testing.assert_array_equal(SphericalScore(alpha=1.5).gradient(p, y), [[-np.inf, 0]])
    np.testing.assert_array_equal(SphericalScore().gradient(p, y), [[-1, 0]])
    np.testing.assert_array_equal(SphericalScore(alpha=3).gradient(p, y), [[0, 0]])
    assert SphericalScore(alpha=1.5).hessian(p, y)[0, 0, 0] == np.inf
    assert SphericalScore(alpha=2.5).hessian(p, y)[0, 0, 0] == -np.inf
    np.testing.assert_array_equal(SphericalScore(alpha=3).hessian(p, y), [[[-2, 0], [0, 0]]])
    np.testing.assert_array_equal(SphericalScore().value(np.eye(3), [0, 1, 1]), [-1, -1, 0])


@pytest.mark.parametrize("order", [0, 1])
def test_spherical_score_of_a_class_needs_few_passes_only(order):
    rng = np.random.default_rng(5)
    p, k = rng.dirichlet(np.full(10, 0.3), 3000).T.copy(), rng.integers(0, 10, 3000)
    loss = SphericalScore()
    found, sure = loss.plain(order, p, k), loss.careful(order, p, k)[0]
    assert np.isfinite(found).all()
    assert (abs(found - sure) <= 2 * np.spacing(abs(sure))).all()


@pytest.mark.parametrize("spread", [0.05, 1.0])
def test_slopes_of_rps_keep_their_bits_where_sums_nearly_cancel(spread):
    p = np.random.default_rng(2).dirichlet(np.full(5, spread), 50)
    p /= p.sum(axis=1, keepdims=True)
    found = RPS().gradient(p, np.full(50, 3.0))
    for row, slopes in zip(p.tolist(), found.tolist(), strict=True):
        ahead = [sum(map(Fraction, row[: k + 1])) - (k >= 3) for k in range(5)]
        truth = [float(2 * sum(ahead[k:])) for k in range(5)]
        np.testing.assert_allclose(slopes, truth, rtol=4 * 2.0**-53, atol=0)
