"""One answer in every format, to standard output or to a file: whole, or not at all."""

import csv
import io
import json

import pytest

from losscli.cli.files import size

FORMATS = ("table", "tsv", "csv", "json", "jsonl", "md", "latex")
COMMANDS = (
    "compute mse,mae four.csv", "compute mse,mae four.csv --per-row", "compute mse four.csv --group id",
    "grad huber four.csv --id id", "list robust", "choose outliers",
)  # fmt: skip


@pytest.mark.parametrize("line", COMMANDS)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_command_has_every_format(cli, four, line, kind):
    ran = cli(f"{line} --format {kind}", four)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    if kind == "json":
        json.loads(ran.out)
    elif kind == "jsonl":
        assert all(isinstance(json.loads(each), dict) for each in lines)
    elif kind in ("tsv", "csv"):
        rows = list(csv.reader(io.StringIO(ran.out), delimiter="\t" if kind == "tsv" else ","))
        assert len({len(row) for row in rows}) == 1
    elif kind == "md":
        rows = [each for each in lines if each.startswith("|")]
        assert len({len(each) for each in rows}) == 1
        assert set(rows[1]) <= set("|-: ")
    elif kind == "latex":
        body = [each for each in lines if not each.startswith("%")]
        assert (body[0][:16], body[-1]) == ("\\begin{tabular}{", "\\end{tabular}")
        columns = body[0].count("l", 16) + body[0].count("r", 16)
        assert all(each.count(" & ") == columns - 1 for each in body if each.endswith("\\\\"))


def test_lines_of_json_are_what_is_in_its_list(cli, four):
    for line, where in (
        ("compute mse,mae four.csv", "results"),
        ("list robust", "losses"),
        ("choose", "advice"),
    ):
        known = json.loads(cli(f"{line} -f json", four).out)[where]
        assert list(map(json.loads, cli(f"{line} -f jsonl").out.splitlines())) == known
    rows = json.loads(cli("grad mse four.csv --json").out)["results"][0]["rows"]
    assert list(map(json.loads, cli("grad mse four.csv -f jsonl").out.splitlines())) == rows
    assert list(map(json.loads, cli("compute bce --values 0:1,1:1 -r none -f jsonl").out.splitlines())) == [
        {"row": 1, "bce": "Infinity"}, {"row": 2, "bce": 0}
    ]  # fmt: skip


def test_fields(cli, four):
    assert cli("compute mse four.csv --fields value,loss --csv", four).out == "value,loss\n0.375,mse\n"
    assert cli("compute mse four.csv --fields at,max --tsv --no-headers").out == "line 5\t1\n"
    assert cli("compute mse four.csv -r none --fields mse --csv").out == "mse\n0.25\n0.25\n0\n1\n"
    assert cli("grad mse four.csv --fields grad,row -f jsonl").out.splitlines()[0] == '{"grad":-1,"row":1}'
    [result] = json.loads(cli("compute mse four.csv --fields n,value --json").out)["results"]
    assert result == {"n": 4, "value": 0.375}
    assert cli("compute mse four.csv --group id --fields id,value --csv").out.splitlines()[1] == "a1,0.25"
    assert cli("compute mse four.csv --fields vale,n") == (
        2, "", "error: --fields: there is no 'vale'\n"
        "  fields: loss, value, n, dropped, filtered, status, reduction, median, max, sparkline, at, signature\n"
        "  fix: --fields value,n\n",
    )  # fmt: skip
    for line in (
        "grad mse four.csv",
        "grad mse four.csv --json",
        "compute mse four.csv --json",
        "list --csv",
    ):
        ran = cli(f"{line} --fields nothing-of-the-kind")
        assert (ran.code, ran.out) == (2, "")
        assert "fields: " in ran.err


def test_precision_is_for_people(cli):
    line = "compute mse --values 0.1:0.4"
    exact = cli(f"{line} -b").out
    for kind in ("tsv", "csv", "json", "jsonl"):
        assert exact.strip() in cli(f"{line} --precision 2 -f {kind}").out
    for kind in ("table", "md", "latex"):
        assert " 0.090 " in cli(f"{line} --precision 2 -f {kind}").out
        assert " 0.0900000 " in cli(f"{line} --precision 6 -f {kind}").out
    assert cli(f"{line} --precision 18").code == 2


def test_no_headers(cli, four):
    assert cli("grad mse four.csv --csv --no-headers", four).out.splitlines()[0] == "1,2.5,3,0.25,-1"
    assert cli("compute mse four.csv --no-headers", four).out == "mse\t0.375\t4\t0\tok\n"


@pytest.mark.parametrize("suffix", ["txt", "tsv", "csv", "json", "jsonl", "ndjson", "md", "tex"])
@pytest.mark.parametrize("line", ["compute mse four.csv", "grad mse four.csv", "list robust"])
def test_the_suffix_says_the_format(cli, four, tmp_path, suffix, line):
    kind = {"txt": "table", "tex": "latex", "ndjson": "jsonl"}.get(suffix, suffix)
    ran = cli(f"{line} -o out.{suffix}", four)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"wrote out.{suffix} (")
    assert (tmp_path / f"out.{suffix}").read_text() == cli(f"{line} -f {kind}").out
    assert sorted(each.name for each in tmp_path.iterdir()) == ["four.csv", f"out.{suffix}"]
    assert cli(f"{line} --csv -o out.{suffix}").code == 0
    assert (tmp_path / f"out.{suffix}").read_text() == cli(f"{line} --csv").out


def test_what_is_written(cli, four, tmp_path):
    assert cli("compute mse four.csv -o out.csv", four).err == "wrote out.csv (1 row, 1 kB)\n"
    assert cli("grad mse four.csv -o out.jsonl").err == "wrote out.jsonl (4 rows, 1 kB)\n"
    assert cli("compute mse four.csv -o -").out == cli("compute mse four.csv").out


@pytest.mark.parametrize(
    "line", ["grad mse four.csv", "compute mse,mae four.csv -r none", "compute mse four.csv"]
)
def test_parquet(cli, four, tmp_path, line):
    """What DuckDB reads is what CSV says, NaN and infinity too."""
    import duckdb

    four["four.csv"] += "a5,nan,1\na6,inf,1\n"
    ran = cli(f"{line} --missing nan --id id -o out.parquet", four)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("wrote out.parquet (")
    table = duckdb.sql(f"from '{tmp_path}/out.parquet'")
    names, *rows = csv.reader(io.StringIO(cli(f"{line} --missing nan --id id --csv").out))
    assert table.columns == names
    found = [[format(x, "g") if isinstance(x, float) else str(x) for x in row] for row in table.fetchall()]
    assert found == rows
    assert cli(f"{line} -f parquet").code == 2


OWN = [
    ("compute mse four.csv -o four.csv", 2), ("compute mse four.csv -o ./four.csv", 2),
    ("compute mse four.csv -o link.csv", 2), ("grad mse *.csv -o four.csv", 2),
    ("compute mse four.csv --targets four.csv --on id -o four.csv", 2), ("compute mse four.csv -o four.dat", 2),
    ("compute mse four.csv -o four", 2), ("compute mse four.csv -o no/where.csv", 3), ("compute mse four.csv -o . --csv", 3),
    ("compute mse four.csv --csv -o out.json -p nothing", 3), ("grad mse broken.csv -o out.csv", 3),
    ("grad mse broken.csv -o out.parquet", 3), ("grad mse four.csv --fields x -o out.parquet", 2),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code"), OWN)
def test_nothing_half_written_and_never_its_own_input(cli, four, tmp_path, line, code):
    if "*" not in line:
        four["broken.csv"] = "pred,target\n" + "1,2\n" * 40000 + "1,x\n"
        (tmp_path / "link.csv").symlink_to("four.csv")
    before = cli("list hinge -b", four) and sorted(each.name for each in tmp_path.iterdir())
    ran = cli(line)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("error: ")
    assert sorted(each.name for each in tmp_path.iterdir()) == before
    assert (tmp_path / "four.csv").read_text() == four["four.csv"]


def test_an_old_file_stays_until_the_new_one_is_whole(cli, four, tmp_path):
    (tmp_path / "old.csv").write_text("before")
    (tmp_path / "old.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("old.csv")
    assert cli("grad mse four.csv -p nothing -o link.csv", four).code == 3
    assert (tmp_path / "old.csv").read_text() == "before"
    assert cli("compute mse four.csv -o link.csv", four).code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "old.csv").read_text().startswith("loss,value")
    assert (tmp_path / "old.csv").stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_is_written_to(cli, four):
    assert cli("compute mse four.csv --csv -o /dev/null", four).code == 0
    assert cli("compute mse four.csv --csv -o /dev/full", four).code == 3


def test_markdown_and_latex_escape(cli):
    files = {"a|b_%.csv": "y_pred,y_true,g\n1,2,x|y_&\n"}
    ran = cli(["compute", "mse", "a|b_%.csv", "-g", "g", "--md"], files).out
    assert "a\\|b_%.csv: 1 row" in ran
    assert "| x\\|y_& |" in ran
    assert (
        "x\\textbar{}y\\_\\& & 1 & 1.000 \\\\"
        in cli(["compute", "mse", "a|b_%.csv", "-g", "g", "-f", "latex"]).out
    )
    assert "$-2.000 \\times 10^{-7}$" in cli("grad mse --values 0:1e-7 -f latex").out
    assert "$\\infty$" in cli("compute bce --values 0:1 -f latex").out


def test_a_long_gradient_shows_its_two_ends(cli):
    files = {"long.csv": "pred,target\n" + "".join(f"{k},0\n" for k in range(1, 41))}
    lines = cli("grad mse long.csv -f table", files).out.splitlines()
    assert lines[2].split() == ["row", "pred", "target", "loss", "grad"]
    assert [line.split()[0] for line in lines[4:14]] == [str(k) for k in range(1, 11)]
    assert lines[14] == "  ... 20 more rows (pipe, or --all)"
    assert [line.split()[0] for line in lines[15:25]] == [str(k) for k in range(31, 41)]
    assert lines[26] == "  mean loss 553.5   |grad| 297.6   max 80.00 (line 41)   zero 0   non-finite 0"
    assert all(line == line.rstrip() for line in lines)
    assert all(line.startswith("   ") for line in lines[4:13])  # numbers stand to the right
    every = cli("grad mse long.csv -f table --all").out.splitlines()
    assert len(every) == len(lines) - 1 + 20
    assert cli("grad mse long.csv -f md").out.count("\n| ") == 42
    lines = cli("compute mse long.csv -r none -f table").out.splitlines()
    assert "  ... 20 more rows (pipe, or --all)" in lines
    assert len(cli("compute mse long.csv -r none -f table --all").out.splitlines()) == len(lines) - 1 + 20
    assert "sum loss 22140" in cli("grad mse long.csv -f table -r sum").out


def test_json_on_a_terminal_is_for_reading(cli, four, monkeypatch):
    from losscli.report.formats import Manner

    lines = [
        "grad mse four.csv",
        "compute mse,mae four.csv",
        "compute mse four.csv -r none",
        "list robust",
        "choose",
    ]
    known = [cli(f"{line} --json", four).out for line in lines]
    assert all(text.count("\n") == 1 for text in known)
    monkeypatch.setattr(Manner, "__new__", lambda kind, *given, pretty=False, new=Manner.__new__, **more: new(kind, *given, pretty=True, **more))  # fmt: skip
    shown = [cli(f"{line} --json", four).out for line in lines]
    assert [*map(json.loads, shown)] == [*map(json.loads, known)]
    assert shown[0].startswith('{\n  "schema": "losscli.grad/1",\n')
    assert '\n        {"row":1,"value":0.25,"grad":-1},\n        {"row":2,' in shown[0]


def test_a_page_is_a_file_too(cli, tmp_path):
    ran = cli("explain huber -o page.txt")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("wrote page.txt (")
    assert (tmp_path / "page.txt").read_text() == cli("explain huber").out
    assert cli("explain huber -o page.json").code == 0
    assert (tmp_path / "page.json").read_text() == cli("explain huber --json").out
    assert cli("explain huber -o page.csv").err.startswith(
        "error: --output page.csv: a page is .txt or .json"
    )
    assert len([*tmp_path.iterdir()]) == 2


EARLY = [
    "compute mse none.csv --fields loss,oops", "compute mse none.csv --fields ci_low", "compute mse none.csv --fields values --json",
    "compute mse none.csv --fields model --json", "compute mse none.csv -g g --fields h", "compute mse none.csv -r none --fields mae",
    "compute mse none.csv -r none --fields value --json", "grad mse none.csv --fields gard", "grad mse none.csv --fields hess --json",
    "compare mse none.csv -p a -p b --fields oops", "compare mse none.csv -p a -p b --fields group --json",
    "check mse none.csv --grad-col g --fields oops", "check mse none.csv --loss-col g --fields checks --json", "choose none.csv --fields oops",
]  # fmt: skip
LATE = [
    "compute mse none.csv --fields loss,median,at", "compute mse none.csv --ci --fields ci_low", "compute mse none.csv --ci --fields ci --json",
    "compute mse none.csv -p a -p b --fields model,value", "compute mse none.csv -g g,h --fields h,value", "compute bce none.csv -r none --fields row,bce,bce:a",
    "grad softmax-cross-entropy none.csv --fields target,grad_cat", "grad mse none.csv --id k --fields row,id,value,grad --json",
    "compare mse none.csv -p a -p b -g g --fields g,p", "check mse none.csv --grad-col g --fields causes,rows --json",
]  # fmt: skip


@pytest.mark.parametrize("line", EARLY)
def test_an_unknown_field_is_refused_before_the_file_is_read(cli, line):
    ran = cli(line)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: --fields: there is no ")


@pytest.mark.parametrize("line", LATE)
def test_a_field_that_there_may_be_is_not(cli, line):
    assert cli(line).err.startswith("error: no file 'none.csv'")


def test_the_size_of_what_was_written_is_readable():
    known = {1: "1 kB", 999_499: "999 kB", 999_500: "1 MB", 43_151_000: "43.2 MB", 4_415_361_038: "4.42 GB"}
    assert {count: size(count) for count in known} == known
