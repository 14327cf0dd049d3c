"""Which commit a name means. A name that a tag and a branch share means neither: git would silently take the tag."""

import re
from pathlib import Path

from ltxspec.errors import LtxspecError
from ltxspec.storage.git import git, inside_repository, run_git

# Where a change is usually going, first one first. In full: a tag of such a name is not meant.
_MAIN_BRANCHES = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/heads/main", "refs/heads/master")
_BRANCHES = ("refs/remotes/", "refs/heads/")
_PLACES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")  # as git looks
_IS_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_IS_SHORT = re.compile(r"[0-9a-f]{7,63}")  # fewer letters are taken for a name, as git does
_OF_GIT_ITSELF = re.compile(r"[A-Z_]+_HEAD")  # what it is in the middle of, or remembers
_NAME = re.compile(r"(?P<name>[^\^~:@]*(?:@(?!\{)[^\^~:@]*)*)(?P<rest>.*)", re.DOTALL)
_OF_A_BRANCH = re.compile(r"@\{(?:u|upstream|push)\}", re.IGNORECASE)  # git takes the name before it for a branch's
_MOST_NAMES = 3
_FETCH = "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in CI"


class UnknownRevision(LtxspecError):
    """The repository knows no such revision, or no history that two of them share."""

    code = "unknown-revision"


class AmbiguousRevision(LtxspecError):
    """A name that more than one thing in the repository has, or a base that more than one commit may be."""

    code = "ambiguous-revision"


def commit_of(root: Path, revision: str) -> str:
    """The id of the commit that a revision names.

    Raises:
        UnknownRevision: there is none, or it is no commit.
        AmbiguousRevision: the name is that of a branch and of a tag, or of another two.
        StorageError: this is no repository.
    """
    commit = find_commit(root, revision)
    if commit is None:
        hint = _FETCH if _is_shallow(root) else "name a branch, a tag or a commit of this repository, or fetch it"
        raise UnknownRevision(f"git knows no commit `{short(revision)}`", hint=hint)
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
    """The commit from which two commits went apart.

    There may be several, when each side has merged what the other had not by then. Git takes one of them by its date,
    which its author chose: seen from there, what a merge would undo or bring looks as if it had been so all the time.

    Args:
        root: a folder of the repository.
        one: the id of a commit.
        other: the id of another one.

    Raises:
        UnknownRevision: they share no history here, or what is left out of it may hold a later commit of both.
        AmbiguousRevision: there are several.
    """
    done = run_git(root, "merge-base", "--all", "--end-of-options", one, other)
    if done.returncode != 0:
        raise UnknownRevision(f"`{one[:12]}` and `{other[:12]}` share no history here", hint=_FETCH)
    found = done.stdout.decode().split()
    if _is_shallow(root) and git(root, "rev-list", "--max-parents=0", one, other, "--not", *found):
        raise UnknownRevision(
            f"where `{one[:12]}` and `{other[:12]}` went apart is not certain: a part of their history is not here",
            hint=_FETCH,
        )
    if len(found) > 1:
        named = " and ".join(f"`{commit[:12]}`" for commit in found[:_MOST_NAMES])
        raise AmbiguousRevision(
            f"`{one[:12]}` and `{other[:12]}` went apart at more than one commit ({named}), and a change looks "
            "different from each",
            hint="merge the branch that the change goes to into it; or name the base, such as `ltxspec diff BASE HEAD`",
        )
    return found[0]


def _is_shallow(root: Path) -> bool:
    return git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def main_branch(root: Path) -> str | None:
    """The full name of the first of the usual main branches that exists."""
    return next((name for name in _MAIN_BRANCHES if find_commit(root, name) is not None), None)


def default_branch(root: Path) -> str | None:
    """The short name of the branch that changes go to, also in a repository without a commit; None: not known.

    It is the remote's default branch, else `main` or `master` where there is one, else the one that is checked out.

    Raises:
        StorageError: git does not read the repository, or there is none.
    """
    remote = _target(root, "refs/remotes/origin/HEAD")
    if remote is not None:
        return remote.removeprefix("refs/remotes/origin/")
    usual = _existing(root, ["refs/heads/main", "refs/heads/master"])
    current = usual[0] if usual else _target(root, "HEAD")
    return current.removeprefix("refs/heads/") if current else None


def _target(root: Path, name: str) -> str | None:
    """The full name that a symbolic ref stands for; None when it is none."""
    done = run_git(root, "symbolic-ref", "--quiet", name)
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def main_branches() -> str:
    """The usual main branches, for people."""
    return ", ".join(f"`{short(name)}`" for name in _MAIN_BRANCHES)


def short(name: str) -> str:
    """A revision for people: the full name of a branch is cut, any other is left as it is."""
    return next((name.removeprefix(place) for place in _BRANCHES if name.startswith(place)), name)


def _full_name(root: Path, name: str) -> str | None:
    """The one ref that a name means, or the name itself where it is no ref's; None for a full name of nothing.

    Raises:
        AmbiguousRevision: it means more than one thing.
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
            "or rename the one that is in the way",
        )
    return found[0] if found else name


def _existing(root: Path, names: list[str]) -> list[str]:
    """Those of these full names that exist."""
    if any(set(name) & set("*?[\\") for name in names):  # no name of a ref, but a pattern for git
        return []
    listed = git(root, "for-each-ref", "--format=%(refname)", *names).decode(errors="surrogateescape").split("\n")
    return [name for name in names if name in listed]


def _abbreviated(root: Path, name: str) -> list[str]:
    return git(root, "rev-parse", f"--disambiguate={name}").decode("ascii").split()
