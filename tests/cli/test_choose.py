"""Which loss for which task: the table, and what a file says about itself."""

import json

import pytest

from losscli import parse
from losscli.advice import everything


@pytest.mark.parametrize("each", everything(), ids=lambda each: each.loss)
def test_every_advice_can_be_taken(each):
    for spec in each.loss.split(","):
        assert str(parse(spec)) == spec
    assert each.task
    assert each.data
    assert each.why


@pytest.mark.parametrize(
    ("task", "losses"),
    [
        ("regression", {"mse", "mae"}),
        ("outliers", {"huber", "mae"}),
        ("binary classification", {"bce", "bce-with-logits"}),
        ("multi-class", {"categorical-cross-entropy", "softmax-cross-entropy"}),
        ("similarity", {"contrastive", "triplet-margin"}),
        ("ranking", {"listnet-softmax"}),
    ],
)
def test_the_lesson(cli, task, losses):
    found = json.loads(cli(["choose", task, "--json"]).out)
    assert found["schema"] == "losscli.choose/1"
    assert losses <= {loss for each in found["advice"] for loss in each["loss"]}


FILES = [
    ("y_pred,y_true\n0.5,1\n0.2,0\n0.9,1\n", "bce"),
    ("y_pred,y_true\n0.5,1\n-2,0\n4,1\n", "bce-with-logits"),
    ("score,y\n0.5,1\n-2,-1\n4,1\n", "hinge"),
    ("y_pred,y_true\n1.5,1\n2.5,0\n4.5,7\n", "poisson-nll-log"),
    ("y_pred,y_true\n1.5,1.5\n2.5,-0.5\n4.5,7.2\n", "mse"),
    ("y_pred,y_true\n" + "1.1,1\n2.2,2.3\n0.5,0.7\n" * 7 + "90,-3.5\n", "huber"),
    ("y_pred,y_true\n1.5,1.5\n250,3000.5\n4.5,7.2\n", "msle"),
    ("p_a,p_b,y\n0.5,0.5,a\n0.9,0.1,b\n", "categorical-cross-entropy"),
    ("z_a,z_b,y\n0.5,3.5,a\n0.9,0.1,b\n", "softmax-cross-entropy"),
    ("y\n1\n0\n", "bce"),
]


@pytest.mark.parametrize(("text", "first"), FILES, ids=[first for _, first in FILES])
def test_a_file_is_looked_at(cli, tmp_path, text, first):
    (tmp_path / "preds.csv").write_text(text)
    ran = cli("choose preds.csv --json")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert found["seen"]
    assert found["advice"][0]["loss"][0] == first


def test_a_word_and_a_file(cli, tmp_path):
    (tmp_path / "preds.csv").write_text(FILES[5][0])
    rows = [line.split("\t") for line in cli("choose outliers preds.csv").out.splitlines()]
    assert rows[0] == ["task", "data", "loss", "why"]
    assert {row[0] for row in rows[1:]} == {"regression with outliers"}


@pytest.mark.parametrize(
    ("words", "tasks"),
    [
        ("counts", {"counts and amounts"}),  # ranking has what "counts most"
        ("few positives", {"binary classification"}),
        ("support vector", {"regression", "binary classification"}),  # only reasons say so
    ],
)
def test_the_task_comes_before_what_mentions_it(cli, words, tasks):
    found = json.loads(cli(["choose", words, "--json"]).out)
    assert {each["task"] for each in found["advice"]} == tasks


def test_a_file_that_is_not_there(cli):
    ran = cli("choose preds.csv")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: no file 'preds.csv'")


def test_nothing_found(cli):
    ran = cli("choose alchemy")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("error: no task mentions 'alchemy'")
