"""The CI files that `ltxspec init` writes: short, because the action and the component they call do the work."""

import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from ltxspec.errors import StorageError
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.git import repository_of, run_git
from ltxspec.storage.git_refs import default_branch

SERVICES = ("github", "gitlab", "none")

_BRANCH = "main"  # where git does not know the default branch
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")  # needs no escaping in YAML, in a GitHub pattern, or in a comment
_RELEASE = "v0"  # of the action and the reusable workflow: the newest release with this major number
_COMPONENT_RELEASE = "0.1"
_SECRETS = {
    "github": "the secret RUNWARE_API_KEY",
    "gitlab": "the masked variables RUNWARE_API_KEY (protected) and GITLAB_TOKEN, for the environment `ltxspec`,",
}
_CHECKS = (
    "a commit of lockfiles that the job pushes with its own token starts no checks. Where checks are required, set the "
    "secret PUSH_TOKEN, a token that may push, and pass it on in `.github/workflows/ltxspec.yml`"
)
_HOME = "ltxspec/ltxspec"  # where they are published; a fork or mirror works as well

_CALL = """\
    uses: {home}/.github/workflows/ltxspec.yml@{release}
    with:
      max-cost: "20.00" # USD that one apply may spend
{inputs}"""

_GITHUB = """\
# Plans pull requests, and renders after a merge or when someone who may push comments `/ltxspec apply`.
# Needs the secret RUNWARE_API_KEY. More: docs/ci.md of ltxspec.
name: ltxspec
on:
  pull_request:
  merge_group:
  push:
    branches: [{branch}]
  issue_comment:
    types: [created]

permissions: {{}}

jobs:
  ltxspec:
    permissions: # the most that any of its jobs needs; planning only reads
      actions: read
      contents: write
      pull-requests: write
{call}    secrets:
      RUNWARE_API_KEY: ${{{{ secrets.RUNWARE_API_KEY }}}}
"""

_GITHUB_COMMENT = """\
# Comments on pull requests, including those from forks: runs with write access, but without the change's files.
name: ltxspec comment
on:
  workflow_run:
    workflows: [ltxspec]
    types: [completed]

permissions: {{}}

jobs:
  ltxspec:
    permissions: # `contents: write` is for the apply job, which GitHub counts although it does not run here
      actions: read
      contents: write
      pull-requests: write
{call}"""

_GITLAB = """\
# Plans merge requests, and renders after a merge to {branch}.
# Needs the masked variables GITLAB_TOKEN (project access token: api, Developer) and RUNWARE_API_KEY (protected), for
# the environment `ltxspec` only: then the job that plans sees neither.
include:
  - component: $CI_SERVER_FQDN/{home}/ltxspec@{release}
    inputs:
      max-cost: "20.00" # USD that one apply may spend
{inputs}"""


@dataclass(frozen=True, slots=True)
class CiPlace:
    """Where the CI files of a project belong, and what they say about it."""

    service: str  # one of `SERVICES`
    root: Path  # of the repository: services look for CI files only there
    folder: str  # of the project inside it: "" for the root itself
    branch: str
    notes: Sequence[str] = ()  # what could not be found out

    def files(self) -> Mapping[str, str]:
        """Path below `root` -> text."""
        return ci_files(self.service, self.branch, self.folder)

    def left(self, kept: Collection[str]) -> list[str]:
        """What is left to the user; `kept` are those of the files that existed."""
        names = list(self.files())
        if not names:
            return list(self.notes)
        others = [name for name in names if name in kept and self.folder and not self._has_folder(name)]
        again = [
            f"`{name}` exists and stays as it is: add this project to it, with `working-directory: {self.folder}`"
            for name in others
        ]
        checks = [_CHECKS] if self.service == "github" else []
        return [*self.notes, *again, f"set {_SECRETS[self.service]} in the repository's settings, for CI", *checks]

    def _has_folder(self, name: str) -> bool:
        data = read_if_exists(self.root / name, self.root) or b""
        return f"working-directory: {_scalar(self.folder)}\n".encode() in data


def ci_place(folder: Path, service: str | None = None) -> CiPlace:
    """Where the CI files of the project in a folder belong; `service` if the user chose one."""
    root = root_above(folder)
    if root is not None and not _is_ours(folder):
        note = f"no CI files: git does not work in `{root}`, the root of the repository; `git status` there says why"
        return CiPlace("none", root, "", _BRANCH, [note] if service != "none" else [])
    branch = _default_branch(folder)
    notes = []
    if not _PLAIN.fullmatch(branch):
        notes = [f"the CI files name the branch `{_BRANCH}`: `{branch}` has characters that they cannot hold"]
    place = folder.resolve().relative_to(root).as_posix() if root is not None else ""
    chosen = service or service_of(root or folder)
    found = CiPlace(chosen, root or folder, place, branch_of(folder), notes if chosen != "none" else [])
    is_there = any(os.path.lexists(found.root / file) for file in found.files())
    if service is not None or is_there or not _is_committed(folder):
        return found
    note = f"no CI files: the project is committed without them; `--ci {chosen}` writes them"
    return replace(found, service="none", notes=[note] if chosen != "none" else [])


def _is_committed(folder: Path) -> bool:
    """Whether git has the project: then it was set up before."""
    return (
        repository_of(folder) is not None and not run_git(folder, "ls-files", "--error-unmatch", CONFIG_NAME).returncode
    )


def ci_files(service: str, branch: str = _BRANCH, folder: str = "") -> Mapping[str, str]:
    """Path inside a repository -> text, for one of `SERVICES`.

    Args:
        service: where the repository is.
        branch: merges to it are rendered.
        folder: of the project in the repository; "" for its root.
    """
    place = f"      working-directory: {_scalar(folder)}\n" if folder else ""
    inputs = ("" if branch == _BRANCH else f"      apply-branch: {branch}\n") + place
    call = _CALL.format(home=_HOME, release=_RELEASE, inputs=inputs)
    if service == "github":
        return {
            ".github/workflows/ltxspec.yml": _GITHUB.format(call=call, branch=branch),
            ".github/workflows/ltxspec-comment.yml": _GITHUB_COMMENT.format(call=call),
        }
    if service == "gitlab":
        return {".gitlab-ci.yml": _GITLAB.format(home=_HOME, release=_COMPONENT_RELEASE, branch=branch, inputs=inputs)}
    return {}


def service_of(folder: Path) -> str:
    """The service that a repository most likely uses."""
    if (folder / ".gitlab-ci.yml").exists() or (folder / ".gitlab").exists() or "gitlab" in _remote_host(folder):
        return "gitlab"
    return "github"


def root_above(folder: Path) -> Path | None:
    """The root of the larger repository that contains a folder: services look for CI files only there."""
    if (folder / ".git").exists():
        return None
    return next((parent for parent in folder.resolve().parents if (parent / ".git").exists()), None)


def branch_of(folder: Path) -> str:
    """The default branch, if git knows it and a CI file can name it."""
    branch = _default_branch(folder)
    return branch if _PLAIN.fullmatch(branch) else _BRANCH


def _default_branch(folder: Path) -> str:
    try:
        return default_branch(folder) or _BRANCH
    except StorageError:
        return _BRANCH


def _is_ours(folder: Path) -> bool:
    """Whether git works in the repository around a folder: it may belong to another user."""
    try:
        return repository_of(folder) is not None
    except StorageError:
        return False


def _scalar(text: str) -> str:
    """A text as YAML."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _remote_host(folder: Path) -> str:
    """The host of the remote `origin`: of `https://host/path` or `user@host:path`."""
    try:
        url = run_git(folder, "config", "--get", "remote.origin.url").stdout.decode(errors="replace").strip()
        login, colon, _ = url.partition(":")
        if "://" in url:
            return urlsplit(url).hostname or ""
        return login.rpartition("@")[2].lower() if colon and "/" not in login else ""
    except (StorageError, ValueError):
        return ""
