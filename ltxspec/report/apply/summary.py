"""A run in lines: one for an event, and at the end what is left to do, how to do it, and the costs."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.redaction import redact_secrets
from ltxspec.report.terminal import Paint, Style, clean, pad, width_of, wrap
from ltxspec.report.wording import amount, charged, counted, money
from ltxspec.services import is_free
from ltxspec.values import Usd, total_usd

_MOST_ROWS = 200
_MOST_NAMED = 5
_NOT_ARCHIVED = "not archived"
_MISSING = "results missing"
_UNMET = "not as expected"

_DONE: Mapping[Outcome, str] = {
    Outcome.RENDERED: "rendered",
    Outcome.COLLECTED: "collected",
    Outcome.RECORDED: "recorded",
    Outcome.DETACHED: "in progress",
    Outcome.FAILED: "failed",
    Outcome.UNRESOLVED: "unresolved",
    Outcome.HELD_BACK: "not ordered",
}

_TEMPORARY = "failed for now"
_CURES: Mapping[str, str] = {
    _DONE[Outcome.FAILED]: "failed: edit the shot, or `ltxspec apply --retry ADDRESS`",
    _TEMPORARY: "failed for now: the cause may pass; `ltxspec apply` tries again, up to `[provider] attempts` times",
    _DONE[Outcome.UNRESOLVED]: "unresolved: `ltxspec collect` continues with it; it is never ordered twice",
    _DONE[Outcome.HELD_BACK]: "not ordered: nothing was spent on it; `ltxspec apply` again",
    _DONE[Outcome.DETACHED]: "in progress: `ltxspec collect` fetches it; it is billed either way",
    _MISSING: "results missing: the others are recorded; `ltxspec apply --retake ADDRESS` renders all again",
    _UNMET: "not as expected: recorded and archived; only `ltxspec apply --retake ADDRESS` renders it again",
    _NOT_ARCHIVED: "not archived: paid and recorded; `ltxspec archive pull` fetches the video, no render is repeated",
}

_PAINTS: Mapping[str, Paint] = {
    _DONE[Outcome.FAILED]: Paint.RED,
    _TEMPORARY: Paint.RED,
    _DONE[Outcome.DETACHED]: Paint.DIM,
}


def summary_text(summary: RunSummary, style: Style) -> str:
    """What is left and how to continue, then `summary_line`; with a final newline."""
    left = [(item, word) for item in summary.outcomes if (word := _left(item)) is not None]
    blocks = [_rows(left, style), _cures(left, style)]
    paragraphs = ["\n".join(block) for block in blocks if block]
    return "\n\n".join([*paragraphs, style.paint(summary_line(summary), Paint.BOLD)]) + "\n"


def write_summary(out: IO[str], summary: RunSummary, style: Style) -> None:
    """Write the summary to standard output; coloured only if that is a terminal as well."""
    color = style.color and out.isatty()
    out.write(summary_text(summary, Style(color=color, width=style.width)))
    out.flush()


def summary_line(summary: RunSummary) -> str:
    """The last line: `Applied: 3 rendered, 1 failed. Spent $1.44; $0.48 under way (1 task).`, stable enough to grep.

    What an earlier run or another machine ordered is separate: `Collected: 3, $1.44 already paid.`
    """
    if _is_ordered_only(summary):
        return _ordered(summary)
    counts = ", ".join(
        f"{number:,} {word}"
        for outcome, word in _DONE.items()
        if outcome is not Outcome.COLLECTED and (number := summary.count(outcome))
    )
    collected, parts = _collected(summary), []
    if summary.interrupted:
        verb, counts = "Interrupted", counts or ("" if collected else "nothing to do")
    elif summary.ordering:
        verb, counts = "Applied", counts or ("" if collected else "nothing to do")
    else:
        verb = "Collected"
        counts = ", ".join(filter(None, [collected, counts])) or "nothing to do"
        collected = ""
    is_free = bool(summary.outcomes) and all(item.outcome is Outcome.RECORDED for item in summary.outcomes)
    if any(_spent_now(summary)) or (summary.ordering and not is_free):
        parts.append(_spent(summary))
    if collected:
        parts.append(f"collected {collected}")
    parts += _lacking(summary)
    if summary.in_flight_count:
        flying = amount(summary.in_flight, summary.in_flight_unknown)
        parts.append(f"{flying} under way ({counted(summary.in_flight_count, 'task')})")
    money_part = "; ".join(parts)
    sentences = [f"{verb}: {counts}" if counts else verb, money_part[:1].upper() + money_part[1:]]
    return charged(". ".join(filter(None, sentences)) + ".", summary.provider)


def _lacking(summary: RunSummary) -> Iterator[str]:
    """What recorded shots lack."""
    if short := sum(item.missing > 0 for item in summary.outcomes):
        yield f"{counted(short, 'shot')} with results missing"
    if unlike := sum(bool(item.unmet) for item in summary.outcomes):
        yield f"{counted(unlike, 'shot')} not as expected"
    if summary.unstored:
        yield f"{counted(summary.unstored, 'video')} not in the store yet (`ltxspec archive push`)"
    if summary.held:
        yield f"{counted(summary.held, 'shot')} held (`ltxspec plan` says why)"


def _is_ordered_only(summary: RunSummary) -> bool:
    """Whether a run only ordered, and waits for nothing."""
    left = summary.count(Outcome.DETACHED)
    return summary.in_flight_count > 0 and left == len(summary.outcomes) and not summary.interrupted


def _ordered(summary: RunSummary) -> str:
    left, new = summary.count(Outcome.DETACHED), sum(item.ordered_here for item in summary.outcomes)
    price, them = amount(summary.in_flight, summary.in_flight_unknown), "it" if left == 1 else "them"
    rest = "in progress" if new == left else f"{left:,} in progress"
    line = f"Ordered: {new:,}, {rest} for {price}; `ltxspec collect` fetches {them}."
    return charged(line, summary.provider)


def _spent_now(summary: RunSummary) -> tuple[Usd, int]:
    """What the orders of this run cost, and how many of them did not report a cost."""
    collected = [item for item in summary.outcomes if item.outcome is Outcome.COLLECTED]
    unknown = sum(1 for item in collected if item.cost is None and item.billable)
    return summary.spent - summary.spent_before, max(summary.spent_unknown - unknown, 0)


def _spent(summary: RunSummary) -> str:
    usd = amount(*_spent_now(summary))
    text = f"{'Would have cost' if is_free(summary.provider) else 'Spent'} {usd}"
    if summary.overspent and summary.limit is not None:
        text += f", {money(summary.overspent)} over the limit of {money(summary.limit)}"
    return text


def _collected(summary: RunSummary) -> str:
    """`3, $1.44 already paid`: renders that an earlier run, another machine or another shot ordered."""
    found = [item for item in summary.outcomes if item.outcome is Outcome.COLLECTED]
    if not found:
        return ""
    if is_free(summary.provider):
        return f"{len(found):,}"
    return f"{len(found):,}, {amount(*total_usd(item.cost for item in found))} already paid"


def _left(item: ShotOutcome) -> str | None:
    """The word for an unfinished shot; None if it is finished."""
    if item.outcome in (Outcome.RENDERED, Outcome.COLLECTED, Outcome.RECORDED):
        return _NOT_ARCHIVED if not item.archived else _MISSING if item.missing else _UNMET if item.unmet else None
    if item.outcome is Outcome.FAILED and not item.permanent:
        return _TEMPORARY
    return _DONE[item.outcome]


def _rows(left: list[tuple[ShotOutcome, str]], style: Style) -> list[str]:
    shown = left[:_MOST_ROWS]
    addresses = max((width_of(clean(str(item.address))) for item, _ in shown), default=0)
    words = max((width_of(word) for _, word in shown), default=0)
    lines: list[str] = []
    for item, word in shown:
        head = f"  {pad(clean(str(item.address)), addresses)}  {pad(word, words)}  "
        message = wrap(clean(str(redact_secrets(item.message or ""))), max(style.width - width_of(head), 24)) or [""]
        painted = f"  {style.paint(pad(clean(str(item.address)), addresses), Paint.BOLD)}  "
        painted += style.paint(pad(word, words), _PAINTS.get(word, Paint.YELLOW)) + "  "
        lines += [f"{painted}{message[0]}".rstrip(), *(" " * width_of(head) + line for line in message[1:])]
    if len(left) > len(shown):
        lines.append(f"  … and {len(left) - len(shown):,} more")
    return lines


def _cures(left: Sequence[tuple[ShotOutcome, str]], style: Style) -> list[str]:
    present = {word for item, word in left if item.retaken is None}
    cures = [cure for word, cure in _CURES.items() if word in present]
    if retaken := list(dict.fromkeys(str(item.retaken) for item, _ in left if item.retaken is not None)):
        which = [f"--retake {shlex.quote(address)}" for address in retaken[:_MOST_NAMED]]
        more = f" and {len(retaken) - _MOST_NAMED:,} more" if len(retaken) > _MOST_NAMED else ""
        cures.append(
            f"retake not made: the take from before stays; only `ltxspec apply {clean(' '.join(which))}`{more} "
            f"asks for {'it' if len(retaken) == 1 else 'them'} again"
        )
    return [style.paint(f"  {cure}", Paint.DIM) for cure in cures]


_EVENT_PAINTS: Mapping[EventKind, Paint] = {
    EventKind.SHOT_COMMITTED: Paint.GREEN,
    EventKind.SHOT_FAILED: Paint.RED,
    EventKind.SHOT_UNCLEAR: Paint.YELLOW,
    EventKind.SHOT_NOT_ARCHIVED: Paint.YELLOW,
    EventKind.SHOT_UNMET: Paint.YELLOW,
    EventKind.SHOT_UNRESOLVED: Paint.YELLOW,
    EventKind.SHOT_REMARK: Paint.YELLOW,
    EventKind.SHOT_HELD_BACK: Paint.YELLOW,
    EventKind.NOT_STORED: Paint.YELLOW,
    EventKind.WAITING_FOR_LOCK: Paint.YELLOW,
    EventKind.SERVICE_SILENT: Paint.YELLOW,
    EventKind.SERVICE_BUSY: Paint.YELLOW,
    EventKind.SHARD_REPEATED: Paint.YELLOW,
    EventKind.STOPPING: Paint.YELLOW,
}
_TIMED = {EventKind.SHOT_RENDERED, EventKind.SHOT_FAILED, EventKind.SHOT_UNRESOLVED}


def event_line(event: ApplyEvent, style: Style) -> str:
    """`night-scenes.alley: rendered, $0.48 (72 s)`."""
    message = clean(str(redact_secrets(event.message)))
    if event.kind is EventKind.SHOT_RUNNING and event.percent is not None:
        message += f", {event.percent} %"
    if event.kind in _TIMED and event.elapsed:
        message += f" ({event.elapsed:.0f} s)"
    message = style.paint(message, _EVENT_PAINTS.get(event.kind))
    return message if event.address is None else f"{style.paint(clean(str(event.address)), Paint.BOLD)}: {message}"
