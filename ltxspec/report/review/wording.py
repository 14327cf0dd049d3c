"""The wording of reviews, shared by all review reports. Results are clean text on one line."""

from collections.abc import Mapping, Sequence
from itertools import chain

import orjson

from ltxspec.lock.facts import AlteredTake
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.render.models import Request
from ltxspec.report import reasons
from ltxspec.report import wording as phrases
from ltxspec.report.review.backlog import inherited, own_shots
from ltxspec.report.review.headline import headline, rendered
from ltxspec.report.review.kinds import KINDS
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import WORKING_TREE, Cause, CauseKind, Review, RuleChange, ShotKind, ShotReview
from ltxspec.values import Json, Usd, money_text, total_usd

_CAUSES: Mapping[str, str] = {
    CauseKind.PROMPT: "prompt of {}",
    CauseKind.VARIABLE: "variable {}",
    CauseKind.FILE: "file {}",
    CauseKind.DEFAULTS: "defaults.{}",
    CauseKind.MODEL_DEFAULT: "the model's default of {}",
}  # the others are named as they are

__all__ = ["KINDS", "headline", "inherited", "own_shots", "rendered"]  # of the modules beside this one, for all reports

# Causes that a reader sees in the shot itself.
_PLAIN = frozenset({CauseKind.PROMPT, CauseKind.PARAMETER, CauseKind.MODEL})

_SHORT = 12  # digits of a commit
_RULE_WIDTH = 200  # maximum width of a value: rules are shown in full if possible
_RULE_NAME = 80  # short enough for the name and both values to fit in a line


def commit(name: str) -> str:
    """A side's name for people."""
    return f"the {name}" if name == WORKING_TREE else clean(name[:_SHORT])


def sides(review: Review) -> str:
    """`2c6234161ca8 (merge base of main) to the working tree`."""
    about = f" ({clean(review.base_name)})" if review.base_name and not review.base.startswith(review.base_name) else ""
    return f"{commit(review.base)}{about} to {commit(review.head)}"


def totals(review: Review) -> str:
    """The cost of everything ever bought, on both sides: `All takes so far: $4.80, now $6.24.`."""
    before = phrases.amount(review.total_before, review.total_before_unknown)
    after = phrases.amount(review.total_after, review.total_after_unknown)
    return f"All takes so far: {after}." if before == after else f"All takes so far: {before}, now {after}."


def all_clear(review: Review) -> str:
    """The text if there are no refusals."""
    if not review.count(ShotKind.PENDING):
        held = [shot.change.estimate for shot in review.shots if shot.kind is ShotKind.HELD and shot.change is not None]
        if held:
            waits = "1 shot is" if len(held) == 1 else f"{len(held):,} shots are"
            return f"Nothing to pay for now; {waits} held, for {phrases.amount(*total_usd(held))} later"
        return "Nothing left to pay for"
    line = f"Ready to apply: {phrases.money(review.estimate + review.under_way)} to spend{_own_share(review)}"
    if review.reckoned is not None:
        line += f" by the project's own prices, {phrases.money(review.reckoned)} by ltxspec's, which limits use"
    if review.limit is None:
        return f"{line}; no limit is set"
    return f"{line}, within the limit of {phrases.money(review.limit)} for one apply"


def _own_share(review: Review) -> str:
    """How much of it this change causes, where the base would order something as well."""
    if not any(shot.inherited and shot.kind is ShotKind.PENDING for shot in review.shots):
        return ""
    own = [shot.change.estimate for shot in own_shots(review) if shot.change and phrases.is_counted(shot.change)]
    return f" ({phrases.amount(*total_usd(own)) if own else 'none'} of it for this change)"


RULES = "Rules and prices changed"
ALTERED = "Changed records of paid tasks"


def rule(change: RuleChange) -> str:
    """`budget.per_apply: $5.00 → $500.00`."""
    return f"{fit(clean(change.name), _RULE_NAME)}: {_values(change.before, change.after, _RULE_WIDTH)}"


def altered(item: AlteredTake) -> str:
    """`night.alley, task 1a2b…: cost: $0.48 → $0.01, outputs[0].sha256: 9f2c… → 0000…`."""
    facts = ", ".join(phrases.fact(change) for change in item.changes)
    return f"{clean(str(item.address))}, task {clean(item.task_id)}: {facts}"


def reason(shot: ShotReview) -> str:
    """Why the shot is in the review, in one phrase: `prompt changed`, `moved from temple`."""
    if shot.change is not None:
        return _planned(shot, shot.change)
    match shot.kind:
        case ShotKind.RENDERED:
            return _rendered(shot)
        case ShotKind.MOVED:
            return f"moved from {_place(shot)}"
        case ShotKind.RESTORED:
            return "back in the spec" if shot.before is None or shot.before == shot.after else "an earlier take is used"
        case ShotKind.RETIRED:
            return reasons.REASONS[Reason.NOT_IN_SPEC] if shot.before or shot.bought else "gone from the spec"
        case _:
            return "a failed task was recorded" if shot.bought else reasons.REASONS[Reason.RECORDED_FIELDS_CHANGED]


def _planned(shot: ShotReview, change: Change) -> str:
    """Why apply would do it. A shot that was never rendered counts as new only if the base does not have it."""
    if change.action is not Action.CREATE or shot.prompt_before is None:
        return reasons.reason(change)
    if shot.before is not None:
        return "the record of its take is missing"
    return f"not rendered yet, {_changed(shot)}" if shot.changes else "not rendered yet"


def _changed(shot: ShotReview) -> str:
    if shot.changes and all(change.path.startswith("/files/shot:") for change in shot.changes):
        return reasons.REASONS[Reason.SOURCE_CHANGED]
    return reasons.reason(Change(shot.address, Action.REPLACE, (Reason.REQUEST_CHANGED,), shot.changes))


def _rendered(shot: ShotReview) -> str:
    if shot.before is None:
        return "new"
    if shot.after is not None and shot.after.task_id == shot.before.task_id:
        return "rendered, the earlier take stays in use"
    if not shot.changes:
        return "another take of the same request"
    moved = f"moved from {_place(shot)}, " if shot.origin is not None else ""
    return moved + _changed(shot)


def _place(shot: ShotReview) -> str:
    """A shot's former name; the whole address if it was in another spec."""
    origin = shot.origin or shot.address
    return clean(origin.instance if origin.spec == shot.address.spec else str(origin))


def cost_before(shot: ShotReview) -> str:
    """The cost of the base's take; empty if there was none."""
    return "" if shot.before is None else _price(shot.before.cost)


def cost_after(shot: ShotReview) -> str:
    """What the change paid for the shot plus what applying would cost: `$0.48`, `est. $0.48`, `later: $0.48`."""
    parts = []
    if shot.bought:
        known, unknown = total_usd(take.cost for take in shot.bought)
        parts.append("cost unknown" if unknown == 1 and not known else phrases.amount(known, unknown))
    if shot.change is not None and phrases.is_counted(shot.change):
        parts.append(money_text(shot.change.estimate, "price unknown", "est. {}"))
    elif shot.kind is ShotKind.HELD and shot.change is not None:
        parts.append(phrases.cost(shot.change))
    return " + ".join(parts) or "no cost"


def _price(cost: Usd | None) -> str:
    return money_text(cost, "unknown")


def size(shot: ShotReview) -> str:
    """The format of a render that is paid for: `1920×1080, 8 s, 25 fps`; otherwise empty."""
    if shot.change is not None:
        return phrases.size(shot.change) if phrases.is_sized(shot.change) else ""
    if shot.kind is not ShotKind.RENDERED or shot.after is None:
        return ""
    take = shot.after
    request = Request(shot.address, take.request, {}, take.inputs, take.fingerprint, take.cost, "", 1, 1)
    return phrases.size(Change(shot.address, Action.CREATE, request=request))


def hidden_causes(shot: ShotReview) -> Sequence[Cause]:
    """Causes outside the shot itself, which a reader would not find there."""
    return [cause for cause in shot.causes if cause.kind not in _PLAIN]


def shared_causes(review: Review) -> list[tuple[Cause, int]]:
    """Causes outside shots that affect several of them, with the number of shots, highest first."""
    counts: dict[Cause, int] = {}
    for cause in chain.from_iterable(hidden_causes(shot) for shot in review.shots):
        counts[cause] = counts.get(cause, 0) + 1
    return sorted(((cause, n) for cause, n in counts.items() if n > 1), key=lambda pair: -pair[1])


def cause_name(cause: Cause) -> str:
    """`variable city`, `file prompts/street.j2`, `data/shots.csv: light`."""
    return clean(_CAUSES.get(cause.kind, "{}").replace("{}", cause.name))


def cause_values(cause: Cause, width: int = 60) -> str:
    """`Porto → Lisbon`; empty if there is nothing to show, as for a file."""
    return "" if cause.before is None and cause.after is None else _values(cause.before, cause.after, width)


def _values(before: str | None, after: str | None, width: int) -> str:
    return " → ".join(phrases.values(_unquoted(before), _unquoted(after), width))


def _unquoted(text: str | None) -> Json:
    """A text that is JSON as its value: causes contain 6 as `6`, which must not be quoted like a text."""
    try:
        value = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return text
    return text if value is None or isinstance(value, str) else value
