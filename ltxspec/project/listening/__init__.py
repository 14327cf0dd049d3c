"""Receives calls of the provider that a task has ended."""
