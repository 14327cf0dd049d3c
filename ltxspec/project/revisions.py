"""Chooses the two versions that a review compares: from the arguments, else from CI, else from the main branch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import WrongUsage
from ltxspec.storage.git import inside_repository
from ltxspec.storage.git_refs import (
    UnknownRevision,
    commit_of,
    find_commit,
    main_branch,
    main_branches,
    merge_base,
    short,
)

# Variables in which CI services name the target branch of a pull request.
_TARGETS = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",  # GitLab
    "SYSTEM_PULLREQUEST_TARGETBRANCHNAME",  # Azure
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "CHANGE_TARGET",  # Jenkins
)


@dataclass(frozen=True, slots=True)
class Revisions:
    """Two versions, as commit ids. If `head` is None, it is the working tree, which is based on `checkout`."""

    base: str
    base_name: str  # for people
    head: str | None
    checkout: str


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
    if base is None:
        base = _target(root, environ)
    start = commit_of(root, base)
    if is_apart:
        return Revisions(merge_base(root, start, end or checkout), f"merge base of {short(base)}", end, checkout)
    return Revisions(start, short(base), end, checkout)


def _range(text: str, head: str | None) -> tuple[str | None, str | None, bool]:
    """(base, head, whether to start at their merge base) from git's range notation."""
    if head is not None:
        raise WrongUsage(f"`{text}` already names two revisions", hint="write `A B`, `A..B` or `A...B`")
    is_apart = "..." in text
    base, _, end = text.partition("..." if is_apart else "..")
    return base or "HEAD", end or "HEAD", is_apart


def _target(root: Path, environ: Mapping[str, str]) -> str:
    """The full name of the target branch of a change."""
    for variable in _TARGETS:
        name = environ.get(variable)
        if name:
            return _known_branch(root, name)
    found = main_branch(root)
    if found is None:
        raise UnknownRevision(
            f"there is nothing to compare with: none of {main_branches()} exists",
            hint="name the base: `ltxspec diff REVISION`",
        )
    return found


def _known_branch(root: Path, name: str) -> str:
    """The full name of the branch that CI fetched. Raises UnknownRevision."""
    places = (f"refs/remotes/origin/{name}", f"refs/heads/{name}")
    found = next((place for place in places if find_commit(root, place) is not None), None)
    if found is None:
        commit_of(root, places[1])
    return found or places[1]
