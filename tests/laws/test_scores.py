"""Claims about losses in the mean: proper scores are least at the truth, calibrated losses on the likelier side."""

from math import gamma, pi

import numpy as np
import pytest

from losscli import parse
from tests.laws import cases

CASES = [loss for loss in cases.FEW if cases.tame(loss)]
GRID = np.linspace(0, 1, 201)
SCORES = np.unique(
    np.concatenate([np.linspace(-12, 12, 4801), np.logspace(-6, 0, 61), -np.logspace(-6, 0, 61)])
)
SHARES = (0.05, 0.2, 0.4, 0.45, 0.55, 0.7, 0.9)


def symbols(*wanted):
    return [loss for loss in CASES if loss.symbols in wanted and loss.elementwise]


def of_binary(loss, p, low):
    """The two losses of a prediction: for the label 1, and for the other."""
    return loss.value(p, np.ones_like(p)), loss.value(p, np.full_like(p, low))


def in_the_mean(one, other, q):
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(one) & (q == 0), 0, q * one) + np.where(
            np.isinf(other) & (q == 1), 0, (1 - q) * other
        )


@pytest.mark.parametrize("loss", symbols("p, y"), ids=str)
def test_proper_scores_of_a_probability(loss):
    one, other = of_binary(loss, GRID, 0.0)
    off = 0.0
    for at in range(10, 191, 12):
        mean = in_the_mean(one, other, GRID[at])
        off = max(off, mean[at] - mean.min())
        if loss.traits().proper == "strictly proper":
            assert (np.delete(mean, at) > mean[at]).all()
    assert (off <= 1e-15) if loss.traits().proper else off > 1e-6


@pytest.mark.parametrize("loss", [x for x in symbols("z, y", "m") if x.traits().proper], ids=str)
def test_proper_scores_of_the_probability_that_a_score_stands_for(loss):
    one, other = of_binary(loss, SCORES, 0.0 if loss.symbols == "z, y" else -1.0)
    steep = 2 if loss.name == "exponential" else 1
    for q in SHARES:
        best = SCORES[in_the_mean(one, other, q).argmin()]
        assert abs(1 / (1 + np.exp(-steep * best)) - q) < 2e-3


@pytest.mark.parametrize(
    "loss", [x for x in symbols("z, y", "m") if x.traits().calibrated is not None], ids=str
)
def test_calibrated_losses_are_least_on_the_likelier_side(loss):
    one, other = of_binary(loss, SCORES, 0.0 if loss.symbols == "z, y" else -1.0)
    calibrated = True
    for q in SHARES:
        mean = in_the_mean(one, other, q)
        wrong = (q - 0.5) * SCORES <= 0
        if loss.name == "zero-one":
            wrong &= SCORES != 0
        calibrated &= bool(mean[wrong].min() > mean.min() + 1e-9)
    assert calibrated == loss.traits().calibrated


def simplex(count, classes, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(classes), count)


def of_classes(loss, p, q):
    """The mean loss of predictions over classes of the probabilities q."""
    each = [loss.value(p, np.full(len(p), float(k))) for k in range(len(q))]
    return sum(w * x for w, x in zip(q, each, strict=True))


@pytest.mark.parametrize(
    "loss", [x for x in CASES if x.matrix and x.forms[0][0].simplex and x.traits().proper], ids=str
)
def test_proper_scores_of_classes(loss):
    for q in simplex(20, 3, 1):
        truth = of_classes(loss, q[None], q)[0]
        near = q + 1e-3 * (simplex(300, 3, 2) - q)
        assert (of_classes(loss, np.concatenate([simplex(300, 3, 3), near]), q) > truth).all()


def test_kl_divergence_is_a_proper_score_of_classes():
    loss = parse("kl-divergence")
    assert loss.traits().proper == "strictly proper"
    for q in simplex(10, 3, 1):
        p = np.concatenate([q[None], simplex(300, 3, 3)])
        mean = sum(w * loss.value(p, np.tile(true, (301, 1))) for w, true in zip(q, np.eye(3), strict=True))
        assert (mean[1:] > mean[0]).all()


@pytest.mark.parametrize(
    "loss", [x for x in CASES if x.symbols == "z, y" and x.matrix and x.traits().calibrated], ids=str
)
def test_calibrated_losses_of_scores(loss):
    z = np.random.default_rng(4).normal(size=(20000, 3)) * 3
    for q in (np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.35, 0.25])):
        mean = of_classes(loss, z, q)
        assert z[mean.argmin()].argmax() == 0


@pytest.mark.parametrize("spec", ["crammer-singer-hinge", "multiclass-perceptron"])
def test_the_best_rival_is_not_calibrated(spec):
    """Where no class has half of the probability, nothing is better than to say nothing."""
    loss, q = parse(spec), np.array([0.4, 0.3, 0.3])
    assert loss.traits().calibrated is False
    z = np.random.default_rng(5).normal(size=(20000, 3))
    assert of_classes(loss, z, q).min() >= of_classes(loss, np.zeros((1, 3)), q)[0] - 1e-12


X = np.linspace(-60, 60, 12001)
DENSITIES = {
    "gaussian": lambda e, s: np.exp(-((e / s) ** 2) / 2) / np.sqrt(2 * pi) / s,
    "laplace": lambda e, s: np.exp(-abs(e) / s) / 2 / s,
    "logistic": lambda e, s: 1 / (4 * s * np.cosh(e / s / 2) ** 2),
    "student": lambda e, s: gamma(2.5) / gamma(2) / np.sqrt(4 * pi) / s * (1 + (e / s) ** 2 / 4) ** -2.5,
}
FORECASTS = [
    ("gaussian-nll", "gaussian", lambda s: s * s, ()), ("laplace-nll", "laplace", float, ()),
    ("gaussian-nll-sigma", "gaussian", float, ()), ("gaussian-nll-log-var", "gaussian", lambda s: 2 * np.log(s), ()),
    ("gaussian-nll-log-sigma", "gaussian", np.log, ()), ("laplace-nll-log-scale", "laplace", np.log, ()),
    ("crps-gaussian", "gaussian", float, ()), ("crps-laplace", "laplace", float, ()),
    ("crps-logistic", "logistic", float, ()), ("dawid-sebastiani", "gaussian", float, ()), ("student-t-nll", "student", float, (4.0,)),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "of", "scale", "more"), FORECASTS, ids=[each[0] for each in FORECASTS])
def test_proper_scores_of_forecasts(spec, of, scale, more):
    loss = parse(spec)
    assert loss.traits().proper
    weight = DENSITIES[of](X - 0.3, 1.2) * (X[1] - X[0])

    def mean(location, spread):
        column = np.ones_like(X)
        return (
            weight * loss.value(column * location, column * scale(spread), *(column * x for x in more), X)
        ).sum()

    truth = mean(0.3, 1.2)
    for location, spread in [(0.3, 1.1), (0.3, 1.35), (0.2, 1.2), (0.45, 1.2), (1.0, 2.0), (0.0, 0.7)]:
        assert mean(location, spread) > truth + 1e-6


@pytest.mark.parametrize("alpha", [0.1, 0.5])
def test_the_interval_score_is_least_at_the_quantiles(alpha):
    loss = parse(f"interval-score:alpha={alpha}")
    assert loss.traits().proper == "proper"
    weight = DENSITIES["laplace"](X, 1.0) * (X[1] - X[0])
    edge = -np.log(alpha)

    def mean(low, high):
        return (weight * loss.value(np.full_like(X, low), np.full_like(X, high), X)).sum()

    for low, high in [(-edge, edge + 0.2), (-edge - 0.1, edge), (-edge + 0.3, edge - 0.1)]:
        assert mean(low, high) > mean(-edge, edge) + 1e-6


def test_the_negative_binomial_is_a_proper_score():
    loss = parse("negative-binomial-nll")
    assert loss.traits().proper == "strictly proper"
    counts = np.arange(400.0)
    weight = np.exp(-loss.value(np.full(400, 3.0), np.full(400, 2.0), counts))
    weight /= weight.sum()

    def mean(m, n):
        return (weight * loss.value(np.full(400, m), np.full(400, n), counts)).sum()

    for m, n in [(2.7, 2.0), (3.4, 2.0), (3.0, 1.6), (3.0, 2.6), (4.0, 1.0)]:
        assert mean(m, n) > mean(3.0, 2.0) + 1e-6
