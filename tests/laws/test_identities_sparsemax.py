"""Sparsemax beside its binary form, and what projection means."""

import numpy as np
import pytest

from losscli import mend
from losscli.losses.sparsemax import MulticlassSparsemax
from losscli.losses.surrogate import BinarySparsemax

RNG = np.random.default_rng(21)
LOSS = MulticlassSparsemax()
Z = np.concatenate([RNG.normal(size=100), [0.0, 0.5, -0.5, 3.0, -3.0, 1e10, 1.7e308]])
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])


@ORDERS
def test_of_two_classes_it_is_the_binary_one(order):
    bit = RNG.integers(0, 2, len(Z)).astype(float)
    two = getattr(LOSS, order)(np.stack([0 * Z, Z], 1), bit)
    one = getattr(BinarySparsemax(), order)(Z, 2 * bit - 1)
    np.testing.assert_allclose(two.reshape(len(Z), -1)[:, -1], one, rtol=1e-14, atol=1e-300)


def test_its_slope_is_a_projection_less_the_label():
    z, k = RNG.normal(size=(50, 6)), RNG.integers(0, 6, 50)
    p = LOSS.gradient(z, k) + np.eye(6)[k]
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    assert (p >= 0).all()
    for _ in range(100):  # nothing else on the simplex is nearer
        other = RNG.dirichlet(np.ones(6), 50)
        assert (((z - p) ** 2).sum(axis=1) <= ((z - other) ** 2).sum(axis=1) + 1e-14).all()


@ORDERS
def test_one_hot_is_index_and_a_shift_changes_nothing(order):
    z, k = RNG.integers(-20, 20, (50, 4)) / 16, RNG.integers(0, 4, 50)
    ask = getattr(LOSS, order)
    np.testing.assert_array_equal(ask(z, np.eye(4)[k]), ask(z, k))
    np.testing.assert_array_equal(ask(z + 1024.0, k), ask(z, k))


def test_probabilities_are_their_own_projection():
    shares = np.array([[0.5, 0.25, 0.25], [0.75, 0.25, 0.0]])
    np.testing.assert_array_equal(LOSS.value(shares, shares), [0, 0])
    np.testing.assert_array_equal(LOSS.gradient(shares, shares), np.zeros((2, 3)))


def test_right_by_1_is_right():
    assert LOSS.value([[1.0, 0.0, -3.0], [0.5, 0.0, 0.0]], [0, 0]).tolist() == [0, 1 / 12]
    assert LOSS.kinked([[1.0, 0.0], [0.5, 0.0], [0.0, 1.0], [2.0, 0.0]], [0, 0, 0, 0]).tolist() == [True, False, True, False]  # fmt: skip


def test_whole_numbers_need_no_exact_arithmetic(monkeypatch):
    asked = []
    exactly = mend.exactly
    monkeypatch.setattr(mend, "exactly", lambda *given: asked.append(1) or exactly(*given))
    z, k = RNG.integers(-3, 4, (1000, 5)) / 2, RNG.integers(0, 5, 1000)
    for order in ("value", "gradient", "hessian"):
        getattr(LOSS, order)(z, k)
    LOSS.value(RNG.normal(size=(1000, 5)), RNG.dirichlet(np.ones(5), 1000))
    assert not asked


def test_infinite_scores():
    z = [[np.inf, 0.0], [-np.inf, 0.0], [0.0, -np.inf]]
    assert LOSS.value(z, [0, 0, 0]).tolist() == [0, np.inf, 0]
    np.testing.assert_array_equal(LOSS.gradient(z, [0, 0, 0]), [[0, 0], [-1, 1], [0, 0]])
