"""Losses of times: probabilities that add up, what they become at a limit, and what boosting libraries say."""

import numpy as np
import pytest

from losscli import parse
from losscli.loss import OrderError
from losscli.losses.binary import BCEWithLogits
from losscli.losses.survival import AFT, AFTExtreme, AFTLogistic

RNG = np.random.default_rng(7)
F = RNG.normal(size=300) * 3
SOON = np.exp(RNG.normal(size=300))
LATE = SOON * np.exp(RNG.exponential(size=300) + 1e-3)
NEVER = np.full(300, np.inf)
NEAR = {"rtol": 2.0**-46, "atol": 2.0**-46}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
KINDS = pytest.mark.parametrize("kind", [AFT, AFTLogistic, AFTExtreme])
SCALES = pytest.mark.parametrize("sigma", [0.05, 0.5, 1.0, 4.0])


def same(a, b):
    np.testing.assert_allclose(a, b, **NEAR)


@KINDS
@SCALES
def test_a_time_comes_before_or_between_or_after(kind, sigma):
    loss = kind(sigma=sigma)
    parts = [loss.value(F, a, b) for a, b in ((0 * SOON, SOON), (SOON, LATE), (LATE, NEVER))]
    same(np.exp(-np.stack(parts)).sum(axis=0), 1)
    for order in (loss.value, loss.gradient, loss.hessian):
        assert not order(F, 0 * SOON, NEVER).any()


@KINDS
@SCALES
def test_an_interval_without_width_has_the_density(kind, sigma):
    loss, width = kind(sigma=sigma), SOON * 2.0**-30
    found = loss.value(F, SOON, SOON + width) + np.log((SOON + width) - SOON)
    np.testing.assert_allclose(found, loss.value(F, SOON, SOON), rtol=1e-6, atol=1e-6)
    for order in (loss.gradient, loss.hessian):
        np.testing.assert_allclose(order(F, SOON, SOON + width), order(F, SOON, SOON), rtol=1e-6, atol=1e-6)


@ORDERS
def test_before_or_after_is_binary_of_the_logit(order):
    ask, binary = (getattr(loss, order) for loss in (AFTLogistic(), BCEWithLogits()))
    same(ask(F, np.ones(300), NEVER), binary(F, np.ones(300)))
    same(ask(F, np.zeros(300), np.ones(300)), binary(F, np.zeros(300)))


@ORDERS
@pytest.mark.parametrize("kind", [AFT, AFTLogistic])
def test_time_backwards_is_the_mirror_image(kind, order):
    ask, turn = getattr(kind(sigma=0.5), order), -1 if order == "gradient" else 1
    logs = np.floor(RNG.normal(size=300) * 4)
    a, b = 2.0**logs, 2.0 ** (logs + 3)
    same(ask(F, a, b), turn * ask(-F, 1 / b, 1 / a))
    same(ask(F, a, NEVER), turn * ask(-F, 0 * a, 1 / a))


@KINDS
@ORDERS
@SCALES
def test_data_and_outliers_need_no_exact_arithmetic(kind, order, sigma, monkeypatch):
    monkeypatch.setattr("losscli.mend.exactly", None)
    ask = getattr(kind(sigma=sigma), order)
    for f in (F, 30 * F, 1e6 * F, np.log(SOON) + 1e-9):
        for a, b in (
            (SOON, SOON),
            (0 * SOON, SOON),
            (SOON, LATE),
            (SOON, NEVER),
            (SOON, SOON * (1 + 2.0**-40)),
        ):
            assert not np.isnan(ask(f, a, b)).any()
    if order != "gradient":  # there a time that comes when foretold has so small a slope that it needs care
        ask(np.log(SOON), SOON, SOON)


def test_far_beyond_what_the_oracle_can_see():
    """Where a tail is all exponent: its leading term is every bit of it."""
    one, none, never = np.ones(3), np.zeros(3), np.full(3, np.inf)
    f = np.array([1e30, 1e100, 1e150])
    same(AFT().value(f, none, one) / (f * f / 2), one)
    same(AFT().gradient(f, none, one) / f, one)
    same(AFT().hessian(f, none, one), one)
    same(AFT().gradient(-f, one, never) / f, -one)
    same(AFT().hessian(-f, one, 2 * one), one)
    same(AFT(sigma=2.0**-60).gradient(f, none, one) / 2.0**120 / f, one)
    same(AFTExtreme().value(f, none, one) / f, one)
    same(AFTExtreme().gradient(f, none, one), one)
    assert not AFTExtreme().hessian(f, none, one).any()
    assert (AFTExtreme().value(-f, one, never) == np.inf).all()


def test_the_end_comes_after_the_start():
    with pytest.raises(OrderError, match="aft: upper 1 in row 1 is less than lower"):
        AFT().value([0.0, 0.0], [1.0, 2.0], [1.0, 1.0])


SAID = {  # aft-nloglik of XGBoost 3 and its step -gradient / hessian, at f = 0.3 and sigma 0.8; SurvivalAft has the same
    "aft": ([0.7661075, 1.1661641, 0.1732532, 0.5426303], [-0.3, 1.2434263, -0.6218383, -0.2990048]),
    "aft-logistic": ([1.198103, 0.9687536, 0.3137285, 0.9256905], [-0.3070809, 2.1077268, -1.0948145, -0.3035891]),
    "aft-extreme": ([0.8391457, 1.6346586, 0.0685997, 0.5905616], [-0.3639931, 0.8000001, -0.4196713, -0.2182527]),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_boosting_libraries_say(name):
    loss, rows = parse(f"{name}:sigma=0.8"), (np.full(4, 0.3), [1, 2, 0, 0.5], [1, np.inf, 3, 2])
    value, step = SAID[name]
    np.testing.assert_allclose(loss.value(*rows), value, rtol=2e-6)
    np.testing.assert_allclose(-loss.gradient(*rows) / loss.hessian(*rows), step, rtol=2e-6)


@KINDS
@SCALES
def test_pairs_of_doubles_find_what_the_careful_kernels_do(kind, sigma):
    loss, f = kind(sigma=sigma), np.linspace(-30, 30, 1001)
    for low, high in ((0, 1), (0.5, 2), (1, np.inf), (1, 1), (3, 3.001)):
        block = f, np.full_like(f, low), np.full_like(f, high)
        careful = loss.at_time if low == high else loss.between
        for order in (0, 1):
            with np.errstate(all="ignore"):
                (found,), truth = loss.derivative(order, *block), careful(order, *block)
                near = abs(found - truth) <= 4 * np.spacing(abs(truth))
            assert (near | (found == truth) | np.isnan(truth)).all()
