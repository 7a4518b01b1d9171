"""Arrays to facts that merge. Knows no loss and no file."""
