"""Blocks and threads: everything is done once, and what fails in a thread is the caller's."""

from threading import current_thread

import numpy as np
import pytest

from losscli import MAPE, blocks
from losscli.losses import catalogue

NUMBERS = [
    np.arange(4.0),
    np.array([]),
    np.zeros((0, 3)),
    np.full((3, 4), np.inf),
    np.linspace(-1, 1, 40_001),
]


@pytest.fixture
def threads(monkeypatch):
    monkeypatch.setattr(blocks, "threads", 4)


def test_every_block_is_computed_once_and_by_several_threads(threads):
    seen, names = [], set()

    def kernel(x):
        seen.append(x[0])
        names.add(current_thread().name)
        return (-x,)

    x = np.arange(float(1 << 20))
    (found,) = blocks.evaluate(kernel, [x], [x.shape])
    np.testing.assert_array_equal(found, -x)
    assert sorted(seen) == list(range(0, 1 << 20, blocks.BLOCK))
    assert len(names) > 1


def test_few_numbers_start_no_thread(threads, monkeypatch):
    monkeypatch.setattr(blocks, "Thread", None)
    x = np.zeros(blocks.MANY - 1)
    blocks.evaluate(lambda x: (x,), [x], [x.shape])


@pytest.mark.parametrize("line", [0, 500_000, (1 << 20) - 1])
def test_the_first_failure_is_the_callers(threads, line):
    def kernel(x):
        if x[0] <= line < x[0] + x.size:
            raise KeyError(line)
        return (x,)

    x = np.arange(float(1 << 20))
    with pytest.raises(KeyError, match=str(line)):
        blocks.evaluate(kernel, [x], [x.shape])


def test_a_value_outside_the_domain_is_told_by_its_row(threads):
    p = np.full(1 << 20, 0.5)
    p[[700_000, 900_000]] = 1.5
    with pytest.raises(ValueError, match=r"pred 1\.5 in row 700000") as caught:
        catalogue()["bce"]().value(p, np.zeros_like(p))
    assert list(np.flatnonzero(caught.value.rows)) == [700_000, 900_000]


def test_exact_arithmetic_in_several_threads(threads):
    n = 1 << 18
    y, t = np.full(n, 3.0), np.full(n, 2.0)
    y[::4000], t[::4000] = 1e308, -1e308  # the error is beyond the largest double: the formula answers
    np.testing.assert_array_equal(MAPE().value(y, t), np.where(np.arange(n) % 4000 == 0, 2.0, 0.5))


@pytest.mark.parametrize("x", NUMBERS)
def test_missing_values_are_seen(x):
    assert blocks.numbers([x])
    assert not np.isnan(blocks.squares(x))
    for at in range(0, x.size, max(1, x.size // 7)):
        y = x.copy()
        y.flat[at] = np.nan
        assert not blocks.numbers([x, y])
        assert np.isnan(blocks.squares(y))
    assert blocks.squares(x) == pytest.approx(float((x * x).sum()))
