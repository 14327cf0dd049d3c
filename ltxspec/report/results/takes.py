"""What is recorded of shots, as documents: takes, videos, costs, and what a plan would do with one."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Place, Record, Text
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output, ShotRecord, Take
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.plan.document import PlannedShot, TaskUuid
from ltxspec.redaction import redact_secrets
from ltxspec.report.results.base import Result
from ltxspec.values import Json, TaskId, is_web_address, total_usd

Remarks = Mapping[TaskId, Remark]  # the deciding remark of each take
Places = Mapping[str, str]  # sha256 -> local path, for videos that are archived
Address = Annotated[str, Meta(description="spec.shot or spec.shot[key]")]
NO_REMARKS: Remarks = MappingProxyType({})
Notes = Mapping[TaskId, Sequence[Note]]
NO_NOTES: Notes = MappingProxyType({})
ListedTake = tuple[int, Take]  # with its number, as `show` counts


class Video(Open, frozen=True):
    """One output of a take; `file` if it is archived on this machine."""

    video_url: str | None
    video_uuid: str | None
    file: str | None
    sha256: str | None
    bytes: Count | None
    cost: Money | None
    facts: Annotated[VideoFacts | None, Meta(description="what was measured of it once it was archived")] = None
    unmet: Annotated[tuple[str, ...], Meta(description="keys of `expect:` that it did not meet when it came")] = ()
    link: Annotated[str | None, Meta(description="its address in the store, valid for a while; `output --url`")] = None


class ShownTake(Open, frozen=True, kw_only=True):
    """One take of a shot."""

    take: Annotated[int, Meta(ge=1, description="its number, as the commands count")]
    current: bool
    picked: Annotated[Place | None, Meta(description="the result that is shown first, if someone picked the take")]
    task_id: str
    status: Text
    fingerprint: str | None
    model: str
    cost: Money | None
    submitted_at: str | None
    finished_at: str | None
    request: Mapping[str, Json]
    code: Annotated[str | None, Meta(description="the error code of a failed take")]
    message: str | None
    outputs: tuple[Video, ...]
    missing: Annotated[Count, Meta(description="of several results: how many were not made")]
    verdict: Annotated[Remark | None, Meta(description="what was decided about it last")]
    notes: Annotated[tuple[Note, ...], Meta(description="what was said about it besides, the oldest first")] = ()


class ShownShot(Open, frozen=True, kw_only=True):
    """One recorded shot with all its takes; `current` is a task id."""

    address: Address
    retired: bool
    current: str | None
    takes: tuple[ShownTake, ...]


class Show(Result, frozen=True, kw_only=True):
    """Recorded shots with their takes; `inProgress` are shots with an order that is not recorded yet."""

    shots: tuple[ShownShot, ...]
    in_progress: tuple[Address, ...]


class ShotOutputs(Record, frozen=True):
    """The videos of a shot's current take, the picked one first."""

    address: Address
    outputs: tuple[Video, ...]


class Outputs(Result, frozen=True, kw_only=True):
    """The videos of the current takes of shots: all of them in `shots`, and those of the first one again beside it.

    `missing` are shots without a finished video. If none has one, `address` is the first of these.
    """

    address: Address
    outputs: tuple[Video, ...]
    shots: tuple[ShotOutputs, ...]
    missing: tuple[Address, ...]


class CostGroup(Record, frozen=True):
    """The takes of a group and their cost: the sum of known amounts, and the number of unknown ones."""

    name: str
    takes: Count
    usd: Money
    unknown: Count


class CostTotal(Record, frozen=True):
    """All takes and their cost; a take that several shots share counts once."""

    takes: Count
    usd: Money
    unknown: Count


class Cost(Result, frozen=True, kw_only=True):
    """What was spent, in US dollars; orders of the shots in `inProgress` are not included yet."""

    groups: tuple[CostGroup, ...]
    total: CostTotal
    in_progress: tuple[Address, ...]


class Explained(Open, frozen=True, kw_only=True):
    """What a plan would do with one shot, and which takes it has."""

    planned: PlannedShot
    take: Annotated[Place | None, Meta(description="the number that its take has or will have in `show`, if known")]
    retake: Annotated[int, Meta(ge=1, description="the number of this render of the same request")]
    attempt: Annotated[int, Meta(ge=1, description="the number of this attempt at it")]
    takes: tuple[ShownTake, ...]


class Why(Result, frozen=True, kw_only=True):
    """What a plan would do with shots, and why."""

    shots: tuple[Explained, ...]


class Pick(Result, frozen=True, kw_only=True):
    """The take that is current now; `result` if one of its outputs was picked."""

    address: Address
    take: Place
    result: Place | None
    task_id: TaskUuid
    verdict: Annotated[Remark | None, Meta(description="what was decided about it last")]


class DecidedTake(Record, frozen=True):
    """A take that was approved or rejected."""

    address: Address
    take: Place
    task_id: str
    decided: Remark


class GivenVerdict(Result, frozen=True, kw_only=True):
    """The takes that were approved or rejected: all of them in `decisions`, and the first one again beside it."""

    address: Address
    take: Place
    task_id: str
    decided: Remark
    decisions: tuple[DecidedTake, ...]


class NotedTake(Record, frozen=True):
    """A take about which something was said."""

    address: Address
    take: Place
    task_id: str
    note: Note


class ReviewImport(Result, frozen=True, kw_only=True):
    """What was recorded of an exported file; `known` counts what was recorded before.

    `overruled` are the tasks with a new verdict that does not count, because a later one is recorded.
    """

    decisions: tuple[DecidedTake, ...]
    notes: tuple[NotedTake, ...]
    withdrawn: Annotated[Count, Meta(description="notes that are withdrawn now and were not before")]
    known: Count
    overruled: tuple[str, ...]


class Frame(Result, frozen=True, kw_only=True):
    """A frame that was saved as a picture; `hdr` names the transfer function of an HDR video."""

    address: Address
    file: str
    picture_format: Text
    width: Place
    height: Place
    seconds: Annotated[float, Meta(description="the frame's time, from the first frame")]
    hdr: str | None


class Import(Result, frozen=True, kw_only=True):
    """A take that was adopted."""

    address: Address
    task_id: TaskUuid
    cost: Money | None


def shown_shot(
    address: str,
    record: ShotRecord,
    places: Places,
    remarks: Remarks = NO_REMARKS,
    *,
    retired: bool = False,
    notes: Notes = NO_NOTES,
) -> ShownShot:
    """One shot with all its takes."""
    takes = shown_takes(record, places, remarks, notes)
    return ShownShot(address=address, retired=retired, current=record.current, takes=takes)


def shown_takes(
    record: ShotRecord, places: Places, remarks: Remarks = NO_REMARKS, notes: Notes = NO_NOTES
) -> tuple[ShownTake, ...]:
    """All takes of a shot."""
    return tuple(_shown(number, take, record, places, (remarks, notes)) for number, take in enumerate(record.takes, 1))


def _shown(number: int, take: Take, record: ShotRecord, places: Places, said: tuple[Remarks, Notes]) -> ShownTake:
    return ShownTake(
        take=number,
        current=take.task_id == record.current,
        picked=None if take.picked is None else result_of(take),
        task_id=take.task_id,
        status=take.status,
        fingerprint=take.fingerprint,
        model=take.model,
        cost=take.cost,
        submitted_at=take.submitted_at,
        finished_at=take.finished_at,
        request=redact_secrets(dict(take.request)),
        code=take.failure.code if take.failure else None,
        message=take.failure.message if take.failure else None,
        outputs=tuple(video(output, places) for output in take.outputs),
        missing=take.missing,
        verdict=said[0].get(take.task_id),
        notes=tuple(said[1].get(take.task_id, ())),
    )


def result_of(take: Take) -> int:
    """The number of the output that is shown first, from 1."""
    return next((number for number, output in enumerate(take.outputs, 1) if output is take.shown[0]), 1)


def video(output: Output, places: Places) -> Video:
    """One video."""
    return Video(
        video_url=web_address(output),
        video_uuid=output.video_uuid,
        file=places.get(output.sha256) if output.sha256 else None,
        sha256=output.sha256,
        bytes=output.bytes,
        cost=output.cost,
        facts=output.facts,
        unmet=output.unmet or (),
    )


def web_address(output: Output) -> str | None:
    """A video's address, if it is a web address that is safe to open."""
    return output.video_url if output.video_url and is_web_address(output.video_url) else None


def cost_of(rows: Sequence[tuple[str, Sequence[Take]]], in_progress: Sequence[str] = ()) -> Cost:
    """Costs per group (such as a spec or a month) and in total."""
    groups = []
    every: dict[str, Take] = {}
    for name, takes in rows:
        every.update((take.task_id, take) for take in takes)
        groups.append(CostGroup(name, len(takes), *total_usd(take.cost for take in takes)))
    total = CostTotal(len(every), *total_usd(take.cost for take in every.values()))
    return Cost(groups=tuple(groups), total=total, in_progress=tuple(in_progress))
