"""JSON documents, each declared once: the same class reads and writes a document and gives its JSON Schema.

A format is a `Record` with typed fields; msgspec checks the input and describes the types. Reading is strict: an
unknown field, or a field of another type, is refused, because writing the document again would lose it.

msgspec reads a lockfile with 10,000 takes in a third of the time that pydantic needs, and it imports faster.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta

from ltxspec.values import Json, format_usd

Schema = dict[str, Any]
ReadAs = TypeVar("ReadAs")

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_FIELD = re.compile(r"(Object missing required f|Object contains unknown f|F)ield `(.*?)`(.*)")
_FORM = re.compile(r"Expected `(?:str|str \| null)` matching regex (.*)", re.DOTALL)
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})
_WANTED: dict[str, str] = {}  # pattern as shown by msgspec -> description of such a text
_WRITTEN = {"task_id": "taskUUID", "video_url": "videoURL", "video_uuid": "videoUUID"}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

if TYPE_CHECKING:
    Money = Decimal
else:

    class Money(Decimal):
        """US dollars. A separate class for reading, because msgspec would also accept JSON numbers as Decimal."""


Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Place = Annotated[int, Meta(ge=1)]  # a line or column, or a number counted from 1
Sha256 = Annotated[str, Meta(extra_json_schema={"pattern": "^sha256:[0-9a-f]{64}$"})]

Content = Annotated[  # of a local file, or of one frame of a video
    str, Meta(extra_json_schema={"pattern": "^sha256:[0-9a-f]{64}(/frame-[0-9]+/(first|last|[0-9.e+-]+))?$"})
]


def matching(pattern: str, wanted: str) -> Meta:
    """A constraint for texts that match a pattern; `wanted` describes it in error messages."""
    _WANTED[repr(pattern)] = wanted
    return Meta(pattern=pattern, description=wanted)


def counts(names: Iterable[str], about: str) -> Meta:
    """The schema of an object with counts by name: every name is required."""
    return Meta(description=about, extra_json_schema={"required": [str(name) for name in names]})


class FormatError(Exception):
    """A document does not match its format. `path` leads to the field, and is extended as the error propagates."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def inside(self, *path: str | int) -> "FormatError":
        """The same error, with a path from further outside."""
        return FormatError(self.message, *path, *self.path)

    def __str__(self) -> str:
        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")
        return f"`{name}` {self.message}" if name else self.message


def _json_name(name: str) -> str:
    """The JSON name of a field: `submitted_at` becomes `submittedAt`."""
    head, *rest = name.rstrip("_").split("_")
    return _WRITTEN.get(name) or head + "".join(map(str.capitalize, rest))


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=_json_name):
    """An object of a document. A field with a default may be missing when it is read; every field is written."""

    left_out: ClassVar[frozenset[str]] = frozenset()  # JSON names of the fields that are omitted if None


class Open(Record, frozen=True):
    """An object to which a later minor version may add fields: its schema allows others, reading does not."""


def an_object(value: Json, *path: str | int) -> dict[str, Json]:
    """A JSON object. Raises FormatError."""
    if type(value) is dict:
        return value
    raise FormatError("must be an object", *path)


def read(value: Json, kind: type[ReadAs]) -> ReadAs:
    """Read a JSON value as a record, or as one of several tagged records. Raises FormatError."""
    try:
        return msgspec.convert(value, kind, dec_hook=_read_money)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        if found := _FIELD.fullmatch(message):
            what = found[3] or ("is missing" if "missing" in found[1] else "is not a field of this version")
            raise FormatError(what.strip(), *_steps(path), found[2]) from None
        if (found := _FORM.fullmatch(message)) and found[1] in _WANTED:
            message = f"must be {_WANTED[found[1]]}"
        elif not message.startswith("must "):
            message = f"is wrong: {message[0].lower()}{message[1:]}"
        raise FormatError(message, *_steps(path)) from None


def to_json(record: Record) -> dict[str, Json]:
    """The record as JSON values. Other objects inside it are left unchanged, for the encoder to refuse."""
    kind, config = type(record), record.__struct_config__
    document: dict[str, Json] = {} if config.tag is None else {config.tag_field or "type": config.tag}
    for field, name in _names(kind):
        value = getattr(record, field)
        if value is not None or name not in kind.left_out:
            document[name] = value if type(value) in _AS_THEY_ARE else _plain(value)
    return document


def schema(kind: type[Record], title: str, description: str) -> Schema:
    """The JSON Schema (2020-12) of the written form: every field not in `left_out` is required."""
    (reference,), parts = msgspec.json.schema_components([kind], schema_hook=_describe_money)
    kinds = {record.__name__: record for record in _descendants(Record)}
    parts = {name: _as_written(part, kinds[name]) if "properties" in part else part for name, part in parts.items()}
    own = parts.pop(reference["$ref"].rpartition("/")[2])
    return {"$schema": _DIALECT, **own, "title": title, "description": description, "$defs": parts}


@lru_cache(maxsize=4096)  # a project has only a few distinct prices
def amount(value: str) -> Decimal | None:
    """A decimal string in USD; None for any other text."""
    return Money(value) if _AMOUNT.fullmatch(value) else None


def _read_money(kind: type, value: Json) -> Decimal:
    found = amount(value) if type(value) is str else None
    if kind is not Money or found is None:  # a JSON number may have been rounded
        raise ValueError('must be a decimal string in USD such as "0.48", or null')
    return found


def _steps(path: str) -> Iterable[str | int]:
    """The parts of a path in msgspec's notation: `.outputs[0].cost`, with `[...]` for any key of an object."""
    for name, index in _STEP.findall(path.removesuffix("`")):
        yield name or (int(index) if index.isdigit() else "…")


@cache
def _names(kind: type[Record]) -> Sequence[tuple[str, str]]:
    """The names of a record's fields: in Python and in JSON."""
    return [(field.name, field.encode_name) for field in msgspec.structs.fields(kind)]


def _plain(value: Any) -> Json:
    if isinstance(value, Record):
        return to_json(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping) and isinstance(next(iter(value.values()), None), Record | tuple):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, Decimal):
        return format_usd(value)
    return value.value if isinstance(value, Enum) else value


def _describe_money(_: type) -> Schema:
    return {
        "type": "string",
        "pattern": r"^-?[0-9]+\.[0-9]{2,}$",
        "description": "US dollars; null is unknown, never 0",
    }


def _as_written(part: Schema, kind: type[Record]) -> Schema:
    properties = {name: {**field} for name, field in part["properties"].items()}
    for name, field in properties.items():
        field.pop("default", None)
        if name in kind.left_out:
            options = [option for option in field.pop("anyOf", ()) if option != {"type": "null"}]
            field.update({"anyOf": options} if len(options) > 1 else dict(*options))
    required = [name for name in properties if name not in kind.left_out]
    closed = {} if issubclass(kind, Open) else {"additionalProperties": False}
    return {"type": "object", "properties": properties, "required": required, **closed} | _about(part)


def _about(part: Schema) -> Schema:
    return {name: part[name] for name in ("description",) if name in part}


def _descendants(kind: type[Record]) -> Iterator[type[Record]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def refuse_duplicate_keys(data: bytes) -> None:
    """Refuse duplicate keys in an object: a bad merge leaves them, and reading would silently drop one.

    Raises FormatError.
    """

    def refuse_twins(items: list[tuple[str, Json]]) -> None:
        numbers = Counter(key for key, _ in items)
        if len(numbers) < len(items):
            raise FormatError("appears twice in one object", next(key for key, times in numbers.items() if times > 1))

    json.loads(data, object_pairs_hook=refuse_twins)
