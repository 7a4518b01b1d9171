"""Output of ASCII alone: signs become words, and what has no word its number."""

from __future__ import annotations

import codecs

from losscli.plot.text import plain
from losscli.report.table import Cell, Table

ESCAPED = "losscli.escaped"
SPELLED = "losscli.spelled"


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Return characters as JSON escapes them."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """Return characters as a person would type them."""
    assert isinstance(error, UnicodeEncodeError)
    return spelled(error.object[error.start : error.end]), error.end


def spelled(text: str) -> str:
    """Return `text` in ASCII: what has no other spelling is written as Python would."""
    if text.isascii():
        return text
    return "".join(each if each.isascii() else _spell(each) for each in text)


def _spell(character: str) -> str:
    if character in "─━":
        return "-"
    found = plain(character)
    return found if found and "?" not in found else character.encode("ascii", "backslashreplace").decode()


codecs.register_error(ESCAPED, _escaped)
codecs.register_error(SPELLED, _spelled)


def spelled_table(table: Table) -> Table:
    """Return a table whose texts are ASCII, so that columns are as wide as they look."""

    def cell(value: Cell) -> Cell:
        return spelled(value) if isinstance(value, str) else value

    return table._replace(
        columns=[spelled(name) for name in table.columns],
        rows=[[cell(value) for value in row] for row in table.rows],
        heading=spelled(table.heading),
        footer=[spelled(line) for line in table.footer],
        usual=table.usual and [spelled(name) for name in table.usual],
    )
