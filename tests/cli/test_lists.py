"""Losses of lists of rows over files: rankings whose rows are in any order, records that are lists, and mistakes."""

import json

import pytest

from losscli import spec
from tests.lists import Apart, Spell

RANK = """query_id,score,relevance,w
q2,3,1,2
q1,1,0,6
q2,5,2,2
q1,2,1,6
q2,0,0,2
"""
"""Lists q2 (errors 2, 3, 0: 28) and q1 (errors 1, 1: 0)."""

NESTED = """{"query": "q2", "scores": [3, 5, 0], "relevance": [1, 2, 0]}

{"query": "q1", "scores": [1, 2], "relevance": [0, 1]}
"""
SPELL = "qid,score_a,score_b,labels\nx,1,2,a b b\ny,3,4,b\nx,5,6,\n"
FILES = {"rank.csv": RANK, "rank.jsonl": NESTED, "spell.csv": SPELL}


@pytest.fixture
def lists(cli, monkeypatch):
    """The program with two losses of lists more."""
    load = spec.load
    monkeypatch.setattr(spec, "load", lambda name: {"apart": Apart, "spell": Spell}.get(name) or load(name))
    return lambda line, files=FILES, **how: cli(line, files, **how)


def test_a_value_a_list(lists):
    assert lists("compute apart rank.csv") == (
        0, "loss\tvalue\tn\tdropped\tstatus\napart\t14\t2\t0\tok\n", ""
    )  # fmt: skip
    assert lists("compute apart rank.csv -r sum -b").out == "28\n"
    assert lists("compute apart rank.csv --per-row").out == "list\trows\tapart\nq2\t3\t28\nq1\t2\t0\n"
    assert lists("compute apart rank.csv -r none --csv").out == "list,rows,apart\nq2,3,28\nq1,2,0\n"
    assert lists("compute apart rank.csv -r none -b").out == "28\n0\n"


def test_json(lists):
    answer = json.loads(lists("compute apart rank.csv --json").out)
    assert answer["input"] == {
        "file": "rank.csv", "pred": "score", "target": "relevance", "list": "query_id", "rows": 5, "dropped": 0,
        "lists": 2,
    }  # fmt: skip
    [result] = answer["results"]
    assert (result["n"], result["value"]) == (2, 14)
    assert result["signature"] == "apart|red:mean|n:2|miss:error|list:query_id|v:0.1.0"
    [result] = json.loads(lists("compute apart rank.csv -r none --json").out)["results"]
    assert (result["n"], result["values"], result["lists"], result["rows"]) == (
        2,
        [28, 0],
        ["q2", "q1"],
        [3, 2],
    )


def test_a_person_is_told_of_lists(lists):
    lines = lists("compute apart rank.csv --format table").out.splitlines()
    assert lines[0] == "rank.csv: 5 rows in 2 lists by query_id, score against relevance, mean over"
    assert lines[1] == "  lists"
    assert lines[3].split() == ["loss", "value", "median", "list", "max", "list", "at"]
    assert lines[5].split() == ["apart", "14.00", "14.00", "28.00", "list", "q2"]
    assert lists("compute apart rank.csv -r none --format table").out.splitlines()[-1].split() == [
        "q1",
        "2",
        "0",
    ]
    lines = lists("compute apart rank.jsonl --format table").out.splitlines()
    assert lines[0].startswith("rank.jsonl: 5 rows in 2 lists, one a record, scores against relevance")
    lines = lists("compute apart rank.csv --col list= --format table").out.splitlines()
    assert lines[0] == "rank.csv: 5 rows in one list, score against relevance, mean over lists"
    assert lines[4].split()[-2:] == ["all", "rows"]


def test_which_list_a_row_is_in(lists):
    """Found by its name, said, or denied."""
    assert lists("compute apart rank.csv --col list=w -r none").out.splitlines()[1:] == [
        "2\t3\t28",
        "6\t2\t0",
    ]
    assert lists("compute apart rank.csv --col list= -b").out == "52\n"
    files = {"one.csv": "score,relevance\n3,1\n5,2\n0,0\n"}
    assert lists("compute apart one.csv -r none", files).out == "list\trows\tapart\n1\t3\t28\n"
    files = {"two.csv": "qid,session,score,relevance\na,s,3,1\n"}
    refused = lists("compute apart two.csv", files)
    assert (refused.code, refused.err.splitlines()[-2:]) == (
        3, ["  fix: --col list=qid", "   or: --col list=session"]
    )  # fmt: skip


def test_a_row_for_each_row_of_a_list(lists):
    assert lists("grad apart rank.csv").out == (
        "row\tlist\tpred\ttarget\tloss\tgrad\n1\tq2\t3\t1\t28\t4\n2\tq1\t1\t0\t0\t0\n3\tq2\t5\t2\t28\t16\n"
        "4\tq1\t2\t1\t0\t0\n5\tq2\t0\t0\t28\t-20\n"
    )
    [result] = json.loads(lists("grad apart rank.csv --json").out)["results"]
    assert result["n"] == 2
    assert result["rows"][2] == {"row": 3, "list": "q2", "value": 28, "grad": 16}
    head = lists("grad apart rank.csv --format table").out.splitlines()[0]
    assert head == "rank.csv: apart, gradient of each list's own loss with respect to pred"
    head = lists("grad apart rank.csv -r mean --format table --width 200").out.splitlines()[0]
    assert (
        head
        == "rank.csv: apart, gradient of the mean over 2 lists with respect to pred (each list's own, times 1/2)"
    )


@pytest.mark.parametrize(
    ("options", "grads"),
    [
        ("-r sum", [4, 0, 16, 0, -20]),
        ("-r mean", [2, 0, 8, 0, -10]),
        ("-r sum -w w", [8, 0, 32, 0, -40]),
        ("-r mean -w w", [1, 0, 4, 0, -5]),
        ("--order 2", [8, 4, 8, 4, 8]),
        ("--order 2 -r mean", [4, 2, 4, 2, 4]),
    ],
)
def test_reductions_are_over_lists(lists, options, grads):
    ran = lists(f"grad apart rank.csv -b {options}")
    assert [float(line) for line in ran.out.split()] == grads


def test_a_weight_weighs_a_list(lists):
    assert lists("compute apart rank.csv -w w -b").out == "7\n"
    assert lists("compute apart rank.csv -w w -r sum -b").out == "56\n"
    spoilt = {"rank.csv": RANK.replace("q1,2,1,6", "q1,2,1,7")}
    assert lists("compute apart rank.csv -w w", spoilt) == (
        3,
        "",
        "error: rank.csv:5: weight is said once for a list: 6 or 7?\n"
        "  column 'w', list 'q1': 6 at rank.csv:3, 7 at rank.csv:5\n"
        "  fix: the same weight in every row of a list\n",
    )
    refused = lists("compute apart rank.csv -w w", {"rank.csv": RANK.replace(",2\n", ",-2\n")})
    assert refused.err == "error: rank.csv:2: weight -2 in column 'w' must be finite and 0 or more\n"


def test_what_a_list_has_as_a_whole(lists):
    files = {"rank.csv": RANK.replace(",w\n", ",cost\n")}
    assert lists("compute apart rank.csv -r none", files).out.splitlines()[1:] == ["q2\t3\t56", "q1\t2\t0"]
    assert lists("compute apart rank.csv --col list=", files).err == (
        "error: rank.csv:3: cost is said once for a list: 2 or 6?\n"
        "  column 'cost', all rows are one list: 2 at rank.csv:2, 6 at rank.csv:3\n"
        "  fix: --col list=COL       if they are several\n"
    )


def test_kinks_are_counted_in_lists(lists):
    files = {"rank.csv": RANK.replace("q2,3", "q2,9")}
    ran = lists("grad apart rank.csv --kink nan -b", files)
    assert ran.out == "nan\n0\nnan\n0\nnan\n"
    assert ran.err == "note: apart has no derivative in 1 of 2 lists: nan is given there\n"


def test_infinite_lists_are_named(lists):
    files = {"rank.csv": "qid,score,relevance\na,1,0\nb,1e300,0\nb,0,0\n"}
    ran = lists("compute apart rank.csv -b", files)
    assert ran.out == "inf\n"
    assert ran.err == "warning: apart = inf: the loss at rank.csv:3 (list 'b') is infinite\n"


HOLES = {"holes.csv": "qid,score,relevance\na,1,0\n,2,1\na,,1\nb,3,1\nb,5,1\n"}


def test_missing_values_and_names(lists):
    refused = lists("compute apart holes.csv", HOLES)
    assert refused.code == 3
    assert refused.err.splitlines()[0] == "error: holes.csv:3: column 'qid' is missing"
    ran = lists("compute apart holes.csv --missing drop -r none", HOLES)
    assert ran.out == "list\trows\tapart\na\t1\t0\nb\t2\t8\n"
    assert lists("compute apart holes.csv --missing drop", HOLES).out.splitlines()[1] == "apart\t4\t2\t2\tok"
    ran = lists("compute apart holes.csv --missing nan -r none", HOLES)
    assert ran.out == "list\trows\tapart\na\t2\tnan\n\t1\tnan\nb\t2\t8\n"
    ran = lists("grad apart holes.csv --missing drop", HOLES)
    assert [line.split("\t")[0] for line in ran.out.splitlines()] == ["row", "1", "4", "5"]
    assert lists("grad apart holes.csv --missing nan -b", HOLES).out == "nan\nnan\nnan\n-8\n8\n"


def test_records_that_are_lists(lists):
    assert lists("compute apart rank.jsonl -b").out == "14\n"
    assert lists("compute apart -b", stdin=NESTED).out == "14\n"
    array = {"rank.json": json.dumps([json.loads(line) for line in NESTED.splitlines() if line])}
    assert lists("compute apart rank.json -r none", array).out == "list\trows\tapart\n1\t3\t28\n2\t2\t0\n"
    assert lists("compute apart rank.jsonl --col list=query --csv -r none").out.endswith("q2,3,28\nq1,2,0\n")
    columns = {"rank.json": json.dumps({"scores": [[3, 5, 0], [1, 2]], "relevance": [[1, 2, 0], [0, 1]]})}
    assert lists("compute apart rank.json -b", columns).out == "14\n"
    rows = [dict(zip(RANK.split()[0].split(","), line.split(","), strict=True)) for line in RANK.split()[1:]]
    assert lists("compute apart -b", stdin="\n".join(map(json.dumps, rows))).out == "14\n"


def test_derivatives_in_records(lists):
    answer = json.loads(lists("grad apart rank.jsonl --json").out)
    assert answer["results"][0]["rows"] == [
        {"row": 1, "value": 28, "grad": [4, 16, -20]},
        {"row": 2, "value": 0, "grad": [0, 0]},
    ]
    assert answer["results"][0]["n"] == 2
    assert answer["input"]["list"] == "record"
    assert lists("grad apart rank.jsonl").out == (
        "row\tmember\tpred\ttarget\tloss\tgrad\n1\t1\t3\t1\t28\t4\n1\t2\t5\t2\t28\t16\n1\t3\t0\t0\t28\t-20\n"
        "2\t1\t1\t0\t0\t0\n2\t2\t2\t1\t0\t0\n"
    )
    [result] = json.loads(lists("grad apart rank.jsonl --col list=query --json").out)["results"]
    assert result["rows"][1] == {"row": 2, "list": "q1", "value": 0, "grad": [0, 0]}


def test_labels_in_columns_and_records(lists):
    assert lists("compute spell spell.csv -r none").out == "list\trows\tspell\nx\t2\t106\ny\t1\t16\n"
    assert lists("grad spell spell.csv").out == (
        "row\tlist\ttarget\tloss\tgrad_a\tgrad_b\n1\tx\ta b b\t106\t2\t8\n2\ty\tb\t16\t0\t8\n"
        "3\tx\ta b b\t106\t10\t24\n"
    )
    files = {
        "spell.jsonl": '{"scores": [[1, 2], [5, 6]], "labels": [0, 1, 1]}\n{"scores": [[3, 4]], "labels": []}'
    }
    assert lists("compute spell spell.jsonl -r none", files).out == "list\trows\tspell\n1\t2\t106\n2\t1\t0\n"
    [result] = json.loads(lists("grad spell spell.jsonl --json", files).out)["results"]
    assert result["rows"] == [
        {"row": 1, "value": 106, "grad": [[2, 8], [10, 24]]},
        {"row": 2, "value": 0, "grad": [[0, 0]]},
    ]


def test_literals_are_one_list(lists):
    assert lists("compute apart --values 3:1,5:2,0:0").out.splitlines()[1] == "apart\t28\t1\t0\tok"
    assert lists("grad apart --values 3:1,5:2,0:0 -b").out == "4\n16\n-20\n"
    assert lists("compute spell --values 1/2:0/1/1,5/6: -b").out == "106\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("compute mse rank.csv --col list=query_id",
         "error: --col list=query_id: this is a loss of rows, not of lists of rows\n"),
        ("compute mse,apart rank.csv",
         "error: mse is a loss of rows, apart of lists of rows: run them one at a time\n"
         "  fix: losscli compute mse ...\n   or: losscli compute apart ...\n"),
        ("compute apart rank.csv --col list=quer",
         "error: rank.csv: no column 'quer'\n  columns: query_id, score, relevance, w\n  fix: --col list=query_id\n"),
        ("compute apart rank.csv --pred score,w", "error: rank.csv: pred is one number a row\n  columns: score, w\n"),
        ("compute apart rank.csv --col list=query_id,w",
         "error: rank.csv: list is one column\n  columns: query_id, w\n"),
        ("compute apart rank.jsonl --pred score",
         "error: rank.jsonl: no column 'score'\n  columns: query, scores, relevance\n  fix: --pred scores\n"),
        ("compute apart neg.csv",
         "error: apart: target -1 at neg.csv:3 is not 0 or more\n"
         "  column relevance: 2 of 3 rows are outside (min -4, max -1)\n"),
        ("compute apart neg.jsonl",
         "error: apart: target -3 at neg.jsonl:2 is not 0 or more\n"
         "  column relevance: 1 of 4 rows are outside (min -3, max -3)\n"),
        ("compute apart ragged.jsonl",
         "error: ragged.jsonl:2: the lists differ in length\n  'scores' has 2 values\n  'relevance' has 1 value\n"),
        ("compute apart empty.jsonl", "error: empty.jsonl:1: the list has no rows: 'scores' is empty\n"),
        ("compute apart none.jsonl",
         "error: none.jsonl: no column for target found by name\n  columns: scores, rel\n"
         "  looked for target: relevance, target\n  fix: --target COL\n"),
        ("compute apart deep.jsonl --pred labels",
         "error: deep.jsonl: pred cannot be 'labels', whose cells are lists of lists\n"
         "  pred is one value a row, or a list of them where a record is a whole list\n"),
        ("compute spell odd.csv",
         "error: target 'c' has no column\n  class columns: score_a, score_b -> classes a, b\n"
         "  first at odd.csv:3; 1 row\n  fix: add score_c, or bind by hand: --classes a,b --pred score_a,score_b\n"),
        ("compute spell spell.csv --col list=",
         "error: spell.csv:3: target is said once for a list: 'a b b' or 'b'?\n"
         "  column 'labels', all rows are one list: 'a b b' at spell.csv:2, 'b' at spell.csv:3\n"
         "  fix: --col list=COL       if they are several\n"),
        ("compute spell --values 1/2:0/7,3/4:", "error: --values: '0/7' is not a sequence of classes\n  row 1 of 2\n"),
    ],
)  # fmt: skip
def test_mistakes(lists, line, message):
    files = {
        **FILES,
        "neg.csv": "qid,score,relevance\na,1,0\nb,2,-1\na,2,-4\n",
        "neg.jsonl": '{"scores":[1,2],"relevance":[0,1]}\n{"scores":[1,2],"relevance":[0,-3]}\n',
        "ragged.jsonl": '{"scores":[1],"relevance":[0]}\n{"scores":[1,2],"relevance":[0]}\n',
        "empty.jsonl": '{"scores":[],"relevance":[]}\n{"scores":[1],"relevance":[0]}\n',
        "none.jsonl": '{"scores":[1],"rel":[0]}\n{"scores":[1],"rel":[0]}\n',
        "deep.jsonl": '{"labels":[[1]],"relevance":[0]}\n{"labels":[[1]],"relevance":[0]}\n',
        "odd.csv": SPELL.replace("y,3,4,b", "y,3,4,b c"),
    }
    ran = lists(line, files)
    assert ran.err == message
    assert ran.out == ""
    assert ran.code in (2, 3)


def test_far_apart_rows_of_many_batches(lists):
    """Lists of rows that thousands of other rows are between."""
    rows = [f"q{k % 4999},{k},{k // 4999}\n" for k in range(19996)]
    ran = lists("compute apart big.csv -r none --csv", {"big.csv": "qid,score,relevance\n" + "".join(rows)})
    values = [line.split(",") for line in ran.out.splitlines()[1:]]
    assert len(values) == 4999
    assert {tuple(each[1:]) for each in values} == {("4", str(2 * 4998**2 * (3 * 1 + 2 * 4 + 9)))}
