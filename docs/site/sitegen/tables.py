"""Markdown tables, and text that must stand in one of their cells."""

import re
from collections.abc import Iterable, Sequence

# The only signs that Markdown reads inside a sentence of ours and that are not meant so.
_ESCAPED = re.compile(r"([*_<>\[\]{}])")
_CODE = re.compile(r"(`+[^`]+`+)")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; none where there is no row. Cells are Markdown."""
    body = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    if not body:
        return []
    return ["", f"| {' | '.join(head)} |", "|" + "---|" * len(head), *body, ""]


def cell(markdown: str) -> str:
    """Markdown on one line, whose bars end no cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(markdown.split()))


def prose(text: str) -> str:
    """Plain text as Markdown; what is between backticks stays code."""
    return "".join(part if part.startswith("`") else _ESCAPED.sub(r"\\\1", part) for part in _CODE.split(text))


def code(text: str) -> str:
    """Text as code, whatever backticks it has."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"
