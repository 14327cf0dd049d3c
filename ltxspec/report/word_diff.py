"""Word-level difference of two texts, as segments that a view can mark up.

White space separates words and is not compared: a reflowed prompt shows no difference here. The fingerprint does depend
on it, so views say so if two texts differ but no segment does.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, zip_longest
from typing import Literal, NamedTuple
from unicodedata import is_normalized, normalize

Kind = Literal["equal", "delete", "insert", "gap"]

# Scripts written without spaces: there, each character counts as a word.
_DENSE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_IS_DENSE = re.compile(f"[{_DENSE}]").match
_TOKEN = rf"(?:[{_DENSE}]|[^\W{_DENSE}]+(?:['’\-][^\W{_DENSE}]+)*|[^\w\s])\s*"

_MOST_TOKENS = 5_000  # longer texts are shown as replaced: no reader compares ten pages word by word
_MOST_MATCHES = 50_000  # equal token pairs; above this, frequent words are no longer used as anchors
# Work is measured as the number of tokens and pairs of equal tokens examined, at most half a microsecond each. A prompt
# with many edits needs about 8 per token, one of 2,000 words about 30.
_MOST_OF_A_PAIR = 400_000
_OF_A_RUN = 5_000_000
_FOR_A_TOKEN = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text of one kind. A `gap` represents `words` equal words that are not shown; its text is empty.

    `words` of a gap is 0 where nobody would count: in scripts without spaces, each character is compared on its own.
    """

    kind: Kind
    text: str
    words: int


class Effort:
    """The work that one view may still spend on comparisons, for all its shots; it grows with their texts."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _OF_A_RUN


def word_diff(before: str, after: str, effort: Effort | None = None) -> tuple[Segment, ...]:
    """Compare two texts word by word, with punctuation as separate tokens.

    Args:
        before: the old text.
        after: the new text.
        effort: the remaining effort of the view; None if this is its only comparison. Texts that need more, or more
            than the limit for one pair, count as replaced except for their common beginning and end.

    Returns:
        Segments in reading order, no two neighbours of the same kind. Equal runs have the text of `after`. Without
        `insert` segments the words form `before`, without `delete` segments `after`.
    """
    old, new = _tokens(before), _tokens(after)
    spans = _merge(_spans(old, new, effort or Effort()), old, new)
    return tuple(_segments(spans, old, new))


def unseen_difference(before: str, after: str, segments: Iterable[Segment] | None = None) -> str | None:
    """How two texts differ that look the same: in white space only, or in the form of Unicode only. None: they do not.

    Args:
        before: the old text.
        after: the new text.
        segments: their comparison; None for values that are not compared word by word.
    """
    if segments is not None and not any(segment.kind in {"delete", "insert"} for segment in segments):
        return "only white space changed"
    if before != after and normalize("NFC", before) == normalize("NFC", after):
        return f"same letters, other Unicode form ({_form(before)} → {_form(after)})"
    return None


def _form(text: str) -> str:
    return next((form for form in ("NFC", "NFD") if is_normalized(form, text)), "mixed")


def changed_words(segments: Iterable[Segment]) -> tuple[int, int]:
    """The numbers of words (deleted, inserted)."""
    counts = Counter[Kind]()
    for segment in segments:
        counts[segment.kind] += segment.words
    return counts["delete"], counts["insert"]


def collapse(segments: Sequence[Segment], keep: int = 6) -> tuple[Segment, ...]:
    """Replace the inside of long equal runs by a gap, keeping `keep` tokens on each side that touches a change."""
    result: list[Segment] = []
    last = len(segments) - 1
    for index, segment in enumerate(segments):
        if segment.kind == "equal":
            result += _collapse_run(segment, keep if index else 0, keep if index < last else 0)
        else:
            result.append(segment)
    return tuple(result)


def _collapse_run(segment: Segment, head: int, tail: int) -> list[Segment]:
    tokens = _tokens(segment.text)
    end = len(tokens) - tail
    hidden = _count_words(tokens[head:end])
    if hidden <= max(head, tail):  # such a short gap is harder to read than the words
        return [segment]
    while end < len(tokens) and not _is_word(tokens[end]):  # resume at a word, not at a stray comma
        end += 1
    parts = [_segment("equal", tokens[:head]), _gap(tokens[head:end], hidden), _segment("equal", tokens[end:])]
    return [part for part in parts if part.kind == "gap" or part.text]


def _gap(tokens: Sequence[str], words: int) -> Segment:
    """The place of tokens that are not shown."""
    return Segment("gap", "", 0 if any(map(_IS_DENSE, tokens)) else words)


class _Span(NamedTuple):
    """A run of tokens: old[a:b] against new[c:d], equal or not."""

    equal: bool
    a: int
    b: int
    c: int
    d: int


class _TooMuch(Exception):
    """The comparison would need more work than allowed."""


def _tokens(text: str) -> list[str]:
    """Words and single punctuation marks, each with the white space after it. Compiled on first use: it takes 5 ms."""
    return re.findall(_TOKEN, text)


class _Matcher(SequenceMatcher[str]):
    """Matches like its parent, and counts the work: texts can be crafted for which matching takes minutes."""

    def __init__(self, left: list[str], right: list[str], effort: Effort) -> None:
        counts = Counter(right)
        frequent = sum(counts[token] for token in left) > _MOST_MATCHES
        super().__init__(None, left, right, autojunk=frequent)
        places = self.b2j  # type: ignore[attr-defined]  # documented, and unknown to typeshed
        self._up_to = list(accumulate((1 + len(places.get(token, ())) for token in left), initial=0))
        self._effort = effort
        effort.left += _FOR_A_TOKEN * (len(left) + len(right))
        self._left = min(_MOST_OF_A_PAIR, effort.left)

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """Like the parent's method. Raises _TooMuch."""
        work = self._up_to[-1 if ahi is None else ahi] - self._up_to[alo]
        if work > self._left:
            raise _TooMuch
        self._left -= work
        self._effort.left -= work
        return super().find_longest_match(alo, ahi, blo, bhi)


def _spans(old: list[str], new: list[str], effort: Effort) -> list[_Span]:
    left, right = [token.rstrip() for token in old], [token.rstrip() for token in new]
    if max(len(left), len(right)) > _MOST_TOKENS:
        return [_Span(left == right, 0, len(left), 0, len(right))]
    head, tail = _common_ends(left, right)
    left, right = left[head : len(left) - tail], right[head : len(right) - tail]
    try:
        found = _Matcher(left, right, effort).get_opcodes()
    except _TooMuch:
        found = [("replace", 0, len(left), 0, len(right))]
    middle = [_Span(tag == "equal", a + head, b + head, c + head, d + head) for tag, a, b, c, d in found]
    first = _Span(equal=True, a=0, b=head, c=0, d=head)
    last = _Span(equal=True, a=len(old) - tail, b=len(old), c=len(new) - tail, d=len(new))
    return [span for span in (first, *middle, last) if span.b > span.a or span.d > span.c]


def _common_ends(left: list[str], right: list[str]) -> tuple[int, int]:
    most = min(len(left), len(right))
    head = next((i for i in range(most) if left[i] != right[i]), most)
    most -= head
    tail = next((i for i in range(most) if left[-1 - i] != right[-1 - i]), most)
    return head, tail


def _merge(spans: list[_Span], old: list[str], new: list[str]) -> list[_Span]:
    """Drop equal runs that are shorter than the changes around them: a single "the" between rewrites is no anchor."""
    ends_old = [0, *accumulate(map(len, old))]
    ends_new = [0, *accumulate(map(len, new))]

    def size(span: _Span) -> int:
        return max(ends_old[span.b] - ends_old[span.a], ends_new[span.d] - ends_new[span.c])

    result: list[_Span] = []
    for span, following in zip_longest(spans, spans[1:]):
        last = result[-1] if result else None
        if span.equal and last and following and not last.equal:
            absorbed = size(span) <= min(size(last), size(following))
        else:
            absorbed = last is not None and last.equal is span.equal
        if last and absorbed:
            result[-1] = last._replace(b=span.b, d=span.d)
        else:
            result.append(span)
    return result


def _segments(spans: Iterable[_Span], old: list[str], new: list[str]) -> Iterator[Segment]:
    for span in spans:
        if span.equal:
            yield _segment("equal", new[span.c : span.d])
            continue
        if span.b > span.a:
            yield _segment("delete", old[span.a : span.b])
        if span.d > span.c:
            yield _segment("insert", new[span.c : span.d])


def _segment(kind: Kind, tokens: list[str]) -> Segment:
    return Segment(kind, "".join(tokens), _count_words(tokens))


def _count_words(tokens: Iterable[str]) -> int:
    return sum(map(_is_word, tokens))


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"
