"""The hidden first line of a comment: its change and plan, so that a later run can find the comment and check it."""

import re
from dataclasses import dataclass

_KEY = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,79}"
_COMMIT = r"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_DIGEST = r"sha256:[0-9a-f]{64}"
_LINE = re.compile(
    rf"<!-- ltxspec:review key=(?P<key>{_KEY})"
    rf"(?: base=(?P<base>{_COMMIT}))?(?: head=(?P<head>{_COMMIT}))?(?: plan=(?P<plan>{_DIGEST}))? -->"
)


@dataclass(frozen=True, slots=True)
class CommentMarker:
    """What a comment is about. `key` distinguishes several comments of ltxspec on one change."""

    key: str = "ltxspec"
    base: str | None = None  # commit ids
    head: str | None = None
    plan: str | None = None  # digest of the plan; None: there is no plan to approve


def write_marker(marker: CommentMarker) -> str:
    """The marker as one HTML comment. Malformed values are left out.

    Raises:
        ValueError: the key contains anything except letters, digits and `._/-`, or more than 80 characters.
    """
    if not re.fullmatch(_KEY, marker.key):
        raise ValueError(f"`{marker.key}` cannot be the key of a comment")
    parts = [f"key={marker.key}"]
    for name, value, form in (
        ("base", marker.base, _COMMIT),
        ("head", marker.head, _COMMIT),
        ("plan", marker.plan, _DIGEST),
    ):
        if value is not None and re.fullmatch(form, value):
            parts.append(f"{name}={value}")
    return f"<!-- ltxspec:review {' '.join(parts)} -->"


def read_marker(comment: str) -> CommentMarker | None:
    """The marker of a comment; None if it does not start with one: text from users is never at the start."""
    found = _LINE.match(comment.lstrip("\ufeff \t\r\n"))
    return None if found is None else CommentMarker(found["key"], found["base"], found["head"], found["plan"])
