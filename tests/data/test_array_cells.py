"""Columns that come as arrays mean what the same cells mean one by one."""

from __future__ import annotations

import numpy as np
import pytest

from losscli.data.batch import Options
from losscli.data.cells import Binder, Notation, plain
from losscli.data.names import Names, Sequences

WHOLE = np.array([1, 2**53 + 1, -999, 0])
BROKEN = np.array([0.1, np.nan, -999.0, np.inf], np.float32)


@pytest.mark.parametrize("cells", [WHOLE, BROKEN, BROKEN[::-1], WHOLE.astype(">i4"), WHOLE.astype(np.uint64)])
@pytest.mark.parametrize("na", [(), ("-999",), ("-999", "inf", "x"), ("-999.0",)])
def test_an_array_is_its_cells(cells, na):
    notation = Notation(Options(na=na))
    for reader in notation.numbers, Names(notation).indices, Sequences(notation).indices:
        one, two = reader(cells), reader(plain(cells))
        np.testing.assert_array_equal(one[0], two[0])
        assert one[1] == two[1]
    assert notation.numbers(cells)[0].dtype == np.float64


def test_classes_of_an_array():
    notation = Notation(Options(na=("7",)))
    for cells in np.array([2, 0, 3, 7, 2]), np.array([2.0, 0, 0.5, np.nan, 2]):
        one, two = (Binder(["0", "2"], notation).indices(each) for each in (cells, plain(cells)))
        np.testing.assert_array_equal(one[0], two[0])
        assert one[1] == two[1]
    assert one[1] == [2]


def test_lists_of_an_array():
    notation = Notation(Options(na=("3",)))
    cells = np.array([[1, 2], [3, 4]])
    np.testing.assert_array_equal(notation.vectors(cells, 2)[0], notation.vectors(plain(cells), 2)[0])


def test_whole_numbers_keep_all_their_digits_as_ids():
    assert [cell.text for cell in plain(WHOLE)[:2]] == ["1", "9007199254740993"]
    assert [cell.text for cell in plain(np.array([1.0, 0.5]))] == ["1", "0.5"]
