"""Vectors, and the class targets that are bound to their columns by label."""

from __future__ import annotations

import math

import pytest

from losscli.data.batch import Chosen


def test_labels_bind_whatever_the_order_of_the_columns(put, load, classes):
    found = load(put("t.csv", "p_dog,p_cat,y\n.1,.9,cat\n.2,.8, dog \n"), classes)
    assert found.columns == {"pred": [[0.1, 0.9], [0.2, 0.8]], "target": [1.0, 0.0]}
    assert found.reading.chosen == {
        "pred": Chosen(("p_dog", "p_cat"), ("dog", "cat")),
        "target": Chosen(("y",)),
    }


@pytest.mark.parametrize("target", ["10", "10.0", " 1e1 ", "+10", "010"])
def test_integers_bind_by_number_and_ten_comes_after_nine(put, load, classes, target):
    found = load(put("t.csv", f"p_10,p_9,p_1,y\n.1,.2,.3,{target}\n"), classes)
    assert found.columns == {"pred": [[0.3, 0.2, 0.1]], "target": [2.0]}
    assert found.reading.chosen["pred"] == Chosen(("p_1", "p_9", "p_10"), ("1", "9", "10"))


def test_json_lists_have_their_places_as_labels(put, load, classes):
    put("t.json", '[{"p": [0.1, 0.9], "y": 1}, {"p": [0.2, 0.8], "y": "0"}, {"p": [0.3, 0.7], "y": 1.0}]')
    found = load("t.json", classes)
    assert found.columns == {"pred": [[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]], "target": [1.0, 0.0, 1.0]}
    assert found.reading.chosen["pred"] == Chosen(("p",), ("0", "1"))
    put("t.json", '{"p": [[0.1, 0.9], [0.2, 0.8]], "y": [0, 1]}')
    assert load("t.json", classes).columns == {"pred": [[0.1, 0.9], [0.2, 0.8]], "target": [0.0, 1.0]}


def test_a_nested_record_is_a_family(put, load, classes):
    put("t.jsonl", '{"p": {"cat": 0.1, "dog": 0.9}, "y": "dog"}\n{"y": "cat", "p": {"dog": 1, "cat": 0}}\n')
    found = load("t.jsonl", classes)
    assert found.columns == {"pred": [[0.1, 0.9], [0.0, 1.0]], "target": [1.0, 0.0]}
    assert found.reading.chosen["pred"] == Chosen(("p.cat", "p.dog"), ("cat", "dog"))
    assert load("t.jsonl", classes, given={"pred": "p"}).columns == found.columns


def test_the_user_may_say_what_the_columns_stand_for(put, load, refused, classes):
    put("t.csv", "p_dog,p_cat,y\n.1,.9,0\n.2,.8,1\n")
    found = load("t.csv", classes, classes=("1", "0"))
    assert found.columns["target"] == [1.0, 0.0]
    assert found.reading.chosen["pred"] == Chosen(("p_dog", "p_cat"), ("1", "0"))
    assert load("t.csv", classes, classes=("0", "1"), given={"pred": "p_cat,p_dog"}).columns == {
        "pred": [[0.9, 0.1], [0.8, 0.2]],
        "target": [0.0, 1.0],
    }
    assert refused("t.csv", classes, classes=("0", "1", "2")) == (
        2,
        "error: --classes names 3 classes, but pred has 2\n  classes: 0, 1, 2\n  columns: p_dog, p_cat",
    )
    assert refused("t.csv", classes, classes=("0", "0"))[0] == 2


def test_a_class_without_a_column(put, refused, classes):
    put("preds.csv", "p_cat,p_dog,y\n.1,.9,cat\n.2,.8,horse\n.1,.2,horse\n.3,.4,pig\n")
    assert refused("preds.csv", classes) == (
        3,
        "error: target 'horse' has no column\n"
        "  class columns: p_cat, p_dog -> classes cat, dog\n"
        "  first at preds.csv:3; 2 rows\n"
        "  fix: add p_horse, or bind by hand: --classes cat,dog --pred p_cat,p_dog",
    )


def test_numbers_do_not_bind_to_names_by_their_order(put, refused, classes):
    put("preds.csv", "p_cat,p_dog,y\n.1,.9,0\n.2,.8,1\n")
    assert refused("preds.csv", classes)[1] == (
        "error: target '0' has no column\n"
        "  class columns: p_cat, p_dog -> classes cat, dog\n"
        "  first at preds.csv:2; 1 row\n"
        "  fix: --classes 0,1       if 0 is 'cat', 1 is 'dog', and so on"
    )


def test_classes_counted_from_one(put, refused, classes):
    put("t.json", '[{"p": [0.1, 0.9], "y": 1}, {"p": [0.2, 0.8], "y": 2}]')
    assert refused("t.json", classes)[1] == (
        "error: target '2' has no column\n"
        "  class columns: 'p', a list of 2 -> classes 0, 1\n"
        "  first at t.json: record 2; 1 row\n"
        "  fix: --classes 1,2       if the classes count from 1"
    )


@pytest.mark.parametrize("target", ["1.5", "-1", "inf", "x", "true"])
def test_what_names_no_class_is_refused(put, refused, classes, target):
    put("t.csv", f"p_0,p_1,y\n.1,.9,{target}\n")
    assert refused("t.csv", classes)[1].startswith(f"error: target '{target}' has no column\n")


def test_true_is_not_class_one(put, refused, classes):
    put("t.json", '[{"p": [0.1, 0.9], "y": 1}, {"p": [0.1, 0.9], "y": true}]')
    assert refused("t.json", classes)[1] == (
        "error: target 'true' has no column\n"
        "  class columns: 'p', a list of 2 -> classes 0, 1\n"
        "  first at t.json: record 2; 1 row\n"
        "  fix: write 1 for true and 0 for false"
    )


def test_missing_classes(put, load, refused, classes):
    put("t.csv", "p_0,p_1,y\n.1,.9,1\n.2,.8,\n.3,.7,nan\n")
    assert load("t.csv", classes, missing="drop").columns["target"] == [1.0]
    one, two, three = load("t.csv", classes, missing="nan").columns["target"]
    assert (one, math.isnan(two), math.isnan(three)) == (1.0, True, True)
    assert refused("t.csv", classes)[1] == (
        "error: t.csv:3: column 'y' is missing\n"
        "  3 | .2,.8,\n"
        "            ^\n"
        "  2 such cells: lines 3, 4\n"
        "  fix: --missing drop       scores the other row"
    )


def test_a_class_that_is_called_none_is_a_class(put, load, classes):
    put("t.csv", "p_None,p_some,y\n1,2,None\n3,4,NA\n5,6,some\n")
    assert load("t.csv", classes, missing="drop").columns["target"] == [0.0, 1.0]
    assert load("t.csv", classes, missing="drop", na=("None",)).rows == [3]
    assert load("t.csv", classes, missing="drop", na=("some",)).rows == [1]


def test_one_hot_and_soft_targets_bind_by_label(put, load, refused, classes):
    put("t.csv", "p_dog,p_cat,y_cat,y_dog\n.1,.9,0.25,0.75\n")
    found = load("t.csv", classes)
    assert found.columns == {"pred": [[0.1, 0.9]], "target": [[0.75, 0.25]]}
    assert found.reading.chosen["target"] == Chosen(("y_dog", "y_cat"), ("dog", "cat"))
    put("t.csv", "p_dog,p_cat,y_cat,y_cow\n.1,.9,0,1\n")
    assert refused("t.csv", classes, given={"target": "y_*"}) == (
        3,
        "error: t.csv: target and pred stand for different classes\n"
        "  target: y_cat, y_cow -> cat, cow\n"
        "  pred: p_dog, p_cat -> dog, cat",
    )
    put("t.csv", "p_a,p_b,t_a,t_b,t_c\n1,2,3,4,5\n")
    assert refused("t.csv", classes, given={"target": "t_*"})[1] == (
        "error: t.csv: target has 3 columns, but pred has 2"
    )


def test_an_index_and_a_family_of_other_columns_do_not_compete(put, load, refused, classes):
    assert load(put("t.csv", "p_0,p_1,y,y_id,y_name\n.1,.9,1,7,x\n"), classes).columns["target"] == [1.0]
    told = refused(put("t.csv", "p_0,p_1,y,y_0,y_1\n.1,.9,1,0,1\n"), classes)[1]
    assert told.splitlines()[0] == "error: t.csv: 2 columns could be target: y, y_*"


def test_one_hot_lists_bind_by_place(put, load, classes):
    put("t.json", '[{"p": [0.1, 0.9], "y": [0, 1]}, {"p": [0.2, 0.8], "y": [1, 0]}]')
    assert load("t.json", classes).columns["target"] == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "[0.2]",
            "error: t.json: record 2: 'p' has 1 number, the first one has 2\n"
            '  2 | "p": [0.2]\n'
            "           ^^^^^",
        ),
        (
            '[0.2, "x"]',
            "error: t.json: record 2: column 'p': [0.2, \"x\"] is not a list of 2 numbers\n"
            '  2 | "p": [0.2, "x"]\n'
            "           ^^^^^^^^^^",
        ),
        (
            "0.2",
            "error: t.json: record 2: column 'p': 0.2 is not a list of 2 numbers\n"
            '  2 | "p": 0.2\n'
            "           ^^^",
        ),
    ],
)
def test_lists_that_are_not_like_the_first(put, refused, classes, cell, message):
    put("t.json", f'[{{"p": [0.1, 0.9], "y": 1}}, {{"p": {cell}, "y": 0}}]')
    assert refused("t.json", classes) == (3, message)


def test_a_missing_list_is_a_missing_row(put, load, classes):
    put("t.json", '[{"p": null, "y": 1}, {"p": [0.1, 0.9], "y": 1}, {"y": 1}, {"p": [null, 1], "y": 0}]')
    found = load("t.json", classes, missing="drop")
    assert (found.rows, found.reading.dropped) == ([2], 3)
    assert math.isnan(load("t.json", classes, missing="nan").columns["pred"][0][1])


def test_a_vector_is_not_one_column(put, refused, classes):
    assert refused(put("t.csv", "q,y\n1,2\n"), classes, given={"pred": "q"}) == (
        3,
        "error: t.csv: pred is a vector: several columns or one of lists, not only 'q'\n  columns: q, y",
    )
    assert refused(put("t.json", '[{"p": [], "y": 1}]'), classes)[1] == (
        "error: t.json: pred: the first list of 'p' is empty"
    )
    assert refused(put("t.json", '[{"p": [1], "q": [2], "y": 1}]'), classes, given={"pred": "p,q"})[1] == (
        "error: t.json: pred: the cells of 'p' are lists; select it alone"
    )


def test_two_columns_for_one_class(put, refused, classes):
    assert refused(put("t.csv", "p_1,p_01,y\n1,2,1\n"), classes) == (
        3,
        "error: t.csv: two columns of pred stand for the class '1'\n  columns: p_1, p_01\n  classes: 1, 1",
    )


def test_many_classes_are_not_bound_by_hand(put, refused, classes):
    names = ",".join(f"p_k{number}" for number in range(30))
    put("t.csv", f"{names},y\n" + "0.5," * 30 + "horse\n")
    assert refused("t.csv", classes)[1] == (
        "error: target 'horse' has no column\n"
        "  class columns: p_k0, p_k1, p_k2, p_k3, p_k4, p_k5, p_k6 ... 23 more"
        " -> classes k0, k1, k2, k3, k4, k5, k6, k7, k8, k9 ... 20 more\n"
        "  first at t.csv:2; 1 row"
    )
