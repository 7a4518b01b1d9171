"""Every loss, by family. Importing this package fills the catalogue."""

from losscli.losses import binary, multiclass, pairs, residual, triplets

__all__ = ["binary", "multiclass", "pairs", "residual", "triplets"]
