"""Losses of pairs: what they share, what must not change them, and what they refuse."""

import numpy as np
import pytest

from losscli import (
    DPO,
    BradleyTerry,
    CosineDistance,
    CosineEmbedding,
    Hinge,
    HingeEmbedding,
    LogisticMargin,
    MarginRanking,
    TripletMargin,
    mend,
)
from losscli.loss import DirectionError

RNG = np.random.default_rng(6)
X, Y = RNG.normal(size=(2, 200, 5))
ONE = np.ones(len(X))
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])


@ORDERS
def test_cosine_embedding_of_similar_pairs_is_the_cosine_distance(order):
    np.testing.assert_array_equal(
        getattr(CosineEmbedding(), order)(X, Y, ONE), getattr(CosineDistance(), order)(X, Y)
    )


@ORDERS
def test_a_margin_of_minus_1_adds_1_to_the_cosine(order):
    found, c = (getattr(each, order) for each in (CosineEmbedding(margin=-1), CosineDistance(negative=1)))
    np.testing.assert_allclose(found(X, Y, -ONE), (order == "value") - np.array(c(X, Y)), rtol=1e-13)


def test_lengths_do_not_count():
    for loss in (CosineDistance(), CosineDistance(negative=1)):
        np.testing.assert_array_equal(loss.value(X, Y), loss.value(X * 2.0**50, Y * 2.0**-50))
        # so long and so short, they are computed in another way: each within 4 ulp
        np.testing.assert_array_max_ulp(loss.value(X, Y), loss.value(X * 2.0**500, Y * 2.0**-700), 4)
        g, scaled = loss.gradient(X, Y), loss.gradient(X * 2.0**50, Y)
        np.testing.assert_array_equal(g[0], scaled[0] * 2.0**50)
        np.testing.assert_array_equal(g[1], scaled[1])


def test_rotating_two_vectors_in_their_plane_shows_the_angle():
    angle = np.logspace(-300, 0, 500)
    pairs = np.tile([1.0, 0.0], (500, 1)), np.stack([np.ones(500), angle], 1)
    truth = angle**2 / (1 + angle**2 + np.sqrt(1 + angle**2))
    np.testing.assert_allclose(CosineDistance().value(*pairs), truth, rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize("squared", [0, 1])
@pytest.mark.parametrize("swap", [0, 1])
def test_the_smooth_triplet_is_the_softplus_of_an_excess_that_always_counts(squared, swap):
    """Of the hard loss with a margin so large that every row is active, by the chain rule."""
    points = RNG.normal(size=(3, 100, 4))
    distances = np.abs(RNG.normal(size=(2, 100))) * 3
    for inputs in (points, distances):
        smooth = TripletMargin(smooth=1, margin=0.5, squared=squared, swap=swap)
        hard = TripletMargin(margin=2.0**20, squared=squared, swap=swap)
        x = hard.value(*inputs) - 2.0**20 + 0.5
        np.testing.assert_allclose(smooth.value(*inputs), np.logaddexp(0, x), rtol=1e-8)
        rise = 1 / (1 + np.exp(-x))
        slopes, bends = smooth.gradient(*inputs), smooth.hessian(*inputs)
        for slope, bend, once, twice in zip(
            slopes, bends, hard.gradient(*inputs), hard.hessian(*inputs), strict=True
        ):
            rises = rise if inputs is distances else rise[:, None]
            np.testing.assert_allclose(slope, rises * once, rtol=1e-8)
            np.testing.assert_allclose(bend, rises * (twice + (1 - rises) * once**2), rtol=1e-7, atol=1e-9)
    far = TripletMargin(smooth=1).gradient([0.0, 1.0], [750.0, 740.0])
    np.testing.assert_allclose(far[0], np.exp([-749.0, -738.0]), rtol=0, atol=5e-324)


@ORDERS
def test_the_hinge_is_margin_ranking_against_0(order):
    s, y = RNG.normal(size=50), RNG.choice([-1.0, 1.0], 50)
    found = getattr(MarginRanking(margin=1), order)(s, 0 * s, y)
    np.testing.assert_array_equal(found[0] if order != "value" else found, getattr(Hinge(), order)(s, y))
    sum_of_slopes = MarginRanking().gradient(s, s[::-1], y)
    np.testing.assert_array_equal(sum_of_slopes[0], -sum_of_slopes[1])


def test_both_losses_of_a_distance_meet_at_half_the_margin():
    d = np.full(2, 0.75)
    np.testing.assert_array_equal(HingeEmbedding(margin=1.5).value(d, [1, -1]), d)


@pytest.mark.parametrize("loss", [CosineDistance(), CosineDistance(negative=1), CosineEmbedding()], ids=str)
@ORDERS
def test_parallel_orthogonal_and_sparse_vectors_need_no_exact_arithmetic(loss, order, monkeypatch):
    monkeypatch.setattr(mend, "exactly", None)
    sparse = np.eye(5)[RNG.integers(0, 5, 200)]
    grid = RNG.integers(-9, 10, (200, 5)) / 8 + sparse / 64
    single = X.astype(np.float32).astype(float)
    labels = () if loss.name == "cosine-distance" else (RNG.choice([-1.0, 1.0], 200),)
    for pair in ((X, X), (X, -4 * X), (sparse, X), (sparse, sparse[::-1]), (grid, grid[::-1]), (single, Y)):
        assert np.isfinite(getattr(loss, order)(*pair, *labels)).all()


@pytest.mark.parametrize("loss", [CosineDistance(), CosineEmbedding()], ids=str)
def test_zeros_have_no_direction(loss):
    labels = () if loss.name == "cosine-distance" else (ONE[:2],)
    with pytest.raises(DirectionError, match="x2 in row 1 is all zeros, which has no direction"):
        loss.value([[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, -0.0]], *labels)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("positive", [[0, 3.0, 1], [0, 1.5, 1], [0, 2.0, 1]])
@pytest.mark.parametrize("negative", [[0, 1.5, 1.0], [0, 1.0, 2.0], [0, 4.0, 1.5]])
def test_triplets_level_in_a_coordinate_bend_without_bound_by_the_distance_that_does_so_more(
    squared, swap, smooth, positive, negative
):
    """Of degree 1.5 each distance has a second derivative of infinity there: their difference has its side."""
    loss = TripletMargin(p=1.5, margin=30, squared=squared, swap=swap, smooth=smooth)
    vectors = [np.array([each]) for each in ([0, 1.0, 1.0], positive, negative)]
    if loss.kinked(*vectors)[0]:
        return
    found = np.array(loss.hessian(*vectors))[:, 0, 0]
    for at, said in enumerate(found):
        sides = []
        for step in (-1e-8, 0.0, 1e-8):
            moved = [x.copy() for x in vectors]
            moved[at][0, 0] += step
            sides.append(loss.value(*moved)[0])
        bend = (sides[0] - 2 * sides[1] + sides[2]) / 1e-16
        assert np.isfinite(said) if abs(bend) < 100 else said == np.copysign(np.inf, bend), (at, bend)


@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
def test_preferences_are_logistic_losses_of_the_lead(order):
    rng = np.random.default_rng(0)
    c, r, c0, r0 = rng.integers(-40, 40, (4, 200)) / 4  # whose differences are exact
    logistic = getattr(LogisticMargin(), order)((c - r) / 4 - 0.5, np.ones(200))
    found = getattr(BradleyTerry(beta=0.25, margin=0.5), order)(c, r)
    factor = {"value": 1, "gradient": 0.25, "hessian": 0.0625}[order]
    np.testing.assert_allclose(found if order == "value" else found[0], factor * logistic, rtol=1e-15)
    of_ratios = getattr(DPO(beta=0.25), order)(c - c0, r - r0)
    np.testing.assert_array_equal(getattr(DPO(beta=0.25), order)(c, r, c0, r0), of_ratios)
    swapped = (
        getattr(DPO(label_smoothing=0.2), order)(c, r),
        getattr(DPO(), order)(c, r),
        getattr(DPO(), order)(r, c),
    )
    mixed = 0.8 * np.asarray(swapped[1]) + 0.2 * np.asarray(swapped[2])[:: 1 if order == "value" else -1]
    np.testing.assert_allclose(swapped[0], mixed, rtol=1e-12)
