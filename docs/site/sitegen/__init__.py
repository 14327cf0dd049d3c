"""Builds the documentation site from `docs/*.md`, and from the code itself where it says what it does."""
