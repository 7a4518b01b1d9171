"""Tables to text. Knows no loss."""
