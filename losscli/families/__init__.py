"""Families of losses: the calculus that their members share, once."""
