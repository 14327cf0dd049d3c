"""Reports of a run: its progress and its result."""
