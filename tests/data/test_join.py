"""Predictions in one file, targets in another."""

from __future__ import annotations

import pytest

PREDS = "id,p\na,1\nb,2\nc,3\n"


@pytest.fixture
def two(put):
    def two(preds, truth, name="t.csv"):
        put("p.csv", preds)
        return {"targets": put(name, truth)}

    return two


@pytest.mark.parametrize("batch_rows", [1, 2, 8192])
def test_ids_pair_and_the_order_is_that_of_the_predictions(two, load, batch_rows):
    how = two(PREDS, "y,id\n30,c\n10,a\n20,b\n")
    found = load("p.csv", on="id", batch_rows=batch_rows, **how)
    assert found.columns == {"pred": [1.0, 2.0, 3.0], "target": [10.0, 20.0, 30.0]}
    assert (found.rows, found.lines, found.ids) == ([1, 2, 3], [2, 3, 4], ["a", "b", "c"])
    assert tuple(found.reading.unmatched) == (0, 0)


def test_ids_are_text_in_every_format(two, load, refused):
    how = two("id,p\n7,1\n08,2\n", '[{"key": "08", "y": 80}, {"key": 7, "y": 70}]', "t.json")
    assert load("p.csv", on="id=key", **how).columns["target"] == [70.0, 80.0]
    how = two("id,p\n7,1\n", "id,y\n07,1\n")
    assert refused("p.csv", on="id", **how) == (
        3,
        "error: --on id: the ids do not match one to one\n  only in p.csv   1   7\n  only in t.csv   1   07",
    )


def test_composite_ids(two, load):
    how = two("a,b,p\n1,23,2\n12,3,4\n", "c,d,y\n12,3,40\n1,23,20\n")
    found = load("p.csv", on="a,b=c,d", **how)
    assert found.columns["target"] == [20.0, 40.0]
    assert found.ids == ["1,23", "12,3"]


def test_ids_that_do_not_match(two, refused):
    how = two(PREDS + "c,4\nd,5\n", "id,y\nc,30\nb,20\n" + "".join(f"x{n},1\n" for n in range(12)))
    assert refused("p.csv", on="id", batch_rows=2, **how) == (
        3,
        "error: --on id: the ids do not match one to one\n"
        "  only in p.csv     2   a d\n"
        "  only in t.csv    12   x0 x1 x2 ...\n"
        "  twice in p.csv    1   c (lines 4, 5)\n"
        "  fix: remove the duplicate; --join inner then scores the shared ids",
    )


def test_ids_that_only_lack_a_partner(two, load, refused):
    how = two(PREDS, "id,y\nc,30\nb,20\nz,\nx,1\n")
    assert refused("p.csv", on="id", **how)[1].splitlines()[-1] == (
        "  fix: --join inner       scores the 2 shared ids"
    )
    found = load("p.csv", on="id", join="inner", **how)
    assert found.columns == {"pred": [2.0, 3.0], "target": [20.0, 30.0]}
    assert (found.rows, found.lines) == ([2, 3], [3, 4])
    assert tuple(found.reading.unmatched) == (1, 2)
    assert (found.reading.rows, found.reading.dropped) == (3, 0)


def test_duplicates_are_errors_in_an_inner_join_too(two, refused):
    how = two(PREDS, "id,y\na,30\na,3\nb,2\nb,2\nb,2\n")
    assert refused("p.csv", on="id", join="inner", **how) == (
        3,
        "error: --on id: the ids do not match one to one\n"
        "  repeated in t.csv   2   a (lines 2, 3) ...\n"
        "  fix: remove the duplicates",
    )
    how = two("id,p\nq,1\nq,2\na,3\n", "id,y\na,30\n")
    assert "twice in p.csv   1   q (lines 2, 3)" in refused("p.csv", on="id", join="inner", **how)[1]


def test_nothing_shared(two, refused):
    how = two(PREDS, "id,y\n1,30\n")
    assert refused("p.csv", on="id", join="inner", **how) == (
        4,
        "error: --on id: no id is in both files\n  only in p.csv   3   a b c\n  only in t.csv   1   1",
    )


def test_rows_without_an_id(two, refused):
    how = two(PREDS, "id,y\na,1\n,2\n")
    assert refused("p.csv", on="id", **how) == (3, "error: t.csv:3: --on id: the id is missing")
    how = two('id,p\na,1\n"",2\n', "id,y\na,1\nb,2\n")
    assert refused("p.csv", on="id", **how) == (3, "error: p.csv:3: --on id: the id is missing")


def test_by_order(two, load):
    how = two("p\n1\n2\n3\n", "y\n4\n\n5\n6\n")
    assert load("p.csv", batch_rows=2, **how).columns == {"pred": [1.0, 2.0, 3.0], "target": [4.0, 5.0, 6.0]}


def test_by_order_is_refused_when_an_id_could_do_better(two, load, refused):
    how = two(PREDS, "id,y\nc,30\nb,20\na,10\n")
    assert refused("p.csv", **how) == (
        3,
        "error: do the rows of p.csv and t.csv pair by 'id' or by order?\n"
        "  in both files: id\n"
        "  fix: --on id\n"
        "   or: --by-order",
    )
    assert load("p.csv", by_order=True, **how).columns["target"] == [30.0, 20.0, 10.0]
    headless = two("1,2\n", "1,3\n")
    found = load("p.csv", header=False, given={"pred": "2", "target": "2"}, **headless)
    assert found.columns == {"pred": [2.0], "target": [3.0]}


def test_counts_that_differ(two, refused):
    how = two("id,p\n" + "a,1\n" * 12, "id,y\n" + "a,1\n" * 9)
    assert refused("p.csv", by_order=True, batch_rows=5, **how) == (
        3,
        "error: 12 predictions but 9 targets\n"
        "  p.csv   12 rows, column 'p'\n"
        "  t.csv    9 rows, column 'y'\n"
        "  fix: both files have a column 'id': --on id",
    )
    how = two("p\n1\n", "y\n1\n2\n")
    assert refused("p.csv", **how) == (
        3,
        "error: 1 prediction but 2 targets\n  p.csv   1 row, column 'p'\n  t.csv   2 rows, column 'y'",
    )


def test_targets_are_looked_for_in_their_own_file(two, load, refused):
    how = two("id,p,y\na,1,9\n", "id,truth\na,3\n")
    assert load("p.csv", on="id", given={"target": "truth"}, **how).columns["target"] == [3.0]
    assert refused("p.csv", on="id", given={"target": "y"}, **how)[1] == (
        "error: t.csv: no column 'y'\n  columns: id, truth"
    )
    assert refused("p.csv", on="id", **how)[1] == (
        "error: t.csv: no column for target found by name\n"
        "  columns: id, truth\n"
        "  looked for target: y_true, target, y\n"
        "  fix: --target COL"
    )


def test_classes_bind_across_files(two, load, classes):
    how = two("id,p_a,p_b\n1,.1,.9\n2,.2,.8\n", "id,y\n2,a\n1,b\n")
    assert load("p.csv", classes, on="id", **how).columns == {
        "pred": [[0.1, 0.9], [0.2, 0.8]],
        "target": [1.0, 0.0],
    }
    how = two("p_a,p_b\n.1,.9\n", "y_b,y_a\n1,0\n")
    assert load("p.csv", classes, **how).columns["target"] == [[0.0, 1.0]]


def test_flaws_in_the_second_file(two, load, refused):
    how = two(PREDS, "id,y\nc,30\nb,\na,10\n")
    assert refused("p.csv", on="id", batch_rows=1, **how)[1] == (
        "error: t.csv:3: column 'y' is missing\n"
        "  3 | b,\n"
        "        ^\n"
        "  fix: --missing drop       scores the other 2 rows"
    )
    found = load("p.csv", on="id", missing="drop", **how)
    assert (found.rows, found.reading.dropped) == ([1, 3], 1)
    how = two("id,p\na,1\nb,\nc,3\n", "id,y\nc,x\nb,1\na,10\n")
    assert refused("p.csv", on="id", **how)[1].startswith("error: p.csv:3: column 'p' is missing\n")


def test_options_that_contradict(two, refused):
    how = two(PREDS, "id,y\na,1\n")
    assert refused("p.csv", on="id") == (2, "error: --on pairs two files: the second one is --targets FILE")
    assert refused("p.csv", by_order=True)[0] == 2
    assert refused("p.csv", on="id", by_order=True, **how)[0] == 2
    assert refused("p.csv", join="inner", **how)[0] == 2
    assert refused("-", targets="-") == (2, "error: standard input cannot be both files")
    assert refused("p.csv", on="id,p=id", **how) == (2, "error: --on id,p=id: 2 columns here, 1 there")
    assert refused("p.csv", on="ID", **how) == (
        3,
        "error: p.csv: no column 'ID'\n  columns: id, p\n  fix: --on id",
    )


def test_a_misspelt_id_keeps_the_other_half(two, refused):
    how = two(PREDS, "key,y\na,1\n")
    assert refused("p.csv", on="id=kye", **how)[1].splitlines()[-1] == "  fix: --on id=key"


def test_a_second_file_is_for_targets(two, refused):
    from losscli.data.batch import Role

    how = two(PREDS, "id,y\na,1\n")
    assert refused("p.csv", (Role("pred", ("p",)),), **how) == (
        2,
        "error: --targets: nothing here has targets",
    )


def test_an_empty_second_file(two, refused):
    how = two(PREDS, "id,y\n")
    assert refused("p.csv", on="id", **how) == (4, "error: t.csv: no rows after the header")


def test_rows_that_pair_by_order_are_not_held(put, pair):
    import tracemalloc

    import numpy as np

    from losscli.data.reader import read

    def peak(rows):
        np.save(put("p.npy", ""), np.zeros(rows))
        np.save(put("y.npy", ""), np.full(rows, 2.5))
        tracemalloc.start()
        for batch in read([pair], "p.npy", targets="y.npy", batch_rows=1000).batches():
            assert set(batch.columns["target"].tolist()) == {2.5}
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(120_000) < 1.2 * peak(60_000)


def test_files_whose_pieces_end_at_different_rows_pair_by_order(put, load):
    import numpy as np

    put("p.csv", "p\n" + "".join(f"{row}\n" for row in range(1000)))
    np.save("y.npy", np.arange(1000) / 2)
    for one, two in ("p.csv", "y.npy"), ("y.npy", "p.csv"):
        given = {"pred": "1", "target": "p"} if one == "y.npy" else {}
        for batch_rows in 7, 333, 8192:
            found = load(one, targets=two, batch_rows=batch_rows, given=given).columns
            twice = {1: 2 * np.array(found["target"]), 0: np.array(found["target"]) / 2}[one == "p.csv"]
            assert found["pred"] == twice.tolist()


def test_columns_of_the_second_file(two, load, refused):
    how = two("id,p,year\na,1,2020\nb,2,2021\nc,4,2022\n", "id,y,w,region\nc,30,3,n\na,10,1,s\nb,20,2,n\n")
    found = load("p.csv", on="id", weight="w", group=["region"], where="region = 'n'", **how)
    assert found.columns == {"pred": [2, 4], "target": [20, 30], "weight": [2, 3], "group": [0, 0]}
    assert (found.rows, found.reading.filtered, found.reading.groups[0]) == ([2, 3], 1, ("n",))
    assert load("p.csv", on="id", where="year > 2020 and p < 3", **how).columns["target"] == [20.0]
    assert load("p.csv", by_order=True, where="w < 3", **how).columns["pred"] == [2.0, 4.0]
    assert refused("p.csv", on="id", where="region = 'n' and year > 2020", **how) == (
        3,
        "error: --where sees the columns of one file, not of both: 'region' is in t.csv\n"
        "  id, p, year   in p.csv\n"
        "  id, y, w, region   in t.csv\n"
        "  fix: a condition on the columns of p.csv alone, or of t.csv",
    )
    assert refused("p.csv", on="id", where="nope = 1", **how)[1].startswith(
        "error: p.csv: no column 'nope'\n"
    )
    assert refused("p.csv", on="id", group=["nope"], **how)[1].startswith("error: p.csv: no column 'nope'\n")
    assert refused("p.csv", on="id", weight="nope", **how)[1].startswith("error: p.csv: no column 'nope'\n")


def test_what_is_missing_in_rows_that_a_condition_on_the_second_file_leaves_out(two, load):
    how = two("id,p\na,1\nb,x\nc,\n", "id,y,keep\na,10,1\nb,20,0\nc,,0\n")
    assert load("p.csv", on="id", where="keep = 1", **how).columns == {"pred": [1.0], "target": [10.0]}
