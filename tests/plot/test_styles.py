"""What is true of pictures made of dots, and of those of every loss in every style."""

import re
from itertools import pairwise
from math import log10

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.losses import catalogue
from losscli.plot.decades import decades
from losscli.plot.figure import Curve, Figure
from losscli.plot.losses import figure
from losscli.plot.style import ASCII, BLOCK, BRAILLE, STYLES, asked, sets
from losscli.plot.terminal import draw
from losscli.spec import parse, parse_all
from tests.plot.test_laws import any_figure, continuous

FINE = pytest.mark.parametrize("style", [BRAILLE, BLOCK], ids=lambda style: style.name)
EVERY = pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
WIDTHS, HEIGHTS = st.integers(30, 120) | st.just(300), st.integers(8, 40) | st.just(80)
laws = settings(deadline=None, max_examples=8)
assert parse("mse")
DRAWN = [name for name, kind in catalogue().items() if kind().axis]


def area(text):
    """The lines of the plotting area of a picture of dots, all as long as its horizontal axis."""
    lines = text.split("\n")
    rule = next(row for row, line in enumerate(lines) if re.fullmatch(r" *└[─┬]+", line))
    axis = lines[rule].index("└")
    width = len(lines[rule]) - axis - 1
    assert all(line[axis] in "│┤" for line in lines[1:rule])
    return [line[axis + 1 :].ljust(width) for line in lines[1:rule]]


def dots(text, style):
    """The dots of a picture as a grid of truths; whatever is no dot is none."""
    lines = area(text)
    where = dict(zip(style.cells, sets(style.down, style.over), strict=True))
    blank = (False,) * (style.down * style.over)
    cells = np.array([[where.get(glyph, blank) for glyph in line] for line in lines])
    shape = cells.shape[0], cells.shape[1], style.down, style.over
    return cells.reshape(shape).transpose(0, 2, 1, 3).reshape(shape[0] * style.down, -1)


@pytest.mark.parametrize("name", DRAWN)
def test_picture_of_every_loss(name, golden):
    shown = figure([parse(name)])
    golden(f"dots-{name}", "\n\n".join(draw(shown, style=style) for style in (BRAILLE, BLOCK)))


@pytest.mark.parametrize(
    "name", ["three", "six", "ten", "quantile", "pole", "hyperbola", "gap", "step", "sign"]
)
def test_picture(figures, name, golden):
    golden(f"dots-{name}-figure", "\n\n".join(draw(figures[name], style=style) for style in (BRAILLE, BLOCK)))


@pytest.mark.parametrize(
    "losses",
    [
        "huber:delta=0.5,huber,huber:delta=2,mse,mae",
        "hinge,squared-hinge,logistic-margin",
        "barron:alpha=-2,barron:alpha=0,barron,barron:alpha=2",
    ],
)
@EVERY
def test_sweeps_on_both_axes(losses, style, golden):
    found = parse_all(losses)
    texts = [draw(figure(found, log_y=log_y), style=style) for log_y in (False, True)]
    golden(f"sweep-{style.name}-{found[0].name}", "\n\n".join(texts))


@FINE
@laws
@given(figure=any_figure(), width=WIDTHS, height=HEIGHTS)
def test_the_frame_holds(style, figure, width, height):
    text = draw(figure, width, height, style)
    assert not re.search(r"[ \u2800]$", text, re.M)
    assert "\u2800" not in text
    assert max(map(len, text.split("\n"))) <= width
    assert len(text.split("\n")) <= height
    assert text.replace("\n", "").isprintable()
    assert text == draw(figure, width, height, style)


@FINE
@laws
@given(at=continuous(mirrored=True), width=WIDTHS, height=HEIGHTS)
def test_a_symmetric_function_has_a_symmetric_picture(style, at, width, height):
    found = dots(
        draw(Figure("f", "x", "y", (-3.0, 3.0), None, (Curve("", at),)), width, height, style), style
    )
    assert (found == found[:, ::-1]).all()


@FINE
@laws
@given(at=continuous(), width=WIDTHS, height=HEIGHTS)
def test_a_continuous_curve_is_connected_and_close_to_its_function(style, at, width, height):
    shown = Figure("f", "x", "y", (-3.0, 3.0), (-12.0, 12.0), (Curve("", at),))
    text = draw(shown, width, height, style)
    found = dots(text, style)
    columns = [np.flatnonzero(column) for column in found.T]
    assert all(len(column) for column in columns)
    for column in columns:
        assert len(column) == column[-1] - column[0] + 1
    for here, there in pairwise(columns):
        assert here[0] - 1 <= there[-1]
        assert there[0] - 1 <= here[-1]
    cells = found.shape[1] / style.over - 1
    x = np.clip(-3 + ((np.arange(found.shape[1]) + 0.5) / style.over - 0.5) * 6 / cells, -3, 3)
    ticks = [
        (row, float(line[: line.index("┤")].replace("−", "-")))
        for row, line in enumerate(text.split("\n")[1:])
        if "┤" in line
    ]
    (top, first), (bottom, last) = ticks[0], ticks[-1]
    exact = (top + (first - at(x)) / (first - last) * (bottom - top) + 0.5) * style.down - 0.5
    assert all(np.abs(column - row).min() <= 0.51 for column, row in zip(columns, exact, strict=True))


@FINE
@laws
@given(figure=any_figure(), width=WIDTHS, height=HEIGHTS)
def test_words_never_hide_a_curve(style, figure, width, height):
    text = draw(figure, width, height, style)
    if re.search("^a: ", text, re.M):
        return
    bare = figure._replace(notes=(), curves=tuple(curve._replace(label="") for curve in figure.curves))
    unlabelled, labelled = area(draw(bare, width, height, style)), area(text)
    if len(unlabelled) > len(labelled):
        return  # a line was kept for a legend, and then the labels found places
    for without, written in zip(unlabelled, labelled, strict=True):
        for plain, full in zip(without, written, strict=True):
            assert plain in (" ", style.zero, full)


@FINE
@pytest.mark.parametrize("size", [(30, 8), (72, 20), (300, 80)])
def test_nan_breaks_the_curve_and_infinity_leaves_the_frame(style, size):
    broken = Figure("f", "x", "y", (-3.0, 3.0), None, (Curve("", lambda x: np.where(abs(x) < 1, np.nan, x)),))
    drawn = dots(draw(broken, *size, style), style).any(axis=0)
    x = np.linspace(-3, 3, len(drawn))
    near = abs(abs(x) - 1) < 3 * (x[1] - x[0])
    assert (drawn == (abs(x) >= 1))[~near].all()
    endless = Figure("", "p", "loss", (0.0, 1.0), (0.0, 5.0), (Curve("", lambda p: -np.log(p)),))
    drawn = dots(draw(endless, *size, style), style)
    assert drawn[0].any()
    assert np.flatnonzero(drawn[0])[-1] < drawn.shape[1] / 40 + 2


@EVERY
@laws
@given(figure=any_figure(), width=WIDTHS, height=HEIGHTS)
def test_a_logarithmic_axis_has_powers_of_ten_in_order_on_even_rows(style, figure, width, height):
    text = draw(decades(figure._replace(y_range=None)), width, height, style)
    found = [(row, line) for row, line in enumerate(text.split("\n")) if re.match(r" *[-−\de.]+ [+┤]", line)]
    exponents = [round(log10(float(line.split()[0].replace("−", "-"))), 9) for _, line in found]
    assert len(exponents) >= 2
    assert all(exponent % 1 == 0 for exponent in exponents)
    assert len(set(np.diff(exponents))) == 1
    assert exponents[0] > exponents[-1]
    assert len(set(np.diff([row for row, _ in found]))) == 1
    assert not re.search(" $", text, re.M)


def test_a_legend_has_the_colours_of_its_curves(figures):
    text = draw(figures["six"], color=True)
    assert re.sub(r"\x1b\[\d*m", "", text) == draw(figures["six"])
    legend = text.split("\n")[-1]
    assert re.fullmatch(r"(\x1b\[\d\dm[abc]: [\w:=-]+ *\x1b\[0m)+", legend)
    assert len(set(re.findall(r"\x1b\[\d\dm", legend))) == 3


@FINE
def test_a_jump_parts_the_curve(style):
    step = Figure("f", "x", "y", (-3.0, 3.0), None, (Curve("", np.sign, breaks=(0.0,)),))
    found = dots(draw(step, style=style), style)
    assert len(np.flatnonzero(found.any(axis=1))) == 2
    assert all(found.sum(axis=0) == 1)


@EVERY
@pytest.mark.parametrize("name", [name for name in DRAWN if catalogue()[name]().traits().symmetric])
@pytest.mark.parametrize("size", [(44, 11), (72, 20)])
def test_a_symmetric_loss_has_a_symmetric_picture(style, name, size):
    shown = figure([parse(name)])
    bare = shown._replace(notes=(), curves=tuple(each._replace(label="") for each in shown.curves))
    text = draw(bare, *size, style)
    if style is ASCII:
        mirror = str.maketrans("\\/", "/\\")
        lines = text.split("\n")
        width = len(lines[-3]) - lines[-3].index("+") - 4
        for line in lines[1:-3]:
            curve = line[lines[-3].index("+") + 2 :].ljust(width)
            assert curve[::-1].translate(mirror) == curve
    else:
        found = dots(text, style)
        assert (found == found[:, ::-1]).all()


@FINE
def test_both_curves_are_there_where_they_cross(style):
    shown = figure([parse("bce")])
    both = dots(draw(shown._replace(notes=()), style=style), style)
    bare = [each._replace(marks=(), label="") for each in shown.curves]
    alone = [dots(draw(shown._replace(notes=(), curves=(each,)), style=style), style) for each in bare]
    marked = alone[0] & alone[1] & ~both  # the mark at the crossing
    assert ((alone[0] | alone[1]) == (both | marked))[:, : both.shape[1] // 2 - 2].all()
    inside = slice(both.shape[1] // 50, -(both.shape[1] // 50))  # where neither is above the frame
    assert all(each[:, inside].any(axis=0).all() for each in alone)


def test_a_curve_behind_gives_way_and_is_drawn_with_other_glyphs():
    front, behind = Curve("front", lambda x: -x), Curve("behind", np.zeros_like, behind=True)
    shown = Figure("f", "x", "y", (-3.0, 3.0), None, (front, behind))
    plain = draw(shown)
    assert plain.count(".") > 40
    only = draw(shown._replace(curves=(front,)))
    assert [line.count("\\") for line in plain.split("\n")] == [line.count("\\") for line in only.split("\n")]
    found = dots(draw(shown, style=BRAILLE), BRAILLE)
    assert max(found.sum(axis=1)) < 0.6 * found.shape[1]


def test_a_line_at_zero_where_heights_are_above_and_below(figures):
    lines = area(draw(figures["tanh"], style=BRAILLE))
    (zero,) = (line for line in lines if "┈" in line)
    assert zero.count("┈") > 40
    assert "┈" not in draw(figures["mse"], style=BRAILLE)
    assert "┈" not in draw(figures["tanh"])


def test_a_formula_is_that_of_the_case_at_hand():
    assert (
        figure([parse("barron:alpha=-2")]).title
        == "barron:alpha=-2   L(e) = ((1 + u^2 / b)^(alpha / 2) - 1) b / alpha"
    )
    assert figure([parse("barron:alpha=0")]).title == "barron:alpha=0   L(e) = ln(1 + u^2 / 2)"


def test_braille_is_as_unicode_orders_its_dots():
    assert BRAILLE.cells[0b00000001] == "⠁"
    assert BRAILLE.cells[0b00000010] == "⠈"
    assert BRAILLE.cells[0b01000000] == "⡀"
    assert BRAILLE.cells[0b11111111] == "⣿"
    assert BLOCK.cells[0b0001] == "▘"
    assert BLOCK.cells[0b0111] == "▛"
    assert asked("", "block") is BLOCK


@pytest.mark.sweep
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", DRAWN)
@EVERY
def test_every_loss_at_every_size(name, style):
    for show in ("loss", "grad"):
        for log_y in (False, True):
            shown = figure([parse(name)], show, log_y=log_y)
            for width, height in ((30, 8), (44, 9), (101, 33), (300, 80)):
                lines = draw(shown, width, height, style).split("\n")
                assert max(map(len, lines)) <= width
                assert len(lines) <= height
                assert all(line == line.rstrip() for line in lines)
                assert sum(bool(re.match(r" *\S+ [+┤]", line)) for line in lines) >= 2
