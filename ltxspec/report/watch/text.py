"""What an edit does to the plan, for a terminal."""

from collections.abc import Sequence

from ltxspec.plan.edits import Broken, Edit, Planned
from ltxspec.report.diagnostics import errors_of, format_diagnostic
from ltxspec.report.plan.text import listed
from ltxspec.report.terminal import Paint, Style, clean, wrap
from ltxspec.report.wording import counted, headline, money
from ltxspec.values import Usd

_MOST_FILES = 3  # that are named; the others are counted
_MOST_SETTLED = 5
_INDENT = " " * 6


def planned_text(seen: Planned, style: Style) -> str:
    """The shots that an edit makes dirty with their costs, and the whole plan in one line; with a final newline."""
    if seen.edit is None:
        return style.paint(headline(seen.plan), Paint.BOLD) + "\n"
    lines = [style.paint(part, Paint.CYAN) for part in wrap(files_text(seen.files), style.width)]
    lines += listed(seen.plan, seen.edit.dirty, style)
    settled = [f"{clean(str(address))} needs nothing any more" for address in seen.edit.settled[:_MOST_SETTLED]]
    more = len(seen.edit.settled) - _MOST_SETTLED
    settled += [f"… and {counted(more, 'shot')} more"] if more > 0 else []
    lines += [_INDENT + style.paint(text, Paint.DIM) for text in settled]
    is_noted = not seen.edit.is_empty or seen.is_mended
    last = wrap(f"{edit_line(seen)} {headline(seen.plan)}" if is_noted else edit_line(seen), style.width)
    return "\n".join([*lines, *(style.paint(text, Paint.BOLD if is_noted else Paint.DIM) for text in last)]) + "\n"


def edit_line(seen: Planned) -> str:
    """What an edit changes, in a sentence such as `This edit: 2 shots, +$0.96`."""
    edit, mended = seen.edit, "No errors any more. " if seen.is_mended else ""
    if edit is None or edit.is_empty:
        return f"{mended}No shot changes."
    shots = len(edit.dirty) + len(edit.settled)
    return f"{mended}This edit: {counted(shots, 'shot')}, {difference(edit)}."


def difference(edit: Edit) -> str:
    """How much more or less the plan costs: `+$0.48`, `-$0.48`, `+1 unknown`, `same cost`."""
    parts = [_signed(edit.usd)] if edit.usd else []
    parts += [f"{edit.unknown:+,} unknown"] if edit.unknown else []
    return ", ".join(parts) or "same cost"


def _signed(amount: Usd) -> str:
    return ("+" if amount > 0 else "") + money(amount)


def broken_text(seen: Broken, style: Style) -> str:
    """The first error of files that are being written, and how many there are; with a final newline."""
    errors = errors_of(seen.error)
    text = format_diagnostic(errors[0], style)
    more = len(errors) - 1
    note = f"… and {counted(more, 'more error')}; `ltxspec validate` lists them" if more else ""
    return "\n".join([text, *([style.paint(note, Paint.DIM)] if note else [])]) + "\n"


def files_text(files: Sequence[str]) -> str:
    """The files that changed: `specs/night.yaml, prompts/rain.txt and 3 more`."""
    shown = ", ".join(map(clean, files[:_MOST_FILES])) or "files that are gone"
    more = len(files) - _MOST_FILES
    return f"{shown} and {more:,} more" if more > 0 else shown
