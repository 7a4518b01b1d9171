"""Tables for a person at a terminal: the only place that knows Rich."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from textwrap import TextWrapper, wrap
from typing import TYPE_CHECKING, TextIO

from losscli.report.number import plain, short
from losscli.report.table import Cell, Gap, Own, Right, Table

if TYPE_CHECKING:
    from rich.console import Console

FOLDED = 24
"""The least width to which a column of text is folded."""


def colored(stream: TextIO, color: str = "auto") -> bool:
    """Return whether to colour: `always`, `never`, or on `auto` what the environment and the terminal say.

    NO_COLOR wins over FORCE_COLOR and CLICOLOR_FORCE, these over CLICOLOR=0 and TERM=dumb.
    """
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


def write_table(
    table: Table,
    out: TextIO,
    *,
    color: str = "auto",
    width: int = 0,
    digits: int = 4,
    screen: TextIO | None = None,
    ascii: bool = False,
) -> None:
    """Write `table` for a person at `screen`, or standard output: numbers to the right and never cut.

    A last column of text is folded; columns that do not fit are left out, and named below.
    """
    from rich.console import Console

    person: TextIO = screen or sys.stdout
    room = width_of(person, width)
    unicode = not ascii and (person.encoding or "").lower().replace("-", "").startswith("utf")
    console = Console(
        file=out,
        width=room,
        highlight=False,
        markup=False,
        emoji=False,
        color_system="standard" if colored(person, color) else None,
        force_terminal=colored(person, color),
    )
    for line in wrap(table.heading, room, subsequent_indent="  "):
        _say(console, line)
    if table.heading:
        console.print()
    left_out = _write_grid(table, out, console, room, digits, rule="─" if unicode else "-")
    below = [*_named(left_out), *table.footer]
    if table.columns and below:
        console.print()
    for line in below:
        fill = AtBars if line.startswith("signature: ") else TextWrapper
        for part in fill(room - 2, subsequent_indent="  ", break_on_hyphens=False).wrap(line):
            _say(console, f"  {part}", style="dim")


def _say(console: Console, line: str, style: str = "") -> None:
    """Print a line that has its width already."""
    from rich.text import Text

    console.print(Text(line, style=style), soft_wrap=True)


def _write_grid(
    table: Table, out: TextIO, console: Console, room: int, digits: int, *, rule: str
) -> list[str]:
    """Write the names of columns and the rows, as many columns as there is room for; return the others' names."""
    from rich.box import Box
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    if not table.columns:
        return []
    given = list(table.rows)
    rows = [[shown(cell, digits) for cell in row] for row in given]
    numeric = [
        not any(isinstance(row[at], str) and not isinstance(row[at], (Gap, Right)) for row in given)
        for at in range(len(table.columns))
    ]
    gaps = [row[0] for row in given if row and isinstance(row[0], Gap)]
    folds = not numeric[-1]
    titles = [table.titles.get(name, name) for name in table.columns]
    kept = _fitting(titles, rows, room, folds)
    blank = "    \n"
    box = Box(f"{blank * 2} {rule}{rule} \n{blank * 5}", ascii=rule.isascii())
    grid = Grid(box=box, show_edge=False, pad_edge=False, padding=(0, 1), header_style="bold")
    for at in kept:
        last = folds and at == len(table.columns) - 1
        grid.add_column(
            Text(titles[at]),
            justify="right" if numeric[at] else "left",
            no_wrap=not last,
            overflow="fold",
        )
    for row in rows:
        grid.add_row(*(Text(row[at]) for at in kept))
    with console.capture() as drawn:
        console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    for line in drawn.get().splitlines():
        gap = line.strip() == "..." and bool(gaps)
        out.write(f"  {gaps.pop(0)}\n" if gap else f"{line.rstrip()}\n")
    return [name for at, name in enumerate(table.columns) if at not in kept]


def _named(left_out: Sequence[str]) -> list[str]:
    """Return what is said of columns for which there was no room."""
    if not left_out:
        return []
    named = ", ".join(left_out if len(left_out) < 7 else [*left_out[:2], "...", left_out[-1]])
    return [f"+{len(left_out)} column{'s' * (len(left_out) > 1)}: {named}  (--width, --fields)"]


class AtBars(TextWrapper):
    """Fills lines to a width; a signature is broken behind its bars."""

    wordsep_simple_re = re.compile(r"( +|(?<=\|))")


def shown(cell: Cell, digits: int = 4) -> str:
    """Return a cell as a person reads it."""
    if isinstance(cell, Gap):
        return "..."  # its words take the whole line
    if isinstance(cell, Own):
        return plain(cell)
    if isinstance(cell, float):
        return short(cell, digits)
    return "" if cell is None else str(cell)


def _fitting(names: Sequence[str], rows: Sequence[Sequence[str]], room: int, folds: bool) -> list[int]:
    """Return the columns that fit side by side, the first always; a column that folds needs some room."""
    kept: list[int] = []
    used = 2
    for at, name in enumerate(names):
        wide = max([len(name), *(len(row[at]) for row in rows)])
        if folds and at == len(names) - 1:
            wide = min(wide, FOLDED)
        if kept and used + wide > room:
            break
        kept.append(at)
        used += wide + 3
    return kept
