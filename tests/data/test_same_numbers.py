"""Every format, every batch size: the same doubles, bit for bit."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.data.batch import Options, Role
from losscli.data.reader import read

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))
VECTOR = (Role("pred", ("p",), "vector"), Role("target", ("y",)))
doubles = st.floats(allow_nan=False)
tables = st.lists(st.tuples(doubles, doubles), min_size=1, max_size=40)


def bits(number):
    return struct.pack("<d", number)


def literal(number):
    """Write a double as JSON does, infinities as Python's json does."""
    return json.dumps(number)


def as_csv(rows):
    return "p,y\n" + "".join(f"{p!r},{y!r}\n" for p, y in rows)


def as_tsv(rows):
    return "y\tx\tp\r\n" + "".join(f"{y!r}\ta\t{p!r}\r\n" for p, y in rows)


def as_records(rows):
    return "[" + ",".join(f'{{"p": {literal(p)}, "y": {literal(y)}}}' for p, y in rows) + "]"


def as_lines(rows):
    return "\n".join(f'{{"y": {literal(y)}, "p": {literal(p)}}}' for p, y in rows)


def as_texts(rows):
    return json.dumps([{"p": repr(p), "y": repr(y)} for p, y in rows])


def as_arrays(rows):
    return json.dumps({"p": [p for p, _ in rows], "y": [y for _, y in rows]})


FORMATS = {
    "t.csv": as_csv,
    "t.tsv": as_tsv,
    "t.json": as_records,
    "t.jsonl": as_lines,
    "texts.json": as_texts,
    "arrays.json": as_arrays,
}


@given(tables, st.integers(1, 50))
def test_what_repr_writes_is_read_back_to_the_last_bit(tmp_path_factory, rows, batch_rows):
    folder = tmp_path_factory.mktemp("t")
    for name, write in FORMATS.items():
        path = folder / name
        path.write_bytes(write(rows).encode())
        found = []
        numbers = []
        for batch in read([PAIR], str(path), batch_rows=batch_rows).batches():
            assert len(batch.rows) <= batch_rows
            found += zip(batch.columns["pred"].tolist(), batch.columns["target"].tolist(), strict=True)
            numbers += batch.rows.tolist()
        assert [(bits(p), bits(y)) for p, y in found] == [(bits(p), bits(y)) for p, y in rows]
        assert numbers == list(range(1, len(rows) + 1))


@given(st.lists(st.tuples(doubles, doubles, doubles, doubles), min_size=1, max_size=20), st.integers(1, 9))
def test_a_vector_is_the_same_from_columns_and_from_lists(tmp_path_factory, rows, batch_rows):
    folder = tmp_path_factory.mktemp("t")
    written = {
        "v.csv": "y,p_2,p_0,p_1\n" + "".join(f"{y!r},{c!r},{a!r},{b!r}\n" for y, a, b, c in rows),
        "v.json": json.dumps([{"y": y, "p": [a, b, c]} for y, a, b, c in rows]),
        "v.jsonl": "\n".join(json.dumps({"y": y, "p": {"0": a, "1": b, "2": c}}) for y, a, b, c in rows),
    }
    for name, text in written.items():
        (folder / name).write_text(text)
        reading = read([VECTOR], str(folder / name), batch_rows=batch_rows)
        assert reading.chosen["pred"].labels == ("0", "1", "2")
        found = np.concatenate([batch.columns["pred"] for batch in reading.batches()])
        assert found.tobytes() == np.array([row[1:] for row in rows]).tobytes()


texts = st.text(st.sampled_from('ab ,;"\n\r\t1'), max_size=6)


@given(st.lists(st.tuples(texts, doubles), min_size=1, max_size=25), st.integers(1, 30))
def test_lines_and_rows_are_right_whatever_is_quoted(tmp_path_factory, rows, batch_rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["note", "p"])
    starts = []
    for note, p in rows:
        starts.append(1 + len(text.getvalue().replace("\r\n", "\n").replace("\r", "\n").splitlines()))
        # \r counts as the end of a line inside quotes too, as it does for every editor
        writer.writerow([note, repr(p)])
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(text.getvalue().encode())
    batches = list(read([PAIR[:1]], str(path), ident="note", batch_rows=batch_rows).batches())
    assert [line for batch in batches for line in batch.lines.tolist()] == starts
    assert [text for batch in batches for text in batch.ids] == [note for note, _ in rows]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv", "t"])
def test_compression_is_seen_in_the_bytes_not_in_the_name(put, load, pack, name):
    assert load(put(name, pack(b"p,y\n1,2\n"))).columns == {"pred": [1.0], "target": [2.0]}


def test_batches_are_as_long_as_asked_for(put, pair):
    put("t.csv", "p,y\n" + "1,2\n" * 25)
    sizes = [len(batch.rows) for batch in read([pair], "t.csv", batch_rows=10).batches()]
    assert sizes == [10, 10, 5]
    headless = read(
        [pair],
        put("h.csv", "1,2\n" * 25),
        given={"pred": "1", "target": "2"},
        options=Options(header=False),
        batch_rows=10,
    )
    assert [len(batch.rows) for batch in headless.batches()] == [10, 10, 5]


def test_numbers_that_other_readers_get_wrong(put, load):
    cells = [
        "1e400",
        "-0.0",
        "5e-324",
        "9007199254740993",
        "1.7976931348623157e308",
        " 2 ",
        "+3",
        ".5",
        "-Infinity",
    ]
    put("t.csv", "p\n" + "\n".join(cells))
    found = load("t.csv", [Role("pred", ("p",))]).columns["pred"]
    assert [bits(x) for x in found] == [bits(float(cell)) for cell in cells]
    put("t.json", json.dumps([0]).replace("0", '{"p": 1' + "0" * 5000 + '}, {"p": -0}, {"p": -1e400}'))
    big, zero, low = load("t.json", [Role("pred", ("p",))]).columns["pred"]
    assert (big, low) == (math.inf, -math.inf)
    assert bits(zero) == bits(-0.0)
