"""Values and derivatives are within 4 ulp of the formula shown, everywhere."""

from itertools import product

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli import exact
from losscli.losses.contrastive import Contrastive
from losscli.losses.cosine import CosineDistance
from losscli.losses.multiclass import SoftmaxCrossEntropy
from losscli.losses.triplets import TripletMargin
from tests.laws import cases, formulas, law, oracle

LIMIT = 4
COUNT = {"number": 8, "vector": 2, "class": 3, "labels": 3}


def rows_of(loss, at, factor=1.0, seed=0, order=0):
    kinds = [entry.kind for entry in loss.forms[at]]
    count = min(COUNT[kind] for kind in kinds)
    rows = cases.rows(loss, at, max(1, int(count * factor)), seed)
    return [
        row for row in rows if not loss.matrix or order < 2 or len(row[0]) < 4
    ]  # a matrix has many entries


def true(loss, order, factor=1.0, seed=0):
    for at in range(len(loss.forms)):
        for error, row, got, truth in law.errors(loss, at, rows_of(loss, at, factor, seed, order), order):
            assert error <= LIMIT, f"{loss} order {order} at {row}: {got} is {error:.3g} ulp from {truth}"


def test_value(loss):
    true(loss, 0, factor=2)


def test_gradient(loss):
    true(loss, 1)


@pytest.mark.parametrize("loss", cases.FEW, ids=str)  # those of pairs of corners are for the long search
def test_hessian(loss):
    true(loss, 2, factor=0.5)


def wide_rows(loss, width=1000):
    """Rows of ordinary wide data: near the margin, so that little is cut off."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(3, width)) / np.sqrt(width)
    if loss.name == "contrastive":
        return [(x[0], x[0] + 0.7 * x[1], 0.0), (x[0], x[1], 1.0), (x[0], np.nextafter(x[0], 9), 0.0)]
    if loss.name == "cosine-distance":
        return [(x[0], x[1]), (x[0], x[0] + 1e-9 * x[1]), (x[0], 1e-9 * x[1] - x[0])]
    return [tuple(x), (x[0], x[0] + x[1], x[0] + x[1] + 1e-9 * x[2])]


WIDE = [Contrastive(), CosineDistance(), TripletMargin(), TripletMargin(squared=1)]


@pytest.mark.parametrize("loss", WIDE, ids=str)
def test_wide_rows(loss):
    form = next(form for form in loss.forms if any(entry.kind == "vector" for entry in form))
    for row in wide_rows(loss):
        columns = [np.asarray(x, dtype=float)[None] for x in row]
        value = float(loss.value(*columns)[0])
        assert oracle.ulps(value, formulas.value(loss, form, row)) <= LIMIT
        gradient = loss.gradient(*columns)
        gradient = gradient if isinstance(gradient, tuple) else (gradient,)
        for k, j in [(0, 0), (0, 999), (len(gradient) - 1, 5)]:
            truth = oracle.derivative(loss, form, row, (k, j))
            assert oracle.ulps(float(gradient[k][0, j]), truth) <= LIMIT, (k, j)


UNLUCKY = [1.81, 0.64, 0.46, -2.98, -5.19, 5.93, -2.68, 1.81, -0.36]
"""Scores of which a plain sum of exponentials put a slope 5.1 ulp away, though none of its steps is wrong."""


@pytest.mark.parametrize(
    ("count", "spread"),
    [*product([2, 10], [0.1, 20.0, 300.0]), (100, 20.0), (1000, 300.0), (len(UNLUCKY), 0.0)],
)
def test_many_classes(count, spread):
    """The formula of the softmax, carried out once a row: as it stands it takes K logarithms of K exponentials."""
    rng = np.random.default_rng(count)
    z = rng.normal(size=count) * spread if spread else np.array(UNLUCKY)
    soft = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    loss = SoftmaxCrossEntropy()
    for y in (
        *np.arange(min(count, 10.0)),
        float(z.argmax()),
        float(z.argmin()),
        np.full(count, 1 / count),
        soft,
    ):
        value = float(loss.value(z[None], np.asarray(y)[None])[0])
        gradient = loss.gradient(z[None], np.asarray(y)[None])[0]
        with mp.workdps(600):
            weights = [mpf(float(w)) for w in (y if np.ndim(y) else np.arange(count) == y)]
            powers = [mp.exp(mpf(float(x))) for x in z]
            whole, weight = sum(powers), sum(weights)
            log_whole = mp.log(whole)
            truth = sum(w * (log_whole - mpf(float(x))) for w, x in zip(weights, z, strict=True))
            slopes = [weight * power / whole - w for power, w in zip(powers, weights, strict=True)]
            assert oracle.ulps(value, truth) <= LIMIT
            assert max(map(oracle.ulps, gradient.tolist(), slopes)) <= LIMIT


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(1, 4))
@pytest.mark.parametrize("order", [0, 1, 2])
def test_search_for_a_counterexample(loss, order, seed):
    true(loss, order, factor=3 / (1 + order) ** 2, seed=seed)


def test_slope_formula_is_the_derivative(loss):
    """The slope shown is that of the formula shown, wherever there is one."""
    if loss.settings().get("clip") or loss.settings().get("squared"):
        return  # it is shown between the clips, and in the squared distance
    # a slope in a distance is that of the form that has one
    at = next((k for k, form in enumerate(loss.forms) if form[0].kind == "number"), 0)
    form = loss.forms[at]
    if loss.listed and form[0].kind == "vector":
        return  # it is in the similarities: see test_identities_batches
    for row in rows_of(loss, at)[:8]:
        lifted = formulas.exactly(form, row)
        seed = oracle.seeds(form, row)[0][0]
        first = oracle.component(lifted[0], seed[1])
        if (loss.listed or loss.family == "boxes") and loss.kinked(
            *cases.columns(loss, [row]), **cases.lists(loss, [row])
        ).any():
            continue
        if len(oracle.inside(form[0].domain, first)) == 1 or first == 0:
            continue
        classes = range(len(lifted[0])) if isinstance(lifted[0], tuple) else ()
        with mp.workdps(1000):
            names = {"__builtins__": {}, **formulas.MATHS, "i": 0, "k": 0, "c": 0, "classes": classes}
            settings = {k: mpf(v) for k, v in loss.settings().items() if not isinstance(v, tuple)}
            names |= {**settings, **loss.variables(*lifted)}
            for name, text in loss.where(form):
                if name != "p" or loss.settings().get("normalize"):
                    names[name] = eval(text, names)
            shown = eval(loss.slope_formula, names) * (row[1] if loss.symbols == "m" else 1)
        truth = oracle.derivative(loss, form, row, seed)
        if truth is None:
            continue
        with mp.workdps(50):
            assert formulas.close(mpf(shown), truth), (row, shown, truth)


@pytest.mark.parametrize("seed", range(30))
def test_exact_rows_agree_with_the_oracle(seed):
    """Derivatives that flow back through a formula are those of numeric differentiation."""
    texts = [
        "log(1 + exp(-z)) * y",
        "abs(z)**y / (2 - z)",
        "max(0, 1 - z * y)**2",
        "sqrt(1 + z * z) - xlogy(z * z, 3 + z)",
    ]
    formula = texts[seed % len(texts)]
    with mp.workprec(400):
        z0, y = mpf(seed - 15) / 7 + mpf(1) / 64, mpf(2)
        z = exact.Node(z0)
        out = exact.run(formula, (), {"z": z, "y": y})
        first = exact.flow(out, [z], again=True)[0]
        second = exact.flow(first, [z])[0]

        def f(u):
            return eval(formula, {**formulas.MATHS, "z": u, "y": y})

        for mine, truth in [(first, mp.diff(f, z0)), (second, mp.diff(f, z0, 2))]:
            assert abs(exact.plain(mine) - truth) < mpf(10) ** -60 * (1 + abs(truth))
