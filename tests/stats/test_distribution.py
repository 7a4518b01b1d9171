"""Quantiles and histograms of streams: exact for few numbers, right to four digits for many, whatever the order."""

import math
import statistics
import time
import tracemalloc
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.stats import cells as cells_module
from losscli.stats import distribution as module
from losscli.stats.distribution import Distribution

NUMBERS = st.floats(allow_nan=False)
WEIGHTS = st.floats(min_value=0, max_value=1e6, allow_nan=False) | st.sampled_from([0.0, 1.0, 3.0])
LEVELS = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0]
TRUTH = "averaged_inverted_cdf"
"""What NumPy calls the quantiles that are the mean of two numbers where a level is exactly between them."""


def spread(*parts, weighted=False):
    """One distribution for each part, merged."""
    whole = Distribution(weighted=weighted)
    for part in parts:
        one = Distribution(weighted=weighted)
        one.update(*(np.array(x, dtype=float) for x in part))
        whole.merge(one)
    return whole


def facts(found):
    """Everything a distribution says."""
    return [found.n, found.undefined, found.least, found.greatest, found.quantiles(LEVELS),
            *(each.tolist() for each in found.cells())]  # fmt: skip


def shrink(patch):
    """Cells after three numbers, few of them, and wider ones after four powers of two."""
    patch.setattr(module, "EXACT", 3)
    patch.setattr(cells_module, "BITS", 6)
    patch.setattr(cells_module, "ROOM", 4 << 6)


@given(st.lists(NUMBERS, min_size=1))
def test_few_numbers_are_exact(numbers):
    found = spread((numbers,))
    low, high = statistics.median_low(numbers), statistics.median_high(numbers)
    if math.isfinite(low) and math.isfinite(high):
        assert found.median == float((Fraction(low) + Fraction(high)) / 2)
    ranks = np.sort(numbers)
    assert (found.cells().low == np.unique(ranks)).all()
    assert found.quantiles([0.0, 1.0]) == [ranks[0], ranks[-1]]


@pytest.mark.parametrize("n", [1, 2, 9, 10, 1001, 10_000])
def test_quantiles_are_those_of_numpy(n):
    numbers = np.random.default_rng(n).standard_cauchy(n)
    found = spread((numbers,)).quantiles(LEVELS)
    np.testing.assert_allclose(found, np.quantile(numbers, LEVELS, method=TRUTH), rtol=4e-16)


LAWS = {
    "square": lambda rng, n: rng.normal(size=n) ** 2,
    "both signs": lambda rng, n: rng.standard_cauchy(n),
    "heavy tail": lambda rng, n: np.exp(20 * rng.normal(size=n)),
    "narrow": lambda rng, n: 1e9 + rng.random(n),
    "sorted": lambda rng, n: np.sort(rng.random(n)),
    "half zero": lambda rng, n: np.maximum(0, rng.normal(size=n)),
    "with infinities": lambda rng, n: np.where(rng.random(n) < 0.02, np.inf, rng.random(n)),
    "logits": lambda rng, n: np.logaddexp(0, -rng.uniform(0, 500, n)),
}


@pytest.mark.parametrize("name", LAWS)
def test_four_digits_of_many(name):
    numbers = LAWS[name](np.random.default_rng(1), 200_001)
    levels = LEVELS if np.isfinite(numbers).all() else LEVELS[:-2]  # NumPy subtracts infinities
    true = np.quantile(numbers, levels, method=TRUTH)
    np.testing.assert_allclose(spread((numbers,)).quantiles(levels), true, rtol=3.1e-5)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(), WEIGHTS), max_size=12), st.booleans(), st.data())
def test_any_split_any_order(rows, weighted, data):
    numbers, weights = ([row[at] for row in rows] for at in (0, 1))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    order = data.draw(st.permutations(range(len(rows))))
    columns = [numbers, weights] if weighted else [numbers]
    shuffled = [[column[at] for at in order] for column in columns]
    ends = [0, *cuts, len(rows)]
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch)
        parts = [[column[a:b] for column in shuffled] for a, b in pairwise(ends)]
        np.testing.assert_equal(
            facts(spread(*parts, weighted=weighted)), facts(spread(columns, weighted=weighted))
        )


def test_cells_hold_their_numbers(monkeypatch):
    shrink(monkeypatch)
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=3000) * 2.0 ** rng.integers(-4, 4, 3000)
    cells = spread((numbers,)).cells()
    assert cells.mass.sum() == 3000
    assert (cells.low <= cells.high).all()
    assert (cells.high[:-1] < cells.low[1:]).all()
    at = np.searchsorted(cells.high, numbers)
    assert (cells.low[at] <= numbers).all()
    assert (np.bincount(at) == cells.mass).all()


def test_weights_are_repetitions():
    rng = np.random.default_rng(3)
    numbers, weights = rng.exponential(size=20_000), rng.integers(0, 4, 20_000)
    plain, weighted = spread((np.repeat(numbers, weights),)), spread((numbers, weights), weighted=True)
    np.testing.assert_allclose(weighted.quantiles(LEVELS), plain.quantiles(LEVELS), rtol=3.1e-5)
    edges = np.linspace(0, 5, 11)
    assert (weighted.histogram(edges) == plain.histogram(edges)).all()


def test_a_weight_of_zero_does_not_count():
    found = spread(([1.0, 9.0, math.nan, math.inf], [2.0, 1.0, 0.0, 0.0]), weighted=True)
    assert (found.n, found.median) == (2, 1.0)


@pytest.mark.parametrize("count", [100, 100_000])
def test_histogram_is_that_of_numpy(count):
    numbers = np.random.default_rng(5).normal(size=count)
    edges = np.linspace(-2, 2, 9)
    found = spread((numbers,)).histogram(edges)
    assert np.abs(found - np.histogram(numbers, edges)[0]).max() <= (0 if count == 100 else 20)
    assert spread(([0.0, 1.0, 2.0, 2.5],)).histogram(np.array([0.0, 1.0, 2.0])).tolist() == [1, 2]


def test_what_is_not_a_number():
    assert math.isnan(Distribution().median)
    found = spread(([1.0, math.nan],))
    assert (found.undefined, found.n) == (1, 2)
    assert math.isnan(found.median)


def test_many_equal_numbers_stay_exact():
    assert spread((np.tile([0.1, 0.2, 0.3], 50_000),)).quantiles([0.2, 0.5]) == [0.1, 0.2]


@pytest.mark.parametrize("weighted", [False, True])
def test_memory_does_not_grow_with_the_stream(weighted):
    rng = np.random.default_rng(0)
    found = Distribution(weighted=weighted)
    weight = rng.random(65_536)
    tracemalloc.start()
    for _ in range(16):
        found.update(rng.normal(size=65_536) ** 2, weight)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < (100e6 if weighted else 20e6)


def test_a_number_takes_a_few_nanoseconds():
    numbers = np.random.default_rng(0).normal(size=1 << 20) ** 2
    found = spread((numbers,))
    start = time.process_time()
    found.update(numbers)
    assert time.process_time() - start < 0.1  # 7 ms where this was written
