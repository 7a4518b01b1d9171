"""What other libraries said (`recording` asked them): the same as ours, or different as we say it is."""

import json
from pathlib import Path

import numpy as np
import pytest

from losscli import parse
from losscli.spec import claims, key
from tests.elsewhere.about import About
from tests.elsewhere.differences import DIFFERENT

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text())
ORDERS = ("value", "mean", "gradient", "hessian", "step")
WITHIN = {"keras": 2e-7, "xgboost": 2e-6, "lightgbm": 2e-6, "catboost": 1e-6, "scipy": 1e-12,
          "statsmodels": 1e-12, "lifelines": 1e-9, "torchsurv": 2e-6, "segmentation_models_pytorch": 1e-6}  # fmt: skip
"""How exactly each library computes: keras takes means in float32, boosting keeps scores in it."""
USUAL = 1e-13
ZERO = 1e-15
"""What is left where a library subtracts equal numbers of size 1."""


def arrays(each):
    """The inputs of a case; labels of lists are an array a list."""
    form = parse(each["loss"]).form(len(each["inputs"]))
    return [
        [np.array(x) for x in given]
        if entry.kind == "labels" and entry.whole
        else np.array(given, dtype=float)
        for entry, given in zip(form, each["inputs"], strict=True)
    ]


def ours(each, order):
    """Our answer, one array an input; for boosting the step, minus gradient over second derivative."""
    loss, inputs = parse(each["loss"]), arrays(each)
    lists = {"lists": each["lists"]} if "lists" in each else {}
    if order == "step":
        curvature = loss.hessian(*inputs, **lists)
        return (
            -loss.gradient(*inputs, **lists)
            / (np.einsum("nkk->nk", curvature) if loss.matrix else curvature),
        )
    if order == "mean":
        counts = loss.counts(*inputs)
        return (loss.value(*inputs).sum() / (len(inputs[1]) if counts is None else counts.sum()),)
    found = getattr(loss, order)(*inputs, **lists)
    return found if isinstance(found, tuple) else (found,)


def name_of(place):
    """The name without what this case set: `catboost.Quantile` of `catboost.Quantile:alpha=0.2`."""
    return place.partition(":")[0] if place.startswith("catboost.") else place


def claim_of(each):
    """The claim of the case's loss to the name under which it was asked."""
    wanted = parse(each["loss"]).name
    found = claims().get(key(name_of(each["place"])), ())
    return next((claim for claim in found if claim.loss == wanted), None)


CASES = [
    pytest.param(each, order, id=f"{each['place']}-{order}-{each['loss']}-{each.get('edge', '')}")
    for each in RECORDED["cases"]
    for order in ORDERS
    if order in each
]


@pytest.mark.parametrize(("each", "order"), CASES)
def test_agreement_and_documented_difference(each, order):
    place, within = each["place"], WITHIN.get(each["place"].split(".")[0], USUAL)
    with np.errstate(divide="ignore", invalid="ignore"):
        mine = ours(each, order)
        several = len(mine) > 1 and np.ndim(each[order][0]) > 0
        theirs = [np.array(x) for x in (each[order] if several else [each[order]])]
        mine = mine[: len(theirs)]
        change = DIFFERENT.get((place, each.get("edge", "")), {}).get(order)
        if change is None:
            for a, b in zip(theirs, mine, strict=True):
                np.testing.assert_allclose(a, b, rtol=within, atol=ZERO if order == "gradient" else 0)
            return
        claim = claim_of(each)
        assert claim, f"{each['loss']} does not say that {place} is its name"
        assert claim.note, f"explain {each['loss']} does not say what {place} does otherwise"
        equal = all(
            np.allclose(a, b, rtol=within, atol=0, equal_nan=True) for a, b in zip(theirs, mine, strict=True)
        )
        assert not equal, "there is no difference to document"
        if isinstance(change, About):
            within, change = change
        expected = change(mine if several else mine[0], *arrays(each))
        expected = expected if several else (expected,)
        for a, b in zip(theirs, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=within, atol=ZERO if order == "gradient" else 0)


@pytest.mark.parametrize("each", RECORDED["cases"], ids=lambda each: each["place"])
def test_places_are_names(each):
    claim = claim_of(each)
    assert claim, f"{each['loss']} does not say that {each['place']} is its name"
    if claim.guard and each.get("edge") == "impossible":
        assert parse(claim.guard) == parse(each["loss"])


def test_differences_are_recorded():
    asked = {(each["place"], each.get("edge", "")) for each in RECORDED["cases"]}
    assert not DIFFERENT.keys() - asked
