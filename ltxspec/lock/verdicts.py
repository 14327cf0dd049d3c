"""What people decided about takes: the file beside a lockfile, version 1. Pure.

Every remark is kept; the latest one is the verdict. A note decides nothing, and may be withdrawn. Nothing in the file
changes what is planned to be bought. Fields and notes that came later are left out where they are not used: such a
file is written as before.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final, TypeVar

import msgspec
import orjson
from msgspec import Meta

from ltxspec.errors import Location, LtxspecError
from ltxspec.formats import FormatError, Record, Schema, Text, read, refuse_duplicate_keys, schema, to_json
from ltxspec.lock.models import Take
from ltxspec.lock.places import Box, Point, place_problem
from ltxspec.lock.withdrawals import Time, Withdrawal, joined_withdrawals, left
from ltxspec.spec.lfs import FETCH, KEEP_OUT, is_pointer
from ltxspec.values import TaskId

VERSION: Final = 1
SUFFIX: Final = ".review.json"  # of the file, after the name of its spec
LONGEST_NOTE: Final = 10_000  # characters
LONGEST_NAME: Final = 200  # characters of who decides
_Said = TypeVar("_Said")
_LAYOUT = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class Verdict(StrEnum):
    """A decision about one take. The value is the name in JSON."""

    APPROVED = "approved"
    NEEDS_WORK = "needs-work"
    REJECTED = "rejected"


_CAUTION = list(Verdict)  # of two remarks of one moment, the more cautious counts


_Seconds = Annotated[float, Meta(ge=0, description="The moment in the video that the note is about, in seconds")]
_Until = Annotated[float, Meta(ge=0, description="Where the span that begins at `at` ends, in seconds")]


class Remark(Record, frozen=True):
    """One decision, with what was said about it."""

    verdict: Verdict
    note: str | None
    at: _Seconds | None
    by: Annotated[str, Meta(description="Who decided, as git knows them")] | None
    time: Time
    until: _Until | None = None
    box: Box | None = None
    point: Point | None = None

    left_out: ClassVar[frozenset[str]] = frozenset({"until", "box", "point"})

    @property
    def is_against(self) -> bool:
        """Whether the take should not be used as it is."""
        return self.verdict is not Verdict.APPROVED


class Note(Record, frozen=True):
    """Something said about a take, which decides nothing."""

    note: Text
    at: _Seconds | None
    by: Annotated[str, Meta(description="Who said it, as git knows them")] | None
    time: Time
    until: _Until | None = None
    box: Box | None = None
    point: Point | None = None

    left_out: ClassVar[frozenset[str]] = Remark.left_out


class VerdictFile(Record, frozen=True):
    """The whole file; keys are the tasks of takes."""

    review_version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    provider: Text
    spec: Text
    verdicts: Mapping[TaskId, tuple[Remark, ...]]
    notes: Mapping[TaskId, tuple[Note, ...]] | None = None
    withdrawn: Mapping[TaskId, tuple[Withdrawal, ...]] | None = None

    left_out: ClassVar[frozenset[str]] = frozenset({"notes", "withdrawn"})

    def of(self, take: Take) -> Remark | None:
        """The latest remark about a take, which is its verdict; None if it has none."""
        return latest(self.verdicts.get(take.task_id, ()))

    def with_remark(self, task: TaskId, remark: Remark) -> "VerdictFile":
        """The file with one more remark."""
        verdicts = {**self.verdicts, task: _in_order([*self.verdicts.get(task, ()), remark])}
        return self._with(verdicts, self.noted, self.gone)

    def with_note(self, task: TaskId, note: Note) -> "VerdictFile":
        """The file with one more note, unless that was withdrawn."""
        noted = self.noted
        return self._with(self.verdicts, {**noted, task: (*noted.get(task, ()), note)}, self.gone)

    def without_note(self, task: TaskId, withdrawal: Withdrawal) -> "VerdictFile":
        """The file with one note withdrawn, which cannot come back; it need not be in the file."""
        return self._with(self.verdicts, self.noted, joined_withdrawals([self.gone, {task: (withdrawal,)}]))

    @property
    def gone(self) -> Mapping[TaskId, tuple[Withdrawal, ...]]:
        """What was withdrawn of each take."""
        return self.withdrawn or {}

    @property
    def noted(self) -> Mapping[TaskId, tuple[Note, ...]]:
        """The notes of each take that has any, the oldest first."""
        return self.notes or {}

    def merged(self, other: "VerdictFile") -> "VerdictFile":
        """Every remark and every note of both, each once; a note that one side withdrew is gone."""
        verdicts = {task: _in_order(both) for task, both in _joined(self.verdicts, other.verdicts).items()}
        return self._with(verdicts, _joined(self.noted, other.noted), joined_withdrawals([self.gone, other.gone]))

    def _with(
        self,
        verdicts: Mapping[TaskId, tuple[Remark, ...]],
        noted: Mapping[TaskId, tuple[Note, ...]],
        gone: Mapping[TaskId, tuple[Withdrawal, ...]],
    ) -> "VerdictFile":
        notes = _standing(noted, gone)
        return msgspec.structs.replace(self, verdicts=verdicts, notes=notes or None, withdrawn=gone or None)


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
    if file.noted:
        document["notes"] = {task: list(map(to_json, notes)) for task, notes in file.noted.items()}
    if file.gone:
        document["withdrawn"] = {task: list(map(to_json, items)) for task, items in file.gone.items()}
    return orjson.dumps(document, option=_LAYOUT)


def decode_verdicts(data: bytes, name: str) -> VerdictFile:
    """Read a file of verdicts.

    Args:
        data: the whole file.
        name: the file as shown to users.

    Raises:
        VerdictError: it is not JSON (a merge left conflict markers), not a file of this version, or has a text that is
            longer than what `approve` and `review import` write.
    """
    try:
        document = orjson.loads(data)
        refuse_duplicate_keys(data)
        found = read(document, VerdictFile)
    except orjson.JSONDecodeError as error:
        if is_pointer(data):
            raise VerdictError(
                f"`{name}` is only a Git LFS pointer", where=Location(name, 1, 1), hint=f"{FETCH}; {KEEP_OUT}"
            ) from None
        raise VerdictError(
            f"`{name}` is not JSON (line {error.lineno}): {error.msg}",
            where=Location(name, error.lineno, error.colno),
            hint="after a merge run `ltxspec lock merge`; otherwise restore it with git",
        ) from None
    except FormatError as error:
        raise VerdictError(f"`{name}` is not a file of verdicts: {error}", hint="restore it with git") from None
    _check(found, name)
    return found.merged(found)  # in order, each once


def said_in(
    files: Iterable[VerdictFile],
) -> tuple[Mapping[TaskId, tuple[Remark, ...]], Mapping[TaskId, tuple[Note, ...]]]:
    """Every remark, the deciding one last, and every note of several specs, by the task of the take.

    A take may have moved to another spec: a note is gone if any of the files says that it was withdrawn.
    """
    files = list(files)
    remarks, notes = defaultdict[TaskId, list[Remark]](list), defaultdict[TaskId, list[Note]](list)
    for file in files:
        for task, said in file.verdicts.items():
            remarks[task] += said
        for task, noted in file.noted.items():
            notes[task] += noted
    ordered = {task: _in_order(said) for task, said in remarks.items()}
    return ordered, _standing(notes, withdrawn_in(files))


def withdrawn_in(files: Iterable[VerdictFile]) -> Mapping[TaskId, tuple[Withdrawal, ...]]:
    """What was withdrawn, of several specs, by the task of the take."""
    return joined_withdrawals(file.gone for file in files)


def verdict_schema() -> Schema:
    """The schema as a new dict."""
    about = "What people decided about the takes of one spec. Written by `ltxspec approve` and `ltxspec reject`."
    return schema(VerdictFile, f"ltxspec verdicts, version {VERSION}", about)


def _joined(
    ours: Mapping[TaskId, tuple[_Said, ...]], theirs: Mapping[TaskId, tuple[_Said, ...]]
) -> Mapping[TaskId, tuple[_Said, ...]]:
    return {task: (*ours.get(task, ()), *theirs.get(task, ())) for task in {**ours, **theirs}}


def _in_order(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each remark once, the deciding one last."""
    return tuple(sorted(set(remarks), key=lambda remark: (_weight(remark), repr(remark))))


def _by_time(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(sorted(set(notes), key=lambda note: (note.time.removesuffix("Z"), repr(note))))


def _standing(
    noted: Mapping[TaskId, Iterable[Note]], gone: Mapping[TaskId, tuple[Withdrawal, ...]]
) -> dict[TaskId, tuple[Note, ...]]:
    """The notes that count, each once and in order, of the takes that have any."""
    found = {task: left(_by_time(notes), gone.get(task, ())) for task, notes in noted.items()}
    return {task: notes for task, notes in found.items() if notes}


def _check(file: VerdictFile, name: str) -> None:
    """Refuse what is never written: a time that does not exist, a place that no frame has, a text without an end.

    Raises:
        VerdictError: there is one.
    """
    said: list[tuple[Remark, ...] | tuple[Note, ...]] = [*file.verdicts.values(), *file.noted.values()]
    for item in (item for items in said for item in items):
        if not is_time(item.time):
            raise VerdictError(f"`{name}` has a verdict of `{item.time}`, which is no time", hint="restore it with git")
        if problem := place_problem(item):
            raise VerdictError(f"`{name}` has a note whose {problem}", hint="restore it with git")
        _check_length(name, "a note", item.note, LONGEST_NOTE)
        _check_length(name, "a name", item.by, LONGEST_NAME)
    for signed in (item for items in file.gone.values() for item in items):
        _check_length(name, "a name", signed.by, LONGEST_NAME)
        _check_length(name, "a name", signed.note_by, LONGEST_NAME)
    for time in (time for items in file.gone.values() for item in items for time in (item.time, item.note_time)):
        if not is_time(time):
            raise VerdictError(f"`{name}` has a withdrawal with `{time}`, which is no time", hint="restore it with git")


def _check_length(name: str, what: str, text: str | None, most: int) -> None:
    if text is not None and len(text) > most:
        raise VerdictError(
            f"`{name}` has {what} of {len(text):,} characters, and at most {most:,} are read", hint="shorten it"
        )


def is_time(time: str) -> bool:
    """Whether a time exists, and a later verdict could follow it."""
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(time).year < MAXYEAR
    return False


def _weight(remark: Remark) -> tuple[str, int]:
    return remark.time.removesuffix("Z"), _CAUTION.index(remark.verdict)  # 10:00:00 is before 10:00:00.5
