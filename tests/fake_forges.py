"""Forges on a loopback port: GitHub and GitLab as far as comments go, with faults and others' writes on demand."""

import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

HEAD = "a" * 40
OLD_HEAD = "b" * 40
TOKEN = "canary-token-1f0c8d55"
PAGE = 30  # comments a page when the client does not ask for more; at most 100


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What is answered."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FakeForge(ABC):
    """State of one change. Subclasses know the paths; `faults` are used up one a request, None lets one pass."""

    head: str = HEAD
    state: str = "open"
    fork: bool = False
    account: tuple[int, str, str] = (41898282, "github-actions[bot]", "Bot")  # id, login, type
    may_ask_who: bool = False  # a workflow's token may not
    permissions: dict[str, str] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Answer | None] = field(default_factory=list)
    before: Callable[[Asked], None] | None = None  # what happens elsewhere just before a request is answered
    clock: int = 0

    routes: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def __post_init__(self) -> None:
        self.guard = threading.RLock()

    def add(self, body: str, *, author: tuple[int, str, str] | None = None) -> dict[str, Any]:
        """A comment, by our account unless another is given."""
        with self.guard:
            self.clock += 1
            number = 1000 + self.clock
            comment = self.comment_json(number, body, author or self.account)
            self.comments.append(comment)
            return comment

    def now(self) -> str:
        return f"2026-11-22T10:{self.clock // 60:02}:{self.clock % 60:02}Z"

    @abstractmethod
    def comment_json(self, number: int, body: str, author: tuple[int, str, str]) -> dict[str, Any]:
        """A comment in the form of this forge. author: id, login, type."""

    def answer(self, asked: Asked) -> Answer:
        """Route a request. What no route takes is a bug of the client under test."""
        if self.before is not None:
            self.before(asked)
        with self.guard:
            self.asked.append(asked)
            fault = self.faults.pop(0) if self.faults else None
            if fault is not None:
                return fault
            for method, pattern, name in self.routes:
                found = re.fullmatch(pattern, asked.path)
                if found and method == asked.method:
                    answer: Answer = getattr(self, name)(asked, **found.groupdict())
                    return answer
        return Answer(404, {"message": "Not Found"})

    def writes(self) -> list[str]:
        """Methods of the requests that changed something."""
        return [item.method for item in self.asked if item.method != "GET" and item.path != "/graphql"]

    def page_of(self, asked: Asked, items: list[Any], url: str) -> Answer:
        size = min(int(asked.query.get("per_page", PAGE)), 100)
        number = int(asked.query.get("page", 1))
        part = items[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(items):
            headers["Link"] = f'<{url}?per_page={size}&page={number + 1}>; rel="next", <{url}?page=9>; rel="last"'
        return Answer(200, part, headers)

    def find(self, number: str) -> dict[str, Any] | None:
        return next((item for item in self.comments if item["id"] == int(number)), None)

    def edit(self, asked: Asked, comment: str) -> Answer:
        found = self.find(comment)
        if found is None:
            return Answer(404, {"message": "Not Found"})
        self.clock += 1
        found |= {"body": asked.body["body"], "updated_at": self.now()}
        return Answer(200, found)

    def remove(self, _asked: Asked | None, comment: str) -> Answer:
        found = self.find(comment)
        if found is None:
            return Answer(404, {"message": "Not Found"})
        self.comments.remove(found)
        return Answer(204)


@dataclass
class FakeGitHub(FakeForge):
    """`owner/films`, pull request 7."""

    base: str = ""  # filled in by `serving`
    viewer: str | None = "github-actions[bot]"  # who an app's token is, as GraphQL tells; None: it does not

    routes: ClassVar = (
        ("GET", "/user", "who"),
        ("POST", "/graphql", "viewing"),
        ("GET", "/repos/owner/films/pulls", "pulls"),
        ("GET", "/repos/owner/films/pulls/7", "pull"),
        ("GET", "/repos/owner/films/issues/7/comments", "listing"),
        ("POST", "/repos/owner/films/issues/7/comments", "new"),
        ("PATCH", r"/repos/owner/films/issues/comments/(?P<comment>\d+)", "edit"),
        ("DELETE", r"/repos/owner/films/issues/comments/(?P<comment>\d+)", "remove"),
        ("GET", "/repos/owner/films/collaborators/(?P<login>[^/]+)/permission", "permission"),
    )

    def comment_json(self, number: int, body: str, author: tuple[int, str, str]) -> dict[str, Any]:
        return {
            "id": number,
            "body": body,
            "html_url": f"https://forge.test/owner/films/pull/7#issuecomment-{number}",
            "user": {"id": author[0], "login": author[1], "type": author[2]},
            "created_at": self.now(),
            "updated_at": self.now(),
        }

    def who(self, _asked: Asked | None) -> Answer:
        if not self.may_ask_who:
            return Answer(403, {"message": "Resource not accessible by integration"})
        return Answer(200, {"id": self.account[0], "login": self.account[1], "type": self.account[2]})

    def viewing(self, asked: Asked) -> Answer:
        assert asked.body == {"query": "{viewer{login}}"}
        if self.viewer is None:
            return Answer(200, {"data": None, "errors": [{"type": "FORBIDDEN"}]})
        return Answer(200, {"data": {"viewer": {"login": self.viewer}}})

    def pull(self, _asked: Asked | None) -> Answer:
        home = "stranger/films" if self.fork else "owner/films"
        return Answer(
            200,
            {
                "number": 7,
                "state": self.state,
                "head": {"sha": self.head, "ref": "night", "repo": {"full_name": home}},
                "base": {"sha": "c" * 40, "ref": "main", "repo": {"full_name": "owner/films"}},
            },
        )

    def pulls(self, asked: Asked) -> Answer:
        one: Any = self.pull(None).body
        other = one | {"number": 6, "head": one["head"] | {"sha": OLD_HEAD}}
        return self.page_of(asked, [other, one], f"{self.base}/repos/owner/films/pulls")

    def listing(self, asked: Asked) -> Answer:
        return self.page_of(asked, self.comments, f"{self.base}/repos/owner/films/issues/7/comments")

    def new(self, asked: Asked) -> Answer:
        return Answer(201, self.add(asked.body["body"]))

    def permission(self, _asked: Asked | None, login: str) -> Answer:
        known = self.permissions.get(unquote(login))
        if known is None:
            return Answer(404, {"message": "Not Found"})
        return Answer(200, {"permission": known, "role_name": known, "user": None})


@dataclass
class FakeGitLab(FakeForge):
    """`group/films`, merge request 7."""

    account: tuple[int, str, str] = (55, "project_bot", "")
    may_ask_who: bool = True
    state: str = "opened"
    base: str = ""
    uploads: dict[str, bytes] = field(default_factory=dict)  # by address

    routes: ClassVar = (
        ("GET", "/user", "who"),
        ("GET", "/projects/group%2Ffilms/merge_requests/7", "pull"),
        ("GET", "/projects/group%2Ffilms/merge_requests/7/notes", "listing"),
        ("POST", "/projects/group%2Ffilms/merge_requests/7/notes", "new"),
        ("PUT", r"/projects/group%2Ffilms/merge_requests/7/notes/(?P<comment>\d+)", "edit"),
        ("DELETE", r"/projects/group%2Ffilms/merge_requests/7/notes/(?P<comment>\d+)", "remove"),
        ("GET", "/projects/group%2Ffilms/members/all", "members"),
        ("POST", "/projects/group%2Ffilms/uploads", "upload"),
    )

    def upload(self, asked: Asked) -> Answer:
        """Keep a file, as `self.uploads`; its address has a secret of GitLab's own."""
        fields = message_from_bytes(b"Content-Type: " + asked.headers["content-type"].encode() + b"\n\n" + asked.body)
        part: Any = fields.get_payload(0)
        name, secret = part.get_filename(), f"{len(self.uploads):032x}"
        assert part.get_param("name", header="content-disposition") == "file"
        self.uploads[f"/uploads/{secret}/{name}"] = part.get_payload(decode=True)
        path = f"/uploads/{secret}/{name}"
        found = {"id": len(self.uploads), "alt": name, "url": path, "full_path": f"/-/project/1{path}"}
        return Answer(201, found | {"markdown": f"![{name}]({path})"})

    def comment_json(self, number: int, body: str, author: tuple[int, str, str]) -> dict[str, Any]:
        return {
            "id": number,
            "body": body,
            "author": {"id": author[0], "username": author[1]},
            "system": False,
            "created_at": self.now(),
            "updated_at": self.now(),
        }

    def who(self, _asked: Asked | None) -> Answer:
        if not self.may_ask_who:
            return Answer(401, {"message": "401 Unauthorized"})
        return Answer(200, {"id": self.account[0], "username": self.account[1]})

    def pull(self, _asked: Asked | None) -> Answer:
        return Answer(
            200,
            {
                "iid": 7,
                "state": self.state,
                "sha": self.head,
                "source_branch": "night",
                "target_branch": "main",
                "source_project_id": 2 if self.fork else 1,
                "target_project_id": 1,
                "web_url": "https://forge.test/group/films/-/merge_requests/7",
            },
        )

    def listing(self, asked: Asked) -> Answer:
        return self.page_of(asked, self.comments, f"{self.base}/projects/group%2Ffilms/merge_requests/7/notes")

    def new(self, asked: Asked) -> Answer:
        return Answer(201, self.add(asked.body["body"]))

    def members(self, asked: Asked) -> Answer:
        found = [
            {"username": name, "state": "active", "access_level": int(level)}
            for name, level in self.permissions.items()
            if asked.query.get("query", "") in name
        ]
        return self.page_of(asked, found, f"{self.base}/projects/group%2Ffilms/members/all")


@contextmanager
def serving(forge: FakeGitHub | FakeGitLab) -> Iterator[str]:
    """Serve a forge on a loopback port; gives the address of its API."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            is_form = str(self.headers.get("Content-Type")).startswith("multipart/")
            body = content if is_form else json.loads(content) if length else None
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = forge.answer(Asked(self.command, parts.path, query, headers, body))
            if answer.status == 0:  # the connection breaks
                self.close_connection = True
                return
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815  # the standard library's names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="forge")
    thread.start()
    forge.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield forge.base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Slept:
    """A pace on which waiting costs nothing and is written down; use as `Pace(slept, slept.now)`."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)

    def now(self) -> float:
        return 1_800_000_000.0 + sum(self.waits)
