"""On the page of an image no name lies on a curve, and what is said of data is neither cut nor said twice."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Page

from losscli.plot.canvas import draw
from losscli.plot.figure import Curve, Figure
from losscli.plot.theme import LIGHT

FLAT = Figure(
    "f", "x", "y", (-3.0, 3.0), None,
    (Curve("a flat one here", lambda e: np.maximum(-0.1 * e, 0.9 * e), (0.0,)), Curve("abs", abs)),
)  # fmt: skip


def drawn(*figures):
    page = Page(figsize=(6 if len(figures) == 1 else 10, 3.75), dpi=200)
    FigureCanvasAgg(page)
    draw(figures, page, LIGHT)
    page.canvas.draw()
    return page


def free_of_curves(figure):
    axes = drawn(figure).axes[0]
    for line in (line for line in axes.lines if len(line.get_xdata()) > 100):
        ends = axes.transData.transform(line.get_xydata())
        path = np.concatenate([np.linspace(*pair, 20) for pair in pairwise(ends) if np.isfinite(pair).all()])
        for text in axes.texts:
            # the letters of a line fill about half of its height
            box = text.get_window_extent()
            box = box.padded(0, -box.height / 5)
            assert not box.count_contains(path), text.get_text()


def test_no_name_lies_on_a_curve(named):
    _, figure = named
    if any(curve.label for curve in figure.curves):
        free_of_curves(figure)


@pytest.mark.parametrize("lines", [0, 2, 7])
def test_no_name_lies_on_a_flat_curve(lines):
    free_of_curves(FLAT._replace(said=("some text",) * lines))


@pytest.mark.parametrize("panels", [1, 2])
def test_what_is_said_is_whole_and_said_once(panels):
    figure = FLAT._replace(said=("a long line, " * 12 + "it ends", "short"))
    page = drawn(*[figure] * panels)
    written = " ".join(text.get_text().strip() for text in reversed(page.texts))
    assert written.count("a long line,") == 12
    assert written.count("it ends") == written.count("short") == 1
    assert max(text.get_window_extent().x1 for text in page.texts) < page.bbox.x1
