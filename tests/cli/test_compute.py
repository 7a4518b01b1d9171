"""Values over files: every output format, reduction and source."""

import json

import pytest


def test_pipe_is_tsv(cli, four):
    assert cli("compute mse,mae,huber:delta=0.5 four.csv", four) == (
        0,
        "loss\tvalue\tn\tdropped\tstatus\nmse\t0.375\t4\t0\tok\nmae\t0.5\t4\t0\tok\n"
        "huber:delta=0.5\t0.15625\t4\t0\tok\n",
        "",
    )


def test_csv_and_bare(cli, four):
    assert cli("compute mse four.csv --csv", four).out == "loss,value,n,dropped,status\nmse,0.375,4,0,ok\n"
    assert cli("compute mse,mae four.csv -b", four).out == "0.375\n0.5\n"


def test_json(cli, four):
    ran = cli("compute huber:0.5 four.csv --json", four)
    assert json.loads(ran.out) == {
        "schema": "losscli.compute/1",
        "version": "0.1.0",
        "input": {"file": "four.csv", "pred": "pred", "target": "target", "rows": 4, "dropped": 0},
        "results": [
            {
                "loss": "huber:delta=0.5",
                "params": {"delta": 0.5},
                "reduction": "mean",
                "n": 4,
                "value": 0.15625,
                "status": "ok",
                "signature": "huber:delta=0.5|red:mean|n:4|miss:error|v:0.1.0",
            }
        ],
    }
    assert ran.out.count("\n") == 1


def test_infinity_in_json_is_a_string_that_float_reads(cli):
    ran = cli("compute bce --values 0:1 --json")
    [result] = json.loads(ran.out)["results"]
    assert result["value"] == "Infinity"
    assert result["status"] == "inf"
    assert ran.err.startswith("warning: bce = inf: the loss at --values, row 1 is infinite")


@pytest.mark.parametrize(("how", "value"), [("mean", "0.375"), ("sum", "1.5")])
def test_reductions(cli, four, how, value):
    assert cli(f"compute mse four.csv -r {how} -b", four).out == f"{value}\n"


def test_per_row(cli, four):
    ran = cli("compute mse,mae four.csv --per-row", four)
    assert ran.out == "row\tmse\tmae\n1\t0.25\t0.5\n2\t0.25\t0.5\n3\t0\t0\n4\t1\t1\n"
    assert (
        cli("compute mse four.csv -r none --id id --csv", four).out
        == "id,mse\na1,0.25\na2,0.25\na3,0\na4,1\n"
    )
    [result] = json.loads(cli("compute mse four.csv -r none --json", four).out)["results"]
    assert result["values"] == [0.25, 0.25, 0, 1]
    assert result["n"] == 4


def test_several_columns_are_elements(cli):
    files = {"two.csv": "p1,p2,t1,t2\n1,2,0,0\n3,4,0,0\n"}
    command = "compute mse two.csv --pred p1,p2 --target t1,t2"
    assert cli(f"{command} --csv", files).out == "loss,value,n,dropped,status\nmse,7.5,4,0,ok\n"
    assert cli(f"{command} -r none", files).out == "row\tmse:p1\tmse:p2\n1\t1\t4\n2\t9\t16\n"


def test_weights(cli):
    files = {"w.csv": "pred,target,w\n1,0,1\n2,0,3\n5,0,0\n"}
    assert cli("compute mse w.csv --weight w -b", files).out == "3.25\n"
    assert cli("compute mse w.csv --weight w -r sum -b", files).out == "13\n"
    ran = cli("compute mse w.csv --weight w", {"w.csv": "pred,target,w\n1,0,-1\n"})
    assert ran == (3, "", "error: w.csv:2: weight -1 in column 'w' must be finite and 0 or more\n")
    assert cli("compute mse w.csv --weight w", {"w.csv": "pred,target,w\n1,0,0\n"}).code == 4


def test_standard_input_and_formats_agree(cli, four):
    rows = [
        {"target": 3, "pred": 2.5},
        {"target": -0.5, "pred": 0},
        {"target": 2, "pred": 2},
        {"target": 7, "pred": 8},
    ]
    columns = {name: [row[name] for row in rows] for name in ("target", "pred")}
    texts = [
        four["four.csv"],
        four["four.csv"].replace(",", "\t"),
        json.dumps(rows),
        json.dumps(columns),
        "\n".join(map(json.dumps, rows)),
    ]
    for text in texts:
        assert cli("compute mse -b", stdin=text).out == "0.375\n"
        assert cli("compute mse - -b", stdin=text).out == "0.375\n"


def test_two_files(cli):
    files = {"p.csv": "id,pred\n07,1\n7,2\n", "t.csv": "id,target\n7,2\n07,0\n"}
    assert cli("compute mse p.csv --targets t.csv --on id -b", files).out == "0.5\n"
    assert cli("compute mse p.csv --targets t.csv --by-order -b", files).out == "2.5\n"
    refused = cli("compute mse p.csv --targets t.csv", files)
    assert (refused.code, refused.out) == (3, "")
    assert "--on id" in refused.err


def test_missing_rows_are_counted(cli):
    files = {"m.csv": "pred,target\n1,0\n,0\n3,NA\n"}
    assert cli("compute mse m.csv --missing drop", files).out.splitlines()[1] == "mse\t1\t1\t2\tok"
    assert cli("compute mse m.csv --missing nan -b", files).out == "nan\n"
    assert cli("compute mse m.csv", files).code == 3


def test_mean_is_exact_at_the_ends_of_the_range(cli):
    assert cli("compute mae --values 1.2e308:0,1.2e308:0,1.2e308:0 -b").out == "1.2e+308\n"
    assert cli("compute mae --values 1e16:0,1:0,1e16:0 -r sum -b").out == "2e+16\n"
    assert cli("compute mae --values 1e16:0,1:0,1:0 -r sum -b").out == "1.0000000000000002e+16\n"
    assert cli("compute huber:delta=0.1 --values 1e308:-1e308 -b").out == "2.0000000000000002e+307\n"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("softmax-cross-entropy --values 40/0:0", 4.248354255291589e-18),
        ("bce-with-logits --values=-33.3:0", 3.4513877443742103e-15),
        ("categorical-cross-entropy --values 1e-10/0.9999999999:0", 23.025850929940457),
        ("contrastive --values 0.0003/0:0/0.0004:1", 2.5e-07),
        ("triplet-margin:margin=3 --values 0/0:1/1:1/2", 2.1781455848733056),
        ("crammer-singer-hinge --values=-0.2/-3.5:0", 0.0),
        ("torch.nn.MultiLabelMarginLoss --values 0.1/0.2/0.4/0.8:1/0/0/1", 0.85),
    ],
)
def test_where_frameworks_are_wrong(cli, line, value):
    """Truths to 60 digits, rounded; frameworks give 0, 16.1, 2.498e-07 and 2.17814551."""
    assert float(cli(f"compute {line} -b").out) == pytest.approx(value, rel=4e-16)


def test_normalize_is_asked_for_and_said(cli):
    files = {"c.csv": "label,p_a,p_b\na,2,2\n"}
    refused = cli("compute cce c.csv", {"c.csv": "label,p_a,p_b\na,0.25,0.25\n"})
    assert refused.code == 3
    assert "sum to 0.5, not 1" in refused.err
    ran = cli("compute cce c.csv --normalize --json", files)
    [result] = json.loads(ran.out)["results"]
    assert result["value"] == pytest.approx(0.6931471805599453, rel=1e-15)
    assert "normalize:true" in result["signature"]


def test_a_vector_of_zeros_has_no_direction(cli):
    ran = cli("compute cosine-distance a.csv", {"a.csv": "x1_0,x1_1,x2_0,x2_1\n1,2,3,4\n0,0,1,2\n"})
    assert (ran.code, ran.out) == (3, "")
    assert "cosine-distance: x1 is all zeros at a.csv:3, and has no direction" in ran.err
    assert "columns x1_0, x1_1: 1 of 2 rows" in ran.err


def test_an_interval_that_ends_before_it_starts(cli):
    ran = cli("compute aft a.csv", {"a.csv": "pred,lower,upper\n0.3,1,inf\n0.3,2,1\n"})
    assert (ran.code, ran.out) == (3, "")
    assert "aft: upper 1 at a.csv:3 is less than lower" in ran.err
    assert "column upper: 1 of 2 rows" in ran.err


def test_a_comma_too_many_changes_nothing(cli):
    ran = cli("compute mse,mae, preds.csv --csv", {"preds.csv": "y_pred,y_true\n1,2\n"})
    assert (ran.code, ran.err) == (0, "")
    assert [line.split(",")[0] for line in ran.out.splitlines()] == ["loss", "mse", "mae"]


ROWS = "z_0,z_1,z_2,y\n2,0,0,0\n0,1,0,1\n0,0,3,1\n1,1,1,-100\n"
WEIGHED = "softmax-cross-entropy:weights=1/2/4:ignore=-100"


def test_weights_of_classes_and_ignored_rows(cli):
    """The number of torch.nn.CrossEntropyLoss, with as many rows as it takes into the mean."""
    files = {"z.csv": ROWS}
    assert (
        cli(f"compute {WEIGHED} z.csv", files).out.splitlines()[1]
        == f"{WEIGHED}\t1.5064560213855818\t3\t0\tok"
    )
    assert cli(f"compute {WEIGHED} z.csv -r sum -b").out == "7.532280106927908\n"
    ran = json.loads(cli(f"compute {WEIGHED} z.csv --json").out)
    assert ran["input"]["ignored"] == 1
    assert ran["results"][0]["n"] == 3
    assert ran["results"][0]["params"] == {"label_smoothing": 0, "weights": [1, 2, 4], "ignore": [-100]}
    head = cli(f"compute {WEIGHED} z.csv --format table").out.splitlines()[0]
    assert head.startswith("z.csv: 3 rows, 1 ignored, z_0")
    assert "mean over rows weighted by" in head
    assert cli(f"compute {WEIGHED} z.csv --per-row -b").out.splitlines()[3] == "0"
    assert cli("compute torch.nn.CrossEntropyLoss:weights=1/2/4 z.csv -b").out == "1.5064560213855818\n"


def test_weights_of_classes_and_of_rows_multiply(cli):
    files = {"z.csv": "z_0,z_1,y,w\n2,0,0,3\n0,1,0,0.5\n0,0,1,1\n"}
    both = cli("compute softmax-cross-entropy:weights=2/4 z.csv --weight w -b", files).out
    one = cli("compute softmax-cross-entropy z.csv --weight v -b", {"z.csv": files["z.csv"].replace("w\n", "v\n", 1)
        .replace(",3\n", ",6\n").replace(",0.5\n", ",1\n").replace(",1,1\n", ",1,4\n")}).out  # fmt: skip
    assert both == one


def test_an_ignored_class_is_what_the_target_says(cli):
    """Class 1 is the first of the columns 1, 2, 3: its place is 0, and class 2 has the place 1."""
    files = {"z.csv": "z_1,z_2,z_3,y\n2,0,0,1\n0,1,0,2\n0,0,3,9\n"}
    rows = cli("compute softmax-cross-entropy:ignore=1/9 z.csv --per-row -b", files).out.splitlines()
    assert [float(each) > 0 for each in rows] == [False, True, False]
    shown = cli("grad softmax-cross-entropy:ignore=1/9 z.csv --csv").out.splitlines()
    assert [line.split(",")[1] for line in shown] == ["target", "1", "2", "9"]
    assert shown[3].split(",")[2:] == ["0"] * 4


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("softmax-cross-entropy", "fix: LOSS:ignore=-100       leaves out such rows"),
        ("softmax-cross-entropy:ignore=-100/0/1", "z.csv: every row is ignored"),
        ("softmax-cross-entropy:weights=0/0/4:ignore=-100", "every row has weight 0"),
        ("softmax-cross-entropy:weights=1/2:ignore=-100", "has 2 weights for 3 classes"),
        ("softmax-cross-entropy:ignore=-100,nll", "leave out different rows"),
        ("softmax-cross-entropy:weights=1/x/2", "weights must be a number, got 'x'"),
    ],
)
def test_what_weights_and_ignored_rows_cannot_be(cli, spec, said):
    ran = cli(f"compute {spec} z.csv", {"z.csv": ROWS})
    assert ran.code
    assert said in ran.err


def test_the_gradient_of_a_mean_by_class_weights(cli):
    ran = cli(f"grad {WEIGHED} z.csv --reduction mean -b", {"z.csv": ROWS}).out.splitlines()
    assert ran[3] == "0\t0\t0"
    assert ran[0].split("\t")[0].startswith("-0.04260279156768")  # 1/5 of -0.213


def test_groups_of_weighed_and_ignored_rows(cli):
    files = {"z.csv": "z_0,z_1,y,g\n2,0,0,a\n0,1,0,b\n0,0,1,a\n0,0,-1,c\n0,3,1,b\n0,3,-1,b\n"}
    spec = "softmax-cross-entropy:weights=2/4:ignore=-1"
    found = [line.split("\t") for line in cli(f"compute {spec} z.csv --group g", files).out.splitlines()]
    for name in "ab":
        some = [line for line in files["z.csv"].splitlines() if line.endswith((name, "g"))]
        alone = (
            cli(f"compute {spec} some.csv", {"some.csv": "\n".join(some) + "\n"})
            .out.splitlines()[1]
            .split("\t")
        )
        assert next(row for row in found if row[0] == name)[2:4] == [alone[1], alone[2]]
