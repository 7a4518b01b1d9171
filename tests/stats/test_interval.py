"""Intervals of means."""

import json
from pathlib import Path

import numpy as np
import pytest

from losscli.stats.interval import Interval, Sample, exact, normal, studentized
from losscli.stats.pairs import Pairs, Plan

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
    assert studentized(x * 4, np.full(50, 4.0), 0.95, 1000, 0) == studentized(x, None, 0.95, 1000, 0)


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
    error = Sample.of(a, b).reach * np.sqrt(((a - ratio * b) ** 2).sum()) / b.sum()
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


def test_heavy_tails_move_both_ends_out_and_less_so_with_more_rows():
    for rows in (50, 800):
        normal_like, heavy = (RANDOM.normal(size=rows), RANDOM.standard_t(2, size=rows))
        plain, far = Sample.of(normal_like, None), Sample.of(heavy, None)
        assert far.reach > plain.reach >= 1
        assert far.reach <= 1 + 1.5 / np.sqrt(rows)


def test_rows_that_are_all_but_equal_do_not_count_as_a_tail():
    x = np.zeros(5000)
    x[:400] = RANDOM.normal(3, 1, size=400)
    assert Sample.of(x, None).tails < 0.2
    assert not studentized(x, None, 0.95, 400, 0).doubtful


@pytest.mark.parametrize("level", ["0.9", "0.95"])
def test_of_shares_it_is_that_of_clopper_and_pearson(level):
    for ones, rows, low, high in json.loads(Path(__file__).with_name("scipy.json").read_text())["shares"][
        level
    ]:
        found = exact(ones, rows, float(level))
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-8, abs=1e-15)
        assert (found.method, found.rows, found.few, found.doubtful) == ("exact", rows, False, False)


def of(values, *, weight=None, groups=None, mean=None, **settings):
    pairs = Pairs(Plan(0.95, 400, 0), **settings)
    values = np.asarray(values, float)
    for some in np.array_split(np.arange(len(values)), 3):
        pairs.add(
            values[some], None if weight is None else weight[some], None, None,
            None if groups is None else groups[some], None,
        )  # fmt: skip
    return pairs.interval(values.mean() if mean is None else mean)


def test_what_is_0_or_1_has_an_exact_interval_if_both_are_there_or_it_is_known():
    rows = (np.arange(40) < 3) * 1.0
    assert of(rows) == exact(3, 40, 0.95)
    assert of(np.zeros(40)).method == "studentized"
    assert of(np.zeros(40), known=True) == exact(0, 40, 0.95)
    assert of(np.append(rows, 0.5)).method == "studentized"
    assert of(rows, weight=np.arange(1.0, 41)).method == "studentized"
    assert of(rows, differences=True).method == "studentized"  # these may be -1 as well
    total = of(rows, total=True, mean=3.0)
    assert (total.low, total.high) == (exact(3, 40, 0.95).low * 40, exact(3, 40, 0.95).high * 40)
    many = np.zeros(30_000)
    many[:4] = 1
    assert of(many) == exact(4, 30_000, 0.95)


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
