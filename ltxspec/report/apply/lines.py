"""One line for one event of an apply, shared by the views."""

from collections.abc import Mapping

from ltxspec.apply.events import ApplyEvent, Kind
from ltxspec.redaction import redact_secrets
from ltxspec.report.terminal import Paint, Style, clean

_PAINTS: Mapping[Kind, Paint] = {
    Kind.SHOT_COMMITTED: Paint.GREEN,
    Kind.SHOT_FAILED: Paint.RED,
    Kind.SHOT_UNCLEAR: Paint.YELLOW,
    Kind.SHOT_NOT_ARCHIVED: Paint.YELLOW,
    Kind.SHOT_UNRESOLVED: Paint.YELLOW,
    Kind.SHOT_HELD_BACK: Paint.YELLOW,
    Kind.WAITING_FOR_LOCK: Paint.YELLOW,
    Kind.STOPPING: Paint.YELLOW,
}
_TIMED = {Kind.SHOT_RENDERED, Kind.SHOT_FAILED, Kind.SHOT_UNRESOLVED}


def event_line(event: ApplyEvent, style: Style) -> str:
    """`night-scenes.alley: rendered, $0.48 (72 s)`."""
    message = clean(str(redact_secrets(event.message)))
    if event.kind is Kind.SHOT_RUNNING and event.percent is not None:
        message += f", {event.percent} %"
    if event.kind in _TIMED and event.elapsed:
        message += f" ({event.elapsed:.0f} s)"
    message = style.paint(message, _PAINTS.get(event.kind))
    return message if event.address is None else f"{style.paint(clean(str(event.address)), Paint.BOLD)}: {message}"
