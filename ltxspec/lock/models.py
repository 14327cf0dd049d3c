"""The lockfile as frozen values: the format of a take is declared here (`formats.py`).

Times are RFC 3339 text in UTC. Patterns are used only in the schema: a time or a hash in another form is still read,
because the record of what was paid for must stay readable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from ltxspec.formats import Content, Money, Record
from ltxspec.lock.measured import VideoFacts
from ltxspec.redaction import redact_message
from ltxspec.values import Fingerprint, Json, TaskId

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"

Time = Annotated[str, Meta(description="RFC 3339, UTC", extra_json_schema={"pattern": _TIME})]
_Size = Annotated[int, Meta(ge=0, description="Size in the archive")]
_Hash = Annotated[
    str,
    Meta(description="Name in the archive; null until archived", extra_json_schema={"pattern": "^[0-9a-f]{64}$"}),
]
_Address = Annotated[str, Meta(description="Address at the provider, without secrets")]
_Retake = Annotated[int, Meta(ge=1, description="Number of this render of the fingerprint; null for imported takes")]
_Attempt = Annotated[int, Meta(ge=1, description="Number of this attempt of the retake; null for imported takes")]
Fence = Annotated[int, Meta(ge=0, description="Number of the lease under which it was ordered, if there was one")]
_Facts = Annotated[VideoFacts, Meta(description="What was measured of the video once it was archived")]
_Unmet = Annotated[tuple[str, ...], Meta(description="Keys of `expect:` that the video did not meet when it came")]
_Pick = Annotated[str, Meta(min_length=1, description="The output that a user picked with this take")]

Age = tuple[str, int, int, str]  # moment of the order, retake, attempt, task id


def moment(written: str | None) -> str:
    """A recorded time as text that sorts chronologically, with or without fractions; a missing time sorts first.

    As written, "00.123Z" would sort before "00Z". Text that is not a time sorts as it is.
    """
    if written is None:
        return ""
    if not written.endswith("Z"):
        try:
            found = datetime.fromisoformat(written)
            if found.tzinfo is None:
                return written
            written = f"{found.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
        except (ValueError, OverflowError):
            return written
    return written[:-1].rstrip("0").rstrip(".") if "." in written else written[:-1]


class Output(Record, frozen=True, kw_only=True):
    """One finished video of a task. `sha256` (bare hex) and `bytes` are null until the archive has it."""

    left_out: ClassVar[frozenset[str]] = frozenset({"facts", "unmet"})

    bytes: _Size | None = None
    cost: Money | None = None
    facts: _Facts | None = None  # None: not measured
    sha256: _Hash | None = None
    unmet: _Unmet | None = None
    video_url: _Address | None = None  # without its query string if that would be secret
    video_uuid: str | None = None

    def name(self, number: int) -> str:
        """The name of this output in a pick: its id or address, which a merge keeps; else its number, from 1."""
        return self.video_uuid or self.video_url or str(number)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: the provider's own code and message, and whether only an edit can help."""

    code: str
    message: str
    permanent: bool  # safety and validation: blocked until the fingerprint changes or --retry

    @property
    def recorded(self) -> dict[str, Any]:
        """The fields as a take or an event records them, without secrets that the provider repeats.

        An unusual message must not lose a paid task: lone surrogates, which UTF-8 cannot encode, are replaced.
        """
        message = redact_message(readable(self.message))
        return {"code": readable(self.code), "message": message, "permanent": self.permanent}


def readable(message: str) -> str:
    """A provider's text, made encodable in UTF-8."""
    return message.encode("utf-8", "replace").decode("utf-8")


class Take(Record, frozen=True, kw_only=True):
    """One finished task of a shot: the request, the result and the cost."""

    left_out: ClassVar[frozenset[str]] = frozenset({"code", "fence", "message", "permanent", "picked"})

    attempt: _Attempt | None = None
    cost: Money | None = None  # None: the provider did not report it; never 0 by default
    expires_at: Time | None = None
    fence: Fence | None = None  # of the lease under which it was ordered; a later holder's is greater
    finished_at: Time | None = None
    fingerprint: Annotated[Fingerprint, Meta(min_length=1)]
    inputs: Mapping[str, Content] = msgspec.field(default_factory=dict)  # files and shots, as named in the request
    model: Annotated[str, Meta(min_length=1, description="AIR id of the model")]
    outputs: tuple[Output, ...]
    request: Annotated[Mapping[str, Json], Meta(description="The request as ordered, without secrets")]
    retake: _Retake | None = None
    status: Literal["succeeded", "failed"]
    submitted_at: Time | None = None
    task_id: Annotated[TaskId, Meta(min_length=1)]
    picked: _Pick | None = None  # name of an output, see `Output.name`; None: the take is not picked
    code: str | None = None  # with `message` and `permanent`: why it failed, see `failure`
    message: str | None = None
    permanent: bool | None = None

    def __post_init__(self) -> None:
        """Refuse a success with failure fields, and a failure without them or with a pick."""
        if self.status == "failed":
            wrong = "picked" if self.picked is not None else None
            missing = "code" if self.code is None else "message" if self.message is None else None
        else:
            reasons = {"code": self.code, "message": self.message, "permanent": self.permanent}
            wrong, missing = next((name for name, value in reasons.items() if value is not None), None), None
        if missing:
            raise ValueError(f"Field `{missing}` is missing in a task that failed")
        if wrong:
            raise ValueError(f"Field `{wrong}` is not allowed in a task that {self.status}")

    @property
    def failure(self) -> Failure | None:
        """Why it failed. If `permanent` is missing it counts as true: the shot is blocked, and nothing is spent."""
        if self.code is None or self.message is None:
            return None
        return Failure(self.code, self.message, permanent=self.permanent is not False)

    @property
    def is_incomplete(self) -> bool:
        """Whether only some of several results are recorded and the task has not ended: more may follow."""
        ordered_here = self.submitted_at is not None and self.finished_at is None
        return ordered_here and 0 < len(self.outputs) < self.wanted

    @property
    def wanted(self) -> int:
        """The number of results that were ordered."""
        number = self.request.get("numberResults", 1)
        return number if type(number) is int else 1

    @property
    def missing(self) -> int:
        """How many of several results were not made, although others were: they will not follow."""
        is_short = self.status == "succeeded" and 0 < len(self.outputs) < self.wanted
        return self.wanted - len(self.outputs) if is_short and not self.is_incomplete else 0

    @property
    def unmet(self) -> tuple[str, ...]:
        """The keys of `expect:` that any of its videos did not meet when it came."""
        return tuple(dict.fromkeys(name for output in self.outputs for name in output.unmet or ()))

    @property
    def shown(self) -> tuple[Output, ...]:
        """The outputs as they are shown and linked, with the picked one first."""
        names = [output.name(number) for number, output in enumerate(self.outputs, 1)]
        if self.picked not in names:
            return self.outputs
        first = names.index(self.picked)
        return (self.outputs[first], *self.outputs[:first], *self.outputs[first + 1 :])

    @property
    def sort_key(self) -> Age:
        """The order of a shot's takes, the same on every machine: by time of order, imported ones first."""
        return moment(self.submitted_at), self.retake or 0, self.attempt or 0, self.task_id


class ShotRecord(Record, frozen=True):
    """All takes of one instance key, ordered; `current` is the take in use, if any succeeded."""

    current: TaskId | None
    takes: tuple[Take, ...]

    def take(self, task_id: TaskId) -> Take | None:
        """The take with this id."""
        for take in self.takes:
            if take.task_id == task_id:
                return take
        return None

    @property
    def current_take(self) -> Take | None:
        """The take in use."""
        return self.take(self.current) if self.current else None

    def with_take(self, take: Take) -> "ShotRecord":
        """This record with `take` added, or replacing the one with the same id; `current` is unchanged."""
        others = [other for other in self.takes if other.task_id != take.task_id]
        return replace(self, takes=tuple(sorted([*others, take], key=lambda item: item.sort_key)))

    def with_pick(self, task_id: TaskId, result: int = 1) -> "ShotRecord":
        """This record with a take made current and picked, replacing any pick of the same fingerprint.

        Args:
            task_id: a successful take of this record.
            result: the number of the picked output, from 1.
        """
        chosen = next(take for take in self.takes if take.task_id == task_id)
        output = chosen.outputs[result - 1] if result <= len(chosen.outputs) else Output()
        marked = replace(chosen, picked=output.name(result))
        takes = tuple(
            marked
            if take is chosen
            else replace(take, picked=None)
            if take.picked is not None and take.fingerprint == chosen.fingerprint
            else take
            for take in self.takes
        )
        return ShotRecord(task_id, takes)


class Lockfile(Record, frozen=True):
    """Everything bought for one spec with one provider."""

    provider: str
    spec: str
    shots: Mapping[str, ShotRecord] = msgspec.field(default_factory=dict)
    retired: Mapping[str, ShotRecord] = msgspec.field(default_factory=dict)
