"""What is known of a loss, for programs: `losscli explain LOSS --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.cli.describe import envelope, params
from losscli.spec import elsewhere, summary

if TYPE_CHECKING:
    from losscli.loss import Loss


def facts(loss: Loss) -> dict[str, Any]:
    """Return what is known of a loss, for programs."""
    traits = loss.traits()
    return {
        **envelope("explain"),
        "loss": str(loss),
        "name": loss.name,
        "family": loss.family,
        "summary": summary(type(loss)),
        "inputs": [[{"name": each.name, "kind": each.kind, "domain": str(each.domain)} for each in form]
                   for form in loss.forms],
        "params": {
            name: {"value": value, "default": bool(each.default) if each.flag else each.default,
                   "domain": each.said, "help": each.help}
            for (name, value), each in zip(params(loss).items(), loss.parameters.values(), strict=True)
        },
        "formula": loss.formula,
        "gradient": loss.slope_formula,
        "where": [{"name": name, "formula": text} for name, text in loss.where(loss.forms[0])],
        "convex": traits.convex, "convex_in": traits.convex_in, "symmetric": traits.symmetric,
        "lipschitz": traits.lipschitz, "smoothness": traits.smoothness, "pictured": traits.pictured,
        "kinks": list(traits.kinks), "best": traits.best,
        "proper": traits.proper, "calibrated": traits.calibrated,
        "use": loss.use, "pitfalls": list(loss.pitfalls), "also": [claim.name for claim in elsewhere(type(loss))],
        "elsewhere": [
            {"name": claim.name, "spec": claim.spec, "same": not (claim.note or claim.guard), "differs": claim.note,
             "reproduced_by": claim.guard or (claim.spec if not claim.note else "")}
            for claim in elsewhere(type(loss)) if "." in claim.name
        ],
        "see": list(loss.related),
        "source": loss.source,
    }  # fmt: skip
