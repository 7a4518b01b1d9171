"""Losses of several levels at once: column by column, those of one."""

import numpy as np
import pytest

from losscli import BCEWithLogits, Expectile, Quantile, UsageError, parse
from losscli.spec import find

RNG = np.random.default_rng(35)
LEVELS = (0.1, 0.5, 0.9)
PREDICTION = RNG.normal(size=(50, 3)) * 10.0 ** RNG.integers(-200, 200, (50, 3))
TARGET = np.where(RNG.random(50) < 0.2, PREDICTION[:, 1], RNG.normal(size=50))
EACH = np.where(RNG.random((50, 3)) < 0.2, PREDICTION, RNG.normal(size=(50, 3)))
KINDS = pytest.mark.parametrize("kind", [Quantile, Expectile])


@KINDS
@pytest.mark.parametrize("order", ["value", "gradient", "hessian", "kinked"])
@pytest.mark.parametrize("target", [TARGET, TARGET[:, None], EACH], ids=["one", "column", "each"])
def test_each_column_is_the_loss_of_its_level(kind, order, target):
    found = getattr(kind(tau=LEVELS), order)(PREDICTION, target)
    assert found.shape == PREDICTION.shape
    for k, level in enumerate(LEVELS):
        own = target.reshape(50, -1)[:, k if target.size > 50 else 0]
        np.testing.assert_array_equal(found[:, k], getattr(kind(tau=level), order)(PREDICTION[:, k], own))


@KINDS
def test_missing_and_infinite_errors_stay_in_their_place(kind):
    prediction = np.array([[np.nan, 0.0, 1.0], [1.0, 1e308, 0.0]])
    found = kind(tau=LEVELS).value(prediction, [0.0, -1e308])
    assert np.isnan(found).tolist() == [[True, False, False], [False, False, False]]
    assert kind(tau=LEVELS).value(np.empty((0, 3)), np.empty(0)).shape == (0, 3)


@KINDS
def test_as_many_levels_as_columns(kind):
    loss = kind(tau=LEVELS)
    with pytest.raises(ValueError, match="3 levels for 2 columns"):
        loss.value(np.zeros((4, 2)), np.zeros(4))
    with pytest.raises(ValueError, match="pred must have 2 axes"):
        loss.gradient(np.zeros(3), np.zeros(3))
    for wrong in [(3,), (4, 2), (1, 3), ()]:
        with pytest.raises(ValueError, match="shapes differ"):
            loss.kinked(np.zeros((4, 3)), np.zeros(wrong))


@pytest.mark.parametrize("order", ["value", "gradient", "hessian", "kinked"])
@pytest.mark.parametrize("more", [{}, {"label_smoothing": 0.1}, {"sigmoid": 0.3}])
def test_each_column_has_its_pos_weight(order, more):
    z, y, weights = RNG.normal(size=(50, 3)) * 10, RNG.random((50, 3)).round(), (3.0, 1.0, 0.5)
    found = getattr(BCEWithLogits(pos_weight=weights, **more), order)(z, y)
    for k, weight in enumerate(weights):
        one = BCEWithLogits(pos_weight=weight, **more)
        np.testing.assert_array_equal(found[:, k], getattr(one, order)(z[:, k], y[:, k]))
    with pytest.raises(ValueError, match="3 pos_weights for 2 columns"):
        getattr(BCEWithLogits(pos_weight=weights, **more), order)(z[:, :2], y[:, :2])


def test_what_several_pos_weights_claim():
    several, most = BCEWithLogits(pos_weight=(3, 1, 0.5)).traits(), BCEWithLogits(pos_weight=3).traits()
    assert several == most
    assert BCEWithLogits(pos_weight=(1, 1)).traits() == BCEWithLogits().traits()
    names = [each.label for each in BCEWithLogits(pos_weight=(3, 1)).sections()]
    assert names == ["y = 1, pos_weight 3", "y = 0", "y = 1, pos_weight 1"]


@KINDS
def test_what_several_levels_claim_holds_for_each(kind):
    several = kind(tau=(0.5, 0.9)).traits()
    assert several.convex
    assert not several.symmetric
    assert several.kinks == (0.0,)
    assert (several.lipschitz, several.smoothness) == (
        kind(tau=0.9).traits().lipschitz,
        kind(tau=0.9).traits().smoothness,
    )
    assert kind(tau=(0.5, 0.5)).traits() == kind().traits()


@KINDS
def test_a_curve_for_each_level(kind):
    loss, x = kind(tau=LEVELS), np.linspace(-3, 3, 7)
    assert [section.label for section in loss.sections()] == ["tau = 0.1", "tau = 0.5", "tau = 0.9"]
    for order in (0, 1):
        for level, section in zip(LEVELS, loss.sections(), strict=True):
            one = kind(tau=level)
            expected = one.follow(one.sections()[0], x, order)
            np.testing.assert_array_equal(loss.follow(section, x, order), expected)


@KINDS
def test_half_the_mean_over_levels_is_the_weighted_interval_score(kind):
    if kind is Quantile:
        mean = kind(tau=LEVELS).value(EACH, TARGET).mean(axis=1)
        score = parse("weighted-interval-score").value(EACH, np.tile(LEVELS, (50, 1)), TARGET)
        np.testing.assert_allclose(2 * mean, score, rtol=1e-14)


@pytest.mark.parametrize(
    "spec", ["quantile:tau=0.1/0.5/0.9", "expectile:tau=0.9/0.9", "quantile:tau=1e-07/0.5"]
)
def test_levels_read_back(spec):
    loss = parse(spec)
    assert str(loss) == spec
    assert parse(str(loss)) == loss
    assert len({loss, parse(spec), type(loss)(tau=list(loss.tau))}) == 1


def test_one_level_is_one_number():
    assert Quantile(tau=(0.9,)) == Quantile(tau=0.9) == parse("quantile:0.9")
    assert parse("quantile:tau=0.5") == Quantile()
    assert str(Quantile(tau=(0.5, 0.5))) == "quantile:tau=0.5/0.5"


def test_levels_that_are_none():
    with pytest.raises(ValueError, match="tau must be a number, or one for each column"):
        Quantile(tau=())
    with pytest.raises(UsageError, match="tau must be in"):
        parse("quantile:tau=0.1/1")
    with pytest.raises(UsageError, match="tau must be a number, got ''"):
        parse("quantile:tau=0.1//0.9")
    with pytest.raises(UsageError, match="tau must be a number, got 'none'"):
        parse("quantile:tau=none")


def test_catboost_has_several_levels():
    assert find("catboost.MultiQuantile") is Quantile
    assert parse("catboost.MultiQuantile:0.1/0.9") == Quantile(tau=(0.1, 0.9))
