"""A large file of numbers, read at one go and looked at meanwhile."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from losscli import duck
from losscli.data import answers, engine, large, stream
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import DataError

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))
ROWS = [f"a,{at / 7!r},{at / 3!r}" for at in range(40_000)]


@pytest.fixture
def pieces(tmp_path, monkeypatch):
    """Count the pieces that are read, and let what is looked at be small."""
    read_so: list[int] = []
    whole = engine.delimited
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stream, "STEP", 1 << 12)
    monkeypatch.setattr(
        engine, "delimited", lambda piece, how: read_so.append(piece.lines) or whole(piece, how)
    )
    return read_so


def batches(rows, end="\n", **how):
    with open("t.csv", "w", newline="") as file:  # noqa: PTH123
        file.write(end.join(["id,p,y", *rows, ""]))
    return list(read([PAIR], "t.csv", options=Options(engine="large", **how)).batches())


def column(found, role):
    return np.concatenate([batch.columns[role] for batch in found])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["a", "é", "a_b"])
def test_numbers_are_read_at_one_go(pieces, end, mark):
    found = batches([row.replace("a", mark) for row in ROWS], end)
    assert not pieces
    np.testing.assert_array_equal(column(found, "pred"), np.arange(40_000) / 7)
    np.testing.assert_array_equal(np.concatenate([b.lines for b in found]), np.arange(2, 40_002))


@pytest.mark.parametrize("odd", ['"a",5,7', "a_,5,7", "a,+1e+0,+0", ""])
def test_from_a_line_on_that_could_mean_two_things_it_is_read_in_pieces(pieces, odd):
    found = batches([*ROWS[:39_000], odd, *ROWS[39_000:]])
    np.testing.assert_array_equal(column(found, "pred")[:39_000], np.arange(39_000) / 7)
    assert len(column(found, "pred")) == 40_000 + bool(odd)
    assert pieces == [] if odd.startswith("a,+1") else 1000 < pieces[0] < 1000 + (1 << 12) // 30


@pytest.mark.parametrize(
    "odd", ["a\n,5,7", "a,5,+-7", "a,nan(1),7", "a,5,x", "a,5,7,8", "a,5,7,", ",5,7,", "a,NA,7", "a,,7"]
)
def test_a_bad_line_is_told_by_its_number(pieces, odd):
    with pytest.raises(DataError, match=r"t.csv:3900[23]"):
        batches([*ROWS[:39_000], odd, *ROWS[39_000:]])
    assert len(pieces) == 1


def test_missing_cells_are_no_reason_to_stop(pieces):
    found = batches([*ROWS, "a,NA,7", "a,5,", "a,8,9"], missing="drop")
    assert not pieces
    assert column(found, "pred")[-2:].tolist() == [39_999 / 7, 8]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bad_cell_is_shown_in_its_line(pieces, end):
    with pytest.raises(DataError) as error:
        batches([*ROWS[:39_000], "a,nan,7", *ROWS[39_000:]], end)
    assert "t.csv:39002" in str(error.value)
    assert "39002 | a,nan,7" in str(error.value)
    assert not pieces


@pytest.mark.parametrize("said", ["Query interrupted", "INTERRUPT Error: Interrupted!"])
def test_an_interrupted_query_is_no_end_of_the_rows(pieces, monkeypatch, said):
    def interrupted(*_):
        raise RuntimeError(said)

    monkeypatch.setattr(answers, "arrow", interrupted)
    with pytest.raises(KeyboardInterrupt):
        batches(ROWS)


def test_the_engine_is_asked_without_its_layer_of_python(pieces):
    import duckdb

    batches(ROWS)  # makes the file
    duckdb.execute("copy (select * from read_csv('t.csv')) to 't.parquet' (format parquet)")
    code = (
        "import sys; from losscli.cli.app import run; run(['compute', 'mse', 't.csv', '--engine', 'large']); "
        "run(['compute', 'mse', 't.parquet']); "
        "print('_duckdb' in sys.modules, 'duckdb' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "True False"


def test_a_version_of_the_engine_that_is_made_otherwise_is_asked_as_it_should_be():
    asked: list[str] = []

    class Relation:
        def __arrow_c_stream__(self):
            return "capsule"

    class Connection:
        def execute(self, setting):
            assert setting.startswith("set ")

        def sql(self, query):
            asked.append(query)
            return Relation()

    assert (duck.arrow(Connection(), "select 1"), asked) == ("capsule", ["select 1"])


def test_where_two_share_a_place_in_a_file_it_is_read_in_pieces(pieces, monkeypatch):
    monkeypatch.setattr(large, "AT_ONCE", False)
    batches(ROWS)
    assert pieces == [40_000]
