"""Checks lockfiles for damage, and against a git revision for paid tasks that went missing."""

from ltxspec.cli.holdings import lockfile_names
from ltxspec.cli.project import Project
from ltxspec.cli.wiring import owned
from ltxspec.errors import LockfileError
from ltxspec.lock.codec import decode_lockfile
from ltxspec.lock.merge import missing_tasks
from ltxspec.lock.models import Lockfile
from ltxspec.storage.git import files_at


def verify_lockfiles(project: Project, base: str | None) -> list[str]:
    """Every problem, in words. Reads what is on disk now; `base` is any git revision."""
    problems: list[str] = []
    present: dict[str, Lockfile] = {}
    for name in lockfile_names(project):
        try:
            present[name] = owned(project, name).lockfile
        except LockfileError as error:
            problems.append(error.summary)
    if base is None:
        return problems
    broken = set(lockfile_names(project)) - present.keys()
    folder = project.label(project.lockfiles)
    for path, data in files_at(project.root, base, folder, ".lock.json").items():
        before = decode_lockfile(data, f"{base}:{path}")
        if before.spec in broken:
            continue
        now = present.get(before.spec, Lockfile(before.provider, before.spec))
        problems += [f"{path}: {missing}" for missing in missing_tasks(before, now)]
    return problems
