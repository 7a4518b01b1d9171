"""The benchmarks run, and measure what they say."""

import math
import re
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest

from losscli import parse
from losscli.losses import catalogue

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import special  # noqa: E402
from kernels import agree, named, of_torch, ordinary, ours, rivals, theirs  # noqa: E402
from pytorch import FUNCTIONS  # noqa: E402


def test_kernels():
    command = [
        sys.executable,
        "benchmarks/kernels.py",
        "huber",
        "softmax-cross-entropy",
        "-n",
        "1000",
        "-r",
        "1",
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = ran.stdout.splitlines()
    assert lines[0].split()[:5] == ["loss", "order", "losscli", "NumPy", "PyTorch"]
    assert [line.split()[:2] for line in lines[1:7]] == [
        [name, order]
        for name in ("huber", "softmax-cross-entropy")
        for order in ("value", "gradient", "hessian")
    ]
    assert all(float(line.split()[2]) > 0 for line in lines[1:7])
    assert re.fullmatch(r"ahead in \d, behind in \d, alone in 2 of 6", lines[-1])


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("kind", catalogue().values(), ids=list(catalogue()))
def test_every_loss_has_a_textbook_and_it_is_right_on_ordinary_data(kind, order, monkeypatch):
    scalars = {"digamma": mpmath.fp.digamma, "erf": math.erf, "erfc": math.erfc, "lgamma": math.lgamma}
    functions = {name: np.vectorize(each) for name, each in scalars.items()}  # SciPy's may not be there
    monkeypatch.setattr(special, "functions", lambda: functions)
    loss = kind()
    for form in loss.forms:
        inputs = ordinary(loss, form, 2000)
        assert agree(theirs(loss, form, order, inputs)(), ours(loss, order, inputs)()), form


def test_a_textbook_that_finds_something_else_is_no_rival():
    loss = parse("dice:smooth=1")
    found, remarks = rivals(loss, loss.forms[0], 0, ordinary(loss, loss.forms[0], 2000))
    assert not found
    assert remarks == ["NumPy finds something else"]


def test_pytorch_is_right_on_ordinary_data():
    pytest.importorskip("torch")
    for name, count in FUNCTIONS:
        loss = parse(name)
        inputs = ordinary(loss, loss.form(count), 2000)
        assert agree(of_torch(loss, loss.form(count), 0, inputs)(), ours(loss, 0, inputs)()), name


def test_forms_of_a_loss_have_names_of_their_own():
    names = [named(kind(), form) for kind in catalogue().values() for form in kind.forms]
    assert len(set(names)) == len(names)
    assert {"contrastive (distance)", "contrastive (x1, x2)", "mse"} <= set(names)


@pytest.mark.parametrize("kind", catalogue().values(), ids=list(catalogue()))
def test_every_loss_can_be_measured(kind):
    for form in kind.forms:
        found = ours(kind(), 0, ordinary(kind(), form, 1000))()
        assert np.isfinite(found).all()


def test_who_finds_one_of_two_gradients_is_no_rival():
    one, two = np.ones(3), np.zeros(3)
    assert agree((one, two), (one, two))
    assert not agree(one, (one, two))
    assert not agree((one, two), (one,))
