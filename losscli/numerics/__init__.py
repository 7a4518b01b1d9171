"""Arithmetic beyond doubles: more bits, more range, and the functions that need them; it knows no loss."""
