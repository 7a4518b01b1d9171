"""The numbers that shape a loss, declared where the loss is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from losscli.domain import FINITE, Choice, Domain

Value = float | tuple[float, ...]

FLAG = Choice((0.0, 1.0))
WORDS = {"true": 1.0, "yes": 1.0, "on": 1.0, "false": 0.0, "no": 0.0, "off": 0.0}


class Parameter:
    """One declared number: its default, its domain, and one line of help.

    It may have one number for `each` of several things, such as classes: a spec has slashes between them. If its
    default is none, `()`, one number is a vector of one; else one number stands for all of them.
    """

    name: str

    def __init__(self, default: Value, within: Domain, help: str, quiet: bool, each: str = "") -> None:
        self.each = each
        self.default = default
        self.within = within
        self.help = help
        self.quiet = quiet

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def flag(self) -> bool:
        """Whether this parameter is a switch: off or on."""
        return self.within is FLAG

    @property
    def said(self) -> str:
        """What it may be, in words."""
        return "true or false" if self.flag else str(self.within)

    def accept(self, value: float | Sequence[float]) -> Value:
        """Return `value` as a float, or as one for each of several things; or say why it cannot be this parameter."""
        if not self.each:
            return self._number(value)
        several = tuple(map(self._number, value if isinstance(value, Iterable) else [value]))
        if not several and self.default != ():
            raise ValueError(f"{self.name} must be a number, or one for each {self.each}")
        return several[0] if len(several) == 1 and self.default != () else several

    def _number(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"{self.name} must be a number, not {value!r}") from None
        if not self.within.holds(number):
            raise ValueError(f"{self.name} must be {self.said}, got {spell(number)}")
        return number

    def read(self, text: str) -> Value:
        """Return the number, or numbers, that `text` spells."""
        if self.default == () and text.strip().lower() == "none":
            return ()
        found = [self._read(part) for part in (text.split("/") if self.each else [text])]
        return self.accept(found if self.each else found[0])

    def _read(self, text: str) -> float:
        word = text.strip().lower()
        if self.flag and word in WORDS:
            return WORDS[word]
        try:
            if "_" in word:
                raise ValueError(word)
            return float(word)
        except ValueError:
            wanted = "true or false" if self.flag else "a number"
            raise ValueError(f"{self.name} must be {wanted}, got '{text}'") from None

    def spell(self, value: Value) -> str:
        """Return the text that reads back as `value`."""
        if isinstance(value, tuple):
            return "/".join(map(spell, value)) or "none"
        return ("true" if value else "false") if self.flag else spell(value)


def spell(value: float) -> str:
    """Return the shortest text that reads back as `value`: `2`, `0.5`, `1e-07`."""
    text = repr(float(value))
    return text.removesuffix(".0")


def flat(values: Iterable[Value]) -> list[float]:
    """Return the numbers of some parameters."""
    return [x for value in values for x in (value if isinstance(value, tuple) else (value,))]


def parameter(
    *, default: Value, within: Domain = FINITE, help: str = "", quiet: bool = False, each: str = ""
) -> Any:
    """Declare a parameter; it returns `Any` so that the annotation beside it may say `float`.

    A `quiet` parameter changes nothing at its default, and then stays out of the formula shown.
    """
    return Parameter(default, within, help, quiet, each)


def flag(*, default: float = 0.0, help: str = "") -> Any:
    """Declare a switch, off unless said otherwise."""
    return Parameter(default, FLAG, help, quiet=True)
