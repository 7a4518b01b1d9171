"""Formulas are typeset as people write mathematics, in plain characters."""

import pytest

from losscli.formula import evaluate, names_in, needed, typeset
from losscli.losses import catalogue
from tests.laws import cases


@pytest.mark.parametrize("loss", cases.CASES, ids=str)
def test_every_formula_can_be_shown(loss):
    quiet = {
        k: v
        for k, v in loss.settings().items()
        if loss.parameters[k].quiet and v == loss.parameters[k].default
    }
    texts = [loss.formula, loss.slope_formula]
    for form in loss.forms:
        for name, text in loss.where(form):
            if not text.startswith("["):  # lists are carried out, not shown
                texts.append(text)
            assert name.isidentifier()
    for text in texts:
        for fixed in ({}, quiet, loss.settings()):
            lines = typeset(text, fixed)
            assert lines
            assert all(lines), (text, fixed)
            assert "".join(lines).isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("e**2 / 2", "e^2 / 2"),
        ("scale * e**2", "scale e^2"),
        ("2 * (a + b)", "2 (a + b)"),
        ("a - (b - c)", "a - (b - c)"),
        ("a / (b * c)", "a / (b c)"),
        ("(a + b)**2", "(a + b)^2"),
        ("d**(power - 1)", "d^(power - 1)"),
        ("abs(e) - delta", "|e| - delta"),
        ("norm(x1 - x2)", "||x1 - x2||"),
        ("norm(x1, p)", "||x1||_p"),
        ("log(1 + exp(-z))", "ln(1 + exp(-z))"),
        ("-xlogy(y, p)", "-y ln p"),
        ("sum(y[k] for k in classes)", "sum_k y_k"),
        ("sum(s[i] - s[j] for i in items for j in items)", "sum_{i,j} (s_i - s_j)"),
        ("sum(s[i] for i in items for j in items if y[i] > y[j])", "sum_{i,j: y_i > y_j} s_i"),
        ("max(m + s[k] for k in classes) - s_y", "max_k (m + s_k) - s_y"),
        ("y * (a >= b)", "y (a >= b)"),
        ("x**(1 / 2)", "sqrt(x)"),
    ],
)
def test_typesetting(text, shown):
    assert typeset(text) == [shown]


def test_cases_stand_below_one_another():
    assert typeset("e if abs(e) <= delta else -delta if e < 0 else delta") == [
        "e        if |e| <= delta",
        "-delta   if e < 0",
        "delta    otherwise",
    ]


@pytest.mark.parametrize(
    ("text", "fixed", "shown"),
    [
        ("scale * e**2", {"scale": 1}, "e^2"),
        ("y * (1 - s) + s / 2", {"s": 0.0}, "y"),
        ("a if swap < 1 else b", {"swap": 0.0}, "a"),
        ("max(0, a - b + margin)", {"margin": 0.0}, "max(0, a - b)"),
        ("x / len(s)**average", {"average": 0.0}, "x"),
        ("x / len(s)**average", {"average": 1.0}, "x / K"),
        ("scale * power * d**(power - 1)", {"scale": 1.0, "power": 2.0}, "2 d"),
    ],
)
def test_idle_parameters_are_left_out(text, fixed, shown):
    assert typeset(text, fixed) == [shown]


def test_formulas_run():
    assert evaluate("a * b + 1", {"a": 2, "b": 3}) == 7
    assert names_in("a * exp(b)") == {"a", "exp", "b"}
    with pytest.raises(NameError):
        evaluate("open('x')", {})


def test_only_what_a_formula_needs_is_defined():
    where = (("a", "x"), ("b", "a + 1"), ("c", "1 / 0"), ("a", "a * 2"))
    assert needed("a + x", where) == (("a", "x"), ("a", "a * 2"))
    assert needed("b", where) == (("a", "x"), ("b", "a + 1"))


def test_what_a_formula_cannot_say():
    with pytest.raises(SyntaxError, match="a formula cannot say"):
        typeset("lambda x: x")


@pytest.mark.parametrize("kind", catalogue().values(), ids=lambda kind: kind.name)
def test_every_loss_says_enough_about_itself(kind):
    assert kind.__doc__
    assert kind.use
    assert kind.source
    assert kind.also
    assert len(kind.pitfalls) >= 2
    assert set(kind.related) <= set(catalogue())
    assert all(each.help for each in kind.parameters.values())
