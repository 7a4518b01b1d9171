"""Conditions on rows: the same in every format, of nothing but the columns, and refused in one message."""

import json

import pytest

ROWS = [
    ("1", "2", "north", "2020", "true", "007"),
    ("3", "2", "south", "2021", "false", "7"),
    ("5", "2", "north", "2022", "true", "8"),
    ("7", "2", "it's", "2023", "false", ""),
    ("9", "2", "NA", "NA", "", "a"),
]
NAMES = ("pred", "target", "region", "year", "flag", "code no")
LOSSES = [1, 1, 9, 25, 49]
CSV = "\n".join(map(",".join, [NAMES, *ROWS])) + "\n"


def as_json(row):
    """The row as JSON has it: numbers, truths, nothing where there is nothing."""
    cells = [
        None if cell == "" or (name == "year" and cell == "NA")
        else int(cell) if name in ("pred", "target", "year")
        else cell == "true" if name == "flag"
        else cell
        for name, cell in zip(NAMES, row, strict=True)
    ]  # fmt: skip
    return json.dumps(dict(zip(NAMES, cells, strict=True)))


FILES = {
    "w.csv": CSV,
    "w.tsv": CSV.replace(",", "\t"),
    "w.jsonl": "\n".join(map(as_json, ROWS)) + "\n",
    "w.json": "[" + ",".join(map(as_json, ROWS)) + "]",
}
KEPT = {
    "year >= 2021": [1, 2, 3],
    "year = 2020 or year > 2022": [0, 3],
    "2021 <= year": [1, 2, 3],
    "year between 2020 and 2021": [0, 1],
    "year in (2020, 2022)": [0, 2],
    "year not in (2020, 2022)": [1, 3],
    "year = '2020'": [0],
    "year % 2 = 0": [0, 2],
    "year is null": [4],
    "year is not null and pred < 4": [0, 1],
    "coalesce(year, 2023) = 2023": [3, 4],
    "region = 'north'": [0, 2],
    "region = 'it''s'": [3],
    "region = 'NA'": [4],
    "region <> 'north'": [1, 3, 4],
    "region is not null": [0, 1, 2, 3],
    "region like '%th'": [0, 1, 2],
    "upper(region) = 'SOUTH'": [1],
    "length(region) = 5": [0, 1, 2],
    "region || year = 'south2021'": [1],
    "regexp_matches(region, '^[ns]o')": [0, 1, 2],
    "flag": [0, 2],
    "not flag": [1, 3],
    "flag = false and year < 2022": [1],
    "\"code no\" = '007'": [0],
    "\"code no\" = '7'": [1],
    'try_cast("code no" as double) = 7': [0, 1],
    "abs(pred - target) > 2": [2, 3, 4],
    "pred > target + 2": [2, 3, 4],
    "pred < target": [0],
    "case when flag then pred < 2 else pred > 5 end": [0, 3, 4],
    "pred / 2 = 1.5 -- half": [1],
}


@pytest.mark.parametrize("file", [*FILES, "w.csv --engine large", "w.jsonl --engine large"])
@pytest.mark.parametrize("condition", KEPT)
def test_rows_are_kept(cli, condition, file):
    file, *engine = file.split()
    ran = cli(["compute", "mse", file, *engine, "-r", "none", "--where", condition], {file: FILES[file]})
    assert ran.err == ""
    assert ran.out.splitlines()[1:] == [f"{at + 1}\t{LOSSES[at]}" for at in KEPT[condition]]


def test_what_is_left_out_is_said(cli):
    where = ["--where", "year  >= 2021"]
    ran = cli(["compute", "mse", "w.csv", *where], FILES)
    assert ran.out == "loss\tvalue\tn\tdropped\tfiltered\tstatus\nmse\t11.666666666666666\t3\t0\t2\tok\n"
    lines = cli(["compute", "mse", "w.csv", "-f", "table", *where], FILES).out.splitlines()
    assert lines[0] == "w.csv: 3 rows, 2 left out by --where, pred against target, mean over rows"
    assert lines[-1].startswith("  signature: mse|red:mean|n:3|miss:error|where:year >= 2021|v:")
    answer = json.loads(cli(["compute", "mse", "w.csv", "--json", *where], FILES).out)
    assert answer["input"] | {"where": "year  >= 2021", "filtered": 2, "rows": 5} == answer["input"]
    assert "|where:year >= 2021|" in answer["results"][0]["signature"]
    answer = json.loads(cli(["grad", "mse", "w.csv", "--json", *where], FILES).out)
    assert [row["row"] for row in answer["results"][0]["rows"]] == [2, 3, 4]
    assert answer["input"]["filtered"] == 2


def test_what_is_wrong_in_a_row_that_is_left_out_does_not_matter(cli):
    files = {"b.csv": "pred,target,ok\n1,2,y\nx,2,n\n,2,n\n3,2,y\n"}
    assert cli(["compute", "mse", "b.csv", "-b", "--where", "ok = 'y'"], files).out == "1\n"
    ran = cli(["compute", "mse", "b.csv", "--missing", "drop", "--where", "pred is null"], files)
    assert (ran.code, ran.err) == (
        4, "error: b.csv: no row is left\n  --where leaves out 3 rows\n  in every other row a value is missing\n",
    )  # fmt: skip


def test_groups_and_joins(cli):
    assert cli(["compute", "mse", "w.csv", "-g", "region", "-b", "--where", "year < 2023"], FILES).out.split() == [
        "5", "1", "3.6666666666666665",
    ]  # fmt: skip
    two = {"p.csv": "id,pred,set\na,1,x\nb,2,y\nc,4,x\n", "t.csv": "id,target\nc,0\na,0\nb,0\n"}
    words = ["compute", "mse", "p.csv", "--targets", "t.csv"]
    assert cli([*words, "--on", "id", "-b", "--where", "set = 'x'"], two).out == "8.5\n"
    assert (
        cli([*words, "--by-order", "-r", "none", "--where", "set = 'x'"], two).out
        == "row\tmse\n1\t1\n3\t16\n"
    )


def test_lists_in_records(cli):
    lines = '{"q":1,"scores":[2,1],"relevance":[1,0],"site":"a"}\n{"q":2,"scores":[0,1],"relevance":[1,0],"site":"b"}\n'
    ran = cli(
        ["compute", "listnet-softmax", "q.jsonl", "-r", "none", "--where", "site = 'b'"], {"q.jsonl": lines}
    )
    assert [line.split("\t")[0] for line in ran.out.splitlines()[1:]] == ["2"]


def test_no_header(cli):
    assert cli(
        ["compute", "mae", "n.csv", "--no-header", "-p", "1", "-t", "2", "-b", "--where", '"3" = \'b\''],
        {"n.csv": "1,0,a\n2,0,b\n"},
    ).out == "2\n"  # fmt: skip


ONLY = "  a condition compares columns with numbers and with 'texts': year >= 2020 and region = 'north'\n"
FUNCTIONS = (
    "  functions: abs, round, floor, sqrt, ln, exp, lower, upper, length, substr, contains, starts_with, "
)
REFUSED = {
    "year >= = 3": "error: --where 'year >= = 3': syntax error at or near \"=\"\n  --where | year >= = 3\n                    ^\n",
    "year > 2020 and": "error: --where 'year > 2020 and': it ends too early\n"
    "  --where | year > 2020 and\n                           ^\n",
    "yaer > 3": "error: w.csv: no column 'yaer'\n  columns: pred, target, region, year, flag, code no\n"
    "  fix: --where 'year > 3'\n",
    'region = "north"': "error: w.csv: no column 'north'\n  columns: pred, target, region, year, flag, code no\n"
    "  texts stand in single quotes: 'north'\n",
    "1) , (2": f"error: --where '1) , (2': it is not one expression\n{ONLY}",
    "(select 1) = 1": f"error: --where '(select 1) = 1': a subquery has no place in it\n{ONLY}",
    "region > 3": "error: w.csv:2: --where: column 'region': 'north' is not a number\n"
    "  2 | 1,2,north,2020,true,007\n          ^^^^^\n"
    "  fix: write try_cast(region as double) for region       leaves such rows out\n",
    "year": f"error: --where 'year': could not convert string '2020' to BOOL\n{ONLY}",
    "year + 1": f"error: --where 'year + 1': it is no condition\n{ONLY}",
}


@pytest.mark.parametrize("engine", ["small", "large"])
@pytest.mark.parametrize("condition", REFUSED)
def test_refusals(cli, condition, engine):
    ran = cli(["compute", "mse", "w.csv", "--engine", engine, "--where", condition], FILES)
    assert ran.err == REFUSED[condition]
    assert (ran.code, ran.out) == (3, "")


@pytest.mark.parametrize(
    "condition",
    [
        "read_text('secret.txt') = 'a'", "region in (select content from read_text('secret.txt'))",
        "1) from read_csv('secret.txt') where (1=1", "exists(from 'secret.txt')", "getenv('HOME') = 'a'",
        "current_setting('threads') = 1", "random() < 0.5", "now() > '2020'", "write_log('a')", "error('a')",
        "sum(year) > 1", "row_number() over () = 1", "true) limit 1; create table t as select (1", "columns('y') > 1",
        "* > 1", "$1 = 2", "#1 = 2", "nextval('a') = 1", "list_filter([1], x -> x > 1) = [1]", "sleep_ms(1) = 1",
        "main.getvariable('a') = 1", "year::geometry is null", "block.year > 1", "row > 1", "true union select true",
        "x'", "/*", "\0",
    ],
)  # fmt: skip
def test_it_reads_nothing_but_the_input(cli, condition):
    ran = cli(["compute", "mse", "w.csv", "--where", condition], {**FILES, "secret.txt": "a\n"})
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: ")
    assert len(ran.err.splitlines()) <= 8


def test_nowhere_to_use_it(cli):
    ran = cli(["compute", "mse", "--values", "1:2", "--where", "pred > 1"])
    assert ran == (2, "", "error: --values are rows without columns: --where has no meaning here\n")
