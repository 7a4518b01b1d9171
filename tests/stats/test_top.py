"""The rows that cost most: the same whatever way the rows are split."""

import numpy as np
import pytest

from losscli.stats.exact import ExactSum
from losscli.stats.top import Costly, Top


def of(losses, parts=1, most=4, backwards=False):
    losses, rows = np.asarray(losses, float), np.arange(1, len(losses) + 1)
    cut = [
        np.array_split(x, parts)[:: -1 if backwards else 1] for x in (losses, rows, rows + 1)
    ]  # fmt: skip
    top = Top(most)
    for each in zip(*cut, strict=True):
        top.update(*each)
    return top


def truth(losses, most=4):
    order = sorted(range(len(losses)), key=lambda at: (-losses[at], at))
    return [Costly(losses[at], at + 1, at + 2) for at in order if losses[at] == losses[at]][:most]


LOSSES = {
    "few": [1.0, 3.0],
    "ties": [2.0, 0.0, 2.0, 2.0, 5.0, 2.0, 2.0, 0.0] * 20,
    "all the same": [1.0] * 90,
    "nan and inf": [float("nan"), 1.0, float("inf"), 2.0, float("nan"), float("inf")] * 9,
    "below 0": [-3.0, -1.0, -2.0, -1.0, -7.0, -1.5] * 9,
    "random": np.random.default_rng(6).standard_exponential(500).tolist(),
}


@pytest.mark.parametrize("losses", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("parts", [1, 2, 7])
@pytest.mark.parametrize("backwards", [False, True])
def test_largest_first_and_of_equals_the_first_row(losses, parts, backwards):
    assert of(losses, parts, backwards=backwards).result() == truth(losses)


def test_parts_merge():
    left, right = Top(3), Top(3)
    left.update(np.array([1.0, 9.0]), np.array([5, 6]), np.array([5, 6]))
    right.update(np.array([9.0, 0.5, 2.0]), np.array([1, 2, 3]), np.array([1, 2, 3]))
    left.merge(right)
    assert [(each.loss, each.row) for each in left.result()] == [(9, 1), (9, 6), (2, 3)]


def test_share():
    losses = [1.0, 1.0, 6.0, 2.0]
    total = ExactSum()
    total.update(np.array(losses))
    top = of(losses)
    assert [top.share(total, count) for count in (0, 1, 2, 4)] == [0, 0.6, 0.8, 1]
    total.update(np.array([np.inf]))
    assert np.isnan(top.share(total, 1))
    assert np.isnan(top.share(ExactSum(), 1))
