"""A large JSON object is read as it comes: records within it, or its arrays; the same rows, and the same words."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from losscli.data import converted, pieces, skim, skimmed, unwrapped
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))
CLASSES = (Role("pred", ("p",), "vector"), Role("target", ("y",), "class", "pred"))


def outcome(file, engine, form=PAIR, ident="id", **how):
    options = Options(engine=engine, **{"missing": "drop", **how})
    try:
        batches = list(read([form], file, options=options, ident=ident).batches())
    except LosscliError as error:
        return type(error), str(error)
    roles = list(batches[0].columns) if batches else []
    return [
        row
        for b in batches
        for row in zip(
            *(b.columns[role].tolist() for role in roles), b.rows, b.lines, b.ids or b.rows, strict=True
        )
    ]


def same(text, size=1 << 16, step=1 << 18, **how):
    data = text if isinstance(text, bytes) else text.encode()
    Path("t.json").write_bytes(data)
    with (
        patch.object(pieces, "PIECE", size),
        patch.object(converted, "STEP", step),
        patch.object(skim, "STEP", step),
        patch.object(skimmed, "STEP", step),
    ):
        large = outcome("t.json", "large", **how)
        with patch("sys.stdin", io.TextIOWrapper(io.BytesIO(data))):
            piped = outcome("-", "large", **how)
    small = outcome("t.json", "small", **how)
    if "not JSON" in str(small) and "JSON" not in str(large):  # of two mistakes the other one
        assert issubclass(large[0], LosscliError)
        return large
    assert large == small
    if data.startswith(b"[") and "not JSON" in str(piped):  # a pipe is not kept to say more
        assert "not JSON" in str(large)
    elif isinstance(large, tuple):
        words = str(piped[1]).replace("standard input", "t.json").splitlines()[0]
        assert words.replace(": byte", ":1: byte") == large[1].splitlines()[0]
    else:
        assert piped == large
    return large


number = st.sampled_from(
    ["1", "2.5", "-0", "null", '"3"', '"x"', "1e400", "[1]", "true", "12345678901234567890"]
)
text = st.sampled_from(["a", "],[", "},{", '"', "\\", "\\\\", "é", "\n", "[", "{", ",", "1e2"]) | st.text(
    max_size=4
)
blank = st.sampled_from(["", " ", "\n", "\r\n\t"])
other = st.sampled_from(
    ['"v": 1', '"v": {"p": 3}', '"w": [1, [2, "]"]]', '"e": []', '"o": [{}, 5]', '"n": {"a": [{"p": 1}]}']
)
cut = st.none() | st.tuples(
    st.integers(0, 400), st.sampled_from(["", "[", "]", "}", '"', "\\", ",", "x", "\n", "1"])
)
sizes = st.sampled_from([1, 7, 64, 1 << 18]), st.sampled_from([90, 1 << 16])


def damaged(whole, damage):
    if not damage:
        return whole
    at = damage[0] % len(whole)
    return whole[:at] + damage[1] + whole[at + 1 :]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(text.map(json.dumps), number, number), max_size=8),
    st.lists(other, max_size=2, unique=True),
    blank,
    *sizes,
    cut,
)
@example([('"a\\\\"', "1", "2")] * 3, [], "", 1, 90, None)
@example([('"a"', "1", "[2]")] * 2, ['"o": [{}, 5]'], "", 1, 90, None)
def test_arrays_side_by_side(tmp_path_factory, rows, others, space, step, size, damage):
    os.chdir(tmp_path_factory.getbasetemp())
    columns = [
        f'"{name}":{space}[{f"{space},".join(row[at] for row in rows)}]'
        for at, name in enumerate(("id", "p", "y"))
    ]
    whole = damaged("{" + f",{space}".join([*columns, *([] if damage else others)]) + f"}}{space}", damage)
    same(whole, size, step, format="json")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(text.map(json.dumps), number, number), max_size=6),
    st.lists(other, max_size=2, unique=True),
    st.sampled_from(["rows", "rows.a", "x.rows", ""]),
    *sizes,
    cut,
)
def test_records_further_in(tmp_path_factory, rows, others, path, step, size, damage):
    os.chdir(tmp_path_factory.getbasetemp())
    records = "[" + ",\n".join('{{"id": {}, "p": {},\n "y":{} }}'.format(*row) for row in rows) + "]"
    inner = f'"x": {{"k": "}}", "rows": {records}}}' if path == "x.rows" else f'"rows": {records}'
    whole = damaged("{" + ", ".join([inner, *([] if damage else others)]) + "}", damage)
    same(whole, size, step, records=path, format="json")


@pytest.mark.parametrize(
    "text",
    [
        "{}", "{", '{"p": [1], "y": [2], "p": [3]}', '{"p": [1, 2], "y": [2]}', '{"p": [], "y": []}', '{"p": 1, "y": 2}',
        '{"p": [1], "y": [2]} x', '{"p": [1], "y": [2]', '{"p": [1}, "y": [2]}', '{"p": [1,], "y": [2]}', '{"p": [1 2], "y": [2]}',
        '\ufeff{"p": [1], "y": [2]}', b'{"p": [1], "y": ["\xff"]}', '{"a": [{"p": 1, "y": 2}], "b": [{"p": 1, "y": 2}]}',
        '{"p": 1, "y": 2}\n{"p": 3, "y": 4}\n', '{\n"p": [1,2,3],\n"y": [1,\n2,null]\n}\n', '{"p": [01], "y": [2]}',
        '{"m": {"p": [1, 2], "y": [3, 4]}}', '{"p": [1, NaN], "y": [2, Infinity]}', '{"p": ["1", true], "y": [2, 3]}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [3, 1 << 18])
@pytest.mark.parametrize("missing", ["error", "drop"])
def test_objects_of_all_kinds(tmp_path, monkeypatch, text, step, missing):
    monkeypatch.chdir(tmp_path)
    same(text, step=step, ident="", missing=missing)


def test_vectors_and_classes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = {
        "p": [None] + [[at / 7, 1 - at / 7] for at in range(300)],
        "y": ["1"] + [at % 2 for at in range(300)],
    }
    assert len(same(json.dumps(made), 1 << 10, form=CLASSES, ident="")) == 300
    made["p"][200] = [1]
    assert same(json.dumps(made), 1 << 10, form=CLASSES, ident="")[1].startswith(
        "error: t.json: record 201: 'p' has 1 number"
    )


@pytest.mark.parametrize("name", ["arrays", "records", "rows"])
def test_it_is_never_read_whole(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(skimmed, "document", None)
    monkeypatch.setattr(unwrapped, "document", None)
    monkeypatch.setattr(pieces, "PIECE", 1 << 14)
    rows = [{"id": f"a{at}", "p": at / 7, "y": at / 3} for at in range(5000)]
    arrays = {key: [row[key] for row in rows] for key in rows[0]}
    made = {
        "arrays": arrays,
        "records": {"meta": [1, 2], "out": {"rows": rows}},
        "rows": {"v": 1, "rows": rows},
    }[name]
    Path("t.json").write_text(json.dumps(made))
    found = outcome("t.json", "large", records="out.rows" if name == "records" else "")
    assert found == [(row["p"], row["y"], at, at, row["id"]) for at, row in enumerate(rows, 1)]


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("", "it ends before its array of records does"),
        ("}]", "its brackets do not match"),
        (', {"p": 1, "y": x}]', 'record 201 is \'{"p": 1, "y": x}\''),
    ],
)
def test_what_is_wrong_in_a_pipe_of_records(put, end, says):
    text = "[" + ", ".join('{"p": 1, "y": 2}' for _ in range(200)) + end
    with (
        patch("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()))),
        patch.object(pieces, "PIECE", 1 << 9),
    ):
        assert outcome("-", "large", ident="")[1] == f"error: standard input: not JSON: {says}"
