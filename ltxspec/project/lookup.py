"""Finds recorded shots by address, in all lockfiles of a project."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.lock.codec import SUFFIX
from ltxspec.lock.journal import fold
from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.addresses import suggestion
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.plan.selection import Pattern
from ltxspec.project.project import ProjectContext
from ltxspec.report.wording import counted
from ltxspec.storage.provenance import refuse_stranger
from ltxspec.storage.state import read_state
from ltxspec.values import ShotAddress


class UnknownAddress(LtxspecError):
    """No lockfile knows the address."""

    code = "unknown-address"


@dataclass(frozen=True, slots=True)
class RecordedShot:
    """One shot's record, and whether the shot was removed from its spec."""

    address: ShotAddress
    record: ShotRecord
    retired: bool = False


def recorded_state(project: ProjectContext, spec: str) -> RecordedState:
    """Lockfile and journal of a spec, read without taking its lock. Raises LockfileError."""
    lockfile, events = read_state(project.paths_of(spec))
    have = RecordedState(lockfile, fold(events))
    refuse_stranger(project.paths_of(spec), have.journal, project.root, project.config.project.id)
    return have


def record_of(project: ProjectContext, address: ShotAddress) -> ShotRecord | None:
    """The record of one shot, retired or not; None if there is none. Raises LockfileError."""
    lockfile = recorded_state(project, address.spec).lockfile
    return record_under(lockfile, address.instance)


def takes_kept(project: ProjectContext, address: ShotAddress) -> int:
    """How many takes of a shot are recorded; also 0 if its lockfile is unreadable, which a plan reports."""
    with contextlib.suppress(LtxspecError):
        record = record_of(project, address)
        return len(record.takes) if record is not None else 0
    return 0


def lockfile_names(project: ProjectContext) -> list[str]:
    """Specs that have a lockfile, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in project.lockfiles.glob(f"*{SUFFIX}"))


def expected_names(project: ProjectContext) -> list[str]:
    """Specs that have a lockfile, or should have one because git tracks it, sorted. Raises LockfileError."""
    tracked = project.paths_of("any").tracked
    missing = tracked.missing(SUFFIX) if tracked is not None else []
    return sorted({*lockfile_names(project), *(path.name.removesuffix(SUFFIX) for path in missing)})


def recorded_names(project: ProjectContext) -> list[str]:
    """Specs that have a lockfile or a journal, or should have a lockfile, sorted. Raises LockfileError."""
    journals = project.paths_of("any").journal.parent.glob("*.jsonl")
    return sorted({*expected_names(project), *(path.name.removesuffix(".jsonl") for path in journals)})


def all_lockfiles(project: ProjectContext) -> list[Lockfile]:
    """Every lockfile of the project, sorted by name. Raises LockfileError, also if one is missing."""
    return [recorded_state(project, name).lockfile for name in expected_names(project)]


def readable_lockfiles(project: ProjectContext) -> tuple[list[Lockfile], list[LtxspecError]]:
    """Every readable lockfile, sorted by name, and the errors of the others."""
    found: list[Lockfile] = []
    problems: list[LtxspecError] = []
    for name in expected_names(project):
        try:
            found.append(recorded_state(project, name).lockfile)
        except LtxspecError as error:
            problems.append(error)
    return found, problems


def recorded_shots(lockfiles: Iterable[Lockfile]) -> list[RecordedShot]:
    """Every record of some lockfiles; in each, active shots come before retired ones.

    A key that is among both is one shot with all its takes, so that they have one numbering.
    """
    found = []
    for lockfile in lockfiles:
        for retired, keys in ((False, lockfile.shots.keys()), (True, lockfile.retired.keys() - lockfile.shots.keys())):
            found += [
                RecordedShot(ShotAddress(lockfile.spec, key), record, retired)
                for key in sorted(keys)
                if (record := record_under(lockfile, key)) is not None
            ]
    return found


def find(
    project: ProjectContext, pattern: str | None, lockfiles: Sequence[Lockfile] | None = None
) -> list[RecordedShot]:
    """The recorded shots that match an address (with wildcards, or just a spec's name); all of them without one.

    Args:
        project: the project.
        pattern: the address.
        lockfiles: the lockfiles of the project, if they were read already.

    Raises:
        UnknownAddress: nothing matches.
    """
    try:
        return matching(all_lockfiles(project) if lockfiles is None else lockfiles, pattern)
    except UnknownAddress as error:
        error.hint = recorded_elsewhere(project) or error.hint
        raise


def recorded_elsewhere(project: ProjectContext) -> str | None:
    """A hint to another provider if only that one has records; None otherwise."""
    if lockfile_names(project):
        return None
    other = next((side.provider for side in project.sides if lockfile_names(side)), None)
    return other and (
        f"nothing is recorded with `{project.provider}`, but there are records with `{other}`: use `--provider {other}`"
    )


def elsewhere_hint(project: ProjectContext, *, is_named: bool) -> str | None:
    """A hint to records of another provider, such as those of a tour on the sandbox; None if there are none.

    Args:
        project: the project.
        is_named: whether the user named the provider: then only a lack of records needs a hint.
    """
    if not lockfile_names(project):
        return recorded_elsewhere(project)
    other = next((side for side in project.sides if side.provider != project.provider and lockfile_names(side)), None)
    if other is None or is_named:
        return None
    number = len(
        {take.task_id for name in lockfile_names(other) for shot in _records(other, name) for take in shot.takes}
    )
    if not number:
        return None
    return f"`{other.provider}` also has {counted(number, 'take')}: `--provider {other.provider}` shows them"


def _records(project: ProjectContext, name: str) -> list[ShotRecord]:
    """The records of one lockfile; none if it cannot be read."""
    try:
        lockfile = recorded_state(project, name).lockfile
    except LtxspecError:
        return []
    return [*lockfile.shots.values(), *lockfile.retired.values()]


def matching(lockfiles: Iterable[Lockfile], pattern: str | None) -> list[RecordedShot]:
    """Like `find`, in the given lockfiles. Raises UnknownAddress if nothing matches."""
    every = recorded_shots(lockfiles)
    if pattern is None:
        return every
    wanted = Pattern(pattern)
    found = [item for item in every if wanted.matches(item.address) or item.address.spec == pattern]
    if not found:
        hint = suggestion(pattern, [item.address for item in every])
        raise UnknownAddress(f"no lockfile contains `{pattern}`", hint=hint)
    return found


def in_progress(project: ProjectContext, pattern: str | None = None) -> list[ShotAddress]:
    """The shots matching an address that have an order in progress, which no lockfile records yet.

    Raises:
        LockfileError: a journal or lockfile cannot be trusted.
    """
    found = [
        ShotAddress(name, task.intent.instance)
        for name in recorded_names(project)
        for task in recorded_state(project, name).journal.open.values()
    ]
    wanted = None if pattern is None else Pattern(pattern)
    return [address for address in found if wanted is None or wanted.matches(address) or address.spec == pattern]


def find_one(project: ProjectContext, address: str) -> RecordedShot:
    """The one recorded shot that matches an address.

    Raises:
        UnknownAddress: none matches, or more than one.
    """
    found = find(project, address)
    if len(found) > 1:
        names = ", ".join(f"`{item.address}`" for item in found[:5])
        raise UnknownAddress(f"`{address}` matches {len(found)} shots", hint=f"name one: {names}")
    return found[0]
