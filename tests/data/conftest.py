"""A folder of its own for each test, and two ways to read what lies there: it works, or it is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

from losscli.data.batch import Options, Role
from losscli.data.reader import read
from losscli.errors import LosscliError

PAIR = (Role("pred", ("y_pred", "pred", "p")), Role("target", ("y_true", "target", "y")))
CLASSES = (
    Role("pred", ("y_pred", "pred", "p"), "vector"),
    Role("target", ("y_true", "target", "y"), "class", "pred"),
)


class Read(NamedTuple):
    columns: dict[str, list]
    rows: list[int]
    lines: list[int]
    ids: list[str]
    reading: object


@pytest.fixture
def pair():
    return PAIR


@pytest.fixture
def classes():
    return CLASSES


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Write a file into the current folder, which is empty at first."""
    monkeypatch.chdir(tmp_path)

    def put(name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
        return name

    return put


@pytest.fixture
def peak():
    """Return a Python process's peak memory in KiB. It is started by a small one: a child counts its parent's too."""
    small = (
        "import resource, subprocess, sys;"
        "subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    return lambda *words: int(
        subprocess.run([sys.executable, "-c", small, *words], capture_output=True, check=True).stdout
    )


def everything(reading):
    batches = list(reading.batches())
    for batch in batches:
        assert all(array.dtype == np.float64 for array in batch.columns.values())
        assert batch.rows.dtype == batch.lines.dtype == np.int64
        assert {len(batch.rows), len(batch.lines)} == {len(array) for array in batch.columns.values()}
        assert len(batch.ids) in (0, len(batch.rows))
    return Read(
        {name: np.concatenate([b.columns[name] for b in batches]).tolist() for name in batches[0].columns},
        np.concatenate([batch.rows for batch in batches]).tolist(),
        np.concatenate([batch.lines for batch in batches]).tolist(),
        [text for batch in batches for text in batch.ids],
        reading,
    )


def outcome(by, engine):
    try:
        return by(engine)
    except LosscliError as error:
        return error


@pytest.fixture
def load():
    """Read a file whole, by the small reader and by the engine: both see the same, or refuse it in the same words."""

    def load(file, *forms, batch_rows=8192, **how):
        chosen = {name: how.pop(name) for name in Options._fields if name in how}

        def by(engine):
            options = Options(**{"engine": engine, **chosen})
            return everything(read(forms or [PAIR], file, options=options, batch_rows=batch_rows, **how))

        if file == "-":  # which can be read once
            return by("auto")
        small, large = (outcome(by, engine) for engine in ("small", "large"))
        if isinstance(small, LosscliError):
            assert (type(small), str(small)) == (type(large), str(large))
            raise small
        assert all(
            np.array_equal(small.columns[role], large.columns[role], equal_nan=True) for role in small.columns
        )
        assert small.rows == large.rows
        assert small.lines == large.lines
        assert small.ids == large.ids
        return small

    return load


@pytest.fixture
def refused(load):
    """Return the whole message with which a file is refused, and the exit code."""

    def refused(file, *forms, **how):
        with pytest.raises(LosscliError) as caught:
            load(file, *forms, **how)
        message = str(caught.value)
        assert len(message.splitlines()) <= 8
        return caught.value.exit_code, message

    return refused
