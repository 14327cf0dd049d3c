"""GitHub: comments of a pull request are the comments of the issue with the same number.

Paths, fields and statuses are those of GitHub's published OpenAPI description; the tests check requests against it.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ltxspec.forges.http import Access, Api, ForgePace, Secret, documented
from ltxspec.forges.port import Comment, Denied, ForgeError, Gone, PullRequest

API = "https://api.github.com"
ADVICE = (
    "set `GITHUB_TOKEN` to a token that may write pull requests: in a workflow "
    "`permissions: {contents: read, pull-requests: write}`, else a token with that permission for this repository"
)

_WORKFLOW = "github-actions"  # the app that a workflow's token belongs to


def header(token: str) -> dict[str, str]:
    """The header that authenticates a request."""
    return {"Authorization": f"Bearer {token}"}


class GitHub:
    """`port.Forge` for one pull request."""

    def __init__(self, access: Access, repository: str, number: int) -> None:
        self._api = Api(access)
        self._graphql = (
            f"{access.base_url.rstrip('/').removesuffix('/v3')}/graphql"  # next to `/api/v3` on Enterprise servers
        )
        self._repository = _repository_path(repository)
        self._name = repository
        self._number = number
        self._account: str | None = None  # login of our token; "" for an app, which cannot query its own user
        self._our_app = ""  # in that case the app's name, once known

    def close(self) -> None:
        """Close all connections."""
        self._api.close()

    def pull_request(self) -> PullRequest:
        """The current state of the pull request. A head whose repository was deleted counts as a fork's."""
        try:
            data = self._api.read(f"{self._repository}/pulls/{self._number}").data
        except Gone as gone:
            raise self._missing(f"pull request {self._number} of `{self._name}`", gone) from None
        return _pull_request(data)

    def comments(self) -> Sequence[Comment]:
        """Every comment, oldest first."""
        try:
            items = list(self._api.pages(f"{self._repository}/issues/{self._number}/comments", {}))
        except Gone as gone:
            raise self._missing(f"the comments of pull request {self._number} of `{self._name}`", gone) from None
        return sorted((self._comment(item) for item in items), key=lambda comment: comment.id)

    def create(self, body: str) -> Comment:
        """Add a comment."""
        try:
            data = self._api.write("POST", f"{self._repository}/issues/{self._number}/comments", {"body": body})
        except Gone as gone:
            raise self._missing(f"pull request {self._number} of `{self._name}`", gone) from None
        with documented():
            self._our_app = _app(data["user"]) if data["user"].get("type") == "Bot" else self._our_app
        return self._comment(data)

    def update(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""
        return self._comment(self._api.write("PATCH", self._path(comment), {"body": body}))

    def delete(self, comment: Comment) -> None:
        """Remove a comment."""
        try:
            self._api.write("DELETE", self._path(comment))
        except Gone:
            return

    def may_write(self, author: str) -> bool:
        """Whether an account may push; GitHub counts `maintain` as `write` here."""
        try:
            data = self._api.read(f"{self._repository}/collaborators/{quote(author, safe='')}/permission").data
        except Gone:
            return False
        return data.get("permission") in {"admin", "write"}

    def _path(self, comment: Comment) -> str:
        return f"{self._repository}/issues/comments/{comment.id}"

    def _comment(self, item: Mapping[str, Any]) -> Comment:
        with documented():
            user = item.get("user") or {}
            return Comment(
                id=int(item["id"]),
                body=str(item.get("body") or ""),
                by_us=self._is_us(user),
                author=str(user.get("login") or ""),
                url=str(item.get("html_url") or ""),
                updated_at=str(item.get("updated_at") or ""),
            )

    def _is_us(self, user: Mapping[str, Any]) -> bool:
        """Whether this is our token's account. Comments of other accounts, bots or people, are never ours.

        An app's token cannot query its user (status 403) and writes as a bot.
        """
        if self._account is None:
            try:
                self._account = str(self._api.read("/user").data["login"])
            except (Denied, Gone):
                self._account = ""
        if self._account:
            return user.get("login") == self._account
        return user.get("type") == "Bot" and _app(user) == self._app()

    def _app(self) -> str:
        """The name of our token's app, queried when there is a bot to compare it with."""
        if not self._our_app:
            self._our_app = _app({"login": self._viewer() or _WORKFLOW})
        return self._our_app

    def _viewer(self) -> str:
        """The login of an app's token. Empty if the forge does not report it; a workflow's token is then assumed."""
        try:
            return str(self._api.query(self._graphql, "{viewer{login}}")["data"]["viewer"]["login"])
        except (Denied, Gone, KeyError, TypeError):
            return ""

    def _missing(self, what: str, gone: Gone) -> ForgeError:
        return self._api.refused(f"{what} is not accessible ({gone})")


def _app(user: Mapping[str, Any]) -> str:
    """The name of an app; its account has a suffix in one API but not in the other."""
    return str(user.get("login") or "").removesuffix("[bot]")


def find_pull_request(access: Access, repository: str, commit: str, branch: str = "") -> PullRequest | None:
    """The open pull request with this head commit; None if there is none, as after a push or when it was closed.

    Args:
        access: the API.
        repository: `owner/name` of the pull request's target.
        commit: id of the head.
        branch: `owner:branch` of the head, if known.

    Raises:
        ForgeError: there are several, or the forge gives no answer.
    """
    api = Api(access)
    query = {"state": "open"} | ({"head": branch} if branch else {})
    try:
        found = [_pull_request(item) for item in api.pages(f"{_repository_path(repository)}/pulls", query)]
    except Gone as gone:
        raise api.refused(f"`{repository}` is not accessible ({gone})") from None
    finally:
        api.close()
    matching = [item for item in found if item.head == commit]
    if len(matching) > 1:
        raise ForgeError(f"{len(matching)} open pull requests have the head {commit[:12]}", hint="give `--pr NUMBER`")
    return matching[0] if matching else None


def _pull_request(data: Mapping[str, Any]) -> PullRequest:
    with documented():
        head, base = data["head"], data["base"]
        homes = [(side.get("repo") or {}).get("full_name") for side in (head, base)]
        return PullRequest(
            number=int(data["number"]),
            head=str(head["sha"]),
            branch=str(head["ref"]),
            base=str(base["ref"]),
            is_open=data.get("state") == "open",
            from_fork=homes[0] is None or homes[0] != homes[1],
        )


def _repository_path(repository: str) -> str:
    owner, slash, name = repository.partition("/")
    if not (owner and slash and name) or "/" in name or {owner, name} & {".", ".."}:
        raise ForgeError(f"`{repository}` is not a GitHub repository", hint="write it as owner/name")
    return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"


def access_to(base_url: str | None, token: str | None, pace: ForgePace | None = None) -> Access:
    """The API of GitHub or of a GitHub Enterprise Server."""
    return Access(base_url or API, Secret(token) if token else None, header, ADVICE, pace or ForgePace())
