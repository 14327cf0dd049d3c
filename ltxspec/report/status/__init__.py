"""The state of a project, as text and JSON."""
