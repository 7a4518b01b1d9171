"""Tables for a person: aligned, never cut, coloured only where that was asked for."""

import io

import pytest

from losscli.report.table import Own, Table
from losscli.report.terminal import colored, write_table

TABLE = Table(
    ("loss", "value", "n"), [("mse", 25.872183, 500), ("huber:delta=1.5", 3.13245, 500)],
    "preds.csv: 500 rows", ["signature: mse"],
)  # fmt: skip


class Screen(io.StringIO):
    """A terminal, or not, in some encoding."""

    def __init__(self, terminal, encoding="utf-8"):
        super().__init__()
        self.terminal, self.code = terminal, encoding

    def isatty(self):
        return self.terminal

    @property
    def encoding(self):
        return self.code


def drawn(table, encoding="utf-8", **options):
    out = io.StringIO()
    write_table(table, out, color="never", screen=Screen(terminal=False, encoding=encoding), **options)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_numbers_stand_to_the_right():
    assert drawn(TABLE, width=60) == [
        "preds.csv: 500 rows",
        "",
        "  loss              value     n",
        "  ─────────────────────────────",
        "  mse               25.87   500",
        "  huber:delta=1.5   3.132   500",
        "",
        "  signature: mse",
    ]


def test_ascii_where_the_terminal_knows_no_more():
    assert all(line.isascii() for line in drawn(TABLE, encoding="ascii", width=60))


def test_what_does_not_fit_is_left_out_and_named():
    wide = Table([f"grad_{k}" for k in range(12)], [[k + 0.123456 for k in range(12)]])
    lines = drawn(wide, width=40)
    assert max(map(len, lines)) <= 40
    assert "0.1235" in lines[2]
    assert "+8 columns: grad_4, grad_5, ..., grad_11" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_last_column_of_text_is_folded(width):
    lines = drawn(Table(("name", "meaning"), [("a", "word " * 40)]), width=width)
    assert max(map(len, lines)) <= width
    assert sum(line.count("word") for line in lines) == 40


def test_numbers_of_the_user_are_shown_as_they_are():
    assert drawn(Table(("pred",), [(Own(7.0),), (Own(2.5),)]), width=40)[2:] == ["     7", "   2.5"]


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_who_decides_on_colour(monkeypatch, environment, terminal, expected):
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colored(Screen(terminal), "auto") is expected
    assert colored(Screen(terminal), "always") is True
    assert colored(Screen(terminal), "never") is False


def test_no_colour_means_no_escapes_at_all():
    out = io.StringIO()
    write_table(TABLE, out, color="never", width=60, screen=Screen(terminal=True))
    assert "\x1b" not in out.getvalue()
    write_table(TABLE, out, color="always", width=60, screen=Screen(terminal=False))
    assert "\x1b" in out.getvalue()


def test_a_signature_breaks_behind_its_bars():
    signature = "signature: mae|red:mean|n:442|miss:error|group:age_group|ci:stud95|bs:10000|seed:0|v:0.1.0"
    lines = drawn(Table(("loss",), [("mae",)], "", [signature]), width=60)[-2:]
    assert "".join(line.strip() for line in lines) == signature
    assert lines[0].endswith("|")
