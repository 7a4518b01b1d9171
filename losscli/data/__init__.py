"""Bytes to batches of numbers. Knows no loss."""
