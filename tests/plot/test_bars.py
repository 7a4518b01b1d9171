"""Histograms of losses: every row is in one bin, edges are round, and nothing is wider than it may be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.plot.bars import draw
from losscli.plot.bins import histogram
from losscli.plot.style import STYLES

RNG = np.random.default_rng(0)
SAMPLES = {
    "square": RNG.normal(size=5000) ** 2,
    "absolute": abs(RNG.normal(size=500)),
    "hinge": np.maximum(0, -2 * RNG.normal(size=999)),
    "step": RNG.integers(0, 2, 100).astype(float),
    "infinite": np.where(RNG.random(100) < 0.1, np.inf, RNG.random(100)),
    "signed": RNG.normal(size=2000),
    "one": np.full(7, 0.25),
    "wide": np.exp(30 * RNG.normal(size=3000)),
    "tails": RNG.standard_cauchy(4000),
}


def made(numbers, most=14):
    values, rows = np.unique(numbers, return_counts=True)
    with np.errstate(all="ignore"):
        marks = [
            ("median", float(np.median(numbers))),
            ("mean", float(np.mean(numbers))),
            ("max", float(values[-1])),
        ]
    return histogram("mse   preds.csv: some rows", values, rows.astype(float), marks, most)


@pytest.mark.parametrize("name", SAMPLES)
def test_picture(golden, name):
    golden(f"hist-{name}", draw(made(SAMPLES[name])))


@pytest.mark.parametrize("style", ["braille", "block"])
def test_other_styles_are_finer(style):
    line = draw(made(SAMPLES["absolute"]), style=STYLES[style]).splitlines()[3]
    assert line.split() == ["0", "to", "0.25", "99", "│███████████████████████████▌", "3%"]


@given(
    st.lists(st.floats(-1e9, 1e9) | st.sampled_from([0.0, math.inf, 1e-300]), min_size=1), st.integers(4, 30)
)
def test_every_row_is_in_one_bin(numbers, most):
    found = made(numbers, most)
    assert sum(each.rows for each in found.bins) == len(numbers)
    assert len(found.bins) <= most
    ends = [end for each in found.bins for end in (each.low, each.high)]
    assert ends == sorted(ends)
    for number in numbers:
        each = found.bins[found.at(number)]
        assert each.low <= number
        assert number < each.high or each.single


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [30, 41, 60, 100])
def test_laws_of_its_lines(name, width):
    picture = made(SAMPLES[name])
    for style in STYLES.values():
        lines = draw(picture, width, style).splitlines()
        assert max(map(len, lines)) <= width
        assert lines == [line.rstrip() for line in lines]
    text = draw(picture, width)
    assert text.isascii()
    assert "median" in text


@pytest.mark.parametrize("name", ["square", "absolute", "hinge", "step", "one", "wide"])
def test_shares_are_of_the_sum(name):
    shares = [each.share for each in made(SAMPLES[name]).bins]
    assert sum(shares) == pytest.approx(1)


def test_edges_in_the_middle_are_round():
    for name in ("square", "absolute", "tails"):
        for each in made(SAMPLES[name]).bins[1:-1]:
            assert float(f"{each.low:.3g}") == each.low


def test_a_bar_is_seen_however_short():
    numbers = np.concatenate([np.full(100_000, 0.5), np.linspace(1, 9, 12)])
    for style in STYLES.values():
        rows = [line for line in draw(made(numbers), style=style).splitlines() if "  1  " in line]
        assert rows
        assert all(any(glyph in line for glyph in "#▏") for line in rows)
