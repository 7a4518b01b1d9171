"""Rows in, rows out: memory does not grow with the file, and nothing is printed before all of it is right."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from losscli.cli.app import run
code = run(sys.argv[1:])
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""


def peak(words, rows, folder):
    file = folder / f"{rows}.csv"
    if not file.exists():
        x = np.random.default_rng(0).random((60_000, 2))
        file.write_text("pred,target\n" + "".join(f"{a},{b}\n" for a, b in x.tolist()) * (rows // 60_000))
    with open(os.devnull, "w") as null:  # noqa: PTH123
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, *words.split(), str(file)],
            cwd=ROOT, stdout=null, stderr=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return int(ran.stderr)


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not say what the peak was"
)
@pytest.mark.parametrize(
    "words",
    [
        "grad mse --csv",
        pytest.param("grad mse --json", marks=pytest.mark.sweep),
        pytest.param("grad mse -r mean", marks=pytest.mark.sweep),
        "compute mse,mae -r none --json",
    ],
)
def test_memory_does_not_grow(words, tmp_path):
    few, many = (peak(f"{words} --engine small", rows, tmp_path) for rows in (60_000, 240_000))
    assert many < 1.25 * few


@pytest.mark.sweep
@pytest.mark.parametrize("words", ["grad mse --csv", "grad mse --json", "compute mse,mae"])
def test_memory_of_the_engine_does_not_grow(words, tmp_path):
    # how much threads hold at once depends on what else the machine does: the least of three runs does not
    few, many = (min(peak(words, rows, tmp_path) for _ in range(3)) for rows in (8_400_000, 16_800_000))
    assert many < 1.2 * few
    assert many < 400_000


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["arrays", "records", "lists", "mixed"])
def test_memory_of_documents_and_lists_is_bounded(kind, tmp_path):
    rows = 4_000_000
    x = np.random.default_rng(0).random((2, rows)).round(6)
    file = tmp_path / ("t.json" if kind in ("arrays", "records") else "t.csv")
    pairs = zip(*x.tolist(), strict=True)
    if kind == "arrays":
        file.write_text(json.dumps({"pred": x[0].tolist(), "target": x[1].tolist()}))
    elif kind == "records":
        some = ",\n".join(f'{{"pred": {p}, "target": {y}}}' for p, y in pairs)
        file.write_text(f'{{"out": {{"rows": [{some}]}}}}')
    else:
        lists = np.arange(rows) // 20 if kind == "lists" else np.arange(rows) % (rows // 20)
        lines = (f"{k},{p},{y}\n" for k, (p, y) in zip(lists.tolist(), pairs, strict=True))
        file.write_text("qid,score,target\n" + "".join(lines))
    how = {"arrays": "mse", "records": "mse --records out.rows"}.get(kind, "listnet-softmax")
    for words in f"compute {how}", f"grad {how} --csv":
        with open(os.devnull, "w") as null:  # noqa: PTH123
            ran = subprocess.run(
                [sys.executable, "-c", SCRIPT, *words.split(), str(file)],
                cwd=ROOT, stdout=null, stderr=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
        assert int(ran.stderr) < 400_000


def test_many_rows_are_those_of_few(cli):
    rows = [f"{k / 7},{k % 2},a{k}" for k in range(40_000)]
    files = {"all.csv": "pred,target,id\n" + "\n".join(rows) + "\n"}
    whole = cli("grad huber all.csv --id id --csv", files).out.splitlines()
    part = cli(
        "grad huber part.csv --id id --csv", {"part.csv": "pred,target,id\n" + "\n".join(rows[-9:])}
    ).out
    assert whole[-9:] == part.splitlines()[1:]
    assert len(whole) == 40_001
    answer = json.loads(cli("grad huber all.csv --id id --json", files).out)["results"][0]
    assert (answer["n"], len(answer["rows"])) == (40_000, 40_000)
    assert answer["rows"][8] == {"row": 9, "id": "a8", "value": 8 / 7 - 0.5, "grad": 1}
    answer = json.loads(cli("compute mse,mae all.csv -r none --json", files).out)["results"]
    assert [each["values"][8] for each in answer] == [(8 / 7) ** 2, 8 / 7]


@pytest.mark.parametrize("words", ["grad bce", "grad bce -r mean", "grad bce --json", "compute bce -r none"])
def test_a_last_row_that_is_wrong_leaves_nothing(cli, words, monkeypatch, tmp_path):
    here = tmp_path / "temporary"
    here.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(here))
    ran = cli(f"{words} b.csv", {"b.csv": "p,y\n" + "0.5,1\n" * 50_000 + "1.5,1\n"})
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: bce: pred 1.5 at b.csv:50002 is outside [0, 1]")
    assert not list(here.iterdir())


@pytest.mark.parametrize("engine", ["small", "large"])
def test_all_rows_that_are_wrong_are_counted(cli, engine):
    rows = "0.5,1\n" * 100_000 + "1.5,1\n" * 100_000
    ran = cli(f"grad bce b.csv --engine {engine}", {"b.csv": f"p,y\n{rows}"})
    assert (
        "error: bce: pred 1.5 at b.csv:100002 is outside [0, 1]\n  column p: 100000 of 200000 rows" in ran.err
    )
