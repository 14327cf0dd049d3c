"""The CI files that `ltxspec init` writes: short, because the action and the component they call do the work."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ltxspec.errors import StorageError
from ltxspec.storage.git import run_git
from ltxspec.storage.git_refs import default_branch

SERVICES = ("github", "gitlab", "none")

_BRANCH = "main"  # the branch that the reusable workflow and the component apply by default
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")  # needs no escaping in YAML, in a GitHub pattern, or in a comment
_RELEASE = "v0"  # of the action and the reusable workflow: the newest release with this major number
_COMPONENT_RELEASE = "0.1"
_HOME = "ltxspec/ltxspec"  # where they are published; a fork or mirror works as well

_CALL = """\
    uses: {home}/.github/workflows/ltxspec.yml@{release}
    with:
      max-cost: "20.00" # USD that one apply may spend
{branch}"""

_GITHUB = """\
# Plans pull requests, and renders after a merge or when someone who may push comments `/ltxspec apply`.
# Needs the secret RUNWARE_API_KEY. More: docs/ci.md of ltxspec.
name: ltxspec
on:
  pull_request:
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
# Needs the masked variables GITLAB_TOKEN (project access token: api, Developer) and RUNWARE_API_KEY (protected).
include:
  - component: $CI_SERVER_FQDN/{home}/ltxspec@{release}
    inputs:
      max-cost: "20.00" # USD that one apply may spend
{line}"""


def ci_files(service: str, branch: str = _BRANCH) -> Mapping[str, str]:
    """Path inside a repository -> text, for one of `SERVICES`. Merges to `branch` are rendered."""
    line = "" if branch == _BRANCH else f"      apply-branch: {branch}\n"
    call = _CALL.format(home=_HOME, release=_RELEASE, branch=line)
    if service == "github":
        return {
            ".github/workflows/ltxspec.yml": _GITHUB.format(call=call, branch=branch),
            ".github/workflows/ltxspec-comment.yml": _GITHUB_COMMENT.format(call=call),
        }
    if service == "gitlab":
        return {".gitlab-ci.yml": _GITLAB.format(home=_HOME, release=_COMPONENT_RELEASE, branch=branch, line=line)}
    return {}


def service_of(folder: Path) -> str:
    """The service that a project most likely uses; `none` inside a larger repository: CI files belong at its root."""
    if root_above(folder) is not None:
        return "none"
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
    try:
        branch = default_branch(folder) or ""
    except StorageError:
        return _BRANCH
    return branch if _PLAIN.fullmatch(branch) else _BRANCH


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
