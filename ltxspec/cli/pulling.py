"""Brings home the videos of recorded takes that the archive does not hold."""

from collections.abc import Callable
from dataclasses import replace

from ltxspec.apply.delivery import bring_home
from ltxspec.apply.ports import Archived
from ltxspec.cli.holdings import Holding, find
from ltxspec.cli.project import Project
from ltxspec.cli.wiring import open_archive, open_provider
from ltxspec.lock.models import Output, Take
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.state import open_state


async def pull_missing(project: Project, address: str | None, say: Callable[[str], None]) -> tuple[int, int]:
    """Fetch what is missing, one shot after the other, and record hash and size. Returns (brought home, not had)."""
    archive, clock = open_archive(project), SystemClock()
    provider = open_provider(project, need_key=False)
    done = failed = 0
    try:
        for holding in find(project, address):
            take = holding.record.current_take
            if take is None or holding.retired or all(o.sha256 and archive.has(o.sha256) for o in take.outputs):
                continue
            home, reason = await bring_home(provider, archive, clock, take.outputs)
            outputs = tuple(_with(output, item) for output, item in zip(take.outputs, home, strict=True))
            _record(project, holding, replace(take, outputs=outputs))
            archive.link(holding.address.spec, holding.address.instance, outputs)
            done += sum(item is not None for item in home)
            failed += sum(item is None for item in home)
            say(f"{holding.address}: {reason or 'home'}")
    finally:
        await provider.close()
    return done, failed


def _with(output: Output, item: Archived | None) -> Output:
    """The output with what the archive holds. A hash recorded earlier is never replaced by another one."""
    if item is None or (output.sha256 is not None and output.sha256 != item.sha256):
        return output
    return replace(output, sha256=item.sha256, bytes=item.bytes)


def _record(project: Project, holding: Holding, take: Take) -> None:
    spec, key = holding.address.spec, holding.address.instance
    with open_state(project.paths_of(spec), wait=10.0, command="pull") as state:
        lockfile = state.read_lockfile()
        if key in lockfile.shots:
            changed = {**lockfile.shots, key: lockfile.shots[key].with_take(take)}
            state.write_lockfile(replace(lockfile, shots=changed))
