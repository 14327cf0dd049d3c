"""`archive verify` and `archive push --engine ray`: what costs time for each of thousands of videos."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast

from ltxspec.catalog.models import Catalog
from ltxspec.engines.messages import Failed, Failure, pack, unpack
from ltxspec.errors import LtxspecError, Refused
from ltxspec.lock.models import Output
from ltxspec.project.archives.push import Video, put
from ltxspec.project.archives.verify import look_here, look_there
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import needed_store
from ltxspec.storage.config import Config
from ltxspec.storage.files import ProjectFolder

Work = Literal["look here", "look there", "download", "send"]
_LARGEST = 64  # videos in one task
_PARTS = 4  # tasks for each CPU: those that end early take more


@dataclass(frozen=True, slots=True)
class Batch:
    """What one task does."""

    work: Work
    provider: str
    config: Config
    catalog: Catalog
    folder: str | None  # the project, where the machine sees it
    items: Sequence[Output] | Sequence[Video]


Run = Callable[[Callable[[bytes], bytes], Sequence[bytes]], Iterator[bytes]]  # runs a task for each of some messages


def do(message: bytes) -> bytes:
    """The task: what is wrong with each video of a packed `Batch`; None: nothing. Packed as well."""
    batch = cast("Batch", unpack(message))
    with contextlib.ExitStack() as stack:
        root = Path(batch.folder or stack.enter_context(TemporaryDirectory(prefix="ltxspec-media-")))
        project = ProjectContext(
            root, root, batch.config, batch.provider, batch.catalog, ProjectFolder(root), environ=os.environ
        )
        try:
            return pack([_failure(found) for found in _found(project, batch)])
        except LtxspecError as error:
            return pack(Failure.of(error))


def _found(project: ProjectContext, batch: Batch) -> Iterator[str | LtxspecError | None]:
    if batch.work == "send":
        store = needed_store(project)
        yield from (put(store, cast("Video", item)) for item in batch.items)
        return
    is_deep = batch.work == "download"
    look = look_here(project) if batch.work == "look here" else look_there(project, deep=is_deep)
    yield from (look(cast("Output", item)) for item in batch.items)


def _failure(found: str | LtxspecError | None) -> str | Failure | None:
    return Failure.of(found) if isinstance(found, LtxspecError) else found


@dataclass(frozen=True, slots=True)
class Spread:
    """Has videos looked at, or sent, by other machines.

    Args:
        project: whose videos.
        work: what is done.
        cpus: of all machines.
        folder: the project, where the machines see it.
        run: runs the tasks.
    """

    project: ProjectContext
    work: Work
    cpus: int
    folder: str | None
    run: Run

    def looked(self, outputs: Sequence[Output]) -> Iterator[str | None]:
        """What is wrong with each video; None: nothing. Raises LtxspecError if a machine cannot look at all."""
        for found in self._found(outputs):
            yield cast("str | None", found)

    def sent(self, videos: Sequence[Video]) -> Iterator[LtxspecError | None]:
        """Why each video could not be sent; None: it was. Raises LtxspecError if a machine cannot send at all."""
        for found in self._found(videos):
            yield Failed(found) if isinstance(found, Failure) else None

    def _found(self, items: Sequence[Output] | Sequence[Video]) -> Iterator[str | Failure | None]:
        size = max(1, min(_LARGEST, len(items) // (self.cpus * _PARTS)))
        parts = [items[start : start + size] for start in range(0, len(items), size)]
        project = self.project
        batches = [
            pack(Batch(self.work, project.provider, project.config, project.catalog, self.folder, part))
            for part in parts
        ]
        for answer in self.run(do, batches):
            found = cast("list[str | Failure | None] | Failure", unpack(answer))
            if isinstance(found, Failure):
                raise Failed(found)
            yield from found


@contextlib.contextmanager
def spread_media(project: ProjectContext, work: Work) -> Iterator[Spread]:
    """Connect to a cluster for work on videos.

    Raises:
        Refused: its machines do not see the archive, which the work is about.
        WrongUsage, LtxspecError: as `connected`.
    """
    from ltxspec.engines.cluster import connected, run_each

    with connected(project) as cluster:
        if not cluster.shared and work in ("look here", "send"):
            raise Refused(
                "not-shared",
                "the machines of the cluster do not see the archive of this one",
                hint="`ltxspec archive verify --deep --engine ray` checks what is in the store",
            )
        folder = str(project.root) if cluster.shared else None
        yield Spread(project, work, cluster.cpus, folder, run_each)
