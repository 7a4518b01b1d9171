"""Whatever the bytes: right numbers or a clear message, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

FORMS = (
    (Role("pred", ("p",)), Role("target", ("y",))),
    (Role("pred", ("p",), "vector"), Role("target", ("y",), "class", "pred")),
)
MARKS = [
    "p",
    "y",
    ",",
    ";",
    "\t",
    "|",
    '"',
    "\n",
    "\r\n",
    "1",
    "2.5",
    "-",
    "nan",
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    ":",
]
JSON = [
    '{"p":',
    '"y":',
    "1",
    "[0.5,",
    "]",
    "}",
    "},{",
    "[{",
    "}]",
    ",",
    "null",
    "true",
    '"x"',
    "\n",
    "NaN",
    "{}",
]

MAGIC = [
    b"\x28\xb5\x2f\xfd",
    b"PK\x03\x04",
    b"PAR1",
    b"\x93NUMPY\x01\0",
    b"\x93NUMPY\x01\0\x36\0{'descr': '<i2', 'fortran_order': False, 'shape': (9,)}",
]

soup = st.lists(st.sampled_from(MARKS), max_size=30).map("".join)
braces = st.lists(st.sampled_from(JSON), max_size=20).map("".join)
starts = st.sampled_from(["", "p,y\n", "y;p\n1;2\n", '{"p":1,"y":2}\n', '[{"p":[1,2],"y":0},', "p_0,p_1,y\n"])
contents = st.one_of(
    st.builds(
        lambda start, rest: (start + rest).encode(), starts, st.one_of(soup, braces, st.text(max_size=20))
    ),
    st.binary(max_size=60),
    st.sampled_from([b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00", b"\xff\xfe", b"\xef\xbb\xbf", *MAGIC]).flatmap(
        lambda magic: st.binary(max_size=30).map(lambda rest: magic + rest)
    ),
)


def attempt(path, **how):
    options = {name: how.pop(name) for name in Options._fields if name in how}
    try:
        for batch in read(FORMS, str(path), options=Options(**options), **how).batches():
            assert len(batch.rows)
            assert {len(array) for array in batch.columns.values()} == {len(batch.rows)}
    except LosscliError as error:
        message = str(error)
        assert len(message.splitlines()) <= 8, message
        assert message.isprintable() or all(line.isprintable() for line in message.split("\n")), message


@settings(max_examples=400, deadline=None)
@given(
    contents,
    st.sampled_from(["t.csv", "t.tsv", "t.json", "t.jsonl", "t", "t.csv.gz"]),
    st.sampled_from(["error", "drop", "nan"]),
    st.booleans(),
    st.sampled_from(["auto", "csv", "json", "jsonl"]),
)
@example(b'p,y\n"1\n2",3\n', "t.csv", "error", True, "auto")
@example(b'{"p":[],"y":[]}', "t.jsonl", "drop", True, "auto")
def test_one_file(tmp_path_factory, content, name, missing, header, format):
    path = tmp_path_factory.mktemp("t") / name
    path.write_bytes(content)
    attempt(path, missing=missing, header=header, format=format)
    attempt(path, missing=missing, header=header, format=format, given={"pred": "1"}, ident="y")


@settings(max_examples=150, deadline=None)
@given(contents, contents, st.sampled_from(["error", "drop"]), st.booleans())
def test_two_files(tmp_path_factory, one, two, missing, inner):
    folder = tmp_path_factory.mktemp("t")
    (folder / "p").write_bytes(one)
    (folder / "t").write_bytes(two)
    how = {"targets": str(folder / "t"), "missing": missing}
    attempt(folder / "p", **how)
    attempt(folder / "p", by_order=True, **how)
    attempt(folder / "p", on="y", join="inner" if inner else "strict", **how)
    attempt(folder / "p", on="p=y", **how)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"p", b"p,y", b'"', b'"\n', b"{", b"[", b"\xef\xbb\xbf", b"0", b"-"]
)
@pytest.mark.parametrize("format", ["auto", "csv", "tsv", "json", "jsonl"])
def test_almost_nothing(tmp_path, content, format):
    (tmp_path / "t").write_bytes(content)
    attempt(tmp_path / "t", format=format)
