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


def strip(out, name="rows"):
    return next(line for line in out.splitlines() if line.strip().startswith(name))


def test_where_rows_lie(cli, preds):
    ran = cli("plot mse,mae preds.csv --x-range -3:3", preds)
    assert ran.code == 0
    assert strip(ran.out).strip().startswith("rows<")
    assert strip(ran.out).endswith(">")
    value = float(cli("compute mse preds.csv --bare").out)
    assert f"300 rows, y_pred against y_true: mean loss mse {value:.4g}, mae " in " ".join(ran.out.split())
    worst = cli("compute mse preds.csv --json").out
    assert "5 rows carry" in ran.out
    assert "of the mse: lines 19 " in ran.out
    assert '"n":300' in worst.replace(" ", "")
    errors = np.array([np.subtract(*map(float, row.split(","))) for row in preds["preds.csv"].split()[1:]])
    left, right = int((errors < -3).sum()), int((errors > 3).sum())
    assert f"{left} rows left of -3, {right} rows right of 3" in ran.out


def test_the_axis_widens_where_most_rows_are_outside(cli):
    rows = {"far.csv": "y_pred,y_true\n" + "".join(f"{x},0\n" for x in range(-40, 80))}
    out = cli("plot mse far.csv", rows).out
    assert " 100\n" in out
    assert "-100 " in out
    assert "of 100" not in out
    assert "right of 3" in cli("plot mse far.csv --x-range -3:3", rows).out
    assert (
        "right of 3"
        in cli("plot mse near.csv", {"near.csv": "y_pred,y_true\n" + "1,0\n" * 5 + "9,0\n" * 4}).out
    )


FAMILIES = {
    "bce": ("p,label", ["0.9,1", "0.1,0", "0.2,0"], {"y = 1": [0.9], "y = 0": [0.1, 0.2]}, 0, 1),
    "hinge": ("score,label", ["2,1", "2,-1", "-1,-1"], {"rows": [2, -2, 1]}, -3, 3),
    "poisson-deviance": ("pred,target", ["1,2", "6,2"], {"rows": [0.5, 3]}, 0, 5),
    "contrastive": ("distance,same", ["0.5,1", "1.5,0"], {"y = 1": [0.5], "y = 0": [1.5]}, 0, 2),
    "triplet-margin": ("d_ap,d_an", ["1,0.5", "0.25,2"], {"rows": [0.5, -1.75]}, -3, 3),
    "softmax-cross-entropy": ("z_0,z_1,z_2,label", ["0,0,0,1", "0,0,40,2"], {"rows": [1 / 3, 1]}, 0, 1),
    "categorical-cross-entropy": ("p_0,p_1,label", ["0.25,0.75,0"], {"rows": [0.25]}, 0, 1),
    "nll": ("logp_0,logp_1,label", ["-0.6931471805599453,-0.6931471805599453,0"], {"rows": [0.5]}, 0, 1),
    "multi-margin": ("z_0,z_1,z_2,label", ["0,1,2,1", "3,1,0.5,0"], {"rows": [-1, 2]}, -3, 3),
    "gaussian-nll": ("mean,var,target", ["1,4,2.5"], {"rows": [-1.5]}, -3, 3),
    "cosine-distance": ("cosine", ["0.5"], {"rows": [0.5]}, -1, 1),
}


@pytest.mark.parametrize("loss", FAMILIES)
def test_rows_of_each_family(cli, loss):
    head, rows, places, low, high = FAMILIES[loss]
    ran = cli(f"plot {loss} f.csv --width 72", {"f.csv": "\n".join([head, *rows]) + "\n"})
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    rule = next(line for line in lines if "+-" in line and line.rstrip().endswith("->"))
    first, cells = rule.index("+-") + 2, len(rule) - 2 - (rule.index("+-") + 2)
    for name, values in places.items():
        line = strip(ran.out, name)
        found = {at - first for at, glyph in enumerate(line) if at >= first and glyph not in " <>"}
        assert found == {int(np.floor((x - low) / (high - low) * (cells - 1) + 0.5)) for x in values}


def test_losses_whose_rows_have_no_place(cli):
    ran = cli("plot listmle f.csv", {"f.csv": "pred,target,list\n1,0,a\n"})
    assert (ran.code, ran.out) == (2, "")
    assert "fix: losscli plot listmle f.csv --kind hist" in ran.err


def test_options_of_data_without_a_file(cli):
    ran = cli("plot mse --pred y")
    assert ran.code == 2
    assert "fix: losscli plot mse preds.csv" in ran.err


def test_a_bad_cell_is_told_and_nothing_is_drawn(cli):
    ran = cli("plot mse f.csv", {"f.csv": "y_pred,y_true\n1,2\nx,3\n"})
    assert (ran.code, ran.out) == (3, "")
    assert "f.csv:3: column 'y_pred'" in ran.err


def test_strips_in_colour(cli):
    out = cli("plot bce --values 0.9:1,0.2:0 --color always --style block").out
    for name, ink in (("y = 1", 36), ("y = 0", 33)):
        assert any(line.startswith(f"\x1b[{ink}m{name}") and "█" in line for line in out.splitlines())
    assert "\x1b[36m  rows" in cli("plot mse --values 0.9:1 --color always").out
    assert "\n  rows" in cli("plot mse,mae --values 0.9:1 --color always").out


def test_rows_without_a_place_are_counted(cli):
    out = cli("plot poisson-deviance f.csv", {"f.csv": "pred,target\n0,0\n1,1\n2,1\n2,2\n"}).out
    assert out.endswith("1 row nowhere on it\n")


def test_what_does_not_go_together(cli, monkeypatch):
    assert cli("plot mse --values 1:2 --points").err.startswith(
        "error: --points are those of curves, without data\n"
    )
    assert cli("plot mse --ascii --style block").code == 2
    monkeypatch.setenv("LOSSCLI_STYLE", "block")
    assert cli("plot bce --values 0.9:1 --ascii").out.isascii()
