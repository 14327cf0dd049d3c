"""The plan's digest, and what a saved plan needs to be planned again: approving a plan means approving its digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from ltxspec.canonical import digest
from ltxspec.errors import LtxspecError
from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.destinations import Destination
from ltxspec.redaction import redact_secrets
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


def plan_digest(plan: Plan) -> str:
    """`sha256:<hex>` over everything the plan would do: addresses, actions, fingerprints, task ids, money, deliveries.

    Left out on purpose: what is up to date, warnings, places in files, versions. They change nothing that is done.
    So are secrets, which no record keeps: whoever reads a report of the plan has to find the same digest. Where results
    are sent counts by a digest of its own, which reports carry.
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
    if not isinstance(document, dict) or not isinstance(document.get("digest"), str):
        raise PlanFileError(f"`{name}` is JSON but not a saved plan", hint="write one with `ltxspec plan -o FILE`")
    version = str(document.get("formatVersion"))
    if version.partition(".")[0] != FORMAT_MAJOR:
        raise PlanFileError(f"`{name}` has plan format {version}, which this ltxspec does not know", hint="plan again")
    options, shots = document.get("options", {}), document.get("shots", [])
    sound = isinstance(options, dict) and isinstance(shots, list) and all(isinstance(shot, dict) for shot in shots)
    if not sound or not isinstance(options.get("var", {}), dict):
        raise _damaged(name)
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
    )


def _texts(options: Mapping[str, Json], key: str, name: str) -> tuple[str, ...]:
    values = options.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _damaged(name)
    return tuple(values)


def _damaged(name: str) -> PlanFileError:
    return PlanFileError(f"`{name}` is no plan that ltxspec wrote", hint="write one with `ltxspec plan -o FILE`")


def plan_differences(saved: SavedPlan, plan: Plan) -> list[str]:
    """One line for each shot that the saved plan and the present one treat differently, money included."""
    before = {str(shot.get("address")): _saved_words(shot) for shot in saved.shots if shot.get("action") != "no-op"}
    after = {str(change.address): _words(change) for change in plan.pending}
    lines = []
    for address in sorted(before.keys() | after.keys()):
        old, new = before.get(address, "no change"), after.get(address, "no change")
        if old != new:
            lines.append(f"{address}: planned {old}, now {new}")
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
