"""What holds between losses of a margin, and between the parameters of one."""

import numpy as np
import pytest

from losscli import parse

S = np.array([-3.0, -1.0, -0.3, 0.0, 0.2, 0.5, 1.0, 1.7, 2.0, 40.0])
Y = np.where(np.arange(len(S)) % 3 == 0, -1.0, 1.0)
ORDERS = pytest.mark.parametrize("order", [0, 1, 2])


def answer(spec, order, *inputs):
    return getattr(parse(spec), ("value", "gradient", "hessian")[order])(*inputs)


@ORDERS
def test_a_hinge_without_margin_is_the_perceptron(order):
    np.testing.assert_array_equal(answer("hinge:margin=0", order, S, Y), answer("perceptron", order, S, Y))


@ORDERS
@pytest.mark.parametrize("margin", [0.25, 2.0, 64.0])
@pytest.mark.parametrize(("loss", "power"), [("hinge", 1), ("squared-hinge", 2)])
def test_margin_is_a_unit_of_scores(loss, power, margin, order):
    mine = answer(f"{loss}:margin={margin}", order, S * margin, Y)
    np.testing.assert_array_equal(mine, margin ** (power - order) * answer(loss, order, S, Y))


@ORDERS
@pytest.mark.parametrize("threshold", [0.5, -2.0])
def test_the_threshold_takes_the_place_of_0(threshold, order):
    mine = answer(f"zero-one:threshold={threshold}", order, S, Y)
    np.testing.assert_array_equal(mine, answer("zero-one", order, S - threshold, Y))


def test_a_score_on_the_threshold_is_right_for_both_labels():
    assert (answer("zero-one:threshold=0.3", 0, [0.3, 0.3], [1.0, -1.0]) == 0).all()
    assert (
        answer("zero-one:threshold=0.3", 0, [np.nextafter(0.3, 0), np.nextafter(0.3, 1)], [1.0, -1.0]) == 1
    ).all()
