"""Explanations of errors for the terminal: one in full, or a list of all."""

import textwrap
from collections.abc import Iterable
from itertools import groupby

from ltxspec.report.explanations.reading import Explanation
from ltxspec.report.terminal import Paint, Style, cut

_WIDEST = 100  # columns; longer lines of prose are hard to read
_INDENT = "  "


def explanation_text(found: Explanation, style: Style) -> str:
    """Cause, example and cure of one code, with a final newline."""
    paint = Paint.WARNING if found.severity == "warning" else Paint.ERROR
    title = f"{style.paint(f'{found.severity}[{found.code}]', paint)}: {style.paint(found.summary, Paint.BOLD)}"
    parts = [title, _prose(found.cause, style)]
    if found.example != found.code:  # a code of the provider has no other
        parts.append(f"{_heading('Example', style)}\n\n{textwrap.indent(found.example, _INDENT * 2)}")
    parts.append(f"{_heading('Cure', style)}\n\n{_prose(found.cure, style)}")
    return "\n\n".join(parts) + "\n"


def explanation_list(found: Iterable[Explanation], style: Style) -> str:
    """Every code with its summary, one a line below the title of its group, with a final newline."""
    every = list(found)
    column = max((len(one.code) for one in every), default=0) + 2
    blocks = []
    for title, group in groupby(every, lambda one: one.group):
        rows = [f"{_INDENT}{one.code:<{column}}{one.summary}" for one in group]
        blocks.append("\n".join([style.paint(title, Paint.BOLD), *(_fitted(row, style) for row in rows)]))
    return "\n\n".join([*blocks, "`ltxspec explain CODE` shows cause, example and cure of one."]) + "\n"


def _heading(text: str, style: Style) -> str:
    return _INDENT + style.paint(text, Paint.BOLD)


def _prose(text: str, style: Style) -> str:
    """Paragraphs, filled to the width of the terminal."""
    width = min(style.width, _WIDEST)
    lines = textwrap.TextWrapper(
        width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
    return "\n\n".join(lines.fill(part) for part in text.split("\n\n"))


def _fitted(row: str, style: Style) -> str:
    if style.whole:  # a file or a pipe has no width
        return row
    shown, hidden = cut(row, style.width - 1)
    return f"{shown}…" if hidden else row
