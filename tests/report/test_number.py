"""Numbers as text lose nothing for machines, and say enough for people."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.report.number import exact, json_number, plain, short


@given(st.floats(allow_nan=False))
def test_exact_reads_back(x):
    assert float(exact(x)) == x
    assert len(exact(x)) <= len(repr(x))


@given(st.floats())
def test_json_reads_back(x):
    read = json.loads(json_number(x))
    assert float(read) == x or (math.isnan(x) and read == "NaN")


@pytest.mark.parametrize(
    ("x", "text"),
    [(25.0, "25"), (-0.0, "0"), (0.1, "0.1"), (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan")],
)
def test_exact(x, text):
    assert exact(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (2.73, "2.730"), (25.872183, "25.87"), (4398.2, "4398"), (123456.7, "123457"), (0.026279, "0.02628"),
        (9.9999, "10.00"), (0.99999, "1.000"), (1.5e-7, "1.500e-07"), (4.2e12, "4.200e+12"), (0.0, "0"),
        (-3.14159, "-3.142"), (math.inf, "inf"), (math.nan, "nan"),
    ],
)  # fmt: skip
def test_short(x, text):
    assert short(x) == text


@pytest.mark.parametrize(("x", "text"), [(7.0, "7"), (-0.5, "-0.5"), (198.84271, "198.843"), (-0.0, "0")])
def test_plain(x, text):
    assert plain(x) == text
