"""Rows that belong to lists: by the text of a column, by the record they are in; and labels that a list has."""

from __future__ import annotations

import json

import pytest

from losscli.data.batch import Chosen, Role

WHOLE = (Role("pred", ("p",)), Role("target", ("y",)), Role("cost", ("cost",), whole=True))
VECTOR = (Role("pred", ("p",), "vector"), Role("target", ("y",), "class", "pred"))
LABELS = (Role("pred", ("p",), "vector"), Role("target", ("y",), "labels", whole=True))
CLASSES = (Role("pred", ("p",), "vector"), Role("target", ("y",), "labels", "pred", whole=True))


@pytest.fixture
def rows(load):
    return lambda file, *forms, **how: load(file, *forms, lists=True, **how)


@pytest.fixture
def bad(refused):
    return lambda file, *forms, **how: refused(file, *forms, lists=True, **how)


def labels(found):
    """The labels of each row."""
    known = found.reading.labels["target"]
    return [known[int(place)].tolist() for place in found.columns["target"]]


@pytest.mark.parametrize("name", ["list", "query", "qid", "Query_ID", "group", "session"])
def test_the_column_is_found_by_its_name(put, rows, name):
    found = rows(put("t.csv", f"{name},p,y\nb,1,2\na,3,4\n b ,5,6\n"))
    assert found.columns == {"list": [0, 1, 0], "pred": [1, 3, 5], "target": [2, 4, 6]}
    assert found.reading.lists == ["b", "a"]
    assert found.reading.chosen["list"] == Chosen((name,))


def test_names_are_texts(put, rows):
    for file, text in [
        ("t.csv", "qid,p,y\n01,1,2\n1,3,4\n1.0,5,6\n"),
        ("t.jsonl", '{"qid":"01","p":1,"y":2}\n{"qid":1,"p":3,"y":4}\n{"qid":1.0,"p":3,"y":4}'),
    ]:
        assert rows(put(file, text)).reading.lists == ["01", "1", "1.0"]


def test_only_losses_of_lists_look_for_it(put, load, rows):
    put("t.csv", "qid,p,y\nb,1,2\n")
    assert load("t.csv").columns == {"pred": [1], "target": [2]}
    assert rows("t.csv", given={"list": ""}).columns == {"pred": [1], "target": [2]}
    assert rows("t.csv", given={"list": "p", "pred": "y", "target": "y"}).reading.lists == ["1"]


def test_two_candidates(put, bad):
    assert bad(put("t.csv", "qid,group,p,y\na,b,1,2\n")) == (
        3,
        "error: t.csv: 2 columns could be list: qid, group\n  columns: qid, group, p, y\n"
        "  fix: --col list=qid\n   or: --col list=group",
    )


def test_a_missing_name_is_a_missing_value(put, rows, bad):
    put("t.csv", "qid,p,y\na,1,2\n,3,4\nb,5,6\n")
    assert bad("t.csv") == (
        3,
        "error: t.csv:3: column 'qid' is missing\n  3 | ,3,4\n      ^\n"
        "  fix: --missing drop       scores the other 2 rows",
    )
    assert rows("t.csv", missing="drop").columns["pred"] == [1, 5]
    found = rows("t.csv", missing="nan")
    assert found.columns["list"][1] != found.columns["list"][1]
    assert found.columns["pred"] == [1, 3, 5]


def test_lists_in_small_batches(put, rows):
    text = "qid,p,y\n" + "".join(f"{k % 3},{k},0\n" for k in range(20))
    assert rows(put("t.csv", text), batch_rows=2).columns["list"] == [k % 3 for k in range(20)]


RECORDS = [{"p": [1, 2], "y": [3, 4], "cost": 5}, {"p": [6], "y": [7], "cost": 8}]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("t.json", json.dumps(RECORDS)),
        ("t.jsonl", "\n".join(map(json.dumps, RECORDS))),
        ("t.json", json.dumps({"data": RECORDS})),
        ("t.json", json.dumps({name: [record[name] for record in RECORDS] for name in RECORDS[0]})),
    ],
)
@pytest.mark.parametrize("batch_rows", [1, 8192])
def test_a_record_is_a_list(put, rows, file, text, batch_rows):
    found = rows(put(file, text), WHOLE, batch_rows=batch_rows)
    assert found.columns == {"list": [0, 0, 1], "pred": [1, 2, 6], "target": [3, 4, 7], "cost": [5, 5, 8]}
    assert (found.rows, found.lines, found.reading.rows) == ([1, 1, 2], [1, 1, 2], 3)
    assert found.reading.lists == [1, 2]
    assert found.reading.nested


def test_names_ids_and_weights_of_records(put, rows):
    records = [
        {"q": "x", "docs": ["a", "b"], "p": [1, 2], "y": [3, 4], "w": 2},
        {"q": "x", "docs": ["c"], "p": [6], "y": [7], "w": 2},
    ]
    found = rows(put("t.json", json.dumps(records)), given={"list": "q"}, ident="docs", weight="w")
    assert found.columns["list"] == [0, 0, 0]
    assert found.columns["weight"] == [2, 2, 2]
    assert found.ids == ["a", "b", "c"]
    found = rows("t.json")
    assert found.columns["list"] == [0, 0, 1]


def test_a_blank_line_is_no_record(put, rows):
    found = rows(put("t.jsonl", '{"p": [1], "y": [2]}\n\n{"p": [3], "y": [4]}\n'))
    assert (found.rows, found.lines) == ([1, 2], [1, 3])


def test_vectors_of_records(put, rows):
    text = '[{"p": [[1, 2], [3, 4]], "y": [0, 1]}, {"p": [[5, 6]], "y": [1]}]'
    assert rows(put("t.json", text), VECTOR).columns == {
        "list": [0, 0, 1], "pred": [[1, 2], [3, 4], [5, 6]], "target": [0, 1, 1]
    }  # fmt: skip
    text = '[{"p_a": [1, 3], "p_b": [2, 4], "y": ["b", "a"]}]'
    assert rows(put("t.json", text), VECTOR).columns["pred"] == [[1, 2], [3, 4]]
    assert rows("t.json", VECTOR).columns["target"] == [1, 0]


def test_records_that_are_rows(put, rows):
    """Vectors are no lists of rows."""
    text = '[{"qid": "a", "p": [1, 2], "y": 0}, {"qid": "b", "p": [3, 4], "y": 1}]'
    found = rows(put("t.json", text), VECTOR)
    assert found.columns == {"list": [0, 1], "pred": [[1, 2], [3, 4]], "target": [0, 1]}
    assert not found.reading.nested
    assert rows(put("t.json", '{"p": [1, 2, 3], "y": [4, 5, 6]}')).columns == {
        "pred": [1, 2, 3],
        "target": [4, 5, 6],
    }


def test_holes_in_records(put, rows, bad):
    put("t.jsonl", '{"p": [1, null], "y": [1, 0]}\n{"p": null, "y": [0]}\n{"p": [3], "y": [0]}\n{"q": 1}\n')
    assert bad("t.jsonl")[1].splitlines()[0] == "error: t.jsonl:1: column 'p' is missing"
    found = rows("t.jsonl", missing="drop")
    assert (found.columns["pred"], found.rows, found.reading.dropped) == ([1, 3], [1, 3], 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"p": [1, 2], "y": [3]}', "the lists differ in length\n  'p' has 2 values\n  'y' has 1 value"),
        ('{"p": [], "y": []}', "the list has no rows: 'p' is empty"),
        ('{"p": 7, "y": [1]}', "'p' is the number 7.0, not a list\n  2 | \"p\": 7.0\n           ^^^"),
        ('{"p": ["x"], "y": [1]}',
         "column 'p': 'x' is not a number\n  2 | \"p\": \"x\"\n           ^^^\n"
         "  fix: --na x --missing drop       scores the other row"),
    ],
)  # fmt: skip
def test_mistakes_in_records(put, bad, text, message):
    assert bad(put("t.jsonl", f'{{"p": [1], "y": [2]}}\n{text}\n')) == (3, f"error: t.jsonl:2: {message}")


def test_labels_of_a_list(put, rows):
    found = rows(
        put("t.csv", "qid,p0,p1,y\na,1,2,3 1.5 3\nb,1,2,4\na,3,4,\nb,1,2,4\na,1,2,3 1.5 3\n"), LABELS
    )
    assert labels(found) == [[3, 1.5, 3], [4], [3, 1.5, 3], [4], [3, 1.5, 3]]
    assert labels(rows("t.csv", LABELS, batch_rows=1)) == labels(found)


def test_labels_of_records_may_be_none(put, rows):
    text = '[{"p": [[1, 2], [3, 4]], "y": []}, {"p": [[5, 6]], "y": [1, 0, 1]}, {"p": [[5, 6]], "y": "1 0"}]'
    assert labels(rows(put("t.json", text), CLASSES)) == [[], [], [1, 0, 1], [1, 0]]


def test_labels_bind_by_name(put, rows):
    found = rows(put("t.csv", "p_a,p_b,p_c,y\n1,2,3,c a\n1,2,3,\n"), CLASSES)
    assert labels(found) == [[2, 0], [2, 0]]
    assert labels(rows(put("t.csv", "p_9,p_10,y\n1,2,10 9\n"), CLASSES)) == [[1, 0]]


def test_labels_that_are_missing_or_none(put, rows, bad):
    put("t.csv", "qid,p0,p1,y\na,1,2,\nb,1,2,1 0\na,1,2,0\n")
    assert bad("t.csv", LABELS)[1].startswith("error: t.csv:2: column 'y' is missing\n")
    assert rows("t.csv", LABELS, missing="drop").rows == [2, 3]
    put("t.csv", "qid,p0,p1,y\na,1,2,1 x\nb,1,2,1 0\n")
    assert bad("t.csv", LABELS)[1].startswith("error: t.csv:2: column 'y': 'x' is not a number\n")
    assert bad("t.csv", CLASSES)[1].startswith("error: target 'x' has no column\n")
    assert bad("t.csv", LABELS, given={"target": "p0,y"}) == (
        3, "error: t.csv: target is one column\n  columns: p0, y"
    )  # fmt: skip


def test_lists_and_a_second_file(put, rows):
    put("p.csv", "id,qid,p\n1,a,5\n2,b,6\n")
    put("t.csv", "id,y\n2,8\n1,7\n")
    assert rows("p.csv", targets="t.csv", on="id").columns == {
        "list": [0, 1],
        "pred": [5, 6],
        "target": [7, 8],
    }
