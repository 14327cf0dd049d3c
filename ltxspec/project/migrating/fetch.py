"""Fetches videos of earlier orders, from hosts that answer: their addresses are often gone by then."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

from ltxspec.errors import LtxspecError, ProviderUnavailable
from ltxspec.project.adapters import open_archive, open_provider
from ltxspec.project.archives.pull import Wanted, is_archived, pull_missing, takes_of
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.status.check import Enough, Peek
from ltxspec.values import TaskId, is_web_address

_SECONDS = 10.0  # for the first answer of a host


def fetch_past(project: ProjectContext, tasks: Collection[TaskId], say: Callable[[str], None]) -> None:
    """Fetch the videos of these tasks that are not archived. Where a host does not answer, all of its videos wait."""
    urls = _missing(project, tasks)
    first = {_host(url): url for url in reversed(list(urls.values()))}
    silent = asyncio.run(_silent(project, first)) if first else {}
    for host, reason in silent.items():
        say(f"videos at `{host}` are not fetched now: {reason}")
    there = {task for task, url in urls.items() if _host(url) not in silent}
    if there:
        pull_missing(project, Wanted(tasks=there), say)


def _host(url: str) -> str:
    """The host and port of an address, without a password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _missing(project: ProjectContext, tasks: Collection[TaskId]) -> Mapping[TaskId, str]:
    """The tasks of which a video is not archived, and the address of the first such video."""
    archive, found = open_archive(project), dict[TaskId, str]()
    for _, _, take, _ in takes_of(recorded_shots(readable_lockfiles(project)[0])):
        for output in take.outputs if take.task_id in tasks else ():
            url = output.video_url or ""
            if not is_archived(output, archive) and is_web_address(url):
                found.setdefault(take.task_id, url)
    return found


async def _silent(project: ProjectContext, hosts: Mapping[str, str]) -> Mapping[str, str]:
    """The hosts that do not answer, and why."""
    provider = open_provider(project, need_key=False)

    async def reason(url: str) -> str | None:
        try:
            async with asyncio.timeout(_SECONDS):
                await provider.download(url, Peek())
        except Enough:
            return None
        except ProviderUnavailable as error:
            return None if error.settled else error.line
        except TimeoutError:
            return f"no answer within {_SECONDS:g} s"
        except LtxspecError as error:
            return error.line
        return None

    try:
        reasons = await asyncio.gather(*map(reason, hosts.values()))
    finally:
        await provider.close()
    return {host: why for host, why in zip(hosts, reasons, strict=True) if why is not None}
