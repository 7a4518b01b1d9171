"""What other libraries said (`record.py` asked them): the same as ours, or different as we say it is."""

import json
from math import exp
from pathlib import Path

import numpy as np
import pytest

from losscli import parse
from losscli.spec import claims, key

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text())
ORDERS = ("value", "gradient", "hessian", "step")
WITHIN = {"keras": 1e-7, "xgboost": 2e-6, "lightgbm": 2e-6, "catboost": 1e-6}
"""How exactly each library computes: keras takes means in float32, boosting keeps scores in it."""
USUAL = 1e-13
HALF_SLOPE = {"gradient": lambda ours, y: -y / 2}
ONE = {"hessian": lambda ours, y: np.ones_like(ours)}
DIFFERENT = {
    ("torch.nn.functional.binary_cross_entropy", "impossible"): {
        "value": lambda ours, y: np.full(2, 100.0),
        "gradient": lambda ours, y: np.array([-1, 1]) / np.float32(1e-12),
    },
    ("torch.nn.functional.poisson_nll_loss(log_input=False)", ""): {
        "value": lambda ours, y: ours - y * 1e-8 / np.array([0.5, 2, 0.1, 3, 7.5]),
        "gradient": lambda ours, y: ours + y * 1e-8 / np.array([0.5, 2, 0.1, 3, 7.5]) ** 2,
    },
    ("keras.losses.poisson", ""): {
        "value": lambda ours, y: ours - y * 1e-7 / np.array([0.5, 2, 0.1, 3, 7.5]),
        "gradient": lambda ours, y: ours + y * 1e-7 / np.array([0.5, 2, 0.1, 3, 7.5]) ** 2,
    },
    ("keras.losses.sparse_categorical_crossentropy", ""): {"gradient": lambda ours, y: ours + 1},
    ("keras.losses.hinge", "kink"): HALF_SLOPE,
    ("keras.losses.mean_absolute_error", "kink"): {"gradient": lambda ours, y: ours - 1},
    ("optax.hinge_loss", "kink"): HALF_SLOPE,
    ("optax.softmax_cross_entropy_with_integer_labels", "easy"): {
        "value": lambda ours, y: 0 * ours, "gradient": lambda ours, y: np.array([[0, ours[0, 1]]]),
    },
    ("sklearn._loss.AbsoluteError", ""): ONE,
    ("sklearn._loss.PinballLoss", ""): ONE,
    ("lightgbm.poisson", ""): {"step": lambda ours, y: ours * exp(-0.7)},
    ("xgboost.count:poisson", ""): {"step": lambda ours, y: ours * exp(-0.7)},
    ("lightgbm.huber", ""): {"step": lambda ours, y: np.clip(y - np.array([-2.5, -0.4, 0.05, 0.3]), -0.9, 0.9)},
    ("catboost.MAE", ""): {"value": lambda ours, y: ours - 1e-6},
    ("catboost.Quantile:alpha=0.2", ""): {
        "value": lambda ours, y: ours - 1e-6 * np.where(y > np.array([-2.5, -0.4, 0.05, 0.3, 1.0, 4.5, 2.0]), 0.2, 0.8),
    },
    ("catboost.LogCosh", ""): {"value": "right to four digits"},
    ("catboost.SMAPE", ""): {"value": lambda ours, y: 100 * ours},
}  # fmt: skip
"""What libraries make of our numbers, where it is something else: each has a note in `explain`."""


def occasion(each):
    """What kind of rows a case has: those at which many libraries differ have a name."""
    first = each["inputs"][0]
    return {"[0.0, 1.0]": "impossible", "[1.0, -1.0]": "kink", "[[40.0, 0.0]]": "easy"}.get(str(first), "")


def ours(each, order):
    """Our answer; for boosting the step, minus gradient over second derivative."""
    loss, inputs = parse(each["loss"]), [np.array(x, dtype=float) for x in each["inputs"]]
    if order == "step":
        return -loss.gradient(*inputs) / loss.hessian(*inputs)
    found = getattr(loss, order)(*inputs)
    return found[0] if isinstance(found, tuple) else found


CASES = [
    pytest.param(each, order, id=f"{each['place']}-{order}-{each['loss']}-{occasion(each)}")
    for each in RECORDED["cases"]
    for order in ORDERS
    if order in each
]


@pytest.mark.parametrize(("each", "order"), CASES)
def test_agreement_and_documented_difference(each, order):
    place, theirs = each["place"], np.array(each[order])
    within = WITHIN.get(place.split(".")[0], USUAL)
    with np.errstate(divide="ignore"):
        mine = ours(each, order)
    change = DIFFERENT.get((place, occasion(each)), {}).get(order)
    if change is None:
        np.testing.assert_allclose(theirs, mine, rtol=within, atol=0)
        return
    claim = claim_of(each)
    assert claim.note, f"explain {each['loss']} does not say what {place} does otherwise"
    assert not np.allclose(theirs, mine, rtol=within, atol=0), "there is no difference to document"
    if isinstance(change, str):
        assert change in claim.note
        np.testing.assert_allclose(theirs, mine, rtol=5e-3)
        return
    np.testing.assert_allclose(
        theirs, change(mine, np.array(each["inputs"][-1])), rtol=max(within, 2e-14), atol=0
    )


def claim_of(each):
    """The claim of the case's loss to the name under which it was asked."""
    wanted = parse(each["loss"]).name
    return next(claim for claim in claims()[key(name_of(each["place"]))] if claim.loss == wanted)


def name_of(place):
    """The name without what this case set: `catboost.Quantile` of `catboost.Quantile:alpha=0.2`."""
    return place.partition(":")[0] if place.startswith("catboost.") else place


@pytest.mark.parametrize("each", RECORDED["cases"], ids=lambda each: each["place"])
def test_places_are_names(each):
    claim = claim_of(each)
    if claim.guard and occasion(each):
        assert parse(claim.guard) == parse(each["loss"])
