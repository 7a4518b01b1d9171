"""Samples that a large array puts off, to be computed with those of other blocks, get the answers they get alone."""

import numpy as np
import pytest

from losscli import blocks
from losscli.losses import catalogue
from losscli.numerics.arithmetic import with_care
from tests.laws import cases

COUNT = 300
EVERY = 50
LIMIT = 8  # units in the last place: of other samples beside it, one may go another way


def answers(loss, order, rows):
    """The answers of some rows, one array an input in which derivatives are taken: (rows, ...)."""
    found = getattr(loss, order)(*cases.columns(loss, rows), **cases.lists(loss, rows))
    return [x.reshape(len(rows), -1) for x in (found if isinstance(found, tuple) else (found,))]


def alike(loss, at):
    """Some rows of one shape."""
    rows = cases.rows(loss, at, 12, seed=1)
    shapes = [[np.shape(x) for x in row] for row in rows]
    most = max(shapes, key=shapes.count)
    return [row for row, shape in zip(rows, shapes, strict=True) if shape == most]


@pytest.mark.parametrize("order", ["value", "gradient"])
@pytest.mark.parametrize("loss", [kind() for kind in catalogue().values()], ids=str)
def test_put_off(loss, order, monkeypatch):
    for name in ("BLOCK", "LONG"):
        monkeypatch.setattr(blocks, name, 1)  # blocks are as short as can be
    for at in range(len(loss.forms)):
        rows = alike(loss, at)
        alone = [answers(loss, order, [row]) for row in rows]
        many = [k // EVERY % len(rows) if k % EVERY == 0 else len(rows) - 1 for k in range(COUNT)]
        found = answers(loss, order, [rows[k] for k in many])
        for part, each in enumerate(found):
            truth = np.concatenate([alone[k][part] for k in many])
            with np.errstate(all="ignore"):
                near = abs(each - truth) <= LIMIT * np.spacing(abs(truth))
            wrong = ~(near | (each == truth) | np.isnan(each) & np.isnan(truth))
            assert not wrong.any(), rows[many[int(np.argwhere(wrong)[0][0])]]


def test_few_samples_are_put_off_and_many_are_not():
    x = np.zeros(4 * blocks.BLOCK)
    x[[3, 9000]] = 1.0
    seen = []

    def kernel(x):
        if not blocks.put_off(x == 1):
            seen.append(len(x))
        return blocks.settled([np.where(x == 2, np.nan, x)])

    (found,) = blocks.evaluate(kernel, [x], [x.shape])
    np.testing.assert_array_equal(found, x)
    assert seen == [2]
    blocks.evaluate(kernel, [np.ones_like(x)], [x.shape])
    assert seen == [2] + 4 * [blocks.BLOCK]


def test_few_of_many_doubtful_samples_are_put_off_too():
    x = np.arange(4.0 * blocks.BLOCK)
    seen = []

    def careful(x):
        seen.append(len(x))
        return x + 1

    def closer(x):
        return with_care(x % 1000 == 0, x.copy(), careful, x)

    (found,) = blocks.evaluate(lambda x: [with_care(x % 2 == 0, x.copy(), closer, x)], [x], [x.shape])
    np.testing.assert_array_equal(found, x + (x % 1000 == 0))
    assert seen == [np.count_nonzero(x % 1000 == 0)]
