"""Pictures of data: what the file says, from the command line."""

import numpy as np
import pytest


@pytest.fixture
def preds():
    rng = np.random.default_rng(0)
    target = rng.normal(50, 20, 300)
    error = rng.standard_t(2, 300)
    error[17] = 40
    lines = [f"{t + e:.3f},{t:.3f}" for t, e in zip(target, error, strict=True)]
    return {"preds.csv": "y_pred,y_true\n" + "\n".join(lines) + "\n"}


def test_histogram_says_what_compute_says(cli, preds):
    ran = cli("plot mse preds.csv --kind hist", preds)
    assert ran.code == 0
    assert ran.out.startswith("mse   preds.csv: 300 rows, y_pred against y_true\n")
    values = np.array(cli("compute mse preds.csv --per-row --bare").out.split(), float)
    for name, value in (("median", np.median(values)), ("mean", values.mean()), ("max", values.max())):
        assert f"{name} {value:.4g}" in ran.out
    assert sum(int(line.split("|")[0].split()[-1]) for line in ran.out.splitlines() if "|" in line) == 300
    assert len(ran.out.splitlines()) <= 20


def test_histogram_of_weighted_rows(cli):
    rows = {"w.csv": "y_pred,y_true,w\n1,0,1\n2,0,2\n3,0,0\n"}
    out = cli("plot mse w.csv --kind hist --weight w", rows).out
    assert "weight" in out
    assert [line.split()[:2] for line in out.splitlines()[3:]] == [["1", "1"], ["4", "2"]]


def test_one_histogram_for_each_loss(cli, preds):
    out = cli("plot mse,mae preds.csv --kind hist --title both", preds).out
    assert out.count("both\n") == 2


def test_histogram_of_literals_and_of_standard_input(cli):
    assert "median 0.25" in cli("plot mse --values 2.5:3,0:0,1:3 --kind hist").out
    assert "max 4" in cli("plot mse - --kind hist", stdin="y_pred,y_true\n1,3\n").out


def test_histogram_without_a_file(cli):
    ran = cli("plot mse --kind hist")
    assert (ran.code, ran.out) == (2, "")
    assert "fix: losscli plot mse --kind hist preds.csv" in ran.err


def test_no_such_kind(cli):
    assert cli("plot mse --kind pie").err == "error: --kind: 'pie' is not one of: curve hist\n"
