"""The reasons for a change in words, each as one phrase without markup."""

from collections.abc import Mapping, Sequence

from ltxspec.plan.actions import Change, FieldChange, Reason
from ltxspec.report.terminal import clean
from ltxspec.report.wording import field_name

REASONS: Mapping[Reason, str] = {
    Reason.NEW: "new",
    Reason.REQUEST_CHANGED: "request changed",
    Reason.INPUT_CHANGED: "local file changed",
    Reason.MODEL_CHANGED: "model changed",
    Reason.RETAKE_REQUESTED: "retake requested",
    Reason.RETRY_REQUESTED: "retry requested",
    Reason.LAST_ATTEMPT_FAILED: "last attempt failed",
    Reason.OWNED_ELSEWHERE: "owned elsewhere",
    Reason.RECORDED_FIELDS_CHANGED: "record changed",
    Reason.EARLIER_TAKE_MATCHES: "an earlier take fits",
    Reason.SAME_FINGERPRINT_ELSEWHERE: "same request elsewhere",
    Reason.MOVED_BY_SPEC: "moved",
    Reason.NOT_IN_SPEC: "gone from the spec, takes kept",
    Reason.BACK_IN_SPEC: "back in the spec",
    Reason.UNDER_WAY: "under way, committed",
    Reason.OUTCOME_UNKNOWN: "outcome unknown, committed",
    Reason.FAILED_FOR_GOOD: "failed permanently",
    Reason.ATTEMPTS_USED_UP: "failed in every attempt so far",
    Reason.SOURCE_NEW: "its source is new",
    Reason.SOURCE_CHANGED: "its source changed",
    Reason.SOURCE_MOVED: "its source has another name",
    Reason.NOT_APPROVED: "waits for an approval",
    Reason.SOURCE_FAILED: "its source failed",
    Reason.SOURCE_HELD: "its source is held",
    Reason.SOURCE_LEFT_OUT: "its source is left out",
}

_WITH_ORIGIN: Mapping[Reason, str] = {
    Reason.SAME_FINGERPRINT_ELSEWHERE: "same request as",
    Reason.MOVED_BY_SPEC: "moved from",
    Reason.UNDER_WAY: "under way, committed as",
    Reason.OUTCOME_UNKNOWN: "outcome unknown, committed as",
}

_NAMED_FIELDS = 2  # a reason names up to this many changed fields; of more, it names the first and counts the others


def reason(change: Change) -> str:
    """The reasons as one phrase: `new`, `prompt and fps changed`, `moved from temple`."""
    words = [_reason(item, change) for item in change.reasons]
    if change.action.spends and change.attempt > 1:
        words.append(f"attempt {change.attempt}")
    elif change.action.spends and change.retake > 1:
        words.append(f"take {change.number}" if change.number else f"render {change.retake} of this request")
    return ", ".join(words)


def _reason(item: Reason, change: Change) -> str:
    if item is Reason.REQUEST_CHANGED:
        return _fields_changed(change.changes)
    if change.origin is not None and item in _WITH_ORIGIN:
        return f"{_WITH_ORIGIN[item]} {clean(change.origin)}"
    return REASONS[item]


def _fields_changed(changes: Sequence[FieldChange]) -> str:
    names = [field_name(change.path) for change in changes if not change.path.startswith("/files/")]
    if not names:
        return REASONS[Reason.REQUEST_CHANGED]
    names.sort(key=lambda name: name != "prompt")
    if len(names) > _NAMED_FIELDS:
        return f"{names[0]} and {len(names) - 1} more changed"
    return f"{' and '.join(names)} changed"
