"""Words for messages: short lists, quoted texts, the nearest name, a cell under carets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WIDTH = 72
"""Characters of a line of evidence."""


def visible(text: str) -> str:
    """Return the text with every character that a terminal would obey as a blank: columns stay in place."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def quoted(cell: object, limit: int = 40) -> str:
    """Return a cell as a message quotes it, control characters escaped, never long."""
    text = cell if isinstance(cell, str) else written(cell)
    return repr(text) if len(text) <= limit else repr(text[:limit] + "...")


def written(cell: object) -> str:
    """Return a JSON value as JSON writes it."""
    import json

    return json.dumps(cell, ensure_ascii=False)


def counted(count: int, noun: str) -> str:
    """Return `1 row`, `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(words: Sequence[str], width: int = WIDTH) -> str:
    """Return the words, comma-separated, as many as one line holds."""
    text = ""
    for at, word in enumerate(words):
        longer = f"{text}, {visible(word)}" if text else visible(word)
        if len(longer) > width and text:
            return f"{text} ... {len(words) - at} more"
        text = longer
    return text


def first(words: Iterable[object], total: int, most: int = 3) -> str:
    """Return the first few of many: `118, 204, 391 ...`."""
    few = [visible(str(word)) for word, _ in zip(words, range(most), strict=False)]
    return ", ".join(few) + (" ..." if total > len(few) else "")


def nearest(word: str, words: Sequence[str]) -> str:
    """Return the word that was probably meant, or an empty text."""
    import difflib

    for other in words:  # what someone forgot in front of a nested name, or wrote in other capitals
        if other.endswith("." + word) or other.lower() == word.lower():
            return other
    return next(iter(difflib.get_close_matches(word, words, 1)), "")


def shell(text: str) -> str:
    """Return the text as a shell reads it back."""
    import shlex

    return shlex.quote(visible(text))


def under(label: object, text: str, span: tuple[int, int] | None) -> tuple[str, ...]:
    """Return `label | text` and carets under the span; long texts are cut around it."""
    text = visible(text.rstrip("\r\n"))
    start, stop = span or (0, 0)
    if len(text) > WIDTH:
        left = max(0, min(start - WIDTH // 3, len(text) - WIDTH))
        right = left + WIDTH
        head, tail = ("..." if left else ""), ("..." if right < len(text) else "")
        text = head + text[left:right] + tail
        start, stop = (len(head) + min(at, right) - left for at in (start, stop))
    lead = f"{label} | "
    shown = (lead + text).rstrip()
    if span is None:
        return (shown,)
    return shown, " " * (len(lead) + start) + "^" * max(1, stop - start)
