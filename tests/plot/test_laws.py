"""What is true of every picture, at every size."""

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from losscli.plot.figure import Curve, Figure, Note
from losscli.plot.terminal import draw

WIDTHS, HEIGHTS = st.integers(30, 300), st.integers(8, 80)
heights = st.floats(-10, 10).map(lambda y: round(y, 3))
laws = settings(deadline=None, max_examples=40)


class Parsed(NamedTuple):
    """A picture taken apart."""

    title: str
    area: list[str]
    ticks: dict[int, str]
    below: list[str]


def parsed(text):
    lines = text.split("\n")
    rule = next(row for row, line in enumerate(lines) if re.fullmatch(r" *\+[-+]*->", line))
    axis = lines[rule].index("+")
    width = len(lines[rule]) - axis - 4
    area = [line[axis + 2 :].ljust(width) for line in lines[1:rule]]
    ticks = {row: line[:axis].strip() for row, line in enumerate(lines[1:rule]) if line[axis] == "+"}
    assert all(line[axis] in "+|^" for line in lines[1:rule])
    return Parsed(lines[0], area, ticks, lines[rule + 1 :])


@st.composite
def continuous(draw_from, mirrored=False):
    """A broken line through random points, steep or flat; or a wave."""
    knots = draw_from(st.lists(heights, min_size=2, max_size=7))
    if mirrored:
        knots = [*reversed(knots), *knots]
    places = np.linspace(-3, 3, len(knots))
    if mirrored:
        places = (places - places[::-1]) / 2
    bend = draw_from(st.sampled_from((0.0, 1.0)))
    return lambda x: np.interp(x, places, knots) + bend * np.cos(3 * x)


@st.composite
def any_figure(draw_from):
    """Up to ten curves with what may go wrong: infinities, NaN, jumps, labels and remarks."""
    curves = []
    for index in range(draw_from(st.integers(1, 10))):
        at = draw_from(continuous())
        spoilt = draw_from(st.sampled_from(("", "inf", "nan", "jump", "pole")))
        curves.append(Curve(f"curve {index}", spoil(at, spoilt), (0.0, 1.0), (0.5,) * (spoilt == "jump")))
    y_range = draw_from(st.none() | st.tuples(st.floats(-20, -1), st.floats(1, 20)))
    notes = (Note(0.0, 1.0, "a remark"),)
    return Figure(
        "name   and a formula = 1 + 2", "x axis", "value", (-3.0, 3.0), y_range, tuple(curves), notes
    )


def spoil(at, how):
    def spoilt(x):
        y = at(x)
        if how == "pole":
            return y + 1 / x
        return np.where(x > 0.5, {"inf": np.inf, "nan": np.nan, "jump": y + 3}[how], y) if how else y

    return spoilt


@laws
@given(any_figure(), WIDTHS, HEIGHTS)
def test_the_frame_holds(figure, width, height):
    text = draw(figure, width, height)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert not re.search(r" $", text, re.M)
    assert max(map(len, text.split("\n"))) <= width
    assert len(text.split("\n")) <= height
    assert text == draw(figure, width, height)


@laws
@given(any_figure(), WIDTHS, HEIGHTS)
def test_ticks_are_round_and_evenly_spaced_on_exact_rows(figure, width, height):
    ticks = parsed(draw(figure, width, height)).ticks
    rows, values = list(ticks), [float(label) for label in ticks.values()]
    assert len(set(values)) == len(values) >= 2
    assert values == sorted(values, reverse=True)
    assert len(set(np.diff(rows))) == 1
    assert np.allclose(np.diff(values), values[1] - values[0])
    digits = f"{values[0] - values[1]:.6e}".split("e")[0].rstrip("0").rstrip(".")
    assert digits in ("1", "2", "2.5", "3", "5")


@laws
@given(continuous(mirrored=True), WIDTHS, HEIGHTS)
def test_a_symmetric_function_has_a_symmetric_picture(at, width, height):
    figure = Figure("f", "x", "y", (-3.0, 3.0), None, (Curve("", at, (-1.0, 1.0)),))
    mirror = str.maketrans("\\/", "/\\")
    for line in parsed(draw(figure, width, height)).area:
        assert line[::-1].translate(mirror) == line


@laws
@given(continuous(), WIDTHS, HEIGHTS)
def test_a_continuous_curve_is_connected_and_close_to_its_function(at, width, height):
    figure = Figure("f", "x", "y", (-3.0, 3.0), (-12.0, 12.0), (Curve("", at),))
    picture = parsed(draw(figure, width, height))
    area = np.array([list(line) for line in picture.area])
    columns = [set(np.flatnonzero(area[:, column] != " ")) for column in range(area.shape[1])]
    assert all(columns)
    for here, there in pairwise(columns):
        assert any(abs(a - b) <= 1 for a in here for b in there)
    places = np.linspace(-3, 3, len(columns))
    (top, first), (bottom, second) = (*picture.ticks.items(),)[0], (*picture.ticks.items(),)[-1]
    unit = (float(first) - float(second)) / (bottom - top)
    here = top + (float(first) - at(places)) / unit
    step = places[1] - places[0]
    there = top + (float(first) - at(np.clip([places - step / 2, places + step / 2], -3, 3))) / unit
    for cells, low, high in zip(
        columns, np.fmin(here, there.min(0)), np.fmax(here, there.max(0)), strict=True
    ):
        assert low - 0.51 <= max(cells)
        assert min(cells) - 1 <= high + 0.51


@laws
@given(any_figure(), WIDTHS, HEIGHTS)
def test_words_never_hide_a_curve(figure, width, height):
    labelled = parsed(draw(figure, width, height))
    if any(re.match("a: ", line) for line in labelled.below):
        return
    bare = figure._replace(notes=(), curves=tuple(curve._replace(label="") for curve in figure.curves))
    unlabelled = parsed(draw(bare, width, height))
    if len(unlabelled.area) > len(labelled.area):
        return  # a line was kept for a legend, and then the labels found places
    assert len(unlabelled.area) == len(labelled.area)
    for without, with_words in zip(unlabelled.area, labelled.area, strict=True):
        for plain, written in zip(without, with_words, strict=True):
            assert plain in (" ", written)


@laws
@given(any_figure(), WIDTHS, HEIGHTS)
def test_every_curve_is_named(figure, width, height):
    assume(width >= 60)
    picture = parsed(draw(figure._replace(y_range=(-20.0, 20.0)), width, height))
    shown = "\n".join([*picture.area, *picture.below])
    letters = "a: " in shown
    for index in range(len(figure.curves)):
        assert f"curve {index}" in shown or letters


@pytest.mark.parametrize("size", [(30, 8), (72, 20), (301, 80)])
def test_infinity_leaves_the_frame_at_the_top(size):
    figure = Figure("", "p", "loss", (0.0, 1.0), (0.0, 5.0), (Curve("", lambda p: -np.log(p)),))
    area = parsed(draw(figure, *size)).area
    assert not area[0].strip()
    assert area[1].strip().strip("_") == "\\"
    assert area[1].index("\\") < len(area[1]) / 50


@pytest.mark.parametrize("size", [(30, 8), (72, 20), (301, 80)])
def test_nan_breaks_the_curve_and_nothing_else(size):
    figure = Figure("f", "x", "y", (-3.0, 3.0), None, (Curve("", lambda x: np.where(abs(x) < 1, np.nan, x)),))
    area = parsed(draw(figure, *size)).area
    drawn = [any(line[column] != " " for line in area) for column in range(len(area[0]))]
    places = np.linspace(-3, 3, len(drawn))
    step = places[1] - places[0]
    for here, place in zip(drawn, places, strict=True):
        assert here == (abs(place) >= 1) or abs(abs(place) - 1) < step


def test_a_curve_that_leaves_the_frame_stays_out_until_it_returns():
    figure = Figure("f", "x", "y", (-3.0, 3.0), (0.0, 1.0), (Curve("", lambda x: 2 - abs(abs(x) - 1.5) * 2),))
    area = parsed(draw(figure)).area
    drawn = "".join(
        "#" if any(line[column] != " " for line in area) else "." for column in range(len(area[0]))
    )
    assert re.fullmatch(r"\.*#+\.+#+\.+#+\.+#+\.*|#+\.+#+\.+#+", drawn)
