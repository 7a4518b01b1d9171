"""Weights of classes, and rows that are left out."""

import numpy as np
import pytest

from losscli import parse
from losscli.loss import DirectionError

RNG = np.random.default_rng(8)
P = RNG.dirichlet(np.ones(3), 40)
Z = RNG.normal(size=(40, 3)) * 4
Y = RNG.integers(0, 3, 40).astype(float)
SOFT = RNG.dirichlet(np.ones(3), 40)
W = np.array([0.5, 2.0, 3.0])
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
INPUTS = {"categorical-cross-entropy": P, "softmax-cross-entropy": Z, "nll": np.log(P), "multi-margin": Z}
WEIGHED = pytest.mark.parametrize("name", INPUTS)
IGNORING = pytest.mark.parametrize("name", [name for name in INPUTS if name != "multi-margin"])


def wide(x, like):
    return x.reshape(-1, *[1] * (like.ndim - 1))


@ORDERS
@WEIGHED
def test_a_class_weight_is_a_factor_of_its_rows(name, order):
    plain = getattr(parse(name), order)(INPUTS[name], Y)
    found = getattr(parse(f"{name}:weights=0.5/2/3"), order)(INPUTS[name], Y)
    np.testing.assert_allclose(found, plain * wide(W[Y.astype(int)], plain), rtol=2e-15, atol=0)


@ORDERS
@pytest.mark.parametrize("name", ["categorical-cross-entropy", "softmax-cross-entropy"])
def test_a_shared_target_is_the_sum_of_its_classes(name, order):
    ask = getattr(parse(f"{name}:weights=0.5/2/3"), order)
    parts = [ask(INPUTS[name], np.full(40, k)) for k in range(3)]
    found = ask(INPUTS[name], SOFT)
    expected = sum(wide(SOFT[:, k], part) * part for k, part in enumerate(parts))
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@ORDERS
@WEIGHED
def test_equal_weights_are_one_factor(name, order):
    plain = getattr(parse(name), order)(INPUTS[name], Y)
    np.testing.assert_array_equal(getattr(parse(f"{name}:weights=4/4/4"), order)(INPUTS[name], Y), 4 * plain)
    np.testing.assert_array_equal(getattr(parse(f"{name}:weights=1/1/1"), order)(INPUTS[name], Y), plain)


@WEIGHED
def test_a_class_of_weight_0_costs_nothing_however_wrong(name):
    loss = parse(f"{name}:weights=0/1/1")
    worst = {"categorical-cross-entropy": [0.0, 1.0, 0.0], "nll": [-1e308, 0.0, 0.0]}.get(
        name, [-1e308, 0.0, 1e308]
    )
    assert loss.value([worst], [0.0]) == 0
    assert (loss.gradient([worst], [0.0]) == 0).all()


@WEIGHED
def test_the_mean_is_least_at_the_frequencies_times_the_weights(name):
    if name == "multi-margin":
        return
    best = np.array([0.6, 0.3, 0.1]) * W
    best /= best.sum()
    y = np.repeat([0.0, 1.0, 2.0], [6, 3, 1])
    loss = parse(f"{name}:weights=0.5/2/3")
    assert name == "nll" or loss.traits().best.endswith("times the weights")
    shown = best if name == "categorical-cross-entropy" else np.log(best)
    for size in (1e-3, 0.1):
        step = RNG.normal(size=3) * size
        other = best * np.exp(step) / (best * np.exp(step)).sum()
        other = other if name == "categorical-cross-entropy" else np.log(other)
        assert loss.value(np.tile(shown, (10, 1)), y).sum() < loss.value(np.tile(other, (10, 1)), y).sum()


@ORDERS
@IGNORING
def test_ignored_rows_are_0_and_change_no_other(name, order):
    gone = np.arange(40) % 3 == 0
    y = np.where(gone, -100.0, Y)
    x = np.where(gone[:, None], np.nan, INPUTS[name])
    plain = getattr(parse(name), order)(INPUTS[name], Y)
    found = getattr(parse(f"{name}:ignore=-100"), order)(x, y)
    np.testing.assert_array_equal(found, np.where(wide(gone, plain), 0.0, plain))


@IGNORING
def test_a_class_may_be_ignored(name):
    loss = parse(f"{name}:ignore=1/-1")
    assert ((loss.value(INPUTS[name], Y) == 0) == (Y == 1)).all()
    assert not loss.kinked(INPUTS[name], Y).any()
    with pytest.raises(ValueError, match="must be a whole number"):
        loss.value(INPUTS[name], np.where(Y == 1, -2.0, Y))


@IGNORING
def test_what_rows_count_in_a_mean(name):
    y = np.where(np.arange(40) < 10, -100.0, Y)
    assert parse(name).counts(INPUTS[name], Y) is None
    np.testing.assert_array_equal(parse(f"{name}:ignore=-100").counts(INPUTS[name], y), y >= 0)
    both = parse(f"{name}:weights=0.5/2/3:ignore=-100").counts(INPUTS[name], y)
    np.testing.assert_array_equal(both, np.where(y < 0, 0.0, W[Y.astype(int)]))
    np.testing.assert_array_equal(parse(f"{name}:weights=0.5/2/3").counts(INPUTS[name], SOFT), SOFT @ W)


def test_as_many_weights_as_classes():
    with pytest.raises(ValueError, match="2 weights for 3 classes"):
        parse("softmax-cross-entropy:weights=1/2").value(Z, Y)


@pytest.mark.parametrize(
    "spec", ["nll:weights=1/0.5/1e-07", "nll:weights=2", "nll:ignore=-100", "nll:ignore=255/0"]
)
def test_vectors_read_back(spec):
    loss = parse(spec)
    assert str(loss) == spec
    assert parse(str(loss)) == loss
    assert len({loss, parse(spec)}) == 1
    assert parse("nll:weights=none") == parse("nll")


@pytest.mark.parametrize("x", [[1, 2, 3], np.array([1, 2, 3]), (1.0, 2.0, 3.0)])
def test_vectors_of_any_kind(x):
    assert str(type(parse("nll"))(weights=x)) == "nll:weights=1/2/3"


@pytest.mark.parametrize(
    "spec", ["nll:weights=1/x", "nll:weights=1//2", "nll:weights=-1/2", "nll:weights=1/nan"]
)
def test_bad_vectors_are_refused(spec):
    with pytest.raises(Exception, match="weights must be"):
        parse(spec)


@WEIGHED
def test_a_curve_a_weight(name):
    loss = parse(f"{name}:weights=2/0.5/2")
    half, two = loss.sections()
    assert (half.label, two.label) == ("weight 0.5", "weight 2")
    x = np.array([0.3, 0.8])
    plain = loss.follow(half, x)
    np.testing.assert_allclose(loss.follow(two, x), 4 * plain, rtol=1e-14)
    (section,) = parse(name).sections()
    np.testing.assert_allclose(plain, 0.5 * parse(name).follow(section, x), rtol=1e-14)


@pytest.mark.parametrize("said", ["", ":weights=2/0.5/1", ":label_smoothing=0.1"])
def test_rows_of_any_sum_are_those_of_softmax(said):
    """Divided by its sum, e^z is the softmax of z, and a slope in z is that in e^z times it."""
    ours = parse(f"categorical-cross-entropy:normalize=true{said}")
    theirs = parse(f"softmax-cross-entropy{said}")
    p, at = np.exp(Z), np.arange(3)
    np.testing.assert_allclose(ours.value(p, Y), theirs.value(Z, Y), rtol=1e-13)
    np.testing.assert_allclose(ours.gradient(p, Y) * p, theirs.gradient(Z, Y), rtol=1e-11, atol=1e-14)
    second = ours.hessian(p, Y) * p[:, :, None] * p[:, None]
    second[:, at, at] += theirs.gradient(Z, Y)
    np.testing.assert_allclose(second, theirs.hessian(Z, Y), rtol=1e-10, atol=1e-12)
    far = p * 2.0 ** np.arange(-800, 800, 40)[:, None]
    np.testing.assert_array_equal(ours.value(far, Y), ours.value(p, Y))


def test_a_row_to_be_divided_needs_a_sum():
    with pytest.raises(DirectionError, match="row 1 is all zeros, which has no sum to divide by"):
        parse("categorical-cross-entropy:normalize=true").value([[3.0, 0.0], [0.0, 0.0]], [0, 0])
