"""Every loss, by family. Importing this package fills the catalogue."""

from losscli.losses import (
    barron,
    binary,
    count,
    embedding,
    margin,
    multiclass,
    quantile,
    ratio,
    redescending,
    residual,
    robust,
)

__all__ = [
    "barron",
    "binary",
    "count",
    "embedding",
    "margin",
    "multiclass",
    "quantile",
    "ratio",
    "redescending",
    "residual",
    "robust",
]
