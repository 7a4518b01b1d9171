"""The bar: on a terminal only, after a second only, gone when done; and Ctrl-C leaves nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from losscli.data.batch import Role
from losscli.data.reader import read

ROOT = Path(__file__).parents[2]
HEAD = b"pred,target\n" + b"1,2\n" * 20_000


@contextmanager
def start(*words, folder):
    """A process whose standard error is a terminal, and what that shows, as it comes."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "TMPDIR": str(folder), "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", "losscli", *words],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    shown = bytearray()

    def follow():
        try:
            while piece := os.read(ours, 65536):
                shown.extend(piece)
        except OSError:
            pass
        os.close(ours)

    reader = threading.Thread(target=follow)
    reader.start()
    with child:
        yield child, shown
        child.wait(30)
    reader.join(30)


def feed(child, seconds):
    child.stdin.write(HEAD)
    child.stdin.flush()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        child.stdin.write(b"1,2\n" * 2000)
        child.stdin.flush()
        time.sleep(0.02)


@pytest.mark.parametrize("words", [("compute", "mse", "-b"), ("grad", "mse", "-b")])
def test_a_slow_reading_shows_a_bar_and_removes_it(words, tmp_path):
    with start(*words, folder=tmp_path) as (child, shown):
        feed(child, 4)
        out, _ = child.communicate()
    assert child.returncode == 0
    assert set(out.split()) == ({b"1"} if words[0] == "compute" else {b"-2"})
    assert b"rows" in shown
    assert b"/s" in shown
    assert shown.rstrip().endswith(b"\x1b[2K")  # the last that happens is that its line is cleared


@pytest.mark.parametrize("words", [("samples/diabetes.csv",), ("--progress", "off")])
def test_a_quick_one_shows_none_and_it_can_be_turned_off(words, tmp_path):
    with start("compute", "mse", "-b", *words, folder=tmp_path) as (child, shown):
        if words[0] == "--progress":
            feed(child, 2.5)
        out, _ = child.communicate()
    assert (child.returncode, bool(out), bytes(shown)) == (0, True, b"")


def test_an_error_comes_after_the_bar_is_gone(tmp_path):
    with start("compute", "mse", folder=tmp_path) as (child, shown):
        feed(child, 4)
        out, _ = child.communicate(b"1,x\n")
    assert (child.returncode, out) == (3, b"")
    bar, error = bytes(shown).split(b"error: ")
    assert bar.rstrip().endswith(b"\x1b[2K")
    assert b"\x1b" not in error


@pytest.mark.parametrize("command", ["compute", "grad"])
def test_an_interrupt_leaves_nothing(command, tmp_path):
    with start(command, "mse", folder=tmp_path) as (child, shown):
        feed(child, 4)
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=30)
    assert (child.returncode, out) == (130, b"")
    assert b"Traceback" not in shown
    assert not list(tmp_path.iterdir())


def test_the_size_of_a_file_is_known(tmp_path):
    file = tmp_path / "large.csv"
    file.write_bytes(b"pred,target\n" + b"1,2\n" * 400_000)
    reading = read([(Role("pred", ("pred",)), Role("target", ("target",)))], str(file), batch_rows=1000)
    batches = reading.batches()
    next(batches)
    done, total = reading.progress()
    assert total == file.stat().st_size
    assert 0 < done <= total
    list(batches)
    assert reading.progress() is None


@pytest.mark.parametrize("kind", ["parquet", "npy", "csv", "join"])
def test_how_far_a_reading_is_known(kind, tmp_path, monkeypatch):
    import duckdb
    import numpy as np

    monkeypatch.chdir(tmp_path)
    rows, how, file = 500_000, {}, f"t.{kind}"
    if kind == "parquet":
        duckdb.execute(
            f"copy (select 1 as pred, 2 as target from range({rows})) to '{file}' (row_group_size 50000)"
        )
    elif kind == "npy":
        np.save(file, np.ones((rows, 2)))
        how = {"given": {"pred": "1", "target": "2"}}
    else:
        rows, file = 20_000, "t*.csv"
        for at in range(5):
            Path(f"t{at}.csv").write_text(
                "id,pred,target\n" + "".join(f"{at}-{k},1,2\n" for k in range(rows // 5))
            )
        how = {"targets": "t*.csv", "on": "id"} if kind == "join" else {}
    reading = read([(Role("pred", ("pred",)), Role("target", ("target",)))], file, batch_rows=1000, **how)
    seen = []
    reading.report = lambda: seen.append((reading.looked_at, *reading.progress()))
    assert sum(len(batch.rows) for batch in reading.batches()) == rows
    assert len(seen) > 4
    assert seen[-1][0] == rows * (2 if kind == "join" else 1)
    shares = [done / total for _, done, total in seen]
    assert shares == sorted(shares)
    assert shares[0] < 0.6
    assert shares[-1] > 0.99
