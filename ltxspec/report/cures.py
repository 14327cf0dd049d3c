"""What to do about a blocked shot."""

import shlex

from ltxspec.plan.actions import Change, Reason
from ltxspec.report.terminal import clean


def cure(change: Change) -> str:
    """What to do about a blocked shot: an edit helps only where the request itself was refused."""
    if Reason.ATTEMPTS_USED_UP in change.reasons:
        return f"the cause may pass: try again later with `{retry_command(change)}`"
    return f"edit the shot or `{retry_command(change)}`"


def retry_line(change: Change) -> str:
    """The command line that retries a blocked shot, with a comment if an edit may help as well."""
    edit = "" if Reason.ATTEMPTS_USED_UP in change.reasons else "  # or edit the shot"
    return f"ltxspec plan {retry_command(change)}{edit}"


def retry_command(change: Change) -> str:
    """The option that retries a blocked shot, quoted for a shell."""
    return f"--retry {shlex.quote(clean(str(change.address)))}"
