"""Losses of lists as a library: which rows belong together, what belongs to a list as a whole, what is refused."""

import numpy as np
import pytest

from losscli.loss import DomainError
from losscli.losses import catalogue
from tests.lists import Apart, Spell

S, Y = [3.0, 1.0, 5.0, 2.0, 0.0], [1.0, 0.0, 2.0, 1.0, 0.0]
MIXED = ["b", "a", "b", "a", "b"]
"""Lists b (rows 0, 2, 4) and a (rows 1, 3), whose errors are 2, 3, 0 and 1, 1."""


def test_lists_come_in_the_order_in_which_they_appear():
    np.testing.assert_array_equal(Apart().value(S, Y, lists=MIXED), [2 * (1 + 4 + 9), 0])
    np.testing.assert_array_equal(Apart().gradient(S, Y, lists=MIXED), [4, 0, 16, 0, -20])
    np.testing.assert_array_equal(Apart().hessian(S, Y, lists=MIXED), [8, 4, 8, 4, 8])
    np.testing.assert_array_equal(Apart().kinked([9.0, *S[1:]], Y, lists=MIXED), [True, False])


def test_without_lists_all_rows_are_one():
    assert Apart().value(S, Y).shape == (1,)
    np.testing.assert_array_equal(Apart().value(S, Y), Apart().value(S, Y, lists=[7] * 5))


def test_what_a_list_has_as_a_whole_is_in_each_of_its_rows():
    cost = [2.0, 10.0, 2.0, 10.0, 2.0]
    np.testing.assert_array_equal(Apart().value(S, Y, cost, lists=MIXED), [56, 0])
    np.testing.assert_array_equal(Apart().gradient(S, Y, cost, lists=MIXED), [8, 0, 32, 0, -40])
    with pytest.raises(ValueError, match="apart: cost must be the same in every row of a list"):
        Apart().value(S, Y, cost)
    cost[2] = np.nan
    np.testing.assert_array_equal(Apart().value(S, Y, cost, lists=MIXED), [np.nan, 0])


def test_a_list_with_a_missing_value_has_no_value():
    spoilt = [np.nan, *S[1:]]
    np.testing.assert_array_equal(Apart().value(spoilt, Y, lists=MIXED), [np.nan, 0])
    np.testing.assert_array_equal(Apart().gradient(spoilt, Y, lists=MIXED), [np.nan, 0, np.nan, 0, np.nan])


Z = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 10.0]]


def test_labels_are_an_array_a_list():
    labels = [[0, 1, 1], []]
    value = 1 + 2 * 4 + 25 + 2 * 36 + 81 + 2 * 100
    np.testing.assert_array_equal(Spell().value(Z, labels, lists=MIXED), [value, 0])
    np.testing.assert_array_equal(
        Spell().gradient(Z, labels, lists=MIXED), [[2, 8], [0, 0], [10, 24], [0, 0], [18, 40]]
    )
    np.testing.assert_array_equal(
        Spell().hessian(Z, labels, lists=MIXED), [[2, 4], [0, 0], [2, 4], [0, 0], [2, 4]]
    )
    np.testing.assert_array_equal(Spell().kinked(Z, labels, lists=MIXED), [False, False])


@pytest.mark.parametrize("labels", [[0.0, 0.0], [[0, 0]], np.zeros((1, 2)), (np.zeros(2),)])
def test_labels_of_a_single_list_may_stand_alone(labels):
    np.testing.assert_array_equal(Spell().value(Z[:2], labels), [20])
    np.testing.assert_array_equal(Spell().value(Z[:2], []), [0])


def test_lists_of_equal_length_and_many_labels_are_computed_apart():
    rng = np.random.default_rng(0)
    z, lists = rng.normal(size=(60, 2)), rng.integers(0, 15, 60)
    order = list(dict.fromkeys(lists.tolist()))
    labels = [rng.integers(0, 2, rng.integers(0, 4)) for _ in order]
    whole, slopes = Spell().value(z, labels, lists=lists), Spell().gradient(z, labels, lists=lists)
    for value, each, own in zip(whole, labels, order, strict=True):
        np.testing.assert_array_equal(Spell().value(z[lists == own], each), [value])
        np.testing.assert_array_equal(Spell().gradient(z[lists == own], each), slopes[lists == own])


def test_labels_that_are_missing_or_wrong():
    np.testing.assert_array_equal(Spell().value(Z, [[0], [np.nan]], lists=MIXED), [107, np.nan])
    with pytest.raises(ValueError, match="spell: target of 1 lists, but there are 2"):
        Spell().value(Z, [[0, 1]], lists=MIXED)
    with pytest.raises(
        DomainError, match="spell: target 2 in list 1 must be a whole number from 0 to 1"
    ) as error:
        Spell().value(Z, [[0, 1], [1, 2]], lists=MIXED)
    assert error.value.rows.tolist() == [False, True]


@pytest.mark.parametrize("labels", [[0], [0, 1], []])
def test_the_formula_answers_for_the_kernel(labels):
    z = [[1e120, 1.0], [2.0, 3.0]]
    count = np.bincount(np.array(labels, int), minlength=2)
    np.testing.assert_allclose(Spell().value(z, labels), (np.square(z) * count).sum().reshape(1), rtol=1e-15)
    np.testing.assert_allclose(Spell().gradient(z, labels), 2 * np.array(z) * count, rtol=1e-15)
    np.testing.assert_allclose(Spell().hessian(z, labels), [2 * count, 2 * count], rtol=1e-15)


def test_rows_without_lists():
    assert Apart().value([], []).shape == (0,)
    assert Spell().gradient(np.zeros((0, 2)), []).shape == (0, 2)


def test_the_oracle_knows_lists():
    from tests.laws import law

    rows = [
        (((1.0, 2.0), (3.0, 4.0)), (1.0, 0.0, 1.0)),
        (((1.0, 1e120), (3.0, 4.0)), (1.0, 1.0, 1.0)),
        (((0.5, 0.25),), ()),
        (((0.5, 0.25),), (1.0,)),
    ]
    for order in (0, 1, 2):
        assert max(error for error, *_ in law.errors(Spell(), 0, rows, order)) <= 4
    rows = [((1.0, 2.0, 5.0), (0.0, 1.0, 0.5), 3.0), ((1.0, 2.0, 4.0), (0.0, 1.0, 0.5), 2.0)]
    for order in (0, 1, 2):
        assert max(error for error, *_ in law.errors(Apart(), 0, rows, order)) <= 4


def test_these_losses_are_not_in_the_catalogue():
    assert not {"apart", "spell"} & set(catalogue())
