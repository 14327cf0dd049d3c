"""A run that may order: its limits, its approval, what it agrees on with other machines, and its parts."""
