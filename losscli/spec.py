"""Words to losses: names, names elsewhere, parameters, and what to say when they are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from losscli.errors import UsageError
from losscli.loss import Loss
from losscli.losses import catalogue, key, load
from losscli.parameter import Parameter, Value

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


NICKNAMES = {"f.": "torch.nn.functional.", "torch.f.": "torch.nn.functional.", "tf.": "", "tensorflow.keras.": "keras.",
             "tfa.": "tensorflowaddons."}  # fmt: skip
"""How libraries are called where they are imported, and their names."""


@cache
def claims() -> dict[str, tuple[Claim, ...]]:
    """Return every name, in one spelling, with the losses that claim it; a loss's own name is its alone.

    A name elsewhere is known in full, by its library and last part, and by its last parts alone:
    `torch.nn.HuberLoss`, `torch.HuberLoss`, `nn.HuberLoss`, `HuberLoss`.
    """
    own = {key(name): (Claim(name, name, name),) for name in catalogue()}
    given: dict[str, list[Claim]] = {}
    derived: dict[str, list[Claim]] = {}
    for loss in catalogue().values():
        for claim in elsewhere(loss):
            given.setdefault(key(claim.name), []).append(claim)
            parts = claim.name.replace(".jl.", ".").split(".")
            shorter = [".".join(parts[at:]) for at in range(1, len(parts))]
            for name in [*shorter, f"{parts[0]}.{parts[-1]}"] if len(parts) > 1 else []:
                derived.setdefault(key(name), []).append(claim._replace(name=name))
    found = {name: _distinct(each) for name, each in {**derived, **given}.items()}
    return found | own


def _distinct(each: Sequence[Claim]) -> tuple[Claim, ...]:
    found = tuple({claim.spec: claim for claim in reversed(each)}.values())[::-1]
    plain = tuple(claim for claim in found if claim.spec == claim.loss)
    return plain if plain and len({claim.loss for claim in found}) == 1 else found


def remarks(text: str) -> list[str]:
    """Return what to mind about the names elsewhere in a list of specs: what they mean here, and what differs."""
    said: list[str] = []
    for spec in _specs(text):
        name, claim = _named(spec)
        if claim.note:
            said.append(f"{name} is {claim.spec} here; there: {claim.note}")
    return said


def summary(loss: type[Loss]) -> str:
    """Return what a loss does, in a sentence."""
    return (loss.__doc__ or "").strip().splitlines()[0]


def parse_all(text: str) -> list[Loss]:
    """Return the losses of a comma-separated list of specs."""
    specs = _specs(text)
    if not specs:
        raise UsageError(
            "no loss named", fix=["losscli compute mse FILE", "losscli list"], code="unknown-loss"
        )
    return [parse(spec) for spec in specs]


def _specs(text: str) -> list[str]:
    return [part for part in text.split(",") if part.strip()]


def parse(spec: str) -> Loss:
    """Return the loss that `spec` describes: a name, then parameters after colons.

    `huber:delta=0.5`; a parameter without its name is the first one, `huber:0.5`. Raises `UsageError`.
    """
    name, claim = _named(spec)
    kind = loss_called(claim.loss)
    given = dict(_setting(kind, word, at) for at, word in enumerate(claim.spec.split(":")[1:]))
    words = [word.strip() for word in spec.split(":")][name.count(":") + 1 :]
    said = [_setting(kind, word, at) for at, word in enumerate(words)]
    given |= dict(said)
    if len(said) > len(dict(said)):
        names = [each for each, _ in said]
        twice = next(each for each in names if names.count(each) > 1)
        raise UsageError(f"{kind.name}: {twice} is given twice", code="bad-parameter", value=spec)
    try:
        return kind(**given)
    except ValueError as error:  # each parameter is fine, and all together are not
        lines = [describe(kind, each) for each in kind.parameters.values()]
        raise UsageError(f"{kind.name}: {error}", lines, code="bad-parameter", value=spec) from None


def _named(spec: str) -> tuple[str, Claim]:
    """Return the name at the beginning of `spec`, and the claim to it.

    Names of boosting objectives have colons of their own: reg:squarederror, xgboost:reg:squarederror.
    """
    words = [word.strip() for word in spec.split(":")]
    longer = (
        [":".join(words[:count]) for count in (3, 2) if count <= len(words)] if not load(words[0]) else []
    )
    name = next((each for each in longer if key(each) in claims()), words[0])
    return name, resolve(name)


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
    short = key(name)
    for nickname, full in NICKNAMES.items():
        if short.startswith(nickname):
            short = full + short.removeprefix(nickname)
    found = claims().get(short, ())
    if len(found) == 1:
        return found[0]
    if found:
        width = max(len(claim.spec) for claim in found)
        raise UsageError(
            f"'{name}' is the name of several losses",
            [f"{claim.spec:<{width}}   {_short(loss_called(claim.loss))}" for claim in found],
            [f"losscli compute {found[0].spec} ...", "losscli explain LOSS"],
            code="ambiguous-loss",
            value=name,
        )
    raise _unheard(name)


def _unheard(name: str) -> UsageError:
    """Return what to say of a name that is no loss's: a metric's, a file's, or nearly a loss's."""
    from difflib import get_close_matches  # 5 ms, only for the clumsy
    from pathlib import Path

    from losscli.metrics import metrics

    for metric in metrics():
        if key(name) in map(key, metric.names):
            return UsageError(
                f"'{name}' is {metric.what}",
                [f"{metric.meaning} {', '.join(metric.losses)}"],
                [metric.recipe or f"losscli compute {metric.losses[0]} ..."],
                code="unknown-loss",
                value=name,
            )
    if name and Path(name).is_file():
        return UsageError(
            f"'{name}' is a file: losses come before it", [], [f"losscli compute mse {name}"],
            code="file-before-losses", value=name,
        )  # fmt: skip
    every, short = claims(), key(name)
    cutoff = 0.7 if len(short) > 3 else 0.65  # of three letters one may be a slip
    near = get_close_matches(short, every, n=8, cutoff=cutoff)
    near.sort(key=lambda other: sorted(other) != sorted(short))  # letters in another order come first
    names = list(dict.fromkeys(claim.loss for match in near for claim in every[match]))[:4]
    evidence = [f"did you mean: {', '.join(names)}"] if names else []
    return UsageError(
        f"unknown loss '{name}'", [*evidence, "all losses: losscli list"], code="unknown-loss", value=name
    )


def _short(loss: type[Loss]) -> str:
    scores = "on logarithms" if loss.family in ("counts", "distributions") else "on scores (logits)"
    inputs = {"p, y": "on probabilities", "z, y": scores}.get(loss.symbols, "")
    return f"{inputs}; {loss.family}" if inputs else loss.family


def _setting(kind: type[Loss], word: str, at: int) -> tuple[str, Value]:
    """Return the parameter that `word` sets, and to what."""
    names = list(kind.parameters)
    name, equals, text = word.partition("=")
    if not equals:
        name, text = (names[0] if names and at == 0 else ""), word
    name = name.strip().replace("-", "_").lower()
    if name not in kind.parameters:
        raise UsageError(*_unknown(kind, word, name), code="bad-parameter", value=word)
    try:
        return name, kind.parameters[name].read(text)
    except ValueError as error:
        what, evidence = f"{kind.name}: {error}", [describe(kind, kind.parameters[name])]
        raise UsageError(what, evidence, code="bad-parameter", value=word) from None


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
    several = (
        ("NUMBER/NUMBER/..." if each.default == () else "NUMBER[/NUMBER/...]") if each.each else "NUMBER"
    )
    wanted = "true|false" if each.flag else several
    return f"{kind.name}:{each.name}={wanted}   {each.help} (default {each.spell(each.default)})"
