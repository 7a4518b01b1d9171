"""A histogram in characters: a line for each bin, with how many rows it has and how much of the loss."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from losscli.plot.bins import Bin, Histogram
from losscli.plot.ink import BOLD, FAINT, Line, shown
from losscli.plot.style import ASCII, Style
from losscli.plot.text import cut

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEAST_BAR = 8
GAP = 2


def draw(picture: Histogram, width: int = 72, style: Style = ASCII, *, color: bool = False) -> str:
    """Return the histogram, at most `width` columns, without a final line end."""
    return shown(lines(picture, width, style), color=color)


def lines(picture: Histogram, width: int, style: Style) -> list[Line]:
    """Return the lines of a histogram with the ink of each of their characters."""
    bins = picture.bins
    names = [named(each, style) for each in bins]
    counts = [counted(each.rows) for each in bins]
    shares = [percent(each.share) for each in bins]
    said = remarks(picture)
    below = ", ".join(f"{name} {number(value)}" for name, value in picture.marks)
    heads = ["loss", "weight" if picture.weighted else "rows", "of loss" if any(shares) else ""]
    for attempt in ("", "remarks", "shares", "names"):
        if attempt == "remarks":
            said = [""] * len(bins)  # they go below
        elif attempt == "shares":
            shares, heads[2] = said, ""
        elif attempt == "names":
            names = [style.words(number(each.low)) for each in bins]
        columns = zip(heads, (names, counts, shares), strict=True)
        wide = [max(len(head), *map(len, column)) for head, column in columns]
        room = (
            width
            - wide[0]
            - wide[1]
            - 2 * GAP
            - 1
            - sum(GAP + each for each in (wide[2], max(map(len, said))) if each)
        )
        if room >= LEAST_BAR:
            break
    bar = max(1, room)
    most = max(each.rows for each in bins)
    found = [
        Line(cut(style.words(picture.title), width), BOLD * len(picture.title.partition("   ")[0])),
        Line(""),
    ]
    gap = " " * GAP
    head = f"{heads[0]:>{wide[0]}}{gap}{heads[1]:>{wide[1]}}{gap}{'':{bar + 1}}{gap}{heads[2]:>{wide[2]}}"
    found.append(Line(head.rstrip(), FAINT * len(head)))
    for name, count, share, each, words in zip(names, counts, shares, bins, said, strict=True):
        before = f"{name:>{wide[0]}}{gap}{count:>{wide[1]}}{gap}{style.side[1]}"
        drawn = strip(each.rows / most, bar, style)
        after = (f"{gap}{share:>{wide[2]}}" if wide[2] else "") + f"{gap}{words}"
        found.append(Line(f"{before}{drawn:{bar}}{after}", f"{'':{len(before)}}{'a' * bar}{'':{len(after)}}"))
    if not any(said):
        found += [Line(""), Line(cut(below, width))]
    return found


def strip(share: float, room: int, style: Style) -> str:
    """Return a bar of so much of its room; whatever is there is seen."""
    if not style.fine:
        return "#" * (max(1, round(share * room)) if share else 0)
    eighths = max(1, round(share * room * 8)) if share else 0
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def named(each: Bin, style: Style) -> str:
    """Return the edges of a bin: `0.1 to 0.2`."""
    return style.words(number(each.low) if each.single else f"{number(each.low)} to {number(each.high)}")


def number(x: float) -> str:
    """Return a number to four digits, an edge that is round as it is."""
    text = f"{x:.4g}"
    return f"{float(text):.0f}" if "e" in text and 1 <= abs(x) < 1e6 else text


def counted(rows: float) -> str:
    """Return how many rows, or their weight."""
    return f"{rows:.0f}" if rows == round(rows) else f"{rows:.4g}"


def percent(share: float) -> str:
    """Return a share of the whole; nothing where there is none."""
    if not isfinite(share):
        return ""
    return "<1%" if 0 < share < 0.005 else f"{100 * share:.0f}%"


def remarks(picture: Histogram) -> Sequence[str]:
    """Return what is to be said beside each bin: the median, the mean, the largest."""
    said = [""] * len(picture.bins)
    for name, value in picture.marks:
        if value == value:
            at = picture.at(value)
            said[at] += ("  " if said[at] else "") + f"{name} {number(value)}"
    return said
