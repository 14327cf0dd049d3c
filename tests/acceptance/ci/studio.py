"""A studio in miniature: a film project on a real remote, the paid service on a port, and GitHub on another."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from acceptance.ci.repos import Remote, git
from acceptance.commands import ltxspec
from acceptance.services import KEY, paid_service
from fake_forges import TOKEN, Asked, FakeGitHub

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
PROJECT = "[project]\nid = 'f1e2d3'\n[runware]\npoll_interval = 0.1\npoll_max = 0.5\n[budget]\nper_apply = '2.00'\n"


@dataclass
class Studio:
    """What a test has at hand. `far` shows the present head of the branch `night` as pull request 7.

    The service is started when the first job needs it.
    """

    remote: Remote
    far: FakeGitHub
    api: str
    folder: Path
    stack: ExitStack
    runs: int = 0
    clones: int = 0
    faults: Sequence[Mapping[str, Any]] = ()  # what the service does wrong

    def __post_init__(self) -> None:
        def follow(_: Asked) -> None:
            if "night" in self.remote.branches():
                self.far.head = self.head("night")

        self.far.before = follow

    @cached_property
    def service(self) -> str:
        return self.stack.enter_context(paid_service(self.folder / "service", {"faults": list(self.faults)}))

    def clone(self, branch: str = "main") -> Path:
        self.clones += 1
        folder = self.remote.clone(f"clone-{self.clones}")
        git(folder, "switch", "--quiet", branch)
        return folder

    def head(self, branch: str) -> str:
        return git(self.remote.folder, "rev-parse", branch)

    def write(self, clone: Path, branch: str, message: str = "Edit", **prompts: str) -> str:
        """Commit a spec with these shots to a branch and push it. The commit."""
        if branch != git(clone, "symbolic-ref", "--short", "HEAD"):
            git(clone, "switch", "--quiet", "--create", branch)
        spec = clone / "specs" / "night.yaml"
        spec.parent.mkdir(exist_ok=True)
        shots = "".join(f"  {name}:\n    prompt: {text}\n" for name, text in prompts.items())
        head = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: night}\n"
        spec.write_text(head + HEAD + shots, "utf-8")
        (clone / "ltxspec.toml").write_text(PROJECT, "utf-8")
        (clone / ".gitignore").write_text(".ltxspec/\nrenders/\nreview.json\n", "utf-8")
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", f"--message={message}")
        git(clone, "push", "--quiet", "origin", branch)
        return git(clone, "rev-parse", "HEAD")

    def job(self, event_name: str, event: dict[str, Any], **more: str) -> dict[str, str]:
        """The variables of a GitHub job for an event."""
        self.runs += 1
        path = self.folder / f"event-{self.runs}.json"
        path.write_text(json.dumps(event), "utf-8")
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.api,
            "GITHUB_EVENT_NAME": event_name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_REPOSITORY": "owner/films",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(100 + self.runs),
            "GITHUB_SERVER_URL": "https://forge.test",
        } | more

    def pull_request(self, **more: str) -> dict[str, str]:
        event = {"action": "synchronize", "pull_request": {"number": 7, "head": {"sha": self.head("night")}}}
        return self.job("pull_request", event, GITHUB_BASE_REF="main", **more)

    def workflow_run(self, **more: str) -> dict[str, str]:
        run = {
            "id": 100 + self.runs,
            "run_attempt": 1,
            "event": "pull_request",
            "head_sha": self.head("night"),
            "head_branch": "night",
            "head_repository": {"full_name": "owner/films", "owner": {"login": "owner"}},
            "pull_requests": [],
        }
        return self.job("workflow_run", {"workflow_run": run}, GITHUB_TOKEN=TOKEN, **more)

    def order(self, author: str = "ada", text: str = "/ltxspec apply", **more: str) -> dict[str, str]:
        event = {
            "action": "created",
            "issue": {"number": 7, "pull_request": {"url": "…"}},
            "comment": {"body": text, "user": {"login": author}, "created_at": "2026-11-22T12:00:00Z"},
        }
        return self.job("issue_comment", event, **self.paying(), GITHUB_REF_NAME="main", **more)

    def push(self, branch: str = "main", **more: str) -> dict[str, str]:
        return self.job("push", {"ref": f"refs/heads/{branch}"}, **self.paying(), GITHUB_REF_NAME=branch, **more)

    def paying(self) -> dict[str, str]:
        return {"RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": self.service, "GITHUB_TOKEN": TOKEN}

    def charges(self) -> int:
        """How many renders the service has billed."""
        if "service" not in vars(self):
            return 0
        (database,) = (self.folder / "service" / "state").glob("*.sqlite*")
        with sqlite3.connect(database) as connection:
            (count,) = connection.execute("select count(*) from charges").fetchone()
        return int(count)

    def left_to_pay(self, clone: Path) -> str:
        """What applying a clone as it stands would cost."""
        cost: str = ltxspec("plan", "--format", "json", cwd=clone).json["estimate"]["usd"]
        return cost

    def comment(self) -> str:
        """The text of our one comment."""
        (found,) = self.far.comments
        text: str = found["body"]
        return text
