"""The benchmarks run, and measure what they say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from losscli import parse
from losscli.losses import catalogue

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
from kernels import ordinary, ours  # noqa: E402
from textbook import textbook  # noqa: E402


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
    assert lines[-1].startswith("behind in ")


@pytest.mark.parametrize(
    "spec", ["mse", "huber:delta=0.5", "bce", "hinge", "softmax-cross-entropy", "contrastive", "msle"]
)
@pytest.mark.parametrize("order", [0, 1])
def test_the_textbook_is_right_on_ordinary_data(spec, order):
    loss = parse(spec)
    form = loss.forms[0]
    inputs = ordinary(loss, form, 1000)
    wide = [np.eye(x.max().astype(int) + 1)[x.astype(int)] if each.kind == "class" else x
            for each, x in zip(form, inputs, strict=True)]  # fmt: skip
    found = textbook(loss, form, order)(*wide)
    np.testing.assert_allclose(
        found * (inputs[1] if spec == "hinge" and order else 1),
        (loss.value, loss.gradient)[order](*inputs),
        rtol=1e-9,
        atol=1e-12,
    )


@pytest.mark.parametrize("kind", catalogue().values(), ids=list(catalogue()))
def test_every_loss_can_be_measured(kind):
    for form in kind.forms:
        found = ours(kind(), 0, ordinary(kind(), form, 1000))()
        assert np.isfinite(found).all()
