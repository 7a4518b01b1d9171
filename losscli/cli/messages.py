"""What is said beside the result, on standard error: errors, warnings and notes, for a person or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from losscli.errors import LosscliError


class Manner(NamedTuple):
    """How things are said in one run."""

    errors: str = "text"
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    ascii: bool = False


manner = Manner()
"""That of this run."""


def settle(**changes: Any) -> None:
    """Take note of how to speak; without changes, forget what was said before."""
    global manner
    manner = manner._replace(**changes) if changes else Manner()


def asked_errors(arguments: Sequence[str]) -> str:
    """Return what --errors asks for, on a command line that may not be understood."""
    for at, word in enumerate(arguments):
        option, equals, value = word.partition("=")
        if option == "--errors":
            value = value if equals else "".join(arguments[at + 1 : at + 2])
            return "json" if value == "json" else "text"
    return "text"


def note(text: str, code: str, **facts: Any) -> None:
    """Say something that need not be known."""
    if not manner.quiet:
        _say("note", text, {"code": code, **facts, "message": text.removeprefix("note: ")})


def warn(what: str, evidence: Sequence[str] = (), **facts: Any) -> None:
    """Say something that should be known."""
    if not manner.quiet:
        lines = "\n".join([f"warning: {what}", *(f"  {line}" for line in evidence)])
        _say("warning", lines, {**facts, "message": what, "evidence": evidence})


def fail(text: str, code: str, **facts: Any) -> None:
    """Say that the answer is no: a gate that does not hold. Never silenced."""
    _say("fail", f"FAIL  {text}", {"code": code, "exit": 1, **facts, "message": text})


def complain(error: LosscliError) -> int:
    """Say what went wrong, and return the exit code."""
    _say("error", str(error), error.record)
    return error.exit_code


def _say(level: str, text: str, facts: Mapping[str, Any]) -> None:
    if manner.errors == "json":
        text = json({"level": level, **facts})
    else:
        text = folded(text)
        first, rest = text[: len(level)], text[len(level) :]
        code = {"error": 31, "fail": 31, "warning": 33}.get(level)
        if code and first.lower() == level and colored():
            text = f"\x1b[{code}m{first}\x1b[0m{rest}"
    if manner.ascii:
        text = text.encode("ascii", "backslashreplace").decode()
    print(text, file=sys.stderr)


def json(facts: Mapping[str, Any]) -> str:
    """Return facts as JSON, in one line."""
    from io import StringIO

    from losscli.report.machine import write_json

    out = StringIO()
    write_json(facts, out)
    if manner.ascii:
        from losscli.cli.ascii import ESCAPED

        return out.getvalue().strip().encode("ascii", ESCAPED).decode()
    return out.getvalue().strip()


def folded(text: str) -> str:
    """Return a text for a terminal: lines end between words, but for those to be pasted and those out of a file."""
    if sys.stderr is None or not sys.stderr.isatty():
        return text
    from losscli.report.terminal import width_of

    width, lines = width_of(sys.stderr), text.split("\n")
    if max(map(len, lines)) <= width:
        return text
    from textwrap import TextWrapper

    for at, line in enumerate(lines):
        left = line.lstrip()
        if len(line) > width and not left.startswith(("fix: ", "or: ")) and " | " not in line:
            beside = " " * (len(line) - len(left) + 2)
            lines[at] = TextWrapper(
                width, subsequent_indent=beside, break_long_words=False, break_on_hyphens=False
            ).fill(line)
    return "\n".join(lines)


def colored() -> bool:
    """Return whether standard error is coloured."""
    from losscli.report.terminal import colored

    return sys.stderr is not None and colored(sys.stderr, manner.color)
