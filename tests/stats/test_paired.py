"""Two models over the same rows: tests that SciPy has too, the rows that decide, Holm."""

import json
from pathlib import Path

import numpy as np
import pytest

from losscli.stats.interval import Interval, Sample, studentized
from losscli.stats.paired import Differences, Paired, holm, normal_test
from losscli.stats.pairs import Plan
from losscli.stats.resample import resampled
from losscli.stats.signedrank import wilcoxon

RECORDED = json.loads(Path(__file__).with_name("scipy.json").read_text())["cases"]
PLAN = Plan(0.95, 10_000, 0)


def differences(x, b=None):
    x = np.asarray(x, float)
    b = np.ones(len(x)) if b is None else b
    return Differences(x, b, np.arange(len(x)) + 2, x, b, False)


@pytest.mark.parametrize("name", RECORDED)
def test_as_scipy_has_it(name):
    said, x = RECORDED[name], np.array(RECORDED[name]["x"])
    test = differences(x).test("permutation", PLAN)
    assert test.exact == (name == "few")
    noise = 0 if test.exact else 4.5 * np.sqrt(said["permutation"] / 10_000) + 1e-4
    assert test.p == pytest.approx(said["permutation"], abs=noise + 1e-12)
    assert wilcoxon(x)[0] == pytest.approx(said["wilcoxon"], rel=1e-10)
    span = studentized(x, None, 0.95, 10_000, 0)
    error = x.std(ddof=1) / np.sqrt(len(x))
    reach = Sample.of(x, None).reach  # by which tails move both ends out
    assert ((span.low - x.mean()) / reach, (span.high - x.mean()) / reach) == pytest.approx(
        tuple(each - x.mean() for each in said["studentized"]), abs=(0.4 if name == "few" else 0.1) * error
    )
    assert Sample.of(x, None).tails == pytest.approx(said["l_kurtosis"], rel=1e-9)
    means = resampled(x[:, None], 20_000, 1)[:, 0] / len(x)
    assert means.std() == pytest.approx(said["bootstrap_error"], rel=0.03)


def test_a_bootstrap_test_rejects_where_the_interval_excludes_0():
    x = np.array(RECORDED["many"]["x"])
    for shift in (-0.1, -0.05, 0.0, 0.05):
        test, span = (
            differences(x + shift).test("bootstrap", PLAN),
            studentized(x + shift, None, 0.95, 10_000, 0),
        )
        if abs(test.p - 0.05) > 0.01:
            assert (test.p < 0.05) == (span.low > 0 or span.high < 0)


def test_without_a_difference_p_is_uniform():
    random = np.random.default_rng(3)
    found = [
        differences(random.normal(size=30)).test("permutation", Plan(0.95, 400, k)).p for k in range(400)
    ]
    for level in (0.05, 0.2, 0.5):
        assert abs(np.mean(np.array(found) <= level) - level) < 4 * np.sqrt(level / 400) + 0.003


def test_margin():
    x = np.array(RECORDED["many"]["x"])
    assert differences(x).test("permutation", PLAN, x.mean()).p > 0.9
    assert differences(x).test("permutation", PLAN, 2.0).p < 0.001


@pytest.mark.parametrize("kind", ["permutation", "bootstrap", "wilcoxon"])
def test_no_difference_at_all(kind):
    assert differences(np.zeros(50)).test(kind, PLAN).p == 1


@pytest.mark.parametrize("x", [[1.0], [1.0, np.inf, 2.0], [np.nan, 0.0]])
def test_no_telling(x):
    assert differences(x).test("permutation", PLAN).name == "none"


def test_the_rows_that_decide():
    x = np.full(200, -0.1)
    x[[7, 30]] = 20, 30
    found = differences(x).decisive()
    assert found.lines == [32, 9]  # the largest first
    assert found.delta == pytest.approx(-0.1)
    assert differences(np.full(200, -0.1)).decisive() is None  # no row does
    assert differences([5.0, -1, -1]).decisive() is None  # one of three is no small share
    weighted = differences(x, np.arange(1.0, 201)).decisive()
    left = np.delete(np.arange(200), [7, 30])
    assert weighted.delta == pytest.approx(x[left].sum() / (left + 1.0).sum())


def test_wins_and_groups():
    found = Paired(PLAN)
    base, cand = np.array([1.0, 2, 3, 4]), np.array([0.0, 2, 4, 3])
    found.add(base, cand, np.arange(4), groups=np.array([0.0, 0, 1, 1]))
    assert found.wins() == (2, 1, 4)
    assert [found.wins(group) for group in (0, 1)] == [(1, 1, 2), (1, 0, 2)]
    assert found.of(1).d.tolist() == [1, -1]


def test_clusters_are_one():
    found = Paired(PLAN)
    found.add(np.zeros(4), np.array([1.0, 2, 3, -5]), np.arange(4), clusters=np.array([0.0, 0, 1, 1]))
    assert found.of(names=np.array([0, 1])).d.tolist() == [3, -2]


def test_holm():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, float("nan"), 0.9])[0] == 1
    assert np.isnan(holm([0.5, float("nan")])[1])
    assert holm([0.2]) == [0.2]


def test_normal_test_is_that_of_its_interval():
    span = Interval(-1.0, 3.0, "normal", 10)
    assert normal_test(1.0, span, 0.95).p == pytest.approx(0.3271, abs=1e-4)
    assert normal_test(1.0, span, 0.95, margin=-1.0).p == pytest.approx(0.05, abs=1e-6)
