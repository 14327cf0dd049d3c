"""The JSON Schema (2020-12) of lockfile version 1, for editors and other programs (`schemas/lockfile/v1.json`).

It describes what ltxspec writes. Reading is more lenient (a missing nullable field is null) and stricter where a schema
cannot express the rule (digests, `current`, order).
"""

from ltxspec.formats import Schema, schema
from ltxspec.lock.codec import VERSION, LockfileDocument

WHEN_FAILED: Schema = {
    "if": {"properties": {"status": {"const": "failed"}}},
    "then": {"required": ["code", "message", "permanent"], "properties": {"picked": False}},
    "else": {"properties": {"code": False, "message": False, "permanent": False}},
}


def lockfile_schema() -> Schema:
    """The schema as a new dict."""
    about = "What was bought for one spec from one provider, with the requests. Written by ltxspec."
    document = schema(LockfileDocument, f"ltxspec lockfile, version {VERSION}", about)
    document["$defs"]["Take"] |= WHEN_FAILED
    return document
