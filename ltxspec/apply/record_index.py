"""The lockfile of a run in memory, changed in place and indexed by task: no take costs more because there are many."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ltxspec.apply.records import add_take
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.values import TaskId


class RecordIndex:
    """A lockfile whose takes are found by their task.

    Args:
        lockfile: what is recorded; it stays as it is.
    """

    def __init__(self, lockfile: Lockfile) -> None:
        self.replace(lockfile)

    @property
    def lockfile(self) -> Lockfile:
        """What is recorded now; later takes appear in it, too."""
        return self._lockfile

    def replace(self, lockfile: Lockfile) -> None:
        """Go on with another lockfile."""
        self._shots, self._retired = dict(lockfile.shots), dict(lockfile.retired)
        self._lockfile = replace(lockfile, shots=self._shots, retired=self._retired)
        self._keys: dict[TaskId, set[str]] = {}
        for records in (self._shots, self._retired):
            for key, record in records.items():
                self._note(key, record.takes)

    def copy(self) -> Lockfile:
        """What is recorded now, as a value that does not change."""
        return replace(self._lockfile, shots=dict(self._shots), retired=dict(self._retired))

    def takes(self, task: TaskId) -> list[Take]:
        """A task's takes: one for each key it is recorded under."""
        records = (records.get(key) for records in self._places for key in sorted(self._keys.get(task, ())))
        return [take for record in records if record is not None and (take := record.take(task)) is not None]

    def __len__(self) -> int:
        """How many tasks are recorded."""
        return len(self._keys)

    def add(self, instance: str, take: Take, *, wanted: bool) -> None:
        """Add a take as `records.add_take` does, which needs only the records that have the task and the shot's own."""
        keys = {instance, *self._keys.get(take.task_id, ())}
        shots, retired = ({key: records[key] for key in keys if key in records} for records in self._places)
        part = add_take(replace(self._lockfile, shots=shots, retired=retired), instance, take, wanted=wanted)
        for records, changed in zip(self._places, (part.shots, part.retired), strict=True):
            self._take_in(records, changed, keys)

    def _take_in(self, records: dict[str, ShotRecord], changed: Mapping[str, ShotRecord], keys: Iterable[str]) -> None:
        for key in keys:
            if key in changed:
                records[key] = changed[key]
                self._note(key, changed[key].takes)
            else:
                records.pop(key, None)

    def _note(self, key: str, takes: Iterable[Take]) -> None:
        for take in takes:
            self._keys.setdefault(take.task_id, set()).add(key)

    @property
    def _places(self) -> tuple[dict[str, ShotRecord], dict[str, ShotRecord]]:
        return self._shots, self._retired
