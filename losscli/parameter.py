"""The numbers that shape a loss, declared where the loss is written."""

from __future__ import annotations

from typing import Any

from losscli.domain import FINITE, Choice, Domain

FLAG = Choice((0.0, 1.0))
WORDS = {"true": 1.0, "yes": 1.0, "on": 1.0, "false": 0.0, "no": 0.0, "off": 0.0}


class Parameter:
    """One declared number: its default, its domain, and one line of help."""

    name: str

    def __init__(self, default: float, within: Domain, help: str, quiet: bool) -> None:
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

    def accept(self, value: float) -> float:
        """Return `value` as a float, or say why it cannot be this parameter."""
        number = float(value)
        if not self.within.holds(number):
            wanted = "true or false" if self.flag else str(self.within)
            raise ValueError(f"{self.name} must be {wanted}, got {spell(number)}")
        return number

    def read(self, text: str) -> float:
        """Return the number that `text` spells."""
        word = text.strip().lower()
        if self.flag and word in WORDS:
            return WORDS[word]
        try:
            if "_" in word:
                raise ValueError(word)
            number = float(word)
        except ValueError:
            wanted = "true or false" if self.flag else "a number"
            raise ValueError(f"{self.name} must be {wanted}, got '{text}'") from None
        return self.accept(number)


def spell(value: float) -> str:
    """Return the shortest text that reads back as `value`: `2`, `0.5`, `1e-07`."""
    text = repr(float(value))
    return text.removesuffix(".0")


def parameter(*, default: float, within: Domain = FINITE, help: str = "", quiet: bool = False) -> Any:
    """Declare a parameter; it returns `Any` so that the annotation beside it may say `float`.

    A `quiet` parameter changes nothing at its default, and then stays out of the formula shown.
    """
    return Parameter(default, within, help, quiet)


def flag(*, default: float = 0.0, help: str = "") -> Any:
    """Declare a switch, off unless said otherwise."""
    return Parameter(default, FLAG, help, quiet=True)
