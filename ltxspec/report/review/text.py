"""A review for a terminal: what changes in which shot, why, and the costs; the last line is the headline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ltxspec.lock.models import Take
from ltxspec.report import wording as phrases
from ltxspec.report.changes import field_lines, preview_lines
from ltxspec.report.cures import cure
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.decided import redecided_text, take_number
from ltxspec.report.review.noticed import unmet_phrase
from ltxspec.report.takes import remark_text
from ltxspec.report.terminal import Paint, Style, clean, fit, pad, width_of, wrap
from ltxspec.report.word_diff import Effort
from ltxspec.review.models import LostTake, Review, ShotKind, ShotReview
from ltxspec.values import money_text

MOST_ROWS = 500  # shots listed; the rest are counted
MOST_DIFFS = 50  # of these, with their prompts compared word by word
_MOST_SHARED = 12
_MOST_LOST = 50
_MOST_LISTED = 100  # rules and altered takes

_INDENT = 6

_PAINTS: Mapping[ShotKind, Paint] = {
    ShotKind.RENDERED: Paint.GREEN,
    ShotKind.PENDING: Paint.MAGENTA,
    ShotKind.RESUMING: Paint.YELLOW,
    ShotKind.BLOCKED: Paint.RED,
    ShotKind.HELD: Paint.YELLOW,
    ShotKind.RESTORED: Paint.BLUE,
    ShotKind.MOVED: Paint.BLUE,
    ShotKind.UPDATED: Paint.CYAN,
    ShotKind.RETIRED: Paint.DIM,
}


def review_text(review: Review, style: Style) -> str:
    """The whole review as text with a final newline. Diagnostics are not included."""
    header = [style.paint(line, Paint.DIM) for line in wrap(_header(review), style.width)]
    anyway = wrap(review_words.inherited(review), style.width)
    ends = [
        _shared(review, style),
        [style.paint(line, Paint.DIM) for line in anyway],
        _lost(review.lost, style),
        _listed(review_words.ALTERED, map(review_words.altered, review.altered), Paint.RED, style),
        _listed("Verdicts of this change", _redecided(review), Paint.YELLOW, style),
        _money(review, style),
    ]
    first = [header, _listed(review_words.RULES, map(review_words.rule, review.rules), Paint.YELLOW, style)]
    paragraphs = ["\n".join(block) for block in [*first, *_blocks(review, style), *ends] if block]
    return "\n\n".join([*paragraphs, style.paint(review_words.headline(review), Paint.BOLD)]) + "\n"


def _header(review: Review) -> str:
    return f"From {review_words.sides(review)}, {clean(review.provider)}"


def _blocks(review: Review, style: Style) -> Iterator[list[str]]:
    """One block per spec."""
    room, diffs, effort = MOST_ROWS, MOST_DIFFS, Effort()
    for name, group in groupby(review_words.own_shots(review), key=lambda shot: shot.address.spec):
        shots = list(group)
        shown, hidden = shots[:room], shots[room:]
        room -= len(shown)
        if not shown:
            yield [_hidden(name, hidden, style)]
            continue
        file = next((shot.source[0] for shot in shots if shot.source), "")
        place = style.link(style.paint(clean(file), Paint.DIM), file)
        block = [f"{style.paint(clean(name), Paint.BOLD)}  {place}".rstrip()]
        columns = _columns(shown, style)
        for shot in shown:
            block += columns.row(shot)
            block += [" " * _INDENT + line for line in _details(shot, style, effort if diffs > 0 else None)]
            block += [" " * _INDENT + line for line in _decided(shot, review, style)]
            diffs -= bool(shot.changes) or shot.before is None
        yield [*block, _hidden(name, hidden, style)] if hidden else block


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths shared by the rows of one spec."""

    kind: int
    address: int
    cost: int
    style: Style

    def row(self, shot: ShotReview) -> list[str]:
        """One line with kind, shot, reason and cost; a long reason goes on separate lines."""
        style = self.style
        kind = style.paint(pad(review_words.KINDS[shot.kind], self.kind), _PAINTS[shot.kind])
        name = fit(clean(shot.address.instance), self.address)
        linked = (
            style.link(style.paint(name, Paint.BOLD), *shot.source[:2])
            if shot.source
            else style.paint(name, Paint.BOLD)
        )
        address = linked + " " * (self.address - width_of(name))
        reason, cost = review_words.reason(shot), _cost(shot)
        used = 2 + self.kind + 2 + self.address + 2
        room = style.width - used - self.cost - 2
        rest = [] if width_of(reason) <= room else wrap(reason, style.width - _INDENT)
        middle = "" if rest else reason
        gap = style.width - used - width_of(middle) - width_of(cost)
        if gap < 0:  # a very narrow terminal
            rest, gap, cost = [*rest, cost], 0, ""
        line = f"  {kind}  {address}  {middle}{' ' * gap}{cost}".rstrip()
        return [line, *(" " * _INDENT + text for text in rest)]


def _columns(shots: Sequence[ShotReview], style: Style) -> _Columns:
    kind = max(width_of(review_words.KINDS[shot.kind]) for shot in shots)
    cost = max(width_of(_cost(shot)) for shot in shots)
    widest = max(width_of(clean(shot.address.instance)) for shot in shots)
    return _Columns(kind, min(widest, max(style.width - kind - cost - 8, 16)), cost, style)


def _cost(shot: ShotReview) -> str:
    """`$0.48 → est. $0.96`: the cost of the base's take, and the cost of this change."""
    before, after = review_words.cost_before(shot), review_words.cost_after(shot)
    return f"{before} → {after}" if before and after != "no cost" else after


def _details(shot: ShotReview, style: Style, effort: Effort | None) -> list[str]:
    """The lines under a row: size, changed fields, the prompt of a new shot, causes, the provider's message.

    Without an `effort`, texts are left out.
    """
    width = style.width - _INDENT
    lines = wrap(review_words.size(shot), width)
    if shot.changes:
        lines += field_lines(shot.changes, style, width, effort)
    elif shot.before is None and shot.prompt_before is None and effort is not None:
        lines += preview_lines(clean(shot.prompt_after or ""), style, width)
    for cause in review_words.hidden_causes(shot):
        values = review_words.cause_values(cause)
        text = f"because of {review_words.cause_name(cause)}" + (f": {values}" if values else "")
        lines += [style.paint(line, Paint.CYAN) for line in wrap(text, width)]
    failures = [take for take in shot.bought if shot.change is None or take.task_id != shot.change.task_id]
    lines += [style.paint(line, Paint.RED) for take in failures for line in wrap(_failure(take), width)]
    if shot.unmet_after:
        unmet = f"not as expected: {', '.join(map(unmet_phrase, shot.unmet_after))}"
        lines += [style.paint(line, Paint.YELLOW) for line in wrap(unmet, width)]
    if shot.change is not None and shot.change.note:
        lines += wrap(clean(shot.change.note), width)
    if shot.change is not None and shot.kind is ShotKind.BLOCKED:
        lines += wrap(cure(shot.change), width)
    return lines


def _decided(shot: ShotReview, review: Review, style: Style) -> list[str]:
    """The verdict about the take of the head."""
    said = review.verdicts.get(shot.after.task_id, ()) if shot.after is not None else ()
    paint = Paint.YELLOW if said and said[-1].is_against else Paint.GREEN
    return [style.paint(line, paint) for line in wrap(remark_text(said[-1]) if said else "", style.width - _INDENT)]


def _redecided(review: Review) -> Iterator[str]:
    for item in review.redecided:
        yield f"{clean(str(item.address))}{take_number(item.task, review)}: {redecided_text(item)}"


def _failure(take: Take) -> str:
    if take.failure is None:
        return ""
    cost = "" if take.cost is None else f", {phrases.money(take.cost)}"
    return f"a task failed{cost}: {clean(take.failure.code)}: {clean(take.failure.message)}"


def _hidden(spec: str, shots: Sequence[ShotReview], style: Style) -> str:
    counts = {kind: sum(1 for shot in shots if shot.kind is kind) for kind in ShotKind}
    kinds = ", ".join(f"{number:,} {review_words.KINDS[kind]}" for kind, number in counts.items() if number)
    text = f"  … and {len(shots):,} more of {clean(spec)} ({kinds}); `--format json` lists all"
    return style.paint(text, Paint.DIM)


def _shared(review: Review, style: Style) -> list[str]:
    """Causes of several changes, each listed once."""
    causes = review_words.shared_causes(review)
    lines = []
    for cause, number in causes[:_MOST_SHARED]:
        values = review_words.cause_values(cause)
        text = f"{review_words.cause_name(cause)} changed {phrases.counted(number, 'shot')}"
        whole = f"{text}: {values}" if values else text
        lines.append(whole if style.whole else fit(whole, style.width))
    if len(causes) > _MOST_SHARED:
        lines.append(f"… and {len(causes) - _MOST_SHARED:,} more causes")
    return [style.paint(line, Paint.CYAN) for line in lines]


def _listed(title: str, items: Iterable[str], paint: Paint, style: Style) -> list[str]:
    """A title and the items under it, with continuation lines indented; empty without items."""
    texts = list(items)
    lines = [f"{title}:"] if texts else []
    for item in texts[:_MOST_LISTED]:
        first, *rest = wrap(item, style.width - 4)
        lines += [f"  {first}", *(f"    {line}" for line in rest)]
    if len(texts) > _MOST_LISTED:
        lines.append(f"  … and {len(texts) - _MOST_LISTED:,} more; `--format json` lists all")
    return [style.paint(line, paint) for line in lines]


def _lost(lost: Sequence[LostTake], style: Style) -> list[str]:
    lines: list[str] = []
    for item in lost[:_MOST_LOST]:
        cost = money_text(item.take.cost)
        lines += wrap(f"lost: {clean(str(item.address))}, task {clean(item.take.task_id)}, {cost}", style.width)
    if len(lost) > _MOST_LOST:
        lines.append(f"… and {len(lost) - _MOST_LOST:,} more lost tasks")
    return [style.paint(line, Paint.RED) for line in lines]


def _money(review: Review, style: Style) -> list[str]:
    """The totals and the refusals."""
    lines = wrap(review_words.totals(review), style.width)
    if not review.refusals:
        lines += wrap(f"{review_words.all_clear(review)}.", style.width)
    for refusal in review.refusals:
        text = f"Not ready: {clean(refusal.message)}" + (f" ({clean(refusal.hint)})" if refusal.hint else "")
        lines += [style.paint(line, Paint.RED) for line in wrap(text, style.width)]
    return lines
