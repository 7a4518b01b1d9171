"""What is claimed of all rows, and not of the picture's alone, holds for rows that no picture shows."""

from math import inf

import numpy as np
import pytest

from losscli.losses import catalogue
from tests.laws.cases import columns, lists, rows
from tests.laws.law import shape

BOUNDED = [loss for kind in catalogue().values() if (loss := kind()).traits().lipschitz < inf]


def steepest(loss):
    """The greatest derivative in any number, or in any vector as a whole, of some rows; weights of classes are shares."""
    drawn = [row for row in rows(loss, 0, 60) if all(map(share, loss.forms[0], row))]
    for kind in {shape(row) for row in drawn}:
        alike = [row for row in drawn if shape(row) == kind]
        found = loss.gradient(*columns(loss, alike), **lists(loss, alike))
        for x in found if isinstance(found, tuple) else (found,):
            yield np.hypot.reduce(x, axis=-1).max() if x.ndim > 1 else np.abs(x).max()


def share(entry, x):
    """Whether a target that weighs classes, by itself or as a logarithm, is no more than shares of a row."""
    if entry.wrt or np.ndim(x) == 0 or entry.kind not in ("class", "vector"):
        return True
    return (sum(x) if entry.kind == "class" else np.exp(x).sum()) <= 1


@pytest.mark.parametrize("loss", BOUNDED, ids=str)
def test_no_slope_is_steeper_unless_the_bound_is_of_the_picture(loss):
    traits = loss.traits()
    if traits.convex_in:
        return  # it bounds the slope in that
    assert (max(steepest(loss)) <= traits.lipschitz * (1 + 1e-9)) != traits.pictured
