"""Images: whole files or none, the same bytes every time, and not a word about Matplotlib."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from losscli.errors import DataError, UsageError
from losscli.plot.image import render, save


def test_size(named, tmp_path):
    name, figure = named
    assert save(figure, tmp_path / f"{name}.png") == (1200, 750)
    with Image.open(tmp_path / f"{name}.png") as image:
        assert image.size == (1200, 750)
        assert len(image.getcolors(1 << 24)) > 8
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.png"]


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_same_figure_gives_the_same_bytes(figures, tmp_path, kind, start):
    first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind.upper()}"
    save(figures["bce"], first)
    save(figures["bce"], second)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(start)


def test_another_process_gives_the_same_bytes_in_silence(figures, tmp_path):
    here, there = tmp_path / "here.svg", tmp_path / "there.svg"
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "matplotlibrc").write_text("lines.linewidth: 9\nno.such.setting: 1\n")
    program = (
        "import sys, numpy as np; from losscli.plot.figure import Curve, Figure;"
        "from losscli.plot.image import save;"
        "save(Figure('f', 'x', 'y', (-3.0, 3.0), None, (Curve('', np.tanh),)), sys.argv[1])"
    )
    environment = os.environ | {"MPLCONFIGDIR": str(settings), "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", program, str(there)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    save(figures["tanh"]._replace(title="f"), here)
    assert here.read_bytes() == there.read_bytes()


def test_letters_of_every_script_are_accepted(figures):
    image, _ = render(figures["mse"]._replace(title="$\\frac{ 誤差", x_label="^_$$"), "png")
    assert image


@pytest.mark.parametrize("name", ["curve.jpg", "curve", ".png"])
def test_unknown_kind(figures, tmp_path, name):
    with pytest.raises(UsageError) as caught:
        save(figures["mse"], tmp_path / name)
    assert "png, svg, pdf" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_no_such_folder(figures, tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        save(figures["mse"], tmp_path / "missing" / "curve.png")


def test_a_failed_write_leaves_nothing_and_the_old_file(figures, tmp_path, monkeypatch):
    path = tmp_path / "curve.svg"
    path.write_text("old")

    def full(self, data):
        with self.open("wb") as file:
            file.write(data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(DataError, match="no space left"):
        save(figures["mse"], path)
    assert [each.name for each in tmp_path.iterdir()] == ["curve.svg"]
    assert path.read_text() == "old"


def test_what_is_not_a_file_is_written_to_and_not_replaced(figures, tmp_path):
    link = tmp_path / "null.png"
    link.symlink_to("/dev/null")
    save(figures["mse"], link)
    assert link.is_symlink()
