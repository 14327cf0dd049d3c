"""Reads what a CI service reports about the change of a run, from its variables and its event. No other module does.

GitHub's variables and events are documented in "Variables reference" and "Events that trigger workflows"; GitLab's in
"Predefined CI/CD variables".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.storage.named import LARGEST_INPUT, read_named


class EventError(LtxspecError):
    """The event file is not in the format that the service writes."""

    code = "ci-event"


@dataclass(frozen=True, slots=True)
class Note:
    """The comment that started the run."""

    text: str
    author: str
    created_at: str


@dataclass(frozen=True, slots=True)
class CiChange:
    """The change a run is for, as reported by the service. Empty text and None mean unknown."""

    forge: str = ""  # "github" or "gitlab"
    api: str = ""
    server: str = ""  # address of the web pages
    repository: str = ""
    number: int | None = None
    head: str = ""  # commit id
    branch: str = ""  # owner:branch of the head
    run: tuple[int, int] = (0, 0)
    workspace: str = ""  # folder of the repository on this machine
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Secrets from the environment; never shown."""

    github: str | None = field(default=None, repr=False)
    gitlab: str | None = field(default=None, repr=False)
    gitlab_job: str | None = field(default=None, repr=False)


def tokens(variables: Mapping[str, str]) -> Tokens:
    """The tokens of all forges."""
    return Tokens(
        github=variables.get("GITHUB_TOKEN") or variables.get("GH_TOKEN") or None,
        gitlab=variables.get("GITLAB_TOKEN") or None,
        gitlab_job=variables.get("CI_JOB_TOKEN") or None,
    )


def detect(variables: Mapping[str, str]) -> CiChange:
    """The change this run is for; an empty one outside CI.

    Raises:
        EventError: GitHub's event cannot be read.
    """
    if variables.get("GITLAB_CI"):
        return _gitlab(variables)
    if variables.get("GITHUB_ACTIONS") or variables.get("GITHUB_REPOSITORY"):
        return _github(variables)
    return CiChange()


def _gitlab(variables: Mapping[str, str]) -> CiChange:
    iid = variables.get("CI_MERGE_REQUEST_IID", "")
    return CiChange(
        forge="gitlab",
        api=variables.get("CI_API_V4_URL", ""),
        server=variables.get("CI_MERGE_REQUEST_PROJECT_URL") or variables.get("CI_PROJECT_URL", ""),
        repository=variables.get("CI_MERGE_REQUEST_PROJECT_PATH") or variables.get("CI_PROJECT_PATH", ""),
        number=_number(iid) or None,
        # in a pipeline for merged results, the commit is a merge commit that is not on the branch
        head=variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or variables.get("CI_COMMIT_SHA", ""),
        run=(_number(variables.get("CI_PIPELINE_ID")), _number(variables.get("CI_JOB_ID"))),
        workspace=variables.get("CI_PROJECT_DIR", ""),
    )


def _github(variables: Mapping[str, str]) -> CiChange:
    event = _event(variables.get("GITHUB_EVENT_PATH", ""))
    repository = variables.get("GITHUB_REPOSITORY", "")
    server = variables.get("GITHUB_SERVER_URL", "").rstrip("/")
    common = {
        "forge": "github",
        "api": variables.get("GITHUB_API_URL", ""),
        "server": f"{server}/{repository}" if server and repository else "",
        "repository": repository,
        "run": (_number(variables.get("GITHUB_RUN_ID")), _number(variables.get("GITHUB_RUN_ATTEMPT"))),
        "workspace": variables.get("GITHUB_WORKSPACE", ""),
    }
    try:
        return CiChange(**(common | _of_event(event)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EventError("the event in GITHUB_EVENT_PATH is not a GitHub event") from error


def _of_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """The facts in an event: a pull request, a comment on one, or a finished run for one."""
    if "workflow_run" in event:
        run = event["workflow_run"]
        owner = ((run.get("head_repository") or {}).get("owner") or {}).get("login")
        return {
            "head": str(run["head_sha"]),
            "branch": f"{owner}:{run['head_branch']}" if owner and run.get("head_branch") else "",
            "run": (int(run["id"]), int(run.get("run_attempt") or 1)),
        }
    if "pull_request" in event:
        return {"number": int(event["pull_request"]["number"]), "head": str(event["pull_request"]["head"]["sha"])}
    if "comment" in event and (event.get("issue") or {}).get("pull_request"):
        found: dict[str, Any] = {"number": int(event["issue"]["number"])}
        if event.get("action") == "created":  # an edited comment orders nothing
            comment = event["comment"]
            found["note"] = Note(
                str(comment.get("body") or ""), str(comment["user"]["login"]), str(comment["created_at"])
            )
        return found
    return {}


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        event = json.loads(read_named(Path(path), path, LARGEST_INPUT))
    except (WrongUsage, ValueError, RecursionError) as error:
        raise EventError("the event in GITHUB_EVENT_PATH cannot be read") from error
    if not isinstance(event, dict):
        raise EventError("the event in GITHUB_EVENT_PATH is not an object")
    return event


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else 0
