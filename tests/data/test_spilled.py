"""Ids of large files pair through an engine: the same rows, bit for bit, and the same words as in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import duckdb
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from losscli.data import ids, matching, pieces, source, spilled
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

PAIR = (Role("pred", ("p",)), Role("target", ("y",)))
VECTORS = (Role("pred", ("p",), "vector"), Role("target", ("y",), "class", "pred"))


def outcome(pairing, form, file="p.csv", targets="t.csv", on="id", join="strict", rows=8192, **how):
    """What comes of a join in memory or out of it, whatever reads the files."""
    kind = {"memory": ids.ById, "spilled": lambda *words: spilled.Spilled(*words, Options())}[pairing]
    with patch(
        "losscli.data.pairing.by_id", lambda main, part, on, join, options: kind(main, part, on, join)
    ):
        try:
            reading = read(
                [form], file, targets=targets, on=on, join=join, batch_rows=rows, options=Options(**how)
            )
            batches = list(reading.batches())
        except LosscliError as error:
            return type(error), str(error)
    return (
        {role: np.concatenate([b.columns[role] for b in batches]).tobytes() for role in batches[0].columns},
        [row for b in batches for row in b.rows.tolist()],
        [line for b in batches for line in b.lines.tolist()],
        [text for b in batches for text in b.ids],
        (reading.rows, reading.dropped, reading.filtered, reading.unmatched),
    )


def same(form=PAIR, **how):
    found = outcome("memory", form, **how)
    assert outcome("spilled", form, **how) == found
    return found


cell = st.sampled_from(["1", "-0", "nan", "", "x", "1e400", "y"]) | st.floats().map(repr)
ident = st.sampled_from(["a", "b", "c", "01", "1", "1.0", " a", "", "é", "NA", '"q,r"', "\0"]) | st.text(
    "abcd", max_size=2
)
side = st.lists(st.tuples(ident, cell, cell), min_size=1, max_size=12)
one_to_one = st.lists(
    st.tuples(st.integers(0, 99), cell, cell), min_size=1, max_size=12, unique_by=lambda x: x[0]
)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(side, side) | one_to_one.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))),
    st.sampled_from([1, 3, 8192]),
    st.sampled_from(["error", "drop", "nan"]),
    st.sampled_from(["strict", "inner"]),
)
@example(([("a", "1", "2"), ("b", "x", "2")], [("b", "1", "z"), ("a", "1", "y")]), 1, "error", "strict")
@example(
    ([("a", "1", "2"), ("a", "1", "2"), ("c", "1", "")], [("b", "1", "3"), ("b", "1", "3")]),
    1,
    "drop",
    "inner",
)
def test_the_same_rows_or_the_same_words(tmp_path_factory, sides, rows, missing, join):
    os.chdir(tmp_path_factory.getbasetemp())
    here, there = sides
    Path("p.csv").write_text("id,p,w\n" + "".join(f"{i},{p},{w}\n" for i, p, w in here))
    Path("t.csv").write_text("id,w,y\n" + "".join(f"{i},{w},{y}\n" for i, w, y in there))
    same(rows=rows, missing=missing, join=join)
    same(rows=rows, missing=missing, join=join, on="id,w")
    same(rows=rows, missing=missing, join=join, where="w > 0 or w is null")


def test_vectors_and_classes(put):
    put("p.csv", "id,p_a,p_b\n1,.1,.9\n2,.2,.8\n3,.5,.5\n")
    put("t.csv", "id,y\n2,a\n3,b\n1,c\n")
    assert same(VECTORS)[1].startswith("error: target 'c' has no column")
    put("t.csv", "id,y_b,y_a\n2,1,0\n3,-0.0,1\n1,0.25,0.75\n")
    found = same(VECTORS)
    assert np.frombuffer(found[0]["target"]).tolist() == [0.75, 0.25, 0.0, 1.0, 1.0, -0.0]


def test_ids_of_json_and_of_numbers(put, tmp_path):
    put(
        "p.jsonl",
        '{"id": "\\ud800", "p": 1}\n{"id": 7, "p": 2}\n{"id": "07", "p": 3}\n{"id": true, "p": 4}\n',
    )
    put(
        "t.json",
        '[{"id": "07", "y": 3}, {"id": "true", "y": 4}, {"id": "\\ud800", "y": 1}, {"id": 7, "y": 2}]',
    )
    found = same(file="p.jsonl", targets="t.json")
    assert found[0]["pred"] == found[0]["target"]
    duckdb.execute(
        f"copy (select 7 as id, 2 as y union all select 9007199254740993, 5) to '{tmp_path}/t.parquet'"
    )
    put("p.csv", "id,p\n9007199254740993,5\n7,2\n")
    found = same(targets="t.parquet")
    assert found[0]["pred"] == found[0]["target"]


def test_large_files_and_pipes_take_the_engine(put, monkeypatch):
    used = []
    old = spilled.Spilled.__init__
    monkeypatch.setattr(spilled.Spilled, "__init__", lambda *words: used.append(1) or old(*words))
    monkeypatch.setattr(source, "LARGE", 1 << 14)
    monkeypatch.setattr(source, "BLOCK", 1 << 12)
    monkeypatch.setattr(pieces, "PIECE", 1 << 13)
    rows = range(3000)
    put("p.csv", "id,p\n" + "".join(f"{row:05},{row}\n" for row in rows))
    put("t.csv", "id,y\n" + "".join(f"{row:05},{row}\n" for row in reversed(rows)))
    put("few.csv", "id,y\n00007,7\n")

    def read_as(engine, file="p.csv", targets="t.csv", **how):
        reading = read([PAIR], file, targets=targets, on="id", options=Options(engine=engine), **how)
        return np.concatenate([batch.columns["target"] for batch in reading.batches()]).tolist()

    assert read_as("auto") == read_as("small") == read_as("large") == list(map(float, rows))
    assert read_as("auto", targets="few.csv", join="inner") == [7.0]
    assert len(used) == 3


def test_one_id_for_all_is_told_and_never_multiplied_out(put):
    put("p.csv", "id,p\n" + "a,1\n" * 20_000)
    put("t.csv", "id,y\n" + "a,1\n" * 20_000)
    assert "repeated in p.csv   1   a (lines 2, 3, 4, 5 ...)" in same()[1]


def test_memory_is_doubled_where_it_is_not_enough_and_a_full_disk_is_told(put, monkeypatch, tmp_path):
    rows = np.random.default_rng(0).permutation(60_000).tolist()
    put("p.csv", "id,p\n" + "".join(f"a-rather-long-id-{row},{row}\n" for row in sorted(rows)))
    put("t.csv", "id,y\n" + "".join(f"a-rather-long-id-{row},{row}\n" for row in rows))
    monkeypatch.setattr(matching, "MEMORY", 4)
    found = same()
    assert found[0]["pred"] == found[0]["target"]
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(matching, "disk_usage", lambda folder: SimpleNamespace(free=1 << 20))
    assert outcome("spilled", PAIR)[1].startswith(
        f"error: --on: no room in '{tmp_path}/tmp' for temporary files\n"
    )
    assert list((tmp_path / "tmp").iterdir()) == []


def test_ctrl_c_leaves_nothing(put, tmp_path):
    put("p.csv", "id,p\n" + "".join(f"{row},{row}\n" for row in range(40_000)))
    put("t.csv", "id,y\n" + "".join(f"{row},{row}\n" for row in range(40_000)))
    (tmp_path / "tmp").mkdir()
    code = (
        "import os, signal, sys; from losscli.data import matching; from losscli.cli.app import run\n"
        "old = matching.Matching.match\n"
        "def match(self): assert os.listdir(os.environ['TMPDIR']); os.kill(os.getpid(), signal.SIGINT); old(self)\n"
        "matching.Matching.match = match\n"
        "sys.exit(run('compute mse p.csv --targets t.csv --on id --engine large'.split()))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path / "tmp")}, capture_output=True, text=True
    )  # fmt: skip
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_ctrl_c_in_a_query_is_ctrl_c(tmp_path):
    one = matching.Matching(str(tmp_path), 1)
    real = one._database

    class Stopped:
        def execute(self, *_):
            raise RuntimeError("Query interrupted")

    one._database = Stopped()
    with pytest.raises(KeyboardInterrupt):
        one.several()
    real.close()


@pytest.mark.sweep
def test_memory_does_not_grow_with_the_files(tmp_path, monkeypatch, peak):
    monkeypatch.chdir(tmp_path)

    def of(rows):
        for name, column, step in ("p.csv", "p", 1), ("t.csv", "y", 7919):
            with Path(name).open("w") as file:
                file.write(f"id,{column}\n")
                file.writelines(f"{row * step % rows},{row}\n" for row in range(rows))
        return peak("-m", "losscli", "compute", "mse", "p.csv", "--targets", "t.csv", "--on", "id")

    assert of(6_000_000) < min(1.2 * of(3_000_000), 450 << 10)
