"""Tables for documents: Markdown and LaTeX, with the numbers of a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TextIO

from losscli.report.table import Cell, Gap, Right, Table
from losscli.report.terminal import shown

SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
        "|": r"\textbar{}", "\n": " ", "\r": " ",
    }
)  # fmt: skip
"""What LaTeX takes for its own."""
POWER = re.compile(r"(?<=\d)e([+-])0*(\d+)$")


def write_markdown(table: Table, out: TextIO, digits: int = 4) -> None:
    """Write `table` as Markdown, aligned: its heading is a line above, its footer lines below."""
    # a line apart is for terminals
    rows = [row for row in table.rows if any(cell is not None for cell in row)]
    names = [_markdown(table.titles.get(name, name)) for name in table.columns]
    cells = [[_markdown(shown(cell, digits)) for cell in row] for row in rows]
    right = numeric(rows, len(names))
    wide = [max([3, len(name), *(len(row[at]) for row in cells)]) for at, name in enumerate(names)]

    def line(row: Sequence[str]) -> str:
        parts = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, wide, right, strict=True)
        )
        return f"| {' | '.join(parts)} |\n"

    if table.heading:
        out.write(f"{_markdown(table.heading)}\n\n")
    out.write(line(names))
    out.write(line(["-" * (width - at) + ":" * at for width, at in zip(wide, right, strict=True)]))
    out.writelines(map(line, cells))
    for each in table.footer:
        out.write(f"\n`{each.replace('`', chr(39))}`\n")


def _markdown(text: str) -> str:
    text = " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
    return re.sub(r"([<*`\[\]])", r"\\\1", text)


def write_latex(table: Table, out: TextIO, digits: int = 4) -> None:
    """Write `table` as LaTeX: heading and footer are comments, so that what is read in is a table alone."""
    rows = list(table.rows)
    right = numeric(rows, len(table.columns))
    out.write("% needs \\usepackage{booktabs}\n")
    out.writelines(f"% {' '.join(line.split())}\n" for line in (table.heading, *table.footer) if line)
    out.write(f"\\begin{{tabular}}{{{''.join('r' if at else 'l' for at in right)}}}\n\\toprule\n")
    names = [table.titles.get(name, name).translate(SPECIAL) for name in table.columns]
    out.write(f"{' & '.join(names)} \\\\\n\\midrule\n")
    for row in rows:
        if any(cell is not None for cell in row):
            out.write(f"{' & '.join(_latex(cell, digits) for cell in row)} \\\\\n")
        else:
            out.write("\\midrule\n")
    out.write("\\bottomrule\n\\end{tabular}\n")


def _latex(cell: Cell, digits: int) -> str:
    text = shown(cell, digits)
    if not isinstance(cell, (int, float)):
        return text.translate(SPECIAL)
    text = POWER.sub(lambda found: rf" \times 10^{{{found[1].replace('+', '')}{found[2]}}}", text)
    text = text.replace("inf", r"\infty") if "inf" in text else text
    return f"${text}$" if not text.isalnum() and not text.replace(".", "").isdigit() else text


def numeric(rows: Sequence[Sequence[Cell]], columns: int) -> list[bool]:
    """Return which columns hold numbers, and no text."""
    return [
        not any(isinstance(row[at], str) and not isinstance(row[at], (Gap, Right)) for row in rows)
        for at in range(columns)
    ]
