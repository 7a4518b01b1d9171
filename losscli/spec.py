"""Words to losses: names, names elsewhere, parameters, and what to say when they are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from losscli.errors import UsageError
from losscli.loss import Loss
from losscli.losses import catalogue, key, load
from losscli.parameter import Parameter, spell

__all__ = ["Claim", "catalogue", "claims", "find", "parse", "parse_all", "summary"]


class Claim(NamedTuple):
    """A name by which a loss is known."""

    name: str
    loss: str
    spec: str
    """The loss with the parameters that the name implies."""
    guard: str = ""
    """The spec that reproduces also what the place does to guard itself, such as a clip."""
    note: str = ""
    """How what is found there differs; empty if it does not."""


def elsewhere(loss: type[Loss]) -> Iterator[Claim]:
    """Yield the names of a loss in other places, with the parameters they imply."""
    for entry in loss.also:
        said, _, note = entry.partition(" | ")
        said, _, guard = said.partition(" ~ ")
        name, _, spec = said.partition(" = ")
        yield Claim(name, loss.name, spec or loss.name, guard, note)


@cache
def claims() -> dict[str, tuple[Claim, ...]]:
    """Return every name, in one spelling, with the losses that claim it; a loss's own name is its alone."""
    own = {key(name): (Claim(name, name, name),) for name in catalogue()}
    given: dict[str, list[Claim]] = {}
    derived: dict[str, list[Claim]] = {}
    for loss in catalogue().values():
        for claim in elsewhere(loss):
            _, dot, bare = claim.name.rpartition(".")
            given.setdefault(key(claim.name), []).append(claim)
            if dot:
                derived.setdefault(key(bare), []).append(claim._replace(name=bare))
    found = {name: _distinct(each) for name, each in {**derived, **given}.items()}
    return found | own


def _distinct(each: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple({claim.spec: claim for claim in each}.values())


def summary(loss: type[Loss]) -> str:
    """Return what a loss does, in a sentence."""
    return (loss.__doc__ or "").strip().splitlines()[0]


def parse_all(text: str) -> list[Loss]:
    """Return the losses of a comma-separated list of specs."""
    specs = [part for part in text.split(",") if part.strip()]
    if not specs:
        raise UsageError("no loss named", fix=["losscli compute mse FILE", "losscli list"])
    return [parse(spec) for spec in specs]


def parse(spec: str) -> Loss:
    """Return the loss that `spec` describes: a name, then parameters after colons.

    `huber:delta=0.5`; a parameter without its name is the first one, `huber:0.5`. Raises `UsageError`.
    """
    words = [word.strip() for word in spec.split(":")]
    taken = 1
    # names of boosting objectives have a colon of their own: reg:squarederror
    if len(words) > 1 and not load(words[0]) and key(":".join(words[:2])) in claims():
        taken = 2
    claim = resolve(":".join(words[:taken]))
    kind = loss_called(claim.loss)
    given = dict(_setting(kind, word, at) for at, word in enumerate(claim.spec.split(":")[1:]))
    given |= dict(_setting(kind, word, at) for at, word in enumerate(words[taken:]))
    return kind(**given)


def find(name: str) -> type[Loss]:
    """Return the loss called `name`, in any spelling, here or elsewhere. Raises `UsageError`."""
    return loss_called(resolve(name).loss)


def loss_called(name: str) -> type[Loss]:
    """Return the loss that is called `name` here."""
    return load(name) or catalogue()[name]


def resolve(name: str) -> Claim:
    """Return the one claim to `name`; that of a loss's own name is known without reading the others."""
    if own := load(name):
        return Claim(name, own.name, own.name)
    found = claims().get(key(name), ())
    if len(found) == 1:
        return found[0]
    if found:
        width = max(len(claim.spec) for claim in found)
        raise UsageError(
            f"'{name}' is the name of several losses",
            [f"{claim.spec:<{width}}   {_short(loss_called(claim.loss))}" for claim in found],
            [f"losscli compute {found[0].spec} ...", "losscli explain LOSS"],
        )
    from difflib import get_close_matches  # 5 ms, only for the clumsy

    every = claims()
    near = get_close_matches(key(name), every, n=8, cutoff=0.7)
    names = list(dict.fromkeys(claim.loss for match in near for claim in every[match]))[:4]
    evidence = [f"did you mean: {', '.join(names)}"] if names else []
    raise UsageError(f"unknown loss '{name}'", [*evidence, "all losses: losscli list"])


def _short(loss: type[Loss]) -> str:
    inputs = {"p, y": "on probabilities", "z, y": "on scores (logits)"}.get(loss.symbols, "")
    return f"{inputs}; {loss.family}" if inputs else loss.family


def _setting(kind: type[Loss], word: str, at: int) -> tuple[str, float]:
    """Return the parameter that `word` sets, and to what."""
    names = list(kind.parameters)
    name, equals, text = word.partition("=")
    if not equals:
        name, text = (names[0] if names and at == 0 else ""), word
    name = name.strip().replace("-", "_").lower()
    if name not in kind.parameters:
        raise UsageError(*_unknown(kind, word, name))
    try:
        return name, kind.parameters[name].read(text)
    except ValueError as error:
        raise UsageError(f"{kind.name}: {error}", [describe(kind, kind.parameters[name])]) from None


def _unknown(kind: type[Loss], word: str, name: str) -> tuple[str, list[str]]:
    if not kind.parameters:
        return f"{kind.name} has no parameters, got '{word}'", []
    from difflib import get_close_matches

    near = get_close_matches(name, kind.parameters, n=1, cutoff=0.5)
    lines = [describe(kind, each) for each in kind.parameters.values()]
    what = f"{kind.name} has no parameter '{name}'" if name else f"{kind.name}: '{word}' names no parameter"
    return what, [*(f"did you mean: {each}" for each in near), *lines]


def describe(kind: type[Loss], each: Parameter) -> str:
    """Return how a parameter is written and what it does."""
    wanted = "true|false" if each.flag else "NUMBER"
    default = ("true" if each.default else "false") if each.flag else spell(each.default)
    return f"{kind.name}:{each.name}={wanted}   {each.help} (default {default})"
