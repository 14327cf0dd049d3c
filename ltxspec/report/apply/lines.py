"""Formats an event of an apply as one line, for all views."""

from collections.abc import Mapping

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.redaction import redact_secrets
from ltxspec.report.terminal import Paint, Style, clean

_PAINTS: Mapping[EventKind, Paint] = {
    EventKind.SHOT_COMMITTED: Paint.GREEN,
    EventKind.SHOT_FAILED: Paint.RED,
    EventKind.SHOT_UNCLEAR: Paint.YELLOW,
    EventKind.SHOT_NOT_ARCHIVED: Paint.YELLOW,
    EventKind.SHOT_UNRESOLVED: Paint.YELLOW,
    EventKind.SHOT_HELD_BACK: Paint.YELLOW,
    EventKind.WAITING_FOR_LOCK: Paint.YELLOW,
    EventKind.SERVICE_SILENT: Paint.YELLOW,
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
    message = style.paint(message, _PAINTS.get(event.kind))
    return message if event.address is None else f"{style.paint(clean(str(event.address)), Paint.BOLD)}: {message}"
