"""What a reviewer decided on a page that could not write it: the file that the page gives, version 1. Pure.

The file comes from anyone, so it is believed only as far as it can be checked, by `project/storyboard/importing.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

import orjson
from msgspec import Meta

from ltxspec.errors import Location
from ltxspec.formats import FormatError, Place, Record, Schema, Text, read, refuse_duplicate_keys, schema
from ltxspec.lock.places import place_problem
from ltxspec.lock.verdicts import Note, Remark, VerdictError, is_time
from ltxspec.lock.withdrawals import Withdrawal

VERSION: Final = 1


class ReviewedTake(Record, frozen=True):
    """What was said about one take. Address and number are for people: the task says which take is meant."""

    address: Annotated[str, Meta(description="spec.shot or spec.shot[key]")]
    task_id: Text
    take: Place | None = None
    verdicts: tuple[Remark, ...] = ()
    notes: tuple[Note, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()

    left_out: ClassVar[frozenset[str]] = frozenset({"take", "verdicts", "notes", "withdrawn"})


class ReviewExport(Record, frozen=True):
    """The whole file."""

    export_version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    provider: Text
    takes: tuple[ReviewedTake, ...]


def decode_export(data: bytes, name: str) -> ReviewExport:
    """Read an exported file.

    Args:
        data: the whole file.
        name: the file as shown to users.

    Raises:
        VerdictError: it is not JSON, not a file of this version, or has a time or a place that does not exist.
    """
    hint = "export the file from the review page once more"
    try:
        document = orjson.loads(data)
        refuse_duplicate_keys(data)
        found = read(document, ReviewExport)
    except orjson.JSONDecodeError as error:
        where = Location(name, error.lineno, error.colno)
        raise VerdictError(f"`{name}` is not JSON (line {error.lineno}): {error.msg}", where=where, hint=hint) from None
    except (FormatError, RecursionError) as error:
        raise VerdictError(f"`{name}` is not a file that a review page exports: {error}", hint=hint) from None
    if problem := next((problem for take in found.takes for problem in _problems(take)), None):
        raise VerdictError(f"`{name}` {problem}", hint=hint)
    return found


def _problems(take: ReviewedTake) -> Iterator[str]:
    """What a schema cannot refuse."""
    every: list[Remark | Note] = [*take.verdicts, *take.notes]
    written = [item.note_time for item in take.withdrawn]
    for time in (*(said.time for said in (*every, *take.withdrawn)), *written):
        if not is_time(time):
            yield f"has a time that does not exist: `{time}`"
    for said in every:
        if problem := place_problem(said):
            yield f"says something about `{take.address}` whose {problem}"


def export_schema() -> Schema:
    """The schema as a new dict."""
    about = "Verdicts and notes that a review page exports. Read by `ltxspec review import`."
    found = schema(ReviewExport, f"ltxspec review export, version {VERSION}", about)
    parts: Mapping[str, Schema] = found["$defs"]
    optional = {name for kind in (ReviewedTake, Remark, Note) for name in kind.left_out}
    for part in parts.values():
        if "required" in part:
            part["required"] = [field for field in part["required"] if field not in optional]
    return found
