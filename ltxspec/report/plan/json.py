"""The plan as the JSON document that programs read and `plan -o FILE` saves; `report/schemas.py` is its schema."""

from collections.abc import Mapping

from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.differences import changes_of
from ltxspec.plan.planfile import PlanOptions, destination_json, plan_digest
from ltxspec.redaction import redact_request, redact_secrets
from ltxspec.report.diagnostics import diagnostic_document
from ltxspec.report.jsontext import encode
from ltxspec.report.wording import is_counted, total
from ltxspec.values import Json, Usd, format_usd
from ltxspec.version import __version__

FORMAT_VERSION = "1.0"  # the minor number grows with added keys, the major one when a key changes its meaning


def plan_json(plan: Plan, options: PlanOptions) -> bytes:
    """The document as indented UTF-8 JSON with a final newline."""
    return encode(plan_document(plan, options), indent=True) + b"\n"


def plan_document(plan: Plan, options: PlanOptions) -> dict[str, Json]:
    """The document as plain JSON values. Money is a decimal string in USD, null where it is not known.

    Args:
        plan: what to write.
        options: what was asked for; `apply FILE` plans again with it and compares the digest.
    """
    usd, unknown = total(plan)
    return {
        "formatVersion": FORMAT_VERSION,
        "ltxspecVersion": __version__,
        "provider": plan.provider,
        "digest": plan_digest(plan),
        **({"limits": plan.terms.to_json()} if plan.terms is not None else {}),
        "options": redact_secrets(options.to_json()),
        "summary": _summary(plan),
        "estimate": {"usd": format_usd(usd), "unknown": unknown},
        "shots": [_shot(change) for change in plan.changes],
        "diagnostics": [diagnostic_document(diagnostic) for diagnostic in plan.diagnostics],
    }


def _summary(plan: Plan) -> Mapping[str, int]:
    counts = dict.fromkeys(Action, 0)
    for change in plan.changes:
        counts[change.action] += 1
    return {action.value: number for action, number in counts.items()}


def _shot(change: Change) -> dict[str, Json]:
    document: dict[str, Json] = {
        "address": str(change.address),
        "spec": change.address.spec,
        "shot": change.address.shot,
        "instance": change.address.instance,
        "action": change.action.value,
        "reasons": [reason.value for reason in change.reasons],
        "changes": [{"path": item.path, "before": item.before, "after": item.after} for item in changes_of(change)],
        "fingerprint": change.fingerprint,
        "taskUUID": change.task_id,
        "estimate": _price(change),
        "source": _source(change),
        "request": redact_request(change.request.body, change.request.known) if change.request else {},
    }
    if change.origin is not None:
        document["from"] = change.origin
    if change.note is not None:
        document["note"] = redact_secrets(change.note)
    if change.destination is not None:
        document["delivery"] = destination_json(change.destination)
    if change.recorded is not None:
        document["recorded"] = change.recorded
    return document


def _price(change: Change) -> str | None:
    """What the action costs: nothing for one that orders nothing, null when that is not known."""
    amount = change.estimate if is_counted(change) else Usd(0)
    return None if amount is None else format_usd(amount)


def _source(change: Change) -> dict[str, Json] | None:
    if change.source is None:
        return None
    file, line, column = change.source
    return {"file": file, "line": line, "column": column}
