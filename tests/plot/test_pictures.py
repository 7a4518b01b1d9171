"""The pictures themselves: look at them. `pytest --redraw` draws them anew."""

import subprocess
import sys

import numpy as np
import pytest

from losscli.errors import UsageError
from losscli.plot.figure import Curve, Figure, Note
from losscli.plot.terminal import draw, pair


def test_picture(named, golden):
    name, figure = named
    golden(name, draw(figure))


@pytest.mark.parametrize(("width", "height"), [(30, 8), (100, 24)])
@pytest.mark.parametrize("name", ["mse", "bce", "six"])
def test_other_sizes(figures, golden, name, width, height):
    golden(f"{name}-{width}x{height}", draw(figures[name], width, height))


def test_pair(figures, golden):
    golden("pair", pair(figures["huber"], figures["slope"], 80, 13))


def test_narrow_pair_is_stacked(figures, golden):
    golden("pair-narrow", pair(figures["huber"], figures["slope"], 50, 10))


def test_pair_in_which_one_side_needs_letters(figures, golden):
    golden("pair-letters", pair(figures["six"], figures["slope"], 100, 16))


def test_labels_in_other_scripts_stay_on_one_line_of_ascii(figures):
    text = draw(figures["mse"]._replace(title="mse   L(ŷ) = (ŷ − y)²\n", x_label="δ ≤ 1, 誤差"))
    assert text.splitlines()[0] == "loss   mse   L(y_hat) = (y_hat - y)^2"
    assert text.splitlines()[-1].strip() == "delta <= 1, ??"


@pytest.mark.parametrize(("width", "height"), [(29, 20), (72, 7)])
def test_too_small_a_frame(figures, width, height):
    with pytest.raises(UsageError, match="no picture fits"):
        draw(figures["mse"], width, height)


def test_plain_pictures_do_not_import_matplotlib():
    program = "import sys, losscli.plot.terminal; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_remarks_outside_the_frame_are_left_out(figures):
    notes = (Note(np.nan, 0.0, "nowhere"), Note(9.0, 0.0, "too far"), Note(0.0, np.inf, "too high"))
    assert draw(figures["mse"]._replace(notes=notes)) == draw(figures["mse"]._replace(notes=()))


def test_words_that_are_too_long_are_cut_and_never_wrapped(figures):
    text = draw(figures["mse"]._replace(title="t" * 200, x_label="x" * 200, y_label="y" * 200), 40, 20)
    assert max(map(len, text.split("\n"))) <= 40
    assert len(text.split("\n")) == 20


@pytest.mark.parametrize("x_range", [(-1e300, 1e300), (1e16, 1e16 + 4), (1e-320, 1e-319), (5.0, 5.0 + 1e-7)])
@pytest.mark.parametrize("at", [np.square, np.exp, np.log, np.floor, lambda x: np.sin(1 / x), lambda x: 7.0])
def test_extreme_ranges_and_values(at, x_range):
    assert draw(Figure("f", "x", "y", x_range, None, (Curve("", at, x_range, x_range),)))
