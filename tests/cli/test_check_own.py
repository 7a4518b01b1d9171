"""`check LOSS`: our derivatives against numeric ones, our answers against the formula."""

import json

import numpy as np
import pytest

from losscli.check.differences import curves
from losscli.check.rows import made_up
from losscli.check.truth import distances, ulps
from losscli.losses import catalogue
from losscli.losses.residual import Huber
from losscli.spec import parse


def test_a_right_loss(cli):
    ran = cli("check huber:delta=1 --format table")
    assert (ran.code, ran.err) == (0, "")
    assert "ok  huber   4042 points, central differences, h = 6e-06; 178 answers beside the formula" in " ".join(ran.out.split()).replace("ok huber", "ok  huber   ").replace("    ", "   ")  # fmt: skip
    assert "kinks at e = -1, 1: any value between the slopes to both sides is right there" in ran.out
    facts = json.loads(cli("check huber --json").out)
    assert facts["schema"] == "losscli.check/1"
    checks = {(each["what"], each["against"]): each for each in facts["results"][0]["checks"]}
    assert checks["gradient in e", "differences"]["worst"] < 1e-10
    assert checks["loss", "formula"]["worst"] <= 4


@pytest.mark.parametrize(
    "spec",
    [
        "mae",
        "zero-one",
        "bce",
        "bce:clip=1e-7",
        "quantile:tau=0.9",
        "triplet-margin",
        "nll",
        "softmax-cross-entropy",
        "listnet-softmax",
        "tukey-biweight",
    ],
)
def test_derivatives_hold(spec):
    assert not [each for each in curves(parse(spec)) if each.failed]


def test_a_wrong_derivative_is_found(cli, monkeypatch):
    right = Huber.brisk

    def wrong(self, order, e, *block):
        doubt = right(self, order, e, *block)
        if order == 1:
            e *= 1 + 1e-6
        return doubt

    monkeypatch.setattr(Huber, "brisk", wrong)
    ran = cli("check huber")
    assert ran.code == 1
    assert "FAIL  huber: gradient in e: " in ran.err
    assert "FAIL  huber: gradient: " in ran.err
    assert "ulp off at" in ran.err


def test_a_wrong_curvature_and_a_missing_kink_are_found(monkeypatch):
    monkeypatch.setattr(Huber, "curvature", lambda self, e: np.ones_like(e))
    assert [each.order for each in curves(parse("huber")) if each.failed] == [2]


@pytest.mark.parametrize("kind", catalogue().values(), ids=lambda kind: kind.name)
def test_every_loss_has_rows(kind):
    loss = kind()
    made = made_up(loss, 6)
    assert sum(rows.size for rows in made) >= 1
    again = made_up(loss, 6)
    assert all(
        np.array_equal(a, b)
        for one, two in zip(made, again, strict=True)
        for a, b in zip(one.inputs, two.inputs, strict=True)
        if isinstance(a, np.ndarray)
    )


@pytest.mark.parametrize(
    "spec", ["hinge", "cosine-distance", "pairwise-hinge", "multiclass-brier", "bce:clip=0.1"]
)
def test_answers_hold(spec):
    loss = parse(spec)
    found = distances(loss, made_up(loss, 20))
    assert all(each.worst <= 4 and each.rows > 5 for each in found)


def test_ulps():
    assert ulps(1.0, np.nextafter(1, 2))[0] == 1
    assert ulps(5e-324, -5e-324)[0] == 2
    assert ulps(0.0, -0.0)[0] == 0
    assert ulps(np.nan, 1.0)[0] == np.inf
    assert ulps(np.inf, 1.7976931348623157e308)[0] == 1


@pytest.mark.sweep
@pytest.mark.parametrize("kind", catalogue().values(), ids=lambda kind: kind.name)
def test_all_derivatives_hold(kind):
    assert not [each for each in curves(kind()) if each.failed]


def test_levels_are_checked_one_at_a_time(cli):
    for words in ("", " --python f.py:f", " --cases c.jsonl"):
        ran = cli(f"check quantile:tau=0.1/0.9{words}", {"f.py": "def f(p, y): return p\n"})
        assert (ran.code, ran.out) == (2, "")
        assert "fix: losscli check quantile:tau=0.1\n" in ran.err
    assert (
        cli("check quantile:tau=0.1/0.9 f.csv --loss-col l,m -p l,m -t l", {"f.csv": "l,m\n0,0\n"}).code == 0
    )
