"""Words for a picture: plain letters, and no longer than their place."""

from __future__ import annotations

import re
import unicodedata

PLAIN = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "÷": "/", "½": "1/2", "¼": "1/4", "∞": "inf",
        "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+-", "√": "sqrt ", "′": "'", "″": "''", "∂": "d",
        "∈": " in ", "∑": "sum ", "→": "->", "…": "...", "“": '"', "”": '"', "\u2019": "'", "\u2018": "'",
        "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta", "κ": "kappa",
        "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
        "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Σ": "Sum ",
    }
)  # fmt: skip
LIFTED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def plain(text: str) -> str:
    """Return the text in printable ASCII, on one line."""
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda raised: "^" + raised[0].translate(RAISED), text)
    text = unicodedata.normalize("NFD", text).replace("\u0302", "_hat").translate(PLAIN)
    text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return "".join(each if " " <= each <= "~" else " " if each.isspace() else "?" for each in text).strip()


def typographic(text: str) -> str:
    """Return the text as a printed page has it: true minus signs, raised powers, one sign for `at most`."""
    text = re.sub(r"\^(-?\d+)(?![\d.])", lambda power: power[1].translate(LIFTED), text)
    text = re.sub(r"(?<![\w)\]])-(?=[\w(|.])|(?<= )-(?= )", "−", text)
    return text.replace("<=", "≤").replace(">=", "≥").replace("!=", "≠")


GREEK = dict(
    zip(
        ["alpha", "beta", "gamma", "delta", "epsilon", "kappa", "mu", "rho", "sigma", "tau"],
        "αβγδεκμρστ",
        strict=True,
    )
)


def printed(text: str) -> str:
    """Return the text as a printed page has it, on one line, with Greek letters for their names.

    Names of losses and of parameters that could be typed stay as they are.
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(each if each.isprintable() else " " if each.isspace() else "?" for each in text)
    words = rf"(?<![\w-])({'|'.join(GREEK)})(?![\w=-])"
    return re.sub(words, lambda word: GREEK[word[1]], typographic(text)).strip()


LEAST_FORMULA = 7
"""Letters of a formula that say something."""


def cut(text: str, width: int) -> str:
    """Return the text if it fits, else as much as ends in a sensible place, and three dots.

    Sensible is behind a comma or a sign, if that does not cost half of the room, or between words; never
    inside brackets. A title is a name, three blanks and a formula: the formula goes as a whole if only its
    head would stay.
    """
    if len(text) <= width:
        return text
    name, _, rest = text.partition("   ")
    ends = [at for at in range(width - 3) if text[at] == " " and balanced(text[:at])]
    for good in ("," if rest else "", "+-,"):
        fine = [at for at in ends if text[at - 1] in good and at > width / 2]
        if fine:
            return text[: fine[-1]] + " ..."
    kept = text[: ends[-1]].rstrip(" ,;+-*/=") if ends else ""
    head = kept[len(name) :].partition("=")[2]
    if "=" in rest and len(head.strip()) < LEAST_FORMULA and len(name) <= width:
        return name
    return f"{kept} ..." if kept else text[: max(0, width - 3)] + "..."[:width]


def balanced(text: str) -> bool:
    """Say whether every bracket that is opened is closed."""
    return all(text.count(begin) == text.count(end) for begin, end in ("()", "[]", "{}"))
