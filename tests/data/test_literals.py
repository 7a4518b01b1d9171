"""Rows typed on the command line."""

from __future__ import annotations

import pytest

from losscli.data.batch import Chosen
from losscli.data.literals import literals
from losscli.errors import UsageError


def columns(text, form):
    (batch,) = literals(text, form).batches()
    assert batch.rows.tolist() == batch.lines.tolist() == list(range(1, len(batch.rows) + 1))
    return {name: array.tolist() for name, array in batch.columns.items()}


def test_prediction_and_target(pair):
    assert columns("2.5:3,0:-0.5, 1e3 : inf", pair) == {
        "pred": [2.5, 0.0, 1000.0],
        "target": [3.0, -0.5, float("inf")],
    }
    assert columns("1/2:3/4", pair) == {"pred": [[1.0, 2.0]], "target": [[3.0, 4.0]]}


def test_vectors_and_classes(classes):
    assert columns("40/0:0,1/2:1", classes) == {"pred": [[40.0, 0.0], [1.0, 2.0]], "target": [0.0, 1.0]}
    assert columns("0.2/0.8:0/1", classes) == {"pred": [[0.2, 0.8]], "target": [[0.0, 1.0]]}


def test_what_a_reading_says(pair):
    reading = literals("1:2,3:4", pair)
    assert (reading.name, reading.form, reading.rows, reading.dropped) == ("--values", 0, 0, 0)
    assert reading.chosen == {"pred": Chosen(("pred",)), "target": Chosen(("target",))}
    assert reading.place(2) == "--values, row 2"
    list(reading.batches())
    assert reading.rows == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "error: --values is empty\n  a row is pred:target"),
        ("1:2,3", "error: --values: '3' has 1 value, not 2\n  row 2 of 2; a row is pred:target"),
        ("1:2:3", "error: --values: '1:2:3' has 3 values, not 2\n  row 1 of 1; a row is pred:target"),
        ("1:x", "error: --values: 'x' is not a number\n  row 1 of 1; a row is pred:target"),
        ("1:2,nan:3", "error: --values: 'nan' is not a number\n  row 2 of 2; a row is pred:target"),
        ("1:1_0", "error: --values: '1_0' is not a number\n  row 1 of 1; a row is pred:target"),
        ("1:2,1/2:3", "error: --values: pred has 2 numbers in one row, 1 in another"),
    ],
)
def test_rows_that_cannot_be_read(pair, text, message):
    with pytest.raises(UsageError) as caught:
        literals(text, pair)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("40/0:2", "error: --values: '2' is not one of the classes 0, 1\n  row 1 of 1; a row is pred:target"),
        ("1:0", "error: --values: pred is a vector: several numbers with slashes, as in 0.2/0.8"),
        ("0.2/0.8:0/1/0", "error: --values: target has 3 numbers, pred has 2"),
    ],
)
def test_classes_that_cannot_be_read(classes, text, message):
    with pytest.raises(UsageError) as caught:
        literals(text, classes)
    assert str(caught.value) == message
