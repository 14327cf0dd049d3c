"""Checks lockfiles for damage, and against git revisions for paid tasks that went missing or facts that changed."""

from collections.abc import Iterator, Sequence

from ltxspec.catalog.models import Catalog
from ltxspec.errors import LockfileError, LockfileTooNew, Problems
from ltxspec.lock.codec import decode_lockfile
from ltxspec.lock.facts import altered_takes, copies_of
from ltxspec.lock.merge import missing_tasks
from ltxspec.lock.models import Lockfile
from ltxspec.lock.times import Copies
from ltxspec.project.adapters import owned
from ltxspec.project.lookup import expected_names, lockfile_names
from ltxspec.project.project import Project
from ltxspec.storage.config import parse_config
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.git_objects import files_at

SUFFIX = ".lock.json"


def verify_lockfiles(project: Project, bases: Sequence[str] = ()) -> list[str]:
    """Every problem, in words. Reads what is on disk now.

    Args:
        project: the project.
        bases: git revisions whose paid tasks must all be recorded somewhere now, with the facts they had: a lockfile
            may have been renamed, and a shot may have moved to another spec.

    Raises:
        UnknownRevision: git does not know one of the bases.
        StorageError: something cannot be read, or this is no repository.
    """
    problems: list[str] = []
    present: dict[str, Lockfile] = {}
    for name in lockfile_names(project) if bases else expected_names(project):  # a base knows what should be there
        try:
            present[name] = owned(project, name).lockfile
        except LockfileError as error:
            problems.append(error.summary)
    now = copies_of(present.values())
    damaged = set(lockfile_names(project)) - present.keys()
    found = [(f"{base}:{path}", path, data) for base in bases for path, data in _lockfiles_at(project, base).items()]
    others = copies_of(_sound(found, project))
    for name, path, data in found:
        if _spec_of(path) not in damaged:  # that it cannot be read was said already
            problems += _differences(data, name, project, now, others)
    return list(dict.fromkeys(problems))


def _sound(found: Sequence[tuple[str, str, bytes]], project: Project) -> Iterator[Lockfile]:
    """The lockfiles of all bases whose digests match: a merge may have taken a time from any of them."""
    for name, _, data in found:
        try:
            lockfile, is_sound = _read_before(data, name)
        except LockfileError:
            continue
        if is_sound and lockfile.provider == project.provider:
            yield lockfile


def _differences(data: bytes, name: str, project: Project, now: Copies, others: Copies) -> list[str]:
    """A line for each task of an earlier lockfile that is recorded nowhere now, and for each fact that changed.

    One that cannot be read is said to be so.
    """
    try:
        before, is_sound = _read_before(data, name)
    except LockfileError as error:
        return [f"{error.summary}; whether what it recorded is still there is not known"]
    if before.provider != project.provider:
        return []
    gone = missing_tasks(before, Lockfile(before.provider, before.spec))
    lost = [f"{name}: {item}" for item in gone if item.take.task_id not in now]
    altered = _altered(before, now, project.catalog, others) if is_sound else ()
    return lost + [f"{name}: {line}" for line in altered]


def _altered(before: Lockfile, now: Copies, catalog: Catalog, others: Copies) -> Iterator[str]:
    """The facts of an earlier lockfile that another value stands for now, without those that change by right."""
    from ltxspec.report import wording as phrases

    for item in altered_takes(copies_of([before]), now, catalog, others):
        for change in item.changes:
            if not change.expected:
                yield f"task {item.task_id}, recorded under `{item.address}`: {phrases.fact(change)}"


def _read_before(data: bytes, name: str) -> tuple[Lockfile, bool]:
    """An earlier lockfile, and whether its digests match: else it only tells which tasks were paid for, no facts."""
    try:
        return decode_lockfile(data, name), True
    except LockfileTooNew:
        raise
    except LockfileError:
        return decode_lockfile(data, name, check_digests=False), False


def _lockfiles_at(project: Project, base: str) -> dict[str, bytes]:
    """The lockfiles of a revision, in the folder where they are kept now and in the one where they were kept then."""
    folders = {project.label(project.lockfiles)}
    if project.config.file is not None and project.config.file.name == CONFIG_NAME:
        before = files_at(project.root, base, CONFIG_NAME, CONFIG_NAME).get(CONFIG_NAME, b"")
        folders.add(parse_config(before, project.config.file, CONFIG_NAME, Problems()).project.lockfiles)
    found: dict[str, bytes] = {}
    for folder in sorted(folders):
        found |= files_at(project.root, base, folder, SUFFIX)
    return found


def _spec_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(SUFFIX)
