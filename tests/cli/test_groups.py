"""Losses by group: exact, whatever the input, and in every format."""

import json

import pytest

REGIONS = {
    "r.csv": "pred,target,region,year,w\n1,2,north,2020,1\n3,2,south,2020,1\n5,2,north,2021,3\n7,2, south,2020,0\n2,2,NA,2020,1\n"
}


def test_pipe_is_in_order_of_appearance(cli):
    ran = cli("compute mse,mae r.csv --group region", REGIONS)
    assert ran == (
        0,
        "region\tloss\tvalue\tn\tdropped\tstatus\n"
        "north\tmse\t5\t2\t0\tok\nnorth\tmae\t2\t2\t0\tok\n"
        "south\tmse\t13\t2\t0\tok\nsouth\tmae\t3\t2\t0\tok\n"
        "NA\tmse\t0\t1\t0\tok\nNA\tmae\t0\t1\t0\tok\n"
        "all\tmse\t7.2\t5\t0\tok\nall\tmae\t2\t5\t0\tok\n",
        "",
    )
    assert cli("compute mse r.csv -g region -b", REGIONS).out == "5\n13\n0\n7.2\n"
    assert cli("compute mse r.csv -g region -r sum -b", REGIONS).out == "10\n26\n0\n36\n"


def test_terminal_has_the_worst_first(cli):
    lines = cli("compute mse,mae r.csv -g region -f table", REGIONS).out.splitlines()
    assert lines[2].split() == ["region", "n", "mse", "mae"]
    assert [line.split()[0] for line in [*lines[4:7], lines[8]]] == ["south", "north", "NA", "all"]
    assert lines[4].split() == ["south", "2", "13.00", "3.000"]
    assert lines[-1] == "  signature: <loss>|red:mean|n:5|miss:error|group:region|v:0.1.0"


def test_json_names_the_group(cli):
    answer = json.loads(cli("compute mse r.csv --group region --json", REGIONS).out)
    assert answer["input"]["group"] == "region"
    assert [(each["group"], each["n"], each["value"]) for each in answer["results"]] == [
        ({"region": "north"}, 2, 5), ({"region": "south"}, 2, 13), ({"region": "NA"}, 1, 0), (None, 5, 7.2),
    ]  # fmt: skip
    assert "|group:region=south|" in answer["results"][1]["signature"]


@pytest.mark.parametrize("words", ["--group region,year", "-g region -g year"])
def test_several_columns(cli, words):
    out = cli(f"compute mse r.csv {words} --csv", REGIONS).out
    assert out.splitlines() == [
        "region,year,loss,value,n,dropped,status", "north,2020,mse,1,1,0,ok", "south,2020,mse,13,2,0,ok",
        "north,2021,mse,9,1,0,ok", "NA,2020,mse,0,1,0,ok", "all,all,mse,7.2,5,0,ok",
    ]  # fmt: skip


def test_weights(cli):
    assert cli("compute mse r.csv -g region -w w -b", REGIONS).out == "7\n1\n0\n4.833333333333333\n"


@pytest.mark.parametrize("engine", ["small", "large"])
def test_the_target_can_be_the_group(cli, engine):
    files = {"b.csv": "p,y\n0.5,1\n0.5,0\n0.25,01\n"}
    out = cli(f"compute bce b.csv -g y --csv --engine {engine}", files).out
    assert [line.split(",")[0] for line in out.splitlines()] == ["y", "1", "0", "01", "all"]


def test_json_input_keeps_texts(cli):
    lines = '{"pred":1,"target":0,"k":1.50}\n{"pred":2,"target":0,"k":"a"}\n{"pred":3,"target":0,"k":true}\n'
    out = cli("compute mse k.jsonl -g k --csv", {"k.jsonl": lines}).out
    assert [line.split(",")[0] for line in out.splitlines()[1:]] == ["1.50", "a", "true", "all"]


def test_missing_groups_and_values(cli):
    files = {"m.csv": "pred,target,region\n1,2,a\n2,3,\n,2,a\n,2,b\n"}
    ran = cli("compute mse m.csv -g region", files)
    assert ran == (
        3,
        "",
        "error: m.csv:3: column 'region' is missing\n  3 | 2,3,\n          ^\n"
        "  3 such cells: lines 3, 4, 5\n  fix: --missing drop       scores the other row\n",
    )
    rows = cli("compute mse m.csv -g region --missing drop", files).out.splitlines()[1:]
    assert rows == ["a\tmse\t1\t1\t1\tok", "all\tmse\t1\t1\t3\tok"]
    rows = cli("compute mse m.csv -g region --missing nan", files).out.splitlines()[1:]
    assert rows == [
        "a\tmse\tnan\t2\t0\tnan",
        "\tmse\t1\t1\t0\tok",
        "b\tmse\tnan\t1\t0\tnan",
        "all\tmse\tnan\t4\t0\tnan",
    ]


def test_lists_have_one_group(cli):
    rows = "q,score,relevance,site\n1,2,1,x\n2,1,0,y\n1,0,0,x\n2,3,1,y\n"
    out = cli("compute listnet-softmax q.csv --col list=q -g site --csv", {"q.csv": rows}).out
    assert [line.split(",")[:4:3] for line in out.splitlines()[1:]] == [["x", "1"], ["y", "1"], ["all", "2"]]
    ran = cli("compute listnet-softmax q.csv --col list=q -g site", {"q.csv": rows.replace("0,0,x", "0,0,z")})
    assert ran == (
        3,
        "",
        "error: q.csv:4: group is said once for a list: 'x' or 'z'?\n"
        "  column 'site', list '1': 'x' at q.csv:2, 'z' at q.csv:4\n  fix: the same group in every row of a list\n",
    )  # fmt: skip


def test_many_groups_on_a_terminal_are_cut(cli):
    rows = "pred,target,g\n" + "".join(f"{k},0,{k}\n" for k in range(100))
    lines = cli("compute mae g.csv -g g -f table", {"g.csv": rows}).out.splitlines()
    assert [line.split()[0] for line in lines[4:7]] == ["99", "98", "97"]
    assert "  80 groups more: in a pipe, or with --format tsv" in lines


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("r.csv -g regio", 3, "error: r.csv: no column 'regio'\n  columns: pred, target, region, year, w\n  fix: --group region\n"),
        ("--values 1:2 -g a", 2, "error: --values are rows without columns: --group has no meaning here\n"),
        ("r.csv -g region -r none", 2, "error: --group changes nothing in the loss of each row\n  fix: --reduction mean\n"),
    ],
)  # fmt: skip
def test_refusals(cli, words, code, said):
    assert cli(f"compute mse {words}", REGIONS) == (code, "", said)


def test_markdown_has_no_empty_row(cli):
    rows = [
        line for line in cli("compute mse r.csv -g region --md", REGIONS).out.splitlines() if line[:1] == "|"
    ]
    assert [row.split()[1] for row in rows[2:]] == ["south", "north", "NA", "all"]


def test_each_loss_has_its_own_interval(cli):
    rows = {
        "r.csv": "pred,target,region\n"
        + "".join(f"{k % 7},{k % 5 - k % 3},{'ab'[k % 2]}\n" for k in range(80))
    }
    each = [
        cli(f"compute {loss} r.csv -g region --ci -f table --width 150", rows).out.splitlines()
        for loss in ("mse", "mae")
    ]
    both = cli("compute mse,mae r.csv -g region --ci -f table --width 150", rows).out.splitlines()
    alone = [{line.split()[0]: line[line.index("[") :] for line in lines if "[" in line} for lines in each]
    for line in both:
        if "[" in line:
            first, second = ("[" + text.partition("]")[0] + "]" for text in line.split("[")[1:])
            assert [first, second] == [one[line.split()[0]] for one in alone]
    assert alone[0] != alone[1]
