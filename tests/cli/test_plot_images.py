"""Images from the command line: files, pipes and terminals."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
ROWS = {"preds.csv": "y_pred,y_true\n1,2\n3,3\n4,1\n"}


def size(data):
    with Image.open(io.BytesIO(data)) as image:
        return image.size


@pytest.mark.parametrize(
    "words", ["", "preds.csv", "--show both", "--log-y", "preds.csv --kind hist", "--theme dark"]
)
def test_a_file(cli, tmp_path, words):
    ran = cli(f"plot mse {words} -o curve.png", ROWS)
    assert (ran.code, ran.out) == (0, "")
    wide = 2000 if "both" in words else 1200
    assert ran.err.splitlines()[0].startswith(f"wrote curve.png ({wide} x 750, ")
    assert size((tmp_path / "curve.png").read_bytes()) == (wide, 750)


def test_size_and_dpi(cli, tmp_path):
    assert "(800 x 500, " in cli("plot mse -o c.png --size 8x5 --dpi 100").err


def test_a_pipe(cli):
    assert cli("plot mse -o - --image svg").out.startswith("<?xml")
    command = [sys.executable, "-m", "losscli", "plot", "mse", "-o", "-"]
    ran = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    assert size(ran.stdout) == (1200, 750)
    assert ran.stderr == b""


def test_kind_against_suffix(cli, tmp_path):
    assert cli("plot mse -o curve.img --image svg").code == 0
    assert (tmp_path / "curve.img").read_bytes().startswith(b"<?xml")


def test_bytes_are_refused_on_a_terminal(cli, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    ran = cli("plot mse -o -")
    assert (ran.code, ran.out) == (2, "")
    assert "error: an image is no text for a terminal" in ran.err


def test_inline_in_a_terminal(cli):
    assert cli("plot mse --inline iterm2").out.startswith("\x1b]1337;File=inline=1;size=")
    assert cli("plot mse --inline auto").out == cli("plot mse").out  # this is a pipe


def test_the_input_is_not_overwritten(cli):
    ran = cli("plot mse data.txt -o data.txt", {"data.txt": "y_pred,y_true\n1,2\n"})
    assert (ran.code, ran.out) == (2, "")
    assert "that file is read" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--theme red -o x.png", "error: --theme: 'red' is not one of: light dark"),
        ("--size big -o x.png", "error: --size: 'big' is no size"),
        ("--dpi 5 -o x.png", "error: --dpi: 5 is not between 30 and 1200"),
        ("--image gif -o -", "error: --image: 'gif' is not one of: png svg pdf"),
        ("--inline gif", "error: --inline: 'gif' is not one of: none auto kitty iterm2 sixel"),
        ("--theme dark", "error: --theme is for images, and this is text"),
    ],
)
def test_mistakes(cli, tmp_path, words, said):
    ran = cli(f"plot mse {words}")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not list(tmp_path.glob("*x.png*"))


def test_an_image_has_one_histogram(cli, tmp_path):
    ran = cli("plot mse,mae preds.csv --kind hist -o x.png", ROWS)
    assert (ran.code, ran.out) == (2, "")
    assert "fix: losscli plot mse preds.csv --kind hist -o x.png" in ran.err
    assert cli("plot mse preds.csv --kind hist -o x.png --size 3x2").code == 0
