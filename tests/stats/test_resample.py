"""Resamples: of the right distribution, the same bits however they are drawn, fast in bounded memory."""

import time
import tracemalloc
from math import comb

import numpy as np
import pytest

from losscli.stats import resample
from losscli.stats.resample import Poisson, flipped, resampled

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize("rows", [7, resample.FEW, resample.FEW + 1, 1000])
def test_counts_are_multinomial(rows):
    some = np.eye(rows)[:, :5]
    found = resampled(np.column_stack([some, np.ones(rows)]), 40_000, 3)
    assert (found[:, 5] == rows).all()  # each resample has as many rows
    chances = [comb(rows, k) * (rows - 1) ** (rows - k) / rows**rows for k in range(6)]
    for column in found[:, :5].T:
        seen = np.bincount(column.astype(int), minlength=6)[:6]
        assert (abs(seen - 40_000 * np.array(chances)) < 5 * np.sqrt(40_000 * np.array(chances)) + 5).all()
    together = np.corrcoef(found[:, 0], found[:, 1])[0, 1]
    assert abs(together + 1 / (rows - 1)) < 0.025


def test_poisson_numbers():
    stream = np.random.SFC64(1)
    found = Poisson(0.9).draw(1_000_001, stream.random_raw)
    assert len(found) == 1_000_001
    chance = np.exp(-0.9)
    for k in range(9):
        assert abs((found == k).sum() - 1e6 * chance) < 5 * np.sqrt(1e6 * chance) + 1
        chance *= 0.9 / (k + 1)


def test_resamples_of_resamples_never_lack(monkeypatch):
    monkeypatch.setattr(resample, "MARGIN", 0.2)  # so that many have too many rows, and are drawn anew
    found = resampled(np.ones((500, 1)), 2000, 0)
    assert (found == 500).all()


@pytest.mark.parametrize("draw", [resampled, flipped])
def test_no_bit_depends_on_how_it_is_drawn(draw):
    columns = RANDOM.standard_t(2, size=(5000, 2))
    whole = draw(columns.copy(), 300, 7)
    assert (draw(columns.copy(), 200, 7)[:192] == whole[:192]).all()  # of blocks of 64
    assert (draw(columns[:, 1:].copy(), 300, 7) == whole[:, 1:]).all()
    assert (draw(columns.copy(), 300, 8) != whole).all()


def test_sums_are_exact_whatever_the_order():
    columns = np.exp(RANDOM.normal(size=(3000, 1)) * 5)
    grid, scale = resample._on_grid(columns)
    order = RANDOM.permutation(3000)
    counts = RANDOM.poisson(1, 3000).astype(float)
    assert (counts @ grid == counts[order] @ grid[order]).all()
    assert abs(grid * scale - columns).max() <= columns.max() * 2.0**-40


def test_signs():
    x = RANDOM.normal(size=(2000, 1))
    found = flipped(x, 20_000, 0)[:, 0]
    size = np.sqrt((x**2).sum())
    assert abs(found.mean()) < 4 * size / np.sqrt(20_000)
    assert abs(found.std() / size - 1) < 0.03
    few = np.array([[1.0], [2.0], [4.0]])
    assert sorted(flipped(few, 8, 0)[:, 0].tolist()) == [-7, -5, -3, -1, 1, 3, 5, 7]  # all there are
    assert len(flipped(few, 7, 0)) == 7


def test_huge_tiny_and_zero_numbers():
    columns = np.array([[1e308, 5e-324, 0.0], [1e308, 0.0, 0.0], [-1e308, 5e-324, 0.0]])
    found = flipped(columns, 8, 0)
    assert np.isfinite(found[:, 1]).all()
    assert (found[:, 2] == 0).all()
    assert set(found[:, 0].tolist()) <= {1e308, -1e308, np.inf, -np.inf}


@pytest.mark.sweep
def test_ten_thousand_resamples_of_a_hundred_thousand_rows():
    columns = RANDOM.lognormal(size=(100_000, 2))
    tracemalloc.start()
    start = time.process_time()
    resampled(columns, 10_000, 0)
    flipped(columns, 10_000, 0)
    took, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 12
    assert peak < 30e6
