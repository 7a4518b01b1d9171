"""Partial likelihoods beside one another, beside rankings, and beside their definition."""

from math import log

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.losses.cox import Cox, CoxEfron
from losscli.losses.listrank import Listmle
from losscli.losses.multiclass import SoftmaxCrossEntropy
from tests.laws import oracle

RNG = np.random.default_rng(70)
NEAR = {"rtol": 1e-13, "atol": 0.0}
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
each = pytest.mark.parametrize("loss", [Cox(), CoxEfron(), Cox(mean=1), CoxEfron(mean=1)], ids=str)


def cohort(n, times, spread=1.0):
    return RNG.normal(size=n) * spread, RNG.integers(0, times, n) * 1.0, RNG.integers(0, 2, n) * 1.0


def test_known_cohorts():
    """The first is what XGBoost and CatBoost say, but for the mean and the sign."""
    three = [0.1, 0.2, 0.3], [1, 2, 3], [1, 1, 0]
    np.testing.assert_allclose(Cox().value(*three), 1.9463395083028148, rtol=1e-15)
    np.testing.assert_allclose(Cox(mean=1).value(*three), 1.9463395083028148 / 2, rtol=1e-15)
    two = [5.0, 5.0], [1, 1], [1, 1]
    np.testing.assert_allclose(Cox().value(*two), 2 * log(2), rtol=1e-15)
    np.testing.assert_allclose(CoxEfron().value(*two), log(2), rtol=1e-15)
    assert Cox().value([1.0, 2.0], [1, 2], [0, 0]).tolist() == [0.0]
    assert Cox(mean=1).gradient([1.0, 2.0], [1, 2], [0, 0]).tolist() == [0.0, 0.0]


@ORDERS
def test_without_ties_each_event_is_drawn_from_those_left(order):
    s, t = RNG.normal(size=20) * 5, RNG.permutation(20) + 1.0
    found = getattr(Cox(), order)(s, t, np.ones(20))
    np.testing.assert_allclose(found, getattr(Listmle(), order)(s, 20 - t), **NEAR)
    for d in (np.ones(20), RNG.integers(0, 2, 20)):
        np.testing.assert_array_equal(getattr(CoxEfron(), order)(s, t, d), getattr(Cox(), order)(s, t, d))


@ORDERS
def test_one_event_is_a_class(order):
    s = RNG.normal(size=6) * 5
    soft = getattr(SoftmaxCrossEntropy(), order)(s[None], [2.0])[0]
    d = np.arange(6) == 2
    for t in (np.ones(6), 2.0 - d):
        found = getattr(Cox(), order)(s, t, d)
        np.testing.assert_allclose(
            found, [soft] if order == "value" else np.diag(soft) if order == "hessian" else soft, **NEAR
        )


@each
@ORDERS
def test_the_order_of_rows_and_the_level_of_scores_do_not_matter(loss, order):
    s, t, d = cohort(30, 5)
    s = np.rint(s * 64) / 64  # so that a shift is exact
    moved = RNG.permutation(30)
    found, again = (
        getattr(loss, order)(s, t, d),
        getattr(loss, order)(s[moved] + 1024, t[moved] * 2, d[moved]),
    )
    np.testing.assert_allclose(again, found if order == "value" else found[moved], **NEAR)


@each
def test_slopes_sum_to_nothing(loss):
    slopes = loss.gradient(*cohort(100, 20))
    assert abs(slopes.sum()) < 1e-13 * abs(slopes).sum()


def truth(efron, s, t, d):
    """Value, slopes and curvatures, draw by draw."""
    n = len(s)
    s = [mpf(float(x)) for x in s]
    e = [mp.exp(x) for x in s]
    value, slope, curvature = mpf(0), [-mpf(float(x)) for x in d], [mpf(0)] * n
    for time in set(t[d == 1]):
        tied = [i for i in range(n) if t[i] == time and d[i]]
        for place, i in enumerate(tied):
            share = 1 - mpf(place) / len(tied) if efron else mpf(1)
            parts = [e[j] * (share if j in tied else 1) if t[j] >= time else mpf(0) for j in range(n)]
            whole = sum(parts)
            value += mp.log(whole) - s[i]
            for j in range(n):
                p = parts[j] / whole
                slope[j] += p
                rest = 1 - p if p < 0.5 else (sum(parts[:j]) + sum(parts[j + 1 :])) / whole
                curvature[j] += p * rest
    return [value], slope, curvature


@pytest.mark.parametrize("spread", [0.0, 1.0, 300.0, 1e5])
@pytest.mark.parametrize("kind", [Cox, CoxEfron])
def test_long_cohorts(kind, spread, monkeypatch):
    """However far scores are apart."""
    monkeypatch.setattr("losscli.mend.exactly", None)
    rows = cohort(60, 15, spread)
    with mp.workdps(60):
        for order, exact in zip(
            ("value", "gradient", "hessian"), truth(kind is CoxEfron, *rows), strict=True
        ):
            found = getattr(kind(), order)(*rows)
            assert max(map(oracle.ulps, found.tolist(), exact)) <= 4, order


@each
@ORDERS
def test_a_great_cohort_needs_no_exact_arithmetic(loss, order, monkeypatch):
    monkeypatch.setattr("losscli.mend.exactly", None)
    getattr(loss, order)(*cohort(20_000, 300))
    getattr(loss, order)(*cohort(1000, 10**9, 5.0))
    getattr(loss, order)(np.zeros(1000), np.ones(1000), np.ones(1000))
