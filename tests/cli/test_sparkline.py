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
    for words in ("--group g", "--per-row"):
        ran = cli(f"compute mae preds.csv --sparkline {words}", ROWS)
        assert (ran.code, ran.out) == (2, "")
        assert "--sparkline" in ran.err


def test_it_is_not_imported_where_it_is_not_asked_for(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "losscli.plot.spark", None)
    assert cli("compute mae preds.csv --format table", ROWS).code == 0
