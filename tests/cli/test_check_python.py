"""`check LOSS --python`: functions as people write them, and where they break; `--cases`: what they can be held against."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import mpmath
import pytest

ROOT = Path(__file__).parents[2]
MINE = """
import numpy as np

def huber(p, t):
    e = p - t
    return np.where(abs(e) <= 1, e * e / 2, abs(e) - 0.5), np.clip(e, -1, 1)
def naive(z, y): return np.log(1 + np.exp(z)) - y * z
def clipped(p, y):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))
def half(p, t): return (p - t) ** 2 / 2
def mean(p, t): return ((p - t) ** 2).mean()
def loop(p, t): return [(a - b) * (a - b) for a, b in zip(p.tolist(), t.tolist())]
def boom(p, t):
    if np.any(abs(p) > 1e10):
        raise ValueError("too large for me")
    return (p - t) ** 2
def shape(p, t): return np.zeros((3, 3))
def softmax(z, k):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    g = s.copy()
    g[np.arange(len(k)), k] -= 1
    return -(z[np.arange(len(k)), k] - z.max(axis=1)) + np.log(e.sum(axis=1)), g
class Huber:
    def __call__(self, p, t): return huber(p, t)[0]
"""

GOOD = ["huber huber", "mse mean", "mse loop", "huber Huber", "mse:scale=0.5 half", "bce:clip=1e-7 clipped"]


@pytest.mark.parametrize("line", GOOD)
def test_right_functions_pass(cli, line):
    loss, name = line.split()
    ran = cli(["check", loss, "--python", f"mine.py:{name}", "--n", "300"], {"mine.py": MINE})
    assert (ran.code, ran.err) == (0, "")
    rows = [row.split("\t") for row in ran.out.splitlines()[1:]]
    assert rows
    assert all(row[3] == "ok" for row in rows)


WRONG = [
    ("bce-with-logits naive", "overflow", "Yours overflows to infinity, where the answer is a number: in "),
    ("bce clipped", "clip", "Yours keeps probabilities within [1e-07, 1 - 1e-07], as Keras does."),
    ("mse half", "half", "Your loss is half the reference for ordinary inputs"),
    ("softmax-cross-entropy softmax", "", ""),
    ("mae huber", "loss", "Yours is huber:delta=1, not mae."),
]


@pytest.mark.parametrize(("line", "kind", "says"), WRONG, ids=lambda x: x.partition(" ")[0])
def test_wrong_functions_are_told_where_they_break(cli, line, kind, says):
    loss, name = line.split()
    ran = cli(["check", loss, "--python", f"mine.py:{name}", "--n", "600", "--json"], {"mine.py": MINE})
    found = json.loads(ran.out)["results"][0]
    assert (ran.code, found["status"]) == ((1, "fail") if kind else (0, "ok"))
    if kind:
        cause = found["checks"][0]["causes"][0]
        assert (cause["kind"], cause["says"].startswith(says)) == (kind, True), cause
        assert cause["says"] in ran.err


def test_a_function_has_its_own_words(cli):
    ran = cli("check mse --python mine.py:boom --n 300", {"mine.py": MINE})
    assert ran.code == 1
    assert ran.err.startswith("FAIL  mine.py:boom raises ValueError: too large for me   (")
    assert "losscli itself" not in ran.err
    assert cli("check mse --python mine.py:shape").err.startswith(
        "FAIL  mine.py:shape the value has shape (3, 3), not (2000,)"
    )


def test_over_a_file_too(cli):
    files = {"mine.py": MINE, "p.csv": "pred,target\n3,1\n2,1\n0.5,4\n"}
    assert cli("check huber p.csv --python mine.py:huber --n 100", files).code == 0
    ran = cli("check mse p.csv --python mine.py:half --n 100 --format table")
    assert ran.code == 1
    assert "FAIL  loss over p.csv: 3 of 3 rows differ" in ran.out
    ran = cli("check mse p.csv --python mine.py:boom --n 100", {"p.csv": "pred,target\n3,1\n2e11,1\n"})
    assert (ran.code, ran.err) == (
        2,
        "error: your function raises ValueError: too large for me\n  at p.csv:3\n",
    )


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("mine.py:nope", "error: --python mine.py:nope: mine.py has no nope\n  it has: huber, naive"),
        ("none.py:f", "error: --python none.py:f: there is no file none.py\n"),
        (
            "no.such.module:f",
            "error: --python no.such.module:f: no.such.module cannot be imported\n  ModuleNotFoundError: ",
        ),
        ("mine", "error: --python mine: write MODULE:FUNCTION\n"),
        (
            "broken.py:f",
            "error: --python broken.py:f: broken.py cannot be imported\n  ZeroDivisionError: division by zero\n",
        ),
    ],
)
def test_functions_that_are_not_there(cli, spec, says):
    ran = cli(["check", "mse", "--python", spec], {"mine.py": MINE, "broken.py": "1 / 0"})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(says)


LISTS = """
import numpy as np
def softmax(s, y):
    q = np.exp(s - s.max())
    return -(y * (s - s.max() - np.log(q.sum()))).sum(), y.sum() * q / q.sum() - y
def half(s, y): return tuple(x / 2 for x in softmax(s, y))
def naive(s, y): return -(y * np.log(np.exp(s) / np.exp(s).sum())).sum()
def rows(s, y): return s * y
def triple(z, labels): return float(labels.dtype == np.int64) * z.sum()
"""


def test_losses_of_lists_are_asked_for_one_list_at_a_time(cli):
    files = {"l.py": LISTS, "q.csv": "q,pred,target\n1,0.5,1\n2,3,0\n1,1.5,0\n2,0.5,1\n2,1,0\n"}
    line = "check listnet-softmax q.csv --col list=q --rtol 1e-4 --n 20 --json --python l.py:"
    found = json.loads(cli(f"{line}softmax", files).out)["results"][0]
    assert [each["quantity"] for each in found["checks"]] == ["loss", "grad"]
    assert [(each["quantity"], each["status"], each["n"]) for each in found["file"]] == [
        ("loss", "ok", 2),
        ("grad", "ok", 5),
    ]
    ran = cli(f"{line}half")
    assert ran.code == 1
    assert "Your loss is half the reference" in ran.err
    ran = cli("check listnet-softmax --python l.py:naive --n 50 -f table")
    assert ran.code == 1
    assert " of 50 lists differ by more than " in " ".join(ran.out.split())
    ran = cli("check listnet-softmax --python l.py:rows --n 10")
    assert ran.err.startswith("FAIL  l.py:rows gives ")
    assert "numbers of shape (" in ran.err
    assert "for one list   (10 of 10 lists, first pred [" in ran.err
    assert cli("check ctc --python l.py:triple --n 4").code == 1  # labels of a list are an array


ODD = """
import time
import numpy as np
def writes(p, t):
    p -= t
    return p * p
def single(p, t): return (p.astype(np.float32) - t.astype(np.float32)) ** 2
def needs(p, t):
    if p.dtype != np.float32:
        raise TypeError("float32, please")
    return (p - t) ** 2
def off(p, t): return single(p, t) * np.float32(1.00001)
def slow(p, t):
    time.sleep(0.02)
    return float(((p - t) ** 2).mean())
def nothing(p, t): return None
def text(p, t): return "x"
def nan(p, t): return np.where(p > 1, np.nan, (p - t) ** 2)
def column(p, t): return (p[:, None] - t) ** 2
def slopes(p, t): return (p - t) ** 2, np.zeros((len(p), 2))
def tensor(p, t): return p.detach()
"""


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        (
            "writes",
            0,
            "note: Yours writes into its input pred: whoever calls it finds other numbers there.\n",
        ),
        ("single", 0, "note: Yours answers in single precision: rows are rounded to it before, "),
        ("needs", 0, "note: Yours answers in single precision: rows are rounded to it before, "),
        ("off", 1, "FAIL  loss of o.py:off: "),
        ("slow", 0, "note: Yours is slow: called for one row after the other it answered "),
        ("nothing", 1, "FAIL  o.py:nothing returns nothing\n"),
        ("text", 1, "FAIL  o.py:text returns text, not numbers\n"),
        ("nan", 1, "FAIL  loss of o.py:nan: "),
        ("column", 1, "FAIL  o.py:column the value has shape (200, 200), not (200,)\n"),
        ("slopes", 1, "FAIL  o.py:slopes the gradient has shape (200, 2), not (200,)\n"),
        ("tensor", 1, "FAIL  o.py:tensor raises AttributeError: 'numpy.ndarray' object has no attribute "),
    ],
)
def test_odd_functions(cli, monkeypatch, name, code, says):
    monkeypatch.setattr("losscli.check.function.PATIENCE", 0.1)
    ran = cli(["check", "mse", "--python", f"o.py:{name}", "--n", "200"], {"o.py": ODD})
    assert (ran.code, ran.err[: len(says)]) == (code, says)
    if name == "tensor":
        assert ran.err.endswith("fix: --framework torch       or jax, if it takes tensors\n")
    if name == "off":
        assert "ulp of single precision off" in ran.err


def test_tensors_by_autograd(cli, monkeypatch, tmp_path):
    pytest.importorskip("torch")
    code = "import torch\ndef f(p: torch.Tensor, t: torch.Tensor): return torch.nn.functional.huber_loss(p, t, reduction='none')\n"
    ran = cli("check huber --python mine.py:f --n 200", {"mine.py": code})
    assert [row.split("\t")[2:4] for row in ran.out.splitlines()[1:]] == [["loss", "ok"], ["grad", "ok"]]


def test_cases_are_exact_and_read_back(cli, tmp_path):
    ran = cli("check bce --cases bce.jsonl --n 40 --seed 3")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("wrote bce.jsonl (40 cases, ")
    lines = (tmp_path / "bce.jsonl").read_text().splitlines()
    header, *cases = map(json.loads, lines)
    assert (header["schema"], header["loss"], header["n"], header["seed"], len(cases)) == (
        "losscli.cases/1",
        "bce",
        40,
        3,
        40,
    )
    sure = 0
    for case in cases:
        p, y = (float.fromhex(case["hex"]["inputs"][each["name"]]) for each in header["inputs"])
        assert [p, y] == [case["inputs"]["pred"], case["inputs"]["target"]]
        with mpmath.workprec(4000):  # plain mathematics, not the formula of the loss
            q, t = mpmath.mpf(p), mpmath.mpf(y)
            value = (-t * mpmath.log(q) if t else 0) - ((1 - t) * mpmath.log(1 - q) if t != 1 else 0)
            assert (
                abs(value - float(case["value"]))
                <= abs(value) * mpmath.mpf(2) ** -53 + mpmath.mpf(2) ** -1075
                or value == mpmath.inf
            )
            if not case["edge"]:
                sure += 1
                slope = (q - t) / (q * (1 - q))
                gap = abs(slope - float(case["gradient"]["pred"]))
                assert gap <= abs(slope) * mpmath.mpf(2) ** -53 or abs(slope) > 1e308
                second = t / q**2 + (1 - t) / (1 - q) ** 2
                assert float.fromhex(case["hex"]["hessian"]["pred"]) == float(case["hessian"]["pred"])
                assert (
                    abs(second - float(case["hessian"]["pred"])) <= abs(second) * mpmath.mpf(2) ** -53
                    or second > 1e308
                )
    assert sure > 10
    assert cli("check bce --cases - --n 40 --seed 3").out.splitlines() == lines
    assert cli("check bce --cases - --n 40 --seed 4").out.splitlines() != lines


def test_a_reader_of_fifteen_lines(cli, tmp_path):
    assert cli("check huber --cases huber.jsonl").code == 0
    reader = [sys.executable, ROOT / "samples" / "read_cases.py", tmp_path / "huber.jsonl"]
    assert (
        subprocess.run(reader, capture_output=True, text=True, check=True).stdout == "huber: 200 cases hold\n"
    )
    text = (tmp_path / "huber.jsonl").read_text().replace('"value":"0x1.8', '"value":"0x1.9')
    (tmp_path / "huber.jsonl").write_text(text)
    assert subprocess.run(reader, capture_output=True, text=True, check=False).returncode == 1


@pytest.mark.skipif(not which("cc"), reason="there is no C compiler")
def test_a_reader_in_c(cli, tmp_path):
    assert cli("check huber --cases huber.jsonl").code == 0
    source = (ROOT / "samples" / "read_cases.c").read_text()
    strict = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    for name, text, code, says in (
        ("right", source, 0, "huber: 200 cases hold\n"),
        ("value", source.replace("e - 0.5", "e - 0.4999999"), 1, ", not "),
        ("slope", source.replace("-1 ? -1", "-1 ? -2"), 1, ": slope -2, not -1\n"),
    ):
        (tmp_path / f"{name}.c").write_text(text)
        subprocess.run(["cc", *strict, "-o", name, f"{name}.c", "-lm"], check=True)
        ran = subprocess.run([tmp_path / name, "huber.jsonl"], capture_output=True, text=True, check=False)
        assert ran.returncode == code
        assert says in ran.stdout


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("check mse p.csv --cases c.jsonl", 2, "error: --cases makes its rows up: p.csv has no meaning here\n"),
        ("check mse --cases c.jsonl --python mine.py:half", 2, "error: --python and --cases: one of them\n"),
        ("check mse --cases none/c.jsonl", 3, "error: none/c.jsonl: no such file or directory\n"),
        ("check mse --python mine.py:half --framework tensorflow", 2, "error: --framework: 'tensorflow' is not one of: "),
    ],
)  # fmt: skip
def test_mistyped(cli, line, code, says):
    ran = cli(line, {"mine.py": MINE, "p.csv": "pred,target\n1,2\n"})
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(says)
