"""Intervals of means."""

import numpy as np
import pytest

from losscli.stats.interval import Interval, Sample, normal, studentized

RANDOM = np.random.default_rng(4)


def test_of_normal_rows_it_is_that_of_student():
    x = RANDOM.normal(5, 2, size=400)
    found = studentized(x, None, 0.95, 10_000, 0)
    half = 1.9659 * x.std(ddof=1) / 20  # of t with 399 degrees of freedom
    assert found.low == pytest.approx(x.mean() - half, abs=0.03 * half * 2)
    assert found.high == pytest.approx(x.mean() + half, abs=0.03 * half * 2)
    assert (found.method, found.rows, found.few, found.doubtful) == ("studentized", 400, False, False)


def test_a_tail_makes_it_reach_up():
    x = RANDOM.lognormal(size=60)
    found = studentized(x, None, 0.9, 4000, 1)
    assert found.high - x.mean() > 1.3 * (x.mean() - found.low)


def test_equal_weights_are_none():
    x = RANDOM.exponential(size=50)
    assert studentized(x * 3, np.full(50, 3.0), 0.95, 1000, 0) == studentized(x, None, 0.95, 1000, 0)


def test_a_ratio_by_its_own_formula():
    a, b = RANDOM.exponential(size=80), RANDOM.uniform(0.5, 2, size=80)
    found = studentized(a, b, 0.95, 4000, 0)
    ratio = a.sum() / b.sum()
    pulls = []
    for _ in range(4000):
        at = RANDOM.integers(0, 80, 80)
        again = a[at].sum() / b[at].sum()
        pulls.append((again - ratio) * b[at].sum() / np.sqrt(((a[at] - again * b[at]) ** 2).sum()))
    low, high = np.quantile(pulls, [0.025, 0.975])
    error = np.sqrt(((a - ratio * b) ** 2).sum()) / b.sum()
    assert found.low == pytest.approx(ratio - high * error, abs=0.15 * error)
    assert found.high == pytest.approx(ratio - low * error, abs=0.15 * error)


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1e290])
def test_it_goes_with_the_unit(scale):
    x = RANDOM.exponential(size=40)
    one, other = studentized(x, None, 0.95, 500, 0), studentized(x * scale, None, 0.95, 500, 0)
    assert other.low == pytest.approx(one.low * scale, rel=1e-9)
    assert other.high == pytest.approx(one.high * scale, rel=1e-9)


@pytest.mark.parametrize("x", [[1.0], [1.0, np.inf, 2.0], [np.nan, 1.0], []])
def test_there_is_no_telling(x):
    found = studentized(np.array(x), None, 0.95, 100, 0)
    assert found.method == "none"
    assert np.isnan([found.low, found.high]).all()


def test_equal_rows_have_a_point():
    found = studentized(np.full(40, 0.1), None, 0.95, 100, 0)
    assert (found.low, found.high, found.method) == (0.1, 0.1, "studentized")


def test_rare_events_keep_their_interval_finite():
    x = np.zeros(50)
    x[:2] = 1
    found = studentized(x, None, 0.95, 10_000, 0)
    assert 0.1 < found.high < 1
    assert found.doubtful


def test_normal():
    found = normal(10, 2, 100_000, 0.5, 0.95)
    half = 2 * 1.959963984540054
    assert found == Interval(pytest.approx(10 - half), pytest.approx(10 + half), "normal", 100_000, 0.5)
    assert normal(10, float("nan"), 1, 0, 0.95).method == "none"


def test_skewness_and_error():
    x = RANDOM.exponential(size=100)
    sample = Sample.of(x, None)
    assert sample.error == pytest.approx(x.std(ddof=1) / 10)
    assert sample.skewness == pytest.approx(((x - x.mean()) ** 3).mean() / x.std() ** 3)
