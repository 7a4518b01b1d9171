"""Sums of groups are those of each group alone, to the last bit."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.stats.exact import ExactSum
from losscli.stats.grouped import GroupSums

ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.floats(), st.floats(min_value=0, allow_nan=False, allow_infinity=False)),
    min_size=1,
)


@given(ROWS, st.booleans(), st.data())
def test_any_numbers_any_split(rows, weighted, data):
    groups = np.array([row[0] for row in rows])
    x, weight = (np.array([row[at] for row in rows]) for at in (1, 2))
    given_ = weight if weighted else None
    cut = data.draw(st.integers(0, len(rows)))
    whole, other = GroupSums(), GroupSums()
    for one, part in ((whole, slice(cut)), (other, slice(cut, None))):
        one.update(groups[part], x[part], None if given_ is None else given_[part])
    whole.merge(other)
    for group in range(5):
        here = groups == group
        alone = ExactSum()
        alone.update(x[here], None if given_ is None else given_[here])
        assert whole.counts(5)[group] == here.sum()
        np.testing.assert_equal(whole.sums(5)[group], alone.sum)
        np.testing.assert_equal(whole.means(5)[group], alone.mean)


def test_several_numbers_a_row():
    sums = GroupSums()
    sums.update(np.array([1, 0]), np.array([[1.0, 2.0], [3.0, 5.0]]))
    assert (sums.counts(3), sums.means(3)[:2]) == ([2, 2, 0], [4, 1.5])


@pytest.mark.parametrize("rows", [8192])
def test_a_million_groups_cost_what_ten_do(rows):
    spent = {}
    for count in (10, 1_000_000):
        sums, rng = GroupSums(), np.random.default_rng(0)
        sums.update(np.array([count - 1]), np.ones(1))
        start = time.process_time()
        for _ in range(100):
            sums.update(rng.integers(0, count, rows), rng.random(rows))
        spent[count] = time.process_time() - start
    assert spent[1_000_000] < 20 * spent[10]
