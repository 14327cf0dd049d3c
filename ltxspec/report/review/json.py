"""A review as the JSON document that programs read. `review_reading.py` reads it back, `review_schema.py` describes it.

A take stands once, under the side that gave it; shots refer to it by its task.
"""

from collections.abc import Iterable, Iterator

from ltxspec.lock.codec import encode_take
from ltxspec.lock.facts import AlteredTake
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Plan
from ltxspec.plan.planfile import PlanOptions
from ltxspec.redaction import redact_secrets
from ltxspec.report.apply.summary import price
from ltxspec.report.diagnostics import diagnostic_document
from ltxspec.report.jsontext import encode
from ltxspec.report.plan.json import plan_document
from ltxspec.review.models import WORKING_TREE, Review, ShotKind, ShotReview
from ltxspec.values import Json, ShotAddress, Usd, format_usd
from ltxspec.version import __version__

FORMAT_VERSION = "1.0"  # the minor number grows with added keys, the major one when a key changes its meaning


def review_json(review: Review) -> bytes:
    """The document as indented UTF-8 JSON with a final newline."""
    return encode(review_document(review), indent=True) + b"\n"


def review_document(review: Review) -> dict[str, Json]:
    """The document as plain JSON values. Money is a decimal string in USD, null where it is not known."""
    olds = [shot.before for shot in review.shots] + [item.take for item in review.lost]
    news = [take for shot in review.shots for take in (shot.after, *shot.bought)]
    planned = iter(_changes(review))
    return {
        "formatVersion": FORMAT_VERSION,
        "ltxspecVersion": __version__,
        "provider": review.provider,
        "base": {"commit": review.base, "name": review.base_name},
        "head": {"commit": review.head_commit or _commit(review.head), "isWorkingTree": review.head == WORKING_TREE},
        "rules": [{"name": item.name, "before": item.before, "after": item.after} for item in review.rules],
        "summary": {kind.value: review.count(kind) for kind in ShotKind} | {"unchanged": review.unchanged},
        "spent": _sum(review.spent, review.spent_unknown),
        "estimate": _sum(review.estimate, review.estimate_unknown),
        "underWay": _sum(review.under_way, review.under_way_unknown),
        "total": {
            "before": _sum(review.total_before, review.total_before_unknown),
            "after": _sum(review.total_after, review.total_after_unknown),
        },
        "reckoned": price(review.reckoned),
        "limit": price(review.limit),
        "planDigest": review.plan_digest or None,
        "refusals": [{"code": item.code, "message": item.message, "hint": item.hint} for item in review.refusals],
        "lost": [_address(item.address) | {"taskUUID": item.take.task_id} for item in review.lost],
        "altered": [_altered(item) for item in review.altered],
        "takes": {"base": _takes(olds), "head": _takes(news)},
        "shots": [_shot(shot, next(planned) if shot.change else None) for shot in review.shots],
        "diagnostics": [diagnostic_document(diagnostic) for diagnostic in review.diagnostics],
    }


def _commit(name: str) -> str | None:
    return None if name == WORKING_TREE else name


def _sum(known: Usd, unknown: int) -> dict[str, Json]:
    return {"usd": format_usd(known), "unknown": unknown}


def _address(address: ShotAddress) -> dict[str, Json]:
    return {"address": str(address), "spec": address.spec, "instance": address.instance}


def _altered(item: AlteredTake) -> dict[str, Json]:
    changes = [
        {
            "path": change.path,
            "before": redact_secrets(change.before),
            "after": redact_secrets(change.after),
            "expected": change.expected,
        }
        for change in item.changes
    ]
    return {**_address(item.address), "taskUUID": item.task_id, "changes": changes}


def _takes(takes: Iterable[Take | None]) -> dict[str, Json]:
    """By task, each once; what a lockfile holds of it."""
    found: dict[str, Take] = {}
    for take in takes:
        if take is not None:
            found.setdefault(take.task_id, take)
    return {task: encode_take(take) for task, take in found.items()}


def _shot(shot: ShotReview, change: Json) -> dict[str, Json]:
    return {
        **_address(shot.address),
        "kind": shot.kind.value,
        "inherited": shot.inherited,
        "before": shot.before.task_id if shot.before else None,
        "after": shot.after.task_id if shot.after else None,
        "bought": [take.task_id for take in shot.bought],
        "changes": [{"path": item.path, "before": item.before, "after": item.after} for item in shot.changes],
        "prompt": {"before": shot.prompt_before, "after": shot.prompt_after},
        "causes": [
            {"kind": item.kind, "name": item.name, "before": item.before, "after": item.after} for item in shot.causes
        ],
        "title": shot.title,
        "labels": dict(shot.labels),
        "from": _address(shot.origin) if shot.origin else None,
        "source": _source(shot.source),
        "change": change,
    }


def _changes(review: Review) -> Iterator[dict[str, Json]]:
    """For every shot with something to do: what a plan document says, and what else is needed to tell it in full."""
    changes = [shot.change for shot in review.shots if shot.change]
    documents = plan_document(Plan(review.provider, changes), PlanOptions())["shots"]
    for change, document in zip(changes, documents, strict=True):
        inputs = dict(change.request.inputs) if change.request else {}
        yield {**document, "retake": change.retake, "attempt": change.attempt, "inputs": inputs}


def _source(source: tuple[str, int, int] | None) -> dict[str, Json] | None:
    if source is None:
        return None
    file, line, column = source
    return {"file": file, "line": line, "column": column}
