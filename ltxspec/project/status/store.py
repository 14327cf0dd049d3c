"""Compares the videos of current takes with the object store for `status --check`. Nothing is sent or fetched."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Output
from ltxspec.plan.status import Finding, FindingKind, ShotStatus
from ltxspec.project.adapters import open_archive
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import open_videos, sent_list
from ltxspec.storage.store.videos import VideoStore
from ltxspec.values import ShotAddress

_AT_ONCE = 8  # questions to the store


def unsent_of(project: ProjectContext, shots: Sequence[ShotStatus]) -> dict[ShotAddress, int]:
    """How many videos of current takes are archived here and not known to be in the store, for shots with such.

    Offline: by this machine's list of what it has sent. Empty without a store; settings of a store that are wrong, and
    a list that cannot be read, cause a warning.
    """
    if project.config.store.url is None:
        return {}
    try:
        store = open_videos(project)
        sent = sent_list(project, store).read() if store is not None else set()
    except LtxspecError as error:
        project.warn(f"which videos are not in the store yet is not known: {error.line}")
        return {}
    if store is None:
        return {}
    archived = open_archive(project).contents().keys()
    counts = {
        shot.address: sum(output.sha256 in archived and output.sha256 not in sent for output in shot.take.outputs)
        for shot in shots
        if shot.take is not None
    }
    return {address: count for address, count in counts.items() if count}


def check_store(project: ProjectContext, shots: Sequence[ShotStatus]) -> list[Finding]:
    """Videos of current takes that the store lacks although it had them, or has with other bytes.

    A video that was never sent is no finding while it is archived here. Size and hash are those that the store keeps
    with an object; one without a hash was not stored by ltxspec and is read whole. Other bytes of the same size under a
    hash that somebody forged are found by `archive verify --deep` only.
    """
    try:
        store = open_videos(project)
        if store is None:
            return []
        there, sent = store.listed().keys(), sent_list(project, store).read()
    except LtxspecError as error:
        return [Finding(FindingKind.NOT_CHECKED, f"the store could not be asked: {error.line}")]
    archived = open_archive(project).contents().keys()
    items = [
        (shot.address, output, output.sha256)
        for shot in shots
        for output in (shot.take.outputs if shot.take is not None else ())
        if output.sha256 is not None
    ]
    found, present = [], []
    for address, output, sha256 in items:
        if sha256 in there:
            present.append((address, output))
        elif sha256 in sent or sha256 not in archived:
            found.append(Finding(FindingKind.STORED_MISSING, f"video {sha256[:12]}… is not in the store", address))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looks = pool.map(lambda item: _look(store, *item), present)
    return found + [finding for finding in looks if finding is not None]


def _look(store: VideoStore, address: ShotAddress, output: Output) -> Finding | None:
    try:
        problem = store.problem_with(output.sha256 or "", output.bytes, deep=False)
    except LtxspecError as error:
        return Finding(FindingKind.NOT_CHECKED, f"the store could not be asked: {error.line}", address)
    return None if problem is None else Finding(FindingKind.STORED_ALTERED, problem, address)
