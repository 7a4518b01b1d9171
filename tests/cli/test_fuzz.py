"""Command lines and files as nobody would write them: no traceback, no hang, documented exit codes only."""

import contextlib
import io
import os
import signal
import sys
import time
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from losscli.cli import COMMANDS, app
from losscli.cli.app import run
from losscli.losses import catalogue

CODES = {0, 1, 2, 3, 4, 130, 141}
PATIENCE = 20
"""Seconds for one command line."""
SECONDS = int(os.environ.get("LOSSCLI_FUZZ", "60"))
"""Seconds for each search."""

numbers = st.sampled_from(
    ["0", "1", "-1", "0.5", "1e308", "1e-320", "nan", "inf", "", "NA", "x", "1,5", "0x1", "1_0", "٣"]
)
words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
names = st.sampled_from([*catalogue(), "torch.nn.HuberLoss", "cross-entropy", "l2", "nope", ""])
specs = st.one_of(
    names,
    st.builds("{}:{}".format, names, numbers),
    st.builds(
        "{}:{}={}".format,
        names,
        st.sampled_from(["delta", "tau", "gamma", "weights", "ignore", "q", "nope"]),
        numbers,
    ),
    words,
)
files = st.sampled_from(
    [
        "f",
        "f.csv",
        "f.json",
        "f.jsonl",
        "f.tsv",
        "f.parquet",
        "f.npy",
        "f.npz",
        "f.gz",
        "f.zst",
        "-",
        "none.csv",
        ".",
        "f*",
    ]
)
options = st.sampled_from([
    "--pred", "--target", "--col", "--targets", "--on", "--by-order", "--join", "--values", "--where", "--weight", "--group",
    "--id", "--input-format", "--records", "--delimiter", "--decimal", "--encoding", "--no-header", "--engine", "--missing",
    "--na", "--classes", "--normalize", "--reduction", "--per-row", "--format", "--json", "--csv", "--bare", "--fields",
    "--precision", "--width", "--color", "--order", "--kink", "--loss-col", "--grad-col", "--wrt", "--atol", "--rtol", "--seed",
    "--show", "--style", "--x-range", "--errors", "-q", "--ci", "--help", "--nope", "-p", "-t", "--log-y", "--points",
])  # fmt: skip
values = st.one_of(
    numbers, words, files,
    st.sampled_from(["pred", "target", "p_*", "y", "a=b", "csv", "json", "jsonl", "drop", "mean", "sum", "none", "large", "small",
                     "1:2", "1:2,3:4", "0.5/0.5:1", "a,b", "inner", "utf-16", "latin-1", ";", "-3:3", "pred > 1", "md", "latex", "id"]),
)  # fmt: skip
commands = st.sampled_from(
    [
        *COMMANDS,
        *["compute", "grad", "plot", "check"] * 4,
        "help",
        "nope",
        "--version",
    ]
)
plain = st.sampled_from(
    ["mse", "bce", "mae", "huber:delta=0.5", "softmax-cross-entropy", "hinge", "listmle", "mse,mae"]
)


def slow(line):
    """Whether a line asks for what takes long, and is no mistake."""
    return any(
        word in line for word in ("compare", "--python", "--cases", "--resamples", "--out", "--output", "-o")
    )


@st.composite
def lines(draw):
    line = [draw(commands)]
    if draw(st.booleans()) or line[0] not in ("list", "choose"):
        some = st.lists(specs, min_size=1, max_size=3).map(",".join)
        line.append(draw(some if draw(st.integers(0, 3)) == 0 else plain))
    if draw(st.integers(0, 4)):
        line.append(draw(files))
    for _ in range(draw(st.integers(0, 4))):
        line.append(draw(options))
        if draw(st.integers(0, 3)):
            line.append(draw(values))
    return line


cells = st.one_of(numbers, words, st.floats().map(repr), st.integers(-3, 3).map(str))
header = st.lists(
    st.sampled_from(["pred", "target", "y_true", "y_pred", "p_a", "p_b", "id", "list", "weight", "", "pred"]),
    min_size=1,
    max_size=5,
)


@st.composite
def tables(draw):
    mark = draw(st.sampled_from([",", "\t", ";", "|", " "]))
    rows = [draw(header), *draw(st.lists(st.lists(cells, max_size=6), max_size=6))]
    end = draw(st.sampled_from(["\n", "\r\n", "\r", ""]))
    start = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n"]))
    return start + end.join(mark.join(row) for row in rows).encode()


things = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | words,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["pred", "target", "p", "y", ""]), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def documents(draw):
    import json

    each = [json.dumps(draw(things)) for _ in range(draw(st.integers(1, 4)))]
    text = draw(st.sampled_from(["\n", ",", ""])).join(each)
    return (f"[{text}]" if draw(st.booleans()) else text).encode()


MAGIC = [
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"PAR1",
    b"\x93NUMPY\x01\0",
    b"PK\x03\x04",
    b"{",
    b"[",
    b"\0",
]
contents = st.one_of(
    tables(),
    documents(),
    st.binary(max_size=200),
    st.builds(lambda a, b: a + b, st.sampled_from(MAGIC), st.binary(max_size=100)),
)


def made(program):
    """A function that makes each program once."""
    once = cache(program)
    return lambda names: once(tuple(names))


@pytest.fixture(autouse=True)
def once(monkeypatch):
    """The options of all commands, told to Typer once: that takes longer than most command lines."""
    monkeypatch.setattr(app, "program", made(app.program))


def late(*_):
    raise TimeoutError("a command line hangs")


def ran(line, content, folder):
    """The exit code of a line in a folder with one file, and what it says."""
    for name in ("f", "f.csv", "f.json", "f.jsonl", "f.tsv", "f.parquet", "f.npy", "f.npz", "f.gz", "f.zst"):
        (folder / name).write_bytes(content)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape") for _ in range(2))
    known = sys.stdin, os.getcwd()  # noqa: PTH109
    sys.stdin = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors="surrogateescape")
    os.chdir(folder)
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(line)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        sys.stdin = known[0]
        os.chdir(known[1])
    out.flush(), err.flush()
    return (
        code,
        out.buffer.getvalue().decode("utf-8", "replace"),
        err.buffer.getvalue().decode("utf-8", "replace"),
    )


def hold(line, content, folder):
    code, out, err = ran(line, content, folder)
    said = (line, content, code, out[-300:], err[-600:])
    assert code in CODES, said
    assert "Traceback" not in err, said
    if code in (2, 3, 4):
        assert not out or "--help" in line or "-h" in line, said
        assert "error" in err or "Usage" in err, said


def searched(strategy, test):
    """Search with ever other seeds, until time is up."""
    end = time.monotonic() + SECONDS
    for number in count():
        if time.monotonic() > end:
            break

        @seed(number)
        @settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def check(drawn):
            test(*drawn)

        check()


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore")
def test_command_lines(tmp_path):
    searched(
        st.tuples(lines().filter(lambda line: not slow(line)), contents),
        lambda line, content: hold(line, content, tmp_path),
    )


LOSSES = st.sampled_from(
    ["mse", "bce", "softmax-cross-entropy", "triplet-margin", "listmle", "gaussian-nll", "ctc"]
)
MORE = st.sampled_from([
    [], ["--engine", "large"], ["--missing", "drop"], ["--no-header", "-p", "1", "-t", "2"], ["--group", "id"],
    ["--where", "pred > 0"], ["--weight", "weight"], ["--on", "id", "--targets", "f.csv"],
])  # fmt: skip


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore")
def test_readers(tmp_path):
    searched(
        st.tuples(LOSSES, files, MORE, contents),
        lambda loss, file, more, content: hold(["compute", loss, file, *more], content, tmp_path),
    )


LITTLE = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.filterwarnings("ignore")
@LITTLE
@example(["compute", "mse", "f.csv"], b"pred,target\n1,2\n")
@given(
    st.sampled_from([["compute", "mse", "f.csv"], ["grad", "bce", "f.json"], ["compute", "mae", "-"]]),
    contents,
)
def test_a_few_files(tmp_path_factory, line, content):
    hold(line, content, tmp_path_factory.getbasetemp())
