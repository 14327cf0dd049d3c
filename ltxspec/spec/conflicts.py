"""Conflict markers of an unfinished merge: with them, both sides of a conflict would be rendered and bought."""

import re
from typing import Final

# As git writes them, with diff3's. A line of `=======` alone may be an underline: the others decide.
_MARKER = re.compile(r"^(?:<{7}(?:[ \r]|$)|(?:\|{7}|>{7}) \S)", re.MULTILINE)
_SIGNS = ("<<<<<<<", "|||||||", ">>>>>>>")

CONFLICT: Final = "the conflict markers of an unfinished merge"
CONFLICT_HINT: Final = "combine both sides, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`"


def conflict_in(text: str) -> int | None:
    """The index of the first conflict marker; None if there is none."""
    if not any(sign in text for sign in _SIGNS):
        return None
    found = _MARKER.search(text)
    return found.start() if found else None
