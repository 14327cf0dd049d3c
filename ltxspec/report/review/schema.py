"""The JSON Schema (2020-12) of a review document; `schemas/review/v1.json` comes from here.

A later minor version may add keys at the top and to a shot, reasons and kinds of causes; everything else is closed.
"""

from collections.abc import Mapping
from typing import Any

from ltxspec.lock.schema import lockfile_schema
from ltxspec.report.review.wording import KINDS
from ltxspec.report.schemas import plan_schema
from ltxspec.review.models import CauseKind, ShotKind
from ltxspec.values import Json

_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_NAME = {"type": "string", "pattern": "^[a-z][a-z-]*$"}
_COMMIT = {"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"}
_USD = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2,}$", "description": "US dollars as a decimal string"}
_TASK = {"type": "string", "minLength": 1, "description": "taskUUID"}

_ADDRESS = {
    "address": {"type": "string", "description": "spec.shot or spec.shot[key]"},
    "spec": {"type": "string", "minLength": 1},
    "instance": {"type": "string", "minLength": 1, "description": "the key in the lockfile"},
}


def review_schema() -> dict[str, Json]:
    """The schema of `diff --format json`."""
    sums = {"type": "object", "description": "US dollars that are known, and how many amounts are not", **_sum()}
    properties = {
        "formatVersion": {"type": "string", "pattern": r"^1\.[0-9]+$"},
        "ltxspecVersion": {"type": "string", "minLength": 1},
        "provider": {"type": "string", "minLength": 1},
        "base": _closed({"commit": _COMMIT, "name": {**_TEXT, "description": "how it was found or asked for"}}),
        "head": _closed({"commit": {**_COMMIT, "type": ["string", "null"]}, "isWorkingTree": {"type": "boolean"}}),
        "rules": {
            "type": "array",
            "items": _closed({"name": _TEXT, "before": _TEXT_OR_NULL, "after": _TEXT_OR_NULL}),
            "description": "settings, policies, prices, model files and delivery that changed; look at them first",
        },
        "summary": _closed({**dict.fromkeys((kind.value for kind in ShotKind), _COUNT), "unchanged": _COUNT}),
        "spent": {**sums, "description": "what the takes new in this change cost"},
        "estimate": {**sums, "description": "what applying the head would order"},
        "underWay": {**sums, "description": "ordered already, not recorded yet"},
        "total": _closed({"before": sums, "after": sums}),
        "reckoned": {
            **_USD,
            "type": ["string", "null"],
            "description": "what limits reckon for all that is to do, where that is more than the estimates",
        },
        "limit": {**_USD, "type": ["string", "null"], "description": "[budget] per_apply of the head"},
        "planDigest": {
            "type": ["string", "null"],
            "pattern": "^sha256:[0-9a-f]{64}$",
            "description": "what `apply --approved` takes; null when the head is not wholly known",
        },
        "refusals": {"type": "array", "items": _closed({"code": _NAME, "message": _TEXT, "hint": _TEXT_OR_NULL})},
        "lost": {"type": "array", "items": _closed({**_ADDRESS, "taskUUID": _TASK})},
        "altered": {"type": "array", "items": _closed({**_ADDRESS, "taskUUID": _TASK, "changes": _facts()})},
        "takes": _closed(dict.fromkeys(("base", "head"), _takes())),
        "shots": {"type": "array", "items": {"$ref": "#/$defs/shot"}},
        "diagnostics": {"type": "array", "items": {"$ref": "#/$defs/diagnostic"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ltxspec review, version 1",
        "description": "What changed between two versions of a project: shots, takes and money.",
        **_open(properties),
        "$defs": {"shot": _shot(), "planned": _planned(), "cause": _cause(), **_borrowed()},
    }


def _borrowed() -> dict[str, Json]:
    """What plan and lockfile documents describe already."""
    plan, lockfile = plan_schema()["$defs"], lockfile_schema()["$defs"]
    return {
        **{name: plan[name] for name in ("change", "source", "diagnostic")},
        **{name: lockfile[name] for name in ("take", "output", "money", "time")},
    }


def _shot() -> dict[str, Json]:
    return _open(
        {
            **_ADDRESS,
            "kind": {"oneOf": [{"const": kind.value, "description": KINDS[kind]} for kind in ShotKind]},
            "inherited": {"type": "boolean", "description": "applying the base would do the same"},
            "before": {**_TASK, "type": ["string", "null"], "description": "current take of the base"},
            "after": {**_TASK, "type": ["string", "null"], "description": "current take of the head"},
            "bought": {"type": "array", "items": _TASK, "description": "takes new in this change, oldest first"},
            "changes": {"type": "array", "items": {"$ref": "#/$defs/change"}},
            "prompt": _closed({"before": _TEXT_OR_NULL, "after": _TEXT_OR_NULL}),
            "causes": {"type": "array", "items": {"$ref": "#/$defs/cause"}},
            "title": _TEXT_OR_NULL,
            "labels": {"type": "object", "additionalProperties": _TEXT},
            "from": {**_closed(_ADDRESS), "type": ["object", "null"], "description": "the name its takes had"},
            "source": {"$ref": "#/$defs/source"},
            "change": {
                "oneOf": [{"type": "null"}, {"$ref": "#/$defs/planned"}],
                "description": "what applying the head would do; null when the shot is up to date",
            },
        }
    )


def _planned() -> dict[str, Json]:
    """A shot of a plan document, and what that leaves out."""
    shot: dict[str, Any] = plan_schema()["$defs"]["shot"]
    number = {"type": "integer", "minimum": 1}
    more = {"retake": number, "attempt": number, "inputs": {"type": "object", "additionalProperties": _TEXT}}
    return {**shot, "properties": {**shot["properties"], **more}, "required": [*shot["required"], *more]}


def _cause() -> dict[str, Json]:
    return _closed(
        {
            "kind": {**_NAME, "examples": [kind.value for kind in CauseKind]},
            "name": _TEXT,
            "before": _TEXT_OR_NULL,
            "after": _TEXT_OR_NULL,
        }
    )


def _facts() -> dict[str, Json]:
    changed = {"path": {**_TEXT, "description": "JSON Pointer into the take"}, "before": {}, "after": {}}
    expected = {"type": "boolean", "description": "a pick, or a fresh address of the same video"}
    return {"type": "array", "items": _closed({**changed, "expected": expected})}


def _takes() -> dict[str, Json]:
    return {"type": "object", "additionalProperties": {"$ref": "#/$defs/take"}, "description": "takes by task"}


def _sum() -> dict[str, Json]:
    return _closed({"usd": _USD, "unknown": _COUNT})


def _closed(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {**_open(properties), "additionalProperties": False}


def _open(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}
