"""Tables for a person at a terminal: the only place that knows Rich."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal, TextIO

from losscli.report.number import short
from losscli.report.table import Cell, Table

Color = Literal["auto", "always", "never"]


def colored(stream: TextIO, color: Color = "auto") -> bool:
    """Return whether to colour: what is asked, then NO_COLOR, FORCE_COLOR, CLICOLOR, TERM, the terminal."""
    if color != "auto":
        return color == "always"
    environment = os.environ.get
    if environment("NO_COLOR"):
        return False
    if environment("FORCE_COLOR", "0") not in ("", "0") or environment("CLICOLOR_FORCE", "0") not in (
        "",
        "0",
    ):
        return True
    return environment("CLICOLOR") != "0" and environment("TERM") != "dumb" and stream.isatty()


def width_of(stream: TextIO, width: int = 0) -> int:
    """Return how many columns there are: asked for, COLUMNS, the terminal, or 80."""
    if width:
        return width
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def write_table(table: Table, out: TextIO, *, color: Color = "auto", width: int = 0, digits: int = 4) -> None:
    """Write `table` for a person: numbers to the right, never cut; columns that do not fit are left out and named."""
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    room = width_of(out, width)
    unicode = (getattr(out, "encoding", None) or "").lower().replace("-", "") in ("utf8", "utf16")
    rule = "─" if unicode else "-"
    box = Box(f"    \n    \n {rule}{rule} \n    \n    \n    \n    \n    \n", ascii=not unicode)
    console = Console(
        file=out,
        width=room,
        highlight=False,
        markup=False,
        emoji=False,
        color_system=_colors(out, color),
        legacy_windows=False,
    )
    rows = [[shown(cell, digits) for cell in row] for row in table.rows]
    numeric = [all(not isinstance(row[at], str) for row in table.rows) for at in range(len(table.columns))]
    kept = _fitting(table.columns, rows, room)
    grid = Grid(box=box, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for at in kept:
        grid.add_column(
            Text(table.columns[at]),
            justify="right" if numeric[at] else "left",
            no_wrap=True,
            overflow="ignore",
        )
    for row in rows:
        grid.add_row(*(Text(row[at]) for at in kept))
    if table.heading:
        console.print(Text(table.heading), soft_wrap=True)
        console.print()
    from rich.padding import Padding

    console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    left_out = [name for at, name in enumerate(table.columns) if at not in kept]
    footer = [*([f"+{len(left_out)} columns: {', '.join(left_out)}"] if left_out else []), *table.footer]
    if footer:
        console.print()
    for line in footer:
        console.print(Text(f"  {line}", style="dim"), soft_wrap=True)


def _colors(out: TextIO, color: Color) -> Literal["auto", "standard"] | None:
    return "standard" if colored(out, color) else None


def shown(cell: Cell, digits: int = 4) -> str:
    """Return a cell as a person reads it."""
    if isinstance(cell, float):
        return short(cell, digits)
    return "" if cell is None else str(cell)


def _fitting(names: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the columns that fit side by side, the first always."""
    kept: list[int] = []
    used = 2
    for at, name in enumerate(names):
        wide = max([len(name), *(len(row[at]) for row in rows)]) + 2
        if kept and used + wide - 2 > room:
            break
        kept.append(at)
        used += wide
    return kept
