"""Which way rows of two tables are paired by their ids: in memory, or by an engine."""

from __future__ import annotations

from losscli.data.batch import Options
from losscli.data.ids import ById
from losscli.data.join import Join, Pairing
from losscli.data.part import Part
from losscli.data.table import Table


def by_id(main: Table, part: Part, on: str, join: Join, options: Options) -> Pairing:
    """Return what pairs rows by their ids: an engine if there may be many."""
    if options.engine == "large" or (options.engine == "auto" and (main.large or part.table.large)):
        from losscli.data.spilled import Spilled

        return Spilled(main, part, on, join, options)
    return ById(main, part, on, join)
