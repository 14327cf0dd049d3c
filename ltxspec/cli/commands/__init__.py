"""One short file per command: parse, call, report, exit code."""
