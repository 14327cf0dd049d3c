"""The plan's digest, and what a saved plan needs to be planned again: approving a plan means approving its digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from ltxspec.canonical import digest
from ltxspec.errors import LtxspecError
from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.destinations import Destination
from ltxspec.plan.differences import field_changes
from ltxspec.plan.terms import Terms, terms_from_json
from ltxspec.redaction import redact_request, redact_secrets
from ltxspec.values import Json, format_usd

FORMAT_MAJOR = "1"


class PlanFileError(LtxspecError):
    """A saved plan cannot be read."""

    code = "plan-file"


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What was asked for on the command line: planning again with the same options must give the same plan."""

    paths: Sequence[str] = ()
    targets: Sequence[str] = ()
    retakes: Sequence[str] = ()
    retries: Sequence[str] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """The form in a plan document, under `options`."""
        return {
            "paths": list(self.paths),
            "target": list(self.targets),
            "retake": list(self.retakes),
            "retry": list(self.retries),
            "var": dict(self.variables),
        }


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """The part of a plan document that is read again; what is done is planned anew, and has to be the same."""

    digest: str
    provider: str
    options: PlanOptions
    shots: Sequence[Mapping[str, Json]]  # as saved, to show what differs when it is stale
    estimate: Json = None  # as saved: what people read is held against the plan that the digest is of
    summary: Json = None  # as saved
    diagnostics: Sequence[Mapping[str, Json]] = ()  # as saved
    terms: Terms | None = None  # the limits and policies it was made under; None: it holds none


def plan_digest(plan: Plan) -> str:
    """`sha256:<hex>` over everything the plan would do: addresses, actions, fingerprints, task ids, money, deliveries.

    Left out on purpose: what is up to date, warnings, places in files, versions. They change nothing that is done.
    So are secrets, which no record keeps: whoever reads a report of the plan has to find the same digest. Where results
    are sent counts by a digest of its own, which reports carry, and so do parameters that fingerprints leave out.
    """
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
    ]


def read_plan_file(data: bytes, name: str) -> SavedPlan:
    """Read a document written by `plan -o`.

    Raises:
        PlanFileError: not a plan document, or one of another major version.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PlanFileError(
            f"`{name}` is not a saved plan: {error}", hint="write one with `ltxspec plan -o FILE`"
        ) from error
    return saved_plan(document, name)


def saved_plan(document: Json, name: str = "plan") -> SavedPlan:
    """The part of a plan document that is read again. Raises PlanFileError as `read_plan_file` does."""
    if not isinstance(document, dict) or not isinstance(document.get("digest"), str):
        raise PlanFileError(f"`{name}` is JSON but not a saved plan", hint="write one with `ltxspec plan -o FILE`")
    version = str(document.get("formatVersion"))
    if version.partition(".")[0] != FORMAT_MAJOR:
        raise PlanFileError(f"`{name}` has plan format {version}, which this ltxspec does not know", hint="plan again")
    options, shots, diagnostics = (
        document.get("options", {}),
        document.get("shots", []),
        document.get("diagnostics", []),
    )
    sound = isinstance(options, dict) and _are_objects(shots) and _are_objects(diagnostics)
    if not sound or not isinstance(options.get("var", {}), dict) or not _have_fingerprints(shots):
        raise _damaged(name)
    try:
        terms = terms_from_json(document["limits"]) if "limits" in document else None
    except ValueError:
        raise _damaged(name) from None
    return SavedPlan(
        digest=document["digest"],
        provider=str(document.get("provider")),
        options=PlanOptions(
            paths=_texts(options, "paths", name),
            targets=_texts(options, "target", name),
            retakes=_texts(options, "retake", name),
            retries=_texts(options, "retry", name),
            variables=options.get("var", {}),
        ),
        shots=tuple(shots),
        estimate=document.get("estimate"),
        summary=document.get("summary"),
        diagnostics=tuple(diagnostics),
        terms=terms,
    )


def _are_objects(items: Json) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def _have_fingerprints(shots: Sequence[Mapping[str, Json]]) -> bool:
    """Whether no shot has anything else in the place of one."""
    return all(isinstance(shot.get("fingerprint"), str | None) for shot in shots)


def _texts(options: Mapping[str, Json], key: str, name: str) -> tuple[str, ...]:
    values = options.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _damaged(name)
    return tuple(values)


def _damaged(name: str) -> PlanFileError:
    return PlanFileError(f"`{name}` is no plan that ltxspec wrote", hint="write one with `ltxspec plan -o FILE`")


def plan_differences(saved: SavedPlan, plan: Plan) -> list[str]:
    """One line for each shot that the saved plan and the present one treat differently, money included."""
    shots = {str(shot.get("address")): shot for shot in saved.shots if shot.get("action") != "no-op"}
    changes = {str(change.address): change for change in plan.pending}
    before = {address: _saved_words(shot) for address, shot in shots.items()}
    after = {address: _words(change) for address, change in changes.items()}
    lines = []
    for address in sorted(before.keys() | after.keys()):
        old, new = before.get(address, "no change"), after.get(address, "no change")
        if old != new:
            lines.append(f"{address}: planned {old}, now {new}")
        elif told := _recorded_differences(shots.get(address), changes.get(address)):
            lines.append(f"{address}: {told}")
    if saved.provider != plan.provider:
        lines.insert(0, f"provider: planned {saved.provider}, now {plan.provider}")
    return lines


def _saved_words(shot: Mapping[str, Json]) -> str:
    estimate = shot.get("estimate")
    price = estimate if estimate != "0.00" else None
    return _phrase(str(shot.get("action")), price, shot.get("fingerprint"), _sent(shot.get("delivery")))


def _words(change: Change) -> str:
    estimate = None if change.estimate is None else format_usd(change.estimate)
    sent = _sent(destination_json(change.destination)) if change.destination is not None else ""
    return _phrase(change.action.value, estimate, change.fingerprint, sent)


def _recorded_differences(shot: Mapping[str, Json] | None, change: Change | None) -> str:
    """What differs in parameters that fingerprints leave out; empty where nothing does."""
    if shot is None or change is None or change.request is None or shot.get("recorded") == change.recorded:
        return ""
    before, request = shot.get("request"), change.request
    after = redact_request(request.body, request.known)
    found = field_changes(before if isinstance(before, dict) else {}, after)
    fields = [f"{item.path} was planned as {_text(item.before)}, now {_text(item.after)}" for item in found]
    return "; ".join(fields) or "a recorded parameter differs in a part that is not shown"


def _text(value: Json) -> str:
    return "left out" if value is None else str(value)


def destination_json(destination: Destination) -> dict[str, Json]:
    """The form in a plan document, under `delivery`."""
    return {"parameters": dict(destination.shown), "digest": destination.digest}


def _sent(delivery: Json) -> str:
    """Where results are sent, with the first digits of the digest: addresses may differ in what is not shown."""
    if not isinstance(delivery, dict) or not isinstance(parameters := delivery.get("parameters"), dict):
        return ""
    named = ", ".join(f"{name} {redact_secrets(value)}" for name, value in sorted(parameters.items()))
    return f" with {named} ({str(delivery.get('digest')).removeprefix('sha256:')[:8]}…)"


def _phrase(action: str, estimate: str | None, fingerprint: str | None, sent: str) -> str:
    money = f" for ${estimate}" if estimate else ""
    request = f" of {fingerprint[:18]}…" if fingerprint else ""
    return f"{action}{request}{money}{sent}"
