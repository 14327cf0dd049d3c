"""JSON Schemas (2020-12) of what reports write; `schemas/plan/v1.json` and `schemas/events/v1.json` come from here.

A later minor version may add keys at the top and to a shot, reasons and event types; everything else is closed.
"""

from collections.abc import Mapping

from ltxspec.apply.events import EventKind, Outcome
from ltxspec.plan.actions import Action, Reason
from ltxspec.report.wording import MEANINGS
from ltxspec.values import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_USD = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2,}$", "description": "US dollars as a decimal string"}
_USD_OR_UNKNOWN = {
    **_USD,
    "type": ["string", "null"],
    "description": "US dollars; null: not known, never to be read as 0",
}
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_COUNT = {"type": "integer", "minimum": 0}
_PLACE = {"type": "integer", "minimum": 1}
_NAME = {"type": "string", "pattern": "^[a-z][a-z-]*$"}


def plan_schema() -> dict[str, Json]:
    """The schema of `plan --format json` and of a saved plan."""
    properties = {
        "formatVersion": {"type": "string", "pattern": r"^1\.[0-9]+$"},
        "ltxspecVersion": {"type": "string", "minLength": 1},
        "provider": {"type": "string", "minLength": 1},
        "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$", "description": "what `apply FILE` compares"},
        "summary": _closed({action.value: _COUNT for action in Action}),
        "estimate": _closed({"usd": _USD, "unknown": {**_COUNT, "description": "shots whose price is not known"}}),
        "shots": {"type": "array", "items": {"$ref": "#/$defs/shot"}},
        "diagnostics": {"type": "array", "items": {"$ref": "#/$defs/diagnostic"}},
    }
    return {
        "$schema": _DIALECT,
        "title": "ltxspec plan, version 1",
        "description": "What `ltxspec apply` would do to every shot, why, and what it would cost.",
        **_open(properties),
        "properties": properties | {"options": _options(), "limits": _limits()},
        "$defs": {"shot": _shot(), "change": _change(), "source": _source(), "diagnostic": diagnostic_schema()},
    }


def events_schema() -> dict[str, Json]:
    """The schema of one line of `apply --format json`."""
    text = {"type": ["string", "null"]}
    properties = {
        "formatVersion": {"type": "string", "pattern": r"^1\.[0-9]+$"},
        "type": {**_NAME, "examples": [kind.value for kind in EventKind]},
        "message": {"type": "string", "description": "enough for a reader that does not know the type"},
        "address": text,
        "taskUUID": {**text, "pattern": _UUID},
        "estimate": _USD_OR_UNKNOWN,
        "cost": _USD_OR_UNKNOWN,
        "percent": {"type": ["integer", "null"], "minimum": 0, "maximum": 100},
        "elapsed": {"type": ["number", "null"], "minimum": 0, "description": "seconds since the order was sent"},
        "code": {**text, "description": "the error code of the provider or of ltxspec"},
    }
    return {
        "$schema": _DIALECT,
        "title": "ltxspec apply event, version 1",
        "description": "One event of a run, one a line; null: does not apply, or is not known.",
        **_open(properties),
        "properties": properties | {"summary": _summary()},
        "if": {"properties": {"type": {"const": EventKind.RUN_FINISHED.value}}},
        "then": {"required": ["summary"]},
    }


def _summary() -> dict[str, Json]:
    shot = {
        "address": {"type": "string"},
        "outcome": {**_NAME, "examples": [outcome.value for outcome in Outcome]},
        "taskUUID": {"type": ["string", "null"], "pattern": _UUID},
        "estimate": _USD_OR_UNKNOWN,
        "cost": _USD_OR_UNKNOWN,
        "archived": {"type": "boolean", "description": "false: paid and recorded, but the video is not archived yet"},
        "message": {"type": ["string", "null"]},
    }
    return _open(
        {
            "outcomes": {"type": "object", "additionalProperties": _COUNT},
            "spent": _closed({"usd": _USD, "unknown": _COUNT}),
            "spentBefore": {**_USD, "description": "of `spent`, what an earlier run or another machine ordered"},
            "overspent": {**_USD, "description": "by how much the run passed its limit; 0.00 when it did not"},
            "inFlight": _closed({"usd": _USD, "unknown": _COUNT, "tasks": _COUNT}),
            "interrupted": {"type": "boolean"},
            "incomplete": {
                "type": "boolean",
                "description": "something is left to do, or more was spent than allowed; exit code 3",
            },
            "shots": {"type": "array", "items": _open(shot)},
        }
    )


def diagnostic_schema() -> dict[str, Json]:
    """The schema of one problem, as in plans and in `validate --format json`."""
    properties = {
        "severity": {"enum": ["error", "warning"]},
        "code": {"type": "string", "minLength": 1},
        "message": {"type": "string"},
        "file": {"type": ["string", "null"]},
        "line": {**_PLACE, "type": ["integer", "null"]},
        "column": {**_PLACE, "type": ["integer", "null"]},
        "hint": {"type": ["string", "null"]},
    }
    return _closed(properties)


def _options() -> dict[str, Json]:
    patterns = {"type": "array", "items": {"type": "string"}}
    names = ("paths", "target", "retake", "retry")
    properties = dict.fromkeys(names, patterns) | {"var": {"type": "object"}}
    return {**_open(properties), "description": "what was asked for; `apply FILE` plans again with it"}


def _limits() -> dict[str, Json]:
    amount = {**_USD, "type": ["string", "null"], "description": "US dollars; null: no limit"}
    policies = {"type": ["string", "null"], "pattern": "^sha256:[0-9a-f]{64}$", "description": "of every [[policy]]"}
    names = ("perApply", "perShot", "perSpec")
    limits = _closed(dict.fromkeys(names, amount) | {"policies": policies})
    return {**limits, "description": "[budget] and policies when the plan was made; `apply FILE` holds to them, too"}


def _shot() -> dict[str, Json]:
    properties = {
        "address": {"type": "string", "description": "spec.shot or spec.shot[key]"},
        "spec": {"type": "string"},
        "shot": {"type": "string", "description": "the name in the spec, without the instance's key"},
        "instance": {"type": "string", "description": "the key in the lockfile"},
        "action": {"oneOf": [{"const": action.value, "description": MEANINGS[action]} for action in Action]},
        "reasons": {"type": "array", "items": {**_NAME, "examples": [reason.value for reason in Reason]}},
        "changes": {"type": "array", "items": {"$ref": "#/$defs/change"}},
        "fingerprint": {"type": ["string", "null"], "pattern": r"^v[0-9]+:sha256:[0-9a-f]{64}$"},
        "taskUUID": {"type": ["string", "null"], "pattern": _UUID},
        "estimate": _USD_OR_UNKNOWN,
        "source": {"$ref": "#/$defs/source"},
        "request": {"type": "object", "description": "what the provider is sent, without delivery options"},
    }
    optional = {
        "from": {"type": "string", "description": "the lockfile key whose takes or task are taken over"},
        "note": {"type": "string", "description": "what else a reader should know: why a task failed, for example"},
        "delivery": _delivery(),
        "recorded": {
            "type": "string",
            "pattern": "^sha256:[0-9a-f]{64}$",
            "description": "of the parameters of `request` that the fingerprint leaves out; absent: there are none",
        },
    }
    return {**_open(properties), "properties": properties | optional, "allOf": _rules()}


def _delivery() -> dict[str, Json]:
    exact = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$", "description": "of the parameters with all secrets"}
    shown = {"type": "object", "description": "webhookURL, uploadEndpoint, ttl, without secrets"}
    return {**_closed({"parameters": shown, "digest": exact}), "description": "where results are sent; absent: nowhere"}


def _rules() -> list[Json]:
    """What the action says about the other keys."""
    orders = [action.value for action in Action if action.spends]
    free = [action.value for action in Action if not action.spends and action is not Action.RESUME]
    pending = [action.value for action in Action if action is not Action.NO_OP]
    ordered = {"taskUUID": {"type": "string"}, "fingerprint": {"type": "string"}, "request": {"minProperties": 1}}
    return [
        _when(orders, ordered),
        _when(free, {"estimate": {"const": "0.00"}}),
        _when(pending, {"reasons": {"minItems": 1}}),
        _when([Action.RETIRE.value], {"request": {"maxProperties": 0}, "source": {"type": "null"}}),
    ]


def _when(actions: list[str], then: Mapping[str, Json]) -> dict[str, Json]:
    return {"if": {"properties": {"action": {"enum": actions}}}, "then": {"properties": then}}


def _change() -> dict[str, Json]:
    pointer = {
        "type": "string",
        "pattern": "^(/.*)?$",
        "description": "JSON Pointer into the request; /files/… is a content hash",
    }
    side = {"description": "null when the field is not there"}
    return _closed({"path": pointer, "before": side, "after": side})


def _source() -> dict[str, Json]:
    place = _closed({"file": {"type": "string"}, "line": _PLACE, "column": _PLACE})
    return {**place, "type": ["object", "null"], "description": "where the shot stands; null when it is gone"}


def _closed(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {**_open(properties), "additionalProperties": False}


def _open(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}
