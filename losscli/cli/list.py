"""`losscli list`: the losses, by family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from typer import Argument

from losscli.cli import options as o
from losscli.cli.reading import choose

EXAMPLES = """
  losscli list
  losscli list robust
  losscli list --json | jq -r '.losses[].name'
"""


def list_(
    word: Annotated[str, Argument(metavar="[WORD]", help="only what mentions this word")] = "",
    format: o.Format = "",
    json: o.Json = False,
    csv: o.Csv = False,
    tsv: o.Tsv = False,
    color: o.Color = "auto",
    width: o.Width = 0,
) -> None:
    """The losses, by family; with WORD, those that mention it in name, family, meaning or use."""
    from losscli.cli import output
    from losscli.errors import NoResult
    from losscli.report.machine import write_delimited, write_json
    from losscli.report.table import Table
    from losscli.report.terminal import write_table

    kind = output.form(format, json, csv, tsv, bare=False)
    choose("color", color)
    entries = [entry for entry in catalogue() if word.lower() in " ".join(map(str, entry.values())).lower()]
    if not entries:
        raise NoResult(f"no loss mentions '{word}'", fix=["losscli list"])
    columns = ("name", "family", "parameters", "of", "what it does")
    rows = [
        tuple(entry[key] for key in ("name", "family", "parameters", "of", "summary")) for entry in entries
    ]
    with output.spool() as out:
        if kind == "json":
            write_json({"schema": "losscli.list/1", "losses": entries}, out)
        elif kind == "table":
            shown = [(*row[:4], row[4].split(":")[0].rstrip(".")) for row in rows]
            table = Table(columns, shown, footer=["losscli explain NAME   formula, picture, pitfalls"])
            write_table(table, out, color=color, width=width)
        else:
            write_delimited(Table((*columns[:-1], "summary"), rows), out, "csv" if kind == "csv" else "tsv")


def catalogue() -> Iterator[dict[str, Any]]:
    """Yield what is known of every loss, family by family."""
    from losscli.parameter import spell
    from losscli.spec import Loss, summary

    order = {"regression": 0, "binary classification": 1, "multi-class classification": 2, "similarity": 3}
    for loss in sorted(Loss.catalogue.values(), key=lambda loss: order.get(loss.family, 9)):
        yield {
            "name": loss.name,
            "family": loss.family,
            "parameters": " ".join(f"{name}={spell(each.default)}" for name, each in loss.parameters.items())
            or "-",
            "of": loss.symbols,
            "summary": summary(loss),
            "also": [entry.partition(" = ")[0] for entry in loss.also],
        }
