"""Checks lockfiles for damage, and against git revisions for lost paid tasks and changed facts.

Paid records are compared whatever provider the project is configured for now. Otherwise every record would pass after a
change that switches to the sandbox.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ltxspec.catalog.models import Catalog
from ltxspec.errors import Invalid, LockfileError, LockfileTooNew, Problems, StorageError
from ltxspec.lock.codec import SUFFIX, decode_lockfile
from ltxspec.lock.facts import altered_takes, copies_of
from ltxspec.lock.merge import missing_tasks
from ltxspec.lock.models import Lockfile
from ltxspec.lock.times import Copies
from ltxspec.project.lookup import expected_names, lockfile_names, recorded_state
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of
from ltxspec.project.snapshot import catalog_at
from ltxspec.services import is_free
from ltxspec.storage.config import parse_config
from ltxspec.storage.finding import CONFIG_NAME, LARGEST_CONFIG
from ltxspec.storage.git_refs import commit_of
from ltxspec.storage.trees import FolderTree, GitTree

_UNKNOWN = "it is unknown whether its records still exist"


def verify_lockfiles(project: ProjectContext, bases: Sequence[str] = ()) -> list[LockfileError]:
    """List every problem once; with its location and remedy if it concerns one file.

    Reads what is on disk now: lockfiles and files of verdicts of the project's provider, and those of paid providers.

    Args:
        project: the project.
        bases: git revisions whose paid tasks must all still be recorded, with unchanged facts, but not necessarily in
            the same place: lockfiles may be renamed, and shots may move to another spec.

    Raises:
        UnknownRevision: git does not know one of the bases.
        StorageError: something cannot be read, or this is no repository.
    """
    problems: list[LockfileError] = []
    present: list[Lockfile] = []
    damaged: set[str] = set()
    for side in sides_of(project):
        # with a base, it determines which lockfiles should exist
        for name in lockfile_names(side) if bases else expected_names(side):
            try:
                lockfile = recorded_state(side, name).lockfile
            except LockfileError as error:
                problems.append(error)
                damaged |= set() if side.service.free else {name}
            else:
                present += [] if side.service.free else [lockfile]
        problems += [LockfileError(item.message, where=item.where, hint=item.hint) for item in remarks_of(side).unread]
    now = copies_of(present)
    earlier = [_read_base(project, base, now, damaged, problems) for base in bases]
    records = [(known, *record) for known, records in earlier for record in records]
    others = copies_of(before for _, before, _, is_sound in records if is_sound)  # a merge may take times of any
    for known, before, name, is_sound in records:
        problems += map(LockfileError, _differences(before, name, known, others, is_sound=is_sound))
    return list({problem.summary: problem for problem in problems}.values())


def verified_names(project: ProjectContext) -> list[str]:
    """The lockfiles that `verify_lockfiles` reads, by their specs."""
    return [name for side in sides_of(project) for name in lockfile_names(side)]


def sides_of(project: ProjectContext) -> list[ProjectContext]:
    """The project as its provider sees it, then as each other paid provider sees it."""
    return [project, *(side for side in project.paid if side.provider != project.provider)]


@dataclass(frozen=True, slots=True)
class _Now:
    """What is recorded now, and the catalog to compare with.

    Attributes:
        copies: takes recorded in the configured lockfiles.
        left: takes in folders where lockfiles were kept before and are not looked for now.
        folder: the configured folder of lockfiles, as shown to users.
        catalog: the base's, which the change under review cannot alter.
    """

    copies: Copies
    left: Copies
    folder: str
    catalog: Catalog


def _read_base(
    project: ProjectContext, base: str, now: Copies, damaged: Collection[str], problems: list[LockfileError]
) -> tuple[_Now, list[tuple[Lockfile, str, bool]]]:
    """The paid lockfiles of a revision, each with its name and whether its digests match; and what is recorded now."""
    found: list[tuple[Lockfile, str, bool]] = []
    present = {project.label(side.lockfiles) for side in project.paid}
    with GitTree(project.root, commit_of(project.root, base)) as tree:
        folders = _folders_at(project, tree)
        left = copies_of(_left_behind(project, sorted(folders - present)))
        known = _Now(now, left, project.label(project.root / project.config.project.lockfiles), _catalog(project, tree))
        for path in (path for place in sorted(present | folders) for path in tree.names(place, SUFFIX)):
            if _spec_of(path) in damaged:  # already reported as unreadable
                continue
            try:
                before, is_sound = _read_before(tree.content(path) or b"", f"{base}:{path}")
            except LockfileError as error:
                problems.append(LockfileError(f"{error.summary}; {_UNKNOWN}"))
            except StorageError as error:
                problems.append(LockfileError(f"{base}: {error.summary}; {_UNKNOWN}"))
            else:
                if not is_free(before.provider):
                    found.append((before, f"{base}:{path}", is_sound))
    return known, found


def _differences(before: Lockfile, name: str, now: _Now, others: Copies, *, is_sound: bool) -> list[str]:
    """A line for each task of an earlier lockfile that is no longer recorded, and for each fact that changed."""
    lost: list[str] = []
    for item in missing_tasks(before, Lockfile(before.provider, before.spec)):
        if item.take.task_id in now.copies:
            continue
        if item.take.task_id in now.left:
            lost.append(
                f"{name}: task {item.take.task_id} of `{item.instance}` is recorded only in the earlier lockfile "
                f"folder, but the configuration now says `{now.folder}`: move the files there"
            )
        else:
            lost.append(f"{name}: {item}")
    altered = _altered(before, now.copies, now.catalog, others) if is_sound else ()
    return lost + [f"{name}: {line}" for line in altered]


def _altered(before: Lockfile, now: Copies, catalog: Catalog, others: Copies) -> Iterator[str]:
    """The facts of an earlier lockfile that have a different value now, without the changes that are legitimate."""
    from ltxspec.report import wording as phrases

    for item in altered_takes(copies_of([before]), now, catalog, others):
        for change in item.changes:
            if not change.expected:
                yield f"task {item.task_id}, recorded under `{item.address}`: {phrases.fact(change)}"


def _read_before(data: bytes, name: str) -> tuple[Lockfile, bool]:
    """An earlier lockfile, and whether its digests match: if not, only its task ids are used, not its facts."""
    try:
        return decode_lockfile(data, name), True
    except LockfileTooNew:
        raise
    except LockfileError:
        return decode_lockfile(data, name, check_digests=False), False


def _folders_at(project: ProjectContext, tree: GitTree) -> set[str]:
    """Where a revision kept its lockfiles, by its own configuration, even if the current one has another file name."""
    present = project.config.file
    names = {CONFIG_NAME} if present is None else {CONFIG_NAME, present.name}
    found: set[str] = set()
    for name in names:
        data = tree.content(name, LARGEST_CONFIG) or b""
        folder = project.root / parse_config(data, project.root / name, name, Problems()).project.lockfiles
        found |= {project.label(folder / side.service.folder) for side in project.paid}
    return found


def _left_behind(project: ProjectContext, folders: Sequence[str]) -> list[Lockfile]:
    """The lockfiles on disk in folders where the project does not look for them; unreadable ones are skipped."""
    tree, found = FolderTree(project.root), []
    for folder in folders:
        for path in tree.names(folder, SUFFIX):
            try:
                lockfile = decode_lockfile(tree.content(path) or b"", path)
            except (LockfileError, StorageError):
                continue
            found += [lockfile] if lockfile.spec == _spec_of(path) and not is_free(lockfile.provider) else []
    return found


def _catalog(project: ProjectContext, tree: GitTree) -> Catalog:
    """The models of a revision; the packaged ones if its own are not valid."""
    try:
        return catalog_at(project, tree)
    except Invalid:
        return packaged_catalog()


def _spec_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(SUFFIX)
