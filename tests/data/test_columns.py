"""Which columns play which role, and what is said when that is not clear."""

from __future__ import annotations

import pytest

from losscli.data.batch import Chosen, Role
from losscli.data.columns import choose
from losscli.data.labels import common, suffixes


def test_columns_are_found_by_name_whatever_the_capitals_and_blanks(put, load):
    found = load(put("t.csv", "id, Y_TRUE ,Y_Pred\na,1,2\n"))
    assert found.columns == {"pred": [2.0], "target": [1.0]}
    assert found.reading.chosen == {"pred": Chosen(("Y_Pred",)), "target": Chosen(("Y_TRUE",))}


def test_a_misspelt_column(put, refused):
    put("preds.csv", "id,y_true,y_pred,region\na,1,2,north\n")
    assert refused("preds.csv", given={"pred": "y_prd"}) == (
        3,
        "error: preds.csv: no column 'y_prd'\n  columns: id, y_true, y_pred, region\n  fix: --pred y_pred",
    )


def test_a_misspelt_column_of_another_role_and_in_a_list(put, refused):
    put("t.csv", "q_cat,q dog,y\n1,2,3\n")
    lower = Role("lower"), Role("target", ("y",))
    assert refused("t.csv", lower, given={"lower": "q_cta"})[1].splitlines()[-1] == "  fix: --col lower=q_cat"
    assert refused("t.csv", lower, given={"lower": "q_cat,q_dog"})[1].splitlines()[-1] == (
        "  fix: --col lower='q_cat,q dog'"
    )


def test_the_end_of_a_dotted_path_is_enough_for_a_suggestion(put, refused):
    put("t.json", '[{"y": 1, "output": {"score": 2}}]')
    assert refused("t.json", given={"pred": "score"})[1].endswith("fix: --pred output.score")


def test_nothing_found(put, refused):
    put("t.csv", "a,b\n1,2\n")
    assert refused("t.csv") == (
        3,
        "error: t.csv: no column for pred and target found by name\n"
        "  columns: a, b\n"
        "  looked for pred: y_pred, pred, p\n"
        "  looked for target: y_true, target, y\n"
        "  fix: --pred COL --target COL",
    )


def test_one_of_two_found_for_a_role_with_its_own_option(put, refused):
    form = Role("lower", ("lower", "lo")), Role("target", ("y",))
    assert refused(put("t.csv", "a,y\n1,2\n"), form)[1] == (
        "error: t.csv: no column for lower found by name\n"
        "  columns: a, y\n"
        "  looked for lower: lower, lo\n"
        "  fix: --col lower=COL"
    )


def test_two_candidates_are_one_too_many(put, refused, load):
    put("t.csv", "y_true,y_pred,pred\n1,2,3\n")
    assert refused("t.csv")[1] == (
        "error: t.csv: 2 columns could be pred: y_pred, pred\n"
        "  columns: y_true, y_pred, pred\n"
        "  fix: --pred y_pred\n"
        "   or: --pred pred"
    )
    assert load("t.csv", given={"pred": "pred"}).columns["pred"] == [3.0]


def test_a_column_that_is_given_to_one_role_is_no_candidate_for_another(put, load):
    found = load(put("t.csv", "y,target,p\n1,2,3\n"), given={"pred": "target"})
    assert found.columns == {"pred": [2.0], "target": [1.0]}
    assert load(put("t.csv", "y,p,pred\n1,2,3\n"), weight="p").columns["pred"] == [3.0]
    assert load(put("t.csv", "y,p,pred\n1,2,3\n"), ident="p").columns["pred"] == [3.0]


def test_the_first_form_that_is_all_there(put, load, pair, classes):
    put("t.csv", "p_0,p_1,y\n0.1,0.9,1\n")
    assert load("t.csv", pair, classes).reading.form == 1
    assert load("t.csv", pair, classes, given={"pred": "p_0"}).reading.form == 0
    assert load("t.csv", classes, pair, given={"pred": "p_0"}).reading.form == 1


def test_an_ambiguity_is_not_resolved_by_a_later_form(put, refused, pair):
    other = Role("lower", ("lower",)), Role("target", ("y",))
    put("t.csv", "y,p,pred,lower\n1,2,3,4\n")
    assert refused("t.csv", pair, other)[1].startswith("error: t.csv: 2 columns could be pred: p, pred\n")


def test_columns_for_something_that_is_not_asked_for(put, refused):
    put("t.csv", "p,y\n1,2\n")
    assert refused("t.csv", given={"prd": "p"}) == (
        2,
        "error: no input is called 'prd'\n  inputs: pred, target\n  fix: --pred p",
    )
    lower = Role("lower"), Role("target", ("y",))
    assert refused("t.csv", (Role("pred"),), lower, given={"pred": "p", "lower": "p"}) == (
        2,
        "error: pred and lower cannot be given together\n  inputs: pred, lower, target",
    )


@pytest.mark.parametrize(
    ("typed", "names", "labels"),
    [
        ("q_*", ("q_1", "q_9", "q_10"), ("1", "9", "10")),
        ("q_10,q_1", ("q_10", "q_1"), ("10", "1")),
        ("r_new_*", ("r_new_york", "r_new_jersey"), ("york", "jersey")),
        ("r_*", ("r_new_york", "r_new_jersey", "r_ohio"), ("new_york", "new_jersey", "ohio")),
        ("r_ohio,r_new_york", ("r_ohio", "r_new_york"), ("ohio", "new_york")),
        ("cat,r_ohio", ("cat", "r_ohio"), ("cat", "r_ohio")),
        ("a*", ("a0", "a1"), ("0", "1")),
        ("a1,a0", ("a1", "a0"), ("1", "0")),
        ("?at,a0", ("cat", "a0"), ("cat", "a0")),
        ("c,d", ("c,d",), ()),
    ],
)
def test_ways_to_type_columns(put, load, typed, names, labels):
    header = 'q_10,q_9,q_1,r_new_york,r_new_jersey,r_ohio,cat,a0,a1,"c,d",y\n'
    put("t.csv", header + ",".join(map(str, range(11))) + "\n")
    found = load("t.csv", given={"pred": typed}).reading.chosen["pred"]
    assert found == Chosen(names, labels)
    assert load("t.csv", given={"pred": "q_*"}).columns["pred"] == [[2.0, 1.0, 0.0]]


def test_a_pattern_does_not_mean_the_columns_typed_by_name_elsewhere(put, load, classes):
    put("t.csv", "p_a,p_b,p_true\n1,2,b\n")
    found = load("t.csv", classes, given={"pred": "p_*", "target": "p_true"})
    assert found.columns == {"pred": [[1.0, 2.0]], "target": [1.0]}


def test_a_pattern_without_a_match_and_a_column_typed_twice(put, refused):
    put("t.csv", "a,b\n1,2\n")
    assert refused("t.csv", given={"pred": "z_*", "target": "a"}) == (
        3,
        "error: t.csv: no column 'z_*'\n  columns: a, b",
    )
    assert refused("t.csv", given={"pred": "a,b,a", "target": "a"}) == (
        2,
        "error: --pred a,b,a: 'a' comes twice",
    )


def test_equal_header_names_matter_only_if_wanted(put, load, refused):
    put("t.csv", "y,p,x,x\n1,2,3,4\n")
    assert load("t.csv").columns == {"pred": [2.0], "target": [1.0]}
    told = (
        3,
        "error: t.csv: 2 columns are called 'x'\n  columns 3, 4 of: y, p, x, x\n  fix: rename one of them",
    )
    assert refused("t.csv", given={"pred": "x"}) == told
    assert refused("t.csv", given={"pred": "p,x"}) == told
    assert refused("t.csv", weight="x") == told
    assert refused("t.csv", (Role("pred", ("x",)),)) == told


def test_without_a_header_columns_are_numbers(put, load, refused):
    put("t.csv", "7,a,9\n\n8,b,10\n")
    found = load("t.csv", given={"pred": "1", "target": "3"}, header=False)
    assert found.columns == {"pred": [7.0, 8.0], "target": [9.0, 10.0]}
    assert (found.rows, found.lines) == ([1, 2], [1, 3])
    assert refused("t.csv", given={"pred": "1", "target": "4"}, header=False) == (
        3,
        "error: t.csv: no column '4'\n  columns: 1, 2, 3",
    )


def test_a_header_of_numbers_is_probably_a_row(put, refused):
    put("t.csv", "7,9\n8,10\n")
    assert refused("t.csv")[1].endswith(
        "  fix: --no-header --pred 1 --target 2       if the first line is a row, not names"
    )


def test_the_wrong_delimiter(put, refused):
    put("t.csv", "id;y;p\n1;1,5;0,9\n")
    assert refused("t.csv", delimiter=",") == (
        3,
        "error: t.csv: one column found, 'id;y;p'\n  ';' between fields?\n  fix: --delimiter ';'",
    )
    assert refused(put("t.tsv", "y,p\n1,2\n"), given={"pred": "p"})[1].endswith("fix: --delimiter ,")


def test_many_columns_are_not_all_listed(put, refused):
    names = [f"c{number}" for number in range(300)]
    put("t.csv", ",".join(names) + "\n" + ",".join("1" * 300) + "\n")
    assert refused("t.csv", given={"pred": "zzz"})[1] == (
        "error: t.csv: no column 'zzz'\n"
        "  columns: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15 ... 284 more"
    )


def test_the_weight_is_a_role(put, load, refused):
    put("t.csv", "y,p,w,v\n1,2,3,4\n")
    assert load("t.csv", weight="w").columns["weight"] == [3.0]
    assert refused("t.csv", weight="ww")[1].endswith("fix: --weight w")
    assert refused("t.csv", weight="w,v") == (3, "error: t.csv: weight is one number a row\n  columns: w, v")


def test_several_numbers_pair_by_rank_but_not_against_their_labels(put, load, refused):
    put("t.csv", "a_x,a_y,b_y,b_x\n1,2,3,4\n")
    assert load("t.csv", given={"pred": "a_*", "target": "b_x,b_y"}).columns == {
        "pred": [[1.0, 2.0]],
        "target": [[4.0, 3.0]],
    }
    assert refused("t.csv", given={"pred": "a_*", "target": "b_*"}) == (
        3,
        "error: pred and target have the same labels in different order\n"
        "  a_x, a_y\n"
        "  b_y, b_x\n"
        "  fix: --target b_x,b_y",
    )


def test_ids_are_the_text_of_the_file(put, load):
    put("t.csv", "id,y,p\n007,1,2\n 8 ,3,4\n")
    assert load("t.csv", ident="id").ids == ["007", " 8 "]
    assert load("t.csv").ids == []
    put(
        "t.json",
        '[{"id": 7, "y": 1, "p": 2.50}, {"id": 1.50, "y": 1, "p": 2}, {"id": "007", "y": 1, "p": 1e2}]',
    )
    found = load("t.json", ident="id")
    assert found.ids == ["7", "1.50", "007"]
    assert found.columns["pred"] == [2.5, 2.0, 100.0]
    assert load("t.json", ident="id,p", given={"pred": "p"}).ids == ["7,2.50", "1.50,2", "007,1e2"]


@pytest.mark.parametrize(
    ("names", "prefix", "labels"),
    [
        (["p_cat", "p_car"], "p_", ("cat", "car")),
        (["p10", "p11"], "p", ("10", "11")),
        (["p_-1", "p_0"], "p_", ("-1", "0")),
        (["p.01", "p.2"], "p.", ("1", "2")),
        (["cat", "car"], "", ("cat", "car")),
        (["0", "1"], "", ("0", "1")),
        (["p_", "p_a"], "p_", ("p_", "p_a")),
        (["p_1", "p_b"], "p_", ("1", "b")),
    ],
)
def test_labels_are_what_follows_the_common_prefix(names, prefix, labels):
    assert common(names) == prefix
    assert suffixes(names) == labels


def test_choose_needs_no_options(put, pair):
    from losscli.data.batch import AS_USUAL
    from losscli.data.formats import open_table

    table = open_table(put("t.csv", "p,y\n1,2\n"), AS_USUAL, exact=False)
    form, picks = choose([pair], {"": table})
    assert (form, picks["pred"].columns, picks["target"].columns) == (0, (0,), (1,))
    table.close()


def test_a_vector_is_looked_for_as_a_family(put, refused, classes):
    assert refused(put("t.csv", "a,y\n1,2\n"), classes)[1] == (
        "error: t.csv: no column for pred found by name\n"
        "  columns: a, y\n"
        "  looked for pred: y_pred_*, pred_*, p_*\n"
        "  fix: --pred COL"
    )


def test_a_role_without_names_must_be_given(put, refused):
    assert (
        "\n  looked for pred: no name, it must be given\n"
        in refused(put("t.csv", "p,y\n1,2\n"), (Role("pred"),))[1]
    )


def test_the_wrong_delimiter_when_columns_are_typed(put, refused):
    put("t.csv", "y p\n1 2\n")
    assert refused("t.csv", given={"pred": "p"})[1] == (
        "error: t.csv: one column found, 'y p'\n  space between fields?\n  fix: --delimiter space"
    )


def test_what_is_found_is_the_longer_of_two_stems(put, load):
    vector = (Role("pred", ("p", "p_hat"), "vector"),)
    assert load(put("t.csv", "p_hat_0,p_hat_1\n1,2\n"), vector).reading.chosen["pred"] == Chosen(
        ("p_hat_0", "p_hat_1"), ("0", "1")
    )
