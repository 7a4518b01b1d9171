"""Rows as text: the engine writes what Python writes, to the last character."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.report import bulk
from losscli.report.bulk import texts
from losscli.report.lines import JSON, TEXT, Lines, split, table_lines, vector
from losscli.report.machine import write_delimited
from losscli.report.table import Table

N = 4000
RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=N)
COLUMNS = {
    "ordinary": NORMAL,
    "labels": RNG.integers(0, 2, N).astype(float),
    "some whole": np.where(RNG.random(N) < 0.3, np.round(9 * NORMAL), NORMAL),
    "any bits": RNG.integers(0, 2**64, N, dtype=np.uint64).view(float),
    "infinities": np.where(RNG.random(N) < 0.1, np.inf, np.where(RNG.random(N) < 0.1, -np.inf, NORMAL)),
    "nothing": np.full(N, np.nan),
    "gaps": np.where(RNG.random(N) < 0.5, np.nan, 3.0),
    "large": RNG.integers(-(10**16), 10**16, N).astype(float),
    "larger": RNG.integers(9 * 10**15, 10**17, N).astype(float),
    "powers of 2": np.ldexp(1.0, np.arange(-1074, 1024)),
    "small powers of 2": np.ldexp(1.0, np.arange(-1074, 53)),
    "each power of 2 alone": None,
    "zeros": np.array([0.0, -0.0]),
    "smallest": np.arange(1, N) * 5e-324,
    "numbers": np.arange(N),
    "a few of another kind": np.where(
        np.arange(N) % 9, NORMAL, np.array([3.0, 1e-7, np.nan, -(2.0**91), 1e300])[np.arange(N) % 5]
    ),
    "a few that only Python writes": np.where(np.arange(N) % 9, 1.0, 2.0**91),
}


@pytest.mark.parametrize("style", [TEXT, JSON], ids=["text", "json"])
@pytest.mark.parametrize("name", COLUMNS)
def test_the_engine_writes_what_python_writes(name, style):
    known = COLUMNS[name]
    each = (
        np.ldexp(1.0, np.arange(-1074, 1024)).reshape(-1, 1) * np.array([1.0, -1.0])
        if known is None
        else [known]
    )
    for x in each:
        block = Lines(["[", x, "'\n", [f'é"{k}' for k in range(len(x))], "]"])
        assert bulk._fast(block, style) == bulk._slowly(block, style)


@given(st.lists(st.floats(), min_size=1), st.booleans())
def test_any_numbers(numbers, json):
    block, style = Lines([np.array(numbers), "\n"]), JSON if json else TEXT
    assert bulk._fast(block, style) == bulk._slowly(block, style)
    assert [float(x.strip('"')) for x in bulk._slowly(block, TEXT).decode().split()] == pytest.approx(
        numbers, nan_ok=True, rel=0
    )


@pytest.mark.parametrize("rows", [10, bulk.ENOUGH + 10, 2 * bulk.ROWS + 1])
@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_tables_are_those_of_the_standard_library(rows, kind):
    ids = [f"{k}" if k % 3 else f'a "{k}", \r\n b\t{k}' for k in range(rows)]
    x = np.arange(rows) / 7
    blocks = (table_lines([ids[k : k + 9000], x[k : k + 9000]], kind) for k in range(0, rows, 9000))
    out = io.StringIO()
    write_delimited(Table(("id", "x"), zip(ids, x.tolist(), strict=True)), out, kind)
    assert "id" + ("," if kind == "csv" else "\t") + "x\n" + "".join(texts(blocks, TEXT)) == out.getvalue()
    if kind == "csv":
        assert [row[0] for row in csv.reader(io.StringIO(out.getvalue(), newline=""))][1:] == ids


def test_vectors():
    block = Lines(vector(split(np.array([[1.0, 0.5], [np.nan, 2.0]]))))
    assert "".join(texts([block], JSON)) == '[1,0.5],["NaN",2]'
