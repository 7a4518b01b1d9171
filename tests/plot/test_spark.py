"""A histogram in eight characters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.plot.spark import spark, steps


def drawn(numbers, **how):
    values, rows = np.unique(np.array(numbers, float), return_counts=True)
    rows = rows.astype(float)
    return spark(values, rows, steps(values, rows), **how)


def test_known_shapes():
    assert drawn(np.arange(80)) == "████████"
    assert drawn([0, 1, 1, 1, 7]) == "▃█     ▃"
    assert drawn([0, 1, 1, 1, 7], plain=True) == ":#     :"
    assert drawn([3, 3, 3]) == "█"
    assert drawn([0, 0, 1]) == "█      ▄"
    assert drawn([]) == drawn([np.inf]) == ""


def test_a_heavy_tail_is_seen_by_its_logarithm():
    bars = drawn(np.exp(3 * np.random.default_rng(0).normal(size=5000)))
    assert len(bars) == 8
    assert bars.index("█") in (2, 3, 4)
    assert drawn([0] * 50 + [1e-3, 1e-2, 0.1, 1, 1, 1, 1, 1, 100, 1e4])[0] == "█"


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.booleans())
def test_any_numbers(numbers, plain):
    bars = drawn(numbers, plain=plain)
    assert len(bars) <= 8
    assert bars.isascii() or not plain
    assert (bars == "") == (not np.isfinite(numbers).any())
    assert bars == bars.strip()


@pytest.mark.parametrize("count", [1, 100, 10_000])
def test_few_rows_beside_many_are_seen(count):
    assert drawn([0.5] * count * 100 + [1.0])[-1] in "▁▂▃▄▅▆▇█"
