"""The state of a project for a terminal: counts for each spec, what needs attention, and the money."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Reason
from ltxspec.plan.status import Expiry, FindingKind, Kept, ProjectStatus, ShotState, ShotStatus
from ltxspec.redaction import redact_secrets
from ltxspec.report.takes import missing_text, remark_text
from ltxspec.report.terminal import Paint, Style, clean, fit, pad, width_of
from ltxspec.report.wording import amount, charged, counted, money, spent

_MOST_LINES = 10  # shots listed under one heading

_STATES: Mapping[ShotState, tuple[str, Paint]] = {
    ShotState.UP_TO_DATE: ("up to date", Paint.GREEN),
    ShotState.TO_BUY: ("to render", Paint.MAGENTA),
    ShotState.TO_RECORD: ("to record, free", Paint.CYAN),
    ShotState.IN_PROGRESS: ("in progress", Paint.YELLOW),
    ShotState.FAILED: ("failed", Paint.RED),
    ShotState.HELD: ("held", Paint.YELLOW),
}
_VERDICTS: Mapping[Verdict, tuple[str, Paint]] = {
    Verdict.APPROVED: ("approved", Paint.GREEN),
    Verdict.REJECTED: ("rejected", Paint.RED),
    Verdict.NEEDS_WORK: ("needs work", Paint.YELLOW),
}
_WAITING = frozenset({ShotState.IN_PROGRESS, ShotState.FAILED, ShotState.HELD})  # listed shot by shot
_KEEPS = frozenset({ShotState.UP_TO_DATE, ShotState.TO_RECORD})  # states in which a shot stays with its take
_ADVICE: Mapping[str, str] = {
    "in progress": "`ltxspec collect` fetches it",
    "claimed by another machine": "`ltxspec collect` there fetches it; `ltxspec why ADDRESS` says more",
    "failed": "`ltxspec why ADDRESS` says what to do",
    "held": "waits for its source; `ltxspec approve SOURCE` where an approval is missing",
    "results missing": "`ltxspec apply --retake ADDRESS` renders all of them once more, for their full price",
    "decided against": "`ltxspec apply --retake ADDRESS` renders it once more, for its full price",
    "link expired, not archived": "`ltxspec archive pull` requests a fresh link from the provider",
    "link expires soon, not archived": "`ltxspec archive pull` saves the video",
    "never archived": "`ltxspec archive pull` saves the video",
    "archived, but not on this machine": "`ltxspec archive pull` fetches it",
    "archived here, not in the store yet": "`ltxspec archive push` sends it",
}
_FINDINGS: Mapping[FindingKind, str] = {
    FindingKind.LINK_GONE: "link gone",
    FindingKind.LINK_UNREACHABLE: "link does not answer",
    FindingKind.VIDEO_MISSING: "video missing",
    FindingKind.VIDEO_ALTERED: "video altered",
    FindingKind.STORED_MISSING: "missing in the store",
    FindingKind.STORED_ALTERED: "altered in the store",
    FindingKind.INPUT_CHANGED: "input changed",
    FindingKind.INPUT_GONE: "input gone",
    FindingKind.PRICE_CHANGED: "price changed",
    FindingKind.TASK_UNKNOWN: "task unknown",
    FindingKind.TASK_REMARK: "the provider says",
    FindingKind.NOT_CHECKED: "not checked",
}


def status_text(status: ProjectStatus, style: Style, *, whole: bool = False) -> str:
    """The state as text with a final newline; the last line has the money.

    Args:
        status: the state.
        style: how to write it.
        whole: whether every shot that needs attention is listed.
    """
    most = sys.maxsize if whole else _MOST_LINES
    blocks = [
        [*_specs(status, style), *_verdicts(status, style)],
        _broken(status, style, most),
        *_attention(status.shots, style, most),
        _found(status, style, most),
    ]
    paragraphs = ["\n".join(block) for block in blocks if block]
    return "\n\n".join([*paragraphs, style.paint(money_line(status), Paint.BOLD)]) + "\n"


def money_line(status: ProjectStatus) -> str:
    """The last line: `$28.80 spent, $7.20 to render, $0.72 in progress. Limit for one apply: $5.00.`."""
    parts = [spent(status.plan), f"{amount(*status.to_buy)} to render"]
    if any(status.held):
        parts.append(f"{amount(*status.held)} held")
    if any(status.in_progress):
        parts.append(f"{amount(*status.in_progress)} in progress")
    sentences = [", ".join(parts)]
    if status.limits.per_apply is not None:
        sentences.append(f"Limit for one apply: {money(status.limits.per_apply)}")
    if status.left:
        left = ", ".join(f"{clean(name)} {money(usd)}" for name, usd in list(status.left.items())[:_MOST_LINES])
        sentences.append(f"Left of `[budget] per_spec`: {left}")
    if status.project_left:
        left = ", ".join(f"{clean(one.name)} {money(usd)}" for one, usd in status.project_left[:_MOST_LINES])
        sentences.append(f"Left of the project's limits: {left}")
    return charged(f"{'. '.join(sentences)}.", status.plan.provider)


def _specs(status: ProjectStatus, style: Style) -> Iterator[str]:
    """One line for each spec."""
    names = [shot.address.spec for shot in status.shots]
    width = max(map(width_of, map(clean, names)), default=0)
    for name, group in groupby(status.shots, key=lambda shot: shot.address.spec):
        shots = list(group)
        parts = []
        for state, (word, paint) in _STATES.items():
            number = len({shot.address for shot in shots if shot.state is state})
            if number:
                parts.append(style.paint(f"{number:,} {word}", paint))
        yield f"{style.paint(pad(clean(name), width), Paint.BOLD)}  {', '.join(parts)}"
    if not names:
        yield "There are no shots."


def _broken(status: ProjectStatus, style: Style, most: int) -> list[str]:
    """The shots with errors."""
    if not status.broken:
        return []
    heading = f"broken: {counted(len(status.broken), 'shot')}"
    lines = [f"{style.paint(heading, Paint.BOLD)}; `ltxspec validate` lists the errors"]
    lines += [_line(str(address), "", style) for address in status.broken[:most]]
    return lines + _more(len(status.broken) - most, style)


def _verdicts(status: ProjectStatus, style: Style) -> list[str]:
    """How many current takes have each verdict, on one line; nothing if nobody decided."""
    counts = [(status.decided(verdict), word, paint) for verdict, (word, paint) in _VERDICTS.items()]
    parts = [style.paint(f"{number:,} {word}", paint) for number, word, paint in counts if number]
    return [f"verdicts: {', '.join(parts)}"] if parts else []


def _attention(shots: Sequence[ShotStatus], style: Style, most: int) -> Iterator[list[str]]:
    """One block for each kind of shot that needs attention."""
    kinds: dict[str, list[ShotStatus]] = {name: [] for name in _ADVICE}
    for shot in shots:
        for name in _kinds(shot):
            kinds[name].append(shot)
    for name, found in kinds.items():
        if not found:
            continue
        number = len({shot.address for shot in found})
        orders = f", {counted(len(found), 'order')}" if len(found) > number else ""
        heading = f"{name}: {counted(number, 'shot')}{orders}"
        lines = [f"{style.paint(heading, Paint.BOLD)}; {_ADVICE[name]}"]
        lines += [_line(str(shot.address), _about(shot, name), style) for shot in found[:most]]
        yield lines + _more(len(found) - most, style)


def _kinds(shot: ShotStatus) -> Iterator[str]:
    if shot.state in _WAITING:
        is_claimed = Reason.CLAIMED_ELSEWHERE in shot.change.reasons
        yield "claimed by another machine" if is_claimed else _STATES[shot.state][0]
    if shot.missing:
        yield "results missing"
    if shot.remark is not None and shot.remark.is_against and shot.state in _KEEPS:
        yield "decided against"
    if shot.unsent:
        yield "archived here, not in the store yet"
    if shot.kept in (None, Kept.HERE):
        return
    if shot.expiry is not None:
        yield "link expired, not archived" if shot.expiry is Expiry.PAST else "link expires soon, not archived"
    elif shot.kept is Kept.NEVER:
        yield "never archived"
    else:
        yield "archived, but not on this machine"


def _about(shot: ShotStatus, kind: str) -> str:
    if kind == "decided against" and shot.remark is not None:
        return remark_text(shot.remark)
    if kind == "results missing" and shot.take is not None:
        return missing_text(shot.take)
    return f"{shot.expires_at}" if kind.startswith("link") else shot.note or ""


def _found(status: ProjectStatus, style: Style, most: int) -> list[str]:
    """What a check found."""
    if not status.checked:
        return []
    if not status.findings:
        return [style.paint("checked: links, videos and tasks are as recorded", Paint.GREEN)]
    lines = [style.paint(f"checked: {counted(len(status.findings), 'problem')}", Paint.BOLD)]
    for finding in status.findings[:most]:
        name = _FINDINGS[finding.kind]
        lines.append(_line(str(finding.address or "provider"), f"{name}: {finding.message}", style))
    return lines + _more(len(status.findings) - most, style)


def _line(address: str, about: str, style: Style) -> str:
    text = clean(f"{address}  {redact_secrets(about)}").rstrip()
    if style.whole:
        return f"  {text}"
    return f"  {fit(text, max(style.width - 2, width_of(clean(address))))}"


def _more(number: int, style: Style) -> list[str]:
    text = f"  … and {number:,} more; `-v` and `--format json` list all"
    return [style.paint(text, Paint.DIM)] if number > 0 else []
