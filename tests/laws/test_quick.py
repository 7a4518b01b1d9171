"""Quick kernels find what the usual ones do, or say that they do not: at any magnitude, beside one another."""

import numpy as np
import pytest

from losscli.loss import Loss
from losscli.losses import catalogue

LIMIT = 6  # units in the last place: either is within 4 of the truth, and hardly both at opposite ends
SPECIAL = [
    0.0,
    0.1,
    0.5,
    1.0,
    2.0,
    3.0,
    1e-300,
    5e-324,
    1e-160,
    1e16,
    350.0,
    700.0,
    745.0,
    1e154,
    1e300,
    1.7e308,
    np.inf,
]


LOSSES = [loss for loss in (kind() for kind in catalogue().values()) if loss.swiftly(0)]


def column(rng, domain, count):
    if members := getattr(domain, "members", None):
        return rng.choice([*members, np.nan], count, p=[0.495, 0.495, 0.01])
    wide = rng.normal(size=count) * 10.0 ** rng.uniform(-300, 300, count)
    usual = rng.normal(size=count) * 10.0 ** rng.uniform(-3, 2, count)
    special = rng.choice([*SPECIAL, *np.negative(SPECIAL), np.nan], count)
    x = np.choose(rng.choice(3, count, p=[0.05, 0.9, 0.05]), [wide, usual, special])
    return np.where(domain.outside(x), np.nan, x)


@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_quick_kernels_find_what_the_usual_ones_do(loss, order, monkeypatch):
    rng = np.random.default_rng(1)
    rows = [column(rng, each.domain, 2000) for each in loss.form(2)]
    if loss.name == "mape":
        rows[1] = np.where(rows[1] == 0, 1.0, rows[1])
    found = getattr(loss, order)(*rows)
    monkeypatch.setattr(type(loss), "swiftly", Loss.swiftly)
    truth = getattr(loss, order)(*rows)
    with np.errstate(all="ignore"):
        near = abs(found - truth) <= LIMIT * np.spacing(abs(truth))
    wrong = np.flatnonzero(~(near | (found == truth) | np.isnan(found) & np.isnan(truth)))
    assert not wrong.size, ([x[wrong[0]] for x in rows], found[wrong[0]], truth[wrong[0]])
