"""A review, as text, JSON and Markdown, and its JSON read back and checked."""
