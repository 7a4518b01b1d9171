"""What is no `LosscliError`: a mistyped command line, a full disk, or a mistake of ours."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from errno import EDQUOT, ENOSPC
from typing import Any

import typer

from losscli.cli import saying
from losscli.cli.app import COMMANDS
from losscli.errors import LosscliError, UsageError, no_room

FULL = ENOSPC, EDQUOT
CODES = {"NoSuchOption": "unknown-option", "MissingParameter": "missing-argument", "BadParameter": "bad-option",
         "BadOptionUsage": "bad-option"}  # fmt: skip
"""Of Typer's mistakes, by the names of their classes."""
VALUES = {
    "is not a valid int": "is not a whole number", "is not a valid integer": "is not a whole number",
    "is not a valid float": "is not a number", "is not in the range x>=0": "is not 0 or more",
}  # fmt: skip
"""Typer's words for values, and plainer ones."""


def in_order(arguments: Sequence[str], file: str) -> str:
    """Return a command line with its file behind its losses, or behind a loss where it names none."""
    from losscli.spec import parse_all

    command, *words = (word for word in arguments if word != file)
    try:
        losses = [words.pop(0)] if words and parse_all(words[0]) else ["mse"]
    except LosscliError:
        losses = ["mse"]
    return shlex.join(["losscli", command, *losses, file, *words])


def command_for(arguments: Sequence[str]) -> str:
    """Return the command line meant by one that begins with losses: `losscli mse FILE`."""
    from losscli.spec import parse  # not for --help

    try:
        [parse(spec) for spec in arguments[0].split(",")]
    except LosscliError:
        return ""
    return shlex.join(["losscli", "compute" if len(arguments) > 1 else "explain", *arguments])


def mistyped(error: Any, arguments: Sequence[str]) -> UsageError:
    """Return what is wrong with a command line, in the words of Typer."""
    message = str(getattr(error, "format_message", lambda: str(error))()).strip().rstrip(".")
    message = message[:1].lower() + message[1:]
    for theirs, ours in VALUES.items():
        message = message.replace(theirs, ours)
    message = re.sub(r"^invalid value for '(--[\w-]+)'[^:]*", r"\1", message)
    code = CODES.get(type(error).__name__, "usage")
    if message.startswith("no such command"):
        code = "unknown-command"
    if arguments[0] not in COMMANDS and (forgotten := command_for(arguments)):
        return UsageError(message, fix=[forgotten], code=code)
    known = [word for word in arguments if word in COMMANDS]
    return UsageError(message, fix=[f"losscli {f'{known[0]} ' if known else ''}--help"], code=code)


def refuse(error: Exception, arguments: Sequence[str]) -> int:
    """Report what is no `LosscliError`: a mistyped option, a full disk, or a mistake of ours."""
    usage = next(
        (each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException"), typer.BadParameter
    )
    if isinstance(error, usage):
        return saying.complain(mistyped(error, arguments))
    if isinstance(error, OSError) and error.errno in FULL:  # of what is written to no file of the user's
        return saying.complain(no_room())
    if saying.manner.verbose:
        import traceback

        traceback.print_exception(error)
    return saying.complain(
        LosscliError(
            f"losscli itself failed: {type(error).__name__}: {error}",
            ["this is a bug; --verbose shows where. Please report it with the command and the file."],
        )
    )
