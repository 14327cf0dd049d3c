"""The JSON Schema (2020-12) of lockfile version 1, for editors and other programs (`schemas/lockfile/v1.json`).

It describes what ltxspec writes. Reading is a little kinder (a missing nullable field is null) and stricter where a
schema cannot follow (digests, `current`, order).
"""

from collections.abc import Sequence
from typing import Any

from ltxspec.lock.codec import VERSION

Schema = dict[str, Any]

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"


def lockfile_schema() -> Schema:
    """The schema as a new dict."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ltxspec lockfile, version {VERSION}",
        "description": "What was bought for one spec with one provider, and for which request. Written by ltxspec.",
        **_object(
            {
                "lockfileVersion": {"const": VERSION},
                "provider": _text("The provider that was paid"),
                "spec": _text("metadata.name of the spec"),
                "shots": _records("Shots of the spec, by instance key such as `alley` or `weather[rain,dusk]`"),
                "retired": _records("Shots that are gone from the spec, with everything bought for them"),
            }
        ),
        "$defs": {"record": _record(), "take": _take(), "output": _output(), "money": _money(), "time": _time()},
    }


def _record() -> Schema:
    return _object(
        {
            "current": _nullable({"type": "string", "minLength": 1}, "taskUUID of the take in use"),
            "digest": _digest(
                "SHA-256 of the canonical JSON (RFC 8785) of this block with its key as `shot`, without `digest`; "
                "lockfiles of earlier versions left the key out"
            ),
            "takes": {
                "type": "array",
                "items": {"$ref": "#/$defs/take"},
                "description": "Finished tasks, by submittedAt, retake, attempt, taskUUID; none ever leaves by itself",
            },
        }
    )


def _take() -> Schema:
    failure: Schema = {
        "code": {"type": "string", "description": "The provider's own error code"},
        "message": {"type": "string", "description": "The provider's own words"},
        "permanent": {"type": "boolean", "description": "Whether the same request would fail again"},
    }
    always: Schema = {
        "attempt": _number("Which try of this retake, from 1; null for imported takes", 1),
        "cost": {"$ref": "#/$defs/money"},
        "expiresAt": {"$ref": "#/$defs/time"},
        "finishedAt": {"$ref": "#/$defs/time"},
        "fingerprint": _text("Digest of everything in the request that can change the video, with its version"),
        "inputs": {
            "type": "object",
            "additionalProperties": _digest("SHA-256 of the file's bytes"),
            "description": "Local files of the request, by path as written",
        },
        "model": _text("AIR id of the model"),
        "outputs": {"type": "array", "items": {"$ref": "#/$defs/output"}},
        "request": {"type": "object", "description": "The request as ordered, without secrets"},
        "retake": _number("Which wanted render of this fingerprint, from 1; null for imported takes", 1),
        "status": {"enum": ["succeeded", "failed"]},
        "submittedAt": {"$ref": "#/$defs/time"},
        "taskUUID": _text("Names the paid job at the provider"),
    }
    picked = _text(
        "Stands where a person picked this take: the videoUUID (or address, or number) of the output they chose"
    )
    failed = {"properties": {"status": {"const": "failed"}}}
    return {
        **_object({**always, **failure, "picked": picked}, required=sorted(always)),
        "if": failed,
        "then": {"required": sorted(failure), "properties": {"picked": False}},
        "else": {"properties": dict.fromkeys(failure, False)},
    }


def _output() -> Schema:
    sha256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return _object(
        {
            "bytes": _number("Size in the archive", 0),
            "cost": {"$ref": "#/$defs/money"},
            "sha256": _nullable(sha256, "Name in the archive; null until the video is home"),
            "videoURL": _nullable({"type": "string"}, "Where the provider serves it, without secrets"),
            "videoUUID": _nullable({"type": "string"}, "The provider's name for it"),
        }
    )


def _money() -> Schema:
    return _nullable({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,}$"}, "US dollars; null is unknown, never free")


def _time() -> Schema:
    return _nullable({"type": "string", "pattern": _TIME}, "RFC 3339, UTC")


def _records(description: str) -> Schema:
    return {"type": "object", "additionalProperties": {"$ref": "#/$defs/record"}, "description": description}


def _object(properties: Schema, required: Sequence[str] | None = None) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required) if required is not None else sorted(properties),
        "properties": properties,
    }


def _nullable(schema: Schema, description: str) -> Schema:
    return {**schema, "type": [schema["type"], "null"], "description": description}


def _text(description: str) -> Schema:
    return {"type": "string", "minLength": 1, "description": description}


def _number(description: str, least: int) -> Schema:
    return {"type": ["integer", "null"], "minimum": least, "description": description}


def _digest(description: str) -> Schema:
    return {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$", "description": description}
