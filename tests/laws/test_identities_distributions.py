"""What divergences have to do with each other and with the likelihoods of classes and counts."""

import numpy as np
import pytest

from losscli import (
    CategoricalCrossEntropy,
    GeneralizedKL,
    GeneralizedKLLog,
    JSDistance,
    JSDivergence,
    KLDivergence,
    KLDivergenceLog,
    KLDivergenceLogTarget,
    PoissonNLL,
)
from tests.laws.test_identities import same

RNG = np.random.default_rng(7)
P, Y = RNG.dirichlet(np.ones(4), 200), RNG.dirichlet(np.ones(4), 200)
NEAR = {"rtol": 1e-12, "atol": 1e-15}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])


def close(a, b):
    np.testing.assert_allclose(a, b, **NEAR)


def test_kl_is_cross_entropy_less_the_entropy_of_the_target():
    entropy = CategoricalCrossEntropy().value(Y, Y)
    close(KLDivergence().value(P, Y), CategoricalCrossEntropy().value(P, Y) - entropy)
    same(KLDivergence().gradient(P, Y), CategoricalCrossEntropy().gradient(P, Y))
    full = CategoricalCrossEntropy().hessian(P, Y)
    same(KLDivergence().hessian(P, Y), np.diagonal(full, axis1=1, axis2=2))


@ORDERS
def test_kl_of_a_class_is_cross_entropy(order):
    classes = RNG.integers(0, 4, 200).astype(float)
    full = getattr(CategoricalCrossEntropy(), order)(P, classes)
    full = np.diagonal(full, axis1=1, axis2=2) if order == "hessian" else full
    same(getattr(KLDivergence(), order)(P, classes), full)


def test_kl_of_logarithms_is_that_of_probabilities():
    close(KLDivergenceLog().value(np.log(P), Y), KLDivergence().value(P, Y))
    close(KLDivergenceLogTarget().value(np.log(P), np.log(Y)), KLDivergence().value(P, Y))
    same(KLDivergenceLog().gradient(np.log(P), Y), KLDivergence().gradient(P, Y) * P)


def test_generalized_kl_of_distributions_is_kl():
    close(GeneralizedKL().value(P, Y), KLDivergence().value(P, Y))
    close(GeneralizedKLLog().value(np.log(P), Y), KLDivergence().value(P, Y))


def test_generalized_kl_sums_what_poisson_costs_above_its_least():
    excess = PoissonNLL().value(P, Y) - PoissonNLL().value(Y, Y)
    close(GeneralizedKL().value(P, Y), excess.sum(axis=1))
    same(GeneralizedKL().gradient(P, Y), PoissonNLL().gradient(P, Y))
    same(GeneralizedKL().hessian(P, Y), PoissonNLL().hessian(P, Y))


def test_generalized_kl_grows_with_the_unit():
    same(GeneralizedKL().value(P * 8, Y * 8), GeneralizedKL().value(P, Y) * 8)


def test_js_is_half_the_kl_of_each_from_their_mean():
    mean = (P + Y) / 2
    halves = KLDivergence().value(mean, P) + KLDivergence().value(mean, Y)
    close(JSDivergence().value(P, Y), halves / 2)


def test_js_is_symmetric_and_bounded_and_its_root_a_distance():
    same(JSDivergence().value(P, Y), JSDivergence().value(Y, P))
    apart = np.eye(3)[[0, 1, 2]], np.eye(3)[[1, 2, 0]]
    same(JSDivergence().value(*apart), np.full(3, np.log(2)))
    same(JSDivergence(base=2).value(*apart), np.ones(3))
    same(JSDistance().value(P, Y) ** 2, JSDivergence().value(P, Y))
    ways = JSDistance().value(P[:-1], Y[:-1]) + JSDistance().value(Y[:-1], P[1:])
    assert (JSDistance().value(P[:-1], P[1:]) <= ways + 1e-15).all()


@ORDERS
def test_the_base_is_a_factor(order):
    nats, bits = getattr(JSDivergence(), order)(P, Y), getattr(JSDivergence(base=2), order)(P, Y)
    same(bits * np.log(2), nats)


@pytest.mark.parametrize("loss", [KLDivergence(), GeneralizedKL(), JSDivergence(), JSDistance()], ids=str)
def test_classes_that_both_lack_cost_nothing(loss):
    wide = [np.concatenate([x, np.zeros((200, 2))], axis=1) for x in (P, Y)]
    same(loss.value(*wide), loss.value(P, Y))
    same(loss.gradient(*wide)[:, :4], loss.gradient(P, Y))


@pytest.mark.parametrize("loss", [KLDivergence(), GeneralizedKL(), JSDivergence(), JSDistance()], ids=str)
def test_nothing_is_as_near_as_the_target(loss):
    assert (loss.value(Y, Y) == 0).all()
    assert (loss.value(P, Y) > 0).all()
    step = np.where(np.arange(4) % 2, 1e-6, -1e-6)
    assert (loss.value(Y + step, Y) > 0).all()


def test_logarithms_of_0_cost_what_they_should():
    none, half = np.array([[-np.inf, 0.0]]), np.array([[0.5, 0.5]])
    assert KLDivergenceLog().value(none, [[0.0, 1.0]]) == 0
    assert KLDivergenceLog().value(none, half) == np.inf
    assert KLDivergenceLogTarget().value(none, none) == 0
    assert KLDivergenceLogTarget().value(none, np.log(half)) == np.inf
    assert KLDivergenceLogTarget().gradient(none, none).tolist() == [[0.0, -1.0]]
    assert GeneralizedKLLog().value(none, [[0.0, 1.0]]) == 0
    assert GeneralizedKLLog().value(none, half) == np.inf


def test_what_frameworks_say_of_two_classes():
    """The numbers that `explain` mentions."""
    p, y = np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])
    assert round(KLDivergence().value(p, y).item(), 6) == 0.510826
    assert round(KLDivergence().value(y, p).item(), 6) == 0.368064
    assert round(JSDivergence().value(p, y).item(), 6) == 0.101749
    assert round(JSDistance().value(p, y).item(), 6) == 0.318982
