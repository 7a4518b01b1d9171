"""What is asked, and how an answer is kept: a name elsewhere, our loss, its inputs, what was found."""

import numpy as np

CASES: list[dict] = []
SOURCE = ""

ERRORS = ([-2.5, -0.4, 0.05, 0.3, 1.0, 4.5, 2.0], [0.5, 0.1, 0.0, -0.25, 1.5, -3.0, 0.5])
POSITIVES = ([0.5, 2.0, 0.1, 3.0, 7.5], [1.0, 1.5, 0.4, 3.5, 2.0])
PROBABILITIES = ([0.9, 0.2, 0.6, 0.01, 0.75], [1.0, 0.0, 0.0, 1.0, 1.0])
IMPOSSIBLE = ([0.0, 1.0], [1.0, 0.0])
KINK = ([1.0, -1.0], [1.0, -1.0])
LOGITS = ([-3.0, 0.2, 1.5, 12.0, -0.7], [1.0, 0.0, 1.0, 0.0, 0.0])
MARGINS = ([-1.5, 0.3, 0.8, 2.5, -0.2], [1.0, -1.0, 1.0, 1.0, -1.0])
ROWS = ([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.25, 0.5]], [0, 1, 2])
SHARES = ([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], [[0.5, 0.3, 0.2], [0.25, 0.25, 0.5]])
AMOUNTS = ([[3.0, 1.5, 0.5], [0.1, 0.3, 0.2]], SHARES[1])
LOG_SHARES = (np.log(SHARES[0]).tolist(), SHARES[1])
SCORES = ([[2.0, 0.5, -1.0], [0.1, 0.3, 0.6], [-1.0, 4.0, 0.0]], [0, 1, 2])
SOFT = (SCORES[0], [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.1, 0.2, 0.7]])
SEVERAL = ([[2.0, 0.5, -1.0, 0.3], [0.1, 0.3, 0.6, -0.2]], [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
PAIRS = (
    [[1.0, 0.5, -2.0], [0.3, -1.0, 0.2], [2.0, 1.0, 0.5]],
    [[0.5, 1.0, -1.0], [1.0, 0.4, -0.6], [-1.0, 0.5, 0.25]],
)
TRIPLETS = ([[0.0, 1.0], [2.0, 0.0]], [[3.0, 4.0], [0.5, 0.5]], [[0.0, 3.0], [1.0, 1.0]])
MASK = ([0.8, 0.6, 0.1, 0.3], [1.0, 1.0, 0.0, 0.0])
EMPTY = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
MASK_LOGITS = ([2.0, 0.5, -1.5, -0.3, 0.2], [1.0, 1.0, 0.0, 1.0, 0.0])
BATCH = (
    [[1.0, 0.2, -0.5], [0.8, 0.4, -0.1], [-0.3, 1.0, 0.6], [0.1, 0.9, 0.7], [0.5, -1.0, 0.3]],
    [0.0, 0.0, 1.0, 1.0, 1.0],
)
LIST = ([2.0, 1.0, 3.0, -0.5, 0.3], [1.0, 0.0, 2.0, 0.0, 1.0])
ENSEMBLES = ([[0.1, 0.9, -0.4, 2.0], [1.5, 0.2, 0.7, 0.8], [3.0, 2.5, 4.0, 1.0]], [0.5, -1.0, 2.75])
COHORT = ([0.3, -0.5, 1.2, 0.1, 0.8, -1.0], [2.0, 1.0, 3.0, 2.5, 5.0, 4.0], [1.0, 1.0, 1.0, 0.0, 0.0, 1.0])
TIED = (
    [0.3, -0.5, 1.2, 0.1, 0.8, -1.0, 0.4],
    [2.0, 1.0, 3.0, 2.0, 2.0, 5.0, 4.0],
    [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0],
)
TIMES = ([0.3, 1.2, -0.5, 0.7, -0.4], [2.0, 1.0, 0.0, 0.5, 0.5], [2.0, np.inf, 2.0, 3.0, 0.5])
STEPS = (
    [[0.3, -1.0, 0.8], [1.2, 0.1, -0.4], [-0.5, 0.9, 0.2], [0.0, 1.5, -0.7], [0.6, -0.2, 0.4]],
    [[1.0, 2.0]],
)


def case(place, loss, inputs, edge="", *, lists=None, **found):
    """Keep a case: the value of each row or list, its derivatives where the library has them, or a step of boosting.

    `edge` says at what it is that many libraries differ; several gradients are in the order of our inputs.
    """
    plain = {
        name: [np.asarray(each, float).tolist() for each in x]
        if isinstance(x, tuple)
        else np.asarray(x, float).tolist()
        for name, x in found.items()
        if x is not None
    }
    said = {"edge": edge} if edge else {}
    listed = {"lists": lists} if lists is not None else {}
    kept = [[np.asarray(each, float).tolist() for each in x] for x in inputs]
    CASES.append({"from": SOURCE, "place": place, "loss": loss, **said, "inputs": kept, **listed, **plain})


def of_torch(place, loss, inputs, function, edge="", *, wrt=1, lists=None):
    """Record a loss that PyTorch differentiates, over all rows, in its first `wrt` inputs."""
    import torch

    tensors = [torch.tensor(np.asarray(x, float), dtype=torch.float64) for x in inputs]
    for x in tensors[:wrt]:
        x.requires_grad_()
    value = function(*tensors)
    gradients = torch.autograd.grad(value.sum(), tensors[:wrt]) if wrt else ()
    gradient = {0: None, 1: gradients[0] if gradients else None}.get(wrt, tuple(gradients))
    each = value.detach() if value.shape == tensors[0].shape else value.detach().reshape(-1)
    case(place, loss, inputs, edge, lists=lists, value=each, gradient=gradient)


def of_jax(place, loss, inputs, function, edge="", *, wrt=1, lists=None):
    """Record a loss that JAX differentiates, over all rows, in its first `wrt` inputs."""
    import jax
    import jax.numpy as jnp

    arrays = [jnp.asarray(x, dtype=jnp.float64) for x in inputs]
    value = function(*arrays)
    found = jax.grad(lambda *each: function(*each).sum(), argnums=tuple(range(wrt)))(*arrays) if wrt else None
    gradient = found and (found[0] if wrt == 1 else found)
    case(place, loss, inputs, edge, lists=lists, value=value.reshape(-1), gradient=gradient)


def rowwise(place, loss, inputs, function, edge=""):
    """Record values only, a row at a time, of plain numbers."""
    arrays = [np.asarray(x, float) for x in inputs]
    value = [float(function(*row)) for row in zip(*arrays, strict=True)]
    case(place, loss, inputs, edge, value=value)
