"""The stage of one run, made of fakes."""

from typing import Any

from fakes import FakeClock, FakeProvider, MemoryArchive

from ltxspec.apply.budget import Budget
from ltxspec.apply.polling import Poller
from ltxspec.apply.ports import Provider
from ltxspec.apply.recovery import Limits
from ltxspec.apply.story import Stage, StopSignal


def stage(provider: Provider | None = None, clock: FakeClock | None = None, **more: Any) -> Stage:
    """A stage with short waits; its poller works inside of `async with stage.poller`."""
    clock, provider = clock or FakeClock(), provider or FakeProvider()
    settings: dict[str, Any] = {
        "archive": MemoryArchive(),
        "poller": Poller(provider, clock, interval=1.0, longest=1.0),
        "poll_interval": 1.0,
        "budget": Budget(None),
        "stop": StopSignal(),
        "limits": Limits(grace=5, task_timeout=60),
        "emit": lambda _: None,
        "detach": False,
        "load_media": lambda _: [],
    }
    return Stage(provider=provider, clock=clock, **(settings | more))
