"""JSON in its shapes, and what is not JSON."""

from __future__ import annotations

import pytest

EXPECTED = {"pred": [1.0, 3.0], "target": [2.0, 4.0]}


SHAPES = [
    '[{"p": 1, "y": 2}, {"p": 3, "y": 4}]',
    '{"p": [1, 3], "y": [2, 4]}',
    '{"p": [1, 3], "epoch": 7, "y": [2, 4], "log": {"steps": [{"a": 1}]}}',
    '{"rows": [{"p": 1, "y": 2}, {"p": 3, "y": 4}], "classes": ["a", "b"]}',
    '{"p": 1, "y": 2}\n{"p": 3, "y": 4}\n',
    '\n{"p": 1, "y": 2}\n\n{"y": 4, "p": 3}',
    '\ufeff[{"p": 1,\n"y": 2}, {"p": 3, "y": 4}]',
    '[{"p": "1", "y": " 2 "}, {"p": 3e0, "y": 40E-1}]',
]
NAMES = ["t.json", "t.jsonl", "t", "t.csv"]
# a line of JSON lines is one record, so an object of arrays in one line is none of two
CASES = [
    (name, text)
    for name in NAMES
    for text in SHAPES
    if name != "t.jsonl" or not text.startswith('{"') or "\n" in text
]


@pytest.mark.parametrize(("name", "text"), CASES)
def test_shapes_under_every_name(put, load, name, text):
    assert load(put(name, text)).columns == EXPECTED


def test_one_record(put, load):
    assert load(put("t.jsonl", '{"p": 1, "y": 2}\n')).columns == {"pred": [1.0], "target": [2.0]}
    assert load(put("t.json", '{"p": 1, "y": 2}')).columns == {"pred": [1.0], "target": [2.0]}


def test_lines_and_records(put, load):
    text = '{"p": 1, "y": 2}\n\n{"p": 3, "y": 4}\n'
    found = load(put("t.jsonl", text))
    assert (found.lines, found.reading.place(3)) == ([1, 3], "t.jsonl:3")
    found = load(put("t.json", "[" + text.replace("\n\n", ",") + "]"))
    assert (found.lines, found.reading.place(2)) == ([1, 2], "t.json: record 2")


def test_dotted_paths(put, load):
    put("t.json", '[{"y": 1, "output": {"a.b": {"p": 2}}}, {"y": 3, "output": null}, {"y": 3, "output": 5}]')
    found = load("t.json", given={"pred": "output.a.b.p"}, missing="drop")
    assert (found.columns, found.rows) == ({"pred": [2.0], "target": [1.0]}, [1])


def test_two_ways_to_one_name(put, refused):
    put("t.json", '[{"y": 1, "a.p": 3, "a": {"p": 2}}]')
    assert refused("t.json", given={"pred": "a.p"})[1].startswith(
        "error: t.json: 2 columns are called 'a.p'\n"
    )


def test_records_further_in(put, load, refused):
    put("t.json", '{"data": {"rows": [{"p": 1, "y": 2}, {"p": 3, "y": 4}]}, "n": [2]}')
    assert load("t.json", records="data.rows").columns == EXPECTED
    assert load("t.json", records="data").columns == EXPECTED
    assert refused("t.json") == (
        3,
        "error: t.json: the records are further in\n  keys: data, n\n  fix: --records data.rows",
    )
    assert refused("t.json", records="data.row") == (
        3,
        "error: t.json: no records at 'data.row'\n"
        "  'row' is not in an object with rows\n"
        "  fix: --records data.rows",
    )
    assert refused("t.json", records="n.rows") == (
        3,
        "error: t.json: no records at 'n.rows'\n  'rows' is not in a list",
    )
    put("t.json", '{"a": [{"p": 1}], "b": [{"p": 2}]}')
    assert refused("t.json")[1].endswith("  fix: --records a\n   or: --records b")


def test_records_are_for_documents(put, refused):
    assert refused(put("t.csv", "p,y\n1,2\n"), records="a") == (
        2,
        "error: --records a: t.csv is not a JSON document",
    )
    assert refused(put("t.jsonl", '{"p": 1}\n{"p": 1}'), records="a")[0] == 2


def test_a_column_may_begin_late(put, load, refused):
    put("t.jsonl", '{"y": 1}\n' * 2500 + '{"y": 1, "p": 3}\n')
    found = load("t.jsonl", missing="drop")
    assert (found.rows, found.reading.dropped) == ([2501], 2500)
    assert refused("t.jsonl", given={"pred": "z"}) == (
        3,
        "error: t.jsonl: no column 'z'\n  columns: y, p",
    )


def test_arrays_of_different_lengths(put, load, refused):
    put("t.json", '{"p": [1, 2], "y": [3], "classes": [4, 5, 6], "q": [7]}')
    assert refused("t.json") == (
        3,
        "error: t.json: the arrays differ in length\n  'p' has 2 values\n  'y' has 1 value",
    )
    assert load("t.json", given={"pred": "q"}).columns == {"pred": [7.0], "target": [3.0]}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "t.json",
            '[{"y": 1, "p": 2},\n{"y": 1 "p": 3}]',
            'error: t.json:2: not JSON: expecting \',\' delimiter\n  2 | {"y": 1 "p": 3}]\n              ^',
        ),
        (
            "t.json",
            '[{"y": 1, "p": 2},\n{"y": 1',
            "error: t.json:2: not JSON: expecting ',' delimiter\n  2 | {\"y\": 1\n             ^",
        ),
        (
            "t.jsonl",
            '{"y": 1, "p": 2}\n{"y": 1 2}\n',
            "error: t.jsonl:2: not JSON: expecting ',' delimiter\n  2 | {\"y\": 1 2}\n              ^",
        ),
        (
            "t.jsonl",
            '{"y": 1, "p": 2}\n[1]\n',
            "error: t.jsonl:2: a record is an object in braces, not a list\n  2 | [1]",
        ),
        (
            "t.json",
            "y,p\n1,2\n",
            "error: t.json:1: not JSON: expecting value\n  1 | y,p\n      ^\n  fix: --input-format csv",
        ),
        ("t.json", "[1, 2]", "error: t.json: record 1 is the number 1.0, not an object in braces"),
        (
            "t.json",
            "[[1, 2]]",
            "error: t.json: record 1 is a list, not an object in braces\n"
            "  fix: df.to_json(FILE, orient='records')       in pandas writes records",
        ),
        ("t.json", '["x"]', "error: t.json: record 1 is the text 'x', not an object in braces"),
        ("t.json", "[null]", "error: t.json: record 1 is null, not an object in braces"),
        ("t.jsonl", '{"p": 1, "y": 2}\n{"p": 1, "p": 2}', "error: t.jsonl:2: a record has the key 'p' twice"),
        ("t.json", '[{"p": 1, "p": 2}]', "error: t.json: a record has the key 'p' twice"),
        ("t.json", "[" * 100_000, "error: t.json: the JSON is nested too deeply"),
    ],
)
def test_what_is_not_json(put, refused, name, text, message):
    assert refused(put(name, text)) == (3, message)


def test_the_user_may_insist(put, refused):
    put("t.json", '{"p": 1, "y": 2}\n{"p": 3, "y": 4}\n')
    assert refused("t.json", format="json") == (
        3,
        'error: t.json:2: not JSON: extra data\n  2 | {"p": 3, "y": 4}\n      ^\n  fix: --input-format jsonl',
    )


@pytest.mark.parametrize(
    ("name", "text"), [("t.json", "[]"), ("t.json", "{}"), ("t.json", " \n"), ("t.jsonl", "\n\n")]
)
def test_nothing(put, refused, name, text):
    assert refused(put(name, text)) == (4, f"error: {name} is empty")


def test_empty_arrays(put, refused):
    assert refused(put("t.json", '{"p": [], "y": []}')) == (4, "error: t.json is empty")


def test_nesting_that_parses_is_read(put, load):
    put("t.json", '[{"y": 1, "p": 2, "x": ' + '{"a":' * 700 + "1" + "}" * 700 + "}]")
    assert load("t.json").columns == {"pred": [2.0], "target": [1.0]}


def test_a_line_of_json_lines_is_one_record(put, load, classes):
    put("t.jsonl", '{"p": [1, 3], "y": 1}\n')
    assert load("t.jsonl", classes).columns == {"pred": [[1.0, 3.0]], "target": [1.0]}


@pytest.mark.parametrize(
    "text",
    [
        '{"p": {"0": 1, "1": 2}, "y": {"0": 1, "1": 2}}',
        '{"0": {"p": 1, "y": 2}, "1": {"p": 1, "y": 2}}',
        '{"columns": ["p", "y"], "index": [0, 1], "data": [[1, 2], [3, 4]]}',
        "[[1, 2], [3, 4]]",
    ],
)
def test_what_pandas_writes_otherwise(put, refused, text):
    how = {} if text.startswith('{"0"') else {"given": {"pred": "p", "target": "y"}}
    assert refused(put("t.json", text), **how)[1].splitlines()[-1] == (
        "  fix: df.to_json(FILE, orient='records')       in pandas writes records"
    )


def test_what_is_inside_an_object(put, refused):
    put("t.json", '[{"s": {"a": 1, "b": 2}, "y": 1}]')
    assert refused("t.json", given={"pred": "s"})[1].splitlines()[-1] == "  fix: --pred s.a"
