"""The composition root: parses the command line, connects the real adapters, turns errors into exit codes."""
