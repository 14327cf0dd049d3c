"""The plan's digest, and the comparison of a saved plan with a new one: approving a plan approves its digest."""

from collections.abc import Container

import orjson

from ltxspec.canonical import digest
from ltxspec.errors import Location, LtxspecError
from ltxspec.formats import FormatError, read
from ltxspec.plan.actions import Action, Change, Plan, Reason
from ltxspec.plan.destinations import Destination
from ltxspec.plan.differences import field_changes
from ltxspec.plan.document import Delivery, Limits, PlanDocument, PlannedShot
from ltxspec.plan.terms import SpendingLimits, Terms
from ltxspec.redaction import redact_request, redact_secrets
from ltxspec.values import Json, TaskId, Usd, dollars, format_usd

FORMAT_MAJOR = "1"
_SAVE = "write one with `ltxspec plan -o FILE`"
_NO_CHANGE = "no change", ""


class PlanFileError(LtxspecError):
    """A saved plan cannot be read."""

    code = "plan-file"


def plan_digest(plan: Plan) -> str:
    """`sha256:<hex>` over everything the plan would do: addresses, actions, fingerprints, task ids, money, deliveries.

    Left out on purpose: unchanged shots, warnings, places in files, versions. They do not affect what is done. Secrets
    are left out, too, because no record keeps them: a reader of a report of the plan must be able to compute the same
    digest. Delivery targets count by a digest of their own, which reports contain, and so do parameters outside the
    fingerprint. The digest of a shard is that of the whole plan: every machine compares the same.
    """
    if plan.part is not None:
        return plan.part.digest
    return digest({"provider": plan.provider, "changes": [_essence(change) for change in plan.pending]})


def _essence(change: Change) -> list[Json]:
    return [
        str(change.address),
        change.action.value,
        change.fingerprint,
        change.task_id,
        None if change.estimate is None else format_usd(change.estimate),
        change.origin,
        [[item.path, redact_secrets(item.after)] for item in change.changes] if not change.action.spends else [],
        *([change.destination.digest] if change.destination is not None else []),
        *([{"recorded": change.recorded}] if change.recorded is not None else []),
        *([{"draft": change.draft}] if change.draft is not None else []),
    ]


def read_plan_file(data: bytes, name: str) -> PlanDocument:
    """Read a document written by `plan -o`.

    Raises:
        PlanFileError: it is not a plan document, or has another major version.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        where = Location(name, error.lineno, error.colno)
        raise PlanFileError(f"`{name}` is not a saved plan: {error}", where=where, hint=_SAVE) from error
    whole = Location(name, 1, 1)
    if not isinstance(document, dict) or not isinstance(document.get("digest"), str):
        raise PlanFileError(f"`{name}` is JSON but not a saved plan", where=whole, hint=_SAVE)
    version = str(document.get("formatVersion"))
    if version.partition(".")[0] != FORMAT_MAJOR:
        raise PlanFileError(
            f"`{name}` has plan format {version}, which this ltxspec does not support", where=whole, hint="plan again"
        )
    try:
        saved = read(document, PlanDocument)
    except FormatError as error:
        raise PlanFileError(f"`{name}` is not a plan that ltxspec wrote: {error}", where=whole, hint=_SAVE) from None
    if saved.error is not None:
        text = f"`{name}` is the report of an error, not a plan: {saved.error.summary}"
        raise PlanFileError(text, where=whole, hint=_SAVE)
    if saved.shard is not None:
        hint = "save the whole plan with `ltxspec plan -o FILE`, and apply it with `--shard K/N` on each machine"
        raise PlanFileError(f"`{name}` is the shard {saved.shard} of a plan, and not the plan", where=whole, hint=hint)
    return saved


def plan_differences(saved: PlanDocument, plan: Plan, done: Container[str] = ()) -> list[str]:
    """One line for each shot whose action or price differs between the saved plan and the present one.

    Args:
        saved: the saved plan.
        plan: the present plan.
        done: the shots of the saved plan that have been applied; these are left out.
    """
    shots = {shot.address: shot for shot in saved.shots if shot.action is not Action.NO_OP}
    changes = {str(change.address): change for change in plan.pending}
    before = {address: _saved_words(shot) for address, shot in shots.items()}
    after = {address: _words(change) for address, change in changes.items()}
    lines = []
    for address in sorted(address for address in before.keys() | after.keys() if address not in done):
        (old, old_sent), (new, new_sent) = before.get(address, _NO_CHANGE), after.get(address, _NO_CHANGE)
        if _is_drafted(shots.get(address), changes.get(address)):  # its sources are known meanwhile, and it as well
            new = _phrase(changes[address].action, changes[address].estimate, shots[address].draft)
        if old_sent != new_sent:  # otherwise it is no difference, and is not shown
            old, new = old + old_sent, new + new_sent
        if old != new:
            changed = _changed_fields(shots.get(address), changes.get(address))
            lines.append(f"{address}: planned {old}, now {new}{changed}")
        elif different := _recorded_differences(shots.get(address), changes.get(address)):
            lines.append(f"{address}: {different}")
        elif other := _other_task(shots.get(address), changes.get(address)):
            lines.append(f"{address}: {old} is {other}")
    if saved.provider != plan.provider:
        lines.insert(0, f"provider: planned {saved.provider}, now {plan.provider}")
    return lines


def applied(saved: PlanDocument, plan: Plan, recorded: Container[TaskId]) -> set[str]:
    """The shots for which a saved plan has been applied, and nothing else is planned now.

    A shot whose sources had no take has no task in the plan: it has been applied where it is up to date now with the
    request that was planned, and its sources have been applied.

    Args:
        saved: the saved plan.
        plan: the present plan.
        recorded: the tasks with a successful take.
    """
    now = {str(change.address): change for change in plan.changes}
    shots = [shot for shot in saved.shots if shot.action not in (Action.NO_OP, Action.BLOCKED)]
    done = {shot.address for shot in shots if _is_applied(shot, now.get(shot.address), recorded)}
    drafted = [shot for shot in shots if shot.action is not Action.HELD and shot.address not in done]
    waiting = {shot.address: shot for shot in drafted if _is_up_to_date(shot, now.get(shot.address))}
    undone = {shot.address for shot in shots} - done - waiting.keys()
    while found := {address for address, shot in waiting.items() if not undone.isdisjoint(shot.after or ())}:
        undone |= found
        waiting = {address: shot for address, shot in waiting.items() if address not in found}
    return done | waiting.keys()


def as_planned(saved: PlanDocument, plan: Plan, done: Container[str]) -> tuple[list[Change], list[Change]]:
    """What of a saved plan is left to do, exactly as planned, and which of its orders are in progress.

    Args:
        saved: the saved plan.
        plan: the present plan.
        done: the shots for which it has been applied.
    """
    shots = {shot.address: shot for shot in saved.shots}
    same = [(shots.get(str(change.address)), change) for change in plan.pending if str(change.address) not in done]
    orders = [(shot, change) for shot, change in same if shot is not None and shot.action is not Action.NO_OP]
    ordered = [change for shot, change in orders if _is_ordered(shot, change)]
    left = [
        change
        for shot, change in orders
        if change.action is shot.action and change.action not in (Action.BLOCKED, Action.HELD, Action.RESUME)
    ]
    return left, ordered


def _is_applied(shot: PlannedShot, now: Change | None, recorded: Container[TaskId]) -> bool:
    kept = now is None or now.action is Action.NO_OP
    if shot.action is Action.RETIRE:
        return kept
    if shot.task_id not in recorded:
        return False
    is_repeated = now is not None and now.fingerprint == shot.fingerprint and Reason.RETAKE_REQUESTED in now.reasons
    return kept or (shot.action.spends and is_repeated)  # a retake would be yet another one now


def _is_up_to_date(shot: PlannedShot, now: Change | None) -> bool:
    return now is not None and now.action is Action.NO_OP and _is_drafted(shot, now)


def _is_ordered(shot: PlannedShot, change: Change) -> bool:
    """Whether an order of the plan is in progress."""
    is_same = shot.task_id == change.task_id or _is_drafted(shot, change)
    return shot.action.spends and change.action is Action.RESUME and is_same


def _is_drafted(shot: PlannedShot | None, change: Change | None) -> bool:
    """Whether a shot that was planned before its sources had takes has the same request now."""
    if shot is None or change is None or shot.draft is None or change.request is None:
        return False
    return change.request.draft == shot.draft


def _other_task(shot: PlannedShot | None, change: Change | None) -> str:
    """That the same order would have another id now: it was made once, and would be another attempt."""
    if shot is None or change is None or shot.task_id == change.task_id or _is_drafted(shot, change):
        return ""
    return f"task {change.task_id} now, and was planned as {shot.task_id}"


def _saved_words(shot: PlannedShot) -> tuple[str, str]:
    """The description of a shot in a saved plan, and where its results are sent."""
    price = shot.estimate if shot.estimate != 0 else None  # 0 belongs to an action that orders nothing
    return _phrase(shot.action, price, shot.fingerprint or shot.draft), _sent(shot.delivery)


def _words(change: Change) -> tuple[str, str]:
    """The same for the present plan."""
    delivery = delivery_of(change.destination) if change.destination is not None else None
    return _phrase(change.action, change.estimate, change.fingerprint or change.draft), _sent(delivery)


def _changed_fields(shot: PlannedShot | None, change: Change | None) -> str:
    """The names of the parameters that differ, if both plans have a request; empty if none do."""
    request = change.request if change is not None else None
    if request is None or shot is None:
        return ""
    names = [item.path for item in field_changes(shot.request, redact_request(request.body, request.known))]
    return f"; changed: {', '.join(names)}" if names else ""


def _recorded_differences(shot: PlannedShot | None, change: Change | None) -> str:
    """The differences in parameters outside the fingerprint; empty if there are none."""
    if shot is None or change is None or change.request is None or shot.recorded == change.recorded:
        return ""
    request = change.request
    found = field_changes(shot.request, redact_request(request.body, request.known))
    fields = [f"{item.path} was planned as {_text(item.before)}, now {_text(item.after)}" for item in found]
    return "; ".join(fields) or "a recorded parameter differs in a part that is not shown"


def _text(value: Json) -> str:
    return "left out" if value is None else str(value)


def delivery_of(destination: Destination) -> Delivery:
    """Where results are sent, in the form of a plan document."""
    return Delivery(dict(destination.shown), destination.digest)


def limits_of(terms: Terms) -> Limits:
    """The rules that a plan was made under, in the form of its document."""
    limits = terms.limits
    return Limits(limits.per_apply, limits.per_shot, limits.per_spec, terms.policies)


def terms_of(limits: Limits | None) -> Terms | None:
    """The rules that a saved plan was made under; None if it does not contain them."""
    if limits is None:
        return None
    return Terms(SpendingLimits(limits.per_apply, limits.per_shot, limits.per_spec), limits.policies)


def _sent(delivery: Delivery | None) -> str:
    """Where results are sent, with the first digits of the digest: addresses may differ in hidden parts."""
    if delivery is None:
        return ""
    named = ", ".join(f"{name} {redact_secrets(value)}" for name, value in sorted(delivery.parameters.items()))
    return f" with {named} ({delivery.digest.removeprefix('sha256:')[:8]}…)"


def _phrase(action: Action, estimate: Usd | None, fingerprint: str | None) -> str:
    money = f" for {dollars(estimate)}" if estimate is not None else ""
    request = f" of {fingerprint[:18]}…" if fingerprint else ""
    return f"{action.value}{request}{money}"
