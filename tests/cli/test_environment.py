"""What the environment says of how things are shown: options win, and no value changes."""

import pytest

LINE = "compute mse --values 0.1:0.4"


def test_format(cli, monkeypatch, tmp_path):
    known = {
        kind: cli(f"{LINE} -f {kind}").out for kind in ("table", "tsv", "csv", "json", "jsonl", "md", "latex")
    }
    for kind, text in known.items():
        monkeypatch.setenv("LOSSCLI_FORMAT", kind)
        assert cli(LINE).out == text
        assert cli(f"{LINE} --csv").out == known["csv"]
        assert cli(f"{LINE} --bare").out == known["csv"].split(",")[-4] + "\n"
        assert cli(f"{LINE} -o x.json").code == 0
        assert (tmp_path / "x.json").read_text() == known["json"]


def test_precision_and_width(cli, monkeypatch):
    monkeypatch.setenv("LOSSCLI_PRECISION", "2")
    assert " 0.090 " in cli(f"{LINE} -f table").out
    assert " 0.0900 " in cli(f"{LINE} -f table --precision 3").out
    assert cli(f"{LINE} --json").out == cli(f"{LINE} --json --precision 9").out
    monkeypatch.setenv("LOSSCLI_WIDTH", "31")
    monkeypatch.setenv("COLUMNS", "200")
    assert max(map(len, cli(f"{LINE} -f table").out.splitlines())) <= 31
    assert max(map(len, cli(f"{LINE} -f table --width 90").out.splitlines())) > 31


def test_color(cli, monkeypatch):
    for name, value, line, expected in [
        ("LOSSCLI_COLOR", "always", LINE, True),
        ("LOSSCLI_COLOR", "never", f"{LINE} --color always", True),
        ("LOSSCLI_COLOR", "always", f"{LINE} --color never", False),
        ("LOSSCLI_COLOR", "always", f"{LINE} --no-color", False),
        ("LOSSCLI_COLOR", "always", f"{LINE} --color auto", False),
        ("FORCE_COLOR", "1", LINE, True),
        ("FORCE_COLOR", "1", f"{LINE} --no-color", False),
    ]:  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert ("\x1b" in cli(f"{line} -f table").out) is expected
    assert cli("compute hubber --color always").err.startswith("\x1b[31merror\x1b[0m: unknown loss")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FORMAT", "xml", "LOSSCLI_FORMAT: 'xml' is not one of: table tsv"),
        ("FORMAT", "parquet", "LOSSCLI_FORMAT: parquet needs a file"),
        ("COLOR", "red", "LOSSCLI_COLOR: 'red' is not one of: auto always never"),
        ("PRECISION", "many", "LOSSCLI_PRECISION: 'many' is not between 1 and 17"),
        ("WIDTH", "-5", "LOSSCLI_WIDTH: '-5' is not between 30 and 1000"),
        ("STYLE", "hd", "LOSSCLI_STYLE: 'hd' is not one of"),
    ],
)
def test_a_wrong_value_names_the_variable(cli, monkeypatch, name, value, said):
    monkeypatch.setenv(f"LOSSCLI_{name}", value)
    ran = cli("plot mse" if name == "STYLE" else LINE)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {said}")


@pytest.mark.parametrize("kind", ["table", "tsv", "csv", "json", "jsonl", "md", "latex"])
def test_ascii(cli, kind):
    """No byte above 127, and nothing lost: JSON reads back the same, and columns stay straight."""
    files = {"ü.csv": "id,y_pred,y_true,gruppe\nä𝄞,1,2,größer\nb,1,3,≤ 5\n"}
    for line in ("compute mse ü.csv -g gruppe", "grad mse ü.csv --id id", "list", "choose outliers"):
        plain = cli(f"{line} --ascii -f {kind}", files)
        assert (plain.code, plain.err) == (0, "")
        assert plain.out.isascii()
        if "json" in kind:
            import json

            usual = cli(f"{line} -f {kind}").out
            assert [*map(json.loads, plain.out.splitlines())] == [*map(json.loads, usual.splitlines())]
        if kind == "md":
            assert len({len(each) for each in plain.out.splitlines() if each.startswith("|")}) == 1
    assert cli("explain huber --ascii").out.isascii()
    assert cli("compute mse kein.csv -p ö --ascii").err.isascii()
