"""Formats a spec's YAML: comments, key order and texts stay, only layout changes. What it means never changes."""

import re

from ltxspec.errors import LtxspecError
from ltxspec.spec.document import read_document
from ltxspec.spec.layout import house_layout

_COMMENT = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)


class CannotFormat(LtxspecError):
    """Formatting would have changed what the file means; it is left alone."""

    code = "fmt"


def format_spec(text: str, name: str) -> str:
    """The same document in the house layout: two-space indents, no trailing blanks, one final newline.

    Raises:
        Invalid: it is not YAML that ltxspec reads.
        CannotFormat: the result would not read as the same document.
    """
    before = read_document(text, name).root
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    formatted = house_layout(plain)
    if _comments(formatted) != _comments(plain) or read_document(formatted, name).root != before:
        raise CannotFormat(f"`{name}` cannot be formatted without changing what it says")
    return formatted


def _comments(text: str) -> list[str]:
    """Everything that looks like a comment, to be sure that none is lost."""
    return [found.strip() for found in _COMMENT.findall(text)]
