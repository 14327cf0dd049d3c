"""What people decided about takes: the file beside a lockfile, version 1, and how two versions of it are merged. Pure.

Every remark is kept; the latest one is the verdict. Nothing in the file changes what is planned to be bought.
"""

import contextlib
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
import orjson
from msgspec import Meta

from ltxspec.errors import LtxspecError
from ltxspec.formats import FormatError, Record, Schema, Text, read, refuse_duplicate_keys, schema, to_json
from ltxspec.lock.models import Take
from ltxspec.values import TaskId

VERSION: Final = 1
SUFFIX: Final = ".review.json"  # of the file, after the name of its spec
_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
_LAYOUT = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class Verdict(StrEnum):
    """A decision about one take. The value is the name in JSON."""

    APPROVED = "approved"
    NEEDS_WORK = "needs-work"
    REJECTED = "rejected"


_CAUTION = list(Verdict)  # of two remarks of one moment, the more cautious counts


class Remark(Record, frozen=True):
    """One decision, with what was said about it."""

    verdict: Verdict
    note: str | None
    at: Annotated[float, Meta(ge=0, description="The moment in the video that the note is about, in seconds")] | None
    by: Annotated[str, Meta(description="Who decided, as git knows them")] | None
    time: Annotated[str, Meta(pattern=_MOMENT, description="RFC 3339, UTC")]

    @property
    def is_against(self) -> bool:
        """Whether the take should not be used as it is."""
        return self.verdict is not Verdict.APPROVED


class VerdictFile(Record, frozen=True):
    """The whole file; keys are the tasks of takes."""

    review_version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    provider: Text
    spec: Text
    verdicts: Mapping[TaskId, tuple[Remark, ...]]

    def of(self, take: Take) -> Remark | None:
        """The latest remark about a take, which is its verdict; None if it has none."""
        return latest(self.verdicts.get(take.task_id, ()))

    def with_remark(self, task: TaskId, remark: Remark) -> "VerdictFile":
        """The file with one more remark."""
        return _replaced(self, {**self.verdicts, task: _in_order([*self.verdicts.get(task, ()), remark])})


class VerdictError(LtxspecError):
    """A file of verdicts cannot be read."""

    code = "verdicts"


def latest(remarks: Iterable[Remark]) -> Remark | None:
    """The remark that decides, which is the verdict; None without any."""
    return max(remarks, key=_weight, default=None)


def no_verdicts(provider: str, spec: str) -> VerdictFile:
    """The file of a spec about which nothing was decided."""
    return VerdictFile(VERSION, provider, spec, {})


def encode_verdicts(file: VerdictFile) -> bytes:
    """The bytes of the file: the same on every machine, one field a line, so that git merges them well."""
    document = to_json(file)
    document["verdicts"] = {task: list(map(to_json, remarks)) for task, remarks in file.verdicts.items()}
    return orjson.dumps(document, option=_LAYOUT)


def decode_verdicts(data: bytes, name: str) -> VerdictFile:
    """Read a file of verdicts.

    Args:
        data: the whole file.
        name: the file as shown to users.

    Raises:
        VerdictError: it is not JSON (a merge left conflict markers), or not a file of this version.
    """
    try:
        document = orjson.loads(data)
        refuse_duplicate_keys(data)
        found = read(document, VerdictFile)
    except orjson.JSONDecodeError as error:
        raise VerdictError(
            f"`{name}` is not JSON (line {error.lineno}): {error.msg}",
            hint="after a merge run `ltxspec lock merge`; otherwise restore it with git",
        ) from None
    except FormatError as error:
        raise VerdictError(f"`{name}` is not a file of verdicts: {error}", hint="restore it with git") from None
    for remark in (remark for remarks in found.verdicts.values() for remark in remarks):
        _check_time(remark.time, name)
    return _replaced(found, {task: _in_order(remarks) for task, remarks in found.verdicts.items()})


def merge_verdicts(ours: VerdictFile, theirs: VerdictFile) -> VerdictFile:
    """Every remark of both sides. Raises VerdictError if they belong to different specs."""
    if (ours.provider, ours.spec) != (theirs.provider, theirs.spec):
        raise VerdictError(f"verdicts of `{ours.spec}` and of `{theirs.spec}` cannot be merged")
    tasks = {**ours.verdicts, **theirs.verdicts}
    both = {task: (*ours.verdicts.get(task, ()), *theirs.verdicts.get(task, ())) for task in tasks}
    return _replaced(ours, {task: _in_order(remarks) for task, remarks in both.items()})


def verdict_schema() -> Schema:
    """The schema as a new dict."""
    about = "What people decided about the takes of one spec. Written by `ltxspec approve` and `ltxspec reject`."
    return schema(VerdictFile, f"ltxspec verdicts, version {VERSION}", about)


def _replaced(file: VerdictFile, verdicts: Mapping[TaskId, tuple[Remark, ...]]) -> VerdictFile:
    return msgspec.structs.replace(file, verdicts=verdicts)


def _in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each remark once, the deciding one last."""
    return tuple(sorted(set(remarks), key=lambda remark: (_weight(remark), repr(remark))))


def _check_time(time: str, name: str) -> None:
    """Refuse a time that does not exist, or that no later verdict could follow. Raises VerdictError."""
    with contextlib.suppress(ValueError):
        if datetime.fromisoformat(time).year < MAXYEAR:
            return
    raise VerdictError(f"`{name}` has a verdict of `{time}`, which is no time", hint="restore it with git")


def _weight(remark: Remark) -> tuple[str, int]:
    return remark.time.removesuffix("Z"), _CAUTION.index(remark.verdict)  # 10:00:00 is before 10:00:00.5
