"""Rows answered by the formula alone, in as many bits as it needs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from losscli import mend, parse
from losscli.losses import catalogue
from tests.laws import cases


@pytest.mark.parametrize(
    ("p", "y", "cost"), [(1e-200, 0, 1e-200), (3e-320, 0, 3e-320), (1e-300, 1, 690.7755278982137)]
)
def test_small_numbers_count_beside_the_constants_of_a_formula(p, y, cost):
    """-ln(1 - p) is p, and not 0."""
    loss = parse("binary-cross-entropy")
    assert mend.exactly(loss, 0, loss.forms[0], [np.asarray(p), np.asarray(float(y))])[0] == cost


def test_a_slope_that_is_infinite_elsewhere_does_not_stop_the_exact_one():
    """A weight below 1 may make what is infinite in doubles finite; that of p = 0 has an infinite slope."""
    p, y = [[1e-300, 0.0, 1.0]], [[0.25, 0.5, 0.25]]
    loss = parse("categorical-focal")
    assert np.diagonal(loss.hessian(p, y)[0]).tolist() == [np.inf, np.inf, 0.0]
    assert loss.gradient([[5e-324, 0.0, 1.0]], y).tolist() == [[-np.inf, -np.inf, 0.0]]


def exact_answers():
    """Of rows of each loss, in all bits, worked out by the formula alone."""
    for loss in (kind() for kind in catalogue().values() if not kind.listed):
        for row in cases.rows(loss, 0, 2, seed=3):
            inputs = [np.asarray(x) for x in row]
            found = [x for order in (0, 1) for x in mend.exactly(loss, order, loss.forms[0], inputs)]
            yield " ".join([str(loss), *(x.tobytes().hex() for x in found)])


def test_exact_rows_are_the_same_with_the_integers_of_python():
    """With those of GMP the tests wait less for mpmath; losscli does not ask for it."""
    script = "from tests import test_mend; print(*test_mend.exact_answers(), sep='\\n')"
    plain = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[1],
        env={**os.environ, "MPMATH_NOGMPY": "1"}, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert len(plain) > 150
    assert plain == list(exact_answers())
