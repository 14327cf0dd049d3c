"""GitLab: comments of a merge request are its notes.

Paths and fields as in GitLab's documentation of the Notes, Merge requests, Members, Users and Markdown uploads APIs
(version 4).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ltxspec.forges.http import Access, Api, ForgePace, Secret, documented
from ltxspec.forges.port import Comment, ForgeError, Gone, PullRequest

API = "https://gitlab.com/api/v4"
ADVICE = (
    "set `GITLAB_TOKEN` to a project access token with the scope `api` and the role Developer; GitLab's own "
    "`CI_JOB_TOKEN` does not reach the notes of merge requests"
)
_UPLOADED = re.compile(r"/uploads/[0-9a-f]+/[A-Za-z0-9._-]+")
_DEVELOPER = 30  # the lowest access level that may push to unprotected branches


def header(token: str) -> dict[str, str]:
    """The header that authenticates a personal, group or project access token."""
    return {"PRIVATE-TOKEN": token}


def job_header(token: str) -> dict[str, str]:
    """The header that authenticates a job token."""
    return {"JOB-TOKEN": token}


class GitLab:
    """`port.Forge` for one merge request."""

    def __init__(self, access: Access, project: str, number: int) -> None:
        self._api = Api(access)
        self._name = project
        self._merge_request = f"/projects/{quote(project, safe='')}/merge_requests/{number}"
        self._project = f"/projects/{quote(project, safe='')}"
        self._number = number
        self._account: int | None = None  # id of our token's user
        self._page = ""  # the merge request's web address

    def close(self) -> None:
        """Close all connections."""
        self._api.close()

    def pull_request(self) -> PullRequest:
        """The current state of the merge request."""
        try:
            data = self._api.read(self._merge_request).data
        except Gone as gone:
            raise self._missing(gone) from None
        with documented():
            self._page = str(data.get("web_url") or "")
            return PullRequest(
                number=int(data["iid"]),
                head=str(data["sha"]),
                branch=str(data["source_branch"]),
                base=str(data["target_branch"]),
                is_open=data.get("state") == "opened",
                from_fork=data.get("source_project_id") != data.get("target_project_id"),
            )

    def comments(self) -> Sequence[Comment]:
        """Every note written by a person or program, oldest first."""
        try:
            items = list(self._api.pages(f"{self._merge_request}/notes", {"sort": "asc", "order_by": "created_at"}))
        except Gone as gone:
            raise self._missing(gone) from None
        return sorted((self._comment(item) for item in items if not item.get("system")), key=lambda note: note.id)

    def create(self, body: str) -> Comment:
        """Add a note."""
        try:
            return self._comment(self._api.write("POST", f"{self._merge_request}/notes", {"body": body}))
        except Gone as gone:
            raise self._missing(gone) from None

    def update(self, comment: Comment, body: str) -> Comment:
        """Replace a note's text."""
        return self._comment(self._api.write("PUT", f"{self._merge_request}/notes/{comment.id}", {"body": body}))

    def delete(self, comment: Comment) -> None:
        """Remove a note."""
        try:
            self._api.write("DELETE", f"{self._merge_request}/notes/{comment.id}")
        except Gone:
            return

    def may_write(self, author: str) -> bool:
        """Whether an account is Developer or higher, directly or through a group."""
        members = self._api.pages(f"{self._project}/members/all", {"query": author})
        try:
            return any(
                member.get("username") == author
                and member.get("state") == "active"
                and int(member.get("access_level") or 0) >= _DEVELOPER
                for member in members
            )
        except Gone:
            return False

    def upload(self, name: str, content: bytes) -> str:
        """Add a file to the project's uploads.

        Returns:
            `/uploads/SECRET/NAME`, which GitLab completes in notes of this project.

        Raises:
            ForgeError: the forge refuses, or does not answer.
        """
        try:
            data = self._api.upload(f"{self._project}/uploads", name, content)
        except Gone as gone:
            raise self._api.refused(f"`{self._name}` is not accessible ({gone})") from None
        with documented():
            address = str(data["url"])
            if not _UPLOADED.fullmatch(address):
                raise ValueError(address)
            return address

    def _comment(self, item: Mapping[str, Any]) -> Comment:
        with documented():
            author = item.get("author") or {}
            return Comment(
                id=int(item["id"]),
                body=str(item.get("body") or ""),
                by_us=author.get("id") == self._who(),
                author=str(author.get("username") or ""),
                url=f"{self._page}#note_{item['id']}" if self._page else "",
                updated_at=str(item.get("updated_at") or ""),
            )

    def _who(self) -> int:
        """The id of our token's user; every access token has one."""
        if self._account is None:
            try:
                self._account = int(self._api.read("/user").data["id"])
            except Gone as gone:
                raise self._api.refused(f"the forge does not say whose token this is ({gone})") from None
        return self._account

    def _missing(self, gone: Gone) -> ForgeError:
        return self._api.refused(f"merge request {self._number} of `{self._name}` is not accessible ({gone})")


def access_to(
    base_url: str | None, token: str | None, job_token: str | None = None, pace: ForgePace | None = None
) -> Access:
    """GitLab's API with an access token or, without one, the job's token."""
    value = token or job_token
    return Access(
        base_url or API, Secret(value) if value else None, header if token else job_header, ADVICE, pace or ForgePace()
    )
