"""Focal losses beside cross-entropy and each other."""

import numpy as np
import pytest

from losscli.check.truth import ulps
from losscli.losses.binary import BCE, BCEWithLogits
from losscli.losses.categorical import CategoricalFocal, GeneralizedCrossEntropy
from losscli.losses.focal import BinaryFocal, BinaryFocalWithLogits
from losscli.losses.multiclass import CategoricalCrossEntropy, SoftmaxCrossEntropy
from losscli.losses.softfocal import CategoricalFocalWithLogits
from losscli.losses.softmax import Poly1CrossEntropy
from losscli.mend import at_bits

RNG = np.random.default_rng(12)
Z = np.concatenate([RNG.normal(size=100) * 5, [0.0, 30.0, -30.0, 700.0, -700.0]])
BIT = RNG.integers(0, 2, len(Z)).astype(float)
SOFT = RNG.random(len(Z))
P = RNG.random(len(Z))
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])


def same(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-300)


@ORDERS
def test_without_gamma_it_is_cross_entropy(order):
    for y in (BIT, SOFT):
        same(getattr(BinaryFocal(gamma=0), order)(P, y), getattr(BCE(), order)(P, y))
        same(getattr(BinaryFocalWithLogits(gamma=0), order)(Z, y), getattr(BCEWithLogits(), order)(Z, y))


@pytest.mark.parametrize("gamma", [0.5, 2.0, 3.7])
@pytest.mark.parametrize("alpha", [-1.0, 0.25])
def test_focal_of_a_logit_is_that_of_its_sigmoid(gamma, alpha):
    z = np.arange(-8, 9) * np.log(2)
    p = 1 / (1 + np.exp(-z))
    one, other = BinaryFocal(gamma=gamma, alpha=alpha), BinaryFocalWithLogits(gamma=gamma, alpha=alpha)
    for y in (0.0, 0.3, 1.0):
        y = np.full_like(z, y)
        np.testing.assert_allclose(one.value(p, y), other.value(z, y), rtol=1e-12)
        slope, curvature = one.gradient(p, y), one.hessian(p, y)
        rate = p * (1 - p)
        np.testing.assert_allclose(slope * rate, other.gradient(z, y), rtol=1e-11, atol=1e-13)
        bent = curvature * rate**2 + slope * rate * (1 - 2 * p)
        np.testing.assert_allclose(bent, other.hessian(z, y), rtol=1e-10, atol=1e-12)


@ORDERS
def test_labels_change_places(order):
    sign = -1 if order == "gradient" else 1
    for y in (BIT, np.round(SOFT * 64) / 64):
        ask, back = (getattr(BinaryFocalWithLogits(alpha=a), order) for a in (0.25, 0.75))
        same(ask(Z, y), sign * back(-Z, 1 - y))


def test_weights_of_the_labels():
    one = BinaryFocal(alpha=0.25).value([0.5, 0.5], [1.0, 0.0])
    same(one, np.log(2) / 4 * np.array([0.25, 0.75]))
    same(BinaryFocalWithLogits().value([0.0], [1.0]), [0.17328679513998632])
    assert BinaryFocal(alpha=0).value([0.0], [1.0]) == 0


def test_limits_of_infinite_logits():
    loss, z = BinaryFocalWithLogits(), [np.inf, -np.inf, np.inf, -np.inf]
    y = [1.0, 1.0, 0.0, 0.0]
    np.testing.assert_array_equal(loss.value(z, y), [0, np.inf, np.inf, 0])
    np.testing.assert_array_equal(loss.gradient(z, y), [0, -1, 1, 0])
    np.testing.assert_array_equal(loss.hessian(z, y), [0, 0, 0, 0])


SCORES = RNG.normal(size=(60, 4)) * 4
PROBABILITIES = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)
CLASS = RNG.integers(0, 4, 60).astype(float)
SHARES = RNG.dirichlet(np.ones(4), 60)
CROSS = [
    (CategoricalFocalWithLogits(gamma=0), SoftmaxCrossEntropy(), SCORES),
    (Poly1CrossEntropy(epsilon=0), SoftmaxCrossEntropy(), SCORES),
    (CategoricalFocal(gamma=0), CategoricalCrossEntropy(), PROBABILITIES),
    (GeneralizedCrossEntropy(q=1e-20), CategoricalCrossEntropy(), PROBABILITIES),
]


@ORDERS
@pytest.mark.parametrize(("loss", "plain", "x"), CROSS, ids=str)
def test_categorical_losses_contain_cross_entropy(order, loss, plain, x):
    for y in (CLASS, SHARES):
        found, expected = getattr(loss, order)(x, y), getattr(plain, order)(x, y)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@ORDERS
@pytest.mark.parametrize("gamma", [0.5, 2.0, 5.0])
def test_focal_of_two_classes_is_binary(order, gamma):
    scores = np.stack([np.zeros_like(Z), Z], 1)
    two = getattr(CategoricalFocalWithLogits(gamma=gamma), order)(scores, BIT)
    one = getattr(BinaryFocalWithLogits(gamma=gamma), order)(Z, BIT)
    same(two.reshape(len(Z), -1)[:, -1], one)


@ORDERS
@pytest.mark.parametrize(("loss", "x"), [(each[0].__class__(), each[2]) for each in CROSS], ids=str)
def test_one_hot_is_index(order, loss, x):
    ask = getattr(loss, order)
    np.testing.assert_allclose(ask(x, np.eye(4)[CLASS.astype(int)]), ask(x, CLASS), rtol=1e-14)


def test_whole_generalized_cross_entropy_is_the_chance_of_being_wrong():
    chance = 1 - PROBABILITIES[np.arange(60), CLASS.astype(int)]
    np.testing.assert_allclose(GeneralizedCrossEntropy(q=1).value(PROBABILITIES, CLASS), chance, rtol=1e-12)


def test_numbers_of_the_frameworks():
    scores = [[2.0, 0.0, 0.0]]
    np.testing.assert_allclose(Poly1CrossEntropy(epsilon=2).value(scores, [0]), 0.665573, rtol=1e-5)
    np.testing.assert_allclose(Poly1CrossEntropy().value(scores, [0]), 0.452559, rtol=1e-5)
    np.testing.assert_allclose(
        CategoricalFocalWithLogits(alpha=0.25).value([[0.0, 0.0]], [1]), 0.0433217, rtol=1e-5
    )


def test_far_scores():
    for loss in (CategoricalFocalWithLogits(), Poly1CrossEntropy(), CategoricalFocalWithLogits(gamma=0.5)):
        z = [[1e308, -1e308], [2000.0, 0.0], [1e4, 0.0]]
        assert loss.value(z, [0, 0, 0]).tolist() == [0, 0, 0]
        assert loss.value(z, [1, 1, 1])[0] == np.inf
        np.testing.assert_array_equal(loss.gradient(z, [0, 0, 0]), np.zeros((3, 2)))
        np.testing.assert_array_equal(loss.gradient(z, [1, 1, 1]), [[1, -1]] * 3)


FARTHEST = [[676.6143615758425, 503.5721982254019, 105.24117095673613, 669.6122736500377], [0.0, -300.0, -730.0, 1.0],
            [0.0, -10.0, -712.0, -740.0]]  # fmt: skip


@pytest.mark.parametrize("gamma", [1.5, 2.0])
def test_probabilities_too_small_for_all_their_bits_meet_large_costs(gamma):
    loss = CategoricalFocalWithLogits(gamma=gamma)
    found = loss.hessian(FARTHEST, [2.0] * len(FARTHEST))
    for z, ours in zip(FARTHEST, found, strict=True):
        exact = at_bits(loss, 2, loss.forms[0], [np.array(z), np.array(2.0)], 6600)[0]
        assert ulps(ours, exact).max() <= 4, f"{loss} at {z}: {ours}, not {exact}"


@pytest.mark.parametrize("kind", [CategoricalFocal, CategoricalFocalWithLogits])
@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
def test_factors_and_smoothing_are_those_of_the_target(kind, order):
    """A factor a class and smoothed labels are a soft target: each class's weight, of the plain loss."""
    rng = np.random.default_rng(5)
    x, k = rng.dirichlet(np.ones(3), 50), rng.integers(0, 3, 50)
    alpha, s = np.array([0.25, 2.0, 0.0]), 0.1
    weight = alpha * (np.eye(3)[k] * (1 - s) + s / 3)
    loss = kind(gamma=1.5, alpha=tuple(alpha), label_smoothing=s)
    ask = getattr(kind(gamma=1.5), order)
    parts = [ask(x, np.full(50, j)) for j in range(3)]
    wanted = sum(
        w.reshape(-1, *[1] * (part.ndim - 1)) * part for w, part in zip(weight.T, parts, strict=True)
    )
    np.testing.assert_allclose(getattr(loss, order)(x, k), wanted, rtol=1e-11, atol=1e-14)
    with pytest.raises(ValueError, match="3 factors alpha for 2 classes"):
        loss.value([[0.5, 0.5]], [0])
