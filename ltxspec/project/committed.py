"""What git has of a project: the commit that is checked out, and a lockfile as a commit has it."""

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import decode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.project.project import ProjectContext
from ltxspec.storage.git import repository_of, run_git


def checked_out(project: ProjectContext) -> str | None:
    """The commit that is checked out; None without a repository, or without a commit. Raises StorageError."""
    if repository_of(project.root) is None:
        return None
    done = run_git(project.root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return done.stdout.decode().strip() or None


def lockfile_at(project: ProjectContext, commit: str | None, spec: str) -> Lockfile | None:
    """A lockfile at a commit; None if it was not there."""
    path = project.label(project.paths_of(spec).lockfile)
    done = run_git(project.root, "cat-file", "blob", f"{commit}:./{path}") if commit else None
    if done is None or done.returncode != 0:
        return None
    try:
        return decode_lockfile(done.stdout, f"{path} at {str(commit)[:12]}")
    except LockfileError:  # the base only shows which side changed what; what was paid for is in the sides
        return None
