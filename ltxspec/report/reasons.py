"""The reasons for a change in words, each as one phrase without markup."""

from collections.abc import Mapping, Sequence

from ltxspec.plan.actions import Change, FieldChange, Reason
from ltxspec.report.terminal import clean
from ltxspec.report.wording import field_name
from ltxspec.values import ShotAddress

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
    Reason.CLAIMED_ELSEWHERE: "claimed by another machine",
    Reason.FAILED_FOR_GOOD: "failed permanently",
    Reason.ATTEMPTS_USED_UP: "failed in every attempt so far",
    Reason.SOURCE_NEW: "after a new shot",
    Reason.SOURCE_CHANGED: "another take of its source",
    Reason.SOURCE_MOVED: "same take, referred to otherwise",
    Reason.NOT_APPROVED: "waits for an approval",
    Reason.SOURCE_FAILED: "its source failed",
    Reason.SOURCE_HELD: "its source is held",
    Reason.SOURCE_LACKING: "its source lacks what it needs",
    Reason.SOURCE_LEFT_OUT: "its source is left out",
}

_WITH_ORIGIN: Mapping[Reason, str] = {
    Reason.SAME_FINGERPRINT_ELSEWHERE: "same request as",
    Reason.MOVED_BY_SPEC: "moved from",
    Reason.UNDER_WAY: "under way, committed as",
    Reason.OUTCOME_UNKNOWN: "outcome unknown, committed as",
}

_WITH_SOURCE: Mapping[Reason, str] = {
    Reason.SOURCE_NEW: "after {}",
    Reason.SOURCE_CHANGED: "another take of {}",
    Reason.SOURCE_MOVED: "same take, referred to as {}",
    Reason.NOT_APPROVED: "waits for approval of {}",
    Reason.SOURCE_FAILED: "{} failed",
    Reason.SOURCE_HELD: "{} is held",
    Reason.SOURCE_LACKING: "{} lacks what it needs",
    Reason.SOURCE_LEFT_OUT: "{} is left out",
}
_HOLDING = frozenset(
    {Reason.NOT_APPROVED, Reason.SOURCE_FAILED, Reason.SOURCE_HELD, Reason.SOURCE_LACKING, Reason.SOURCE_LEFT_OUT}
)
_FOLLOWING = frozenset({Reason.SOURCE_NEW, Reason.SOURCE_CHANGED})  # said again by what holds a shot

_NAMED_FIELDS = 2  # a reason names up to this many changed fields; of more, it names the first and counts the others


def reason(change: Change) -> str:
    """The reasons as one phrase: `new, after alley`, `prompt and fps changed`, `moved from temple`."""
    words = [_reason(item, change) for item in shown(change)]
    if change.action.spends and change.attempt > 1:
        words.append(f"attempt {change.attempt}")
    elif change.action.spends and change.retake > 1:
        words.append(f"take {change.number}" if change.number else f"render {change.retake} of this request")
    return ", ".join(words)


def shown(change: Change) -> Sequence[Reason]:
    """The reasons that are worth telling: of a shot that waits for its source, what it waits for."""
    if Reason.CLAIMED_ELSEWHERE in change.reasons:
        return [item for item in change.reasons if item is not Reason.OUTCOME_UNKNOWN]
    if _HOLDING.isdisjoint(change.reasons):
        return change.reasons
    return [item for item in change.reasons if item not in _FOLLOWING]


def _reason(item: Reason, change: Change) -> str:
    if item in _WITH_SOURCE and len(change.after) == 1:
        return _WITH_SOURCE[item].format(_short(change.after[0], change.address.spec))
    if item is Reason.SOURCE_NEW and change.after:
        return f"after {_short(change.after[0], change.address.spec)} and {len(change.after) - 1} more"
    if item is Reason.REQUEST_CHANGED:
        return _fields_changed(change.changes)
    if change.origin is not None and item in _WITH_ORIGIN:
        return f"{_WITH_ORIGIN[item]} {clean(change.origin)}"
    return REASONS[item]


def _short(source: ShotAddress, spec: str) -> str:
    """The name of a source; without its spec, if that is the same."""
    return clean(source.instance if source.spec == spec else str(source))


def _fields_changed(changes: Sequence[FieldChange]) -> str:
    names = [field_name(change.path) for change in changes if not change.path.startswith("/files/")]
    if not names:
        return REASONS[Reason.REQUEST_CHANGED]
    names.sort(key=lambda name: name != "prompt")
    if len(names) > _NAMED_FIELDS:
        return f"{names[0]} and {len(names) - 1} more changed"
    return f"{' and '.join(names)} changed"
