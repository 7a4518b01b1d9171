"""What a table tells a person: median and maximal row, the rows that carry most, groups and models."""

import json

import pytest

ROWS = [(k % 7 + 1, 0) for k in range(60)] + [(90, 0), (60, 0)]
DATA = {"s.csv": "pred,target\n" + "".join(f"{p},{t}\n" for p, t in ROWS)}
TWO = {"m.csv": "a,b,y,g\n1,2,2,u\n3,2,2,v\n5,2,2,u\n7,3,2,v\n"}


def test_median_maximum_and_the_rows_that_carry_it(cli):
    lines = cli("compute mse,mae s.csv -f table", DATA).out.splitlines()
    assert [each.strip() for each in lines[2].split("   ")] == [
        "loss",
        "value",
        "median row",
        "max row",
        "at",
    ]
    assert lines[4].split() == ["mse", "207.3", "16.00", "8100", "line", "62"]
    assert lines[5].split() == ["mae", "6.194", "4.000", "90.00", "line", "62"]
    assert "  1 row carries 63% of the mse: line 62" in lines
    assert not any("carry" in line and "mae" in line for line in lines)
    ran = cli("compute mse s.csv --fields loss,median,max,at --csv").out
    assert ran == "loss,median,max,at\nmse,16,8100,line 62\n"


def test_no_story_where_there_is_none(cli):
    even = {"e.csv": "pred,target\n" + "1,0\n" * 100}
    few = {"f.csv": "pred,target\n9,0\n" + "1,0\n" * 10}
    for files in (even, few):
        assert "carr" not in cli(f"compute mse {next(iter(files))} -f table", files).out
    bad = {"i.csv": "pred,target\n" + "0.5,1\n" * 60 + "0,1\n"}
    assert "carr" not in cli("compute bce i.csv -f table", bad).out
    assert "carr" not in cli("compute mse s.csv", DATA).out


def test_weights_count_in_the_story(cli):
    rows = "".join(f"{p},0,{50 if k == 3 else 1 if k < 60 else 0}\n" for k, (p, _) in enumerate(ROWS))
    lines = cli(
        "compute mae w.csv -w weight -f table", {"w.csv": "pred,target,weight\n" + rows}
    ).out.splitlines()
    assert lines[4].split() == ["mae", "3.945", "4.000", "90.00", "line", "62"]


@pytest.mark.parametrize("engine", ["small", "large"])
def test_models_side_by_side(cli, engine):
    line = f"compute mse,mae m.csv -p a -p b --target y --engine {engine}"
    assert cli(f"{line} --csv", TWO).out.splitlines() == [
        "model,loss,value,n,dropped,status", "a,mse,9,4,0,ok", "a,mae,2.5,4,0,ok", "b,mse,0.25,4,0,ok",
        "b,mae,0.25,4,0,ok",
    ]  # fmt: skip
    assert cli(f"{line} --bare").out == "9\n2.5\n0.25\n0.25\n"
    answer = json.loads(cli(f"{line} --json").out)
    assert [each["model"] for each in answer["results"]] == ["a", "a", "b", "b"]
    assert answer["results"][2]["signature"] == "mse|red:mean|n:4|miss:error|pred:b|v:0.1.0"
    shown = cli(f"{line} -f table").out.splitlines()
    assert shown[0] == "m.csv: 4 rows, a, b against y, mean over rows"
    assert shown[2].split()[:3] == ["model", "loss", "value"]
    assert shown[-1] == "  signature: <loss>|red:mean|n:4|miss:error|pred:<model>|v:0.1.0"
    rows = cli(f"{line} -r none --csv").out.splitlines()
    assert rows[:2] == ["row,mse:a,mae:a,mse:b,mae:b", "1,1,1,0,0"]
    [first, _, third, _] = json.loads(cli(f"{line} -r none --json").out)["results"]
    assert (first["values"], third["model"], third["values"]) == ([1, 1, 9, 25], "b", [0, 0, 0, 1])


def test_models_in_groups_and_from_a_pipe(cli):
    line = "compute mse - -p a -p b --target y -g g"
    out = cli(f"{line} --csv", stdin=TWO["m.csv"]).out.splitlines()
    assert out == [
        "g,model,loss,value,n,dropped,status", "u,a,mse,5,2,0,ok", "u,b,mse,0,2,0,ok", "v,a,mse,13,2,0,ok",
        "v,b,mse,0.5,2,0,ok", "all,a,mse,9,4,0,ok", "all,b,mse,0.25,4,0,ok",
    ]  # fmt: skip
    lines = cli(f"{line} -f table", stdin=TWO["m.csv"]).out.splitlines()
    assert [line.split() for line in lines[4:11]] == [
        ["v", "a", "2", "13.00"], ["v", "b", "2", "0.5000"], ["u", "a", "2", "5.000"], ["u", "b", "2", "0"], [],
        ["all", "a", "4", "9.000"], ["all", "b", "4", "0.2500"],
    ]  # fmt: skip


def test_intervals_of_models(cli):
    rows = "".join(f"{k % 5},{k % 3},0\n" for k in range(60))
    ran = cli("compute mse c.csv -p a -p b --ci -f table", {"c.csv": "a,b,target\n" + rows})
    alone = [cli(f"compute mse c.csv -p {each} --ci --csv").out.splitlines()[1] for each in "ab"]
    both = cli("compute mse c.csv -p a -p b --ci --csv").out.splitlines()[1:]
    assert [line.partition(",")[2] for line in both] == alone
    assert "95% CI" in ran.out


def test_a_signature_says_the_number_again(cli):
    """Its spec, in the same words, gives the same bits."""
    losses = (
        "mse,huber:0.5,quantile:tau=0.1/0.9:x=1".rpartition(",")[0] + ",quantile:0.1,barron:alpha=0.5:c=2"
    )
    for extra in ("", "-r sum", "-w y", "--where g='u'", "--missing drop"):
        words = f"m.csv -p a --target y {extra}"
        known = cli(f"compute {losses} {words} --csv --fields value,signature", TWO).out.splitlines()[1:]
        assert len(known) == 4
        for line in known:
            value, signature = line.split(",", 1)
            spec, how, *_ = signature.strip('"').split("|")
            again = cli(f"compute {spec} {words} -r {how.removeprefix('red:')} -b").out
            assert again == f"{value}\n"
