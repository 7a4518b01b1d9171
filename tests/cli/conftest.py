"""The program as a user runs it: in this process for most tests, as a real process where that is the point."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from losscli.cli.app import run

OURS = [f"LOSSCLI_{each}" for each in ("FORMAT", "COLOR", "STYLE", "PRECISION", "WIDTH")]
ROOT = Path(__file__).parents[2]


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def cli(capfdbinary, monkeypatch, tmp_path):
    """Run a command line in an empty folder: `cli("compute mse preds.csv", {"preds.csv": "..."})`."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        *(f"LOSSCLI_{each}" for each in ("FORMAT", "COLOR", "STYLE", "PRECISION", "WIDTH")),
    ):
        monkeypatch.delenv(name, raising=False)

    def call(line, files=None, stdin=""):
        for name, content in (files or {}).items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()))
        )
        capfdbinary.readouterr()
        code = run(line.split() if isinstance(line, str) else line)
        captured = capfdbinary.readouterr()
        return Ran(code, captured.out.decode(), captured.err.decode())

    return call


@pytest.fixture
def process():
    """Run `losscli` as a process of its own, in the root of the repository."""
    clean = {
        k: v
        for k, v in os.environ.items()
        if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS") and k[:8] != "LOSSCLI_"
    }

    def call(*words, stdin=None, **environment):
        return subprocess.run(
            [sys.executable, "-m", "losscli", *words],
            cwd=ROOT, input=stdin, capture_output=True, text=True, env={**clean, **environment}, timeout=60,
            check=False,
        )  # fmt: skip

    return call


FOUR = "id,target,pred\na1,3,2.5\na2,-0.5,0\na3,2,2\na4,7,8\n"


@pytest.fixture
def four():
    """Four rows of a regression: losses 0.25, 0.25, 0, 1."""
    return {"four.csv": FOUR}
