"""Options as nobody would combine them, over real files: documented exit codes, one message, nothing half-said."""

import json
import random
import shlex
import time
from pathlib import Path

import pytest

from tests.cli.test_fuzz import SECONDS, once, ran  # noqa: F401 (a fixture)

SAMPLES = Path(__file__).parents[2] / "samples"
INPUTS = [
    "mse diabetes.csv", "mse,mae diabetes.csv", "bce cancer.csv", "bce-with-logits cancer_logits.csv", "mse missing.csv",
    "softmax-cross-entropy digits.csv", "categorical-cross-entropy wine.csv", "listnet-softmax search.csv", "mse",
    "triplet-margin triplets.jsonl", "contrastive pairs.csv", "mse --values 1:2,3:4", "bce --values 0:1,1:1",
    "mse diabetes.json", "mse predictions.csv --targets truth.csv", "dice --values 0.5:1,1:0", "gaussian-nll --values 1:2:3",
    "aft --values 1:2:inf", "quantile:tau=0.1/0.9 diabetes.csv", "mse empty.csv", "rmse,hubber none.csv",
]  # fmt: skip
OPTIONS = [
    "--json", "--csv", "--md", "-f latex", "-f jsonl", "-f table", "--bare", "-f parquet -o o.parquet", "-o o.csv", "-o -",
    "-o nodir/x.csv", "-o p.png", "-o p.txt", "-g age_group", "-g id", "-g y_true", "-r sum", "-r none", "--per-row", "--ci",
    "--ci 0.5", "--ci 1", "--resamples 100", "--seed 7", "--cluster id", "-p y_pred -p y_new", "-p y_pred", "-p y_*", "-t y_true",
    "-w y_true", "-w nope", "--where 'y_true > 100'", "--where 1=0", "--missing drop", "--missing nan", "--fail-above 1",
    "--fail-below nan", "--assert 'mse<1'", "--assert 'rmse>0'", "--sparkline", "--all", "--fields loss,value", "--fields row,grad",
    "--fields ,", "--precision 17", "--precision 99", "--no-headers", "--width 30", "--width 5", "--ascii", "-q", "-v", "--id id",
    "--on id", "--by-order", "--join inner", "--engine large", "--threads 1", "--classes 0,1", "--normalize", "--no-header",
    "--delimiter ';'", "--decimal ,", "--na 7", "-I json", "--records a.b", "--order 2", "--kink nan", "--points", "--show both",
    "--kind hist", "--log-y", "--x-range 0:1", "--style braille", "--height 8", "--title ü", "--inline kitty", "--size 3x2",
    "--grad-col y_new", "--loss-col y_new", "--wrt logits", "--atol inf", "--n 3", "--python f.py:g", "--cases c.jsonl", "--cases -",
    "--test wilcoxon", "--alpha 0.2", "--fail-if-worse", "--margin 1", "--baseline y_new", "--against predictions_new.csv",
    "--values 1:2", "--col list=age_group", "--col pred=y_pred", "--errors json",
]  # fmt: skip
COMMANDS = ["compute"] * 6 + ["grad", "plot", "check", "compare"] * 3 + ["choose", "list", "explain"]


def line_of(chance):
    command = chance.choice(COMMANDS)
    words = [] if command in ("choose", "list") else shlex.split(chance.choice(INPUTS))
    words = [str(SAMPLES / word) if (SAMPLES / word).is_file() else word for word in words]
    if command in ("compare", "check"):
        more = "-p y_pred -p y_new --resamples 100" if command == "compare" else "--grad-col y_new"
        words += shlex.split(more) if chance.random() < 0.6 else []
    for option in chance.sample(OPTIONS, chance.randint(1, 4)):
        words += [str(SAMPLES / word) if (SAMPLES / word).is_file() else word for word in shlex.split(option)]
    return [command, *words]


def hold(line, folder):
    code, out, err = ran(line, b"pred,target\n1,2\n", folder)
    said = line, code, out[-300:], err[-600:]
    assert code in (0, 1, 2, 3, 4), said
    assert "Traceback" not in err, said
    if code > 1:
        assert not out, said
        assert err.strip(), said
    if "--errors" in line:
        assert all({"level", "code", "message"} <= {*json.loads(each)} for each in err.splitlines()), said
    elif code > 1:
        assert err.startswith("error: "), said
        assert len(err.splitlines()) <= 8, said
    if "--ascii" in line:
        assert out.isascii(), said


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore")
def test_odd_combinations(tmp_path):
    (tmp_path / "f.py").write_text("def g(p, y): return (p - y) ** 2\n")
    (tmp_path / "empty.csv").write_text("")
    end, chance = time.monotonic() + SECONDS, random.Random(SECONDS)
    while time.monotonic() < end:
        hold(line_of(chance), tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_a_few_odd_combinations(tmp_path):
    (tmp_path / "f.py").write_text("def g(p, y): return (p - y) ** 2\n")
    (tmp_path / "empty.csv").write_text("")
    chance = random.Random(0)
    for _ in range(40):
        hold(line_of(chance), tmp_path)
