"""Axes: round numbers on exact cells, in as few characters as say them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.plot.numerals import labels
from losscli.plot.ticks import apart, level, upright

ends = (st.floats(-1e9, 1e9) | st.floats(-1, 1) | st.integers(-20, 20)).map(lambda x: round(float(x), 9))


def cheapest(*of, **options):
    return min(upright(*of, **options).values(), key=lambda choice: choice.cost).axis()


@pytest.mark.parametrize(
    ("low", "high", "rows", "ticks"),
    [
        (0, 9, 15, "9 6 3 0"),
        (0, 5, 15, "5 4 3 2 1 0"),
        (-1, 1, 8, "1 0 -1"),
        (0, 1, 15, "1 0.8 0.6 0.4 0.2 0"),
        (0, 2.5e-7, 15, "2.5e-7 2e-7 1.5e-7 1e-7 5e-8 0"),
        (1e6, 3e6, 8, "3e6 2e6 1e6"),
        (0, 0, 8, "1 0.5 0"),
        (5, 5, 8, "10 5 0"),
    ],
)
def test_upright(low, high, rows, ticks):
    assert " ".join(tick.label for tick in cheapest(low, high, rows).ticks) == ticks


@pytest.mark.parametrize(
    ("low", "high", "columns", "ticks"),
    [
        (-3, 3, 64, "-3 -2 -1 0 1 2 3"),
        (0, 1, 64, "0 0.2 0.4 0.6 0.8 1"),
        (-3, 3, 23, "-3 0 3"),
        (0, 100, 64, "0 20 40 60 80 100"),
        (-2.7, 3.1, 64, "-2 -1 0 1 2 3"),
    ],
)
def test_level(low, high, columns, ticks):
    assert " ".join(tick.label for tick in level(low, high, columns).ticks) == ticks


@pytest.mark.parametrize(
    ("numbers", "power", "words"),
    [
        ([0, 5, 10, 15], -1, "0 0.5 1 1.5"),
        ([0, 25, 50, 75, 100], -2, "0 0.25 0.50 0.75 1"),
        ([-1, 0, 1], 0, "-1 0 1"),
        ([-5, 0, 5], -1, "-0.5 0 0.5"),
        ([0, 1, 2], -6, "0 1e-6 2e-6"),
        ([1, 2], -4, "0.0001 0.0002"),
        ([100000], 0, "100000"),
        ([10000001, 10000002], 0, "1.0000001e7 1.0000002e7"),
    ],
)
def test_labels(numbers, power, words):
    assert " ".join(labels(numbers, power)) == words


@given(ends, ends, st.integers(2, 75), st.booleans())
def test_an_upright_axis_covers_its_range_with_ticks_on_rows(low, high, rows, exact):
    low, high = sorted((low, high))
    for used, choice in upright(low, high, rows, exact=exact).items():
        axis = choice.axis()
        slack = (1e-6 if exact else 0.4 + 1e-6) * (axis.high - axis.low) / used
        assert axis.cells == used <= rows
        assert axis.low <= low + slack
        assert high - slack <= axis.high
        for tick in axis.ticks:
            at = (axis.high - tick.value) / (axis.high - axis.low) * axis.cells
            assert at == pytest.approx(tick.cell, abs=1e-6)
            assert float(tick.label) == tick.value
        assert len({tick.label for tick in axis.ticks}) == len(axis.ticks)


@given(ends, ends, st.integers(5, 300))
def test_a_level_axis_keeps_its_range_and_its_labels_apart(low, high, columns):
    low, high = sorted((low, high))
    axis = level(low, high, columns)
    assert axis.cells % 2 == 0
    assert axis.cells < columns
    assert axis.low <= low <= high <= axis.high
    assert apart(axis.ticks)
    for tick in axis.ticks:
        at = (tick.value - axis.low) / (axis.high - axis.low) * axis.cells
        assert at == pytest.approx(tick.cell, abs=0.5 + 1e-6)
        assert float(tick.label) == tick.value


@given(st.integers(30, 300), st.sampled_from([(-3.0, 3.0), (0.0, 1.0), (-5.0, 5.0), (0.0, 2.0)]))
def test_usual_ranges_have_their_ticks_exactly_on_columns(columns, ends):
    axis = level(*ends, columns)
    exact = np.array([(tick.value - ends[0]) / (ends[1] - ends[0]) * axis.cells for tick in axis.ticks])
    assert np.allclose(exact, [tick.cell for tick in axis.ticks])
    assert len(axis.ticks) >= 2
