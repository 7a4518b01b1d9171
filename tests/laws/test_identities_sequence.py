"""Labels spelt by steps, beside all paths one by one, and beside the class of each step."""

from itertools import groupby, product
from math import inf, log

import numpy as np
import pytest

from losscli import CTC, CTCLogProbs, DomainError, SoftmaxCrossEntropy, UsageError
from losscli.losses import spelled

RNG = np.random.default_rng(92)
NEAR = {"rtol": 1e-13, "atol": 1e-15}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
LOSSES = pytest.mark.parametrize("loss", [CTC(), CTCLogProbs()], ids=str)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def spelt(path, blank):
    return [k for k, _ in groupby(path) if k != blank]


@pytest.mark.parametrize("blank", [0, 2])
def test_all_paths_one_by_one(blank):
    z = RNG.normal(size=(5, 3)) * 2
    p, steps = softmax(z), np.arange(5)
    chances = {path: p[steps, path].prod() for path in product(range(3), repeat=5)}
    one, other = (k for k in range(3) if k != blank)
    for labels in ([], [one], [one, one], [one, other, one], [other, other, one]):
        spelling = {path: each for path, each in chances.items() if spelt(path, blank) == labels}
        whole = sum(spelling.values())
        passed = np.array(
            [
                [sum(each for path, each in spelling.items() if path[t] == k) / whole for k in range(3)]
                for t in steps
            ]
        )
        loss, of_logs = CTC(blank=blank), CTCLogProbs(blank=blank)
        np.testing.assert_allclose(loss.value(z, [labels]), -log(whole), **NEAR)
        np.testing.assert_allclose(of_logs.value(np.log(p), [labels]), -log(whole), **NEAR)
        np.testing.assert_allclose(loss.gradient(z, [labels]), p - passed, **NEAR)
        np.testing.assert_allclose(of_logs.gradient(np.log(p), [labels]), -passed, **NEAR)
        bent = p * (1 - p) - passed * (1 - passed)
        np.testing.assert_allclose(loss.hessian(z, [labels]), bent, **NEAR)


@ORDERS
def test_without_time_to_spare_each_step_has_its_class(order):
    z, labels = RNG.normal(size=(6, 4)), np.array([1.0, 2.0, 3.0, 1.0, 3.0, 2.0])
    each = getattr(SoftmaxCrossEntropy(), order)(z, labels)
    found = getattr(CTC(), order)(z, [labels])
    if order == "value":
        each = each.sum(keepdims=True)
    if order == "hessian":  # paths that differ in a step would add to it
        each = np.diagonal(each, axis1=1, axis2=2)
    np.testing.assert_allclose(found, each, **NEAR)


def test_slopes_of_a_step_sum_to_nothing_or_to_minus_one():
    z, labels = RNG.normal(size=(30, 6)) * 3, RNG.integers(1, 6, 8)
    slopes = CTC().gradient(z, [labels])
    np.testing.assert_allclose(slopes.sum(axis=1), 0, atol=1e-14)
    of_logs = CTCLogProbs().gradient(np.log(softmax(z)), [labels])
    np.testing.assert_allclose(of_logs.sum(axis=1), -1, rtol=1e-14)
    np.testing.assert_allclose(of_logs + softmax(z), slopes, atol=1e-14)
    logs = np.log(softmax(z))  # as torch does
    np.testing.assert_allclose(CTC().gradient(logs, [labels]), slopes, atol=1e-14)
    np.testing.assert_allclose(CTC().value(logs, [labels]), CTCLogProbs().value(logs, [labels]), rtol=1e-14)


@LOSSES
def test_what_no_path_can_spell(loss):
    z = -np.ones((4, 2))
    forgiving = type(loss)(zero_infinity=1)
    for labels in ([1, 1, 1], [1, 1, 1, 1, 1]):
        assert loss.value(z, [labels]).tolist() == [inf]
        assert loss.kinked(z, [labels]).tolist() == [True]
        assert loss.gradient(z, [labels]).tolist() == loss.hessian(z, [labels]).tolist() == [[0.0, 0.0]] * 4
        assert forgiving.value(z, [labels]).tolist() == [0.0]
        assert forgiving.kinked(z, [labels]).tolist() == [False]
    assert loss.value(z, [[1, 1]])[0] < inf


def test_a_class_that_cannot_be():
    z = [[-log(2), -log(2)], [0.0, -inf]]
    assert CTCLogProbs().value(z, [[1]]).tolist() == [log(2)]
    assert CTCLogProbs().gradient(z, [[1]]).tolist() == [[0.0, -1.0], [-1.0, 0.0]]
    assert CTCLogProbs().value(z, [[1, 1]]).tolist() == [inf]


def test_the_blank():
    z = RNG.normal(size=(5, 3))
    with pytest.raises(DomainError, match="ctc: target 0 in list 0 must be a whole number from 0 to 2 but 0"):
        CTC().value(z, [[1, 0]])
    with pytest.raises(UsageError, match="ctc: blank 3 is no class: there are 3, from 0 on"):
        CTC(blank=3).value(z, [[1]])
    moved = CTC(blank=2).value(z[:, [1, 2, 0]], [[0, 1]])
    np.testing.assert_allclose(moved, CTC().value(z, [[1, 2]]), rtol=1e-15)


@pytest.mark.parametrize("spread", [1.0, 10.0, 1e3, 1e6])
@LOSSES
def test_long_lists_need_no_exact_arithmetic(loss, spread, monkeypatch):
    monkeypatch.setattr("losscli.mend.exactly", None)
    z, labels = -abs(RNG.normal(size=(60, 12)) * spread), RNG.integers(1, 12, 10)
    for order in ("value", "gradient", "hessian")[: 3 if spread < 100 else 1]:
        assert np.isfinite(getattr(loss, order)(z, [labels])).all()


def test_scores_at_the_ends_of_the_range():
    assert CTC().value([[1e308, 0.0]], [[1]]).tolist() == [1e308]
    assert CTC().gradient([[1e308, 0.0]], [[1]]).tolist() == [[1.0, -1.0]]
    assert CTC().value([[-1e308, 1e308]], [[1]]).tolist() == [0.0]


@LOSSES
@ORDERS
def test_lists_together_and_alone(loss, order):
    z, lists = -abs(RNG.normal(size=(40, 4))), np.sort(RNG.integers(0, 6, 40))
    labels = [RNG.integers(1, 4, k % 4) for k in range(6)]
    found = getattr(loss, order)(z, labels, lists=lists)
    for k in range(6):
        alone = getattr(loss, order)(z[lists == k], [labels[k]])
        np.testing.assert_array_equal(found[[k]] if order == "value" else found[lists == k], alone)


@pytest.mark.parametrize("steep", [0.01, 1.0, 20.0])
@pytest.mark.parametrize("loss", [CTC(), CTC(blank=2), CTCLogProbs()], ids=str)
def test_pairs_of_doubles_find_what_numbers_with_exponents_find(loss, steep):
    z = RNG.normal(size=(5, 12, 20)) * steep
    z[int(loss.blank), :, :10] += steep
    if loss.normal:
        z -= np.log(np.exp(z - z.max(axis=0)).sum(axis=0)) + z.max(axis=0)
    classes = np.array([k for k in range(5) if k != loss.blank], float)
    for count in (0, 1, 4, 7):
        labels = classes[RNG.integers(0, 4, (count, 20))]
        with np.errstate(all="ignore"):
            for order, quick in enumerate((spelled.cost, spelled.slopes)):
                found = quick(z, labels, int(loss.blank), loss.normal)
                (truth,) = loss.careful(order, z, labels)
                near = abs(found - truth) <= 2 * np.spacing(abs(truth))
                assert (near | np.isnan(found)).all()
                assert near.mean() > 0.5 or count == 7 or steep != 1


def test_more_paths_than_doubles_count_and_steps_too_steep_are_left_to_exponents():
    for z in (np.zeros((3, 1000, 1)), RNG.normal(size=(3, 50, 1)) * 200, np.full((3, 4, 1), np.nan)):
        labels = np.tile([[1.0], [2.0]], (150 if z.shape[1] == 1000 else 1, 1))
        with np.errstate(all="ignore"):
            assert np.isnan(spelled.slopes(z, labels, 0, normal=False)).all()
