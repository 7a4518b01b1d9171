"""`losscli list`: the losses, by family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from typer import Argument

from losscli.cli import options as o

EXAMPLES = """
  losscli list
  losscli list robust
  losscli list --json | jq -r '.losses[].name'
"""
FAMILIES = (
    "regression", "robust regression", "quantile regression", "probabilistic forecasts", "counts",
    "binary classification", "margin classification", "multi-class classification", "multi-label classification",
    "distributions", "similarity", "ranking", "segmentation", "boxes", "survival", "sequence",
)  # fmt: skip


def list_(
    word: Annotated[str, Argument(metavar="[WORD]", help="only what mentions this word")] = "",
    *,
    shape: o.Print,
) -> None:
    """The losses, by family.

    With WORD, those that mention it in name, family, meaning or use.
    """
    from losscli.cli.describe import envelope
    from losscli.cli.output import Output
    from losscli.errors import NoResult
    from losscli.report.table import Table

    to = Output(shape)
    entries = [entry for entry in catalogue() if word.lower() in " ".join(map(str, entry.values())).lower()]
    if not entries:
        raise NoResult(f"no loss mentions '{word}'", fix=["losscli list"], code="no-match")
    if to.kind == "table" and not to.manner.fields:
        below = ["formula, picture, pitfalls: losscli explain NAME"]
        to.write(Table(("name", "what it does"), list(grouped(entries)), footer=below))
        return
    columns = ("name", "family", "parameters", "of", "summary")
    rows = [[entry[column] for column in columns] for entry in entries]
    to.write(Table(columns, rows), {**envelope("list"), "losses": entries}, "losses")


def grouped(entries: Sequence[dict[str, Any]]) -> Iterator[tuple[str | None, ...]]:
    """Yield the rows of the table, each family under its name."""
    family = ""
    for entry in entries:
        if entry["family"] != family:
            if family:
                yield None, None
            family = entry["family"]
            yield family.upper(), None
        settings = f" ({entry['main'].replace(' ', ', ')})" if entry["main"] else ""
        yield entry["name"], entry["summary"].partition(":")[0].rstrip(".") + settings


def catalogue() -> Iterator[dict[str, Any]]:
    """Yield what is known of every loss, family by family."""
    from losscli.spec import catalogue as known
    from losscli.spec import elsewhere, summary

    losses = sorted(
        known().values(), key=lambda loss: not loss.__module__.endswith((".residual", ".multiclass"))
    )
    for loss in sorted(losses, key=lambda loss: FAMILIES.index(loss.family)):
        own = {name: f"{name}={each.spell(each.default)}" for name, each in loss.parameters.items()}
        yield {
            "name": loss.name,
            "family": loss.family,
            "parameters": " ".join(own.values()) or "-",
            "main": " ".join(own[name] for name, each in loss.parameters.items() if not each.quiet),
            "of": loss.symbols,
            "summary": summary(loss),
            "use": loss.use,
            "best": loss().traits().best,
            "also": [claim.name for claim in elsewhere(loss)],
        }
