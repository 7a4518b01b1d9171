"""Files that a pattern means are one input, read one after the other."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import numpy as np

EXPECTED = {"pred": [2.0, 4.0, 6.0], "target": [1.0, 3.0, 5.0]}


def test_one_after_the_other(put, load):
    put("part-1.csv", "y,p\n1,2\n3,4\n")
    put("part-2.csv", "t;p;y\n")
    put("part-3.csv", "p,y\n6,5\n")
    put("other.csv", "p,y\n7,8\n")
    Path("part-2.csv").write_text("p;y\n")
    found = load("part-*.csv", batch_rows=1)
    assert (found.columns, found.rows) == (EXPECTED, [1, 2, 3])
    assert [found.reading.place(line) for line in found.lines] == [
        "part-1.csv:2",
        "part-1.csv:3",
        "part-3.csv:2",
    ]
    assert (found.reading.name, found.reading.short_place(found.lines[-1])) == ("part-*.csv", "part-3.csv:2")
    assert load("part-[3].csv").reading.name == "part-3.csv"
    assert load("p*t-3.csv").reading.place(2) == "part-3.csv:2"


def test_of_any_format(put, load, tmp_path):
    put("a1.jsonl", '{"p": 2, "y": 1}\n{"p": 4, "y": 3}\n')
    put("a2.jsonl", '{"y": 5, "p": 6, "note": "x"}\n')
    assert load("a?.jsonl").columns == EXPECTED
    put("b1.csv", "2,1\n4,3\n")
    put("b2.csv", "6,5\n")
    assert load("b*", header=False, given={"pred": "1", "target": "2"}).columns == EXPECTED
    duckdb.execute(f"copy (select 2 as p, 1 as y union all select 4, 3) to '{tmp_path}/c1.parquet'")
    duckdb.execute(f"copy (select 5 as y, 6 as p) to '{tmp_path}/c2.parquet'")
    found = load("c*.parquet")
    assert found.columns == EXPECTED
    assert found.reading.place(3) == "c2.parquet: row 1"
    np.save("d1.npy", [2, 4])
    np.save("d2.npy", [6])
    np.save("e.npy", [1, 3, 5])
    assert load("d*.npy", targets="e.npy").columns == EXPECTED


def test_pairs_of_files_join(put, load, refused):
    put("p1.csv", "id,p\na,2\n")
    put("p2.csv", "id,p\nb,4\nc,6\n")
    put("y1.csv", "id,y\nc,5\nb,3\n")
    put("y2.csv", "id,y\na,1\n")
    assert load("p?.csv", targets="y?.csv", on="id").columns == EXPECTED
    put("p3.csv", "id,p\nb,4\n")
    assert refused("p?.csv", targets="y?.csv", on="id")[1] == (
        "error: --on id: the ids do not match one to one\n"
        "  twice in p?.csv   1   b (lines p2.csv:2, p3.csv:2)\n"
        "  fix: remove the duplicate"
    )


def test_bad_cells_are_told_from_the_start_of_their_file(put, refused):
    put("p1.csv", "p,y\n1,2\n")
    put("p2.csv", "p,y\n1,2\n3,n/a\n")
    put("p3.csv", "p,y\nx,2\n")
    assert refused("p?.csv") == (
        3,
        "error: p2.csv:3: column 'y': 'n/a' is not a number\n"
        "  3 | 3,n/a\n"
        "        ^^^\n"
        "  2 such cells: lines p2.csv:3, p3.csv:2\n"
        "  fix: --na n/a --na x --missing drop       scores the other 2 rows",
    )


def test_headers_must_agree(put, refused, tmp_path):
    put("p1.csv", "p,y\n1,2\n")
    put("p2.csv", "p,z\n1,2\n")
    assert refused("p?.csv") == (
        3,
        "error: p2.csv: not the columns of p1.csv\n"
        "  it lacks: y\n"
        "  it has besides: z\n"
        "  fix: give files of the same columns, or read them one at a time",
    )
    put("q1.jsonl", '{"p": 2, "y": 1}\n')
    put("q2.jsonl", '{"p": 2}\n')
    assert refused("q?.jsonl") == (3, "error: q2.jsonl: no column 'y'\n  columns: p")
    duckdb.execute(f"copy (select 2 as p, 1 as y) to '{tmp_path}/c1.parquet'")
    duckdb.execute(f"copy (select 'x' as y, 6 as p) to '{tmp_path}/c2.parquet'")
    assert refused("c?.parquet")[1] == "error: c2.parquet: column 'y' holds texts, in c1.parquet numbers"


def test_nothing_that_matches(put, refused):
    put("parts.csv", "p,y\n")
    put("party.csv", "p,y\n")
    assert refused("pats*.csv") == (3, "error: no file matches 'pats*.csv'\n  did you mean: parts.csv")
    assert refused("part?.csv") == (4, "error: part?.csv: no rows in 2 files")
    put("party.csv", "")
    assert refused("part?.csv") == (4, "error: party.csv is empty")


def test_a_file_whose_name_is_a_pattern(put, load):
    put("p[1].csv", "p,y\n2,1\n4,3\n6,5\n")
    put("p1.csv", "p,y\n7,7\n")
    assert load("p[1].csv").columns == EXPECTED


def test_standard_input_is_no_pattern(monkeypatch, load):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"p,y\n2,1\n4,3\n6,5\n")))
    assert load("-").columns == EXPECTED
