"""Words for pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.plot.text import cut, plain, printed, typographic


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("mse   L(e) = e^2", 16, "mse   L(e) = e^2"),
        ("huber   L(e) = e^2 / 2 if |e| <= d, d (|e| - d / 2) otherwise", 50, "huber   L(e) = e^2 / 2 if |e| <= d, ..."),
        ("bce   L(p, y) = -y ln p - (1 - y) ln(1 - p)", 32, "bce   L(p, y) = -y ln p - ..."),
        ("bce   L(p, y) = -y ln p - (1 - y) ln(1 - p)", 20, "bce"),
        ("one two three", 11, "one two ..."),
        ("indivisible", 8, "indiv..."),
    ],
)  # fmt: skip
def test_cut(text, width, shown):
    assert cut(text, width) == shown


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_fits_and_a_short_one_is_whole(text, width):
    assert len(cut(text, width)) <= width
    assert cut(text, len(text)) == text


@given(st.text())
def test_plain_text_is_one_line_of_ascii(text):
    assert plain(text).isascii()
    assert plain(text) == plain(plain(text))
    assert not plain(text) or plain(text).isprintable()


def test_typographic():
    assert typographic("log-cosh   L(e) = -e^2 - 1e-6 if e <= -1") == "log-cosh   L(e) = −e² − 1e-6 if e ≤ −1"


def test_printed():
    assert (
        printed("gamma-nll   L(e) = delta (|e| - delta / 2)\n, delta=0.5")
        == "gamma-nll   L(e) = δ (|e| − δ / 2) , delta=0.5"
    )
