"""Defaults from the environment: how things are shown, never what is computed. Options win."""

from __future__ import annotations

import os
from typing import Any

from losscli.cli.reading import CHOICES
from losscli.errors import UsageError

WIDTHS, DIGITS = (30, 1000), (1, 17)


def word(option: str, given: str) -> str:
    """Return what an option asks for, or else the environment. Raises `UsageError`."""
    name = f"LOSSCLI_{option.upper()}"
    value = given or os.environ.get(name, "")
    known = [each for each in CHOICES[option] if each]
    if value and value not in known:
        said = f"--{option}" if given else name
        raise UsageError(f"{said}: '{value}' is not one of: {' '.join(known)}", code="bad-option")
    return value


def number(option: str, given: int, least: int, most: int) -> int:
    """Return the number that an option asks for, or else the environment, or 0. Raises `UsageError`."""
    name = f"LOSSCLI_{option.upper()}"
    text = str(given) if given else os.environ.get(name, "")
    if not text:
        return 0
    if not (text.lstrip("-").isdecimal() and least <= int(text) <= most):
        said = f"--{option}: {text}" if given else f"{name}: '{text}'"
        raise UsageError(f"{said} is not between {least} and {most}", code="bad-option")
    return int(text)


def settled(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a command with what the environment says of colour, width and precision."""
    found = dict(given)
    if "color" in found:
        found["color"] = "never" if found.pop("no_color", False) else word("color", found["color"]) or "auto"
    if "width" in found:
        found["width"] = number("width", found["width"], *WIDTHS)
    if "precision" in found:
        found["precision"] = number("precision", found["precision"], *DIGITS)
    return found


def style(option: str) -> Any:
    """Return the glyphs of pictures that --style or LOSSCLI_STYLE asks for; --ascii leaves only one choice."""
    from losscli.cli import messages
    from losscli.plot.style import ASCII, asked

    found = asked(option, os.environ.get("LOSSCLI_STYLE", ""))
    if messages.manner.ascii and option and found is not ASCII:
        raise UsageError(
            f"--style {option} is drawn with letters that --ascii forbids",
            fix=["--style ascii"],
            code="option-conflict",
        )
    return ASCII if messages.manner.ascii else found
