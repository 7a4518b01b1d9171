"""The program `losscli`: its commands, its help, and how mistakes leave it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from losscli import __version__
from losscli.cli import COMMANDS, messages, module
from losscli.cli.command import with_options
from losscli.cli.intervals import with_level
from losscli.errors import LosscliError

PIPE_CLOSED = 141
COMPLETE = "_LOSSCLI_COMPLETE"
"""The variable by which a shell asks for words."""

EXAMPLES = """
  losscli compute mse preds.csv
  losscli compute mse,mae,huber:delta=1.5 preds.csv
  cat preds.csv | losscli grad bce --json | jq '.results[0].rows[0].grad'
  losscli plot huber,mse --out curves.png
"""
CODES = "Exit codes: 0 done, 1 a gate or check says no, 2 usage, 3 data, 4 no result."


def entries(pairs: Sequence[tuple[str, str]], wide: int = 28) -> Iterator[str]:
    """Yield names with their explanations in two columns of 80."""
    for name, text in pairs:
        lines = wrap(text, 78 - wide) or [""]
        if len(name) > wide - 4:
            yield f"  {name}"
            name = ""
        for at, line in enumerate(lines):
            yield f"  {name if at == 0 else '':<{wide - 2}}{line}".rstrip()


def paragraph(text: str) -> Sequence[str]:
    """Return `text` filled to 80 columns, two in."""
    return wrap(
        " ".join(text.split()), 80, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )


def spelled(param: Any) -> str:
    """Return how an option is written: `-p, --pred COL`."""
    short = [name for name in param.opts if not name.startswith("--")]
    long = [name for name in param.opts if name.startswith("--")]
    metavar = "" if param.is_flag else f" {param.metavar or 'TEXT'}"
    return f"{short[0] + ', ' if short else '    '}{long[0] if long else ''}{metavar}"


class Command(TyperCommand):
    """A command whose help begins with examples and has no boxes."""

    examples = ""

    def __init__(self, *words: Any, **given: Any) -> None:
        super().__init__(*words, **given)
        if COMPLETE in os.environ:
            from losscli.cli.completion import attach

            attach(self)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, meaning, examples, then options by group."""
        arguments = [each for each in self.params if each.param_type_name == "argument"]
        options = [
            each
            for each in self.params
            if each.param_type_name == "option" and not getattr(each, "hidden", False)
        ]
        lines = [
            f"Usage: losscli {self.name} {' '.join(each.metavar or '' for each in arguments)} [options]",
            "",
        ]
        lines += [line for part in (self.help or "").split("\n\n") for line in (*paragraph(part), "")][:-1]
        lines += ["", "Examples:", *module(self.name or "").EXAMPLES.strip("\n").splitlines()]
        groups: dict[str, Any] = {}
        for each in options:
            groups.setdefault(getattr(each, "rich_help_panel", None) or "Options", []).append(
                (spelled(each), getattr(each, "help", None) or "")
            )
        for title, pairs in groups.items():
            lines += ["", f"{title}:", *entries(pairs)]
        lines += ["", CODES]
        formatter.write("\n".join(lines) + "\n")


class Group(TyperGroup):
    """The program itself."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, examples and the commands."""
        commands: list[tuple[str, str]] = []
        for name, command in self.commands.items():
            meaning = (command.help or "").strip().splitlines()[0].rstrip(".")
            commands.append((name, meaning[:1].lower() + meaning[1:]))
        lines = [
            "Usage: losscli COMMAND [options]", "",
            *paragraph("Compute, differentiate, check, compare and draw machine-learning losses, true to the last "
                       "digits."), "",
            "Examples:", *EXAMPLES.strip("\n").splitlines(), "",
            "Commands:", *entries(commands, 13), "",
            "Options:",
            *entries([("-h, --help", "help for any command: losscli COMMAND --help"),
                      ("help json", "the fields of answers in JSON, and their schema"),
                      ("help errors", "the codes of errors, for --errors json"),
                      ("-V, --version", "version and exit"),
                      ("--install-completion", "complete words in this shell")], 25), "",
            CODES,
        ]  # fmt: skip
        formatter.write("\n".join(lines) + "\n")


TOPICS = ("json", "errors")
"""What `losscli help` knows beside commands."""


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        import numpy

        python = ".".join(map(str, sys.version_info[:3]))
        typer.echo(f"losscli {__version__} (Python {python}, numpy {numpy.__version__})")
        raise typer.Exit


def root(
    version: Annotated[bool, typer.Option("--version", "-V", callback=show_version, is_eager=True)] = False,
) -> None:
    """Compute, differentiate and draw machine-learning losses."""


def program(names: Sequence[str]) -> Any:
    """Return the program with some of its commands: what is not asked for is not imported, nor are its options made."""
    app = typer.Typer(
        cls=Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root)
    for name in names:
        function = getattr(module(name), "list_" if name == "list" else name)
        app.command(name, cls=Command)(with_options(function))
    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every mistake leaves as one message on standard error."""
    if COMPLETE in os.environ:
        from losscli.cli.completion import prepare

        prepare()
        return program(COMMANDS).main(args=[], prog_name="losscli") or 0
    if arguments[:1] == ["help"] and arguments[1:2] and arguments[1] in TOPICS:
        from losscli.cli.topics import show

        try:
            return show(arguments[1:])
        except LosscliError as error:
            return messages.complain(error)
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"] if arguments[1:2] != ["help"] else ["--help"]
    named = arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS
    command = program(named)
    if not arguments:
        with command.make_context("losscli", ["--help"], resilient_parsing=True) as context:
            print(command.get_help(context), file=sys.stderr)
        return 2
    messages.settle()
    messages.settle(errors=messages.asked_errors(arguments))
    try:
        return command.main(args=with_level(arguments), prog_name="losscli", standalone_mode=False) or 0
    except LosscliError as error:
        from losscli.cli.failures import as_typed

        return messages.complain(as_typed(error, arguments))
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return PIPE_CLOSED
    except Exception as error:
        from losscli.cli.failures import refuse

        return refuse(error, arguments)
