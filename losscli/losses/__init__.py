"""Every loss, by family. Importing this package fills the catalogue."""

from losscli.losses import binary, count, embedding, margin, multiclass, quantile, ratio, residual

__all__ = ["binary", "count", "embedding", "margin", "multiclass", "quantile", "ratio", "residual"]
