"""The lockfile as frozen values. JSON names and order live in `lock/codec.py`; times are RFC 3339 text in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from ltxspec.values import Fingerprint, Json, TaskId, Usd

Age = tuple[str, int, int, str]  # moment of the order, retake, attempt, task id


def moment(written: str | None) -> str:
    """A recorded time as text that sorts as time does: whole seconds and fractions side by side, no time first.

    As written, "00.123Z" would stand before "00Z". What is no time at all sorts by its text.
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


@dataclass(frozen=True, slots=True)
class Output:
    """One finished video of a task. `sha256` (bare hex) and `bytes` are null until the archive has it."""

    video_uuid: str | None
    video_url: str | None  # without query string when that would be a secret
    cost: Usd | None = None
    sha256: str | None = None
    bytes: int | None = None

    def name(self, number: int) -> str:
        """What a pick calls this output of a take: its id or address, which a merge keeps; else its number, from 1."""
        return self.video_uuid or self.video_url or str(number)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task failed: the provider's own code and message, and whether only an edit can help."""

    code: str
    message: str
    permanent: bool  # safety and validation: blocked until the fingerprint changes or --retry


@dataclass(frozen=True, slots=True)
class Take:
    """One finished task of a shot: what was ordered, what came of it, what it cost."""

    task_id: TaskId
    fingerprint: Fingerprint
    model: str
    request: Mapping[str, Json]
    status: Literal["succeeded", "failed"]
    cost: Usd | None  # None: the provider did not say; never 0 by default
    outputs: tuple[Output, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    submitted_at: str | None = None
    finished_at: str | None = None
    expires_at: str | None = None
    retake: int | None = None  # from 1; None for imported takes
    attempt: int | None = None
    failure: Failure | None = None
    picked: str | None = None  # name of the output that a person picked with this take; None: nobody picked the take

    @property
    def is_incomplete(self) -> bool:
        """Whether some of several results were recorded and the task has not ended: more may come."""
        wanted = self.request.get("numberResults", 1)
        ordered_here = self.submitted_at is not None and self.finished_at is None
        return ordered_here and type(wanted) is int and 0 < len(self.outputs) < wanted

    @property
    def shown(self) -> tuple[Output, ...]:
        """The outputs with the one that was picked first, as they are shown and linked."""
        names = [output.name(number) for number, output in enumerate(self.outputs, 1)]
        if self.picked not in names:
            return self.outputs
        first = names.index(self.picked)
        return (self.outputs[first], *self.outputs[:first], *self.outputs[first + 1 :])

    @property
    def sort_key(self) -> Age:
        """The order of a shot's takes, the same on every machine: as they were bought, imported ones first."""
        return moment(self.submitted_at), self.retake or 0, self.attempt or 0, self.task_id


@dataclass(frozen=True, slots=True)
class ShotRecord:
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
        """This record with `take` added, or put in the place of the one with the same id; `current` is unchanged."""
        others = [other for other in self.takes if other.task_id != take.task_id]
        return replace(self, takes=tuple(sorted([*others, take], key=lambda item: item.sort_key)))

    def with_pick(self, task_id: TaskId, result: int = 1) -> "ShotRecord":
        """This record with a take made current and marked as picked, in the place of others of its fingerprint.

        Args:
            task_id: a take of this record that succeeded.
            result: which of its outputs, from 1.
        """
        chosen = next(take for take in self.takes if take.task_id == task_id)
        output = chosen.outputs[result - 1] if result <= len(chosen.outputs) else Output(None, None)
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


@dataclass(frozen=True, slots=True)
class Lockfile:
    """Everything bought for one spec with one provider."""

    provider: str
    spec: str
    shots: Mapping[str, ShotRecord] = field(default_factory=dict)
    retired: Mapping[str, ShotRecord] = field(default_factory=dict)
