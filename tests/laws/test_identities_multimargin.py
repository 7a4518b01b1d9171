"""Losses of several classes or labels that are the same thing."""

from fractions import Fraction

import numpy as np
import pytest

from losscli.loss import DomainError
from losscli.losses.binary import BCEWithLogits
from losscli.losses.logarithm import NLL
from losscli.losses.margin import Hinge, Perceptron, SquaredHinge
from losscli.losses.multiclass import CategoricalCrossEntropy, SoftmaxCrossEntropy
from losscli.losses.multilabel import (
    CoverageError,
    LabelRankingLoss,
    MultilabelMargin,
    MultilabelSoftMargin,
    pair_by_pair,
)
from losscli.losses.multimargin import (
    CrammerSingerHinge,
    MulticlassPerceptron,
    MulticlassZeroOne,
    MultiMargin,
)
from losscli.losses.zero_one import ZeroOne

RNG = np.random.default_rng(11)
S = np.concatenate([RNG.normal(size=(60, 5)) * 2, RNG.integers(-3, 4, (40, 5)) / 2])
CLASS = RNG.integers(0, 5, len(S))
MANY = RNG.integers(0, 2, S.shape).astype(float)
NEAR = {"rtol": 2.0**-50, "atol": 0.0}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
OF_CLASS = [
    MultiMargin(), MultiMargin(p=2), MultiMargin(average=1), CrammerSingerHinge(), MulticlassPerceptron(),
    MulticlassZeroOne(),
]  # fmt: skip
OF_LABELS = [MultilabelMargin(), MultilabelSoftMargin(), LabelRankingLoss(), CoverageError()]


@ORDERS
@pytest.mark.parametrize(
    ("several", "one", "margin"),
    [
        (MultiMargin(), Hinge(), 1), (MultiMargin(p=2), SquaredHinge(), 1), (CrammerSingerHinge(), Hinge(), 1),
        (MulticlassPerceptron(), Perceptron(), 0), (MulticlassZeroOne(), ZeroOne(), 0),
    ],
)  # fmt: skip
def test_two_classes_are_a_margin(several, one, margin, order):
    m = np.concatenate([RNG.normal(size=50) * 3, np.arange(-3, 4) / 2])
    found = getattr(several, order)(np.stack([m, 0 * m], 1), 0 * m)
    found = {
        "value": found,
        "gradient": found[..., 0],
        "hessian": found[..., 0, 0] if order == "hessian" else None,
    }
    np.testing.assert_array_equal(found[order], getattr(one, order)(m, np.ones_like(m)))


@ORDERS
def test_crammer_singer_without_a_margin_is_the_perceptron(order):
    one, other = CrammerSingerHinge(margin=0), MulticlassPerceptron()
    np.testing.assert_array_equal(getattr(one, order)(S, CLASS), getattr(other, order)(S, CLASS))


@ORDERS
def test_one_label_is_a_class(order):
    one, other = MultilabelMargin(), MultiMargin(average=1)
    np.testing.assert_allclose(getattr(one, order)(S, CLASS), getattr(other, order)(S, CLASS), **NEAR)


@ORDERS
@pytest.mark.parametrize("loss", [*OF_CLASS, *OF_LABELS, NLL()], ids=str)
def test_columns_say_what_an_index_says(loss, order):
    s = -abs(S) if isinstance(loss, NLL) else S
    np.testing.assert_array_equal(getattr(loss, order)(s, CLASS), getattr(loss, order)(s, np.eye(5)[CLASS]))


@pytest.mark.parametrize("loss", OF_CLASS, ids=str)
@pytest.mark.parametrize("target", [[0.5, 0.5], [1.0, 1.0], [0.0, 0.0]])
def test_one_class_and_only_one_is_true(loss, target):
    with pytest.raises(DomainError):
        loss.value([[1.0, 2.0]], [target])


def test_multilabel_soft_margin_is_the_mean_of_binary_losses():
    loss, y = MultilabelSoftMargin(), RNG.random(S.shape)
    np.testing.assert_allclose(loss.value(S, y), BCEWithLogits().value(S, y).mean(axis=1), **NEAR)
    np.testing.assert_allclose(loss.gradient(S, y), BCEWithLogits().gradient(S, y) / 5, **NEAR)
    wanted = np.eye(5) * BCEWithLogits().hessian(S, y)[:, None] / 5
    np.testing.assert_allclose(loss.hessian(S, y), wanted, **NEAR)


def test_nll_of_log_softmax_is_softmax_cross_entropy():
    logs = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(NLL().value(logs, CLASS), SoftmaxCrossEntropy().value(S, CLASS), rtol=1e-13)
    y = RNG.dirichlet(np.ones(5), len(S))
    p = RNG.dirichlet(np.ones(5), len(S))
    np.testing.assert_allclose(NLL().value(np.log(p), y), CategoricalCrossEntropy().value(p, y), rtol=1e-13)


def test_a_weight_of_the_class_is_a_weight_in_its_column():
    weight = np.array([0.5, 1.0, 2.0, 3.0, 0.0])
    columns = np.eye(5)[CLASS] * weight
    np.testing.assert_array_equal(NLL().value(-abs(S), columns), weight[CLASS] * NLL().value(-abs(S), CLASS))


def test_numbers_of_others():
    """Those of torch, sklearn and keras that notes on conventions quote."""
    np.testing.assert_allclose(MultiMargin().value([[1, 0.5, 0.8]], [1]), 2.8, rtol=1e-15)
    np.testing.assert_allclose(
        MultiMargin(average=1).value([[1, 0.5, 0.8]], [1]), 0.9333333333333333, rtol=1e-15
    )
    assert CrammerSingerHinge().value([[1, 0.5, 0.8], [0.5, -3, -4]], [1, 0]).tolist() == [1.5, 0.0]
    x = [[0.1, 0.2, 0.4, 0.8]]
    np.testing.assert_allclose(MultilabelMargin().value(x, [[1, 0, 0, 1]]), 0.85, rtol=1e-15)
    np.testing.assert_allclose(MultilabelSoftMargin().value(x, [[1, 0, 0, 1]]), 0.681663, rtol=1e-6)
    y, s = [[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1], [1, 0.2, 0.1]]  # the example of sklearn's documentation
    assert LabelRankingLoss().value(s, y).mean() == 0.75
    assert CoverageError().value(s, y).mean() == 2.5


@pytest.mark.parametrize("loss", OF_LABELS[:1] + OF_LABELS[2:], ids=str)
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_all_labels_or_none(loss, target):
    wanted = 5 * target if isinstance(loss, CoverageError) else 0
    assert (loss.value(S, np.full(S.shape, target)) == wanted).all()
    assert (loss.gradient(S, np.full(S.shape, target)) == 0).all()


@pytest.mark.parametrize("loss", [x for x in [*OF_CLASS, *OF_LABELS] if x != MultilabelSoftMargin()], ids=str)
def test_only_differences_of_scores_count(loss):
    y = MANY if loss in OF_LABELS else CLASS
    s = np.round(S * 64) / 64
    np.testing.assert_array_equal(loss.value(s + 1024, y), loss.value(s, y))
    np.testing.assert_allclose(loss.gradient(s, y).sum(axis=1), 0, atol=1e-14)


@pytest.mark.parametrize("loss", [*OF_CLASS, *OF_LABELS], ids=str)
def test_classes_have_no_order(loss):
    y = MANY if loss in OF_LABELS else np.eye(5)[CLASS]
    turn = RNG.permutation(5)
    np.testing.assert_allclose(loss.value(S[:, turn], y[:, turn]), loss.value(S, y), **NEAR)
    np.testing.assert_allclose(loss.gradient(S[:, turn], y[:, turn]), loss.gradient(S, y)[:, turn], **NEAR)


def test_order_of_the_losses():
    """The best rival costs at most what all do, and at least the lead that the perceptron charges."""
    zero_one, perceptron, best, every = (
        loss.value(S, CLASS)
        for loss in (MulticlassZeroOne(), MulticlassPerceptron(), CrammerSingerHinge(), MultiMargin())
    )
    assert (perceptron <= best).all()
    assert (zero_one <= best).all()
    assert (best <= every).all()


@pytest.mark.parametrize(
    ("loss", "row", "target", "value"),
    [
        (MultiMargin(), [np.inf, 0.0], 0, 0.0), (MultiMargin(), [np.inf, 0.0], 1, np.inf),
        (MultiMargin(average=1), [np.inf, 0.0, 0.0], 1, np.inf), (CrammerSingerHinge(), [-np.inf, 0.0], 1, 0.0),
        (MultilabelMargin(), [-np.inf, 0.0], 0, np.inf), (MultilabelSoftMargin(), [np.inf, 0.0], 1, np.inf),
        (MultiMargin(average=1), [1e308, -1e308, 0.0], 1, 1e308),
        (NLL(), [-np.inf, 0.0], 1, 0.0), (NLL(), [-np.inf, 0.0], 0, np.inf),
    ],
    ids=str,
)  # fmt: skip
def test_ends_of_the_range(loss, row, target, value):
    assert loss.value([row], [target]).tolist() == [value]
    assert loss.value([row], [np.eye(len(row))[target]]).tolist() == [value]


@pytest.mark.parametrize("scale", [1.0, 0.5, 1e-20, 1e150, 1e304])
def test_labels_put_in_order_say_what_pairs_say_one_by_one(scale):
    s = np.concatenate([RNG.normal(size=(10, 40)), RNG.integers(-4, 5, (10, 40)) / 2]) * scale
    y = RNG.integers(0, 2, s.shape).astype(float)
    slopes, wrong = np.zeros_like(s), np.zeros(len(s))
    for row in range(len(s)):
        exact = [Fraction(float(x)) for x in s[row]]
        for j in np.flatnonzero(y[row] == 1):
            for k in np.flatnonzero(y[row] == 0):
                near = 1 + exact[k] - exact[j] > 0
                slopes[row, k] += near
                slopes[row, j] -= near
                wrong[row] += exact[k] >= exact[j]
    np.testing.assert_array_equal(MultilabelMargin().gradient(s, y), slopes / 40)
    true = y.sum(axis=1)
    np.testing.assert_array_equal(LabelRankingLoss().value(s, y), wrong / (true * (40 - true)))
    np.testing.assert_allclose(MultilabelMargin().value(s, y), pair_by_pair(s.T, y.T), **NEAR)


@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
def test_a_weight_a_label(order):
    """The mean of the binary losses of the labels, each times its weight."""
    weight = np.array([0.5, 1.0, 2.0, 3.0, 0.0])
    found = getattr(MultilabelSoftMargin(weights=tuple(weight)), order)(S, MANY)
    each = getattr(BCEWithLogits(), order)(S, MANY) * weight / 5
    wanted = (
        each.sum(axis=1)
        if order == "value"
        else each
        if order == "gradient"
        else each[:, :, None] * np.eye(5)
    )
    np.testing.assert_allclose(found, wanted, **NEAR)
    with pytest.raises(ValueError, match="2 weights for 5 labels"):
        MultilabelSoftMargin(weights=(1, 2)).value(S, MANY)
