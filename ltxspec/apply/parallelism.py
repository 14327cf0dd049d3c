"""The places of a run's orders: as many as are wanted, fewer while the service says that it is busy.

As TCP does: half as many after a refusal for load, then a little more with each order that is accepted.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ltxspec.apply.ports import Acceptance, LocalMedia, Provider, RenderOrder, Sink, TaskReport
from ltxspec.errors import SubmissionUncertain
from ltxspec.plan.usage import UsageQuestion, UsageReport
from ltxspec.values import Json, TaskId

_MORE: Final = 4.0  # places that a round of accepted orders adds


@dataclass(slots=True)
class Places:
    """At most so many orders at the service at a time.

    Args:
        most: how many are wanted.
        say: tells the user when there are fewer, and when there are as many again.
    """

    most: int
    say: Callable[[str], None] = lambda _: None
    _limit: float = field(init=False)
    _taken: set[object] = field(default_factory=set)
    _waiting: deque["asyncio.Future[None]"] = field(default_factory=deque)
    _cuts: int = 0

    def __post_init__(self) -> None:
        """Begin with all of them."""
        self._limit = float(self.most)

    @property
    def limit(self) -> int:
        """How many orders may be at the service now."""
        return int(self._limit)

    @property
    def cuts(self) -> int:
        """How often the service was too busy. An order that was sent before the last time says nothing new."""
        return self._cuts

    async def take(self, order: object) -> None:
        """Wait for a place, first come first served."""
        while len(self._taken) >= self.limit:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            finally:
                if turn in self._waiting:
                    self._waiting.remove(turn)
        self._taken.add(order)

    def leave(self, order: object) -> None:
        """Give a place back; nothing happens if the order has none any more."""
        self._taken.discard(order)
        self._call()

    def refused(self, cuts: int) -> None:
        """The service was too busy for an order that was sent when `cuts` was the number of cuts."""
        if cuts != self._cuts:
            return
        before = self.limit
        self._cuts += 1
        self._limit = max(self._limit / 2, 1.0)
        if self.limit < before:
            self.say(f"the service is too busy: at most {self.limit} of {self.most} orders at a time for now")

    def accepted(self) -> None:
        """The service took an order."""
        if self._limit >= self.most:
            return
        self._limit = min(self._limit + max(_MORE / self._limit, 0.01), float(self.most))
        self._call()
        if self.limit == self.most:
            self.say(f"the service takes orders again: {self.most} at a time")

    def _call(self) -> None:
        """Let as many go on as there are places."""
        for _ in range(self.limit - len(self._taken)):
            while self._waiting and self._waiting[0].done():
                self._waiting.popleft()
            if self._waiting:
                self._waiting.popleft().set_result(None)


@dataclass(frozen=True, slots=True)
class Paced:
    """A provider whose answers to orders say how many there may be at a time; everything else is passed on."""

    provider: Provider
    places: Places

    @property
    def name(self) -> str:
        """As the provider's."""
        return self.provider.name

    async def submit(self, order: RenderOrder) -> Acceptance:
        """Send an order, as the provider does."""
        cuts = self.places.cuts
        try:
            accepted = await self.provider.submit(order)
        except SubmissionUncertain as error:
            if error.busy:
                self.places.refused(cuts)
            raise
        self.places.accepted()
        return accepted

    async def upload(self, media: LocalMedia) -> str:
        """As the provider."""
        return await self.provider.upload(media)

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """As the provider."""
        return await self.provider.poll(tasks)

    async def look_up(self, task: RenderOrder) -> TaskReport:
        """As the provider."""
        return await self.provider.look_up(task)

    async def details(self, task: TaskId) -> tuple[Json, Json]:
        """As the provider."""
        return await self.provider.details(task)

    async def usage(self, question: UsageQuestion) -> UsageReport:
        """As the provider."""
        return await self.provider.usage(question)

    async def download(self, url: str, sink: Sink) -> None:
        """As the provider."""
        await self.provider.download(url, sink)

    async def close(self) -> None:
        """As the provider."""
        await self.provider.close()
