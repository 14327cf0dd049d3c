"""The archive of a machine that keeps nothing: a video counts as archived when it is in the store."""

from collections.abc import Sequence

from ltxspec.apply.ports import Archived, Sink
from ltxspec.errors import StorageError
from ltxspec.lock.models import Output
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import needed_store
from ltxspec.storage.archive import FolderArchive


class FarArchive:
    """`apply.ports.Archive`: a folder that will be gone, of which each video is sent to the store before it counts.

    A store that is away leaves the task open in the driver's journal: its video is fetched by the next run.

    Args:
        project: whose store.
        folder: where videos are downloaded to and checked.

    Raises:
        Refused: there is no store, or it is another project's.
        StorageError: it cannot be reached.
    """

    def __init__(self, project: ProjectContext, folder: FolderArchive) -> None:
        self._folder = folder
        self._store = needed_store(project)
        self._store.refuse_other_project()

    def begin(self, name: str) -> Sink:
        """As `Archive.begin`."""
        return self._folder.begin(name)

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        """As `Archive.finish`. Raises StorageError if the video cannot be sent now."""
        return self._sent(self._folder.finish(name, recorded))

    def recall(self, name: str) -> Archived | None:
        """As `Archive.recall`. Raises StorageError if the video cannot be sent now."""
        known = self._folder.recall(name)
        return None if known is None else self._sent(known)

    def salvage(self, name: str, recorded: str | None = None) -> Archived | None:
        """As `Archive.salvage`. Raises StorageError if the video cannot be sent now."""
        known = self._folder.salvage(name, recorded)
        return None if known is None else self._sent(known)

    def claim(self, _former: str, _name: str) -> Archived | None:
        """None: no earlier version was here."""
        return None

    def forget(self, names: Sequence[str]) -> None:
        """As `Archive.forget`."""
        self._folder.forget(names)

    def has(self, sha256: str) -> bool:
        """Whether these bytes are here, and so in the store."""
        return self._folder.has(sha256)

    def link(self, _spec: str, _instance: str, _outputs: Sequence[Output]) -> None:
        """Nothing: the readable tree is the driver's."""

    def _sent(self, video: Archived) -> Archived:
        place = self._folder.path_of(video.sha256)
        if place is None:
            raise StorageError(f"video {video.sha256[:12]}… is gone from this machine before it was sent to the store")
        self._store.put(video.sha256, place)
        return video
