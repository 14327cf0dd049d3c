"""Formats a spec's YAML: only the layout changes; comments, key order, texts and meaning are kept."""

import re

from ltxspec.errors import LtxspecError
from ltxspec.spec.document import read_document
from ltxspec.spec.layout import house_layout

_COMMENT = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)


class CannotFormat(LtxspecError):
    """Formatting would have changed the file's meaning; it is left unchanged."""

    code = "fmt"


def format_spec(text: str, name: str) -> str:
    """The same document in the standard layout: two-space indents, no trailing blanks, one final newline.

    Raises:
        Invalid: it is not YAML that ltxspec accepts.
        CannotFormat: the result would not be the same document.
    """
    before = read_document(text, name).root
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    formatted = house_layout(plain)
    if _comments(formatted) != _comments(plain) or read_document(formatted, name).root != before:
        raise CannotFormat(f"`{name}` cannot be formatted without changing what it says")
    return formatted


def _comments(text: str) -> list[str]:
    """Everything that looks like a comment, to check that none is lost."""
    return [found.strip() for found in _COMMENT.findall(text)]
