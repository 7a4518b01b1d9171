"""Several quantiles of one target, on the command line."""

import json

import pytest

FILES = {
    "q.csv": "q10,q50,q90,y\n1,2,3,2.5\n0,1,4,5\n-1,0,1,-2\n",
    "q.jsonl": '{"q":[1,2,3],"y":2.5}\n{"q":[0,1,4],"y":5}\n{"q":[-1,0,1],"y":-2}\n',
    "l.csv": "a,b,ya,yb\n0.3,-1,1,0\n1.2,0.4,0,1\n",
    "each.jsonl": '{"q":[1,2,3],"y":[2.5,1,1]}\n{"q":[0,1,4],"y":[5,1,1]}\n',
}
LOSS = "quantile:tau=0.25/0.5/0.75"
COLUMNS = "q.csv --pred q10,q50,q90 --target y"


def test_one_target_for_all_levels(cli):
    ran = cli(f"compute {LOSS} {COLUMNS}", FILES)
    assert ran == (0, f"loss\tvalue\tn\tdropped\tstatus\n{LOSS}\t0.8055555555555556\t9\t0\tok\n", "")
    ran = cli(f"compute {LOSS},expectile:tau=0.25/0.5/0.75 {COLUMNS} -b --reduction sum", FILES)
    assert (ran.code, ran.out) == (0, "7.25\n20.75\n")
    assert cli(f"compute {LOSS} q.csv --pred q10,q50,q90 --target y,y2 -b", FILES).code == 3
    ran = cli(f"compute {LOSS} q.csv --pred q* --target y --per-row --csv", FILES)
    assert (
        ran.out == f"row,{LOSS}:q10,{LOSS}:q50,{LOSS}:q90\n1,0.375,0.25,0.125\n2,1.25,2,0.75\n3,0.75,1,0.75\n"
    )


def test_lists_are_columns(cli):
    ran = cli(f"compute {LOSS} q.jsonl --pred q --target y --per-row --csv", FILES)
    assert ran.out == f"row,{LOSS}:0,{LOSS}:1,{LOSS}:2\n1,0.375,0.25,0.125\n2,1.25,2,0.75\n3,0.75,1,0.75\n"
    ran = cli("grad mse each.jsonl --pred q --target y --csv", FILES)
    assert ran.out == "row,loss_0,loss_1,loss_2,grad_0,grad_1,grad_2\n1,2.25,1,4,-3,2,4\n2,25,0,9,-10,0,6\n"
    assert cli(f"compute {LOSS} --values 1/2/3:2.5 -b --reduction sum").out == "0.75\n"


def test_gradients_have_a_column_for_each_level(cli):
    ran = cli(f"grad {LOSS} {COLUMNS} --csv", FILES)
    assert ran.out == (
        "row,target,loss_10,loss_50,loss_90,grad_10,grad_50,grad_90\n"
        "1,2.5,0.375,0.25,0.125,-0.25,-0.5,0.25\n2,5,1.25,2,0.75,-0.25,-0.5,-0.75\n3,-2,0.75,1,0.75,0.75,0.5,0.25\n"
    )
    told = json.loads(cli(f"grad {LOSS} {COLUMNS} --order 2 --json", FILES).out)["results"][0]
    assert told["params"] == {"tau": [0.25, 0.5, 0.75]}
    assert told["signature"] == f"{LOSS}|red:none|n:9|order:2|miss:error|v:0.1.0"
    assert [row["hess"] for row in told["rows"]] == [[0, 0, 0]] * 3


def test_a_pos_weight_for_each_column(cli):
    ran = cli("compute bce-with-logits:pos_weight=3/1 l.csv -p a,b -t ya,yb --per-row --csv", FILES)
    assert ran.out.splitlines()[1].startswith("1,1.6630657334055814,0.31326168751822286")


def test_weights_and_groups(cli):
    ran = cli(f"compute {LOSS} {COLUMNS} --weight q90 --group y --csv", FILES)
    assert ran.out == (
        f"y,loss,value,n,dropped,status\n2.5,{LOSS},0.25,3,0,ok\n5,{LOSS},1.3333333333333333,3,0,ok\n"
        f"-2,{LOSS},0.8333333333333334,3,0,ok\nall,{LOSS},0.8645833333333334,9,0,ok\n"
    )


def test_the_page_has_a_curve_for_each_level(cli):
    ran = cli(f"explain {LOSS}")
    assert (
        "in (0, 1), or one for each column, with slashes between, default 0.5, here 0.25/0.5/0.75"
        in " ".join(ran.out.split())
    )
    assert "L, tau = 0.75" in ran.out
    assert json.loads(cli(f"explain {LOSS} --json").out)["params"]["tau"]["value"] == [0.25, 0.5, 0.75]
    assert "tau = 0.25" in cli(f"plot {LOSS}").out


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (f"compute {LOSS} q.csv --pred q10,q90 --target y", 2,
         f"error: {LOSS} has 3 levels for 2 columns\n  pred: q10, q90\n  fix: --pred COLUMN,COLUMN,COLUMN\n"),
        (f"grad {LOSS} q.csv --pred q10 --target y", 2,
         f"error: {LOSS} has 3 levels for 1 column\n  pred: q10\n  fix: --pred COLUMN,COLUMN,COLUMN\n"),
        (f"compute {LOSS} q.csv --pred q10,q50,q90 --target y,q10", 3,
         "error: quantile: pred has 3 columns, target has 2 columns\n  pred: q10, q50, q90\n  target: y, q10\n"),
        ("compute quantile q.csv --pred q10,q90 --target y", 3,
         "error: quantile: pred has 2 columns, target has 1 column\n  pred: q10, q90\n  target: y\n"
         "  fix: losscli compute quantile:tau=LEVEL/LEVEL ...   (one target for all)\n"),
        ("compute bce-with-logits:pos_weight=3/1/2 l.csv -p a,b -t ya,yb", 2,
         "error: bce-with-logits:pos_weight=3/1/2 has 3 pos_weights for 2 columns\n  pred: a, b\n"
         "  fix: --pred COLUMN,COLUMN,COLUMN\n"),
        ("compute bce-with-logits:pos_weight=3/1 l.csv -p a,b -t ya", 3,
         "error: bce-with-logits: pred has 2 columns, target has 1 column\n  pred: a, b\n  target: ya\n"),
        ("check bce-with-logits:pos_weight=3/1", 2,
         "error: bce-with-logits:pos_weight=3/1 has pos_weights for each column: check one at a time\n"
         "  fix: losscli check bce-with-logits:pos_weight=3\n"),
        (f"compute {LOSS},mse {COLUMNS}", 3,
         "error: mse: pred has 3 columns, target has 1 column\n  pred: q10, q50, q90\n  target: y\n"),
        ("grad mse --values 1/2:3", 3, "error: mse: pred has 2 columns, target has 1 column\n"),
        (f"compute {LOSS[:-5]}/2 {COLUMNS}", 2,
         "error: quantile: tau must be in (0, 1), got 2\n  quantile:tau=NUMBER[/NUMBER/...]   "),
    ],
)  # fmt: skip
def test_columns_that_do_not_fit(cli, line, code, said):
    ran = cli(line, FILES)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(said)
