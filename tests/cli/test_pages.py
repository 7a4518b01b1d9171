"""What is drawn and said of every loss: pictures, pages and lists."""

import json
import re
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    "name", [*NAMES, "huber:delta=0.5", "triplet-margin:swap=true:squared=true", "bce:clip=1e-7"]
)
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
    compare(f"explain-{name.replace(':', '-')}.txt", ran.out, redraw)


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
        "circle", "contrastive", "cosine-distance", "cosine-embedding", "hinge-embedding", "info-nce", "ntxent",
        "supcon", "triplet-margin",
    }  # fmt: skip
    for word, name in (("outliers", "huber"), ("median", "mae"), ("SVM", "hinge")):
        assert name in [entry["name"] for entry in json.loads(cli(f"list {word} --json").out)["losses"]]
