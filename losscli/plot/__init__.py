"""Losses to figures, figures to pictures."""
