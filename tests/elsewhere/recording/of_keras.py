"""Keras, on JAX: functions take the target first, and most take a mean over the last axis."""

from functools import partial

import jax.numpy as jnp
import keras

from tests.elsewhere.recording.cases import (
    AMOUNTS,
    BATCH,
    EMPTY,
    ERRORS,
    IMPOSSIBLE,
    KINK,
    LOGITS,
    MARGINS,
    MASK,
    PAIRS,
    POSITIVES,
    PROBABILITIES,
    ROWS,
    SCORES,
    SHARES,
    SOFT,
    of_jax,
)  # fmt: skip

losses = keras.losses


def record():
    """Every function of keras.losses, and what the classes take besides."""
    keras.config.set_floatx("float64")
    regression()
    binary()
    classes()
    wholes()
    embeddings()
    shares()


def column(name, loss, inputs, edge="", *, call="", made=None, **options):
    """Ask `keras.losses.name` of one column, over all rows at once."""
    function = made or getattr(losses, name)
    place = f"keras.losses.{name}{call}"
    of_jax(place, loss, inputs, lambda p, t: function(t[:, None], p[:, None], **options), edge)


def rows(name, loss, inputs, edge="", *, call="", index=False, wrt=1, **options):
    """Ask `keras.losses.name` of rows of numbers."""
    place = f"keras.losses.{name}{call}"
    function = getattr(losses, name)
    of_jax(
        place, loss, inputs, lambda p, t: function(t.astype(int) if index else t, p, **options), edge, wrt=wrt
    )


def regression():
    for name, loss in [
        ("mean_squared_error", "mse"),
        ("mean_absolute_error", "mae"),
        ("huber", "huber"),
        ("log_cosh", "log-cosh"),
    ]:
        column(name, loss, ERRORS)
    column("huber", "huber:delta=0.3", ERRORS, delta=0.3)
    column("log_cosh", "log-cosh", ([1e-8], [0.0]), "tiny")
    column("mean_absolute_error", "mae", KINK, "kink")
    for name, loss in [
        ("mean_absolute_percentage_error", "mape:scale=100"),
        ("mean_squared_logarithmic_error", "msle"),
        ("poisson", "poisson-nll"),
    ]:
        column(name, loss, POSITIVES)
    column("mean_absolute_percentage_error", "mape:scale=100", ([1.0], [1e-9]), "clip")
    column("mean_squared_logarithmic_error", "msle", ([-0.5], [1.0]), "clip")


def binary():
    column("binary_crossentropy", "bce", PROBABILITIES)
    column("binary_crossentropy", "bce:label_smoothing=0.1", PROBABILITIES, label_smoothing=0.1)
    column(
        "BinaryCrossentropy",
        "bce-with-logits",
        LOGITS,
        call="(from_logits=True)",
        made=losses.binary_crossentropy,
        from_logits=True,
    )
    column("binary_crossentropy", "bce:clip=1e-7", IMPOSSIBLE, "impossible")
    column("binary_focal_crossentropy", "binary-focal:gamma=1.5", PROBABILITIES, gamma=1.5)
    column(
        "binary_focal_crossentropy",
        "binary-focal:alpha=0.3",
        PROBABILITIES,
        alpha=0.3,
        apply_class_balancing=True,
    )
    column("binary_focal_crossentropy", "binary-focal", PROBABILITIES, "alpha without balancing", alpha=0.3)
    column("binary_focal_crossentropy", "binary-focal", IMPOSSIBLE, "impossible")
    column(
        "BinaryFocalCrossentropy",
        "binary-focal-with-logits",
        (LOGITS[0][:3], LOGITS[1][:3]),
        made=losses.binary_focal_crossentropy,
        from_logits=True,
    )
    column(
        "BinaryFocalCrossentropy",
        "binary-focal-with-logits",
        ([-40.0], [1.0]),
        "far",
        made=losses.binary_focal_crossentropy,
        from_logits=True,
    )
    column("hinge", "hinge", MARGINS)
    column("hinge", "hinge", KINK, "kink")
    column(
        "hinge",
        "hinge",
        ([0.3, 0.3], [-1.0, 1.0]),
        "labels 0 and 1",
        made=lambda t, p: losses.hinge((t + 1) / 2, p),
    )
    column("squared_hinge", "squared-hinge", MARGINS)
    column(
        "squared_hinge",
        "squared-hinge",
        ([0.3, 0.3], [-1.0, 1.0]),
        made=lambda t, p: losses.squared_hinge((t + 1) / 2, p),
    )


def classes():
    divided = "categorical-cross-entropy:normalize=true"
    rows("sparse_categorical_crossentropy", divided, ROWS, index=True)
    rows("categorical_crossentropy", divided, AMOUNTS)
    rows(
        "categorical_crossentropy",
        f"{divided}:clip=1e-7",
        ([[0.0, 3.0], [2.0, 1e-9]], [[1.0, 0.0], [0.5, 0.5]]),
    )
    rows("categorical_crossentropy", f"{divided}:label_smoothing=0.1", AMOUNTS, label_smoothing=0.1)
    rows("sparse_categorical_crossentropy", "categorical-cross-entropy", ROWS, "undivided", index=True)
    rows(
        "categorical_crossentropy",
        "categorical-cross-entropy:label_smoothing=0.1",
        SHARES,
        "undivided",
        label_smoothing=0.1,
    )
    rows(
        "categorical_crossentropy",
        "categorical-cross-entropy:clip=1e-7",
        ([[0.0, 1.0]], [[1.0, 0.0]]),
        "impossible",
    )
    of_jax(
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)", "softmax-cross-entropy", SCORES,
        lambda p, t: losses.sparse_categorical_crossentropy(t.astype(int), p, from_logits=True),
    )  # fmt: skip
    of_jax(
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)", "softmax-cross-entropy:ignore=-1",
        (SCORES[0], [0, -1, 2]),
        lambda p, t: losses.sparse_categorical_crossentropy(t.astype(int), p, from_logits=True, ignore_class=-1),
    )  # fmt: skip
    of_jax(
        "keras.losses.CategoricalCrossentropy(from_logits=True)", "softmax-cross-entropy", SOFT,
        lambda p, t: losses.categorical_crossentropy(t, p, from_logits=True),
    )  # fmt: skip
    rows("kl_divergence", "kl-divergence", SHARES)
    rows("kl_divergence", "kl-divergence", ([[0.0, 1.0]], [[0.5, 0.5]]), "impossible")
    hot = (SCORES[0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    rows("categorical_hinge", "crammer-singer-hinge", hot)
    rows("categorical_hinge", "crammer-singer-hinge", ([[0.5, -3.0, -4.0]], [[1.0, 0.0, 0.0]]), "rival 0")


def wholes():
    of_jax(
        "keras.losses.cosine_similarity",
        "cosine-distance:negative=true",
        PAIRS,
        lambda a, b: losses.cosine_similarity(b, a),
        wrt=2,
    )
    short = ([[1e-8, 0.0]], [[1e-8, 0.0]])
    of_jax(
        "keras.losses.cosine_similarity",
        "cosine-distance:negative=true",
        short,
        lambda a, b: losses.cosine_similarity(b, a),
        "short",
        wrt=0,
    )
    rows("dice", "dice", MASK)
    rows("dice", "dice", EMPTY, "empty", wrt=0)
    rows("tversky", "tversky:alpha=0.7:beta=0.3", MASK, alpha=0.3, beta=0.7)
    rows("tversky", "tversky", EMPTY, "empty", wrt=0)


def embeddings():
    """Ask for circle loss of embeddings that were divided by their lengths."""

    def circle(x, label, **options):
        unit = x / jnp.linalg.norm(x, axis=1, keepdims=True)
        return losses.circle(label.astype(int), unit, gamma=8, margin=0.4, **options).mean()

    lists = [0] * len(BATCH[1])
    of_jax("keras.losses.circle", "circle:gamma=8", BATCH, circle, lists=lists)
    for batch in (BATCH, (BATCH[0], [0.0, 1.0, 2.0, 3.0, 4.0])):
        of_jax("keras.losses.circle", "circle:gamma=8:remove_diagonal=false", batch,
               partial(circle, remove_diagonal=False), lists=lists)  # fmt: skip


def shares():
    """Ask for losses of probabilities that count sure rows less."""
    focal = losses.categorical_focal_crossentropy
    place = "keras.losses.categorical_focal_crossentropy"
    of_jax(place, "categorical-focal:alpha=0.25", SHARES, lambda p, t: focal(t, p))
    of_jax(
        place, "categorical-focal:gamma=1.5:alpha=1", SHARES, lambda p, t: focal(t, p, alpha=1.0, gamma=1.5)
    )
    each = {"alpha": jnp.array([0.25, 1.0, 2.0]), "label_smoothing": 0.1}
    of_jax(
        place,
        "categorical-focal:alpha=0.25/1/2:label_smoothing=0.1",
        SHARES,
        lambda p, t: focal(t, p, **each),
    )
    place = "keras.losses.CategoricalFocalCrossentropy"
    logits = "categorical-focal-with-logits:alpha=0.25"
    of_jax(place, logits, SOFT, lambda p, t: focal(t, p, from_logits=True))
    of_jax(place, logits, ([[-40.0, 0.0]], [[1.0, 0.0]]), lambda p, t: focal(t, p, from_logits=True), "far")
    for q in (0.5, 0.7):
        made = losses.CategoricalGeneralizedCrossEntropy(q=q, reduction=None)
        place = "keras.losses.CategoricalGeneralizedCrossEntropy"
        of_jax(
            place, f"generalized-cross-entropy:q={q}", ROWS, lambda p, t, made=made: made(t.astype(int), p)
        )
