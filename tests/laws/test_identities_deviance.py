"""What deviances have to do with each other, and with the likelihoods that they are twice the excess of."""

import numpy as np
import pytest

from losscli import (
    GammaDeviance,
    GammaNLLLog,
    InverseGaussianDeviance,
    PoissonDeviance,
    PoissonNLL,
    PoissonNLLLog,
    TweedieDeviance,
    TweedieNLLLog,
    parse,
)
from losscli.loss import DomainError
from tests.laws import law
from tests.laws.test_identities import same
from tests.laws.test_truth import true

RNG = np.random.default_rng(11)
P, T = np.exp(RNG.normal(size=(2, 300)) * 2)
ORDERS = pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
PRESETS = [(1, PoissonDeviance()), (2, GammaDeviance()), (3, InverseGaussianDeviance())]


@ORDERS
@pytest.mark.parametrize(("power", "preset"), PRESETS)
def test_presets_are_powers(power, preset, order):
    same(getattr(TweedieDeviance(power=power), order)(P, T), getattr(preset, order)(P, T))


@ORDERS
def test_power_0_is_the_square(order):
    same(getattr(TweedieDeviance(power=0), order)(P, T), getattr(parse("mse"), order)(P, T))


@pytest.mark.parametrize("power", [1 + 2.0**-52, 1 - 1e-9, 2 - 2.0**-40, 2 + 1e-10, 7.3, -20.0])
def test_powers_where_terms_cancel(power):
    for order in range(3):
        true(TweedieDeviance(power=power), order)


@pytest.mark.parametrize("power", [1.0, 2.0])
@pytest.mark.parametrize("side", [-1e-9, 1e-9])
def test_powers_leave_no_gaps(power, side):
    near = TweedieDeviance(power=power + side).value(P, T)
    np.testing.assert_allclose(near, TweedieDeviance(power=power).value(P, T), rtol=1e-7)


@pytest.mark.parametrize("power", [-1.0, 0.5, 1.0, 1.3, 2.0, 3.0])
def test_scaling_both_scales_the_deviance(power):
    loss = TweedieDeviance(power=power)
    same(loss.value(4 * P, 4 * T), loss.value(P, T) * 4 ** (2 - power))


@pytest.mark.parametrize("power", [-1.0, 0.5, 1.0, 1.3, 2.0, 3.0])
def test_beside_equality_it_is_a_square_over_the_variance(power):
    loss = TweedieDeviance(power=power)
    assert (loss.value(T, T) == 0).all()
    assert (loss.gradient(T, T) == 0).all()
    beside = T * (1 + 2.0**-30)
    np.testing.assert_allclose(loss.value(beside, T), (beside - T) ** 2 / T**power, rtol=1e-8)


def test_poisson_deviance_is_twice_what_the_likelihood_costs_above_its_least():
    excess = 2 * (PoissonNLL().value(P, T) - PoissonNLL().value(T, T))
    np.testing.assert_allclose(PoissonDeviance().value(P, T), excess, rtol=1e-9)
    same(PoissonDeviance().gradient(P, T), 2 * PoissonNLL().gradient(P, T))
    assert PoissonDeviance().value([0.0, 0.0, 2.0], [0.0, 1.0, 0.0]).tolist() == [0.0, np.inf, 4.0]


def test_deviances_are_twice_what_log_likelihoods_cost_above_their_least():
    z, least = np.log(P), np.log(T)
    excess = 2 * (GammaNLLLog().value(z, T) - GammaNLLLog().value(least, T))
    np.testing.assert_allclose(GammaDeviance().value(P, T), excess, rtol=1e-7, atol=1e-14)
    np.testing.assert_allclose(
        GammaDeviance().gradient(P, T) * P, 2 * GammaNLLLog().gradient(z, T), atol=1e-10
    )
    for power in (1.2, 1.5, 1.9):
        loss = TweedieNLLLog(power=power)
        excess = 2 * (loss.value(z, T) - loss.value(least, T))
        np.testing.assert_allclose(TweedieDeviance(power=power).value(P, T), excess, rtol=1e-7, atol=1e-12)


@ORDERS
def test_between_poisson_and_gamma(order):
    """Slopes tend to those of the ends; values do not, for what is left out grows without bound."""
    z = np.log(P)
    for power, end in ((1 + 1e-12, PoissonNLLLog()), (2 - 1e-12, GammaNLLLog())):
        if order != "value":
            near = getattr(TweedieNLLLog(power=power), order)(z, T)
            np.testing.assert_allclose(near, getattr(end, order)(z, T), rtol=1e-8, atol=1e-8)


def test_a_target_of_0_belongs_to_powers_below_2():
    same(TweedieDeviance(power=1.5).value([4.0], [0.0]), [2 * 2 / 0.5])
    same(TweedieNLLLog(power=1.5).value([np.log(4.0)], [0.0]), [2 / 0.5])
    for power in (2.0, 2.5):
        with pytest.raises(DomainError, match="target 0 in row 1 must be greater than 0"):
            TweedieDeviance(power=power).value([1.0, 1.0], [1.0, 0.0])


def test_what_libraries_say_of_target_2_and_prediction_3():
    """The numbers that `explain` mentions."""
    assert round(GammaDeviance().value(3, 2).item(), 6) == 0.144264
    assert round(GammaNLLLog().value(np.log(3), 2).item(), 6) == 1.765279
    assert round(TweedieDeviance().value(3, 2).item(), 6) == 0.233297
    assert round(TweedieNLLLog().value(np.log(3), 2).item(), 6) == 5.773503


LARGE = [(1.0000000000000002e308, 1e308), (1e308, 1.7e308), (1e100, 1.7976931348623157e308), (3e-320, 2e-320)]


@pytest.mark.parametrize("power", [1.2, 1.5, 2.0, 2.5])
def test_ends_of_the_range(power):
    """Near-equal numbers too large to be split in halves, and targets twice which is infinite."""
    for loss in (TweedieDeviance(power=power), GammaDeviance()):
        for order in range(3):
            for error, row, got, truth in law.errors(loss, 0, LARGE, order):
                assert error <= 4, f"{loss} order {order} at {row}: {got} is {error:.3g} ulp from {truth}"
