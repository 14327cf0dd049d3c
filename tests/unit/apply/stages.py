"""The stage of one run, made of fakes."""

from dataclasses import dataclass, field
from typing import Any

from builders import task
from fakes import FakeClock, FakeProvider, MemoryArchive

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.polling import Poller
from ltxspec.apply.ports import Provider, RenderOrder, TaskReport, TaskState
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.task import RunContext, StopSignal


def stage(provider: Provider | None = None, clock: FakeClock | None = None, **more: Any) -> RunContext:
    """A stage with short waits; its poller works inside of `async with stage.poller`."""
    clock, provider = clock or FakeClock(), provider or FakeProvider()
    settings: dict[str, Any] = {
        "archive": MemoryArchive(),
        "poller": Poller(provider, clock, interval=1.0, longest=1.0),
        "poll_interval": 1.0,
        "budget": RunBudget(None),
        "stop": StopSignal(),
        "limits": RecoveryLimits(grace=5, task_timeout=60),
        "emit": lambda _: None,
        "detach": False,
        "load_media": lambda _: [],
    }
    return RunContext(provider=provider, clock=clock, **(settings | more))


UNKNOWN = TaskReport(task(), TaskState.UNKNOWN)


@dataclass
class Shows(FakeProvider):
    """Answers each look with the next of its reports, and then with the last one again."""

    live: list[TaskReport] = field(default_factory=lambda: [UNKNOWN])
    archived: list[TaskReport] = field(default_factory=lambda: [UNKNOWN])
    polls: int = 0

    def report(self, order: RenderOrder) -> TaskReport:
        del order
        self.polls += 1
        return self.live.pop(0) if len(self.live) > 1 else self.live[0]

    async def look_up(self, task: RenderOrder) -> TaskReport:
        self.looked_up.append(task.task_id)
        return self.archived.pop(0) if len(self.archived) > 1 else self.archived[0]
