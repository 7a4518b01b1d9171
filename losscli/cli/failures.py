"""What is no `LosscliError`: a mistyped command line, a full disk, or a mistake of ours."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from errno import EDQUOT, ENOSPC
from typing import Any

import typer

from losscli.cli import COMMANDS, messages, module
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


def as_typed(error: LosscliError, arguments: Sequence[str]) -> LosscliError:
    """Return an error whose fixes are of the command that was typed."""
    command = arguments[0]
    if error.facts.get("code") == "file-before-losses":
        error.fix = (in_order(arguments, error.facts["value"]),)
    elif error.facts.get("code") == "no-file" and (row := literals(arguments)):
        error.fix = (row,)
    elif command in ("grad", "plot", "explain", "compare", "check"):
        error.fix = tuple(retold(line, command) for line in error.fix if line != f"losscli {command} LOSS")
    return error


def retold(line: str, command: str) -> str:
    """Return a fix that is an example of `compute` as one of another command."""
    if not (line.startswith("losscli compute ") and " ..." in line):
        return line
    line = line.replace("losscli compute ", f"losscli {command} ", 1)
    return line.replace(" ...", "") if command == "explain" else line


def literals(arguments: Sequence[str]) -> str:
    """Return the command line that takes numbers, typed where a file should be, as a row."""
    numbers = [word for word in arguments[2:] if re.fullmatch(r"-?[\d.]+(e-?\d+)?", word)]
    if len(numbers) < 2 or len(numbers) < len(arguments) - 2:
        return ""
    return shlex.join(["losscli", *arguments[:2], "--values", ":".join(numbers)])


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
    only = len(arguments) == 1 or arguments[1:] == ["--help"]
    return shlex.join(["losscli", "explain", arguments[0]] if only else ["losscli", "compute", *arguments])


def joined(words: Sequence[str]) -> str:
    """Return the loss whose name was typed in several words."""
    from losscli.spec import parse

    try:
        return str(parse("-".join(words)))
    except LosscliError:
        return ""


def nearest(error: Any, message: str) -> tuple[str, Sequence[str]]:
    """Return the option or command that Typer does not know, and those it may stand for, the likeliest first."""
    from difflib import get_close_matches

    if hasattr(error, "possibilities"):
        typo, names = str(error.option_name), [*(error.possibilities or ())]
    else:
        typo, *names = re.findall(r"'([\w-]+)'", message) if "Did you mean" in message else [""]
    bare = {name.lstrip("-"): name for name in names}
    return typo, [bare[name] for name in get_close_matches(typo.lstrip("-"), bare)]


def mended(arguments: Sequence[str], typo: str, meant: str) -> str:
    """Return a command line with one word of it, or what stands before its `=`, put right."""
    words = [re.sub(rf"^{re.escape(typo)}(?=$|=)", meant, word) for word in arguments]
    return shlex.join(["losscli", *words])


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
    typo, meant = nearest(error, message)
    message = re.sub(r"( \(Possible options: |\. Did you mean ).*", "", message)
    message = re.sub(r"^option '(--[\w-]+)'.* requires an argument$", r"\1: a value is missing", message)
    message = re.sub(r"^option '(--[\w-]+)'.* does not take a value$", r"\1 takes no value", message)
    if arguments[0] not in COMMANDS and (forgotten := command_for(arguments)):
        return UsageError(message, fix=[forgotten], code=code)
    if meant:
        evidence = [f"did you mean: {', '.join(meant)}"]
        return UsageError(message, evidence, [mended(arguments, typo, meant[0])], code=code)
    if message.startswith("got unexpected extra argument"):
        rest = [word for word in arguments[1:] if word[:1] != "-"]
        message = f"one word too many: {shlex.quote(rest[-1])}" if rest else message
        if meant := joined(rest):
            return UsageError(message, fix=[f"losscli {arguments[0]} {meant}"], code=code)
    if code == "missing-argument" and arguments[0] in COMMANDS:
        example = module(arguments[0]).EXAMPLES.strip().splitlines()[0].strip()
        return UsageError(message, fix=[example, f"losscli {arguments[0]} --help"], code=code)
    known = [word for word in arguments if word in COMMANDS]
    return UsageError(message, fix=[f"losscli {f'{known[0]} ' if known else ''}--help"], code=code)


def refuse(error: Exception, arguments: Sequence[str]) -> int:
    """Report what is no `LosscliError`: a mistyped option, a full disk, or a mistake of ours."""
    usage = next(
        (each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException"), typer.BadParameter
    )
    if isinstance(error, usage):
        return messages.complain(mistyped(error, arguments))
    if isinstance(error, OSError) and error.errno in FULL:  # of what is written to no file of the user's
        return messages.complain(no_room())
    if messages.manner.verbose:
        import traceback

        traceback.print_exception(error)
    return messages.complain(
        LosscliError(
            f"losscli itself failed: {type(error).__name__}: {error}",
            ["this is a bug; --verbose shows where. Please report it with the command and the file."],
        )
    )
