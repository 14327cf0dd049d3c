"""One short file a command: parse, call, report, exit code."""
