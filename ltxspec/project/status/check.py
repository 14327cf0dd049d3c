"""Asks the provider and reads the archive for `status --check`. Nothing is ordered, downloaded or recorded."""

import asyncio
from collections.abc import Sequence

from ltxspec.apply.orders import results_of
from ltxspec.apply.ports import Provider, RenderOrder, TaskReport, TaskState
from ltxspec.errors import LtxspecError, ProviderUnavailable
from ltxspec.lock.models import Output, Take, moment
from ltxspec.plan.prices import listed_price
from ltxspec.plan.status import Finding, FindingKind, ProjectStatus, ShotState, ShotStatus
from ltxspec.project.adapters import has_key, open_archive, open_provider
from ltxspec.project.project import ProjectContext
from ltxspec.project.status.inputs import check_inputs
from ltxspec.project.status.store import check_store
from ltxspec.project.store import has_store
from ltxspec.values import ShotAddress, TaskId, dollars, is_web_address

_SECONDS = 20.0  # for one link
_AT_ONCE = 16


def check_status(project: ProjectContext, status: ProjectStatus) -> list[Finding]:
    """Everything that needs attention: videos first, here and in the store, then links, then tasks in progress."""
    stored = check_store(project, status.shots)
    kept = _lost(project, _videos(project, status.shots), stored) + stored
    return kept + _prices(project, status.shots) + asyncio.run(_asked(project, status.shots))


def _lost(project: ProjectContext, videos: Sequence[Finding], stored: Sequence[Finding]) -> list[Finding]:
    """The findings about videos, without those that only this machine lacks: the store has them as recorded."""
    if not has_store(project) or any(one.address is None for one in stored):
        return list(videos)
    wrong = {one.address for one in stored}
    return [one for one in videos if one.kind is not FindingKind.VIDEO_MISSING or one.address in wrong]


def _prices(project: ProjectContext, shots: Sequence[ShotStatus]) -> list[Finding]:
    """Models of which the newest current take was charged something else than its model file lists."""
    newest: dict[str, tuple[str, ShotAddress, Take]] = {}
    for shot in shots:
        take = shot.take
        if take is not None and take.cost is not None and not take.is_incomplete and not take.missing:
            entry = (moment(take.submitted_at), shot.address, take)
            newest[take.model] = max(newest.get(take.model, entry), entry, key=lambda one: one[0])
    found = []
    for model, (_, address, take) in newest.items():
        listed = listed_price(project.catalog, take.request)
        if listed is not None and take.cost is not None and take.cost != listed:
            charged = f"`{model}` was last charged {dollars(take.cost)} where its model file lists {dollars(listed)}"
            found.append(Finding(FindingKind.PRICE_CHANGED, f"{charged} (`ltxspec models learn-prices`)", address))
    return found


def _videos(project: ProjectContext, shots: Sequence[ShotStatus]) -> list[Finding]:
    """Current videos that the archive lacks, or that have changed there."""
    archive, found = open_archive(project), []
    for shot, output in _outputs(shots):
        if output.sha256 is None:
            continue
        try:
            problem = archive.problem_with(output.sha256)
        except LtxspecError as error:
            problem = error.summary
        if problem is not None:
            kind = FindingKind.VIDEO_ALTERED if archive.has(output.sha256) else FindingKind.VIDEO_MISSING
            found.append(Finding(kind, problem, shot.address))
    return found


def _outputs(shots: Sequence[ShotStatus]) -> list[tuple[ShotStatus, Output]]:
    return [(shot, output) for shot in shots if shot.take is not None for output in shot.take.outputs]


async def _asked(project: ProjectContext, shots: Sequence[ShotStatus]) -> list[Finding]:
    provider = open_provider(project, need_key=False)
    try:
        links = await _links(provider, shots) + await check_inputs(project, provider, shots)
        return links + await _tasks(project, provider, shots)
    finally:
        await provider.close()


class Enough(Exception):
    """The first bytes of a video arrived: its link works."""


class Peek:
    """A sink that ends a download with its first bytes."""

    size = 0

    def write(self, data: bytes) -> None:
        """End the download."""
        del data
        raise Enough

    def restart(self) -> None:
        """Nothing was kept."""


async def _links(provider: Provider, shots: Sequence[ShotStatus]) -> list[Finding]:
    """Links of current videos that are gone, or that cannot be fetched now."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def look(shot: ShotStatus, url: str) -> Finding | None:
        async with turn:
            try:
                async with asyncio.timeout(_SECONDS):
                    await provider.download(url, Peek())
            except Enough:
                return None
            except ProviderUnavailable as error:
                kind = FindingKind.LINK_GONE if error.settled else FindingKind.LINK_UNREACHABLE
                return Finding(kind, error.summary, shot.address)
            except (LtxspecError, TimeoutError) as error:
                message = error.summary if isinstance(error, LtxspecError) else "the link did not answer in time"
                return Finding(FindingKind.LINK_UNREACHABLE, message, shot.address)
            return None

    urls = [(shot, output.video_url) for shot, output in _outputs(shots)]
    looks = [look(shot, url) for shot, url in urls if url is not None and is_web_address(url)]
    return [finding for finding in await asyncio.gather(*looks) if finding is not None]


async def _tasks(project: ProjectContext, provider: Provider, shots: Sequence[ShotStatus]) -> list[Finding]:
    """Tasks in progress that the provider does not know, or that it says something about."""
    waiting = {shot.change.task_id: shot for shot in shots if shot.state is ShotState.IN_PROGRESS}
    orders = [_order(task, shot) for task, shot in waiting.items() if task is not None]
    if not orders:
        return []
    if not has_key(project.service, project.environ):
        message = f"`{project.service.key}` is not set: the provider was not asked about tasks in progress"
        return [Finding(FindingKind.NOT_CHECKED, message)]
    try:
        reports = await provider.poll(orders)
    except LtxspecError as error:
        return [Finding(FindingKind.NOT_CHECKED, f"the provider could not be asked: {error.line}")]
    return [
        finding
        for task, report in reports.items()
        if task in waiting and (finding := _about(report, waiting[task])) is not None
    ]


def _about(report: TaskReport, shot: ShotStatus) -> Finding | None:
    if report.remark is not None:
        return Finding(FindingKind.TASK_REMARK, report.remark, shot.address)
    if report.heard and report.state is TaskState.UNKNOWN:
        return Finding(FindingKind.TASK_UNKNOWN, "the provider does not report this task", shot.address)
    return None


def _order(task: TaskId, shot: ShotStatus) -> RenderOrder:
    body = shot.change.request.body if shot.change.request is not None else {}
    return RenderOrder(task, {}, results_of(body))
