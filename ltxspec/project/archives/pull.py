"""Fetches the videos of recorded takes that are not in the archive, and records the result."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ltxspec.apply.addresses import results_by_now
from ltxspec.apply.archived import with_archived
from ltxspec.apply.delivery import deliver, names_of
from ltxspec.apply.orders import results_of
from ltxspec.apply.ports import Archive, Clock, Provider, RenderOrder
from ltxspec.errors import LockHeld, LtxspecError
from ltxspec.lock.models import Lockfile, Output, Take, Time, moment
from ltxspec.project.adapters import has_key, open_archive, open_provider
from ltxspec.project.links import relink
from ltxspec.project.locks import locked
from ltxspec.project.lookup import RecordedShot, UnknownAddress, matching, readable_lockfiles
from ltxspec.project.project import ProjectContext
from ltxspec.project.sidecars import WHOLE
from ltxspec.project.store import StoredVideos
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.clock import SystemClock
from ltxspec.values import ShotAddress, TaskId


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which videos to fetch.

    Args:
        address: only the shots that match, with wildcards; None: all.
        only_current: leave out superseded takes and retired shots.
        wait: seconds to wait for another command that is working on a spec.
        tasks: only the takes of these; None: all.
        dry_run: fetch nothing, only say what would be.
        oldest_first: what expires first comes first, instead of current takes.
    """

    address: str | None = None
    only_current: bool = False
    wait: float = 0.0
    tasks: Collection[TaskId] | None = None
    dry_run: bool = False
    oldest_first: bool = False


@dataclass(slots=True)
class Pulled:
    """Numbers of fetched and missing videos, and of lockfiles that could not be read.

    `reasons` says why takes are not here, or not all of their videos, by task.
    """

    fetched: int = 0
    missing: int = 0
    unread: int = 0
    from_store: int = 0  # of those that were fetched
    reasons: dict[TaskId, str] = field(default_factory=dict, compare=False)


class Good(str):
    """A line about a video that is no problem, which `--quiet` leaves out."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every fetch needs."""

    project: ProjectContext
    archive: FolderArchive
    provider: Provider
    clock: Clock
    ask: bool  # whether the provider may be asked for fresh addresses, which needs a key
    wait: float
    stored: StoredVideos


@dataclass(frozen=True, slots=True)
class _Item:
    """One take to fetch, as shown to users."""

    address: ShotAddress
    number: int  # as in `ltxspec show`
    task: TaskId
    current: bool
    ends: Time | None = None  # when its address expires, if that is recorded
    made: Time | None = None

    @property
    def age(self) -> tuple[bool, str]:
        """Sorts what expires first before what has no known end, and this by the time at which it was made."""
        return self.ends is None, moment(self.ends or self.made)

    def __str__(self) -> str:
        return str(self.address) if self.current else f"{self.address} take {self.number}"


def pull_missing(project: ProjectContext, wanted: Wanted, say: Callable[[str], None]) -> Pulled:
    """Fetch what is missing, current takes first. A problem with one take, shot or lockfile does not affect the others.

    Args:
        project: whose takes.
        wanted: which videos.
        say: gets a line for each video and problem; it is `Good` if it is no problem.

    Raises:
        UnknownAddress: no lockfile knows the address.
    """
    return asyncio.run(_pull_missing(project, wanted, say))


async def _pull_missing(project: ProjectContext, wanted: Wanted, say: Callable[[str], None]) -> Pulled:
    lockfiles, problems = readable_lockfiles(project)
    for problem in problems:
        say(f"error[{problem.code}]: {problem.line}")
    found = _matching(lockfiles, problems, wanted.address)
    archive = open_archive(project, {holding.address.spec for holding in found})
    provider = open_provider(project, need_key=False)
    ask = has_key(project.service, project.environ)
    desk = _Desk(project, archive, provider, SystemClock(), ask, wanted.wait, StoredVideos(project, archive, say))
    items = _missing(found, archive, wanted)
    try:
        pulled = _would_pull(items, say) if wanted.dry_run else await _pull_all(desk, items, say)
    finally:
        await provider.close()
    pulled.unread, pulled.from_store = len(problems), desk.stored.brought
    if wanted.dry_run:
        return pulled
    _put_links_right(project, {holding.address.spec for holding in found}, wanted.wait)
    if pulled.missing and not ask:
        say(f"hint: set `{project.service.key}` to request fresh addresses from the provider, which is free")
    return pulled


def _would_pull(items: Sequence[tuple[_Item, int]], say: Callable[[str], None]) -> Pulled:
    for item, _ in items:
        ends = "" if item.ends is None else f"; its address expires at {item.ends}"
        say(Good(f"{item}: would be fetched{ends}"))
    return Pulled(missing=sum(count for _, count in items))


def _matching(
    lockfiles: Sequence[Lockfile], problems: Sequence[LtxspecError], address: str | None
) -> list[RecordedShot]:
    try:
        return matching(lockfiles, address)
    except UnknownAddress:
        if problems:  # it may be in a lockfile that cannot be read
            return []
        raise


def _missing(found: Sequence[RecordedShot], archive: Archive, wanted: Wanted) -> list[tuple[_Item, int]]:
    """Takes with missing videos (not archived, or not delivered yet), and how many; each task once.

    Current takes come first.
    """
    items: dict[tuple[str, TaskId], tuple[_Item, int]] = {}
    for holding, number, take, current in takes_of(found):
        count = sum(not is_archived(output, archive) for output in take.outputs)
        is_wanted = wanted.tasks is None or take.task_id in wanted.tasks
        if is_wanted and (count or take.is_incomplete) and (current or not wanted.only_current):
            item = _Item(holding.address, number, take.task_id, current, take.expires_at, take.finished_at)
            items.setdefault((holding.address.spec, take.task_id), (item, count))
    if wanted.oldest_first:
        return sorted(items.values(), key=lambda pair: pair[0].age)
    return sorted(items.values(), key=lambda pair: not pair[0].current)


def takes_of(found: Sequence[RecordedShot]) -> Iterator[tuple[RecordedShot, int, Take, bool]]:
    """Every take with videos: its recorded shot, its number, and whether it is current."""
    for holding in found:
        for number, take in enumerate(holding.record.takes, start=1):
            if take.outputs:
                yield holding, number, take, take.task_id == holding.record.current and not holding.retired


def is_archived(output: Output, archive: Archive) -> bool:
    """Whether a video is archived and recorded as such."""
    return output.sha256 is not None and archive.has(output.sha256)


async def _pull_all(desk: _Desk, items: Sequence[tuple[_Item, int]], say: Callable[[str], None]) -> Pulled:
    pulled = Pulled()
    busy: dict[str, str] = {}  # specs that another command is working on -> which command
    for item, count in items:
        spec = item.address.spec
        try:
            fetched, missing, reason = (0, count, busy[spec]) if spec in busy else await _pull(desk, item)
        except LtxspecError as error:
            fetched, missing, reason = 0, count, error.line
            if isinstance(error, LockHeld):
                busy[spec] = reason
        pulled.fetched += fetched
        pulled.missing += missing
        if reason:
            pulled.reasons[item.task] = reason
        say(f"{item}: {reason}" if reason else Good(f"{item}: archived"))
    return pulled


async def _pull(desk: _Desk, item: _Item) -> tuple[int, int, str | None]:
    """Fetch one take and record it under the lock of its spec, so that each has only one writer at a time.

    Returns:
        How many videos were fetched, how many are still missing, and why.
    """
    spec = item.address.spec
    with locked(desk.project, [spec], command="archive pull", wait=desk.wait) as states:
        state = states[spec]
        lockfile = state.read_lockfile()
        take = _take_of(lockfile, item.task)
        if take is None:
            return 0, 0, "it is no longer in the lockfile"
        outputs: Sequence[Output] = take.outputs
        order = RenderOrder(item.task, {}, results_of(take.request))
        if len(outputs) < order.results and desk.ask:
            outputs = await results_by_now(desk.provider, order, outputs)
        absent = sum(not is_archived(output, desk.archive) for output in outputs)
        await asyncio.to_thread(desk.stored.bring, outputs)
        delivery = await deliver(desk.provider, desk.archive, desk.clock, order, outputs, ask=desk.ask)
        state.write_lockfile(with_archived(lockfile, item.task, delivery.outputs, delivery.archived))
        if delivery.reason is None:
            desk.archive.forget(names_of(item.task, outputs))
        missing = sum(archived is None for archived in delivery.archived)
        there = f"{len(outputs)} of {order.results} results are available" if len(outputs) < order.results else None
        return absent - missing, missing, delivery.reason or there


def known_tasks(project: ProjectContext) -> set[TaskId]:
    """The tasks of every take that a lockfile of this checkout records; unreadable lockfiles record none."""
    return {take.task_id for _, _, take, _ in takes_of(matching(readable_lockfiles(project)[0], None))}


def _take_of(lockfile: Lockfile, task: TaskId) -> Take | None:
    """A task as currently recorded; None if it was removed from the lockfile meanwhile."""
    records = [*lockfile.shots.values(), *lockfile.retired.values()]
    return next((take for record in records if (take := record.take(task)) is not None), None)


def _put_links_right(project: ProjectContext, specs: Iterable[str], wait: float) -> None:
    """Update the tree of links to what is archived now. Locked specs are skipped: their command does it itself."""
    for spec in sorted(specs):
        with (
            contextlib.suppress(LockHeld),
            locked(project, [spec], command="archive pull", wait=wait) as states,
        ):
            relink(project, [states[spec].read_lockfile()], WHOLE)
