"""Every loss, by family. Importing this package fills the catalogue."""

from losscli.losses import binary, embedding, margin, multiclass, quantile, ratio, residual

__all__ = ["binary", "embedding", "margin", "multiclass", "quantile", "ratio", "residual"]
