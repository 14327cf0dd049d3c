"""Finds tasks that are recorded in two lockfiles: after a crash between the two writes of a move, or after a merge."""

from collections.abc import Mapping

from ltxspec.errors import Diagnostic
from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.facts import copies_of
from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.recorded import record_under
from ltxspec.project.lockfiles.verify import sides_of
from ltxspec.project.lookup import readable_lockfiles
from ltxspec.project.project import ProjectContext
from ltxspec.values import ShotAddress, TaskId

_NAMED = 3  # tasks that one warning names


def recorded_twice(project: ProjectContext) -> list[Diagnostic]:
    """A warning for each pair of shots of two lockfiles that share tasks. Nothing is lost: a record is there twice."""
    return [diagnostic for side in sides_of(project) for diagnostic in _shared(side, readable_lockfiles(side)[0])]


def _shared(side: ProjectContext, lockfiles: list[Lockfile]) -> list[Diagnostic]:
    records = takes_by_id(lockfiles)
    shared: dict[tuple[ShotAddress, ShotAddress], dict[TaskId, Take]] = {}
    for task, copies in copies_of(lockfiles).items():
        own, _ = records[task]
        for address, take in copies:
            if address.spec != own.spec:
                shared.setdefault((own, address), {})[task] = take
    by_spec = {lockfile.spec: lockfile for lockfile in lockfiles}
    return [_warning(side, *pair, list(tasks), by_spec) for pair, tasks in sorted(shared.items())]


def _warning(
    side: ProjectContext, own: ShotAddress, other: ShotAddress, tasks: list[TaskId], by_spec: Mapping[str, Lockfile]
) -> Diagnostic:
    files = [f"`{side.label(side.paths_of(address.spec).lockfile)}`" for address in (own, other)]
    more = f" and {len(tasks) - _NAMED:,} more" if len(tasks) > _NAMED else ""
    noun = "task" if len(tasks) == 1 else "tasks"
    lockfile = by_spec[other.spec]
    hint = _newer(own, other, by_spec) or (
        f"sums count it under `{own}`; {_cure(other, tasks, lockfile)}; "
        f"if `{other}` is the one that should keep it, remove it from `{own}` instead"
    )
    return Diagnostic(
        "warning",
        "recorded-twice",
        f"{noun} {', '.join(tasks[:_NAMED])}{more} {'is' if len(tasks) == 1 else 'are'} recorded in two lockfiles: "
        f"in {files[0]} as a take of `{own}`, and in {files[1]} of `{other}`",
        hint=hint,
    )


def _newer(own: ShotAddress, other: ShotAddress, by_spec: Mapping[str, Lockfile]) -> str | None:
    """How to join the two where one has a newer take of a shared render than the other; None if none has."""
    for source, target in ((own, other), (other, own)):
        theirs, ours = (record_under(by_spec[place.spec], place.instance) for place in (source, target))
        if theirs is None or ours is None or not theirs.takes or not ours.takes:
            continue
        newest, known = theirs.takes[-1], {take.task_id: take for take in ours.takes}
        renders = {take.fingerprint for take in theirs.takes if take.task_id in known}
        is_newer = newest.sort_key > max(take.sort_key for take in ours.takes)
        if is_newer and newest.status == "succeeded" and newest.fingerprint in renders:
            return (
                f"task {newest.task_id} is newer and is only under `{source}`: if that is gone from its spec, "
                f"a plan of both specs moves it; `ltxspec lock mv {source} {target}` joins them without a plan"
            )
    return None


def _cure(other: ShotAddress, tasks: list[TaskId], lockfile: Lockfile) -> str:
    """The command that removes the second records: of a whole shot, or of its takes, the last one first."""
    record = record_under(lockfile, other.instance)
    takes = [take.task_id for take in record.takes] if record is not None else []
    if set(takes) <= set(tasks):
        return f"`ltxspec lock rm {other}` removes the second record"
    numbers = sorted((number for number, task in enumerate(takes, 1) if task in tasks), reverse=True)
    first = f"`ltxspec lock rm {other} --take {numbers[0]}`"
    rest = [f"`--take {number}`" for number in numbers[1 : _NAMED + 1]]
    return f"{', then '.join([first, *rest])} removes the second record"
