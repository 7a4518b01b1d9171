"""The engine and the small reader: the same rows bit for bit, and the same refusals."""

from __future__ import annotations

import io
import os
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from losscli.data import large, pieces, source, stream
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))
CLASSES = (Role("pred", ("p",), "vector"), Role("target", ("y",), "class", "pred"))

CELLS = [
    "1", "2.5", "-0.1", "1e400", "-1e-400", "0.1000000000000000055511151231257827", "9007199254740993", "1_000", "_1", "+-1", "+1",
    "1e+5", "NaN(1)", "nan", "NA", " NA", "", " ", "inf", "-Infinity", '""', '"1"', '" 1"', ' "1"', '"1" ', '"1\n"', '"a,b"', "a", "b",
    'a"b', '"a""b"', '"', "é", "0x10", "1,5", "12345678901234567890123", ".5", "5.", "1e5_0", "٣", "\x0b1", "true", "1d", "#1", "\r",
]  # fmt: skip


def outcome(form, file, engine, ident="id", **how):
    try:
        reading = read([form], file, ident=ident, options=Options(engine=engine, **how))
        batches = list(reading.batches())
    except LosscliError as error:
        return type(error), str(error)
    return (
        {role: np.concatenate([b.columns[role] for b in batches]).tobytes() for role in batches[0].columns},
        [row for b in batches for row in b.rows.tolist()],
        [line for b in batches for line in b.lines.tolist()],
        [text for b in batches for text in b.ids],
        reading.dropped,
    )


def same(form, text, size=1 << 16, **how):
    Path("t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    for ident in "id", "":  # without texts a file is read at one go
        with patch.object(pieces, "PIECE", size), patch.object(stream, "STEP", size):
            large_one = outcome(form, "t.csv", "large", ident, **how)
        assert large_one == outcome(form, "t.csv", "small", ident, **how)


cell = st.sampled_from(CELLS) | st.floats().map(repr) | st.text(max_size=4)
rows = st.lists(
    st.lists(cell, min_size=3, max_size=3).map(",".join) | st.sampled_from(["", " ", "1,2", "1,2,3,4"]),
    max_size=12,
)
clean = st.lists(
    st.tuples(st.floats().map(repr), st.sampled_from(["0", "1", "a b", '"q, ""r"""'])).map(
        lambda x: f"{x[1]},{x[0]},{x[0]}"
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(
    rows | clean,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([24, 57, 200, 1 << 16]),
    st.sampled_from(["error", "drop", "nan"]),
    st.sampled_from([(), ("a",), ("-999", "1")]),
)
@example(["a,-999,1.0", "b,2,3", "1,1, 1"], "\n", 24, "drop", ("-999", "1"))
@example(["a,1,2,", "b,3,4,"], "\n", 200, "error", ())
@example(['"a",1,2', "b,3,4,NA"], "\n", 200, "error", ())
@example(["a,1,2", "b,3", "c,4,5"], "\n", 24, "error", ())
@example(["a,1,2", "", "c,x,5"], "\n", 24, "error", ())
@example(['"a', 'b",1,2', "c,4,5", "d,6,7"], "\n", 24, "drop", ())
@example(['a"b,1,2', '"a', 'b",1,2', "c,4,5", "d,6,7"], "\n", 24, "drop", ())
@example(["a,2,3,4", 'a,1,"1" '], "\n", 24, "error", ())
@example(["a,1,1_000", "b,2,3"], "\n", 24, "drop", ())
def test_the_same_rows_or_the_same_words(tmp_path_factory, rows, end, size, missing, na):
    os.chdir(tmp_path_factory.getbasetemp())
    same(PAIR, end.join(["id,p,y", *rows]), size, missing=missing, na=na)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cat", "dog", "None", "", "NA", "bird", '"cat"', " dog"]), st.floats(0, 1)
        ),
        max_size=30,
    ),
    st.sampled_from(["error", "drop"]),
    st.sampled_from(["dog", "None"]),
)
def test_classes(tmp_path_factory, rows, missing, other):
    os.chdir(tmp_path_factory.getbasetemp())
    text = f"id,p_cat,p_{other},y\n" + "".join(
        f"{at},{p!r},{1 - p!r},{y}\n" for at, (y, p) in enumerate(rows)
    )
    same(CLASSES, text, 200, missing=missing)


@pytest.mark.parametrize(
    "text",
    [
        "id,p,y\n",
        "id,p,y",
        "\n\nid,p,y\n1,2,3\n",
        "\ufeffid,p,y\n1,2,3\n",
        b"id,p,y\n1,2,3\n\xff,2,3\n",
        b"id,p,y\n1,2,3\nx\0,2,3\n",
        "id,p,y\n" + "1,2,3\n" * 50 + '"1,2,3\n' + "1,2,3\n" * 50,
        "id,p,y\n" + "1,2,3\n" * 50 + '"a\nb",2,3\n' + "1,2,x\n" * 50,
        "id,p,y\n" + "1,2,3\n" * 50 + "1;2;3\n" * 50,
        "id,p,y\n" + "1,2,3\n" * 50 + "1,2,3,\n" * 50,
        "id,p,y\n" + "1,2,3\n" * 50 + "1,2,3,\n1,2\n" * 50,
        "id,p,y\n" + "1,2,3\n" * 50 + "a" * 400 + ",2,3\n" + "1,2,3\n" * 50 + "1,2,x\n",
        "id,p,y\n" + "1,2,3\n" * 50 + "1,2,3\r" * 50,
        "id,p,y,p\n1,2,3,4\n",
        "id p  y\n" + "1  2 3\n" * 50 + " 1 2 3\n1 2 3\n" * 50 + "1 2 x\n",
    ],
)
@pytest.mark.parametrize("size", [24, 100, 1 << 16])
def test_files_of_all_kinds(tmp_path, monkeypatch, text, size):
    monkeypatch.chdir(tmp_path)
    same(PAIR, text, size)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(cell.map(lambda x: x.replace(".", ",") if "e" not in x else x), min_size=3, max_size=3).map(
            ";".join
        ),
        max_size=12,
    ),
    st.sampled_from(["error", "drop"]),
)
@example(["a;1,5;-2,25", "b;1_0,5;1e3", "c;1.5;2"], "drop")
def test_decimal_commas(tmp_path_factory, rows, missing):
    os.chdir(tmp_path_factory.getbasetemp())
    same(PAIR, "\n".join(["id;p;y", *rows]), 57, decimal=",", missing=missing)
    same(PAIR, "\n".join(["id,p,y", *('a,"' + row.replace(";", '","') + '"' for row in rows)]), decimal=",")


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "ascii"]
)
@pytest.mark.parametrize("size", [24, 1 << 16])
def test_encodings(tmp_path, monkeypatch, encoding, size):
    monkeypatch.chdir(tmp_path)
    text = (
        "\ufeff" * encoding.endswith("e")
        + "id,p,y\n"
        + "é,1,2\n".encode("ascii" if encoding == "ascii" else "utf-8", "ignore").decode() * 60
    )
    if encoding == "shift_jis":
        text = text.replace("é", "日本")
    data = (text + "x,1,oops\n").encode(encoding)
    same(PAIR, text.encode(encoding), size, encoding=encoding)
    same(PAIR, data, size, encoding=encoding)
    same(PAIR, data + b"\xff", size, encoding=encoding)
    same(PAIR, data, size, encoding="utf-8-sig")


def test_the_last_of_many_rows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "id,p,y\n" + "1,0.25,3\n" * 100_000
    same(PAIR, text, 1 << 14)
    same(PAIR, text, 1 << 22)
    same(PAIR, text + "x,1,n/a\n", 1 << 14)
    same(PAIR, text + "x,1,\n", 1 << 22)


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_do_not_show(tmp_path, monkeypatch, threads):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"a{at},{at / 7!r},{'' if at % 997 == 5 else at / 3!r}\n" for at in range(20_000))
    same(PAIR, f"id,p,y\n{rows}", 1 << 12, missing="drop", threads=threads)


def test_clean_text_never_reaches_the_small_reader(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(large.Delimited, "going_on", None)
    monkeypatch.setattr(pieces, "PIECE", 1 << 12)
    (tmp_path / "t.csv").write_text(
        "id,p,y\n" + 'é_1,2.5,NA\n"a, b",-inf,+1e+300\r\n'.replace("\r", "") * 1000
    )
    found = outcome(PAIR, "t.csv", "large", missing="drop")
    assert len(found[1]) == 1000
    assert found[4] == 1000
    (tmp_path / "t.csv").write_text("id;p;y\n" + "é;2,5;-999\nb;1,5;-1\n" * 1000, encoding="cp1252")
    found = outcome(PAIR, "t.csv", "large", missing="drop", na=("-999",), decimal=",", encoding="cp1252")
    assert (len(found[1]), found[4]) == (1000, 1000)


def test_a_pipe_and_a_packed_file_that_are_large(tmp_path, monkeypatch):
    import gzip

    rows = "".join(f"{at},{at / 7!r},{at / 3!r}\n" for at in range(20_000))
    text = f"id,p,y\n{rows}".encode()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(source, "LARGE", 1 << 16)
    monkeypatch.setattr(source, "BLOCK", 1 << 12)
    monkeypatch.setattr(pieces, "PIECE", 1 << 15)
    used = []
    monkeypatch.setattr(
        large.Large, "__init__", lambda *a, old=large.Large.__init__: used.append(1) or old(*a)
    )
    (tmp_path / "t.csv").write_bytes(text)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(text))
    plain = outcome(PAIR, "t.csv", "auto")
    assert outcome(PAIR, "t.csv.gz", "auto") == plain == outcome(PAIR, "t.csv", "small")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert outcome(PAIR, "-", "auto") == plain
    assert len(used) == 3


def test_no_file_is_left_open(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pieces, "PIECE", 1 << 10)
    (tmp_path / "t.csv").write_text("id,p,y\n" + "1,2,3\n" * 5000 + "1,x,3\n" + "1,2,3\n" * 5000)
    before = set(Path("/dev/fd").iterdir())
    assert outcome(PAIR, "t.csv", "large")[0] is not None
    reading = read([PAIR], "t.csv", options=Options(engine="large"))
    next(iter(reading.batches()))
    del reading
    assert len(set(Path("/dev/fd").iterdir()) - before) <= 1
