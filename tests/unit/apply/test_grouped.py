import asyncio
import threading
from dataclasses import dataclass, field

import pytest
from builders import intent
from fakes import MemoryState

from ltxspec.apply.grouped import GroupedSyncs
from ltxspec.errors import StorageError
from ltxspec.lock.journal import Event


@dataclass
class SlowDisk(MemoryState):
    """A journal whose syncs wait until they may end."""

    errors: list[StorageError] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.written = self.durable = self.syncs = 0
        self.lost: set[int] = set()
        self.begun, self.free = threading.Event(), threading.Event()

    def write(self, event: Event) -> int:
        del event
        self.written += 1
        return self.written

    def sync(self) -> None:
        self.syncs += 1
        before = self.written
        self.begun.set()
        self.free.wait(10)
        if self.errors:
            self.lost |= set(range(self.durable + 1, self.written + 1))
            raise self.errors.pop()
        self.durable = before

    def is_on_disk(self, number: int) -> bool:
        if number in self.lost:
            raise StorageError("lost")
        return number <= self.durable


async def written(syncs: GroupedSyncs, disk: SlowDisk, count: int) -> "list[asyncio.Future[None]]":
    events = [disk.write(intent(number=number)) for number in range(1, count + 1)]
    waiting: list[asyncio.Future[None]] = [asyncio.ensure_future(syncs.reached(number)) for number in events]
    await asyncio.sleep(0)  # all of them wait
    await asyncio.to_thread(disk.begun.wait, 10)
    return waiting


def test_events_that_come_while_the_disk_is_at_work_share_its_next_turn() -> None:
    async def story() -> int:
        disk = SlowDisk()
        syncs = GroupedSyncs(disk)
        waiting = await written(syncs, disk, 3)
        waiting += [asyncio.ensure_future(syncs.reached(disk.write(intent(number=4)))) for _ in range(20)]
        await asyncio.sleep(0)
        assert not any(one.done() for one in waiting)
        disk.free.set()
        await asyncio.gather(*waiting)
        await syncs.reached(1)
        return disk.syncs

    assert asyncio.run(story()) == 2


def test_a_turn_that_fails_is_an_error_of_all_who_waited_and_the_next_one_is_tried() -> None:
    async def story() -> None:
        disk = SlowDisk(errors=[StorageError("no space left")])
        syncs = GroupedSyncs(disk)
        waiting = await written(syncs, disk, 3)
        disk.free.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in results] == [StorageError] * 3
        with pytest.raises(StorageError):
            await syncs.reached(2)
        await syncs.reached(disk.write(intent(number=4)))

    asyncio.run(story())


def test_who_gives_up_waiting_ends_nobody_else_s_wait() -> None:
    async def story() -> None:
        disk = SlowDisk()
        first, second = await written(GroupedSyncs(disk), disk, 2)
        first.cancel()
        await asyncio.sleep(0)
        disk.free.set()
        await second

    asyncio.run(story())
