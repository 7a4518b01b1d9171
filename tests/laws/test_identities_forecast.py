"""Losses of forecast distributions: what they become at one scale, and what holds at every scale."""

import numpy as np
import pytest

from losscli.losses.likelihood import GaussianNLL, LaplaceNLL
from losscli.losses.residual import MAE, MSE

RNG = np.random.default_rng(6)
M, T = RNG.normal(size=(2, 200)) * 3
ONE = np.ones_like(M)
S = np.exp(RNG.normal(size=200))
NEAR = {"rtol": 2.0**-48, "atol": 2.0**-48}


def same(a, b):
    np.testing.assert_allclose(a, b, **NEAR)


def test_a_normal_forecast_of_variance_one_is_half_of_mse():
    same(GaussianNLL().value(M, ONE, T), MSE(scale=0.5).value(M, T))
    same(GaussianNLL().gradient(M, ONE, T)[0], MSE(scale=0.5).gradient(M, T))
    same(GaussianNLL().hessian(M, ONE, T)[0], MSE(scale=0.5).hessian(M, T))


def test_the_full_loss_is_the_negative_log_of_the_density():
    density = np.exp(-((M - T) ** 2) / S / 2) / np.sqrt(2 * np.pi * S)
    same(np.exp(-GaussianNLL(full=1).value(M, S, T)), density)
    same(GaussianNLL(full=1).gradient(M, S, T), GaussianNLL().gradient(M, S, T))


def test_a_laplace_forecast_of_scale_one_is_mae():
    same(LaplaceNLL().value(M, ONE, T), MAE().value(M, T) + np.log(2))
    same(LaplaceNLL().gradient(M, ONE, T)[0], MAE().gradient(M, T))
    same(np.exp(-LaplaceNLL().value(M, S, T)), np.exp(-abs(M - T) / S) / (2 * S))


@pytest.mark.parametrize("loss", [GaussianNLL(), LaplaceNLL()], ids=str)
def test_the_slope_in_the_location_has_no_bound_over_scales(loss):
    assert abs(loss.gradient([1.0], [1e-9], [0.0])[0]) > 1e8


def test_torch_clamps_the_variance():
    """What its guard makes of variance 0 is our loss at variance 1e-6."""
    value = GaussianNLL().value([0.0], [1e-6], [1.0])
    slope = GaussianNLL().gradient([0.0], [1e-6], [1.0])[1]
    assert value.round(2) == 499993.09
    np.testing.assert_allclose(slope, -5e11, rtol=1e-5)
