"""Gates: the result, one line for each bound that does not hold, and exit code 1 for that alone."""

import json

import pytest

DATA = {
    "g.csv": "pred,other,target,region\n1,2,2,north\n3,2,2,south\n5,2,2,north\n7,2,2,south\n"
}  # mse 1 1 9 25


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("--fail-above 9", 0, ""),
        ("--fail-above 8.999", 1, "FAIL  mse 9.000 > 8.999   (--fail-above 8.999; 4 rows of g.csv)\n"),
        ("--fail-above 8.99999999", 1, "FAIL  mse 9.000 > 8.99999999   (--fail-above 8.99999999; 4 rows of g.csv)\n"),
        ("--fail-below 9", 0, ""),
        ("--fail-below 10", 1, "FAIL  mse 9.000 < 10   (--fail-below 10; 4 rows of g.csv)\n"),
        ("--fail-above inf", 0, ""),
        ("--fail-above -1e-9", 1, "FAIL  mse 9.000 > -1e-09   (--fail-above -1e-09; 4 rows of g.csv)\n"),
        ("--assert mse<=9", 0, ""),
        ("--assert mse==9", 0, ""),
        ("--assert l2<9", 1, "FAIL  mse 9.000 >= 9   (--assert 'l2<9'; 4 rows of g.csv)\n"),
        ("--assert mse>9", 1, "FAIL  mse 9.000 <= 9   (--assert 'mse>9'; 4 rows of g.csv)\n"),
        ("--assert mse>=9.5 --assert mse<=3", 1,
         "FAIL  mse 9.000 < 9.5   (--assert 'mse>=9.5'; 4 rows of g.csv)\nFAIL  mse 9.000 > 3   (--assert 'mse<=3'; 4 rows of g.csv)\n"),
        ("--assert mse<=inf", 0, ""),
        ("-r sum --fail-above 35.5", 1, "FAIL  mse 36.00 > 35.5   (--fail-above 35.5; 4 rows of g.csv)\n"),
    ],
)  # fmt: skip
def test_one_loss(cli, words, code, said):
    ran = cli(f"compute mse g.csv -p pred {words}", DATA)
    assert (ran.code, ran.err) == (code, said)
    value = 36 if "sum" in words else 9
    assert ran.out == f"loss\tvalue\tn\tdropped\tstatus\nmse\t{value}\t4\t0\tok\n"


def test_the_digits_shown_still_fail(cli):
    ran = cli("compute mse --values 2.0000001:0 --fail-above 4")
    assert ran.err == "FAIL  mse 4.0000004 > 4   (--fail-above 4; 1 row of --values)\n"


def test_an_assertion_computes_its_loss_too(cli):
    ran = cli("compute mse g.csv -p pred --assert mae<=2 --assert huber:delta=2==4 --csv", DATA)
    assert [line.split(",")[0] for line in ran.out.splitlines()] == ["loss", "mse", "mae", "huber:delta=2"]
    assert ran.err.splitlines() == [
        "FAIL  mae 2.500 > 2   (--assert 'mae<=2'; 4 rows of g.csv)",
        "FAIL  huber:delta=2 3.250 != 4   (--assert 'huber:delta=2==4'; 4 rows of g.csv)",
    ]
    # and --fail-above is of the losses that were named
    assert cli("compute mae g.csv -p pred --fail-above 3 --assert mse<=9", DATA).code == 0


def test_every_group_must_pass_and_every_model(cli):
    ran = cli("compute mse g.csv -p pred -g region --fail-above 9", DATA)
    assert ran.code == 1
    assert ran.err == "FAIL  mse 13.00 > 9   (--fail-above 9; region=south: 2 rows of g.csv)\n"
    assert cli("compute mse g.csv -p pred -g region --fail-above 13", DATA).code == 0
    ran = cli("compute mse g.csv -p pred -p other --fail-above 9.5 --fail-below 1", DATA)
    assert ran.err == "FAIL  mse 0 < 1   (--fail-below 1; other: 4 rows of g.csv)\n"
    ran = cli("compute mse g.csv -p pred -p other -g region --assert mse<6 --json --errors json", DATA)
    answer = json.loads(ran.out)
    failed = [each for each in answer["gates"] if not each["passed"]]
    assert len(answer["gates"]) == 6
    assert [(each["model"], each["group"], each["value"]) for each in failed] == [("pred", {"region": "south"}, 13), ("pred", None, 9)]  # fmt: skip
    said = [json.loads(line) for line in ran.err.splitlines()]
    assert [each["value"] for each in said] == [13, 9]
    assert {"level": "fail", "code": "gate", "exit": 1, "loss": "mse", "bound": 6, "comparison": "<", "passed": False}.items() <= said[0].items()  # fmt: skip


def test_nan_never_passes_and_infinity_compares(cli):
    files = {"n.csv": "pred,target\n1,2\nnan,2\n"}
    for gate in ("--fail-above 5", "--fail-below 0", "--assert mse<=inf", "--assert mse>=-inf"):
        ran = cli(f"compute mse n.csv --missing nan {gate}", files)
        assert ran.code == 1
        assert ran.err.startswith("FAIL  mse is nan, not ")
    assert cli("compute bce --values 0:1 --fail-above 1e300 -q").code == 1
    assert cli("compute bce --values 0:1 --fail-above inf -q").code == 0
    assert cli("compute bce --values 0:1 --fail-below 3 -q").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--assert mse", "--assert 'mse': not a loss, a comparison and a number"),
        ("--assert mse=5", "--assert 'mse=5': not a loss"),
        ("--assert mse<=x", "--assert 'mse<=x': not a loss"),
        ("--assert <=5", "--assert '<=5': not a loss"),
        ("--assert mse<=nan", "--assert 'mse<=nan': not a loss"),
        ("--assert nothing<=5", "unknown loss 'nothing'"),
        ("--fail-above nan", "--fail-above: nothing is above nan"),
        ("--fail-above -r", "--fail-above: '-r' is not a number"),
        ("--fail-above 5 -r none", "a gate is for a mean or a sum"),
    ],
)
def test_what_is_no_gate(cli, words, said):
    ran = cli(f"compute mse g.csv -p pred {words}", DATA)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {said}")


def test_exit_1_means_no_and_only_that(cli, tmp_path):
    assert cli("compute mse none.csv --fail-above 0").code == 3
    assert cli("compute mse e.csv --fail-above 0", {"e.csv": ""}).code == 4
    ran = cli("compute mse g.csv -p pred --fail-above 1 -o out.csv", DATA)
    assert (ran.code, ran.out) == (1, "")
    assert (tmp_path / "out.csv").read_text().startswith("loss,value")
