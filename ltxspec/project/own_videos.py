"""Which videos of a stranger's review may be shown: those that the lockfiles of this checkout record for that shot.

An archive may be shared with other projects, so a hash that a report names proves nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from ltxspec.lock.models import Output, Take
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotReview
from ltxspec.values import ShotAddress, TaskId


@dataclass(frozen=True, slots=True)
class OwnVideos:
    """The results of each task, by the shot that this checkout records them for."""

    recorded: Mapping[ShotAddress, Mapping[TaskId, Sequence[Output]]]

    def only(self, shot: ShotReview) -> ShotReview:
        """A shot whose other videos have neither hash nor address, so that none of them can be found."""
        places = [place for place in (shot.address, shot.origin) if place is not None]
        return replace(
            shot,
            before=self._take(shot.before, places),
            after=self._take(shot.after, places),
            earlier=self._take(shot.earlier, places),
            bought=tuple(take for bought in shot.bought if (take := self._take(bought, places)) is not None),
            uses_before=tuple(map(self._use, shot.uses_before)),
            uses_after=tuple(map(self._use, shot.uses_after)),
        )

    def _take(self, take: Take | None, places: Iterable[ShotAddress]) -> Take | None:
        if take is None:
            return None
        own = next((known for at in places if (known := self._outputs(at, take.task_id))), ())
        outputs = [
            structs.replace(output, sha256=_same(output, own[place : place + 1]), video_url=None)
            for place, output in enumerate(take.outputs)
        ]
        return structs.replace(take, outputs=tuple(outputs))

    def _outputs(self, address: ShotAddress, task: TaskId) -> Sequence[Output]:
        return self.recorded.get(address, {}).get(task, ())

    def _use(self, use: Use) -> Use:
        takes = self.recorded.get(use.source, {}).values()
        known = {output.sha256 for outputs in takes for output in outputs}
        return use if use.sha256 in known else replace(use, sha256=None)


def own_videos(project: ProjectContext) -> OwnVideos:
    """The videos that the lockfiles on disk record. Lockfiles that cannot be read have none."""
    recorded: dict[ShotAddress, dict[TaskId, Sequence[Output]]] = defaultdict(dict)
    for shot in recorded_shots(readable_lockfiles(project)[0]):
        for take in shot.record.takes:
            recorded[shot.address][take.task_id] = take.outputs
    return OwnVideos(recorded)


def _same(claimed: Output, own: Sequence[Output]) -> str | None:
    return next((known.sha256 for known in own if known.sha256 == claimed.sha256), None)
