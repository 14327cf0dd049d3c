"""Parts of a CI job's log that a reader can open: GitHub's groups and GitLab's sections, which begin closed.

Only where one of the two is detected, and not in a file: there the markers would be part of the text. Their texts are
written past the guard of the streams, so no text of users may be among them.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from ltxspec.cli.streams import is_file

MOST_LINES = 40  # of a text that is shown without a group
MOST_SHOTS = 20  # whose progress is shown without a group


@contextmanager
def log_group(stream: IO[str], name: str, title: str, *, is_long: bool) -> Iterator[None]:
    """What is written in this context is one group of the log, if it is long and the log of a job that has groups.

    Args:
        stream: what is written to.
        name: for the log service: letters and `-`, another one for each group of a command.
        title: what a reader sees of it.
        is_long: whether it is worth it.
    """
    marks = _marks(name, title) if is_long and not is_file(stream) else None
    if marks is None:
        yield
        return
    _write(stream, marks[0])
    try:
        yield
    finally:
        _write(stream, marks[1])


def _marks(name: str, title: str) -> tuple[str, str] | None:
    """The lines that begin and end a group; None where there are no groups."""
    if os.environ.get("GITHUB_ACTIONS"):
        return f"::group::{title}\n", "::endgroup::\n"
    if os.environ.get("GITLAB_CI"):
        section, now = f"ltxspec-{name}-{os.getpid()}", int(time.time())
        start = f"\x1b[0Ksection_start:{now}:{section}[collapsed=true]\r\x1b[0K{title}\n"
        return start, f"\x1b[0Ksection_end:{now}:{section}\r\x1b[0K\n"
    return None


def _write(stream: IO[str], mark: str) -> None:
    stream.flush()
    unguarded = getattr(stream, "unguarded", stream)
    with suppress(OSError, ValueError):  # nobody reads it any more; ValueError: it was closed
        unguarded.write(mark)
        unguarded.flush()
