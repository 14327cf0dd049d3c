"""Resolves names to commits. A name shared by a tag and a branch is rejected: git would silently use the tag."""

import re
from pathlib import Path

from ltxspec.errors import LtxspecError
from ltxspec.storage.git import git, inside_repository, run_git

# Usual targets of a change, in order of preference. Full names, so that a tag of the same name is not used.
REMOTE_DEFAULT = "refs/remotes/origin/HEAD"
_MAIN_BRANCHES = (REMOTE_DEFAULT, "refs/remotes/origin/main", "refs/heads/main", "refs/heads/master")
_BRANCHES = ("refs/remotes/", "refs/heads/")
_PLACES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")  # git's lookup order
_IS_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_IS_SHORT = re.compile(r"[0-9a-f]{7,63}")  # anything shorter counts as a name, as in git
_OF_GIT_ITSELF = re.compile(r"[A-Z_]+_HEAD")  # heads of operations in progress or remembered
_NAME = re.compile(r"(?P<name>[^\^~:@]*(?:@(?!\{)[^\^~:@]*)*)(?P<rest>.*)", re.DOTALL)
_OF_A_BRANCH = re.compile(r"@\{(?:u|upstream|push)\}", re.IGNORECASE)  # git requires a branch name before it
_MOST_NAMES = 3
FETCH_ALL = "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in CI"


class UnknownRevision(LtxspecError):
    """The repository has no such revision, or no common history of two of them."""

    code = "unknown-revision"


class AmbiguousRevision(LtxspecError):
    """A name with several meanings in the repository, or several possible merge bases."""

    code = "ambiguous-revision"


def commit_of(root: Path, revision: str) -> str:
    """The id of the commit that a revision names.

    Raises:
        UnknownRevision: there is no such revision, or it is not a commit.
        AmbiguousRevision: the name has several meanings, such as a branch and a tag.
        StorageError: this is not a repository.
    """
    commit = find_commit(root, revision)
    if commit is None:
        hint = FETCH_ALL if is_shallow(root) else "name a branch, a tag or a commit of this repository, or fetch it"
        if revision == "HEAD":
            hint = "this branch has no commit yet: commit the project, then there is something to compare with"
        raise UnknownRevision(f"git does not know the commit `{short(revision)}`", hint=hint)
    return commit


def find_commit(root: Path, revision: str) -> str | None:
    """As `commit_of`; None when there is none. Raises AmbiguousRevision, StorageError."""
    inside_repository(root)
    if not revision or revision.startswith("-"):
        return None
    split = _NAME.fullmatch(revision)
    name, rest = (split["name"], split["rest"]) if split else (revision, "")
    full = name if _OF_A_BRANCH.match(rest) else _full_name(root, name)
    if full is None:
        return None
    done = run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{full}{rest}^{{commit}}")
    found = done.stdout.decode(errors="replace").strip()
    return found if done.returncode == 0 and _IS_COMMIT.fullmatch(found) else None


def merge_base(root: Path, one: str, other: str) -> str:
    """The merge base of two commits.

    There may be several, when each side has merged an earlier state of the other. Git picks one by its date, which its
    author chose: compared with that base, changes that a merge would undo or bring look as if they had always existed.

    Args:
        root: a folder of the repository.
        one: the id of a commit.
        other: the id of another commit.

    Raises:
        UnknownRevision: they have no common history here, or the history is incomplete and may hide a later base.
        AmbiguousRevision: there are several merge bases.
    """
    done = run_git(root, "merge-base", "--all", "--end-of-options", one, other)
    if done.returncode != 0:
        raise UnknownRevision(f"`{one[:12]}` and `{other[:12]}` have no common history here", hint=FETCH_ALL)
    found = done.stdout.decode().split()
    if is_shallow(root) and git(root, "rev-list", "--max-parents=0", one, other, "--not", *found):
        raise UnknownRevision(
            f"where `{one[:12]}` and `{other[:12]}` diverged is uncertain: part of their history is missing here",
            hint=FETCH_ALL,
        )
    if len(found) > 1:
        named = " and ".join(f"`{commit[:12]}`" for commit in found[:_MOST_NAMES])
        raise AmbiguousRevision(
            f"`{one[:12]}` and `{other[:12]}` diverged at more than one commit ({named}), and the change "
            "looks different from each",
            hint="merge the branch that the change goes to into it; or name the base, such as `ltxspec diff BASE HEAD`",
        )
    return found[0]


def is_shallow(root: Path) -> bool:
    """Whether part of the history is missing here."""
    return git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def main_branch(root: Path, *, other_than: str | None = None) -> str | None:
    """The full name of the first usual main branch that exists; with `other_than`, of one with another short name."""
    names = _MAIN_BRANCHES if other_than is None else _MAIN_BRANCHES[1:]
    wanted = [name for name in names if short(name).removeprefix("origin/") != other_than]
    return next((name for name in wanted if find_commit(root, name) is not None), None)


def default_branch(root: Path) -> str | None:
    """The short name of the branch that changes go to, also in a repository without commits; None if unknown.

    It is the remote's default branch, else `main` or `master` if one exists, else the one that is checked out.

    Raises:
        StorageError: git does not read the repository, or there is none.
    """
    remote = _target(root, "refs/remotes/origin/HEAD")
    if remote is not None:
        return remote.removeprefix("refs/remotes/origin/")
    usual = _existing(root, ["refs/heads/main", "refs/heads/master"])
    current = usual[0] if usual else _target(root, "HEAD")
    return current.removeprefix("refs/heads/") if current else None


def branch_of(root: Path) -> str | None:
    """The short name of the branch that is checked out; None for a detached head."""
    name = _target(root, "HEAD")
    return name.removeprefix("refs/heads/") if name else None


def _target(root: Path, name: str) -> str | None:
    """The full name that a symbolic ref points to; None when it is not a symbolic ref."""
    done = run_git(root, "symbolic-ref", "--quiet", name)
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def main_branches() -> str:
    """The usual main branches, as text for users."""
    return ", ".join(f"`{short(name)}`" for name in _MAIN_BRANCHES)


def short(name: str) -> str:
    """A revision for users: the prefix of a branch's full name is removed, anything else stays as it is."""
    return next((name.removeprefix(place) for place in _BRANCHES if name.startswith(place)), name)


def _full_name(root: Path, name: str) -> str | None:
    """The one ref that a name refers to, or the name itself if no ref matches; None for a full name without a ref.

    Raises:
        AmbiguousRevision: it has several meanings.
    """
    if name in ("", "@", "HEAD") or _IS_COMMIT.fullmatch(name):
        return name
    if name.startswith("refs/"):
        return name if name in _existing(root, [name]) else None
    found = _existing(root, [place.format(name) for place in _PLACES])
    if found and _IS_SHORT.fullmatch(name):
        found += [f"{blob} (by its first letters)" for blob in _abbreviated(root, name)]
    if found and _OF_GIT_ITSELF.fullmatch(name):
        found += [f"{name} (git's own)"]
    if len(found) > 1:
        named = " and ".join(f"`{each}`" for each in found)
        raise AmbiguousRevision(
            f"`{name}` is ambiguous: it means {named}",
            hint=f"write the whole name, such as `{found[-1] if found[-1].startswith('refs/') else found[0]}`, "
            "or rename the one that conflicts",
        )
    return found[0] if found else name


def _existing(root: Path, names: list[str]) -> list[str]:
    """Those of the full names that exist."""
    if any(set(name) & set("*?[\\") for name in names):  # not a ref name, but a pattern to git
        return []
    listed = git(root, "for-each-ref", "--format=%(refname)", *names).decode(errors="surrogateescape").split("\n")
    return [name for name in names if name in listed]


def _abbreviated(root: Path, name: str) -> list[str]:
    return git(root, "rev-parse", f"--disambiguate={name}").decode("ascii").split()
