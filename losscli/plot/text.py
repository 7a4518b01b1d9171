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
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def plain(text: str) -> str:
    """Return the text in printable ASCII, on one line."""
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda raised: "^" + raised[0].translate(RAISED), text)
    text = unicodedata.normalize("NFD", text).replace("\u0302", "_hat").translate(PLAIN)
    text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return "".join(each if " " <= each <= "~" else " " if each.isspace() else "?" for each in text).strip()


def cut(text: str, width: int) -> str:
    """Return the text if it fits, else as much as ends in a sensible place, and three dots.

    A title is a name, three blanks and a formula: the formula goes as a whole if only its head would stay.
    """
    if len(text) <= width:
        return text
    name, _, rest = text.partition("   ")
    places = [at for at, sign in enumerate(text) if sign == " " and at + 4 <= width and balanced(text[:at])]
    kept = text[: places[-1]].rstrip(" ,;+-*/=") if places else ""
    if rest and len(kept) - len(name) < len(rest) // 4 and len(name) <= width:
        return name
    return f"{kept} ..." if kept else text[: max(0, width - 3)] + "..."[:width]


def balanced(text: str) -> bool:
    """Say whether every bracket that is opened is closed."""
    return all(text.count(begin) == text.count(end) for begin, end in ("()", "[]", "{}"))
