"""Lockfile version 1 as bytes: JSON, keys sorted, one field a line, one digest a shot.

Nullable fields are always written, as null, so that every take has the same lines and git merges them well; only
`code`, `message` and `permanent` are left out of takes that succeeded, and `picked` where nobody picked the take.
Reading takes a missing nullable field as null, refuses everything else it does not expect, and never turns an
unreadable file into an empty one.
"""

import contextlib
import gc
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

import orjson

from ltxspec.canonical import digest, sha256_hex
from ltxspec.lock import errors as damage
from ltxspec.lock.fields import (
    FieldError,
    an_object,
    decode_failure,
    decode_outputs,
    failure_json,
    file_digests,
    known_only,
    mapping,
    money,
    money_json,
    optional_count,
    optional_text,
    outputs_json,
    sequence,
    text,
)
from ltxspec.lock.journal_codec import decode_events, encode_event, intact_length
from ltxspec.lock.models import Age, Lockfile, ShotRecord, Take
from ltxspec.values import Fingerprint, Json, TaskId

__all__ = [
    "VERSION", "decode_events", "decode_lockfile", "decode_take", "encode_event", "encode_lockfile", "encode_take",
    "intact_length",
]  # fmt: skip

VERSION = 1
_Places = list[tuple[str, str]]  # (section, key) of shots
_LAYOUT = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
_SAFE_INTEGER = 2**53 - 1
_KEY = "shot"  # stands in what a digest covers, with the key of the block: one put under another key is found

_ROOT_FIELDS = frozenset({"lockfileVersion", "provider", "spec", "shots", "retired"})
_RECORD_FIELDS = frozenset({"current", "takes", "digest"})
_FAILURE_FIELDS = frozenset({"code", "message", "permanent"})
_TAKE_FIELDS = _FAILURE_FIELDS | {
    "attempt", "cost", "expiresAt", "finishedAt", "fingerprint", "inputs", "model", "outputs", "picked", "request",
    "retake", "status", "submittedAt", "taskUUID",
}  # fmt: skip


def encode_lockfile(lockfile: Lockfile) -> bytes:
    """Write a lockfile. The same lockfile gives the same bytes on every machine.

    Raises:
        ValueError: what `decode_lockfile` would refuse (a `current` that names no take, a failed take without its
            failure, a request that JSON cannot hold): a bug, never the user's doing.
    """
    document = {
        "lockfileVersion": VERSION,
        "provider": lockfile.provider,
        "spec": lockfile.spec,
        "shots": {key: _record_json(key, record) for key, record in lockfile.shots.items()},
        "retired": {key: _record_json(key, record) for key, record in lockfile.retired.items()},
    }
    try:
        return orjson.dumps(document, option=_LAYOUT)
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error


def decode_lockfile(data: bytes, name: str, *, check_digests: bool = True) -> Lockfile:
    """Read a lockfile.

    Args:
        data: the whole file.
        name: the file as shown to users.
        check_digests: false only for `lock merge`, which puts conflicted blocks together and writes new digests.

    Raises:
        LockfileTooNew: a later ltxspec wrote it.
        LockfileError: conflict markers, not JSON, a field that is not what it should be, a digest that does not match.
    """
    with _collector_paused():
        return _decode(data, name, check_digests=check_digests)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector out: all that reading makes stays, and walking it again takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _decode(data: bytes, name: str, *, check_digests: bool) -> Lockfile:
    document = _parse(data, name)
    try:
        _check_version(document, name)
        known_only(document, _ROOT_FIELDS)
        if orjson.dumps(document, option=_LAYOUT) != data:
            _refuse_duplicate_keys(data)
        mismatched: _Places = []
        lockfile = Lockfile(
            provider=text(document, "provider"),
            spec=text(document, "spec"),
            shots=_decode_section(document, "shots", mismatched),
            retired=_decode_section(document, "retired", mismatched),
        )
    except FieldError as error:
        raise damage.damaged(str(error), name, damage.block_place(data, name, error.path)) from None
    except (ValueError, TypeError, RecursionError):  # nested beyond all measure, or numbers that no canonical form has
        raise damage.damaged("it holds a value that ltxspec never writes", name) from None
    if mismatched and check_digests:
        raise damage.digest_mismatch(mismatched, data, name)
    return lockfile


def _record_json(key: str, record: ShotRecord) -> dict[str, Json]:
    takes = sorted(record.takes, key=_age) if len(record.takes) > 1 else record.takes
    if record.current is not None and record.take(record.current) is None:
        raise ValueError(f"current take {record.current} is not among the takes")
    block: dict[str, Json] = {"current": record.current, "takes": [encode_take(take) for take in takes]}
    plain = all(_is_plain(take.request) and _is_plain(take.inputs) for take in takes)
    block["digest"] = (_quick_digest if plain else digest)({**block, _KEY: key})
    return block


def encode_take(take: Take) -> dict[str, Json]:
    """One take under its JSON names. Raises ValueError as `encode_lockfile` does."""
    fields = {
        "attempt": take.attempt,
        "cost": money_json(take.cost),
        "expiresAt": take.expires_at,
        "finishedAt": take.finished_at,
        "fingerprint": take.fingerprint,
        "inputs": dict(take.inputs),
        "model": take.model,
        "outputs": outputs_json(take.outputs),
        "request": dict(take.request),
        "retake": take.retake,
        "status": take.status,
        "submittedAt": take.submitted_at,
        "taskUUID": take.task_id,
    }
    if (take.status == "failed") != (take.failure is not None):
        raise ValueError(f"take {take.task_id} {take.status} and its failure do not fit together")
    if take.picked is not None:
        fields["picked"] = take.picked
    return {**fields, **failure_json(take.failure)} if take.failure is not None else fields


def _quick_digest(block: Mapping[str, Json]) -> str:
    """The digest of a block that orjson writes canonically."""
    return f"sha256:{sha256_hex(orjson.dumps(block, option=orjson.OPT_SORT_KEYS))}"


def _is_plain(value: Json) -> bool:
    """Whether orjson writes this as RFC 8785 asks: ASCII keys, no floats, no integers beyond 2**53-1."""
    if isinstance(value, Mapping):
        return all(key.isascii() and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    if isinstance(value, int):
        return -_SAFE_INTEGER <= value <= _SAFE_INTEGER
    return value is None or isinstance(value, str)


def _parse(data: bytes, name: str) -> dict[str, Json]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise damage.not_json(data, name, error.lineno, error.colno) from None
    if type(document) is not dict:
        raise damage.damaged("it must hold a JSON object", name)
    return document


def _check_version(document: Mapping[str, Json], name: str) -> None:
    version = document.get("lockfileVersion")
    if type(version) is not int or version < 1:
        raise FieldError("must be an integer of at least 1", "lockfileVersion")
    if version > VERSION:
        raise damage.too_new(name, version, VERSION)


def _refuse_duplicate_keys(data: bytes) -> None:
    """Refuse a key that stands twice in one object: a bad merge left it, and reading would silently drop one."""

    def pairs(items: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(items)
        if len(found) < len(items):
            numbers = Counter(key for key, _ in items)
            raise FieldError("stands twice in one object", next(key for key, times in numbers.items() if times > 1))
        return found

    json.loads(data, object_pairs_hook=pairs)


def _decode_section(
    document: Mapping[str, Json], section: str, mismatched: list[tuple[str, str]]
) -> dict[str, ShotRecord]:
    """Read `shots` or `retired`; blocks whose digest does not match are added to `mismatched`."""
    records = {}
    for key, block in mapping(document, section).items():
        try:
            recorded, records[key] = _decode_record(block)
        except FieldError as error:
            raise error.inside(section, key) from None
        if not _is_digest_of(recorded, block, key):
            mismatched.append((section, key))
    return records


def _is_digest_of(recorded: str, block: Mapping[str, Json], key: str) -> bool:
    """Whether a block, its `digest` taken out, is what was written under this key.

    Digests of earlier versions left the key out. They are read as well: an upgrade makes no lockfile unreadable.
    """
    forms = ({**block, _KEY: key}, block)
    return any(recorded == compute(form) for form in forms for compute in (_quick_digest, digest))


def _decode_record(block: Json) -> tuple[str, ShotRecord]:
    """The recorded digest, which is taken out of the block, and the record."""
    known_only(an_object(block), _RECORD_FIELDS)
    recorded = text(block, "digest")
    del block["digest"]
    takes: list[Take] = []
    items = sequence(block, "takes")
    try:
        for item in items:
            takes.append(decode_take(an_object(item)))  # noqa: PERF401  # its length says where an error stands
    except FieldError as error:
        raise error.inside("takes", len(takes)) from None
    ids = {take.task_id for take in takes}
    if len(ids) < len(takes):
        raise FieldError("names one task twice", "takes")
    current = optional_text(block, "current")
    if current is not None and current not in ids:
        raise FieldError("names a take that is not there", "current")
    if len(takes) > 1:
        takes.sort(key=_age)
    return recorded, ShotRecord(TaskId(current) if current is not None else None, tuple(takes))


def _age(take: Take) -> Age:
    return take.sort_key


def decode_take(item: Mapping[str, Json]) -> Take:
    """Read one take. Raises FieldError."""
    known_only(item, _TAKE_FIELDS)
    status = _status(item)
    return Take(
        task_id=TaskId(text(item, "taskUUID")),
        fingerprint=Fingerprint(text(item, "fingerprint")),
        model=text(item, "model"),
        request=mapping(item, "request"),
        status=status,
        cost=money(item, "cost"),
        outputs=decode_outputs(item),
        inputs=file_digests(item),
        submitted_at=optional_text(item, "submittedAt"),
        finished_at=optional_text(item, "finishedAt"),
        expires_at=optional_text(item, "expiresAt"),
        retake=optional_count(item, "retake", 1),
        attempt=optional_count(item, "attempt", 1),
        failure=decode_failure(item) if status == "failed" else None,
        picked=text(item, "picked") if "picked" in item else None,
    )


def _status(item: Mapping[str, Json]) -> Literal["succeeded", "failed"]:
    value = item.get("status")
    if value == "succeeded":
        if not _FAILURE_FIELDS.isdisjoint(item):
            raise FieldError("has no place in a task that succeeded", min(_FAILURE_FIELDS & item.keys()))
        return "succeeded"
    if value == "failed":
        if "picked" in item:
            raise FieldError("has no place in a task that failed", "picked")
        return "failed"
    raise FieldError("must be `succeeded` or `failed`", "status")
