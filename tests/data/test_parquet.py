"""Parquet: the same meaning as every other reader, some row groups at a time."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import duckdb
import pytest

from losscli.data.batch import Role
from losscli.data.parquet import steps
from losscli.data.reader import read

EXPECTED = {"pred": [2.0, 4.0, 0.5], "target": [1.0, 3.0, 0.25]}
ROWS = "(2, 1), (4, 3), (0.5, 0.25)"
LABELS = (Role("pred", ("p",)), Role("target", ("t",), "labels"))


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write rows that SQL describes into a file of the current folder, which is empty at first."""
    monkeypatch.chdir(tmp_path)

    def write(query, name="t.parquet", options=""):
        duckdb.execute(f"copy ({query}) to '{tmp_path / name}' (format parquet{options})")
        return name

    return write


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files, which is empty again in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert not list(folder.iterdir())


def type_in(monkeypatch, name):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(name).read_bytes())))
    return "-"


@pytest.mark.parametrize("type", ["double", "float", "decimal(9,3)", "decimal(38,10)"])
@pytest.mark.parametrize("pipe", [False, True])
def test_numbers(write, load, monkeypatch, temporary, type, pipe):
    name = write(f"select p::{type} as p, y::{type} as y from (values {ROWS}) t(p, y)")
    found = load(type_in(monkeypatch, name) if pipe else name)
    assert found.columns == EXPECTED
    assert (found.rows, found.lines) == ([1, 2, 3], [1, 2, 3])
    assert found.reading.place(2) == ("standard input: row 2" if pipe else "t.parquet: row 2")


@pytest.mark.parametrize("type", ["tinyint", "smallint", "int", "bigint", "utinyint", "ubigint", "hugeint"])
def test_whole_numbers(write, load, type):
    write(f"select 3::{type} as p, 4::{type} as y")
    assert load("t.parquet").columns == {"pred": [3.0], "target": [4.0]}


def test_wide_numbers_round_once(write, load):
    write("select 9007199254740993 as p, 0.1234567890123456789::decimal(38,19) as y")
    assert load("t.parquet").columns == {"pred": [9007199254740992.0], "target": [0.1234567890123456789]}


def test_rows_come_in_their_order(write, load, temporary):
    write("select i as p, i / 2 as y, 'r' || i as id from range(10000) t(i)", options=", row_group_size 2048")
    found = load("t.parquet", ident="id", batch_rows=20)
    assert found.columns == {"pred": [*map(float, range(10_000))], "target": [i / 2 for i in range(10_000)]}
    assert found.rows == found.lines == [*range(1, 10_001)]
    assert found.ids == [f"r{i}" for i in range(10_000)]


def test_steps():
    assert list(steps([4, 8, 12], 8)) == [(0, 8), (8, 12)]
    assert list(steps([4, 8, 12], 1)) == [(0, 4), (4, 8), (8, 12)]
    assert list(steps([3, 100], 10)) == [(0, 3), (3, 43), (43, 83), (83, 100)]
    assert list(steps([5], 9)) == [(0, 5)]


def test_missing_values(write, load, refused):
    write("select * from (values (1, 2::double), (null, 1), (3, 'nan'::double), (-999, 1)) t(p, y)")
    assert refused("t.parquet") == (
        3,
        "error: t.parquet: row 2: column 'p' is missing\n"
        '  2 | "p": null\n'
        "           ^^^^\n"
        "  2 such cells: rows 2, 3\n"
        "  fix: --missing drop       scores the other 2 rows",
    )
    found = load("t.parquet", missing="drop", na=("-999",))
    assert (found.columns, found.reading.dropped) == ({"pred": [1.0], "target": [2.0]}, 3)


HALF = "case when i % 5000 = 4999 then null else i / 8 end"


@pytest.mark.parametrize("type", ["double", "float", "int", "utinyint", "decimal(20,3)", "hugeint"])
@pytest.mark.parametrize("missing", ["error", "drop", "nan"])
def test_at_one_go_as_by_ranges(write, load, refused, monkeypatch, type, missing):
    cell = HALF.replace("/ 8", "% 200") if type == "utinyint" else HALF
    write(f"select ({cell})::{type} as p, i as y from range(12000) t(i)", options=", row_group_size 4096")
    found = []
    for least in 1, 1 << 40:
        monkeypatch.setattr("losscli.data.parquet.LONG", least)
        if missing == "error":
            found.append(refused("t.parquet"))
        else:
            each = load("t.parquet", missing=missing, threads=least % 2 + 1)
            found.append((str(each.columns), each.rows, each.lines))
    assert found[0] == found[1]


def test_damage_at_one_go(write, refused, monkeypatch):
    query = "select random() as p, random() as y from range(900000) t(i)"
    whole = Path(write(query, options=", row_group_size 100000")).read_bytes()
    Path("t.parquet").write_bytes(whole[:9_000_000] + b"\xff" * 90_000 + whole[9_090_000:])
    told = refused("t.parquet")
    monkeypatch.setattr("losscli.data.parquet.LONG", 1 << 40)
    assert told == refused("t.parquet")
    assert told[1].startswith("error: t.parquet: not a whole Parquet file\n")


def test_texts_for_numbers(write, refused):
    write("select '1.5' as p, 2 as y, 'x' as note")
    assert refused("t.parquet") == (
        3,
        "error: t.parquet: column 'p' for pred holds texts, not numbers\n"
        "  columns: p, y, note\n"
        "  fix: --pred COL\n"
        "   or: write the column as numbers: df['COL'].astype(float) in pandas",
    )
    write("select date '2020-01-01' as p, 2 as y")
    assert "column 'p' for pred holds texts" in refused("t.parquet")[1]


def test_truth_is_no_number(write, load, refused, classes):
    write("select true as y, 0.5 as p")
    assert refused("t.parquet")[1] == (
        "error: t.parquet: row 1: column 'y': true is not a number\n"
        '  1 | "y": true\n'
        "           ^^^^\n"
        "  fix: write 1 for true and 0 for false"
    )
    write("select true as y, 0.5 as p_true, 0.5 as p_false union all select null, 1, 0")
    assert load("t.parquet", classes, missing="drop").columns["target"] == [0.0]


@pytest.mark.parametrize("type", ["varchar", "enum('cat', 'dog')"])
def test_class_labels(write, load, classes, type):
    write(
        f"select unnest(['dog', 'cat'])::{type} as y, unnest([0.2, 0.9]) as p_cat, unnest([0.8, 0.1]) as p_dog"
    )
    assert load("t.parquet", classes).columns == {"pred": [[0.2, 0.8], [0.9, 0.1]], "target": [1.0, 0.0]}


@pytest.mark.parametrize("type", ["double[]", "float[]", "int[3]", "decimal(20,2)[]"])
def test_lists_are_vectors(write, load, refused, classes, type):
    write(
        f"select unnest([[1, 2, 3], [4, 5, 6]]::{type[:-1].rstrip('[3')}[][])::{type} as p, unnest([2, 0]) as y"
    )
    assert load("t.parquet", classes).columns == {"pred": [[1, 2, 3], [4, 5, 6]], "target": [2.0, 0.0]}


def test_lists_with_holes(write, load, refused, classes):
    write("select * from (values ([1, 2], 0), (null, 1), ([null, 3], 1), ([5, 6], 1)) t(p, y)")
    found = load("t.parquet", classes, missing="drop")
    assert (found.columns, found.rows) == ({"pred": [[1, 2], [5, 6]], "target": [0, 1]}, [1, 4])
    assert refused("t.parquet", classes)[1].startswith("error: t.parquet: row 2: column 'p' is missing")
    write("select * from (values ([1, 2], 0), ([1, 2, 3], 1)) t(p, y)")
    assert refused("t.parquet", classes)[1].startswith(
        "error: t.parquet: row 2: 'p' has 3 numbers, the first one has 2"
    )
    write("select ['a', 'b'] as p, 0 as y")
    assert refused("t.parquet", classes)[0] == 3


def test_labels_and_lists_of_rows(write, load):
    write("select * from (values (0.5, [1, 2]), (0.25, [7])) t(p, t)")
    found = load("t.parquet", LABELS, given={"target": "t"})
    assert [found.reading.said("target", x) for x in found.columns["target"]] == ["'1 2'", "'7'"]
    write("select [3.5, 1] as p, [1, 0] as y, 'q' as query union all select [2, 4], [0, 1], 'r'")
    form = Role("pred", ("p",)), Role("target", ("y",))
    [batch] = read([form], "t.parquet", lists=True).batches()
    assert (batch.columns["pred"].tolist(), batch.columns["list"].tolist()) == ([3.5, 1, 2, 4], [0, 0, 1, 1])


def test_structs_have_dotted_names(write, load):
    write("select {'p': 1, 'b': {'y': 2.5}} as a union all select {'p': 3, 'b': null}")
    found = load("t.parquet", given={"pred": "a.p", "target": "a.b.y"}, missing="nan")
    assert (found.columns["pred"], found.columns["target"][0]) == ([1, 3], 2.5)


def test_ids_are_texts(write, load, put):
    write("select * from (values (7::bigint, 'x', 2), (9007199254740993, 'y', 4)) t(a, b, p)")
    Path("y.csv").write_text("b,a,y\ny,9007199254740993,3\nx,7,1\n")
    assert load("t.parquet", targets="y.csv", on="a,b").columns == {"pred": [2, 4], "target": [1, 3]}
    write("select uuid '12345678-1234-1234-1234-123456789abc' as id, 1 as p, 2 as y, date '2020-02-03' as d")
    assert load("t.parquet", ident="id").ids == ["12345678-1234-1234-1234-123456789abc"]
    assert load("t.parquet", ident="d").ids == ["2020-02-03"]


def test_columns_of_one_name(write, load, refused):
    whole = Path(write("select 1 as pred, 2 as y, 3 as dred")).read_bytes()
    Path("t.parquet").write_bytes(whole.replace(b"dred", b"Pred"))
    assert load("t.parquet", given={"pred": "Pred"}).columns == {"pred": [3], "target": [2]}
    Path("t.parquet").write_bytes(whole.replace(b"dred", b"pred"))
    assert refused("t.parquet") == (
        3,
        "error: t.parquet: 2 columns are called 'pred'\n  columns 1, 3 of: pred, y, pred\n  fix: rename one of them",
    )


@pytest.mark.parametrize("cut", [4, 40, -1])
def test_damaged_files(write, refused, monkeypatch, temporary, cut):
    whole = Path(write("select i as p, i as y from range(5000) t(i)")).read_bytes()
    Path("t.parquet").write_bytes(whole[:cut])
    told = refused("t.parquet")
    assert told[0] == 3
    assert told[1].startswith("error: t.parquet: not a whole Parquet file\n")
    assert refused(type_in(monkeypatch, "t.parquet"))[1].startswith(
        "error: standard input: not a whole Parquet"
    )


def test_damage_in_the_middle(write, refused):
    whole = Path(write("select random() as p, random() as y from range(5000) t(i)")).read_bytes()
    Path("t.parquet").write_bytes(whole[:4] + b"\xff" * 5000 + whole[5004:])
    assert refused("t.parquet")[1].startswith("error: t.parquet: not a whole Parquet file\n")


def test_what_is_refused(write, put, refused):
    assert refused(write("select 1 as p, 2 as y limit 0")) == (4, "error: t.parquet: no rows")
    write("select map {'a': 1} as p, 2 as y")
    assert refused("t.parquet", given={"pred": "p"})[0] == 3
    assert refused(put("t.parquet", "p,y\n1,2\n"))[1] == (
        "error: t.parquet: not a Parquet file: it begins with b'p,y\\n1,2\\n'\n"
        "  fix: --input-format csv       if it is text"
    )
    assert refused(put("t.parquet", "")) == (4, "error: t.parquet is empty")
    assert refused("u.parquet") == (3, "error: no file 'u.parquet'\n  did you mean: t.parquet")


def test_names_that_are_patterns_to_others(write, load):
    Path(write("select 2 as p, 1 as y")).rename("it's [1]*.parquet")
    assert load("it's [1]*.parquet").columns == {"pred": [2], "target": [1]}


def test_a_file_that_disappears(write, pair):
    write("select i as p, i as y from range(9000) t(i)", options=", row_group_size 2048")
    batches = read([pair], "t.parquet", batch_rows=20).batches()
    first = next(batches)
    Path("t.parquet").unlink()
    assert len(first.rows) + sum(len(batch.rows) for batch in batches) == 9000


def test_memory_does_not_grow_with_the_file(write, peak):
    program = (
        "from losscli.data.batch import Role\n"
        "from losscli.data.reader import read\n"
        "form = Role('pred', ('p',)), Role('target', ('y',))\n"
        "for _ in read([form], 't.parquet').batches(): pass"
    )

    def of(rows):
        write(f"select random() as p, random() as y from range({rows}) t(i)")
        return peak("-c", program)

    assert of(6_000_000) < 1.2 * of(3_000_000)
