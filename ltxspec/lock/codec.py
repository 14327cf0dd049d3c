"""Lockfile version 1 as bytes: JSON, keys sorted, one field per line, one digest per shot.

The classes of `lock/models.py` and the two here define the format for reading, writing and the schema. Nullable fields
are always written, as null, so that every take has the same lines and git merges them well; only `code`, `message` and
`permanent` are omitted from successful takes, `picked` from takes that were not picked, and `facts` and `unmet` from
outputs without them. Reading treats a missing nullable field as null, refuses anything else unexpected, and never turns
an unreadable file into an empty one.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import orjson
from msgspec import Meta

from ltxspec.canonical import digest, has_digest
from ltxspec.formats import (
    FormatError,
    Record,
    Schema,
    Sha256,
    Text,
    an_object,
    read,
    refuse_duplicate_keys,
    schema,
    to_json,
)
from ltxspec.lock import errors as damage
from ltxspec.lock.models import Age, Lockfile, ShotRecord, Take
from ltxspec.values import Json, TaskId

VERSION = 1
SUFFIX: Final = ".lock.json"  # of the file, after the name of its spec
_Places = list[tuple[str, str]]  # (section, key) of shots
_LAYOUT = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
_BLOCK_INDENT = b"\n    "  # a block is two levels deep; strings of JSON have no line ends of their own
_KEY = "shot"  # holds the block's key in the digested content, so that a block moved to another key is detected
_SECTIONS = ("shots", "retired")


class Block(Record, frozen=True):
    """Everything bought for one instance of a shot.

    The digest is the SHA-256 of the canonical JSON (RFC 8785) of the block with its key as `shot`, without `digest`;
    lockfiles of earlier versions omit the key.
    """

    current: Annotated[TaskId, Meta(min_length=1, description="taskUUID of the take in use")] | None
    takes: Annotated[
        tuple[Take, ...], Meta(description="Ordered by submittedAt, retake, attempt, taskUUID; none is ever removed")
    ]
    digest: Sha256


class LockfileDocument(Record, frozen=True):
    """The whole file; keys are those of instances, such as `alley` or `weather[rain,dusk]`."""

    lockfile_version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    provider: Text
    spec: Annotated[str, Meta(min_length=1, description="metadata.name of the spec")]
    shots: Mapping[str, Block]
    retired: Annotated[Mapping[str, Block], Meta(description="Shots that the spec no longer has, with their takes")]


Encoded = dict[tuple[str, str], tuple[ShotRecord, bytes]]  # section and key of a block -> the record, and its bytes


def encode_lockfile(lockfile: Lockfile) -> bytes:
    """Encode a lockfile. The same lockfile gives the same bytes on every machine.

    Raises:
        ValueError: `decode_lockfile` would refuse it (a `current` that names no take, a failed take without its
            failure, a request that JSON cannot represent): always a bug, never a user error.
    """
    blocks = {
        name: {key: _block_json(key, record) for key, record in records.items()}
        for name, records in _sections(lockfile).items()
    }
    with _as_value_error():
        return orjson.dumps(_head(lockfile) | blocks, option=_LAYOUT)


def encoded_pieces(lockfile: Lockfile, known: Encoded) -> list[bytes]:
    """As `encode_lockfile`, in pieces: a large file in one takes its size in memory at each write.

    Args:
        lockfile: what is recorded.
        known: blocks encoded by earlier calls, which are not encoded again; those of this call replace them.
    """
    sections = {name: _Section(name, records, known) for name, records in _sections(lockfile).items()}
    document: dict[str, Json | _Section] = {**_head(lockfile), **sections}
    pieces, between = [], b"{\n  "
    with _as_value_error():
        for name, value in sorted(document.items()):
            pieces += [between, orjson.dumps(name), b": "]
            pieces += value.lines() if isinstance(value, _Section) else [orjson.dumps(value)]
            between = b",\n  "
    return [*pieces, b"\n}\n"]


def _head(lockfile: Lockfile) -> dict[str, Json]:
    return {"lockfileVersion": VERSION, "provider": lockfile.provider, "spec": lockfile.spec}


def _sections(lockfile: Lockfile) -> Mapping[str, Mapping[str, ShotRecord]]:
    return {"shots": lockfile.shots, "retired": lockfile.retired}


@contextlib.contextmanager
def _as_value_error() -> Iterator[None]:
    """A name that UTF-8 cannot hold is a ValueError."""
    try:
        yield
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Section:
    """`shots` or `retired`, whose blocks are encoded one by one and kept in `known`."""

    name: str
    records: Mapping[str, ShotRecord]
    known: Encoded

    def lines(self) -> Iterator[bytes]:
        """The section as it stands in the file. `known` then has no other blocks of it."""
        for place in [place for place in self.known if place[0] == self.name and place[1] not in self.records]:
            del self.known[place]
        between = b"{\n    "
        for key in sorted(self.records):
            yield between
            yield orjson.dumps(key)
            yield b": "
            yield self._block(key)
            between = b",\n    "
        yield b"\n  }" if self.records else b"{}"

    def _block(self, key: str) -> bytes:
        record, earlier = self.records[key], self.known.get((self.name, key))
        if earlier is None or earlier[0] is not record:
            block = orjson.dumps(_block_json(key, record), option=_LAYOUT).rstrip()
            earlier = self.known[self.name, key] = (record, block.replace(b"\n", _BLOCK_INDENT))
        return earlier[1]


def decode_lockfile(data: bytes, name: str, *, check_digests: bool = True) -> Lockfile:
    """Read a lockfile.

    Args:
        data: the whole file.
        name: the file as shown to users.
        check_digests: false only for `lock merge`, which joins conflicting blocks and writes new digests.

    Raises:
        LockfileTooNew: a later ltxspec wrote it.
        LockfileError: conflict markers, invalid JSON, an invalid field, or a digest mismatch.
    """
    document = _parse(data, name)
    try:
        _check_version(document, name)
        if orjson.dumps(document, option=_LAYOUT) != data:
            refuse_duplicate_keys(data)
        mismatched: _Places = []
        for section in _SECTIONS:
            document[section] = _read_section(document.get(section), section, mismatched)
        found = read(document, LockfileDocument)
    except FormatError as error:
        raise damage.damaged(str(error), name, damage.block_place(data, name, error.path)) from None
    except (ValueError, TypeError):  # nested too deeply, or a number without a canonical form
        raise damage.damaged("it contains a value that ltxspec never writes", name) from None
    if mismatched and check_digests:
        raise damage.digest_mismatch(mismatched, data, name)
    return Lockfile(found.provider, found.spec, _as_recorded(found.shots), _as_recorded(found.retired))


def _as_recorded(blocks: Mapping[str, Block]) -> dict[str, ShotRecord]:
    return {key: ShotRecord(block.current, tuple(sorted(block.takes, key=_age))) for key, block in blocks.items()}


def _block_json(key: str, record: ShotRecord) -> dict[str, Json]:
    if record.current is not None and record.take(record.current) is None:
        raise ValueError(f"current take {record.current} is not among the takes")
    block: dict[str, Json] = {"current": record.current, "takes": list(map(to_json, sorted(record.takes, key=_age)))}
    return {**block, "digest": digest({**block, _KEY: key})}


def _parse(data: bytes, name: str) -> dict[str, Json]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise damage.not_json(data, name, error.lineno, error.colno) from None
    if type(document) is not dict:
        raise damage.damaged("it must contain a JSON object", name)
    return document


def _check_version(document: Mapping[str, Json], name: str) -> None:
    version = document.get("lockfileVersion")
    if type(version) is not int or version < 1:
        raise FormatError("must be an integer of at least 1", "lockfileVersion")
    if version > VERSION:
        raise damage.too_new(name, version, VERSION)


def _read_section(blocks: Json, section: str, mismatched: _Places) -> dict[str, Block]:
    """Read `shots` or `retired`; blocks whose digest does not match are added to `mismatched`."""
    found = {}
    for key, block in an_object(blocks, section).items():
        try:
            found[key] = _read_block(block)
        except FormatError as error:
            raise error.inside(section, key) from None
        if not _is_intact(block, key):
            mismatched.append((section, key))
    return found


def _read_block(block: Json) -> Block:
    found = read(block, Block)
    ids = {take.task_id for take in found.takes}
    if len(ids) < len(found.takes):
        raise FormatError("names one task twice", "takes")
    if found.current is not None and found.current not in ids:
        raise FormatError("names a take that does not exist", "current")
    return found


def _is_intact(block: Mapping[str, Json], key: str) -> bool:
    """Whether a block matches its digest under this key.

    Digests of earlier versions left the key out. They are accepted, too: an upgrade makes no lockfile unreadable.
    """
    content = {name: value for name, value in block.items() if name != "digest"}
    return has_digest({**content, _KEY: key}, block["digest"]) or has_digest(content, block["digest"])


def _age(take: Take) -> Age:
    return take.sort_key


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
