"""Words that a shell completes: losses and their parameters, choices, and the columns of the file on the line.

Nothing here imports NumPy or a loss: what there is, is read from the source of the losses.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from losscli.cli.headers import columns_of
from losscli.cli.reading import CHOICES

PACKAGE = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 (pathlib costs a millisecond)
COLUMNS = ("pred", "target", "weight", "ident", "on", "group", "loss_col", "grad_col", "col", "cluster",
           "baseline")  # fmt: skip
"""Options whose values are columns."""


def joined() -> None:
    """Put words together again that bash has split at `:` and `=`."""
    if "COMP_WORDS" not in os.environ:
        return
    words = os.environ["COMP_WORDS"].split("\n")
    at = int(os.environ.get("COMP_CWORD", len(words) - 1))
    words = words[: at + 1] if at < len(words) else [*words, *[""] * (at + 1 - len(words))]
    whole: list[str] = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if whole and len(whole) > 1 and (word in (":", "=", "::") or before in (":", "=", "::")):
            whole[-1] += word
        else:
            whole.append(word)
    os.environ["LOSSCLI_CUT"] = whole[-1][: len(whole[-1]) - len(re.split("[:=]", whole[-1])[-1])]
    os.environ["COMP_WORDS"], os.environ["COMP_CWORD"] = "\n".join(whole), str(len(whole) - 1)


def attach(command: Any) -> None:
    """Tell a command how its parameters are completed."""
    import typer._completion_classes as classes

    classes._sanitize_help_text = str  # pyright: ignore[reportPrivateUsage]  # which would import Rich
    for each in command.params:
        if how := completer(each.name):
            each._custom_shell_complete = items(how)


def completer(name: str) -> Callable[[Any, str], Iterator[str]] | None:
    """Return what yields the words for a parameter of a command."""
    if name in ("loss", "losses"):
        return lambda ctx, said: losses(said, several=name == "losses")
    if name in COLUMNS:
        return lambda ctx, said: columns(ctx, name, said)
    if name in CHOICES:
        return lambda ctx, said: (each for each in CHOICES[name] if each)
    if name in ("inline", "style"):
        return lambda ctx, said: iter({"style": ("ascii", "braille", "block")}.get(name, ()))
    return None


def items(how: Callable[[Any, str], Iterator[str]]) -> Callable[[Any, Any, str], list[Any]]:
    """Return words as the shells' classes want them."""
    from typer._click.shell_completion import CompletionItem

    def complete(ctx: Any, _: Any, said: str) -> list[Any]:
        cut = os.environ.get("LOSSCLI_CUT", "")
        try:
            found = [each for each in dict.fromkeys(how(ctx, said)) if each.startswith(said)]
        except (OSError, ValueError, SyntaxError, KeyError):  # nobody reads messages here
            return []
        return [CompletionItem(each.removeprefix(cut) if said.startswith(cut) else each) for each in found]

    return complete


def losses(said: str, *, several: bool) -> Iterator[str]:
    """Yield the losses that the last of several specs could be, or its parameters."""
    before, comma, last = said.rpartition(",") if several else ("", "", said)
    name, colon, rest = last.partition(":")
    if not colon:
        yield from (f"{before}{comma}{each}" for each in names())
        return
    done, again, _ = rest.rpartition(":")
    given = {each.partition("=")[0] for each in done.split(":")}
    for parameter, value in parameters(name).items():
        if parameter not in given:
            yield f"{before}{comma}{name}{colon}{done}{again}{parameter}={value}"


@cache
def homes() -> Mapping[str, tuple[str, str]]:
    """Return where each loss is: its module and class, by name."""
    with open(os.path.join(PACKAGE, "losses", "__init__.py"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        tree = ast.parse(file.read())
    contents = next(
        ast.literal_eval(each.value)
        for each in tree.body
        if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == "CONTENTS"
    )
    return {kebab(name): (module, name) for module, said in contents.items() for name in said.split()}


def names() -> Sequence[str]:
    """Return the names of all losses."""
    return sorted(homes())


def kebab(name: str) -> str:
    """Return the name of a loss from that of its class."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]|NLL$)", "-", name)
    return words.replace("Mc-", "Mc").lower()


def parameters(loss: str) -> Mapping[str, str]:
    """Return the parameters of a loss and what they are if not said, as far as the source says it plainly."""
    home = homes().get(loss)
    return _of_class(f"losscli.losses.{home[0]}", home[1]) if home else {}


def _of_class(module: str, name: str) -> dict[str, str]:
    """Return what a class declares, and what those declare on which it stands."""
    tree = _source(module)
    if tree is None:
        return {}
    places = {
        alias.asname or alias.name: each.module or ""
        for each in tree.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    found: dict[str, str] = {}
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.name == name:
            for base in reversed(each.bases):
                if isinstance(base, ast.Name):
                    found |= _of_class(places.get(base.id, module), base.id)
            own = (
                one for one in each.body if isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Call)
            )
            for one in own:
                if isinstance(one.target, ast.Name) and "ClassVar" not in ast.unparse(one.annotation):
                    found[one.target.id] = _default(one.value)
    return found


def _default(call: Any) -> str:
    """Return the default of a declared parameter; the other way round for a switch."""
    default = next((each.value for each in call.keywords if each.arg == "default"), None)
    if getattr(call.func, "id", "") == "flag":
        return "false" if isinstance(default, ast.Constant) and default.value else "true"
    try:
        return repr(float(ast.literal_eval(default))).removesuffix(".0") if default else ""
    except (ValueError, TypeError):  # several numbers, or a name
        return ""


@cache
def _source(module: str) -> ast.Module | None:
    if not module.startswith("losscli."):
        return None
    path = os.path.join(PACKAGE, *module.split(".")[1:]) + ".py"  # noqa: PTH118
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return ast.parse(file.read())


def columns(ctx: Any, option: str, said: str) -> Iterator[str]:
    """Yield the columns of the file on the line, after those that are there with commas."""
    role, equals, rest = said.partition("=") if option in ("col", "on") else ("", "", said)
    if option in ("col", "on") and not equals:
        role, rest = "", said
    before, comma, _ = rest.rpartition(",")
    for name in columns_of(_file(ctx, option)):
        yield f"{role}{equals}{before}{comma}{name}"


def _file(ctx: Any, option: str) -> str:
    """Return the file whose columns are meant: that of the targets, or FILE, or any on the line."""
    given = ctx.params
    if option == "target" and given.get("targets"):
        return given["targets"]
    if given.get("file"):
        return given["file"]
    line = os.environ.get("COMP_WORDS", "").split("\n") + os.environ.get("_TYPER_COMPLETE_ARGS", "").split()
    return next((word for word in line[2:] if os.path.isfile(word)), "")  # noqa: PTH113


def prepare() -> None:
    """Get ready to answer a shell."""
    joined()
    sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 (a shell would show it on the line)
