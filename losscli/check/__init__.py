"""Is a loss right? Someone's numbers, or ours, beside the reference, and what sets them apart."""
