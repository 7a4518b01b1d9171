"""Whatever is wrong with a file: one message, its exit code, nothing on standard output, no temporary file left."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sys
import threading

import duckdb
import numpy as np
import pytest

from losscli.data import pieces
from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import DataError

ROWS = "".join(f"{at},{at / 7!r},{at / 3!r}\n" for at in range(3000))
TABLE = f"id,pred,target\n{ROWS}".encode()
LINE = 3002  # the one after
CUT = "the compressed data end too early: a truncated file"
PAIR = (Role("pred", ("pred",)), Role("target", ("target",)))


def zstd(data):
    if sys.version_info >= (3, 14):
        from compression.zstd import compress
    else:
        from backports.zstd import compress
    return compress(data)


def parquet(query):
    duckdb.execute(f"copy ({query}) to 'made.parquet'")
    with open("made.parquet", "rb") as file:  # noqa: PTH123
        return file.read()


FILES = {
    "cut.csv.gz": (lambda: gzip.compress(TABLE)[:-900], 3, CUT),
    "cut.csv.bz2": (lambda: bz2.compress(TABLE)[:-900], 3, CUT),
    "cut.csv.xz": (lambda: lzma.compress(TABLE)[:-900], 3, CUT),
    "binary.csv": (lambda: os.urandom(500) + b"\0", 3, "binary data (byte "),
    "empty.csv": (lambda: b"", 4, " is empty"),
    "blank.csv": (lambda: b"\n", 4, " is empty"),
    "one.csv": (lambda: b"x", 3, ": no column for pred and target found by name\n  columns: x\n"),
    "cut.csv.zst": (lambda: zstd(TABLE)[:-900], 3, CUT),
    "half.csv": (
        lambda: TABLE + ROWS.replace(",", ";").encode(),
        3,
        f":{LINE}: 1 field, the header has 3\n  {LINE} | 0;0.0;0.0\n  ';' between fields here, ',' above\n",
    ),
    "surplus.csv": (lambda: TABLE + b"1,2,3,\n" * 9, 3, f":{LINE}: 4 fields, the header has 3\n"),
    "twice.csv": (lambda: TABLE.replace(b"id,", b"pred,", 1), 3, ": 2 columns are called 'pred'\n"),
    "nul.csv": (lambda: TABLE + b"7,1\0,2\n", 3, f":{LINE}: column 'pred': '1\\x00' is not a number\n"),
    "long.csv": (lambda: TABLE + b"x" * 17_000_000 + b",1,2\n", 3, f":{LINE}: a field of more than "),
    "open.csv": (
        lambda: TABLE + b'"1,2,3\n' + ROWS.encode(),
        3,
        f':{LINE}: a quote (") is opened and never closed\n',
    ),
    "latin.csv": (
        lambda: TABLE + b"\xe9,1,2\n" + ROWS.encode(),
        3,
        f":{LINE}: byte 0xe9 is not utf-8 text\n",
    ),
    "bad.json": (lambda: b'[{"pred":1,"target":2},\n' * 2 + b"]", 3, "not JSON: "),
    "bad.jsonl": (lambda: b'{"pred":1,"target":2}\n' * 99 + b'{"pred":1,"targ', 3, ":100: not JSON: "),
    "text.parquet": (
        lambda: parquet("select 'a' as pred, 1 as target"),
        3,
        "column 'pred' for pred holds texts",
    ),
    "cut.parquet": (
        lambda: parquet("select 1 as pred, 1 as target")[:-30],
        3,
        ": not a whole Parquet file\n",
    ),
}


@pytest.mark.parametrize("engine", ["small", "large"])
@pytest.mark.parametrize("name", FILES)
def test_one_message(cli, tmp_path, monkeypatch, engine, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(pieces, "PIECE", 1 << 15)
    content, code, says = FILES[name]
    found = cli(f"compute mse {name} --engine {engine}", {name: content()})
    assert (found.code, found.out) == (code, "")
    assert found.err.startswith("error: ")
    assert says in found.err
    assert len(found.err.splitlines()) <= 8
    assert max(map(len, found.err.splitlines())) < 140
    assert "/dev/fd" not in found.err
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("engine", ["small", "large"])
def test_a_named_pipe_is_read_and_what_is_wrong_in_it_told(cli, tmp_path, engine):
    os.mkfifo(tmp_path / "fifo")

    def feed(data):
        thread = threading.Thread(target=(tmp_path / "fifo").write_bytes, args=[data])
        thread.start()
        return thread

    for data, out, err in (TABLE, "1088", ""), (TABLE + b"1,2\n", "", f"error: fifo:{LINE}: 2 fields"):
        thread = feed(data)
        found = cli(f"compute mse fifo --bare --engine {engine}")
        thread.join()
        assert (
            found.out[:4] == str(np.mean((np.arange(3000) / 7 - np.arange(3000) / 3) ** 2))[:4]
            if out
            else not found.out
        )
        assert found.err.startswith(err)


@pytest.mark.parametrize("engine", ["small", "large"])
@pytest.mark.parametrize("kind", ["csv", "npy", "jsonl"])
def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch, engine, kind):
    monkeypatch.chdir(tmp_path)
    rows = 200_000
    if kind == "npy":
        np.save("t.npy", np.ones((rows, 2)))
    else:
        line = "1,2\n" if kind == "csv" else '{"pred": 1, "target": 2}\n'
        (tmp_path / f"t.{kind}").write_text("pred,target\n" * (kind == "csv") + line * rows)
    given = {"pred": "1", "target": "2"} if kind == "npy" else {}
    batches = read([PAIR], f"t.{kind}", given=given, options=Options(engine=engine)).batches()
    next(batches)
    os.truncate(f"t.{kind}", (tmp_path / f"t.{kind}").stat().st_size * 3 // 4)
    with pytest.raises(DataError, match=f"t.{kind}: the file changed while it was read\n  its size was"):
        list(batches)


def test_no_room_for_temporary_files(cli, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("losscli.report.bulk.Lines.__init__", full)
    found = cli("grad mse t.csv --csv", {"t.csv": TABLE})
    assert (found.code, found.out) == (3, "")
    assert found.err.startswith("error: no room in '")
    assert found.err.endswith("  fix: TMPDIR=/a/larger/folder losscli ...\n")


@pytest.mark.parametrize("name", ["lovasz-softmax", "generalized-dice"])
def test_a_mask_of_weights_is_refused(cli, name):
    ran = cli(f"compute {name} m.csv", {"m.csv": "p_0,p_1,y_0,y_1\n0.3,0.7,0.4,0.6\n0.2,0.8,1,0\n"})
    assert (ran.code, ran.out) == (3, "")
    assert (
        f"{name}: target is one class a row, not 2 numbers\n  target: y_0, y_1\n  fix: --target COLUMN"
        in ran.err
    )


@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t.json", "t.jsonl"])
@pytest.mark.parametrize("engine", ["small", "large"])
@pytest.mark.parametrize("encoding", ["nix", "hex"])
def test_an_encoding_that_is_none(cli, name, engine, encoding):
    text = "pred target\n1 2\n" if name == "t.txt" else "pred,target\n1,2\n"
    text = '[{"pred":1,"target":2}]' if "json" in name else text
    found = cli(f"compute mse {name} --engine {engine} --encoding {encoding}", {name: text})
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"error: unknown encoding '{encoding}'\n")


def test_a_full_disk_is_told_for_parquet_too(cli):
    found = cli("grad mse t.csv -f parquet -o /dev/full", {"t.csv": TABLE})
    assert (found.code, found.out) == (3, "")
    assert found.err == "error: /dev/full: no space left on device\n"
