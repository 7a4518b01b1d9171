"""Cells that are missing, and cells that are no numbers."""

from __future__ import annotations

import math

import pytest

from losscli.data.batch import Role

ONE = (Role("pred", ("p",)),)


@pytest.mark.parametrize("cell", ["", "  ", "NA", "N/A", "nan", "NaN", "null", "None", " NA ", "NAN", "-nan"])
def test_markers(put, load, cell):
    put("t.csv", f"p,x\n1,a\n{cell},b\n3,c\n")
    found = load("t.csv", ONE, missing="drop")
    assert (found.columns["pred"], found.rows, found.lines) == ([1.0, 3.0], [1, 3], [2, 4])
    assert (found.reading.rows, found.reading.dropped) == (3, 1)
    kept = load("t.csv", ONE, missing="nan")
    assert math.isnan(kept.columns["pred"][1])
    assert (kept.rows, kept.reading.dropped) == ([1, 2, 3], 0)


@pytest.mark.parametrize(
    "record", ["{}", '{"p": null}', '{"p": ""}', '{"p": "NA"}', '{"p": NaN}', '{"p": {}}']
)
def test_markers_in_json(put, load, refused, record):
    put("t.json", f'[{{"p": 1}}, {record}]')
    if record == '{"p": {}}':
        assert refused("t.json", ONE)[1].startswith("error: t.json: record 2: column 'p': {} is not a number")
    else:
        assert load("t.json", ONE, missing="drop").rows == [1]


def test_own_markers_even_if_they_are_numbers(put, load):
    put("t.csv", "p\n1\n-999\n-999.0\n-\n")
    assert load("t.csv", ONE, missing="drop", na=("-999", "-")).columns["pred"] == [1.0, -999.0]
    put("t.json", '[{"p": 1}, {"p": -999}, {"p": "-999"}, {"p": 3}]')
    assert load("t.json", ONE, missing="drop", na=("-999",)).columns["pred"] == [1.0, 3.0]


@pytest.mark.parametrize(
    "cell", ["na", "N A", "NULL", "none", "?", "-", "1_000", "0x10", "1,5", "1 2", "12%", "1e", "infinit"]
)
def test_everything_else_is_refused(put, refused, cell):
    put("t.csv", f'p,x\n1,a\n"{cell}",b\n')
    for missing in "error", "drop", "nan":
        told = refused("t.csv", ONE, missing=missing)
        assert told[0] == 3
        assert told[1].startswith(f"error: t.csv:3: column 'p': '{cell}' is not a number\n")


def test_the_bad_cell_is_shown(put, refused):
    rows = [f"a{number},51.2,{number},north" for number in range(2, 502)]
    for line in 118, 204, 391:
        rows[line - 2] = f"a{line},51.2,n/a,north"
    put("preds.csv", "id,y_true,y_pred,region\n" + "\n".join(rows) + "\n")
    assert refused("preds.csv", batch_rows=50) == (
        3,
        "error: preds.csv:118: column 'y_pred': 'n/a' is not a number\n"
        "  118 | a118,51.2,n/a,north\n"
        "                  ^^^\n"
        "  3 such cells: lines 118, 204, 391\n"
        "  fix: --na n/a --missing drop       scores the other 497 rows",
    )


def test_the_missing_cell_is_shown(put, refused):
    put("t.csv", "y,p\n1,2\n,3\n4, nan \n5,\n,\n7,8\n")
    assert refused("t.csv") == (
        3,
        "error: t.csv:3: column 'y' is missing\n"
        "  3 | ,3\n"
        "      ^\n"
        "  5 such cells: lines 3, 4, 5 ...\n"
        "  fix: --missing drop       scores the other 2 rows",
    )


def test_in_json_the_value_is_shown(put, refused):
    put("t.jsonl", '{"y": 1, "p": 2}\n\n{"y": 1, "p": "n/a"}\n{"y": null, "p": 3}\n')
    assert refused("t.jsonl")[1] == (
        "error: t.jsonl:3: column 'p': 'n/a' is not a number\n"
        '  3 | "p": "n/a"\n'
        "           ^^^^^\n"
        "  fix: --na n/a --missing drop       scores the other row"
    )
    put("t.json", '[{"y": null, "p": 2}, {"y": 1, "p": 2}, {"p": 2}]')
    assert refused("t.json")[1] == (
        "error: t.json: record 1: column 'y' is missing\n"
        '  1 | "y": null\n'
        "           ^^^^\n"
        "  2 such cells: records 1, 3\n"
        "  fix: --missing drop       scores the other row"
    )


def test_fixes_say_what_they_do(put, refused):
    put("t.csv", "p,y\n,2\nx,4\nv w,4\n5,6\n")
    fix = "--na x --na 'v w'"
    assert refused("t.csv")[1].splitlines()[-1] == f"  fix: {fix} --missing drop       scores the other row"
    assert refused("t.csv", missing="drop")[1].splitlines()[-1] == f"  fix: {fix}       scores the other row"
    assert refused("t.csv", missing="nan")[1].splitlines()[-1] == f"  fix: {fix}       reads them as NaN"


def test_no_fix_where_none_would_help(put, refused):
    assert "fix" not in refused(put("t.csv", "p,y\na,1\nb,1\nc,1\nd,1\n1,1\n"))[1]
    assert "fix" not in refused(put("t.csv", "p,y\n12%,1\n1,1\n"))[1]
    assert "fix" not in refused(put("t.csv", "p,y\n,1\n"))[1]
    assert refused(put("t.csv", "p_0,p_1,y\n,1,1\n1,2,3\n"), given={"pred": "p_*"})[1].endswith(
        "the other row"
    )


@pytest.mark.parametrize(("name", "text"), [("t.csv", "p,y\nTrue,1\n"), ("t.json", '[{"p": true, "y": 1}]')])
def test_truth_values_are_not_numbers(put, refused, name, text):
    assert refused(put(name, text))[1].splitlines()[-1] == "  fix: write 1 for true and 0 for false"


def test_decimal_commas(put, load, refused):
    put("t.csv", "y;p\n1;1,5\n2;-,25\n")
    assert load("t.csv", decimal=",").columns["pred"] == [1.5, -0.25]
    assert refused("t.csv")[1] == (
        "error: t.csv:2: column 'p': '1,5' is not a number\n"
        "  2 | 1;1,5\n"
        "        ^^^\n"
        "  2 such cells: lines 2, 3\n"
        "  fix: --decimal ,       reads '1,5' as 1.5"
    )


def test_under_decimal_commas_a_point_is_no_decimal_point(put, refused):
    put("t.csv", "y;p\n1;1.500\n")
    assert refused("t.csv", decimal=",")[1] == (
        "error: t.csv:2: column 'p': '1.500' is not a number\n"
        "  2 | 1;1.500\n"
        "        ^^^^^\n"
        "  fix: leave out --decimal ,"
    )


def test_decimal_commas_leave_json_numbers_alone(put, load):
    assert load(put("t.json", '[{"p": 1.5, "y": "2,5"}]'), decimal=",").columns == {
        "pred": [1.5],
        "target": [2.5],
    }


def test_every_row_missing(put, refused):
    put("t.csv", "p,y\n,1\n2,\n")
    assert refused("t.csv", missing="drop") == (
        4,
        "error: t.csv: no row is left\n  in every row a value is missing",
    )


def test_only_used_columns_count(put, load):
    assert load(put("t.csv", "p,y,z\n1,2,\n3,4,x\n")).rows == [1, 2]
    assert load(put("t.csv", "p,y,w\n1,2,\n3,4,5\n"), weight="w", missing="drop").rows == [2]


def test_long_lines_are_cut_around_the_cell(put, refused):
    put(
        "t.csv",
        "p,y," + ",".join(f"c{n}" for n in range(100)) + "\n" + "1,2" + ",3" * 60 + ",bad" + ",4" * 39 + "\n",
    )
    assert refused("t.csv", given={"pred": "c60"})[1] == (
        "error: t.csv:2: column 'c60': 'bad' is not a number\n"
        "  2 | ...3,3,3,3,3,3,3,3,3,3,3,3,bad,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,...\n"
        "                                 ^^^"
    )


def test_a_terminal_is_not_obeyed(put, refused):
    told = refused(put("t.csv", "p,y,z\n1,\x1b[31mx,a\tb\n"))[1]
    assert (
        told == "error: t.csv:2: column 'y': '\\x1b[31mx' is not a number\n  2 | 1, [31mx,a b\n        ^^^^^^"
    )


def test_after_a_flaw_nothing_is_yielded(put, pair):
    from losscli.data.reader import read
    from losscli.errors import DataError

    put("t.csv", "p,y\n" + "1,2\n" * 10 + "x,2\n" + "1,2\n" * 10)
    batches = read([pair], "t.csv", batch_rows=5).batches()
    assert len(next(batches).rows) == len(next(batches).rows) == 5
    with pytest.raises(DataError, match="scores the other 20 rows"):
        next(batches)
