"""Chooses the two versions that a review compares: from the arguments, else from CI, else from the main branch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import WrongUsage
from ltxspec.storage.git import inside_repository
from ltxspec.storage.git_refs import (
    FETCH_ALL,
    REMOTE_DEFAULT,
    UnknownRevision,
    branch_of,
    commit_of,
    default_branch,
    find_commit,
    is_shallow,
    main_branch,
    main_branches,
    merge_base,
    short,
)

_USUAL = ("main", "master")  # on which work that is not committed is compared with the branch itself

# Variables in which CI services name the target branch of a pull request.
_TARGETS = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",  # GitLab
    "SYSTEM_PULLREQUEST_TARGETBRANCHNAME",  # Azure
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "CHANGE_TARGET",  # Jenkins
)
_NAME_IT = "name the base: `ltxspec diff REVISION`, `ltxspec comment --base REVISION`"


@dataclass(frozen=True, slots=True)
class Revisions:
    """Two versions, as commit ids. If `head` is None, it is the working tree, which is based on `checkout`."""

    base: str
    base_name: str  # for people
    head: str | None
    checkout: str
    remark: str | None = None  # what is odd about the base, which was found and not named


def choose_revisions(
    root: Path, environ: Mapping[str, str], base: str | None = None, head: str | None = None
) -> Revisions:
    """Find the two versions to compare.

    Args:
        root: the project's root.
        environ: holds the CI variables that name the target branch of the change.
        base: a revision, `A..B`, or `A...B` (from their merge base); None: the merge base with the target branch of
            the change.
        head: a revision; None: the working tree.

    Raises:
        UnknownRevision: git does not know one of them, or no base can be found.
        AmbiguousRevision: a name matches several revisions, or there are several merge bases.
        StorageError: git is missing, or there is no repository.
    """
    inside_repository(root)
    if base is not None and ".." in base:
        base, head, is_apart = _range(base, head)
    else:
        is_apart = base is None
    checkout = commit_of(root, "HEAD")
    end = commit_of(root, head) if head is not None else None
    remark = None
    if base is None:
        base, is_named = _target(root, environ)
        remark = None if is_named else _itself(root, base, end)
    start = commit_of(root, base)
    if is_apart:
        parted = merge_base(root, start, end or checkout)
        if end == parted and remark is not None:
            raise UnknownRevision(remark, hint=_cure(root))
        return Revisions(parted, f"merge base of {short(base)}", end, checkout, remark)
    return Revisions(start, short(base), end, checkout)


def _cure(root: Path) -> str:
    """What to do where no base can be found; in a shallow clone it may only be missing."""
    return f"{_NAME_IT}; or {FETCH_ALL}" if is_shallow(root) else _NAME_IT


def _itself(root: Path, base: str, head: str | None) -> str | None:
    """Why a base that was found is no base: it is the branch of the change itself. None if it is another one.

    Args:
        root: the project's root.
        base: the full name of a branch.
        head: the commit of the change; None: the working tree, which may differ from its own branch. That is only
            remarked on where another branch could have been meant.
    """
    own, is_default = branch_of(root), base == REMOTE_DEFAULT
    if own is None or (head is not None and commit_of(root, "HEAD") != head):
        return None
    if own != (default_branch(root) if is_default else short(base).removeprefix("origin/")):
        return None
    if head is None and (own in _USUAL or main_branch(root, other_than=own) is None):
        return None
    whose = "the remote's default branch" if is_default else "the base that was found"
    return f"{whose} is the branch of the change itself (`{own}`), so nothing that is committed differs from it"


def _range(text: str, head: str | None) -> tuple[str | None, str | None, bool]:
    """(base, head, whether to start at their merge base) from git's range notation."""
    if head is not None:
        raise WrongUsage(f"`{text}` already names two revisions", hint="write `A B`, `A..B` or `A...B`")
    is_apart = "..." in text
    base, _, end = text.partition("..." if is_apart else "..")
    return base or "HEAD", end or "HEAD", is_apart


def _target(root: Path, environ: Mapping[str, str]) -> tuple[str, bool]:
    """The full name of the target branch of a change, and whether CI names it."""
    for variable in _TARGETS:
        name = environ.get(variable)
        if name:
            return _known_branch(root, name), True
    found = main_branch(root)
    if found is None:
        raise UnknownRevision(
            f"there is nothing to compare with: none of {main_branches()} exists",
            hint=_cure(root),
        )
    return found, False


def _known_branch(root: Path, name: str) -> str:
    """The full name of the branch that CI fetched. Raises UnknownRevision."""
    places = (f"refs/remotes/origin/{name}", f"refs/heads/{name}")
    found = next((place for place in places if find_commit(root, place) is not None), None)
    if found is None:
        commit_of(root, places[1])
    return found or places[1]
