"""The CI files that `ltxspec init` writes: short, because what they do is in the action and the component they call."""

from collections.abc import Mapping
from pathlib import Path

SERVICES = ("github", "gitlab", "none")

_RELEASE = "v0"  # of the action and the reusable workflow: the newest release with this major number
_COMPONENT_RELEASE = "0.1"
_HOME = "ltxspec/ltxspec"  # where they are published; a fork or mirror works as well

_CALL = """\
    uses: {home}/.github/workflows/ltxspec.yml@{release}
    with:
      max-cost: "20.00" # USD that one apply may spend
"""

_GITHUB = """\
# Plans pull requests, and renders after a merge or when someone who may push comments `/ltxspec apply`.
# Needs the secret RUNWARE_API_KEY. More: docs/ci.md of ltxspec.
name: ltxspec
on:
  pull_request:
  push:
    branches: [main]
  issue_comment:
    types: [created]

permissions: {{}}

jobs:
  ltxspec:
    permissions: # the most that any of its jobs asks for; planning only reads
      actions: read
      contents: write
      pull-requests: write
{call}    secrets:
      RUNWARE_API_KEY: ${{{{ secrets.RUNWARE_API_KEY }}}}
"""

_GITHUB_COMMENT = """\
# Comments on pull requests, forks' as well: runs when a plan is ready, with rights, but without the change's files.
name: ltxspec comment
on:
  workflow_run:
    workflows: [ltxspec]
    types: [completed]

permissions: {{}}

jobs:
  ltxspec:
    permissions:
      actions: read
      contents: write
      pull-requests: write
{call}"""

_GITLAB = """\
# Plans merge requests, and renders after a merge to main.
# Needs the masked variables GITLAB_TOKEN (project access token: api, Developer) and RUNWARE_API_KEY (protected).
include:
  - component: $CI_SERVER_FQDN/{home}/ltxspec@{release}
    inputs:
      max-cost: "20.00" # USD that one apply may spend
"""


def ci_files(service: str) -> Mapping[str, str]:
    """Path inside a repository -> text, for one of `SERVICES`."""
    call = _CALL.format(home=_HOME, release=_RELEASE)
    if service == "github":
        return {
            ".github/workflows/ltxspec.yml": _GITHUB.format(call=call),
            ".github/workflows/ltxspec-comment.yml": _GITHUB_COMMENT.format(call=call),
        }
    if service == "gitlab":
        return {".gitlab-ci.yml": _GITLAB.format(home=_HOME, release=_COMPONENT_RELEASE)}
    return {}


def service_of(folder: Path) -> str:
    """Which service a project most likely uses. Inside a larger repository none: its CI is somewhere above."""
    if any((parent / ".git").exists() for parent in folder.resolve().parents) and not (folder / ".git").exists():
        return "none"
    return "gitlab" if (folder / ".gitlab-ci.yml").exists() or (folder / ".gitlab").exists() else "github"
