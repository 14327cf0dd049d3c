"""Compares a shot's request on both sides: its prompt word by word, its parameters, and why they differ."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltxspec.plan.actions import FieldChange
from ltxspec.report import wording as phrases
from ltxspec.report.review import wording as words
from ltxspec.report.word_diff import Effort, Segment, changed_words, unseen_difference, word_diff
from ltxspec.review.models import Cause, ShotReview
from ltxspec.values import Json

_PROMPT = "/positivePrompt"
_VALUE_WIDTH = 160  # characters of a value before it is cut
_DENSE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # scripts without spaces: each character counts as a word
_WORD = re.compile(rf"[{_DENSE}]\s*|[^\s{_DENSE}]+\s*|\s+")
_NEAR = 7  # words that stay beside a difference
_FEW = 6  # words that are not worth leaving out
_NOT_LISTED = {"positivePrompt", "taskType"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a marked up text; `far` from every difference, so that a narrow view may leave it out."""

    kind: str  # a Kind
    text: str
    far: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt to show, with its changes marked up."""

    heading: str  # what changed
    segments: tuple[Segment, ...]
    changed: bool

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The prompt in pieces: if it changed, with what is far from a difference apart."""
        return pieces_of(self.segments) if self.changed else tuple(Piece(one.kind, one.text) for one in self.segments)


@dataclass(frozen=True, slots=True)
class Field:
    """One changed parameter. Long texts are compared word by word, in `segments`."""

    name: str
    before: str
    after: str
    segments: tuple[Segment, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Its long text in pieces, with what is far from a difference apart."""
        return pieces_of(self.segments)


def pieces_of(segments: Sequence[Segment]) -> tuple[Piece, ...]:
    """Split what is equal so that only a few words stay next to each difference; together they are the whole text."""
    pieces: list[Piece] = []
    for index, segment in enumerate(segments):
        words = re.findall(_WORD, segment.text)
        head, tail = _NEAR * (index > 0), _NEAR * (index < len(segments) - 1)
        if segment.kind != "equal" or len(words) <= head + tail + _FEW:
            pieces.append(Piece(segment.kind, segment.text))
            continue
        cut = len(words) - tail
        parts = (words[:head], False), (words[head:cut], True), (words[cut:], False)
        pieces.extend(Piece("equal", "".join(part), far) for part, far in parts if part)
    return tuple(pieces)


def prompt_of(shot: ShotReview, effort: Effort | None = None) -> Prompt | None:
    """The prompt of a shot; None if neither side has one."""
    before, after = shot.prompt_before, shot.prompt_after
    if before is None or after is None or before == after:
        text = after if after is not None else before
        if text is None:
            return None
        heading = "Prompt, unchanged" if before == after else "Prompt"
        return Prompt(heading, (Segment("equal", text, 0),), changed=False)
    segments = word_diff(before, after, effort)
    deleted, inserted = changed_words(segments)
    if (unseen := unseen_difference(before, after, segments)) is not None:
        return Prompt(f"Prompt: {unseen}", segments, changed=True)
    return Prompt(f"Prompt: {_counted(deleted)} out, {_counted(inserted)} in", segments, changed=True)


def _counted(number: int) -> str:
    return phrases.counted(number, "word")


def fields_of(shot: ShotReview, effort: Effort | None = None) -> tuple[Field, ...]:
    """The parameters that differ, without the prompt."""
    prompted = shot.prompt_before is not None and shot.prompt_after is not None
    return tuple(_field(change, effort) for change in shot.changes if not (prompted and change.path == _PROMPT))


def _field(change: FieldChange, effort: Effort | None) -> Field:
    segments: tuple[Segment, ...] = ()
    if phrases.is_text(change):
        segments = word_diff(change.before, change.after, effort)
    before, after = (phrases.value(item, _VALUE_WIDTH) for item in (change.before, change.after))
    return Field(phrases.field_name(change.path), before, after, segments)


def causes_of(shot: ShotReview) -> tuple[str, ...]:
    """Causes of the differences that are outside the shot itself: `variable city: Porto → Lisbon`."""
    return tuple(map(_cause, words.hidden_causes(shot)))


def _cause(cause: Cause) -> str:
    values = words.cause_values(cause)
    return f"{words.cause_name(cause)}: {values}" if values else words.cause_name(cause)


def parameters_of(shot: ShotReview) -> Sequence[tuple[str, str]]:
    """The parameters of the shot's present (if it was removed: last) request, sorted by name, without the prompt."""
    request: Mapping[str, Json] = {}
    if shot.after is not None:
        request = shot.after.request
    elif shot.change is not None and shot.change.request is not None:
        request = shot.change.request.body
    elif shot.before is not None:
        request = shot.before.request
    return [
        (phrases.field_name(f"/{name}"), phrases.value(request[name], _VALUE_WIDTH))
        for name in sorted(request)
        if name not in _NOT_LISTED
    ]
