"""From a function with groups of options to a command with each of them, and those that every command has."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, cast, get_type_hints

from typer import Option

from losscli.cli import messages
from losscli.cli.environment import settled
from losscli.cli.options import FILES, OUTPUT, Color, Print, Sampling, Words
from losscli.cli.reading import choice
from losscli.data.files import together

NoColor = Annotated[bool, Option("--no-color", help="short for --color never", rich_help_panel=OUTPUT)]
Ascii = Annotated[bool, Option("--ascii", help="no byte above 127 in the output", rich_help_panel=OUTPUT)]
Errors = Annotated[
    str, Option("--errors", metavar="text|json", help="json: one object a line on standard error  [text]",
                rich_help_panel=OUTPUT),
]  # fmt: skip
Quiet = Annotated[bool, Option("--quiet", "-q", help="no notes and no warnings", rich_help_panel=OUTPUT)]
Verbose = Annotated[
    bool, Option("--verbose", "-v", help="where losscli itself failed, if it does", rich_help_panel=OUTPUT)
]
EVERYWHERE = {"color": (Color, ""), "no_color": (NoColor, False), "ascii": (Ascii, False), "errors": (Errors, "text"),
              "quiet": (Quiet, False), "verbose": (Verbose, False)}  # fmt: skip
"""Options of all commands, with their defaults."""


def with_options(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Return `function` with each parameter that is a group of options replaced by those options, for Typer.

    Options of all commands are added, and heeded here. What `function` returns is the exit code.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if hint in (Words, Print, Sampling)}
    parameters: list[inspect.Parameter] = []
    for each in inspect.signature(function).parameters.values():
        if each.name not in groups:
            parameters.append(each.replace(annotation=hints[each.name]))
            continue
        group = groups[each.name]
        for name, hint in get_type_hints(group, include_extras=True).items():
            default = group._field_defaults[name]
            if name == "file":  # a shell puts several names where a pattern was typed
                hint, default = cast("Any", FILES), []
            parameters.append(inspect.Parameter(name, each.kind, default=default, annotation=hint))
    own = {each.name for each in parameters}
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in EVERYWHERE.items()
        if name not in own
    ]

    def call(**given: Any) -> int | None:
        messages.settle(
            errors=choice("errors", given["errors"]), quiet=given["quiet"], verbose=given["verbose"],
            ascii=given["ascii"],
        )  # fmt: skip
        given = settled(given)
        messages.settle(color=given["color"])
        if given["quiet"] and "progress" in given:
            given["progress"] = "off"
        given = {name: value for name, value in given.items() if name in own}
        if "file" in given:
            given["file"] = together(given["file"])
        built = {
            name: kind(**{option: given.pop(option) for option in kind._fields})
            for name, kind in groups.items()
        }
        return function(**given, **built)

    call.__name__, call.__doc__ = function.__name__, function.__doc__
    call.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    return call
