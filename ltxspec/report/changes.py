"""What changed in a shot, as lines for a terminal: its fields, its prompt, the words that differ.

Without colour, differing words are shown as `[-deleted-]` and `{+inserted+}`, otherwise struck out and underlined. If
a text contains these marks itself, a backslash separates their two characters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ltxspec.plan.actions import FieldChange
from ltxspec.report import wording as phrases
from ltxspec.report.terminal import Paint, Style, chop, clean, fit, pad, width_of, wrap
from ltxspec.report.word_diff import Effort, Kind, Segment, collapse, unseen_difference, word_diff

_LONGEST_NAME = 24  # field names are aligned up to this width
_PREVIEW_LINES = 2
_PAINTS: dict[Kind, Paint] = {"delete": Paint.DELETED, "insert": Paint.INSERTED, "gap": Paint.DIM}
_MARKS: dict[Kind, tuple[str, str]] = {"delete": ("[-", "-]"), "insert": ("{+", "+}")}
# Characters of a prompt that look like one of these marks, alone or next to a real one.
_LIKE_A_MARK = re.compile(r"\[(?=-)|\{(?=\+)|-(?=\])|\+(?=\})")


def preview_lines(prompt: str, style: Style, width: int) -> list[str]:
    """The beginning of a new shot's prompt, in lines of at most `width` columns."""
    lines = wrap(prompt, width)
    if len(lines) > _PREVIEW_LINES and not style.whole:
        lines = [*lines[: _PREVIEW_LINES - 1], fit(f"{lines[_PREVIEW_LINES - 1]} …", width)]
    return [style.paint(line, Paint.DIM) for line in lines]


def field_lines(changes: Sequence[FieldChange], style: Style, width: int, effort: Effort | None) -> list[str]:
    """The changed fields: names in one column, values in the other.

    Args:
        changes: the fields.
        style: how to paint.
        width: columns of a line, both together.
        effort: the remaining effort for comparisons of texts; None: only the lengths of texts are shown.
    """
    names = [phrases.field_name(change.path) for change in changes]
    column = min(max(map(width_of, names), default=0), _LONGEST_NAME)
    lines: list[str] = []
    for name, change in zip(names, changes, strict=True):
        label = pad(fit(name, width // 2), column)
        texts = _field(change, style, width - width_of(label) - 2, effort)
        lines += [f"{label if index == 0 else ' ' * width_of(label)}  {text}" for index, text in enumerate(texts)]
    return lines


def _field(change: FieldChange, style: Style, width: int, effort: Effort | None) -> list[str]:
    """Both values of a field; for a text, the words that differ."""
    if not phrases.is_text(change):
        half = max((width - 3) // 2, 8)
        before, after = phrases.values(change.before, change.after, half)
        lines = [f"{style.paint(before, Paint.RED)} → {style.paint(after, Paint.GREEN)}"]
        unseen = unseen_difference(change.before, change.after) if _are_texts(change) else None
        return [*lines, *wrap(unseen or "", width)]
    if effort is None:
        return [f"changed, {len(change.before):,} → {len(change.after):,} characters"]
    segments = word_diff(change.before, change.after, effort)
    if (unseen := unseen_difference(change.before, change.after, segments)) is not None:
        return wrap(unseen, width)
    return marked_lines(collapse(segments), style, max(width, 20))


def _are_texts(change: FieldChange) -> bool:
    return isinstance(change.before, str) and isinstance(change.after, str)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word or part of one. `glued` means that no space precedes it."""

    text: str
    paint: Paint | None
    glued: bool


def marked_lines(segments: Iterable[Segment], style: Style, width: int) -> list[str]:
    """Lines of at most `width` columns that show a difference; styling never spans a line break."""
    return [_painted(line, style) for line in _fill(_pieces(segments, style), width)]


def _pieces(segments: Iterable[Segment], style: Style) -> Iterator[_Piece]:
    open_end = True  # whether a space may precede the next word
    previous: Kind = "equal"
    for segment in segments:
        words = _words(segment, style)
        paint = _PAINTS.get(segment.kind)
        apart = "gap" in (previous, segment.kind) or (previous, segment.kind) == ("delete", "insert")
        for index, word in enumerate(words):
            yield _Piece(word, paint, glued=index == 0 and not (open_end or apart))
        open_end = segment.text[-1:].isspace()
        previous = segment.kind


def _words(segment: Segment, style: Style) -> list[str]:
    if segment.kind == "gap":
        return [f"… {phrases.counted(segment.words, 'word')} …" if segment.words else "…"]
    words = clean(segment.text).split()
    if not words or style.color:
        return words
    before, after = _MARKS.get(segment.kind, ("", ""))
    words = [_LIKE_A_MARK.sub(r"\g<0>\\", word) for word in words]
    if before and words[0].startswith(after[-1]):
        words[0] = f"\\{words[0]}"
    if after and words[-1].endswith(before[0]):
        words[-1] += "\\"
    words[0] = before + words[0]
    words[-1] += after
    return words


def _fill(pieces: Iterable[_Piece], width: int) -> list[list[_Piece]]:
    """Greedy line breaking between groups of glued pieces; a group longer than a line is cut."""
    lines: list[list[_Piece]] = [[]]
    used = 0
    for group in _groups(pieces):
        size = sum(width_of(piece.text) for piece in group)
        gap = 1 if used and not group[0].glued else 0
        if used and used + gap + size > width:
            lines.append([])
            used = gap = 0
        if size <= width:
            lines[-1].extend(group)
            used += gap + size
            continue
        for piece in _chopped(group, width):
            if used + width_of(piece.text) > width:
                lines.append([])
                used = 0
            lines[-1].append(piece)
            used += width_of(piece.text)
    return [line for line in lines if line]


def _groups(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    for piece in pieces:
        if group and not piece.glued:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _chopped(group: Sequence[_Piece], width: int) -> Iterator[_Piece]:
    """Pieces of at most half a line. Single characters would work too, but need more escape codes."""
    limit = max(width // 2, 2)
    for piece in group:
        for index, text in enumerate(chop(piece.text, limit)):
            yield _Piece(text, piece.paint, glued=piece.glued or index > 0)


def _painted(line: Sequence[_Piece], style: Style) -> str:
    """Join a line, painting neighbours of one kind together so that a strike-through is not broken by spaces."""
    result, run = "", ""
    paint: Paint | None = None
    for index, piece in enumerate(line):
        space = "" if piece.glued or index == 0 else " "
        if piece.paint is paint:
            run += space + piece.text
            continue
        result += style.paint(run, paint) + space
        run, paint = piece.text, piece.paint
    return result + style.paint(run, paint)
