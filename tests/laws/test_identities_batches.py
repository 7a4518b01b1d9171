"""Losses of batches of embeddings: what they share, and that ordinary batches are quick."""

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli import Circle, InfoNCE, MultiSimilarity, Ntxent, Siglip, SoftmaxCrossEntropy, Supcon, mend
from losscli.families import directions, forces, similarities
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.products import matmul
from tests.laws import formulas

RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=(2, 48, 8))
LABEL = RNG.integers(0, 9, 48).astype(float)
LOSSES = [
    (InfoNCE(), (X, X + 0.1 * Y)), (InfoNCE(symmetric=1), (X, Y)), (InfoNCE(raw=1, temperature=1), (X, Y)),
    (Ntxent(), (X, LABEL)), (Supcon(), (X, LABEL)), (Circle(), (X, LABEL)), (Circle(gamma=8, remove_diagonal=0), (X, LABEL)),
    (Siglip(), (X, X + 0.1 * Y)), (MultiSimilarity(), (X, LABEL)),
    (Siglip(raw=1, temperature=1, bias=-1), (X, Y)),
]  # fmt: skip
EACH = pytest.mark.parametrize(("loss", "inputs"), LOSSES, ids=[str(loss) for loss, _ in LOSSES])
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
NEAR = {"rtol": 2.0**-49, "atol": 0.0}


@EACH
@ORDERS
def test_ordinary_batches_need_no_exact_arithmetic(loss, inputs, order, monkeypatch):
    monkeypatch.setattr(mend, "exactly", None)
    for each in np.atleast_1d(getattr(loss, order)(*inputs)):
        assert np.isfinite(each).all()


@EACH
@pytest.mark.parametrize("order", ["value", "gradient"])
def test_ordinary_batches_need_few_passes_alone(loss, inputs, order, monkeypatch):
    monkeypatch.setattr(similarities.Similarities, "derivative", None)
    for each in np.atleast_1d(getattr(loss, order)(*inputs)):
        assert np.isfinite(each).all()


@EACH
@ORDERS
def test_pieces_do_not_show(loss, inputs, order, monkeypatch):
    whole = getattr(loss, order)(*inputs)
    monkeypatch.setattr(similarities, "PIECE", 7 * 48)
    monkeypatch.setattr(forces, "PIECE", 7 * 48)
    monkeypatch.setattr(directions, "LONG", 7 * 48)
    np.testing.assert_allclose(getattr(loss, order)(*inputs), whole, **NEAR)


@EACH
def test_the_slope_shown_is_that_in_a_similarity(loss, inputs):
    """It is of one that takes part as one: the similarity of an anchor, and not of both."""
    if loss.settings().get("symmetric"):
        return
    columns = [x[:5] for x in inputs]
    columns[1] = np.array([0.0, 0, 1, 1, 0]) if columns[1].ndim == 1 else columns[1]
    form = loss.forms[0]
    with mp.workdps(60):
        names = {"__builtins__": {}, **formulas.MATHS, **{k: mpf(v) for k, v in loss.settings().items()}}
        names |= loss.variables(*formulas.exactly(form, columns)) | {"i": 0, "j": 1}
        steps = dict(loss.where(form))
        for name, text in steps.items():
            names[name] = eval(text, names)
        s = names["S"]

        def at(shift):
            moved = [
                [each + (shift if (a, b) == (0, 1) else 0) for b, each in enumerate(row)]
                for a, row in enumerate(s)
            ]
            later = {**names, "S": moved}
            for name in ("a", "b") if "b" in steps else ():
                later[name] = eval(steps[name], later)
            return eval(loss.formula, later)

        shown = eval(loss.slope_formula, names)
        assert abs(shown - mp.diff(at, 0)) < mpf(10) ** -25 * abs(shown)


def test_info_nce_is_the_softmax_loss_of_similarities():
    s = X @ Y.T
    truth = SoftmaxCrossEntropy().value(s, np.arange(48)).mean()
    np.testing.assert_allclose(InfoNCE(raw=1, temperature=1).value(X, Y)[0], truth, rtol=1e-13)
    back = SoftmaxCrossEntropy().value(s.T, np.arange(48)).mean()
    both = InfoNCE(raw=1, temperature=1, symmetric=1).value(X, Y)[0]
    np.testing.assert_allclose(both, (truth + back) / 2, rtol=1e-13)


PAIRED = [InfoNCE(), InfoNCE(symmetric=1), InfoNCE(temperature=2), Siglip(), Siglip(temperature=1, bias=0.3)]


@pytest.mark.parametrize("loss", PAIRED, ids=str)
def test_similarities_may_be_given(loss):
    """They are those of vectors, and what these are pulled is what similarities are, times the others."""
    u, v = (x / np.linalg.norm(x, axis=1)[:, None] for x in (X, Y))
    np.testing.assert_allclose(loss.value(u @ v.T), loss.value(X, Y), rtol=1e-13)
    raw = type(loss)(**{**loss.settings(), "raw": 1})
    np.testing.assert_allclose(raw.gradient(u, v)[0], loss.gradient(u @ v.T) @ v, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", PAIRED, ids=str)
@ORDERS
def test_given_similarities_need_no_exact_arithmetic(loss, order, monkeypatch):
    """Ordinary ones, large and small ones; few passes find what many do."""
    monkeypatch.setattr(mend, "exactly", None)
    lists = np.repeat(np.arange(16), 3)
    s = RNG.normal(size=(48, 3))
    found = getattr(loss, order)(s, lists=lists)
    assert np.isfinite(found).all()
    level = {"value": 0, "gradient": 1, "hessian": 2}[order]
    (careful,) = loss.derivative(level, np.ascontiguousarray(s.reshape(16, 3, 3).T))
    np.testing.assert_allclose(found, careful.T.reshape(found.shape), **NEAR)


def test_info_nce_of_given_similarities_has_the_slopes_of_the_softmax_loss():
    s, n = RNG.normal(size=(48, 48)), np.arange(48)
    loss, other = InfoNCE(temperature=1), SoftmaxCrossEntropy()
    np.testing.assert_allclose(loss.gradient(s), other.gradient(s, n) / 48, rtol=1e-13)
    diagonal = np.einsum("ijj->ij", other.hessian(s, n)) / 48
    np.testing.assert_allclose(loss.hessian(s), diagonal, rtol=1e-13)


def test_a_matrix_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match="similarity has 3 numbers a row, but list 0 has 4 rows"):
        InfoNCE().value(np.zeros((4, 3)))


@ORDERS
def test_pairs_are_one_to_supcon_and_ntxent(order):
    pairs = np.repeat(np.arange(24.0), 2)
    one, two = (getattr(kind(temperature=0.2), order)(X, pairs) for kind in (Supcon, Ntxent))
    np.testing.assert_allclose(one, two, **NEAR)


def test_other_positives_cost_only_in_supcon():
    x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.5]])
    y = np.array([0.0, 0.0, 0.0, 1.0])
    assert Supcon(temperature=0.5).value(x, y)[0] > Ntxent(temperature=0.5).value(x, y)[0]


@pytest.mark.parametrize("loss", [Ntxent(), Supcon(), Circle()], ids=str)
def test_without_positives_there_is_no_loss(loss):
    y = np.arange(48.0)
    assert loss.value(X, y)[0] == 0
    assert not loss.gradient(X, y).any()


def test_circle_without_its_diagonal_removed_has_each_row_as_a_positive_of_itself():
    """What is a positive at cosine 1 adds e^(-gamma margin^2), and has no slope; rows alone count too."""
    loss, s = Circle(gamma=6, remove_diagonal=0), X @ X.T / np.outer(*[np.linalg.norm(X, axis=1)] * 2)
    for label in (LABEL, np.arange(48.0)):
        same = label[:, None] == label
        near = np.where(same, np.exp(6 * ((1 - s) ** 2 - 0.4**2)), 0.0).sum(axis=1)
        far = np.where(same, 0.0, np.exp(6 * (s**2 - 0.4**2) * (s > -0.4))).sum(axis=1)
        np.testing.assert_allclose(loss.value(X, label), np.log1p(near * far).mean(), rtol=1e-12)
    step = 1e-6 * Y
    by = (loss.value(X + step, LABEL) - loss.value(X - step, LABEL)) / 2
    np.testing.assert_allclose((loss.gradient(X, LABEL) * step).sum(), by[0], rtol=1e-7)


@EACH
def test_lists_are_apart(loss, inputs):
    lists = np.arange(48) % 3
    value, gradient = loss.value(*inputs, lists=lists), np.asarray(loss.gradient(*inputs, lists=lists))
    for k in range(3):
        part = [x[lists == k] for x in inputs]
        assert loss.value(*part)[0] == value[k]
        np.testing.assert_array_equal(np.asarray(loss.gradient(*part)), gradient[..., lists == k, :])


@EACH
def test_the_length_of_an_embedding_does_not_count(loss, inputs):
    if loss.settings().get("raw"):
        return
    np.testing.assert_array_equal(loss.value(inputs[0] * 2.0**300, inputs[1]), loss.value(*inputs))
    gradient = loss.gradient(*inputs)
    first = gradient[0] if isinstance(gradient, tuple) else gradient
    assert (abs((first * inputs[0]).sum(axis=1)) < 1e-12).all()


@pytest.mark.parametrize("shape", [(3, 2, 3), (2, 64, 3), (2, 1000, 2), (3, 1, 3)])
def test_products_of_matrices_keep_100_bits(shape):
    m, inner, n = shape
    a, b = RNG.normal(size=(m, inner)) * 10.0 ** RNG.integers(-8, 1, (m, inner)), RNG.normal(size=(inner, n))
    left, right = (DoubleDouble(x, x * 2.0**-54 * RNG.random(x.shape)) for x in (a, b))
    found = matmul(left, right)
    with mp.workprec(400):

        def whole(x, at):
            return mpf(x.high[at]) + mpf(x.low[at])

        for i, j in np.ndindex(m, n):
            truth = sum(whole(left, (i, k)) * whole(right, (k, j)) for k in range(inner))
            size = mpf(abs(a[i]).max() * abs(b[:, j]).max())
            assert abs(whole(found, (i, j)) - truth) < size * inner * mpf(2) ** -105


def test_powers_far_below_1_are_not_lost_beside_it():
    """A low temperature makes exponents of hundreds of small numbers: what is mended must hold them beside 1."""
    anchor = np.array([[-0.16145505834242702, 0.04553951955214901], [-0.46519353148584935, -0.6279849324804969],
                       [1.0654864701010613, 1.4855603026018296]])  # fmt: skip
    positive = np.array([[-0.16145505834242702, 0.045539519552149015], [-0.5050604467896723, -0.6637036061844346],
                         [1.0541552555712124, 1.5107546586185152]])  # fmt: skip
    found = InfoNCE(temperature=0.001).gradient(anchor, positive)[1][0]
    np.testing.assert_allclose(found, [-3.2607681233705049e-278, -1.1560673296015638e-277], **NEAR)


BATCHES = {
    "ordinary": X.T[..., None],
    "sparse": np.maximum(X, 0.0).T[..., None],
    "nearly parallel": (1.0 + 1e-5 * X.T)[..., None],
    "of many sizes": (X * 10.0 ** RNG.uniform(-30, 30, (48, 1))).T[..., None],
    "of components of many sizes": (X * 10.0 ** RNG.uniform(-7, 7, 8)).T[..., None],
    "small whole numbers": np.rint(2 * X + 0.5).T[..., None],
}


def swift(loss, order, block):
    """Return what a quick kernel finds of a block, NaN where it is not sure; none if it takes no such loss."""
    inputs = [np.ascontiguousarray(x.T) for x in block]
    count = len(inputs) if order and loss.forms[0][-1].wrt else 1
    outs = [np.empty_like(inputs[0]) if order else np.empty(len(inputs[0])) for _ in range(count)]
    return None if loss.swiftly(order)(*outs, *inputs) is True else [x.T for x in outs]


@pytest.mark.parametrize("kind", BATCHES)
@EACH
def test_few_passes_find_what_many_do(loss, inputs, kind):
    x = BATCHES[kind]
    block = (x, np.roll(x, 1, axis=1) + 0.5 * x if kind == "ordinary" else x[::-1])
    if loss.forms[0][-1].name == "label":
        block = x, LABEL[:, None]
    with np.errstate(all="ignore"):
        for order in (0, 1):
            quick, careful = swift(loss, order, block), loss.derivative(order, *block)
            for one, two in zip(quick or (), careful, strict=bool(quick)):
                sure = ~np.isnan(one) & ~np.isnan(two)
                assert kind != "ordinary" or sure.mean() > 0.99
                assert (abs(one - two) <= 6 * np.spacing(abs(two)))[sure].all()


@pytest.mark.parametrize("loss", [Circle(), InfoNCE(), MultiSimilarity()], ids=str)
def test_rows_that_are_hardly_pulled_are_right_beside_others(loss):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(8, 5, 1500)) * 10.0 ** rng.uniform(-3, 2, (8, 5, 1500))
    other = x + rng.normal(size=x.shape) * 10.0 ** rng.uniform(-3, 1, 1500)
    label = np.where(
        np.arange(1500) % 2, rng.integers(0, 6, (8, 1500)), rng.integers(0, 3, (8, 1500))
    ).astype(float)
    block = np.swapaxes(x, 0, 1), label if loss.forms[0][-1].name == "label" else np.swapaxes(other, 0, 1)
    rows = [each.T.reshape(12000, -1) if each.ndim == 3 else each.T.reshape(-1) for each in block]
    quick = loss.gradient(*rows, lists=np.arange(12000) // 8)
    with np.errstate(all="ignore"):
        careful = loss.derivative(1, *block)
        for one, two in zip(quick if isinstance(quick, tuple) else [quick], careful, strict=True):
            two = two.T.reshape(12000, 5)
            assert (abs(one - two) <= 6 * np.spacing(abs(two)))[~np.isnan(two)].all()


def test_of_few_components_that_cancel_few_passes_say_so():
    x = RNG.normal(size=(2, 12, 40))
    x[:, 1] = x[:, 0] + 2.0**-40 * RNG.normal(size=(2, 40))
    with np.errstate(all="ignore"):
        for loss in (
            Ntxent(),
            Supcon(),
            Ntxent(temperature=0.02),
            Supcon(temperature=3),
            Circle(gamma=9, margin=0),
        ):
            block = x, np.repeat(np.arange(4.0), 3)[:, None] + np.zeros(40)
            (one,), (two,) = swift(loss, 1, block), loss.derivative(1, *block)
            sure = ~np.isnan(one) & ~np.isnan(two)
            assert (abs(one - two) <= 6 * np.spacing(abs(two)))[sure].all()


def test_circle_knows_no_slope_at_the_edge_of_its_margin():
    x = RNG.normal(size=(3, 8))
    x = np.stack([*x, -x[0], -x[1]])
    label = np.array([0.0, 0.0, 1.0, 1.0, 2.0])
    with np.errstate(all="ignore"):
        found = swift(Circle(margin=1, gamma=2), 1, (x.T[..., None], label[:, None]))
    assert np.isnan(found[0][:, [0, 1, 3, 4]]).all()
