"""The options that say how to read, for every format, compressed or not, from files and pipes, by both engines."""

import bz2
import gzip
import io
import json
import lzma
import random
import sys

import duckdb
import numpy as np
import pytest

DRAW = random.Random(2)
NAMES = ("id", "p", "y", "w", "g", "h")
ROWS = [
    {"id": f"a{k:02}", "p": None if k in (3, 17) else round(DRAW.random(), 6), "y": DRAW.randint(0, 1), "w": k % 4,
     "g": "north" if k % 3 else "south", "h": "NA" if k % 5 == 0 else "é"}
    for k in range(40)
]  # fmt: skip
TRUTH = DRAW.sample([{**row, "p": 9} for row in ROWS], len(ROWS))
DELIMITERS = {"csv": ",", "tsv": "\t", "semi.csv": ";", "pipe.csv": "|", "space.txt": "   "}
FORMATS = [*DELIMITERS, "json", "jsonl", "cols.json", "deep.json", "parquet", "npy", "npz"]
MORE = {"space.txt": "--delimiter space", "deep.json": "--records out.rows"}


def delimited(rows, mark):
    cells = [NAMES, *([row[name] for name in NAMES] for row in rows)]
    return "".join(mark.join("NA" if x is None else str(x) for x in row) + "\n" for row in cells)


def made(kind, rows):
    """The rows in a format, as bytes."""
    if kind in DELIMITERS:
        return delimited(rows, DELIMITERS[kind]).encode()
    columns = {name: [row[name] for row in rows] for name in NAMES}
    documents = {"json": rows, "cols.json": columns, "deep.json": {"meta": [1], "out": {"rows": rows}}}
    if kind in documents:
        return json.dumps(documents[kind]).encode()
    if kind == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if kind == "parquet":
        with open("made.json", "w") as file:  # noqa: PTH123
            json.dump(rows, file)
        duckdb.execute("copy (from read_json('made.json')) to 'made.parquet'")
        with open("made.parquet", "rb") as file:  # noqa: PTH123
            return file.read()
    arrays = {name: np.array([np.nan if x is None else x for x in cells]) for name, cells in columns.items()}
    out = io.BytesIO()
    if kind == "npz":
        np.savez(out, **arrays)
    else:
        np.save(out, np.rec.fromarrays(list(arrays.values()), names=list(arrays)))
    return out.getvalue()


def zstd(data):
    if sys.version_info >= (3, 14):
        from compression.zstd import compress
    else:
        from backports.zstd import compress
    return compress(data)


PACKS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}
LINES = [
    ["compute", "mse", "FILE", "-p", "p", "-t", "y", *["--missing", "drop", "-w", "w", "-g", "g", "-g", "h", "--threads", "2", "--where"],
     "p > 0.2 and g like '%o%' and id <> 'a05'"],
    ["compute", "mse", "FILE", "-p", "p", *["--targets", "TRUTH", "-t", "y", "--on", "id", "--join", "inner", "--missing", "nan", "-g", "h", "--where"], "w < 3"],
    ["grad", "bce", "FILE", "-p", "p", "-t", "y", "--id", "id", "--na", "0", "--missing", "drop", "--csv"],
    ["compute", "mse", "FILE", "-p", "p", "--targets", "TRUTH", "-t", "y", "--by-order", "--missing", "drop"],
    ["compute", "mse", "FILE", "-p", "p", "-t", "y", "--encoding", "utf-8", "--decimal", ".", "--na", "south", "--missing", "drop", "-g", "g", "--json"],
    ["compute", "mse", "FILE", "-p", "p", "-t", "y"],
    ["compute", "mse", "FILE", "-p", "p", "-t", "y", "--where", "p >"],
    ["compute", "mse", "FILE", "-p", "p", "-t", "y", "--where", "q > 1"],
    ["compute", "mse", "FILE", "-p", "q", "-t", "y"],
    ["compute", "mse", "FILE", "-p", "p", "-t", "y", "-g", "q"],
    ["compute", "mse", "FILE", "-p", "p", "--targets", "TRUTH", "-t", "y"],
    ["compute", "mse", "FILE", "-p", "p", "--targets", "TRUTH", "-t", "y", "--on", "q"],
]  # fmt: skip
"""What works, and what is refused."""


@pytest.fixture
def answer(cli, tmp_path, monkeypatch):
    """Run a line on files of a kind; return what it says but for what belongs to the format."""
    monkeypatch.chdir(tmp_path)
    written = {}

    def answer(line, kind, engine, stdin=None):
        if kind not in written:
            written[kind] = {f"f.{kind}": made(kind, ROWS), f"t.{kind}": made(kind, TRUTH)}
        words = [{"FILE": f"f.{kind}", "TRUTH": f"t.{kind}"}.get(word, word) for word in line]
        ran = cli(
            [*words, *MORE.get(kind, "").split(), "--engine", engine, "--errors", "json"], written[kind]
        )
        said = ran.out.replace(f"f.{kind}", "FILE")
        return ran.code, said, [json.loads(each)["code"] for each in ran.err.splitlines()]

    return answer


@pytest.mark.parametrize("kind", FORMATS)
def test_what_works_anywhere_works_everywhere(answer, kind):
    for at in 0, 1:
        expected = answer(LINES[at], "csv", "small")
        assert expected[0] == 0
        assert answer(LINES[at], kind, "small") == answer(LINES[at], kind, "large") == expected


@pytest.mark.sweep
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_every_option_with_every_format(answer, line, kind):
    assert answer(line, kind, "small") == answer(line, kind, "large") == answer(line, "csv", "small")


def packed(cli, kind, pack, engine):
    """The answers from a packed file, and from the same as standard input."""
    name, data = f"f.{kind}.{pack}", PACKS[pack](made(kind, ROWS))
    line = f"compute mse FILE -p p -t y --missing drop -g h --engine {engine} {MORE.get(kind, '')}"
    yield cli(line.replace("FILE", name), {name: data})[:2]
    yield cli(line.replace("FILE", "-"), stdin=data)[:2]


@pytest.mark.parametrize(("kind", "pack"), [(kind, [*PACKS][at % 4]) for at, kind in enumerate(FORMATS)])
def test_packed(cli, tmp_path, monkeypatch, kind, pack):
    monkeypatch.chdir(tmp_path)
    expected = cli("compute mse f.csv -p p -t y --missing drop -g h", {"f.csv": made("csv", ROWS)})[:2]
    for engine in "small", "large":
        assert [*packed(cli, kind, pack, engine)] == [expected] * 2


@pytest.mark.sweep
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("pack", PACKS)
def test_packed_in_every_way(cli, tmp_path, monkeypatch, kind, pack):
    test_packed(cli, tmp_path, monkeypatch, kind, pack)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("left", [0.1, 0.5, 0.99])
def test_cut_short(cli, tmp_path, monkeypatch, kind, pack, left):
    monkeypatch.chdir(tmp_path)
    data = PACKS[pack](made(kind, ROWS))
    name = f"f.{kind}.{pack}"
    for engine in "small", "large":
        for file, stdin in (name, b""), ("-", data[: int(len(data) * left)]):
            found = cli(
                f"compute mse {file} -p p -t y --engine {engine}",
                {name: data[: int(len(data) * left)]},
                stdin=stdin,
            )
            assert (found.code, found.out) == (3, "")
            assert found.err.startswith(
                f"error: {file.replace('-', 'standard input')}: the compressed data end too early"
            )
