"""Checks of a project's records: how git treats them, who may write them, and what only the provider has."""

import os
import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.project.archives.pull import takes_of
from ltxspec.project.doctor.rows import WARNING, Row
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.scaffold.files import finds_command, has_drivers
from ltxspec.report.wording import counted
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.git import repository_of, run_git

_SOON = timedelta(days=7)  # as `status` warns


def check_git(root: Path) -> Row:
    """Whether git is there, and merges lockfiles with ltxspec in this clone."""
    if shutil.which("git") is None:
        return "git", False, "not installed, and review needs it: install git"
    try:
        drivers = has_drivers(root)
    except StorageError as error:
        return "git", False, error.line
    if drivers is None:
        return "git", WARNING, "this is not a git repository, and lockfiles belong in one: run `git init`"
    if not drivers:
        cure = "`ltxspec init` sets this up; each clone needs it once"
        return "git", WARNING, f"lockfiles are not merged by ltxspec in this clone: {cure}"
    if not finds_command():
        cure = "add its folder to the PATH that git uses"
        return "git", WARNING, f"lockfiles are not merged by ltxspec, because git does not find `ltxspec`: {cure}"
    return "git", True, "found; lockfiles are merged by ltxspec"


def check_attributes(project: ProjectContext) -> Row:
    """Whether git keeps lockfiles, merges them with the driver, and leaves out what is local."""
    paid = project.paid[0]
    lockfile = paid.label(paid.paths_of("any").lockfile)
    if repository_of(project.root) is None:
        return "ignored", True, "no repository"
    ignored = run_git(project.root, "check-ignore", "-v", "--no-index", "--", lockfile)
    if ignored.returncode == 0:
        rule = ignored.stdout.decode("utf-8", "replace").partition("\t")[0]
        return "ignored", False, f"git ignores `{lockfile}`, the record of what was paid for: remove the rule {rule}"
    said = run_git(project.root, "check-attr", "merge", "--", lockfile).stdout.decode("utf-8", "replace")
    if not said.rstrip().endswith(": merge: ltxspec"):
        cure = "`ltxspec init` adds the lines"
        return "ignored", WARNING, f"`.gitattributes` does not name the merge driver for `{lockfile}`: {cure}"
    local = [".ltxspec/archive", "renders/any"]
    kept = [path for path in local if run_git(project.root, "check-ignore", "-q", "--", path).returncode != 0]
    if kept:
        names = " and ".join(f"`{path.partition('/')[0]}/`" for path in kept)
        return "ignored", WARNING, f"git does not ignore {names}, which hold videos: `ltxspec init` adds the lines"
    return "ignored", True, "git keeps lockfiles, and ignores videos"


def check_permissions(project: ProjectContext) -> Row:
    """Whether this user can read and write lockfiles, journals and the archive, and nobody else can."""
    open_to_all = []
    for path in _written_places(project):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        except OSError as error:
            return "rights", False, f"`{project.label(path)}` cannot be read: {error.strerror}"
        needed = os.R_OK | os.W_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)
        if not stat.S_ISLNK(mode) and not os.access(path, needed):
            owner = " (of another user)" if path.lstat().st_uid != os.geteuid() else ""
            cure = "sudo chown -R $USER" if owner else "chmod -R u+rwX"
            label = project.label(path)
            return "rights", False, f"`{label}`{owner} cannot be read and written: `{cure} '{label}'`"
        if mode & stat.S_IWOTH and not stat.S_ISLNK(mode) and not mode & stat.S_ISVTX:
            open_to_all.append(f"`{project.label(path)}`")
    if open_to_all:
        more = f" and {len(open_to_all) - 1} more" if len(open_to_all) > 1 else ""
        cure = "`chmod -R o-w` them"
        return "rights", WARNING, f"{open_to_all[0]}{more} can be written by every user of this machine: {cure}"
    return "rights", True, "records can be read and written by this user"


def _written_places(project: ProjectContext) -> list[Path]:
    """The folders that records are in, and the records."""
    found: list[Path] = [project.local, project.local / "archive"]
    for side in project.sides:
        paths = side.paths_of("any")
        for folder, pattern in ((paths.lockfile.parent, "*.json"), (paths.journal.parent, "*.jsonl")):
            found += [folder, *sorted(folder.glob(pattern))]
    return list(dict.fromkeys(found))


def check_expiring(project: ProjectContext) -> Row:
    """Whether videos are in no archive, and their addresses expire."""
    now, ends, only_there = SystemClock().now(), list[datetime](), 0
    for _, _, take, _ in takes_of(recorded_shots(readable_lockfiles(project)[0])):
        if all(output.sha256 is not None for output in take.outputs) or not take.outputs:
            continue
        only_there += 1
        if (end := _moment(take.expires_at)) is not None:
            ends.append(end)
    if not only_there:
        return "expiring", True, "every video that was delivered is archived"
    soon = sorted(end for end in ends if end <= now + _SOON)
    past = sum(end <= now for end in soon)
    takes = f"the videos of {counted(only_there, 'take')} are only at the provider"
    if past:
        expired = f"{past} behind addresses that have expired"
        return "expiring", WARNING, f"{takes}, {expired}: `ltxspec archive rescue`, with the key"
    if soon:
        first = f"addresses expire from {soon[0]:%Y-%m-%d %H:%M} UTC on"
        return "expiring", WARNING, f"{takes}; {first}: `ltxspec archive rescue`"
    return "expiring", WARNING, f"{takes}: `ltxspec archive pull` fetches them"


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is not None else None
