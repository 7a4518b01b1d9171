"""Columns that are aligned with blanks: the same rows by the engine and by the small reader, or the same words."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.data import large, pieces
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))


def outcome(engine):
    try:
        reading = read([PAIR], "t.txt", ident="id", options=Options(engine=engine, delimiter="space"))
        found = list(reading.batches())
    except LosscliError as error:
        return str(error)
    return [
        row
        for b in found
        for row in zip(
            b.ids, b.columns["pred"].tolist(), b.columns["target"].tolist(), b.lines.tolist(), strict=True
        )
    ]


gap = st.integers(1, 4).map(" ".__mul__)
cell = st.sampled_from(["1", "2.5", "-3e4", '"1"', '"a b"', "é", "x,y", "1_0", '"', "\t"])
row = st.tuples(
    st.just("") | gap, cell, gap, st.sampled_from(["1", "2.5"]), gap, cell, st.just("") | gap
).map("".join)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(row | st.sampled_from(["", "  ", "1 2", "1 2 3 4"]), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([24, 1 << 16]),
)
def test_the_same_rows_or_the_same_words(tmp_path_factory, rows, end, size):
    os.chdir(tmp_path_factory.getbasetemp())
    Path("t.txt").write_text(end.join(["  id  p y ", *rows]), newline="")
    with patch.object(pieces, "PIECE", size):
        assert outcome("large") == outcome("small")


def test_the_engine_reads_them(put, monkeypatch):
    monkeypatch.setattr(large.Delimited, "going_on", None)
    put(
        "t.txt", "   id      p     y  \n" + "".join(f"{at:>5}  {at / 8:8.3f}  {-at}  \n" for at in range(999))
    )
    assert outcome("large") == [(str(at), at / 8, -at, at + 2) for at in range(999)]


@pytest.mark.parametrize("engine", ["small", "large"])
@pytest.mark.parametrize("bad", [" a  1   oops ", '"a b" 1   oops', "'a'  1   oops"])
def test_the_cell_is_shown_where_it_is(put, engine, bad):
    put("t.txt", f" id  p y\n{bad}\n")
    assert outcome(engine).splitlines()[1:3] == [
        f"  2 | {bad.rstrip()}",
        " " * (6 + bad.index("oops")) + "^^^^",
    ]
