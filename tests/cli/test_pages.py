"""What is drawn and said of every loss: pictures, pages and lists."""

import json
import re
from math import log
from pathlib import Path

import pytest

from losscli.cli import COMMANDS
from losscli.losses import catalogue
from losscli.spec import find

PICTURES = Path(__file__).parents[1] / "pictures"
assert find("mse")
NAMES = list(catalogue())
DRAWN = [name for name, kind in catalogue().items() if kind().axis]


def compare(name, text, redraw):
    path = PICTURES / name
    if redraw:
        path.write_text(text)
    assert path.read_text() == text


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("show", ["loss", "grad"])
def test_picture(cli, name, show, redraw):
    ran = cli(f"plot {name} --show {show}")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()
    lines = ran.out.splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 72
    assert all(line == line.rstrip() for line in lines)
    compare(f"plot-{name}-{show}.txt", ran.out, redraw)


@pytest.mark.parametrize(
    "losses",
    [
        "mse,mae,huber",
        "huber:delta=0.5,huber,huber:delta=2",
        "hinge,squared-hinge,logistic-margin,zero-one",
        "bce,mse:scale=2",
    ],
)
def test_overlay(cli, losses, redraw):
    ran = cli(f"plot {losses}")
    if losses.startswith("bce"):
        assert ran.code == 2
        return
    compare(f"plot-{losses.replace(',', '+').replace(':', '-')}.txt", ran.out, redraw)


VARIANTS = [
    "huber:delta=0.5", "triplet-margin:swap=true:squared=true", "bce:clip=1e-7",
    "categorical-cross-entropy:weights=0.5/1/2", "categorical-focal:alpha=0.25/1/2", "approx-ndcg:top=2",
]  # fmt: skip


@pytest.mark.parametrize("name", [*NAMES, *VARIANTS])
def test_page(cli, name, redraw):
    ran = cli(f"explain {name}")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)
    if name.partition(":")[0] not in DRAWN:
        assert any(line.startswith(f"  losscli compute {name} --values") for line in lines)
        assert any(line.startswith("  dL/d") for line in lines)
    for word in ("Shape", "Use when", "Pitfalls", "Elsewhere", "Source", "Try"):
        assert any(line.startswith(f"  {word} ") for line in lines)
    compare(f"explain-{re.sub('[:/]', '-', name)}.txt", ran.out, redraw)


@pytest.mark.parametrize("name", NAMES)
def test_page_for_programs(cli, name):
    facts = json.loads(cli(f"explain {name} --json").out)
    assert facts["name"] == name
    assert facts["schema"] == "losscli.explain/1"
    assert facts["formula"]
    assert set(facts["params"]) == set(catalogue()[name].parameters)


def test_frame_and_ranges(cli):
    lines = cli("plot mse --width 40 --height 10 --x-range -1:1 --y-range 0:2 --title here").out.splitlines()
    assert lines[0] == "loss   here"
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 40
    assert "  -1" in lines[-2]


def test_style_comes_from_the_option_or_else_the_environment(cli, monkeypatch):
    plain = cli("plot mse").out
    braille = cli("plot mse --style braille").out
    monkeypatch.setenv("LOSSCLI_STYLE", "braille")
    assert cli("plot mse").out == braille
    assert any("\u2801" <= letter <= "\u28ff" for letter in braille)
    assert "\u2800" not in braille  # which neither trims nor greps as a blank
    assert cli("plot mse --style ascii").out == plain
    assert cli("plot mse --style hd") == (
        2,
        "",
        "error: --style: 'hd' is not one of: ascii braille block\n  fix: --style braille\n",
    )
    monkeypatch.setenv("LOSSCLI_STYLE", "hd")
    assert cli("plot mse").err.startswith("error: LOSSCLI_STYLE: 'hd' is not one of")


def test_ascii_is_stronger_than_the_environment_and_contradicts_the_option(cli, monkeypatch):
    plain = cli("plot bce").out
    assert cli("plot bce --style braille --ascii").code == 2
    monkeypatch.setenv("LOSSCLI_STYLE", "braille")
    assert cli("plot bce --ascii").out == plain
    assert cli("explain huber --ascii").out.isascii()
    assert "⡔" in cli("explain huber").out


def test_a_loss_without_an_axis_says_which_have_one(cli):
    ran = cli("plot dice")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[1:] == [
        "  related, with a curve: bce",
        "  fix: losscli explain dice",
        "   or: losscli plot bce",
    ]


def test_loss_and_derivative_side_by_side_from_100_columns_and_else_stacked(cli):
    loss, grad = cli("plot huber").out.splitlines(), cli("plot huber --show grad").out.splitlines()
    both = cli("plot huber --show both").out.splitlines()
    assert both[0] == loss[0]
    assert both.count("") == 1
    assert both[both.index("") + 1].split() == grad[0].split()
    wide = cli("plot huber --show both --width 100").out.splitlines()
    assert len(wide) <= 20
    assert max(map(len, wide)) <= 100
    assert wide[0].startswith("loss   huber")
    assert "grad   huber" in wide[0]
    assert len(cli("plot huber --show both --width 99").out.splitlines()) > 30


def test_a_logarithmic_axis_has_powers_of_ten_and_says_what_it_cannot_show(cli):
    ran = cli("plot mse --log-y")
    assert ran.err == "note: --log-y: loss of 0 or less leaves the frame at the bottom\n"
    ticks = [line.split(" + ")[0].strip() for line in ran.out.splitlines() if " + " in line]
    assert ticks == ["10", "1", "0.1", "0.01", "0.001"]
    assert cli("plot exponential --log-y --y-range 0.1:100").err == ""
    ran = cli("plot mse --log-y --y-range 0:9")
    assert ran == (
        2,
        "",
        "error: --y-range: 0 has no place on a logarithmic axis\n  fix: --y-range 0.009:9\n",
    )


def test_points(cli, tmp_path):
    lines = [line.split("\t") for line in cli("plot bce --points --show both").out.splitlines()]
    assert lines[0] == ["x", "bce[y=1]", "bce[y=1].grad", "bce[y=0]", "bce[y=0].grad"]
    assert len(lines) == 202
    assert lines[1] == ["0", "inf", "-inf", "0", "1"]
    assert lines[101] == ["0.5", repr(log(2)), "-2", repr(log(2)), "2"]
    answer = json.loads(cli("plot huber:delta=0.77,mae --points --json --show both").out)
    assert answer["schema"] == "losscli.plot/1"
    assert answer["axis"] == {"symbol": "e", "label": "error  e = prediction - target"}
    assert [curve["loss"] for curve in answer["curves"]] == ["huber:delta=0.77", "mae"]
    at = answer["x"].index(0.77)  # the kink
    assert answer["curves"][1]["values"][at] == 0.77
    assert answer["curves"][1]["grad"][at] == 1
    assert answer["curves"][0]["params"] == {"delta": 0.77}
    assert cli("plot mse --points -o curve.csv").err == "wrote curve.csv (201 rows, 4 kB)\n"
    assert (tmp_path / "curve.csv").read_text().startswith("x,mse\n-3,9\n")
    assert cli("plot mse --json").code == 2


def test_a_sweep_is_titled_with_its_formula_and_named_by_what_varies(cli):
    out = cli("plot huber:delta=0.5,huber:delta=2").out
    assert out.startswith("loss   huber   L(e) = e^2 / 2 if |e| <= delta")
    assert "delta=0.5" in out
    assert "huber:" not in out


def test_losses_of_a_margin_stand_before_the_zero_one_step(cli):
    out = cli("plot hinge").out
    assert "zero-one" in out
    assert "...." in out
    assert "...." not in cli("plot hinge,zero-one").out
    assert "zero-one" not in cli("plot hinge --show grad").out


def test_colour_only_when_asked_in_a_pipe(cli):
    plain = cli("plot mse,mae --style block").out
    coloured = cli("plot mse,mae --style block --color always").out
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert "\x1b[36m" in coloured
    assert "\x1b[33m" in coloured
    assert "\x1b" not in plain


def test_files(cli, tmp_path):
    ran = cli("plot mse,mae --out curve.png")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("wrote curve.png (1200 x 750, ")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert cli("plot mse --out curve.txt").err == "wrote curve.txt\n"
    assert (tmp_path / "curve.txt").read_text() == cli("plot mse").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curve.png", "curve.txt"]


@pytest.mark.parametrize("out", ["missing/curve.png", "missing/curve.txt", "curve.gif", "curve"])
def test_files_that_cannot_be_written(cli, tmp_path, out):
    ran = cli(f"plot mse --out {out}")
    assert ran.code in (2, 3)
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    assert list(tmp_path.iterdir()) == []


def test_list(cli):
    listed = [line.split("\t")[0] for line in cli("list").out.splitlines()[1:]]
    assert sorted(listed) == sorted(NAMES)
    assert listed[:2] == ["mse", "mae"]
    assert {line.split("\t")[0] for line in cli("list similarity").out.splitlines()[1:]} == {
        "arcface", "circle", "contrastive", "cosface", "cosine-distance", "cosine-embedding", "hinge-embedding", "info-nce", "multi-similarity", "ntxent",
        "siglip", "supcon", "triplet-margin",
    }  # fmt: skip
    for word, name in (("outliers", "huber"), ("median", "mae"), ("SVM", "hinge")):
        assert name in [entry["name"] for entry in json.loads(cli(f"list {word} --json").out)["losses"]]


def test_no_help_is_wider_than_80_columns(cli):
    for line in ("--help", "help json", "help errors", *(f"{name} --help" for name in COMMANDS)):
        wide = [each for each in cli(line).out.splitlines() if len(each) > 80]
        assert not wide, line
