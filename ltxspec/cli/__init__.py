"""The composition root: parses the command line, wires the real adapters, turns errors into exit codes."""
