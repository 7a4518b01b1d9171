"""Round numbers, digit for digit: no rounding noise, nothing longer than needed."""

from __future__ import annotations

from collections.abc import Sequence

PLAIN = 6
"""Digits before the point, or zeros after it, from which on a label is written with an exponent."""


def scaled(digits: int, power: int) -> float:
    """Return digits x 10^power, correctly rounded."""
    try:
        return digits / 10**-power if power < 0 else float(digits * 10**power)
    except OverflowError:
        return float(f"{digits}e{power}")


def labels(numbers: Sequence[int], power: int) -> list[str]:
    """Return numbers x 10^power as text: whole numbers bare, all others with the same decimals.

    All are plain decimals unless one would be very long or very small; then all but zero have an exponent.
    """
    while power < 0 and all(number % 10 == 0 for number in numbers):
        numbers, power = [number // 10 for number in numbers], power + 1
    largest = max((abs(number) for number in numbers), default=0)
    before = len(str(largest)) + power
    if largest and (before > PLAIN or before < 3 - PLAIN):
        return [exponential(number, power) for number in numbers]
    return [decimal(number, power) for number in numbers]


def powers(exponents: Sequence[int]) -> list[str]:
    """Return powers of 10 as text: all as decimals, or all but 1 with an exponent."""
    words = [labels([1], exponent)[0] for exponent in exponents]
    if any("e" in word for word in words):
        return [exponential(1, exponent) if exponent else "1" for exponent in exponents]
    return words


def decimal(number: int, power: int) -> str:
    """Return the number as a plain decimal."""
    if power >= 0:
        return str(number * 10**power)
    whole, part = divmod(abs(number), 10**-power)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{part:0{-power}}" if part else f"{sign}{whole}"


def exponential(number: int, power: int) -> str:
    """Return the number with one digit before the point and an exponent."""
    if number == 0:
        return "0"
    digits = str(abs(number))
    power += len(digits) - 1
    rest = digits[1:].rstrip("0")
    return f"{'-' if number < 0 else ''}{digits[0]}{'.' if rest else ''}{rest}e{power}"
