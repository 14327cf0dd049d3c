"""Crash reports: the information for a bug report, with all known secrets removed."""

import os
import re
import sys
import tempfile
import traceback

from ltxspec.redaction import redact_report
from ltxspec.version import __version__

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_SHORTEST = 6  # characters; a shorter value could occur in a traceback by chance


def save_crash_report(error: BaseException) -> str:
    """Write versions and traceback to a private temporary file; returns its path, or why it could not be saved."""
    text = f"ltxspec {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n" + "".join(
        traceback.format_exception(error)
    )
    for name, value in os.environ.items():
        if len(value) >= _SHORTEST and _SECRET_NAME.search(name):
            text = text.replace(value, f"<{name}>")
    text = "\n".join(redact_report(line) for line in text.split("\n"))
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="ltxspec-crash-", suffix=".txt", delete=False
        ) as file:
            file.write(text)
            return file.name
    except OSError as problem:
        return f"could not be saved ({problem.strerror})"
