"""Scores of ensembles of vectors: their textbook forms, their special cases, and what must not change them."""

import numpy as np
import pytest

from losscli.errors import UsageError
from losscli.families.ecdf import Weights
from losscli.losses import crowd, spread
from losscli.losses.energy import EnergyScore
from losscli.losses.ensemble import CRPSEnsemble
from losscli.losses.kernel import GaussianKernelScore
from losscli.losses.variogram import VariogramScore

RNG = np.random.default_rng(9)
CASES, MEMBERS, WIDTH = 40, 5, 3
X = RNG.normal(size=(CASES, MEMBERS, WIDTH))
Y = RNG.normal(size=(CASES, WIDTH))
NEAR = {"rtol": 1e-13, "atol": 1e-14}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
LOSSES = pytest.mark.parametrize(
    "loss",
    [
        EnergyScore(), EnergyScore(fair=1), EnergyScore(beta=0.5), EnergyScore(beta=1.5, fair=1),
        GaussianKernelScore(), GaussianKernelScore(width=3, fair=1), VariogramScore(), VariogramScore(p=2),
    ],
    ids=str,
)  # fmt: skip


def rows(x, y):
    """Ensembles (cases, M, D) and observations (cases, D) as rows, and the case of each."""
    members = x.shape[1]
    return x.reshape(-1, x.shape[2]), np.repeat(y, members, axis=0), np.repeat(np.arange(len(x)), members)


def ask(loss, order, x, y):
    members, observed, case = rows(x, y)
    found = getattr(loss, order)(members, observed, lists=case)
    return found if order == "value" else found.reshape(x.shape)


def textbook(x, y, size, fair):
    count = x.shape[1]
    to_target = size(np.sqrt(((x - y[:, None]) ** 2).sum(axis=2))).mean(axis=1)
    apart = size(np.sqrt(((x[:, :, None] - x[:, None]) ** 2).sum(axis=3))).sum(axis=(1, 2))
    return to_target - apart / (2 * count * (count - fair))


@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("fair", [0, 1])
def test_textbook_forms(count, fair):
    """For odd and even ensembles: pairs are met shift by shift."""
    x = X[:, :count]
    for beta in (1.0, 0.5, 1.5):
        found = ask(EnergyScore(beta=beta, fair=fair), "value", x, Y)
        np.testing.assert_allclose(found, textbook(x, Y, lambda d, b=beta: d**b, fair), **NEAR)
    for width in (1.0, 3.0):
        found = ask(GaussianKernelScore(width=width, fair=fair), "value", x, Y)
        bell = textbook(x, Y, lambda d, w=width: 1 - np.exp(-(d**2) / (2 * w * w)), fair)
        np.testing.assert_allclose(found, bell, **NEAR)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0])
def test_pairs_of_components_that_count_differently(p):
    """As the textbook has it, and by numeric differences; pairs that count 1 each are those of no weights."""
    rng = np.random.default_rng(8)
    x, y, matrix = rng.normal(size=(6, 3)), np.repeat(rng.normal(size=(1, 3)), 6, axis=0), np.zeros((3, 3))
    matrix[np.triu_indices(3, 1)] = 0.5, 2.0, 0.25
    loss = VariogramScore(p=p, pairs=(0.5, 2.0, 0.25))

    def textbook(x):
        seen, mean = (abs(each[..., :, None] - each[..., None, :]) ** p for each in (y[0], x))
        return ((matrix + matrix.T) * (seen - mean.mean(axis=0)) ** 2).sum()

    np.testing.assert_allclose(loss.value(x, y), textbook(x), rtol=1e-13)
    steps = np.eye(18).reshape(18, 6, 3) * 1e-6
    slope = [(textbook(x + step) - textbook(x - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(loss.gradient(x, y), np.reshape(slope, (6, 3)), rtol=1e-5, atol=1e-8)
    bend = [(loss.gradient(x + step, y) - loss.gradient(x - step, y))[step > 0] / 2e-6 for step in steps]
    np.testing.assert_allclose(loss.hessian(x, y), np.reshape(bend, (6, 3)), rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(
        VariogramScore(p=p, pairs=(1, 1, 1)).gradient(x, y), VariogramScore(p=p).gradient(x, y)
    )
    with pytest.raises(UsageError, match="2 pairs for 3 components"):
        VariogramScore(pairs=(1, 2)).value(x, y)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_textbook_form_of_the_variogram(p, width):
    x, y = X[:, :, :width], Y[:, :width]
    seen = abs(y[:, :, None] - y[:, None]) ** p
    mean = (abs(x[:, :, :, None] - x[:, :, None]) ** p).mean(axis=1)
    np.testing.assert_allclose(
        ask(VariogramScore(p=p), "value", x, y), ((seen - mean) ** 2).sum(axis=(1, 2)), **NEAR
    )


@ORDERS
@pytest.mark.parametrize("fair", [0, 1])
def test_energy_of_numbers_is_the_crps_of_an_ensemble(order, fair):
    x = X[:, :, :1]
    crps = getattr(CRPSEnsemble(fair=fair), order)(x[:, :, 0], Y[:, 0])
    np.testing.assert_allclose(np.squeeze(ask(EnergyScore(fair=fair), order, x, Y[:, :1])), crps, **NEAR)


@LOSSES
@ORDERS
def test_the_order_of_members_does_not_show(loss, order):
    turned = ask(loss, order, X[:, ::-1], Y)
    np.testing.assert_allclose(
        turned if order == "value" else turned[:, ::-1], ask(loss, order, X, Y), **NEAR
    )


@LOSSES
@ORDERS
def test_rows_of_a_list_need_not_be_next_to_each_other(loss, order):
    """Nor need lists be equally long: each is as it is alone."""
    members, observed, case = rows(X, Y)
    kept = RNG.random(len(case)) < 0.7
    mixed = RNG.permutation(np.flatnonzero(kept))
    found = getattr(loss, order)(members[mixed], observed[mixed], lists=case[mixed])
    for at, name in enumerate(dict.fromkeys(case[mixed].tolist())):
        own = case[mixed] == name
        alone = getattr(loss, order)(members[mixed][own], observed[mixed][own])
        np.testing.assert_array_equal(found[at : at + 1] if order == "value" else found[own], alone)


@LOSSES
@ORDERS
def test_a_missing_number_is_missing_in_its_list_alone(loss, order):
    x, y = X.copy(), Y.copy()
    x[3, 2, 1] = np.nan
    y[5, 0] = np.nan
    found = ask(loss, order, x, y)
    rest = np.delete(np.arange(CASES), [3, 5])
    assert np.isnan(found[[3, 5]]).all()
    np.testing.assert_array_equal(found[rest], ask(loss, order, X, Y)[rest])


@LOSSES
def test_an_ensemble_has_one_observation(loss):
    members, observed, case = rows(X, Y)
    observed[7, 1] += 1
    with pytest.raises(ValueError, match=f"{loss.name}: target must be the same in every row of a list"):
        loss.value(members, observed, lists=case)


@LOSSES
def test_slopes_follow_the_value(loss):
    step = 1e-6
    slopes = ask(loss, "gradient", X, Y)
    for i, k in ((0, 0), (3, 2)):
        up, down = X.copy(), X.copy()
        up[:, i, k] += step
        down[:, i, k] -= step
        rise = (ask(loss, "value", up, Y) - ask(loss, "value", down, Y)) / (2 * step)
        np.testing.assert_allclose(slopes[:, i, k], rise, rtol=1e-4, atol=1e-7)


@LOSSES
def test_moving_everything_changes_nothing(loss):
    """Numbers on a grid, so that moving them is exact."""
    x, y = np.round(X * 64) / 64, np.round(Y * 64) / 64
    for order in ("value", "gradient"):
        np.testing.assert_array_equal(ask(loss, order, x + 1024, y + 1024), ask(loss, order, x, y))


def test_an_ensemble_that_is_the_observation_costs_nothing():
    y = Y[:3]
    x = np.repeat(y[:, None], MEMBERS, axis=1)
    for loss in (EnergyScore(), EnergyScore(fair=1), GaussianKernelScore(), VariogramScore()):
        for order in ("value", "gradient"):
            assert (ask(loss, order, x, y) == 0).all()


def test_a_fair_energy_is_0_between_two_members():
    x, y = np.array([[[0.0, 0.0], [3.0, 4.0]]]), np.array([[1.5, 2.0]])
    assert ask(EnergyScore(fair=1), "value", x, y) == 0
    assert ask(EnergyScore(), "value", x, y) == 1.25
    assert (ask(EnergyScore(fair=1), "value", X, Y) >= 0).all()


def test_where_vectors_meet():
    x = np.array([[[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]]])
    members, observed, case = rows(x, np.array([[3.0, 4.0]]))
    assert EnergyScore().kinked(members, observed, lists=case).all()
    assert not EnergyScore(beta=1.5).kinked(members, observed, lists=case).any()
    np.testing.assert_allclose(
        ask(EnergyScore(), "gradient", x, np.array([[3.0, 4.0]])),
        [
            [
                [-0.6 / 3 + 0.6 / 9, -0.8 / 3 + 0.8 / 9],
                [-1.2 / 9, -1.6 / 9],
                [-0.6 / 3 + 0.6 / 9, -0.8 / 3 + 0.8 / 9],
            ]
        ],
        **NEAR,
    )
    bent = ask(EnergyScore(beta=1.5), "hessian", x, np.array([[3.0, 4.0]]))[0]
    assert (bent[1] == np.inf).all()
    assert (bent[[0, 2]] == -np.inf).all()


def test_far_members_of_a_kernel_score_are_all_alike():
    x = np.array([[[0.5, 0.0], [1e5, 0.0], [-1e200, 3.0]]])
    y = np.zeros((1, 2))
    near = 1 - np.exp(-0.125)
    np.testing.assert_allclose(ask(GaussianKernelScore(), "value", x, y), [(near + 2) / 3 - 3 / 9], **NEAR)
    slopes = ask(GaussianKernelScore(), "gradient", x, y)
    np.testing.assert_allclose(slopes[0, 0], [0.5 * np.exp(-0.125) / 3, 0], **NEAR)
    assert (slopes[0, 1:] == 0).all()


def test_a_large_ensemble():
    x, y = RNG.normal(size=(1, 400, 20)), np.zeros((1, 20))
    np.testing.assert_allclose(ask(EnergyScore(), "value", x, y), textbook(x, y, lambda d: d, 0), rtol=1e-13)


def test_the_energy_score_of_ordinary_ensembles_needs_few_passes_only():
    x, y = RNG.normal(size=(5, 8, 300)), RNG.normal(size=(5, 300))
    for pairs in (64, 56):
        loss = EnergyScore(fair=float(pairs == 56))
        found, sure = spread.value(spread.lengths, x, y, pairs), loss.value_of(x, y, pairs)
        assert np.isfinite(found).all()
        assert (abs(found - sure) <= np.spacing(abs(sure))).all()


@pytest.mark.parametrize("order", ["value", "gradient"])
@pytest.mark.parametrize("loss", [EnergyScore(), GaussianKernelScore(), VariogramScore()], ids=str)
def test_a_member_with_weight_2_is_two(loss, order):
    x, y = np.random.default_rng(8).normal(size=(3, 2)), [0.3, -0.2]
    once = getattr(loss, order)(x, [y] * 3, [1.0, 2.0, 1.0])
    twice = getattr(loss, order)(x[[0, 1, 1, 2]], [y] * 4)
    if order == "gradient":
        twice = np.array([twice[0], twice[1] + twice[2], twice[3]])
    np.testing.assert_allclose(once, twice, rtol=1e-13)


@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
@pytest.mark.parametrize("fair", [0, 1])
def test_members_of_one_weight_have_none(fair, order):
    x, y = np.random.default_rng(8).normal(size=(4, 2)), [[0.3, -0.2]] * 4
    for loss in (EnergyScore(fair=fair), GaussianKernelScore(fair=fair)):
        plain, same = getattr(loss, order)(x, y), getattr(loss, order)(x, y, [0.1] * 4)
        np.testing.assert_allclose(same, plain, rtol=1e-14)


def crowds():
    x, y = RNG.normal(size=(5, 9, 30)), RNG.normal(size=(5, 30))
    yield "ordinary", x, y
    yield "near one another", 1 + 1e-6 * x, y
    yield "whole numbers, some the same", np.rint(2 * x), np.rint(y)
    yield "some far away", x * 10.0 ** RNG.uniform(-9, 9, (9, 30)), y
    yield "components of many sizes", x * 10.0 ** RNG.uniform(-9, 9, (5, 1, 1)), y
    yield "a target far away", x, 1e15 * y
    both, met = x.copy(), x.copy()
    both[:, 0], met[:, 0] = x[:, 1] + 1e-15 * x[:, 0], y + 1e-13 * x[:, 0]
    yield "two that nearly meet", both, y
    yield "one that nearly meets the target", met, y


CROWDS = list(crowds())


@pytest.mark.parametrize(("kind", "x", "y"), CROWDS, ids=[kind for kind, *_ in CROWDS])
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize(
    "loss",
    [EnergyScore(), EnergyScore(fair=1), GaussianKernelScore(), GaussianKernelScore(width=30, fair=1)],
    ids=str,
)
def test_products_of_matrices_find_what_pair_by_pair_is_found(loss, weighed, kind, x, y):
    pairs = (
        Weights(RNG.exponential(size=(9, 30)), fair=bool(loss.fair)) if weighed else 72 if loss.fair else 81
    )
    with np.errstate(all="ignore"):
        for order in (0, 1):
            quick = loss.together(order, x, y, pairs)
            careful = (loss.weighed if weighed else loss.unweighed)(order, x, y, pairs)
            sure = ~np.isnan(quick) & ~np.isnan(careful)
            assert kind != "ordinary" or sure.mean() > 0.99
            assert (abs(quick - careful) <= 4 * np.spacing(abs(careful)))[sure].all()


@pytest.mark.parametrize("loss", [EnergyScore(), GaussianKernelScore(width=4, fair=1)], ids=str)
def test_ensembles_too_large_for_matrices_find_the_same(loss, monkeypatch):
    members, observed, case = rows(X, Y)
    weights = RNG.exponential(size=len(members))
    for inputs in ((members, observed), (members, observed, weights)):
        for order in ("value", "gradient"):
            found = getattr(loss, order)(*inputs, lists=case)
            with monkeypatch.context() as held:
                held.setattr(crowd, "MANY", 1)
                np.testing.assert_allclose(getattr(loss, order)(*inputs, lists=case), found, rtol=2.0**-50)
