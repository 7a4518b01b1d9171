"""NumPy's files: arrays by number, by field, by name; mapped, or read in pieces."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest

from losscli.data.batch import Role
from losscli.data.reader import read
from losscli.errors import DataError

P, Y = np.array([2.0, 4.0, 0.1]), np.array([1.0, 3.0, 0.5])
EXPECTED = {"pred": P.tolist(), "target": Y.tolist()}
TYPES = ["<f8", ">f8", "<f4", ">f4", "<f2", "g", "i1", "<i8", ">i4", "<u2", ">u8", "?"]


def saved(array, save=np.save, **named):
    file = io.BytesIO()
    save(file, *(() if array is None else (array,)), **named)
    return file.getvalue()


def type_in(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.fixture(params=["file", "gzip", "standard input"])
def give(request, put, monkeypatch):
    """Offer an array as a file, packed, or through standard input; return what to read."""

    def give(name, data):
        if request.param == "standard input":
            type_in(monkeypatch, data)
            return "-"
        return put(name, data) if request.param == "file" else put(name + ".gz", gzip.compress(data))

    return give


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("type", TYPES)
def test_columns_by_number(give, load, type, order):
    array = np.asarray(np.column_stack([P, Y]).astype(type), order=order)
    found = load(give("t.npy", saved(array)), given={"pred": "1", "target": "2"}, batch_rows=1)
    assert found.columns == {
        "pred": array[:, 0].astype(float).tolist(),
        "target": array[:, 1].astype(float).tolist(),
    }
    assert (found.rows, found.lines) == ([1, 2, 3], [1, 2, 3])


def test_two_arrays_pair_by_order(give, put, load):
    put("y.npy", saved(Y))
    found = load(give("p.npy", saved(P)), targets="y.npy")
    assert found.columns == EXPECTED
    assert found.reading.place(2).endswith(": row 2")


def test_of_two_columns_the_other_is_the_other(put, load):
    put("t.npy", saved(np.column_stack([P, Y])))
    assert load("t.npy", given={"target": "2"}).columns == EXPECTED


def test_arrays_of_several_columns_pair_column_by_column(put, load):
    both = np.column_stack([P, Y])
    put("p.npy", saved(both))
    put("y.npy", saved(both[:, ::-1]))
    assert load("p.npy", targets="y.npy").columns == {"pred": both.tolist(), "target": both[:, ::-1].tolist()}


@pytest.mark.parametrize("truth", [np.array([2, 0, 1]), np.array([2.0, 0, 1]), np.array([[2], [0], [1]])])
def test_classes_count_from_nought(put, load, classes, truth):
    """What a row of an array has at a place is the class of that number, as in every NumPy program."""
    scores = np.arange(9.0).reshape(3, 3)
    put("p.npy", saved(scores))
    put("y.npy", saved(truth))
    found = load("p.npy", classes, targets="y.npy")
    assert found.columns == {"pred": scores.tolist(), "target": [2, 0, 1]}
    put("y.npy", saved(np.eye(3, dtype=bool)))
    assert load("p.npy", classes, targets="y.npy").columns["target"] == np.eye(3).tolist()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_by_name(give, load, classes, save):
    file = give(
        "t.npz", saved(None, save, y=Y.astype(np.float32), p=P, other=np.arange(7), note=np.array("hello"))
    )
    found = load(file, batch_rows=1)
    assert found.columns == {"pred": P.tolist(), "target": Y.astype(np.float32).tolist()}
    assert found.reading.place(3).endswith(": row 3")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_vectors_by_name(put, load, classes, save, order):
    scores = np.asarray(np.arange(9.0).reshape(3, 3), order=order)
    put("t.npz", saved(None, save, p=scores, y=np.array([2, 0, 1])))
    assert load("t.npz", classes).columns == {"pred": scores.tolist(), "target": [2, 0, 1]}
    assert load("t.npz", given={"pred": "p", "target": "p"}).columns["pred"] == scores.tolist()


def test_records_have_named_fields(give, load, classes):
    kind = [("id", "U5"), ("y", ">i4"), ("p", "<f4", (2,)), ("inner", [("w", "f8"), ("t", "S3")])]
    array = np.array([("a1", 1, (2, 3), (0.5, b"x")), ("b2", 0, (4, 5), (0.25, b"y"))], kind)
    found = load(give("t.npy", saved(array)), classes, ident="id", weight="inner.w")
    assert found.columns == {"pred": [[2, 3], [4, 5]], "target": [1, 0], "weight": [0.5, 0.25]}
    assert found.ids == ["a1", "b2"]


def test_ids_of_any_type(put, load):
    put("p.npz", saved(None, np.savez, id=np.array([10, 2**60 + 1, 7]), p=P))
    put("y.csv", f"id,y\n7,0.5\n{2**60 + 1},3\n10,1\n")
    assert load("p.npz", targets="y.csv", on="id").columns == EXPECTED
    put("p.npy", saved(np.column_stack([[10.0, 5, 7], P])))
    put("y.npy", saved(np.array([(5, 3.0), (10, 1.0), (7, 0.5)], [("1", "i2"), ("y", "f8")])))
    assert load("p.npy", targets="y.npy", on="1").columns == EXPECTED


def test_lists_of_rows_are_rows_of_arrays(put):
    put(
        "t.npz",
        saved(None, np.savez, scores=np.array([[3.0, 1], [2, 5]]), relevance=np.array([[1, 0], [0, 1]])),
    )
    form = Role("pred", ("scores",)), Role("target", ("relevance",))
    [batch] = read([form], "t.npz", lists=True).batches()
    assert batch.columns["pred"].tolist() == [3, 1, 2, 5]
    assert batch.columns["list"].tolist() == [0, 0, 1, 1]


def test_missing_values(put, load, refused):
    put("t.npz", saved(None, np.savez, p=np.array([1, np.nan, 3]), y=np.array([1, 2, -999])))
    assert refused("t.npz") == (
        3,
        "error: t.npz: row 2: column 'p' is missing\n"
        '  2 | "p": NaN\n'
        "           ^^^\n"
        "  fix: --missing drop       scores the other 2 rows",
    )
    assert load("t.npz", missing="drop", na=("-999",)).columns == {"pred": [1.0], "target": [1.0]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (saved(np.array(["a", 1], object), allow_pickle=True), "t.npy holds Python objects, that is a pickle, which could run any program\n"
         "  type object; numbers or texts are read"),
        (saved(np.array([1j])), "t.npy holds complex numbers"),
        (saved(np.array(["2020-01-01"], "M8[D]")), "t.npy holds dates"),
        (saved(np.zeros((2, 2, 2))), "t.npy: an array of 3 dimensions, shape (2, 2, 2)"),
        (saved(np.array(1.0)), "t.npy: an array of 0 dimensions, shape ()"),
        (saved(P)[:-1], "t.npy: the array is cut short: 23 of 24 bytes are there"),
        (saved(P)[:20], "t.npy: the header of the NumPy file is damaged"),
        (saved(P)[:7], "t.npy: the header of the NumPy file is damaged"),
        (saved(P).replace(b"'<f8'", b"'<z8'"), "t.npy: the header of the NumPy file is damaged"),
        (saved(P).replace(b"(3,)", b"(-3)"), "t.npy: the header of the NumPy file is damaged"),
        (saved(np.array(["x", "y"])), "t.npy: column '1' for target holds texts, not numbers"),
        (b"1,2\n", "t.npy: not a NumPy file: it begins with b'1,2\\n'\n  fix: --input-format csv       if it is text"),
    ],
)  # fmt: skip
def test_arrays_that_are_refused(put, refused, data, message):
    put("p.npy", saved(P))
    code, told = refused("p.npy", targets=put("t.npy", data))
    assert code == 3
    assert told.startswith(f"error: {message}"), told


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_that_are_refused(put, refused, load, save):
    objects = np.array([None, 1], object)
    put("t.npz", saved(None, save, p=P, y=Y, o=objects, s=np.arange(2), d=np.zeros((3, 2, 2, 2))))
    assert load("t.npz").columns == EXPECTED
    told = refused("t.npz", given={"pred": "o"})
    assert told[1].startswith("error: t.npz: column 'o' holds Python objects, that is a pickle")
    assert refused("t.npz", given={"pred": "s"}) == (
        3,
        "error: t.npz: the arrays differ in length\n  t.npz: 's' has 2 rows\n  t.npz: 'y' has 3 rows",
    )
    assert refused(put("e.npz", saved(None, save, p=P[:0], y=Y[:0]))) == (4, "error: e.npz: no rows")


def test_archives_of_something_else(put, refused):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert refused(put("t.xlsx", file.getvalue())) == (
        3,
        "error: t.xlsx: a zip archive without NumPy arrays\n  in it: xl/workbook.xml\n  fix: save the sheet as CSV",
    )
    for save in np.savez, np.savez_compressed:
        whole = saved(None, save, p=np.arange(3000.0), y=np.arange(3000.0))
        assert refused(put("t.npz", whole[: len(whole) // 2]))[0] == 3
        assert "cannot be read" in refused("t.npz")[1]
    middle = len(whole) // 4
    told = refused(put("t.npz", whole[:middle] + b"\xff" * 99 + whole[middle + 99 :]))
    assert told[1].startswith("error: t.npz: the zip archive cannot be read (")


def test_what_is_not_there(put, refused):
    assert refused("t.npy") == (3, "error: no file 't.npy'")
    assert refused(put("t.npy", b"")) == (4, "error: t.npy is empty")
    assert refused(put("t.npy", saved(P[:0])), given={"pred": "1", "target": "1"}) == (
        4,
        "error: t.npy: no rows",
    )
    assert refused(put("t.csv", "p,y\n1,2\n"), format="npz")[1].startswith(
        "error: t.csv: not a NumPy archive: it"
    )
    assert refused(put("t.npy", saved(P)), format="csv") == (3, "error: t.npy: a NumPy file, not text")
    assert refused("t.npy", records="a")[0] == 2
    assert refused(put("t.pkl", b"\x80\x04\x95\x00"))[1] == (
        "error: t.pkl: a Python pickle, which could run any program, not text"
    )
    assert refused(put("t.npy", saved(P)))[1].startswith(
        "error: t.npy: no column for pred and target found by name"
    )


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_pipe_of_the_wrong_kind(put, refused, monkeypatch, order):
    type_in(monkeypatch, saved(np.asarray(np.zeros((3, 2)), order=order))[:-5])
    assert refused("-", given={"pred": "1", "target": "2"})[1].startswith(
        "error: standard input: the array is cut short: 43 of 48 bytes are there"
    )
    type_in(monkeypatch, b"y,p\n1,2\n")
    assert refused("-", format="npy")[1].startswith(
        "error: standard input: not a NumPy file: it begins with b'y,p"
    )


def test_a_packed_array_that_is_damaged(put, refused):
    given = {"pred": "1", "target": "2"}
    noise = np.random.default_rng(0).normal(size=(9000, 2))
    for save in np.save, np.savez:
        whole = gzip.compress(
            saved(noise, save) if save is np.save else saved(None, save, p=noise[0], y=noise)
        )
        told = "error: t.gz: the compressed data end too early: a truncated file"
        assert refused(put("t.gz", whole[:-99]), given=given) == (3, told)
        middle = len(whole) // 2
        told = refused(put("t.gz", whole[:middle] + b"\xff" * 99 + whole[middle + 99 :]), given=given)
        assert told[1].startswith("error: t.gz: the compressed data are damaged (")


def test_memory_does_not_grow_with_the_file(put, pair):
    def peak(rows):
        put("t.npy", saved(np.zeros((rows, 2))))
        tracemalloc.start()
        for _ in read([pair], "t.npy", given={"pred": "1", "target": "2"}, batch_rows=100).batches():
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1)  # what is imported or remembered by the first one does not count
    assert peak(120_000) < 1.2 * peak(60_000)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_that_is_cut_while_it_is_read(put, pair, order):
    name = put("t.npy", saved(np.zeros((90_000, 2), order=order)))
    batches = read([pair], name, given={"pred": "1", "target": "2"}, batch_rows=100).batches()
    next(batches)
    os.truncate(name, 100_000)
    with pytest.raises(DataError, match=r"the file changed while it was read"):
        for _ in batches:
            pass
