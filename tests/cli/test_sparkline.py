"""Small bars in the table of compute."""

import sys

ROWS = {"preds.csv": "y_pred,y_true,g\n" + "".join(f"{x % 9},0,a\n" for x in range(90))}


def test_a_column_of_small_bars(cli):
    lines = cli("compute mae,mse preds.csv --sparkline --format table", ROWS).out.splitlines()
    assert "rows by loss" in lines[2]
    mae = next(line for line in lines if line.strip().startswith("mae"))
    assert "▄▄▄▄▄▄▄█" in mae
    assert "rows by loss" not in cli("compute mae preds.csv --format table").out


def test_in_ascii(cli):
    out = cli("compute mae preds.csv --sparkline --format table --ascii", ROWS).out
    assert out.isascii()
    assert ":::::::#" in out


def test_a_terminal_without_utf_8(process):
    values = ",".join(f"{x % 9}:0" for x in range(90))
    ran = process(
        "compute", "mae", "--values", values, "--sparkline", "--format", "table", PYTHONIOENCODING="ascii"
    )
    assert ":::::::#" in ran.stdout


def test_for_programs(cli):
    assert cli("compute mae preds.csv --sparkline", ROWS).out.splitlines()[0].split("\t")[-1] == "sparkline"
    assert (
        cli("compute mae preds.csv --fields loss,sparkline", ROWS).out == "loss\tsparkline\nmae\t▄▄▄▄▄▄▄█\n"
    )


def test_where_it_means_nothing(cli):
    ran = cli("compute mae preds.csv --sparkline --per-row", ROWS)
    assert (ran.code, ran.out) == (2, "")
    assert "--sparkline" in ran.err


GROUPS = {
    "g.csv": "y_pred,y_true,g,w\n"
    + "".join(f"{x % 8},0,{'a' if x < 40 else 'b'},1\n{x % 2 * 7},0,c,{x % 2}\n" for x in range(80))
}


def test_groups_have_bars_with_the_same_steps(cli):
    out = cli("compute mae g.csv --sparkline --group g --format table --ascii", GROUPS).out
    bars = {
        words[0]: words[-1] for words in (line.split(None, 3) for line in out.splitlines()) if len(words) == 4
    }
    assert bars["a"] == bars["b"] == "########"
    assert bars["c"] == "#      #"
    assert out.count("rows by loss") == 1
    out = cli("compute mae,mse g.csv --sparkline --group g", GROUPS).out.splitlines()
    assert out[0].split("\t") == ["g", "loss", "value", "n", "dropped", "status", "sparkline"]
    assert out[1].split("\t")[-1] == "████████"
    lines = cli("compute mae g.csv --sparkline -g g -w w --fields g,sparkline", GROUPS).out.splitlines()
    assert lines[2] == "c\t       █"


def test_too_many_groups_have_no_bars(cli):
    rows = {"many.csv": "y_pred,y_true,g\n" + "".join(f"{x},0,{x}\n" for x in range(1001))}
    ran = cli("compute mae many.csv --sparkline --group g", rows)
    assert (ran.code, ran.out) == (3, "")
    assert "more than 1000 groups" in ran.err
    assert cli("compute mae many.csv --group g", rows).code == 0


def test_it_is_not_imported_where_it_is_not_asked_for(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "losscli.plot.spark", None)
    assert cli("compute mae preds.csv --format table", ROWS).code == 0
