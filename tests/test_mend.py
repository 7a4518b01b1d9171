"""Rows answered by the formula alone, in as many bits as it needs."""

import numpy as np
import pytest

from losscli import mend, parse


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
