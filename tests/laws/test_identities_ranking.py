"""Ranking losses that are the same thing, and what must not change them."""

import tracemalloc

import numpy as np
import pytest

from losscli.losses.listrank import Listmle, ListnetSoftmax, UniqueSoftmax
from losscli.losses.margin import Hinge
from losscli.losses.multiclass import SoftmaxCrossEntropy
from losscli.losses.ndcg import ApproxNDCG
from losscli.losses.pairgap import PairwiseMSE, PairwiseQuantile
from losscli.losses.pairhinge import PairwiseHinge
from losscli.losses.pairrank import PairwiseLogistic, PairwiseSoftZeroOne
from losscli.losses.pairswap import LambdaRank
from losscli.losses.quantile import Quantile
from losscli.losses.residual import MSE
from losscli.losses.surrogate import LogisticMargin, TanhMargin
from tests.laws import cases

RNG = np.random.default_rng(8)
NEAR = {"rtol": 2.0**-50, "atol": 0.0}
GAPS = np.concatenate([RNG.normal(size=200) * 5, [0.0, 1.0, 40.0, -40.0, 700.0, -700.0, 1e4, -1e4]])
TWO = np.repeat(np.arange(len(GAPS)), 2)
FIRST = np.tile([1.0, 0.0], len(GAPS))
RANKED = [loss for loss in cases.FEW if loss.family == "ranking" and loss.listed]
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
each = pytest.mark.parametrize("loss", RANKED, ids=str)


def two(loss, order, gaps=GAPS):
    """A loss of two members, the first the relevant one, in its score; the other's score is 0."""
    found = getattr(loss, order)(np.stack([gaps, 0 * gaps], 1).ravel(), FIRST, lists=TWO)
    return found if order == "value" else found[::2]


def same(a, b):
    np.testing.assert_allclose(a, b, **NEAR)


@ORDERS
@pytest.mark.parametrize(
    ("pair", "one"), [(PairwiseLogistic(), LogisticMargin()), (PairwiseHinge(), Hinge())]
)
def test_a_pair_is_a_margin(pair, one, order):
    same(two(pair, order), getattr(one, order)(GAPS, np.ones_like(GAPS)))


@ORDERS
@pytest.mark.parametrize("kind", [PairwiseLogistic, PairwiseSoftZeroOne])
def test_a_weighted_pair_counts_as_often_as_its_relevances_differ(kind, order):
    s, y = [0.5, -1.0], [3.0, -1.0]
    same(getattr(kind(weighted=1), order)(s, y), 4 * getattr(kind(), order)(s, y))


@ORDERS
def test_steepness_multiplies_scores(order):
    steep = two(PairwiseLogistic(sigma=4), order)
    same(
        steep, 4.0 ** ("value", "gradient", "hessian").index(order) * two(PairwiseLogistic(), order, 4 * GAPS)
    )


@ORDERS
def test_a_pair_of_the_soft_zero_one_is_half_the_tanh_margin(order):
    half = 0.5 ** (1 + ("value", "gradient", "hessian").index(order))
    same(two(PairwiseSoftZeroOne(), order), half * getattr(TanhMargin(), order)(GAPS / 2, np.ones_like(GAPS)))


@ORDERS
def test_a_pair_of_residuals_is_a_regression_of_the_gap(order):
    one = np.ones_like(GAPS)
    same(two(PairwiseMSE(), order), 2 * getattr(MSE(), order)(GAPS, one))
    same(two(PairwiseQuantile(tau=0.3), order), getattr(Quantile(tau=0.3), order)(GAPS, one))


def test_a_steep_soft_zero_one_counts_the_pairs_in_the_wrong_order():
    s, y = RNG.normal(size=30), RNG.integers(0, 4, 30)
    wrong = ((y[:, None] > y) & (s[:, None] < s)).sum()
    assert PairwiseSoftZeroOne(sigma=1e9).value(s, y)[0] == wrong


@ORDERS
def test_a_list_is_a_row_of_classes(order):
    s, y, names = lists()
    soft = getattr(SoftmaxCrossEntropy(), order)(s, y)
    same(
        getattr(ListnetSoftmax(), order)(s.ravel(), y.ravel(), lists=names),
        soft.ravel() if order != "hessian" else np.diagonal(soft, axis1=1, axis2=2).ravel(),
    )


@ORDERS
def test_normalized_relevances_sum_to_one(order):
    s, y, names = lists()
    each = [y.sum(axis=1), np.repeat(y.sum(axis=1), 6)][order != "value"]
    plain = getattr(ListnetSoftmax(), order)(s.ravel(), y.ravel(), lists=names)
    same(getattr(ListnetSoftmax(normalize=1), order)(s.ravel(), y.ravel(), lists=names), plain / each)


@ORDERS
def test_listmle_draws_members_in_their_order(order):
    """A softmax over those that are left, as often as there is one."""
    s, found = RNG.normal(size=6), np.zeros(6)
    y = RNG.permutation(6).astype(float)
    left = np.argsort(-y)
    value = 0.0
    for _ in range(6):
        soft = getattr(SoftmaxCrossEntropy(), order)(s[left][None], [0.0])[0]
        if order == "value":
            value += soft
        else:
            found[left] += soft if order == "gradient" else np.diagonal(soft)
        left = left[1:]
    np.testing.assert_allclose(
        getattr(Listmle(), order)(s, y), value if order == "value" else found, rtol=1e-13
    )


def test_listmle_takes_ties_in_the_order_of_rows():
    np.testing.assert_allclose(Listmle().value([0.0, 1.0, 0.0], [1.0, 1.0, 0.0]), 1.8647063964780747)
    np.testing.assert_allclose(Listmle().value([1.0, 0.0, 0.0], [1.0, 1.0, 0.0]), 1.2445918943)


@ORDERS
def test_unique_softmax_of_one_grade_is_listnet(order):
    s, _, names = lists()
    y = np.tile([0.0, 0.0, 1.0, 0.0, 0.0, 0.0], 20)
    same(
        getattr(UniqueSoftmax(), order)(s.ravel(), y, lists=names),
        getattr(ListnetSoftmax(), order)(s.ravel(), y, lists=names),
    )


@ORDERS
def test_gains_of_small_grades_are_linear(order):
    s, y, names = lists()
    fine = y * 1e-18
    exponential = getattr(UniqueSoftmax(), order)(s.ravel(), fine.ravel(), lists=names)
    same(
        exponential, np.log(2) * getattr(UniqueSoftmax(linear=1), order)(s.ravel(), fine.ravel(), lists=names)
    )


@pytest.mark.parametrize(("linear", "ndcg"), [(0, 0.6885288), (1, 0.7601875)])
def test_ndcg_of_hard_places(linear, ndcg):
    """Of scores (2, 1, 0) and relevances (1, 0, 2), as rax and as scikit-learn have it."""
    loss = ApproxNDCG(temperature=1e-3, linear=linear)
    np.testing.assert_allclose(-loss.value([2.0, 1.0, 0.0], [1.0, 0.0, 2.0]), ndcg, rtol=1e-6)
    y = RNG.permutation(30) / 8
    np.testing.assert_allclose(loss.value(y, y), -1, rtol=1e-12)
    assert loss.value([3.0, 1.0], [0.0, 0.0]) == 0


def lists(members=6, count=20):
    s = RNG.normal(size=(count, members)) * RNG.choice([0.1, 1.0, 30.0], (count, 1))
    return s, RNG.integers(0, 4, (count, members)).astype(float), np.repeat(np.arange(count), members)


@each
def test_a_shift_of_all_scores_changes_nothing(loss):
    s, y, names = lists()
    s = np.rint(s * 64) / 64  # so that the shift is exact
    for order in ("value", "gradient", "hessian"):
        before, after = (getattr(loss, order)(x.ravel(), y.ravel(), lists=names) for x in (s, s + 1024))
        same(before, after)


@each
def test_slopes_of_a_list_sum_to_nothing(loss):
    s, y, names = lists()
    slopes = loss.gradient(s.ravel(), y.ravel(), lists=names).reshape(s.shape)
    assert (abs(slopes.sum(axis=1)) <= 1e-13 * abs(slopes).sum(axis=1)).all()


@each
@ORDERS
def test_the_order_of_members_does_not_matter(loss, order):
    s, y, names = lists()
    y += np.arange(6) / 64  # no ties
    moved = np.argsort(RNG.random(s.shape), axis=1)
    before = getattr(loss, order)(s.ravel(), y.ravel(), lists=names)
    after = getattr(loss, order)(*(np.take_along_axis(x, moved, 1).ravel() for x in (s, y)), lists=names)
    same(before if order == "value" else np.take_along_axis(before.reshape(s.shape), moved, 1).ravel(), after)


@each
def test_a_subgradient_bounds_a_convex_loss_from_below(loss):
    """Also where several pairs are at their kinks at once."""
    if not loss.traits().convex or not cases.tame(loss):
        return
    for _ in range(30):
        s, y = RNG.integers(-2, 3, 5).astype(float), RNG.integers(0, 4, 5).astype(float)
        slope, here = loss.gradient(s, y), loss.value(s, y)[0]
        for size in (1e-6, 0.1, 2.0):
            step = RNG.normal(size=5) * size
            assert loss.value(s + step, y)[0] >= here + (slope * step).sum() - 1e-12


@each
def test_a_list_of_one_has_no_slope(loss):
    assert loss.gradient([3.0], [1.0]).tolist() == [0.0]


@pytest.mark.parametrize("loss", [x for x in RANKED if not x.changed()], ids=str)
@ORDERS
def test_no_list_is_computed_exactly_for_being_long_or_untrained(loss, order, monkeypatch):
    """A hundred members; then equal scores for each."""
    monkeypatch.setattr("losscli.mend.exactly", None)
    y = RNG.integers(0, 5, 100).astype(float)
    for s in (RNG.normal(size=100), RNG.normal(size=100) * 10):
        getattr(loss, order)(s, y + RNG.random(100) / 8)
        getattr(loss, order)(s, y)
    getattr(loss, order)(np.zeros(100), y)


@each
def test_long_lists_take_the_memory_of_a_block(loss):
    """A matrix of all pairs would have 500 times the numbers of the scores."""
    if loss.changed():
        return
    s, y = RNG.normal(size=500), RNG.integers(0, 4, 500).astype(float)
    loss.value(s[:2], y[:2])
    tracemalloc.start()
    loss.value(s, y)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 120 * s.nbytes


def ndcg(s, y, gain):
    """The normalised discounted cumulative gain."""
    discount = 1 / np.log2(np.arange(len(y)) + 2)
    return gain(y[np.argsort(-s)]) @ discount / (np.sort(gain(y))[::-1] @ discount)


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_lambda_rank_weighs_pairs_by_what_swapping_them_does_to_ndcg(seed, linear):
    rng = np.random.default_rng(seed)
    s, y = rng.normal(size=7), rng.integers(0, 4, 7).astype(float)
    y[0] = 2
    gain = (lambda y: y) if linear else (lambda y: 2**y - 1)
    before, value, gradient = ndcg(s, y, gain), 0.0, np.zeros(7)
    for i, j in np.argwhere(y[:, None] > y):
        swapped = s.copy()
        swapped[[i, j]] = s[[j, i]]
        weight = abs(ndcg(swapped, y, gain) - before)
        value += weight * np.log1p(np.exp(s[j] - s[i]))
        gradient[[i, j]] += weight / (1 + np.exp(s[i] - s[j])) * np.array([-1, 1])
    loss = LambdaRank(linear=linear)
    np.testing.assert_allclose(loss.value(s, y), [value], rtol=1e-13)
    np.testing.assert_allclose(loss.gradient(s, y), gradient, rtol=1e-12)


def test_lambda_rank_of_the_top_leaves_pairs_out():
    s, y = [3.0, 2.0, 1.0, 0.0], [0.0, 1.0, 0.0, 2.0]
    assert LambdaRank(top=4).value(s, y) == LambdaRank().value(s, y)
    first = LambdaRank(top=1).gradient(s, y)
    assert first[2] == 0  # its only pairs are with members that are no more first than itself
    assert abs(first.sum()) < 1e-15


def test_lambda_rank_jumps_where_members_change_places():
    y = [2.0, 1.0, 0.0]
    before, tied, after = (LambdaRank().value([x, 1.0, 0.0], y)[0] for x in (1 - 1e-9, 1.0, 1 + 1e-9))
    assert abs(tied - after) < 1e-8 < abs(before - after)
    assert LambdaRank().kinked([1.0, 1.0, 0.0], y).tolist() == [True]
    assert LambdaRank().kinked([1.0, 1.0], [1.0, 0.0]).tolist() == [False]


@ORDERS
def test_lambda_rank_of_two_is_a_part_of_pairwise_logistic(order):
    part = 1 - np.log(2) / np.log(3)
    np.testing.assert_allclose(
        two(LambdaRank(), order), part * two(PairwiseLogistic(), order), rtol=1e-14, atol=1e-300
    )


def test_gains_and_scores_that_hardly_differ():
    """The pull between two such members is a difference of two doubles whose second part is no small one."""
    slope = ApproxNDCG().gradient([1.0, 0.999999999976234], [0.9999999999936748, 0.9999999999762339])
    np.testing.assert_allclose(slope, [-1.9896936750142784e-12, 1.9896936750142784e-12], rtol=4e-16)


@pytest.mark.parametrize("order", [0, 1])
def test_few_passes_do_for_lists_that_one_member_leads(order):
    """Its loss is ln(1 + the rest), right to the last bits however small the rest is."""
    s = np.array([[0.0, -30.0, -33.5], [5.0, 5.5, -300.0], [1.0, 1.0, 1.0]])
    y = np.array([[1.0, 0.0, 0.0], [0.0, 3.0, 1.0], [0.0, 0.0, 0.0]])
    out = np.empty(s.shape if order else 3)
    doubt = ListnetSoftmax().swiftly(order)(out, s, y)
    whole = np.log1p(np.exp(-30.0) + np.exp(-33.5))
    assert not doubt[2]
    assert not out[2].any()
    if order == 0:
        truth = [whole, 3 * np.log1p(np.exp(-0.5) + np.exp(-305.5)) + (305.5 + np.log1p(np.exp(-0.5)))]
        np.testing.assert_allclose(out[:2], truth, rtol=2.0**-50)
        assert not doubt.any()
