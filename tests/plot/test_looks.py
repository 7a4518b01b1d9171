"""What images look like: themes, strokes, formulas, strips of data, and more than one picture."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser
from PIL import Image

from losscli.losses import catalogue
from losscli.plot.bins import histogram
from losscli.plot.figure import Strip
from losscli.plot.formulas import mathtext
from losscli.plot.image import Paper, render
from losscli.plot.losses import figure, formula_line
from losscli.plot.text import typographic
from losscli.plot.theme import DARK, DASHES, LIGHT, THEMES
from losscli.spec import parse_all


def pixels(pictures, **paper):
    image, size = render(pictures, "png", Paper(**paper))
    with Image.open(io.BytesIO(image)) as opened:
        assert opened.size == size
        return np.asarray(opened.convert("RGB")).astype(int)


def paint(text):
    return [int(text[at : at + 2], 16) for at in (1, 3, 5)]


def contrast(one, other):
    def light(text):
        parts = np.array(paint(text)) / 255
        parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(parts @ [0.2126, 0.7152, 0.0722])

    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_ink_is_read_on_its_paper(theme):
    for ink in (theme.ink, theme.soft, *theme.colours):
        assert contrast(ink, theme.paper) >= 4.5  # WCAG AA for text


def shown_to(kind, text):
    """A colour as people see it who lack a cone: Vienot, Brettel and Mollon 1999."""
    kinds = {"protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
             "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]}  # fmt: skip
    return np.array(kinds.get(kind, np.eye(3))) @ ((np.array(paint(text)) / 255) ** 2.2)


@pytest.mark.parametrize("kind", ["all", "protan", "deutan"])
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_neighbouring_curves_differ_for_every_kind_of_sight(theme, kind):
    for one, other in zip(theme.colours[:4], theme.colours[1:5], strict=True):
        assert np.abs(shown_to(kind, one) - shown_to(kind, other)).sum() > 0.09
    assert len({str(stroke) for stroke in DASHES}) == len(DASHES)


def test_themes_differ_in_paper():
    picture = figure(parse_all("mse"))
    for theme in (LIGHT, DARK):
        assert pixels(picture, theme=theme)[2, 2].tolist() == paint(theme.paper)


def test_size_and_dots():
    assert pixels(figure(parse_all("mse")), dpi=50, inches=(8, 5)).shape == (250, 400, 3)


def test_two_pictures_side_by_side():
    both = [figure(parse_all("huber"), show) for show in ("loss", "grad")]
    image = pixels(both, dpi=100)
    assert image.shape == (375, 1000, 3)
    left, right = image[:, :500], image[:, 500:]
    for half in (left, right):
        assert (np.abs(half - paint(LIGHT.colours[0])).sum(axis=2) < 30).sum() > 300


def test_tight_bounds():
    image = pixels(figure(parse_all("bce")), dpi=100)
    drawn = np.argwhere(np.abs(image - paint(LIGHT.paper)).sum(axis=2) > 60)
    (top, left), (bottom, right) = drawn.min(axis=0), drawn.max(axis=0)
    high, wide, _ = image.shape
    assert max(top, left, high - bottom, wide - right) <= 26
    assert min(top, left, high - bottom, wide - right) >= 3


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_formula_is_typeset(name):
    loss = parse_all(name)[0]
    parser = MathTextParser("path")
    for show in ("loss", "grad"):
        text = mathtext(typographic(formula_line(loss, show)))
        parser.parse(text, dpi=72)


def test_a_formula_in_the_notation_of_tex():
    assert mathtext("L(e) = e^2 / 2 if |e| <= delta") == r"$L(e)=e^{2}/2\,\;\mathrm{if}\;\,|e|\leq \delta $"
    assert mathtext("sqrt(x + 1)^(p - 1)") == r"$\sqrt{x+1}^{(p-1)}$"
    assert mathtext("sum_{i,j: y_i > y_j} z²") == r"$\mathrm{sum}_{\{i,j:\,y_{i}>y_{j}\}}\,z^{2}$"


def test_strips_of_data_are_drawn_in_the_colours_of_their_curves():
    plain = figure(parse_all("bce"))
    x = np.linspace(0.01, 0.99, 50)
    data = plain._replace(
        strips=(Strip("y = 1", x, np.ones(50), 0), Strip("y = 0", x, np.ones(50), 1)), said=("50 rows",)
    )
    image = pixels(data, dpi=100)
    low = image[280:340]
    for ink in LIGHT.colours[:2]:
        assert (np.abs(low - paint(ink)).sum(axis=2) < 40).sum() > 100


def test_a_histogram():
    numbers = np.random.default_rng(0).normal(size=500) ** 2
    values, rows = np.unique(numbers, return_counts=True)
    picture = histogram(
        "mse   500 rows", values, rows.astype(float), [("median", float(np.median(numbers)))], 12
    )
    image = pixels(picture)
    assert (np.abs(image - paint(LIGHT.colours[0])).sum(axis=2) < 20).sum() > 5000
    assert render(picture, "svg")[0] == render(picture, "svg")[0]
    values = np.append(values, np.inf)
    assert render(histogram("x", values, np.append(rows, 3.0), [("mean", np.inf)], 12), "pdf")[0].startswith(
        b"%PDF"
    )


def test_settings_of_matplotlib_stay_as_they_were():
    before = dict(matplotlib.rcParams)
    render(figure(parse_all("mse")), "png", Paper(DARK))
    assert dict(matplotlib.rcParams) == before
