"""Tables of many rows, which are written as they come: whole for machines, their two ends for a person."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from losscli.cli import messages
from losscli.cli.describe import SHOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from losscli.cli.output import Output
    from losscli.report.lines import Column
    from losscli.report.table import Table

Blocks = Iterable[Sequence["Column"]]


def write_long(
    names: Sequence[str],
    blocks: Blocks,
    to: Output,
    heading: Callable[[], str],
    footer: Callable[[], Sequence[str]] = tuple,
    own: Collection[int] = (),
    *,
    every: bool = False,
) -> None:
    """Write a table of many rows, some of them at a time.

    The columns `own` are numbers of the user's own. A person sees the two ends, or `every` row. Heading and footer
    are asked for once the rows are known.
    """
    from losscli.report import bulk
    from losscli.report.lines import JSON, TEXT, table_lines
    from losscli.report.machine import write_delimited
    from losscli.report.records import record_lines
    from losscli.report.table import Table, select

    rest = iter(blocks)
    head = next(rest, None)  # a reading that has begun closes its file, whatever happens next
    places = select(names, to.manner.fields)
    names = [names[at] for at in places]
    own = [at for at, place in enumerate(places) if place in own]
    rows = 0

    def some() -> Iterator[Sequence[Column]]:
        nonlocal rows
        for block in chain([] if head is None else [head], rest):
            rows += len(block[0])
            yield [block[at] for at in places]

    if to.kind == "parquet":
        to.write_parquet(names, some())
        return
    with to.file(lambda: rows) as out:
        if to.person:
            from losscli.report.formats import write

            most = SHOWN if to.kind == "table" and not every else None
            shown = ends(some(), own, len(names), most)
            table = Table(names, shown, heading(), footer())
            if messages.manner.ascii:
                from losscli.cli.ascii import spelled_table

                table = spelled_table(table)
            write(table, None, out, to.manner._replace(fields=()))
        elif to.kind == "jsonl":
            lines = JSON._replace(between="")
            bulk.write(out, (record_lines(names, columns) for columns in some()), lines)
        else:
            if to.kind != "bare" and to.manner.headers:
                write_delimited(Table(names, ()), out, "csv" if to.kind == "csv" else "tsv")
            bulk.write(out, (table_lines(columns, to.kind) for columns in some()), TEXT)


def as_column(values: Sequence[Any] | NDArray[Any]) -> Column:
    """Return numbers or texts as a column of a long table."""
    import numpy as np

    if isinstance(values, np.ndarray):
        return values
    if all(isinstance(each, str) for each in values):
        return values
    if all(isinstance(each, int) for each in values):
        return np.array(values, dtype=np.int64)
    if all(isinstance(each, float) for each in values):
        return np.array(values, dtype=np.float64)
    return list(map(str, values))


def blocks_of(table: Table) -> Iterator[Sequence[Column]]:
    """Yield a short table as a long one is yielded: column by column."""
    rows = list(table.rows)
    yield [as_column([row[at] for row in rows]) for at in range(len(table.columns))]


def ends(blocks: Blocks, own: Collection[int], columns: int, most: int | None) -> list[Sequence[Any]]:
    """Return the first and the last `most` rows, and a line between them; None: all rows."""
    from losscli.report.table import Gap

    first: list[Sequence[Any]] = []
    last: deque[Sequence[Any]] = deque(maxlen=most)
    count = 0
    for block in blocks:
        size = len(block[0])
        lead = size if most is None else min(most - len(first), size)
        first += _cells(block, own, 0, lead)
        last.extend(_cells(block, own, max(lead, size - (most or 0)), size))
        count += size
    hidden = count - len(first) - len(last)
    if not hidden:
        return [*first, *last]
    gap = Gap(f"... {hidden} more row{'s' * (hidden != 1)} (pipe, or --all)")
    return [*first, [gap, *[None] * (columns - 1)], *last]


def _cells(block: Sequence[Column], own: Collection[int], start: int, stop: int) -> list[Sequence[Any]]:
    """Return some rows of a block."""
    import numpy as np

    from losscli.report.table import Own

    columns: list[Sequence[Any]] = []
    for at, column in enumerate(block):
        some = column[start:stop]
        cells: Sequence[Any] = some.tolist() if isinstance(some, np.ndarray) else some
        columns.append(list(map(Own, cells)) if at in own else cells)
    return list(zip(*columns, strict=True))
