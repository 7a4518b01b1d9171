"""A large array of JSON records is read as it comes: the same rows, and the same words where it is no JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from losscli.data import converted, document, pieces
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))


def outcome(file, engine, **how):
    try:
        batches = list(read([PAIR], file, options=Options(engine=engine, missing="drop"), **how).batches())
    except LosscliError as error:
        return type(error), str(error)
    return [
        [
            *zip(
                batch.columns["pred"].tolist(),
                batch.columns["target"].tolist(),
                batch.rows,
                batch.lines,
                batch.ids,
                strict=True,
            )
        ]
        for batch in batches
    ]


def flat(found):
    return [row for rows in found for row in rows] if isinstance(found, list) else found


def same(text, size=1 << 16, step=1 << 18):
    Path("t.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with patch.object(pieces, "PIECE", size), patch.object(converted, "STEP", step):
        large = flat(outcome("t.json", "large", ident="id"))
    assert large == flat(outcome("t.json", "small", ident="id"))
    return large


number = st.sampled_from(["1", "2.5", "-0", "null", '"3"', '"x"', "1e400", "[1]", '"\\\\"'])
text = st.sampled_from(["a", "],[", "},{", '"', "\\", "\\\\", "é", "\n", "[", "{", ","]) | st.text(max_size=4)
record = st.tuples(text.map(json.dumps), number, number).map(
    '{{"id": {0[0]}, "p": {0[1]},\n "y":{0[2]} }}'.format
)
blank = st.sampled_from(["", " ", "\n", "\r\n\t"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(record | st.sampled_from(['{"id":1,"p":2,"y":3}']), min_size=1, max_size=8),
    blank,
    st.sampled_from([1, 7, 64, 1 << 18]),
    st.sampled_from([90, 1 << 16]),
    st.none()
    | st.tuples(st.integers(0, 400), st.sampled_from(["", "[", "]", "}", '"', "\\", ",", "x", "\n", "1"])),
)
@example(['{"id":"a\\\\","p":1,"y":2}'] * 3, " ", 1, 90, None)
def test_the_same_rows_or_the_same_words(tmp_path_factory, records, space, step, size, damage):
    os.chdir(tmp_path_factory.getbasetemp())
    whole = space + "[" + space + f"{space},{space}".join(records) + space + "]" + space
    if damage:
        at = damage[0] % len(whole)
        whole = whole[:at] + damage[1] + whole[at + 1 :]
    if whole.lstrip().startswith("[") and whole.rstrip():
        same(whole, size, step)


@pytest.mark.parametrize(
    "text",
    [
        '[{"id":1,"p":1,"y":2},]', '[{"id":1,"p":1,"y":2}] x', '[{"id":1,"p":1,"y":2}', '[{"id":1,"p":1,"y":2}]]',
        '[{"id":1,"p":1,"y":2},7]', "[[1,2],[3,4]]", "[]", "[ ]\n", '[{"id":1,"p":1,"p":2,"y":2}]', "[" * 5000,
        b'[{"id":"\xff","p":1,"y":2}]', '[{"id":1,"p":1,"y":2},{"id":"a\nb","p":1,"y":2}]', "[1,", '["',
        '[{"id":1,"p":1,"y":2}}', '[{"id":1,"p":1,"y":2},,{"id":1,"p":1,"y":2}]', '\ufeff[{"id":1,"p":1,"y":2}]',
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [3, 1 << 18])
def test_arrays_of_all_kinds(tmp_path, monkeypatch, text, step):
    monkeypatch.chdir(tmp_path)
    same(text, step=step)


def test_it_is_never_read_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(document, "document", None)
    monkeypatch.setattr(pieces, "PIECE", 1 << 14)
    Path("t.json").write_text(json.dumps([{"id": f"a{at}", "p": at / 7, "y": at / 3} for at in range(5000)]))
    rows = flat(outcome("t.json", "large", ident="id"))
    assert [row[:2] for row in rows] == [(at / 7, at / 3) for at in range(5000)]
    assert [row[3:] for row in rows] == [(at + 1, f"a{at}") for at in range(5000)]
