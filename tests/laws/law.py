"""Putting rows through a loss, and the result beside the exact answers."""

from __future__ import annotations

import numpy as np

from tests.laws import oracle
from tests.laws.cases import columns, lists

ORDERS = ("value", "gradient", "hessian")


def got(loss, rows, order):
    """What the loss says of rows of one width: one flat list of numbers a row."""
    found = getattr(loss, ORDERS[order])(*columns(loss, rows), **lists(loss, rows))
    found = found if isinstance(found, tuple) else (found,)
    return np.concatenate([x.reshape(len(rows), -1) for x in found], axis=1)


def shape(row):
    return tuple(np.shape(x) for x in row)


def errors(loss, at, rows, order):
    """How many ulps each row is off, with the row."""
    for kind in dict.fromkeys(map(shape, rows)):
        alike = [row for row in rows if shape(row) == kind]
        if order == 2:  # at a kink there is no second derivative
            kinks = loss.kinked(*columns(loss, alike), **lists(loss, alike))
            alike = [row for row, kink in zip(alike, np.ravel(kinks), strict=True) if not kink]
        if not alike:
            continue
        for row, numbers in zip(alike, got(loss, alike, order), strict=True):
            exact = oracle.answers(loss, at, row, order)
            worst = 0.0
            for number, truth in zip(numbers, exact, strict=True):
                options = truth if isinstance(truth, tuple) else () if truth is None else (truth,)
                worst = max(worst, min((oracle.ulps(float(number), each) for each in options), default=0.0))
            yield worst, row, numbers.tolist(), exact
