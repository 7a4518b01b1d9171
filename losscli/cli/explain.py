"""`losscli explain`: formula, derivative, picture, pitfalls and names elsewhere of a loss."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from math import inf
from textwrap import wrap
from typing import TYPE_CHECKING

from losscli.cli import COMMANDS
from losscli.cli import options as o
from losscli.cli.about import PAGES, show
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.loss import Axis, Loss
    from losscli.plot.style import Style

EXAMPLES = """
  losscli explain huber
  losscli explain huber:delta=0.5
  losscli explain torch.nn.CrossEntropyLoss
  losscli explain compare
"""
LABEL = 12


def explain(
    loss: o.OneLoss,
    json: o.Json = False,
    width: o.Width = 0,
    style: o.Style = "",
    output: o.PageFile = "",
    color: o.Color = "",
) -> None:
    """Formula, derivative, picture, pitfalls and names elsewhere of a loss; or what compare's numbers mean."""
    from losscli.cli.environment import style as drawn_in
    from losscli.cli.output import Output
    from losscli.report.terminal import colored, width_of
    from losscli.spec import parse

    if loss in PAGES:
        show(loss, json, output)
        return
    if loss in COMMANDS:
        raise UsageError(
            f"'{loss}' is a command, not a loss", fix=[f"losscli {loss} --help"], code="unknown-loss"
        )
    to = Output(o.Print(json=json, output=output, format="" if json or output not in ("", "-") else "table"))
    if to.kind not in ("table", "json"):
        what = f"--output {output}: a page is .txt or .json"
        raise UsageError(what, fix=["--output page.txt"], code="unknown-format")
    found = parse(loss)
    glyphs, paint = drawn_in(style), not to.path and colored(sys.stdout, color)
    with to.file() as out:
        if to.kind == "json":
            from losscli.cli.explainjson import facts
            from losscli.report.machine import write_json

            write_json(facts(found), out, pretty=to.manner.pretty)
        else:
            room = (
                max(60, min(width_of(sys.stdout, width), 100))
                if width or (sys.stdout.isatty() and not to.path)
                else 80
            )
            out.writelines(f"{line.rstrip()}\n" for line in page(found, room, glyphs, color=paint))


def page(loss: Loss, room: int, glyphs: Style, *, color: bool = False) -> Iterator[str]:
    """Yield the lines of the page on a loss."""
    doc = [part.split() for part in (type(loss).__doc__ or "").strip().split("\n\n")]
    yield from wrap(" ".join(doc[0]), room, initial_indent=f"{loss.name}   ", subsequent_indent="  ")
    yield ""
    yield from formulas(loss, room)
    yield ""
    wide = max((len(name) for name in loss.parameters), default=0)
    for each in loss.parameters.values():
        value = getattr(loss, each.name)
        one = (
            f"{', or one' * (each.default != ())} for each {each.each}, with slashes between"
            if each.each
            else ""
        )
        text = f"{each.help}; {each.said}{one}, default {each.spell(each.default)}"
        text += f", here {each.spell(value)}" if value != each.default else ""
        yield from wrap(
            text, room, initial_indent=f"  {each.name:<{wide}}   ", subsequent_indent=" " * (wide + 5)
        )
    if loss.parameters:
        yield ""
    if axis := loss.axis:
        yield from picture(loss, room, glyphs, color=color)
        yield ""
        yield from table(loss, axis)
        yield ""
    else:
        yield from example(loss)
        yield ""
    for label, said in sections(loss, doc[1:]):
        for at, line in enumerate(
            line
            for text in said
            for line in wrap(
                divisible(text, room - LABEL - 4),
                room - LABEL - 2,
                break_on_hyphens=False,
                subsequent_indent="  " * (len(said) > 1),
            )
        ):
            yield f"  {label if at == 0 else '':<{LABEL}}{line}"


def divisible(text: str, room: int) -> str:
    """Return `text` with a space in names that are longer than a line: after a dot, or before a bracket."""

    def cut(word: re.Match[str]) -> str:
        at = max(word[0].rfind(".", 0, room) + 1, word[0].rfind("(", 0, room))
        return f"{word[0][:at]} {word[0][at:]}" if at > 0 else word[0]

    return re.sub(rf"\S{{{room + 1},}}", cut, text)


def formulas(loss: Loss, room: int) -> Iterator[str]:
    """Yield the formula and its derivative, typeset."""
    from losscli.formula import typeset
    from losscli.plot.losses import heads

    idle = loss.idle()
    for head, text in zip(heads(loss), (loss.formula, loss.slope_formula), strict=True):
        lines = [part for line in typeset(text, idle) for part in folded(line, room - len(head) - 5)]
        for at, line in enumerate(lines):
            yield f"  {head if at == 0 else '':<{len(head)}} {'=' if at == 0 else ' '} {line}"
    definitions = shown_definitions(loss)
    wide = max((len(name) for name, _ in definitions), default=0)
    for at, (name, text) in enumerate(definitions):
        head, *rest = folded(text, room - wide - 11)
        yield f"  {'where' if at == 0 else 'and':<5} {name:<{wide}} = {head}"
        yield from (f"{'':<{wide + 11}}{line}" for line in rest)


def folded(line: str, room: int) -> list[str]:
    """Return a formula in lines, cut before a + or - outside all brackets where there is one."""
    if len(line) <= room:
        return [line]
    terms: list[str] = []
    depth = 0
    for word in line.split(" "):
        if not terms or (depth == 0 and word in ("+", "-")):
            terms.append(word)
        else:
            terms[-1] += f" {word}"
        depth += sum(word.count(mark) for mark in "([{") - sum(word.count(mark) for mark in ")]}")
    lines: list[str] = []
    for term in terms:
        if lines and len(lines[-1]) + 1 + len(term) <= room:
            lines[-1] += f" {term}"
        else:
            lines += wrap(term, room, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def shown_definitions(loss: Loss) -> list[tuple[str, str]]:
    """Return the definitions that the formula needs as its parameters stand, typeset."""
    from losscli.formula import names_in, typeset

    switches = {name: value for name, value in loss.settings().items() if loss.parameters[name].flag}
    fixed = {**loss.idle(), **switches}
    needed = names_in(loss.formula) | names_in(loss.slope_formula)
    found: list[tuple[str, str]] = []
    for name, text in reversed(max((loss.where(form) for form in loss.forms), key=len)):
        line = ", ".join(" ".join(case.split()) for case in typeset(text, fixed))
        said = names_in(text) & set(loss.parameters)
        means = each_of(name, text)
        idle = line in (name, means, "1") or (
            said and said <= set(fixed) and name in names_in(text) and not said & set(switches)
        )
        if name in needed and not idle:
            found.append((means, line))
            needed |= {each for each in names_in(text) if re.search(rf"\b{each}(_[a-z]+)?\b", line)}
    return found[::-1]


def each_of(name: str, text: str) -> str:
    """Return what a definition defines: `r_i`, if it is a list over i; `v_ij`, if it is one of such lists."""
    node, index = ast.parse(text, mode="eval").body, ""
    while isinstance(node, ast.ListComp):
        index += ast.unparse(node.generators[0].target)
        node = node.elt
    return f"{name}_{index}" if index else name


def picture(loss: Loss, room: int, glyphs: Style, *, color: bool) -> Sequence[str]:
    """Return loss and derivative side by side."""
    from losscli.plot.losses import figure
    from losscli.plot.terminal import pair

    both = figure([loss], "loss", title=" "), figure([loss], "grad", title=" ")
    return pair(*both, room, 13, glyphs, color=color).splitlines()


def table(loss: Loss, axis: Axis) -> Iterator[str]:
    """Yield a few values of the loss and its derivative along its axis."""
    import numpy as np

    from losscli.plot.losses import defined, heads
    from losscli.report.number import plain

    even = [axis.low + (axis.high - axis.low) * k / 4 for k in range(5)]
    x = np.array(sorted({*even, *(kink for kink in loss.traits().kinks if axis.low < kink < axis.high)}))
    x = x[np.logical_and.reduce([defined(loss, section, x) for section in loss.sections()])]
    rows: list[tuple[str, list[str]]] = [(axis.symbol, [plain(v, 4) for v in x.tolist()])]
    for section in loss.sections():
        name = f"L, {section.label}" if section.label else "L"
        rows.append((name, [plain(v, 4) for v in loss.follow(section, x).tolist()]))
        slopes = np.asarray(loss.follow(section, x, 1))
        rows.append((heads(loss)[1].removesuffix("_k"), [plain(v, 4) for v in slopes.tolist()]))
    wide = max(len(name) for name, _ in rows)
    cell = max(len(text) for _, row in rows for text in row) + 2
    for name, row in rows:
        yield f"  {name:<{wide}}" + "".join(f"{text:>{cell}}" for text in row)


def _places(loss: Loss) -> Iterator[str]:
    """Yield where else the loss is, and how it differs there: one line for the names that mean the same."""
    from losscli.spec import elsewhere

    alike: dict[tuple[str, ...], list[str]] = {}
    for claim in elsewhere(type(loss)):
        library, dot, name = claim.name.partition(".")
        if dot:
            alike.setdefault((library, claim.spec, claim.guard, claim.note), []).append(name)
    for (library, spec, guard, note), names in alike.items():
        same = "same" if not (guard or note) else ""
        said = [spec if spec != loss.name else same, note, f"as {guard}" if guard else ""]
        yield f"{library}.{', '.join(names)}: {'; '.join(part for part in said if part)}"


def example(loss: Loss) -> Iterator[str]:
    """Yield some rows, with the value of the loss and its derivatives, of a loss that has no picture."""
    from losscli.cli.reading import open_input
    from losscli.report.number import plain

    command = f"losscli compute {loss} --values {loss.example}"
    job = open_input([loss], o.Words(values=loss.example), command)
    (row,) = job.gradients()
    yield f"  {command}"
    yield f"  L = {plain(float(row.values[0][0]), 4)}"
    names = [entry.name for entry in job.inputs[0] if entry.wrt]
    for name, slopes in zip(names, row.derivatives, strict=True):
        points = slopes.reshape(len(slopes), -1).tolist()
        yield f"  dL/d{name} = {', '.join('/'.join(plain(x, 4) for x in point) for point in points)}"


def sections(loss: Loss, more: Sequence[Sequence[str]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the labelled paragraphs of the page."""
    from losscli.spec import elsewhere

    traits = loss.traits()
    shape = [
        f"convex in {traits.convex_in}" if traits.convex_in else "convex" if traits.convex else "not convex"
    ]
    if traits.symmetric:
        shape.append("symmetric")
    if traits.proper:
        shape.append(traits.proper)
    if traits.calibrated is not None:
        shape.append("calibrated" if traits.calibrated else "not calibrated")
    bounds = {"slope": traits.lipschitz, "curvature": traits.smoothness}
    bounded = [f"{name} at most {bound:g}" for name, bound in bounds.items() if bound < inf]
    if traits.pictured and bounded:
        bounded = [f"in the picture {', '.join(bounded)}"]
    shape += bounded
    if traits.kinks:
        shape.append("kinks at " + ", ".join(f"{x:g}" for x in traits.kinks))
    yield "Shape", ["; ".join(shape)]
    if traits.best:
        yield "Best const", [traits.best]
    if more:
        yield "Mind", [" ".join(part) for part in more]
    yield "Use when", [loss.use]
    yield "Pitfalls", loss.pitfalls
    if names := [claim.name for claim in elsewhere(type(loss)) if "." not in claim.name]:
        yield "Also called", [", ".join(names)]
    yield "Elsewhere", list(_places(loss))
    yield "See also", [", ".join(loss.related)]
    yield "Source", [loss.source]
    yield "Try", [*([f"losscli plot {loss}"] if loss.axis else []), f"losscli compute {loss} FILE"]
