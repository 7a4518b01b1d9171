"""Labels read off steps: PyTorch, Optax and Keras."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

from tests.elsewhere.recording.cases import STEPS, case

F = torch.nn.functional
TWICE = (STEPS[0], [[2.0, 2.0]])
SILENT = (STEPS[0], [[]])
TOO_MANY = (STEPS[0], [[1.0, 1.0, 1.0, 2.0]])


def record():
    """Each takes scores of classes, or log-probabilities that are made of them here."""
    keras.config.set_floatx("float64")
    for name, function in [("functional.ctc_loss", F.ctc_loss), ("CTCLoss", of_class)]:
        for inputs in (STEPS, TWICE, SILENT):
            of_torch(f"torch.nn.{name}", "ctc", inputs, function)
            of_torch(f"torch.nn.{name}", "ctc", inputs, function, "log-probabilities")
        of_torch(f"torch.nn.{name}", "ctc", TOO_MANY, function, "impossible")
        of_torch(f"torch.nn.{name}", "ctc:zero_infinity=true", TOO_MANY, function, zero_infinity=True)
        of_torch(f"torch.nn.{name}", "ctc:blank=2", (STEPS[0], [[1.0, 0.0]]), function, blank=2)
        of_torch(f"torch.nn.{name}", "ctc", STEPS, function, "mean", reduction="mean")
    for name, function in [
        ("optax.ctc_loss", of_optax),
        ("optax.ctc_loss_with_forward_probs", of_optax_with_sums),
        ("keras.losses.ctc", of_keras),
        ("keras.losses.CTC", of_keras_class),
    ]:
        for inputs in (STEPS, TWICE):
            of_jax(name, inputs, function)
        of_jax(name, TOO_MANY, function, "impossible")


def of_class(*inputs, **options):
    return torch.nn.CTCLoss(**options)(*inputs)


def of_torch(place, loss, inputs, function, edge="", **options):
    """Ask of one list; of log-probabilities too, if the edge is that."""
    z, y = torch.tensor(inputs[0], dtype=torch.float64), torch.tensor(inputs[1], dtype=torch.long)
    if edge == "log-probabilities":
        z = F.log_softmax(z, -1)
    z.requires_grad_()
    given = z if edge == "log-probabilities" else F.log_softmax(z, -1)
    value = function(given[:, None], y, [len(z)], [y.shape[1]], **{"reduction": "none"} | options)
    gradient = torch.autograd.grad(value.sum(), z)[0]
    case(
        place, loss, (z.tolist(), inputs[1]), edge, lists=[0] * len(z),
        value=value.detach().reshape(1), gradient=gradient,
    )  # fmt: skip


def of_jax(place, inputs, function, edge=""):
    z, y = jnp.asarray(inputs[0]), jnp.asarray(np.array(inputs[1], int))
    value, gradient = jax.value_and_grad(lambda z: function(z[None], y).sum())(z)
    found = (
        {} if edge else {"gradient": gradient}
    )  # of what is impossible it follows paths that spell nothing
    case(place, "ctc", inputs, edge, lists=[0] * len(z), value=value.reshape(1), **found)


def of_optax(z, y):
    return optax.ctc_loss(z, jnp.zeros(z.shape[:2]), y, jnp.zeros(y.shape))


def of_optax_with_sums(z, y):
    return optax.ctc_loss_with_forward_probs(z, jnp.zeros(z.shape[:2]), y, jnp.zeros(y.shape))[0]


def of_keras(z, y):
    return keras.losses.ctc(y, z)


def of_keras_class(z, y):
    return keras.losses.CTC(reduction=None)(y, z)
