"""Losses of forecasts that are each other's sums, limits and special cases."""

import numpy as np
import pytest

from losscli.inputs import DomainError
from losscli.losses.binary import BCEWithLogits
from losscli.losses.crps import CRPSGaussian, CRPSLaplace, CRPSLogistic
from losscli.losses.ensemble import CRPSEnsemble, DawidSebastiani
from losscli.losses.evenly import CRPSUniform
from losscli.losses.exposed import CrossEntropyLambda
from losscli.losses.interval import IntervalScore, WeightedIntervalScore
from losscli.losses.likelihood import GaussianNLL
from losscli.losses.quantile import Quantile
from losscli.losses.residual import MAE
from losscli.losses.waiting import CRPSExponential

RNG = np.random.default_rng(8)
Y = RNG.normal(size=300)
Q = np.sort(RNG.normal(size=(300, 5)), axis=1)
NEAR = {"rtol": 1e-14, "atol": 1e-15}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient"])
TIES = np.round(2 * Q) / 2


def same(a, b):
    np.testing.assert_allclose(a, b, **NEAR)


@pytest.mark.parametrize("alpha", [0.1, 0.5])
def test_an_interval_is_two_quantiles(alpha):
    low, high = Quantile(tau=alpha / 2), Quantile(tau=1 - alpha / 2)
    for lower, upper in ((Q[:, 0], Q[:, 4]), (Q[:, 3], Q[:, 1])):  # also where they have changed places
        same(
            IntervalScore(alpha=alpha).value(lower, upper, Y),
            2 / alpha * (low.value(lower, Y) + high.value(upper, Y)),
        )
        by_lower, by_upper = IntervalScore(alpha=alpha).gradient(lower, upper, Y)
        same(by_lower, 2 / alpha * low.gradient(lower, Y))
        same(by_upper, 2 / alpha * high.gradient(upper, Y))


@ORDERS
def test_the_weighted_interval_score_is_twice_the_mean_of_quantile_losses(order):
    levels = np.array([0.05, 0.2, 0.5, 0.6, 0.99])
    parts = [2 * getattr(Quantile(tau=tau), order)(Q[:, k], Y) / 5 for k, tau in enumerate(levels)]
    found = getattr(WeightedIntervalScore(), order)(Q, np.tile(levels, (300, 1)), Y)
    same(found, np.sum(parts, axis=0) if order == "value" else np.stack(parts, axis=1))


def test_the_crps_of_a_uniform_forecast_is_that_of_many_members_spread_evenly():
    lower, upper, y = (
        np.array([0.0, -1.0, 2.0, 0.5]),
        np.array([1.0, 3.0, 2.5, 8.5]),
        np.array([0.3, -2.0, 2.5, 9.0]),
    )
    members = lower[:, None] + (upper - lower)[:, None] * (np.arange(2000) + 0.5) / 2000
    np.testing.assert_allclose(
        CRPSUniform().value(lower, upper, y), CRPSEnsemble().value(members, y), rtol=1e-6
    )
    np.testing.assert_array_equal(CRPSUniform().value([2.0, 2.0], [2.0, 2.0], [1.5, 2.0]), [0.5, 0.0])


def test_cross_entropy_lambda_is_bce_with_logits_of_exposures_of_1_and_poisson_of_none():
    z, y, one = np.linspace(-40, 40, 81), np.arange(81) % 2.0, np.ones(81)
    loss, other = CrossEntropyLambda(), BCEWithLogits()
    for order in ("value", "gradient", "hessian"):
        np.testing.assert_allclose(getattr(loss, order)(z, one, y), getattr(other, order)(z, y), rtol=1e-14)
    rate = 3 * np.log1p(np.exp(z[:50]))
    np.testing.assert_allclose(loss.value(z[:50], 3 * one[:50], 0 * z[:50]), rate, rtol=1e-14)
    far = loss.value([-1e6, -1e6, -1e6], [2.0, 2.0, 2.0], [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(far, [0.0, (1e6 - np.log(2)) / 2, 1e6 - np.log(2)])


def test_the_weighted_interval_score_is_that_of_a_median_and_intervals():
    alphas = np.array([0.1, 0.4])
    levels = [alphas[0] / 2, alphas[1] / 2, 0.5, 1 - alphas[1] / 2, 1 - alphas[0] / 2]
    whole = WeightedIntervalScore().value(Q, np.tile(levels, (300, 1)), Y)
    intervals = [a / 2 * IntervalScore(alpha=a).value(Q[:, k], Q[:, 4 - k], Y) for k, a in enumerate(alphas)]
    same(whole, (abs(Y - Q[:, 2]) / 2 + sum(intervals)) / 2.5)
    # the trap: scoringrules 0.10 says 0.8667
    same(WeightedIntervalScore().value([[0.0, 0.5, 1.0]], [[0.05, 0.5, 0.95]], [2.0]), [1.2])


@ORDERS
def test_levels_left_out_are_even(order):
    levels = np.tile([1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6], (300, 1))
    ask = getattr(WeightedIntervalScore(), order)
    same(ask(Q, Y), ask(Q, levels, Y))


def test_ever_more_quantiles_of_an_ensemble_tend_to_its_crps():
    copies = np.repeat(Q, 200, axis=1)  # the quantiles of the ensemble at levels k/1001
    np.testing.assert_allclose(
        WeightedIntervalScore().value(copies, Y), CRPSEnsemble().value(Q, Y), rtol=0.02
    )


@pytest.mark.parametrize("members", [Q, TIES, Q[:, :1]])
@pytest.mark.parametrize("fair", [False, True])
def test_crps_of_an_ensemble_is_its_textbook_form(members, fair):
    """The area is the same as the mean distance to the target, less half of that of two members."""
    count = members.shape[1]
    y = np.round(Y, 1)
    spread = abs(members[:, :, None] - members[:, None]).sum(axis=(1, 2))
    pairs = count * max(count - fair, 1)
    loss = CRPSEnsemble(fair=fair)
    np.testing.assert_allclose(
        loss.value(members, y), abs(members - y[:, None]).mean(axis=1) - spread / pairs / 2, atol=1e-14
    )
    slopes = np.sign(members - y[:, None]) / count
    slopes -= np.sign(members[:, :, None] - members[:, None]).sum(axis=2) / pairs
    same(loss.gradient(members, y), np.where(members == y[:, None], 0.0, slopes))


@ORDERS
def test_crps_of_one_member_is_mae(order):
    for loss in (CRPSEnsemble(), CRPSEnsemble(fair=True)):
        np.testing.assert_array_equal(
            np.ravel(getattr(loss, order)(Q[:, :1], Y)), getattr(MAE(), order)(Q[:, 0], Y)
        )


def test_crps_does_not_know_the_order_of_members():
    for fair in (False, True):
        loss = CRPSEnsemble(fair=fair)
        np.testing.assert_array_equal(loss.value(TIES[:, ::-1], Y), loss.value(TIES, Y))
        np.testing.assert_array_equal(loss.gradient(TIES[:, ::-1], Y), loss.gradient(TIES, Y)[:, ::-1])


def test_a_fair_crps_is_0_between_two_members_and_never_less():
    assert CRPSEnsemble(fair=True).value([[0.0, 1.0]], [0.5]) == 0
    assert CRPSEnsemble().value([[0.0, 1.0]], [0.5]) == 0.25
    assert (CRPSEnsemble(fair=True).value(TIES, Y) >= 0).all()
    # so at 0 it is at its least, and level
    np.testing.assert_array_equal(
        CRPSEnsemble(fair=True).gradient([[0.3, 1.3, 0.3]], [0.3]), np.zeros((1, 3))
    )


def test_a_large_ensemble_needs_no_room_for_pairs():
    x = RNG.normal(size=(1, 200_001))
    found = CRPSEnsemble().value(x, [0.0])[0]
    np.testing.assert_allclose(found, (np.sqrt(2) - 1) / np.sqrt(np.pi), rtol=0.02)
    assert np.isfinite(CRPSEnsemble().gradient(x, [0.0])).all()


def test_dawid_sebastiani_is_twice_the_gaussian_likelihood():
    s = np.exp(RNG.normal(size=300))
    for mine, twin in zip(
        [DawidSebastiani().value(Q[:, 0], s, Y)], [2 * GaussianNLL().value(Q[:, 0], s * s, Y)], strict=True
    ):
        np.testing.assert_allclose(mine, twin, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("bias", [False, True])
def test_dawid_sebastiani_of_members_is_that_of_their_moments(bias):
    found = DawidSebastiani(bias=bias).value(Q, Y)
    np.testing.assert_allclose(
        found,
        DawidSebastiani().value(Q.mean(axis=1), Q.std(axis=1, ddof=1 - bias), Y),
        rtol=1e-12,
        atol=1e-13,
    )
    truth = {False: 0.25, True: -0.030465}
    np.testing.assert_allclose(
        DawidSebastiani(bias=bias).value([[0.0, 1.0, 2.0]], [1.5]), truth[bias], atol=1e-6
    )


def test_an_ensemble_without_spread_is_certain():
    for x in ([[3.0]], [[3.0, 3.0, 3.0]]):
        assert DawidSebastiani().value(x, [4.0]) == np.inf
        assert DawidSebastiani().value(x, [3.0]) == -np.inf
        assert (DawidSebastiani().gradient(x, [4.0]) == 0).all()
        assert DawidSebastiani().kinked(x, [4.0]).all()


def test_a_small_spread_far_from_0_keeps_its_bits():
    """Members that differ in their last bits only have exact differences, and so has their spread."""
    x = 1e6 + np.array([[0.0, 1.0, 3.0]]) * 2.0**-33
    shifted = DawidSebastiani().value(x - 1e6, np.array([2.0**-32]))
    np.testing.assert_array_equal(DawidSebastiani().value(x, np.array([1e6 + 2.0**-32])), shifted)


def test_slopes_at_a_tie_are_least():
    assert np.ravel(IntervalScore().gradient([1.0], [1.0], [1.0])).tolist() == [0.0, 0.0]
    assert WeightedIntervalScore().gradient([[0.0, 1.0, 2.0]], [1.0]).tolist() == [[-1 / 6, 0.0, 1 / 6]]
    assert CRPSEnsemble().gradient([[1.0, 2.0, 2.0]], [1.0]).tolist() == [[0.0, 2 / 9, 2 / 9]]


def test_what_cancels_beside_a_huge_slope_is_0():
    slopes = DawidSebastiani().gradient([[-2e-200, 1e-200]], [-2e-200])
    np.testing.assert_allclose(slopes, [[0.0, 2e200 / 3]], rtol=1e-15)


@pytest.mark.parametrize(
    ("loss", "limit"), [(CRPSGaussian(), -(np.pi**-0.5)), (CRPSLaplace(), -0.75), (CRPSLogistic(), -1.0)]
)
@pytest.mark.parametrize("error", [101.3, -1e4 / 3, 1e17 / 3, -1.3628312184023373e38])
def test_far_out_the_slopes_of_crps_stay_the_same(loss, limit, error):
    along, across = loss.gradient([error], [0.15915494309189535], [0.0])
    assert along == [np.sign(error)]
    assert across == pytest.approx([limit], rel=1e-15)


def test_a_member_of_an_ensemble_with_weight_2_is_two():
    loss = CRPSEnsemble()
    assert loss.value([[0.0, 1.0, 3.0]], [0.4], [[1, 2, 0]]) == loss.value([[0.0, 1.0, 1.0]], [0.4])
    once = loss.gradient([[0.0, 1.0]], [0.4], [[1, 2]])[0]
    np.testing.assert_allclose(once, loss.gradient([[0.0, 1.0, 1.0]], [0.4])[0] @ [[1, 0], [0, 1], [0, 1]])
    fair = CRPSEnsemble(fair=True)
    assert fair.value([[0.0, 1.0, 3.0]], [0.4], [[0.1, 0.1, 0]]) == fair.value([[0.0, 1.0]], [0.4])
    with pytest.raises(DomainError, match="weights in row 0 is all zeros, which leaves no member"):
        loss.value([[0.0, 1.0]], [0.4], [[0, 0]])


def test_the_score_of_an_exponential_forecast_is_its_integral():
    rate, seen = np.array([0.3, 1.0, 7.0]), np.array([2.0, 0.0, 0.4])
    x = (np.arange(300_000) + 0.5) / 5000
    below = 1 - np.exp(-rate[:, None] * x)
    area = (np.where(x >= seen[:, None], 1 - below, below) ** 2).sum(axis=1) / 5000
    np.testing.assert_allclose(CRPSExponential().value(rate, seen), area, rtol=1e-6)
