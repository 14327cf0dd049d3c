"""GitLab's own ways: notes of the system, tokens of jobs, members of groups; and every request as documented."""

import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from fake_forges import HEAD, Answer, FakeGitLab, Slept

from ltxspec.forges.gitlab import GitLab, access_to
from ltxspec.forges.http import ForgePace
from ltxspec.forges.marker import Marker
from ltxspec.forges.port import Comment, Denied, ForgeError
from ltxspec.forges.sticky import post

Open = Callable[..., Any]

# Query and body fields of GitLab's documentation (Notes, Merge requests, Members, Users), API version 4.
PAGING = {"page", "per_page"}
DOCUMENTED = {
    r"GET /user": set(),
    r"GET /projects/[^/]+/merge_requests/\d+": set(),
    r"GET /projects/[^/]+/merge_requests/\d+/notes": {"sort", "order_by", *PAGING},
    r"POST /projects/[^/]+/merge_requests/\d+/notes": {"body", "created_at", "internal"},
    r"PUT /projects/[^/]+/merge_requests/\d+/notes/\d+": {"body"},
    r"DELETE /projects/[^/]+/merge_requests/\d+/notes/\d+": set(),
    r"GET /projects/[^/]+/members/all": {"query", "user_ids", "state", *PAGING},
    r"POST /projects/[^/]+/uploads": {"file"},
}


def test_every_request_is_documented(opened: Open, slept: Slept) -> None:
    far = FakeGitLab(permissions={"ada": "30"})
    far.add("older")
    port = opened(far)
    mark = Marker(HEAD, run=(3, 1))
    for number in range(1, 3):
        far.add(f"{Marker(HEAD, run=(number, 1)).line()}\nold")
    post(port, mark, "text", ForgePace(slept))
    far.comments.clear()
    post(port, mark, "text", ForgePace(slept))
    port.may_write("ada")
    assert {item.method for item in far.asked} == {"GET", "POST", "PUT", "DELETE"}
    for item in far.asked:
        allowed = [fields for shape, fields in DOCUMENTED.items() if re.fullmatch(shape, f"{item.method} {item.path}")]
        assert len(allowed) == 1, item
        assert {*item.query, *(item.body or {})} <= allowed[0], item
        assert item.headers["private-token"]


def test_the_merge_request_is_read(opened: Open) -> None:
    change = opened(FakeGitLab(fork=True)).pull_request()
    assert (change.number, change.head, change.branch, change.is_open, change.from_fork) == (
        7,
        HEAD,
        "night",
        True,
        True,
    )


def test_what_the_system_notes_is_no_comment(opened: Open) -> None:
    far = FakeGitLab()
    far.add("changed the title")["system"] = True
    far.add("text")
    assert [comment.body for comment in opened(far).comments()] == ["text"]


def test_a_comments_address_is_the_merge_requests_with_an_anchor(opened: Open) -> None:
    port = opened(FakeGitLab())
    port.pull_request()
    assert port.create("text").url == "https://forge.test/group/films/-/merge_requests/7#note_1001"


@pytest.mark.parametrize(("level", "may"), [("50", True), ("30", True), ("20", False)])
def test_developers_may_push(opened: Open, level: str, *, may: bool) -> None:
    assert opened(FakeGitLab(permissions={"ada": level, "adam": "50"})).may_write("ada") is may


def test_a_stranger_may_not_push(opened: Open) -> None:
    assert not opened(FakeGitLab(permissions={"adam": "50"})).may_write("ada")


def test_a_jobs_token_that_does_not_reach_says_what_does(opened: Open) -> None:
    far = FakeGitLab(may_ask_who=False)
    far.add("text")
    opened(far)
    port = GitLab(access_to(far.base, None, "job-token-123"), "group/films", 7)
    with closing(port), pytest.raises(Denied) as caught:
        port.comments()
    assert "GITLAB_TOKEN" in str(caught.value.hint)
    assert far.asked[-1].headers["job-token"] == "job-token-123"


def test_a_project_that_cannot_be_seen_says_which_token_is_needed(opened: Open) -> None:
    far = FakeGitLab()
    opened(far)
    with closing(GitLab(access_to(far.base, "token-token"), "group/other", 7)) as port:
        for call in (port.pull_request, port.comments, lambda: port.create("x")):
            with pytest.raises(Denied, match="merge request 7 of `group/other`"):
                call()
        assert not port.may_write("ada")


def test_removing_what_is_gone_is_fine(opened: Open) -> None:
    opened(FakeGitLab()).delete(Comment(99, "text", by_us=True))


def test_a_picture_is_sent_once_and_again_only_if_the_forge_is_busy(opened: Open, slept: Slept) -> None:
    far = FakeGitLab()
    far.faults = [Answer(502, {"message": "Bad Gateway"}), Answer(0)]
    assert opened(far).upload("alley.jpg", b"\xff\xd8\x00") == f"/uploads/{0:032x}/alley.jpg"
    assert list(far.uploads.values()) == [b"\xff\xd8\x00"]
    assert [f"{item.method} {item.path}" for item in far.asked] == ["POST /projects/group%2Ffilms/uploads"] * 3
    assert len(slept.waits) == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/uploads/0f/a b.jpg", "//elsewhere.test/x.jpg", None])
def test_an_upload_whose_address_is_of_another_form_is_refused(opened: Open, url: str | None) -> None:
    far = FakeGitLab(faults=[Answer(201, {"url": url})])
    with pytest.raises(ForgeError):
        opened(far).upload("alley.jpg", b"")


def test_a_project_that_takes_no_file_is_told(opened: Open) -> None:
    far = FakeGitLab(faults=[Answer(404, {"message": "404 Project Not Found"})])
    with pytest.raises(Denied, match="group/films"):
        opened(far).upload("alley.jpg", b"")
