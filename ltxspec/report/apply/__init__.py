"""A run, as it happens and as it ended."""
