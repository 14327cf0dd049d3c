"""Crash reports: what a bug report needs, with every secret that is known taken out."""

import os
import tempfile
import traceback

from ltxspec import __version__

_SECRETS = ("RUNWARE_API_KEY", "GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN")


def save_crash_report(error: BaseException) -> str:
    """Write version, command and traceback to a private temporary file; returns its path, or says why there is none."""
    text = f"ltxspec {__version__}\n" + "".join(traceback.format_exception(error))
    for name in _SECRETS:
        if secret := os.environ.get(name):
            text = text.replace(secret, f"<{name}>")
    try:
        with tempfile.NamedTemporaryFile("w", prefix="ltxspec-crash-", suffix=".txt", delete=False) as file:
            file.write(text)
            return file.name
    except OSError as problem:
        return f"could not be saved ({problem.strerror})"
