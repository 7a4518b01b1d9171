"""Arrays of any size, layout and kind give the same answers; a loss never changes and refuses what it cannot mean."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from losscli import blocks
from losscli.loss import DomainError, Loss, SimplexError
from losscli.losses import catalogue
from losscli.losses.binary import BCE, BCEWithLogits
from losscli.losses.contrastive import Contrastive
from losscli.losses.multiclass import CategoricalCrossEntropy, SoftmaxCrossEntropy
from losscli.losses.residual import MAE, MSE, Huber
from losscli.losses.triplets import TripletMargin
from tests.laws import cases
from tests.lists import Apart, Spell

ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
EACH = pytest.mark.parametrize(
    ("loss", "at"),
    [(kind(), at) for kind in (*catalogue().values(), Apart, Spell) for at in range(len(kind.forms))],
    ids=lambda x: str(x),
)


MEMBERS = 5


def sample(loss, at, n=50):
    """Ordinary rows; for a loss of lists, in lists of five."""
    rng = np.random.default_rng(1)
    columns = []
    for entry in loss.forms[at]:
        width = MEMBERS if entry.square else 3
        low, high = getattr(entry.domain, "low", 0), getattr(entry.domain, "high", 1)
        if entry.kind == "labels":
            columns.append(rng.integers(1, 3, (n // MEMBERS, 2)).astype(float))  # none is a blank
        elif entry.kind == "class":
            columns.append(rng.integers(0, 3, n).astype(float))
        elif entry.simplex:
            columns.append(rng.dirichlet(np.ones(3), n))
        elif hasattr(entry.domain, "members"):
            columns.append(rng.choice(entry.domain.members, n))
        elif getattr(entry.domain, "ends", "") == "()" and -np.inf < low < high < np.inf:
            columns.append(rng.uniform(low, high, (n, 3) if entry.kind == "vector" else n))
        else:
            x = rng.normal(size=(n, width) if entry.kind == "vector" else n)
            columns.append(np.clip(abs(x) + low if abs(low) < np.inf else x, low, high))
        if entry.least:
            least = [each.name for each in loss.forms[at]].index(entry.least)
            columns[-1] = np.maximum(columns[-1], columns[least])
        if entry.whole and entry.kind != "labels":
            columns[-1] = np.repeat(columns[-1][::MEMBERS], MEMBERS, axis=0)
    return columns


def answer(loss, order, columns):
    lists = {"lists": np.arange(len(columns[0])) // MEMBERS} if loss.listed else {}
    found = getattr(loss, order)(*columns, **lists)
    return found if isinstance(found, tuple) else (found,)


def part(loss, at, columns, start, stop):
    """Some of the rows, or of the lists."""
    each = [MEMBERS if loss.listed and entry.kind != "labels" else 1 for entry in loss.forms[at]]
    return [x[start * step : stop * step] for x, step in zip(columns, each, strict=True)]


def answers(loss, order, whole, start, stop):
    """What the whole answer says of some of the rows, or of the lists."""
    step = MEMBERS if loss.listed and order != "value" else 1
    return tuple(x[start * step : stop * step] for x in whole)


def equal(a, b):
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


@EACH
@ORDERS
def test_blocks_do_not_show(loss, at, order, monkeypatch):
    whole = answer(loss, order, sample(loss, at))
    monkeypatch.setattr(
        blocks, "spans", lambda rows, width, size: (slice(i, min(i + 7, rows)) for i in range(0, rows, 7))
    )
    equal(answer(loss, order, sample(loss, at)), whole)


@EACH
@ORDERS
def test_layout_does_not_show(loss, at, order):
    columns = sample(loss, at)
    whole = answer(loss, order, columns)
    for x in columns:
        x.flags.writeable = False
    equal(answer(loss, order, columns), whole)
    equal(answer(loss, order, [*map(np.asfortranarray, columns)]), whole)
    equal(answer(loss, order, [np.repeat(x, 2, axis=0)[::2] for x in columns]), whole)
    equal(answer(loss, order, [x.tolist() for x in columns]), whole)


@EACH
@ORDERS
def test_no_rows(loss, at, order):
    for x in answer(loss, order, [x[:0] for x in sample(loss, at)]):
        assert len(x) == 0


@EACH
@ORDERS
def test_one_row(loss, at, order):
    columns = sample(loss, at)
    whole = answer(loss, order, columns)
    equal(answer(loss, order, part(loss, at, columns, 3, 4)), answers(loss, order, whole, 3, 4))


@EACH
@ORDERS
def test_a_missing_value_is_missing_in_its_row_alone(loss, at, order):
    columns = sample(loss, at)
    whole = answer(loss, order, columns)
    for k, entry in enumerate(loss.forms[at]):
        spoilt = [x.copy() for x in columns]
        part(loss, at, spoilt, 5, 6)[k][0] = np.nan
        after = answer(loss, order, spoilt)
        for rows in ((0, 5), (6, 10)):
            equal(answers(loss, order, after, *rows), answers(loss, order, whole, *rows))
        for x in answers(loss, order, after, 5, 6):
            assert np.isnan(x).all(), entry.name


def test_elementwise_losses_keep_the_shape():
    x, y = np.arange(6.0).reshape(3, 2), np.ones((3, 2))
    assert MSE().value(x, y).shape == (3, 2)
    assert MSE().value([1.0, 2.0], [[1.0], [3.0]]).shape == (2,)
    assert MSE().value([[1.0], [2.0]], [1.0, 3.0]).shape == (2, 1)
    assert MSE().value(2.5, 3.0) == 0.25


@pytest.mark.parametrize(
    ("loss", "shapes"),
    [
        (MSE(), [(3,), (4,)]),
        (MSE(), [(3, 2), (2, 3)]),
        (BCE(), [(4, 1), (3,)]),
        (SoftmaxCrossEntropy(), [(3, 4), (5,)]),
        (SoftmaxCrossEntropy(), [(3, 4), (3, 5)]),
        (TripletMargin(), [(3, 4), (3, 4), (3, 5)]),
        (Contrastive(), [(3, 4), (2, 4), (3,)]),
    ],
    ids=str,
)
def test_shapes_that_differ_are_named(loss, shapes):
    with pytest.raises(ValueError, match="shapes differ") as caught:
        loss.value(*map(np.zeros, shapes))
    assert all(str(shape) in str(caught.value) for shape in shapes)


def test_a_vector_needs_two_axes():
    with pytest.raises(ValueError, match="pred must have 2 axes"):
        SoftmaxCrossEntropy().value([1.0, 2.0], [0.0, 1.0])


def test_the_number_of_inputs():
    with pytest.raises(TypeError, match=r"mse takes \(pred, target\), not 3 inputs"):
        Loss.value(MSE(), [1.0], [1.0], [1.0])


@pytest.mark.parametrize(
    ("loss", "inputs", "name", "value", "rows"),
    [
        (BCE(), ([0.2, 1.5, 2.0], [0.0, 1.0, 1.0]), "pred", 1.5, [1, 2]),
        (BCE(), ([0.2, 0.5], [0.0, -1.0]), "target", -1.0, [1]),
        (BCEWithLogits(), ([0.2, 0.5], [2.0, 1.0]), "target", 2.0, [0]),
        (SoftmaxCrossEntropy(), ([[1.0, 2.0]], [2.0]), "target", 2.0, [0]),
        (SoftmaxCrossEntropy(), ([[1.0, 2.0]], [0.5]), "target", 0.5, [0]),
        (SoftmaxCrossEntropy(), ([[1.0, 2.0]], [-1.0]), "target", -1.0, [0]),
        (SoftmaxCrossEntropy(), ([[1.0, 2.0]], [[0.0, -1.0]]), "target", -1.0, [0]),
        (Contrastive(), ([1.0], [0.5]), "target", 0.5, [0]),
        (Contrastive(), ([-1.0], [1.0]), "distance", -1.0, [0]),
        (Contrastive(), ([[np.inf]], [[1.0]], [1.0]), "x1", np.inf, [0]),
    ],
)  # fmt: skip
def test_values_outside_the_domain(loss, inputs, name, value, rows):
    with pytest.raises(DomainError) as caught:
        loss.value(*inputs)
    error = caught.value
    assert (error.entry.name, error.value, np.flatnonzero(error.rows).tolist()) == (name, value, rows)
    assert loss.name in str(error)
    assert name in str(error)
    assert f"row {rows[0]}" in str(error)


def test_probabilities_must_sum_to_one():
    with pytest.raises(SimplexError, match=r"sums to 0\.9, not 1") as caught:
        CategoricalCrossEntropy().value([[0.5, 0.5], [0.5, 0.4]], [0.0, 1.0])
    assert caught.value.rows.tolist() == [False, True]
    CategoricalCrossEntropy().value([[0.5, 0.5 + 9e-7]], [0.0])


def test_a_loss_never_changes():
    loss = Huber(delta=0.5)
    with pytest.raises(AttributeError, match="never changes"):
        loss.delta = 2.0
    assert loss == Huber(delta=0.5)
    assert loss != Huber()
    assert loss != MSE()
    assert len({loss, Huber(delta=0.5)}) == 1
    assert repr(loss) == "Huber(delta=0.5)"
    assert str(loss) == "huber:delta=0.5"
    assert str(Huber()) == "huber"


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="delta must be greater than 0, got -1"):
        Huber(delta=-1)
    with pytest.raises(TypeError, match="huber has no parameter detla: it has delta"):
        Huber(detla=1)
    with pytest.raises(TypeError, match="mae has no parameter scale: it has none"):
        MAE(scale=2)
    for strange in "wide", None, [1.0, 2.0]:
        with pytest.raises(TypeError, match="delta must be a number, not "):
            Huber(delta=strange)
    with pytest.raises(ValueError, match="delta must be greater than 0, got nan"):
        Huber(delta=float("nan"))


@pytest.mark.parametrize(
    ("loss", "inputs", "order", "limit"),
    [
        (MSE(), (np.inf, 0.0), "value", np.inf),
        (Huber(), (-np.inf, 0.0), "gradient", -1.0),
        (BCEWithLogits(), (np.inf, 1.0), "value", 0.0),
        (BCEWithLogits(), (-np.inf, 1.0), "value", np.inf),
        (BCEWithLogits(), (-np.inf, 0.3), "gradient", -0.3),
        (BCEWithLogits(), (np.inf, 0.3), "hessian", 0.0),
        (SoftmaxCrossEntropy(), ([[np.inf, 0.0]], [0.0]), "value", 0.0),
        (SoftmaxCrossEntropy(), ([[np.inf, 0.0]], [1.0]), "value", np.inf),
        (SoftmaxCrossEntropy(), ([[-np.inf, 0.0, 0.0]], [1.0]), "value", np.log(2)),
        (Contrastive(), (np.inf, 0.0), "value", 0.0),
        (Contrastive(power=3), (np.inf, 1.0), "value", np.inf),
        (TripletMargin(), (0.0, np.inf), "value", 0.0),
        (MSE(), (np.inf, np.inf), "value", np.nan),
    ],
)
def test_infinite_inputs_give_the_limit(loss, inputs, order, limit):
    inputs = [np.atleast_1d(x) for x in inputs]
    np.testing.assert_array_equal(np.ravel(getattr(loss, order)(*inputs))[0], limit)


def test_ordinary_data_needs_no_exact_arithmetic():
    script = """
import sys, numpy as np
from losscli.losses import catalogue
from tests.test_loss import answer, sample
for kind in catalogue().values():
    for at in range(len(kind.forms)):
        for order in ("value", "gradient", "hessian"):
            answer(kind(), order, sample(kind(), at, 5000))
from losscli.losses.binary import BCEWithLogits
from losscli.losses.contrastive import Contrastive
from losscli.losses.triplets import TripletMargin
BCEWithLogits().gradient(np.zeros(10**5), np.full(10**5, 0.5))
x, y = np.random.default_rng(0).normal(size=(2, 10**4, 3))
for loss in (TripletMargin(), TripletMargin(margin=0), TripletMargin(squared=1), TripletMargin(swap=1)):
    for inputs in ((x, x, x), (x, y, y), (x, x, y), (x, y, x)):
        for order in ("value", "gradient", "hessian"):
            getattr(loss, order)(*inputs)
for order in ("value", "gradient", "hessian"):
    getattr(Contrastive(), order)(x, x, np.arange(10**4) % 2)
print("mpmath" in sys.modules)
"""
    root = Path(__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    )
    assert found.stdout.split() == ["False"]


def test_many_equal_rows_that_need_exact_arithmetic_take_no_time(monkeypatch):
    from losscli import mend

    asked = []
    exactly = mend.exactly
    monkeypatch.setattr(mend, "exactly", lambda *given: asked.append(1) or exactly(*given))
    SoftmaxCrossEntropy().gradient(np.zeros((10**5, 3)), np.full((10**5, 3), 1 / 3))
    assert 0 < len(asked) < 100


def test_corners_cover_every_parameter():
    for kind in catalogue().values():
        tried = [dict(loss.settings()) for loss in cases.corners(kind)]
        # rows that are left out have no formula: laws/test_identities_weighed.py tries them
        for name in (name for name, each in kind.parameters.items() if each.each != "target"):
            assert len({settings[name] for settings in tried}) > 1, (kind, name)
