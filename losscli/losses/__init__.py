"""Every loss, by family. Importing this package fills the catalogue."""

from losscli.losses import (
    barron,
    binary,
    count,
    margin,
    multiclass,
    pairs,
    quantile,
    ratio,
    redescending,
    residual,
    robust,
    surrogate,
    triplets,
)

__all__ = [
    "barron",
    "binary",
    "count",
    "margin",
    "multiclass",
    "pairs",
    "quantile",
    "ratio",
    "redescending",
    "residual",
    "robust",
    "surrogate",
    "triplets",
]
