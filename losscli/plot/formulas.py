"""A formula of one line, as `explain` shows it, in the notation of TeX that Matplotlib typesets."""

from __future__ import annotations

import re

GREEK = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi",
    "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
))  # fmt: skip
SIGNS = {
    "<=": r"\leq ", "≤": r"\leq ", ">=": r"\geq ", "≥": r"\geq ", "!=": r"\neq ", "≠": r"\neq ", "·": r"\cdot ",
    "−": "-", "||": r"\Vert ", "‖": r"\Vert ", "∑": r"\Sigma ", "Σ": r"\Sigma ", "{": r"\{", "}": r"\}", "%": r"\%",
    "#": r"\#", "&": r"\&", "$": r"\$", "∞": r"\infty ", "→": r"\to ",
}  # fmt: skip
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOKEN = re.compile(
    r"(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|(?P<word>[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|(?P<number>\d+(?:\.\d+)?(?:e[-+]?\d+)?)|(?P<blank> +)"
    r"|(?P<shift>[_^])|(?P<sign><=|>=|!=|\|\||.)"
)
TIGHT = set("+-−=<>≤≥≠·,;/") | {"<=", ">=", "!="}
"""Signs that bring their own room."""


def mathtext(text: str) -> str:
    """Return the formula between dollar signs."""
    tokens = [(match.lastgroup or "", match[0]) for match in TOKEN.finditer(text)]
    return f"${convert(tokens)}$"


def convert(tokens: list[tuple[str, str]]) -> str:
    """Return the tokens in the notation of TeX."""
    out: list[str] = []
    at = 0
    while at < len(tokens):
        kind, token = tokens[at]
        at += 1
        if kind == "shift" and at < len(tokens):
            end = closing(tokens, at)
            out.append(f"{token}{{{convert(tokens[at:end])}}}")
            at = end
        elif kind == "word" and token == "sqrt" and at < len(tokens) and tokens[at][1] == "(":
            end = closing(tokens, at)
            out.append(rf"\sqrt{{{convert(tokens[at + 1 : end - 1])}}}")
            at = end
        elif kind == "blank":
            sides = {tokens[near][1] for near in (at - 2, at) if 0 <= near < len(tokens)}
            out.append(gap(tokens, at - 2) if tokens[at - 2][1] == "," else "" if sides & TIGHT else r"\,")
        elif kind == "raised":
            out.append(f"^{{{token.translate(RAISED)}}}")
        elif kind == "word":
            out.append(word(token))
        else:
            out.append(SIGNS.get(token, token))
    return "".join(out)


def gap(tokens: list[tuple[str, str]], comma: int) -> str:
    """Return the room behind a comma: more where it parts cases, and not what is in brackets."""
    before = [token for _, token in tokens[:comma]]
    inside = before.count("(") > before.count(")")
    return r"\," if inside else r"\;\;\;"


def closing(tokens: list[tuple[str, str]], at: int) -> int:
    """Return where an exponent or an index that begins here ends: after one token, or the bracket's other half."""
    pairs = {"(": ")", "{": "}"}
    if tokens[at][1] in ("-", "−"):
        return min(at + 2, len(tokens))
    if tokens[at][1] not in pairs:
        return at + 1
    opening, depth = tokens[at][1], 0
    for end in range(at, len(tokens)):
        depth += (tokens[end][1] == opening) - (tokens[end][1] == pairs[opening])
        if not depth:
            return end + 1
    return len(tokens)


def word(token: str) -> str:
    """Return a name: one letter in italics, a Greek one as itself, words upright."""
    if token in GREEK:
        return rf"\{token} "
    if token in ("if", "otherwise", "in", "and", "or"):
        return rf"\;\mathrm{{{token}}}\;"
    if len(token) == 2 and token[0] == "d" and (token[1].isupper() or token[1].islower()) and token != "df":
        return token
    return token if len(token) == 1 else rf"\mathrm{{{token}}}"
