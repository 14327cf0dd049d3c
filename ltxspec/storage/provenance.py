"""Checks where a journal comes from: one from the repository or from another project is not trusted.

A journal says what this machine is buying. Tracked by git, it would be a stranger's claim about money, so it is refused
before anything in it is used. A journal copied from another checkout of the same project helps to find its tasks;
orders are never taken from it (`apply/orders.py`).
"""

from pathlib import Path

from ltxspec.errors import LockfileError, StorageError
from ltxspec.fingerprint import TaskIdentity, task_id
from ltxspec.lock.journal import Intent, JournalState
from ltxspec.storage.git import NoRepository, complaint, repository_of, run_git
from ltxspec.storage.state import SpecPaths


def refuse_stranger(paths: SpecPaths, journal: JournalState, root: Path, project: str) -> None:
    """Raise unless a journal is this project's own.

    Args:
        paths: the files of its spec.
        journal: its parsed content.
        root: the project's root.
        project: `[project] id`.

    Raises:
        LockfileError: git tracks it, or another project named a task in it. Nothing in it may be acted upon.
        StorageError: git cannot tell.
    """
    if not journal.open:
        return
    name = _shown(paths.journal, root)
    if _is_tracked(paths.journal, root):
        raise LockfileError(
            f"journal `{name}` is tracked by git: anyone may have written it, so it is not used",
            hint="`git rm -r --cached .ltxspec` and commit, with `.ltxspec/` in `.gitignore`; if this machine did not "
            f"write `{name}`, move it away: before anything is ordered, the provider is asked what it already has",
        )
    for task in journal.open.values():
        if not _is_named_by(project, paths, task.intent):
            raise LockfileError(
                f"journal `{name}` is not this project's: task {task.intent.task_id} of `{task.intent.instance}` has "
                "another name here",
                hint="if `[project] id` or a spec's name was changed while tasks were under way, change it back and "
                f"run `ltxspec collect`; otherwise move `{name}` away",
            )


def _is_named_by(project: str, paths: SpecPaths, intent: Intent) -> bool:
    try:
        identity = TaskIdentity(
            project, paths.provider, paths.spec, intent.instance, intent.fingerprint, intent.retake, intent.attempt
        )
        return task_id(identity) == intent.task_id
    except ValueError:
        return False


def _is_tracked(path: Path, root: Path) -> bool:
    """Whether git has the file in its index. Outside a repository nothing is tracked.

    Raises:
        StorageError: git cannot tell, or is missing.
    """
    try:
        if repository_of(root) is None:
            return False
    except NoRepository:
        return False
    done = run_git(root, "--literal-pathspecs", "ls-files", "--error-unmatch", "--", _shown(path, root))
    if done.returncode not in (0, 1):
        raise StorageError(
            f"git cannot tell whether it tracks `{_shown(path, root)}`: {complaint(done)}",
            hint="check the repository with `git status`",
        )
    return done.returncode == 0


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
