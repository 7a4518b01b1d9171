"""Moments of a ratio: those of two passes, and the same bits however rows are split."""

from fractions import Fraction

import numpy as np
import pytest

from losscli.stats.moments import Moments

RANDOM = np.random.default_rng(2)


def textbook(a, b):
    """Return the standard error and the skewness of Σ a / Σ b, by fractions."""
    a, b = [Fraction(x) for x in a.tolist()], [Fraction(x) for x in b.tolist()]
    ratio, n = sum(a) / sum(b), len(a)
    u = [x - ratio * y for x, y in zip(a, b, strict=True)]
    spread = float(sum(x * x for x in u) * n / (n - 1))
    return spread**0.5 / float(sum(b)), float(sum(x**3 for x in u) / n) / float(
        sum(x * x for x in u) / n
    ) ** 1.5


@pytest.mark.parametrize("shift", [0, 1e6])
@pytest.mark.parametrize("weighted", [False, True])
def test_two_passes(shift, weighted):
    b = RANDOM.exponential(size=12_000) if weighted else np.ones(12_000)
    a = (RANDOM.exponential(size=12_000) + shift) * b
    found = Moments()
    found.update(a, b)
    error, skewness = textbook(a, b)
    assert found.error() == pytest.approx(error, rel=1e-9)
    assert found.skewness() == pytest.approx(skewness, rel=1e-8, abs=1e-8)


def test_bits_do_not_depend_on_how_rows_are_split():
    a, b = RANDOM.normal(size=50_000) ** 2, RANDOM.exponential(size=50_000)
    whole, parts = Moments(), Moments()
    whole.update(a, b)
    for start, stop in zip([0, 1, 9000, 9001, 33_333], [1, 9000, 9001, 33_333, 50_000], strict=True):
        parts.update(a[start:stop], b[start:stop])
    assert (parts.error(), parts.skewness()) == (whole.error(), whole.skewness())


def test_groups_and_merging():
    a, b = RANDOM.normal(size=30_000), RANDOM.exponential(size=30_000)
    groups = RANDOM.integers(0, 40, 30_000)
    whole, left, right = Moments(), Moments(), Moments()
    whole.update(a, b, groups)
    left.update(a[:11_111], b[:11_111], groups[:11_111])
    right.update(a[11_111:], b[11_111:], groups[11_111:])
    left.merge(right)
    for group in (0, 17, 39):
        error, skewness = textbook(a[groups == group], b[groups == group])
        for each in (whole, left):
            assert each.error(group) == pytest.approx(error, rel=1e-9)
            assert each.skewness(group) == pytest.approx(skewness, rel=1e-8)
            assert each.count[group] == (groups == group).sum()


def test_few_and_equal_rows():
    one, same = Moments(), Moments()
    one.update(np.array([3.0]), np.ones(1))
    same.update(np.full(5, 0.1), np.ones(5))
    assert np.isnan(one.error())
    assert same.error() == pytest.approx(0, abs=1e-17)
    assert same.skewness() == 0 or same.error() > 0


def test_what_is_not_finite_is_not_known():
    found = Moments()
    found.update(np.array([1.0, np.inf, 2.0]), np.ones(3))
    assert np.isnan(found.error())
