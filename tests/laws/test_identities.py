"""Losses that are the same thing, and what must not change them."""

import math

import numpy as np
import pytest

from losscli.losses.binary import BCE, BCEWithLogits
from losscli.losses.contrastive import Contrastive
from losscli.losses.count import PoissonNLL, PoissonNLLLog
from losscli.losses.distance import LpDistance, Periodic
from losscli.losses.log_error import MSLE
from losscli.losses.multiclass import CategoricalCrossEntropy, SoftmaxCrossEntropy
from losscli.losses.quantile import Expectile, Quantile
from losscli.losses.ratio import MAPE, SMAPE
from losscli.losses.residual import MAE, MSE, Huber
from losscli.losses.triplets import TripletMargin
from losscli.losses.tube import EpsilonInsensitive

RNG = np.random.default_rng(5)
Z = np.concatenate([RNG.normal(size=200) * 20, [0.0, 40.0, -40.0, 745.0, -745.0, 1e4, -1e4, 1e308, -1e308]])
BIT = RNG.integers(0, 2, len(Z)).astype(float)
P = np.concatenate([RNG.random(50), [0.0, 1.0, 0.5, 2.0**-1074]])
NEAR = {"rtol": 2.0**-50, "atol": 0.0}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])


def same(a, b):
    np.testing.assert_allclose(a, b, **NEAR)


@pytest.mark.parametrize("s", [0.0, 0.1])
def test_softmax_of_two_classes_is_the_logistic_loss(s):
    two, one = SoftmaxCrossEntropy(label_smoothing=s), BCEWithLogits(label_smoothing=s)
    scores = np.stack([np.zeros_like(Z), Z], 1)
    same(two.value(scores, BIT), one.value(Z, BIT))
    same(two.gradient(scores, BIT)[:, 1], one.gradient(Z, BIT))
    same(two.hessian(scores, BIT)[:, 1, 1], one.hessian(Z, BIT))


def test_softmax_with_soft_targets_is_the_logistic_loss():
    y = RNG.random(len(Z))
    scores, shares = np.stack([np.zeros_like(Z), Z], 1), np.stack([1 - y, y], 1)
    exact = (1 - y) + y == 1  # where the shares are those that the logistic loss sees
    same(SoftmaxCrossEntropy().value(scores, shares), BCEWithLogits().value(Z, y))
    same(SoftmaxCrossEntropy().gradient(scores, shares)[exact, 1], BCEWithLogits().gradient(Z, y)[exact])


@pytest.mark.parametrize("s", [0.0, 0.1])
def test_two_probabilities_are_one(s):
    p = np.concatenate([P[P >= 0.5], 2.0 ** -np.arange(1, 50)])  # 1 - p is exact
    y = RNG.integers(0, 2, len(p)).astype(float)
    two = CategoricalCrossEntropy(label_smoothing=s)
    same(two.value(np.stack([1 - p, p], 1), y), BCE(label_smoothing=s).value(p, y))


def test_huber_with_a_large_delta_is_half_the_square():
    e = np.concatenate([RNG.normal(size=100) * 1e3, [0.0, 1e-160, 5e-324]])
    for order in ("value", "gradient", "hessian"):
        wide, half = getattr(Huber(delta=1e300), order), getattr(MSE(scale=0.5), order)
        np.testing.assert_array_equal(wide(e, 0 * e), half(e, 0 * e))


def test_huber_with_a_small_delta_is_mae():
    e = RNG.normal(size=100)
    same(Huber(delta=1e-300).value(e, 0 * e) / 1e-300, MAE().value(e, 0 * e))


@ORDERS
@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        (Quantile(tau=0.5), MAE(), 0.5), (Expectile(tau=0.5), MSE(), 0.5), (LpDistance(p=1), MAE(), 1),
        (LpDistance(p=2), MSE(), 1), (EpsilonInsensitive(epsilon=5e-324), MAE(), 1),
    ],
)  # fmt: skip
def test_the_middle_quantile_is_half_of_mae_and_so_on(one, other, factor, order):
    e = np.concatenate([RNG.normal(size=100) * 10.0 ** RNG.integers(-100, 100, 100), [0.0, 1e150, 1.5]])
    same(getattr(one, order)(e, 0 * e), factor * getattr(other, order)(e, 0 * e))


@ORDERS
@pytest.mark.parametrize("loss", [Quantile, Expectile])
def test_sides_change_places_with_the_level(loss, order):
    e = RNG.normal(size=100)
    left, right = getattr(loss(tau=0.125), order)(e, 0 * e), getattr(loss(tau=0.875), order)(-e, 0 * e)
    same(left, -right if order == "gradient" else right)


@ORDERS
def test_whole_periods_are_no_error(order):
    e, turns = RNG.integers(-500, 500, 100) / 1024, RNG.integers(-1000, 1000, 100)
    for period in (1.0, 0.375, 360.0):
        ask = getattr(Periodic(period=period), order)
        same(ask(e + period * turns, 0 * e), ask(e, 0 * e))


@ORDERS
def test_mape_at_target_1_is_mae(order):
    p = np.concatenate([Z, [1.0]])
    same(getattr(MAPE(), order)(p, 0 * p + 1), getattr(MAE(), order)(p, 0 * p + 1))


def test_relative_errors_have_no_unit():
    p, t = RNG.normal(size=100), RNG.normal(size=100)
    for loss in (MAPE(), SMAPE()):
        for unit in (-1.0, 2.0**300, 2.0**-300):
            np.testing.assert_array_equal(loss.value(unit * p, unit * t), loss.value(p, t))
            np.testing.assert_array_equal(unit * loss.gradient(unit * p, unit * t), loss.gradient(p, t))


def test_msle_near_0_is_mse():
    p, t = RNG.random(100) * 1e-20, RNG.random(100) * 1e-20
    same(MSLE().value(p, t), MSE().value(p, t))
    same(MSLE().gradient(p, t), MSE().gradient(p, t))


def test_the_full_poisson_losses_are_the_negative_log_of_a_probability():
    counts = np.arange(6000.0)
    for rate in (0.3, 5.0, 40.0, 4000.0):
        for loss, x in ((PoissonNLL(full=1), rate), (PoissonNLLLog(full=1), np.log(rate))):
            surprise = loss.value(np.full_like(counts, x), counts)
            assert surprise.min() >= 0
            np.testing.assert_allclose(np.exp(-surprise).sum(), 1, rtol=1e-11)
    # of a rate of 3 and a count of 2, as XGBoost's poisson-nloglik has it
    np.testing.assert_allclose(PoissonNLL(full=1).value([3.0], [2.0]), 1.4959226032237258, rtol=1e-15)
    between, t = np.array([0.2, 0.7, 4.5]), np.array([0.1, 0.5, 2.5])
    gamma = np.array([math.lgamma(each + 1) for each in t])
    difference = PoissonNLL(full=1).value(between, t) - PoissonNLL().value(between, t)
    np.testing.assert_allclose(difference, gamma, rtol=1e-13)


def test_full_poisson_losses_of_counts_need_no_exact_arithmetic(monkeypatch):
    monkeypatch.setattr("losscli.mend.exactly", None)
    rng = np.random.default_rng(3)
    t = np.concatenate([np.zeros(9), np.floor(10 ** rng.uniform(0, 9, 200)), 10 ** rng.uniform(-20, 5, 200)])
    rate = np.where(rng.random(t.shape) < 0.5, t + 0.01, 10 ** rng.uniform(-20, 5, t.shape))
    for loss, x in ((PoissonNLL(full=1), rate), (PoissonNLLLog(full=1), np.log(rate))):
        assert (loss.value(x, t) >= 0).all()
        assert (loss.gradient(x, t) == type(loss)().gradient(x, t)).all()


def test_poisson_of_a_rate_and_of_its_logarithm():
    k = RNG.integers(0, 50, 100)
    z, y = k * 0.25, RNG.integers(0, 9, 100)
    rate = np.exp(z)
    np.testing.assert_allclose(
        PoissonNLLLog().value(z, y), PoissonNLL().value(rate, y), rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(
        PoissonNLLLog().gradient(z, y), rate * PoissonNLL().gradient(rate, y), rtol=1e-12, atol=1e-12
    )


def test_contrastive_of_directions_is_that_of_vectors_of_length_1():
    x1, x2 = RNG.normal(size=(2, 60, 3))
    y = RNG.integers(0, 2, 60).astype(float)
    length = np.linalg.norm(x1, axis=1)[:, None]
    units = x1 / length, x2 / np.linalg.norm(x2, axis=1)[:, None]
    for power in (1, 1.5, 2, 3):
        loss, other = Contrastive(power=power, normalize=1), Contrastive(power=power)
        np.testing.assert_allclose(loss.value(x1, x2, y), other.value(*units, y), rtol=1e-13)
        slope = other.gradient(*units, y)[0]
        along = (slope * units[0]).sum(axis=1)[:, None] * units[0]
        np.testing.assert_allclose(loss.gradient(x1, x2, y)[0], (slope - along) / length, atol=1e-13)
        np.testing.assert_array_equal(loss.value(x1 * 2.0**200, x2, y), loss.value(x1, x2, y))
    level = Contrastive(power=1, normalize=1)
    assert level.kinked([[3.0, 0.0]] * 3, [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0, 1, 1]).tolist() == [
        1,
        1,
        0,
    ]
    with pytest.raises(ValueError, match="no direction"):
        loss.value(np.zeros((1, 2)), np.ones((1, 2)), [1.0])


@ORDERS
def test_contrastive_from_vectors_is_that_from_distances(order):
    distance = np.abs(RNG.normal(size=60))
    y = RNG.integers(0, 2, 60).astype(float)
    x1, x2 = np.stack([distance * 3, distance * 0], 1), np.stack([distance * 3, distance * 4], 1)
    for power in (1, 1.5, 2, 3):
        loss = Contrastive(power=power, margin=3)
        direct = getattr(loss, order)(4 * distance, y)
        found = getattr(loss, order)(x1, x2, y)
        if order == "value":
            same(found, direct)
        elif order == "gradient":
            same(found[1][:, 1], direct)
            same(found[0][:, 1], -direct)
        else:
            same(found[1][:, 1], direct)


@ORDERS
def test_triplet_from_vectors_is_that_from_distances(order):
    near, far = RNG.random(60), RNG.random(60)
    zero = np.zeros_like(near)
    anchor, positive, negative = (np.stack(x, 1) for x in [(zero, zero), (near, zero), (zero, far)])
    for squared in (0, 1):
        loss = TripletMargin(squared=squared, margin=0.2)
        direct, found = getattr(loss, order)(near, far), getattr(loss, order)(anchor, positive, negative)
        if order == "value":
            same(found, direct)
        else:
            same(found[1][:, 0], direct[0])
            same(found[2][:, 1], direct[1])


def test_one_hot_is_index():
    z, k = RNG.normal(size=(40, 5)) * 30, RNG.integers(0, 5, 40)
    p = RNG.dirichlet(np.ones(5), 40)
    for loss, x in [(SoftmaxCrossEntropy(), z), (CategoricalCrossEntropy(), p)]:
        for order in ("value", "gradient", "hessian"):
            same(getattr(loss, order)(x, np.eye(5)[k]), getattr(loss, order)(x, k))


def test_shifting_all_scores_changes_nothing_but_last_digits():
    """Either answer is within 4 ulp of the truth, which is the same."""
    z, k = RNG.integers(-50, 50, (40, 4)) / 4, RNG.integers(0, 4, 40)
    for order in ("value", "gradient", "hessian"):
        ask = getattr(SoftmaxCrossEntropy(), order)
        for shift in (256.0, 1024.0):  # both exact; the first stays on the quick way
            np.testing.assert_array_max_ulp(ask(z, k), ask(z + shift, k), 8)


def test_classes_have_no_order():
    z, k = RNG.normal(size=(40, 6)) * 10, RNG.integers(0, 6, 40)
    turn = RNG.permutation(6)
    p = RNG.dirichlet(np.ones(6), 40)
    for loss, x in [(SoftmaxCrossEntropy(), z), (CategoricalCrossEntropy(), p)]:
        same(loss.value(x[:, turn], np.argsort(turn)[k]), loss.value(x, k))
        same(loss.gradient(x[:, turn], np.argsort(turn)[k]), loss.gradient(x, k)[:, turn])


@ORDERS
def test_pairs_have_no_order(order):
    x1, x2, y = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 3)), RNG.integers(0, 2, 40)
    here, there = getattr(Contrastive(), order)(x1, x2, y), getattr(Contrastive(), order)(x2, x1, y)
    if order == "value":
        np.testing.assert_array_equal(here, there)
    else:
        np.testing.assert_array_equal(here[0], there[1])


@ORDERS
@pytest.mark.parametrize("p", [1, 2])
def test_coordinates_have_no_order(order, p):
    a, b, c = RNG.normal(size=(3, 40, 5))
    turn = RNG.permutation(5)
    loss = TripletMargin(p=p, swap=1)
    one, two = getattr(loss, order)(a, b, c), getattr(loss, order)(a[:, turn], b[:, turn], c[:, turn])
    for x, y in zip(one if order != "value" else [one], two if order != "value" else [two], strict=True):
        same(x[:, turn] if order != "value" else x, y)


def test_zeros_beside_change_no_distance():
    a, b, c = RNG.normal(size=(3, 10, 4))
    wide = [np.concatenate([x, np.zeros((10, 996))], 1) for x in (a, b, c)]
    for order in ("gradient", "hessian"):
        for x, y in zip(
            getattr(TripletMargin(), order)(a, b, c), getattr(TripletMargin(), order)(*wide), strict=True
        ):
            same(y[:, :4], x)
