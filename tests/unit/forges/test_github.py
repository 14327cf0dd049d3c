"""GitHub's own ways: whose comment is ours, which pull request has a head, who may push."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from fake_forges import HEAD, OLD_HEAD, Answer, FakeGitHub

from ltxspec.forges.github import GitHub, access_to, find_pull_request
from ltxspec.forges.port import Denied, ForgeError

Open = Callable[..., Any]
PERSON = (9, "ada", "User")


def test_the_pull_request_is_read(opened: Open) -> None:
    change = opened(FakeGitHub()).pull_request()
    assert (change.number, change.head, change.branch, change.is_open, change.from_fork) == (
        7,
        HEAD,
        "night",
        True,
        False,
    )


def test_a_fork_is_seen(opened: Open) -> None:
    assert opened(FakeGitHub(fork=True)).pull_request().from_fork


def test_a_head_whose_repository_was_deleted_is_a_fork(opened: Open) -> None:
    far = FakeGitHub()
    data: Any = far.pull(None).body
    far.faults = [Answer(200, data | {"head": data["head"] | {"repo": None}})]
    assert opened(far).pull_request().from_fork


@pytest.mark.parametrize("name", ["github-actions[bot]", "our-app[bot]"])
@pytest.mark.parametrize("shown_as", ["{}[bot]", "{}"])
def test_an_apps_token_owns_what_that_app_wrote(opened: Open, name: str, shown_as: str) -> None:
    far = FakeGitHub(account=(3, name, "Bot"), viewer=shown_as.format(name.removesuffix("[bot]")))
    far.add("bot")
    far.add("person", author=PERSON)
    far.add("another bot", author=(4, "other-app[bot]", "Bot"))
    far.add("a person with the name of the app", author=(5, name.removesuffix("[bot]"), "User"))
    assert [comment.by_us for comment in opened(far).comments()] == [True, False, False, False]


def test_a_token_that_may_not_ask_at_all_is_taken_for_a_workflows(opened: Open) -> None:
    far = FakeGitHub(viewer=None)
    far.add("bot")
    far.add("another bot", author=(4, "other-app[bot]", "Bot"))
    assert [comment.by_us for comment in opened(far).comments()] == [True, False]


def test_who_wrote_a_new_comment_needs_no_question(opened: Open) -> None:
    far = FakeGitHub(account=(3, "our-app[bot]", "Bot"), viewer=None)
    port = opened(far)
    assert port.create("ours").by_us
    assert port.comments()[0].by_us


def test_a_persons_token_owns_what_that_person_wrote(opened: Open) -> None:
    far = FakeGitHub(account=PERSON, may_ask_who=True)
    far.add("person")
    far.add("bot", author=(1, "github-actions[bot]", "Bot"))
    assert [comment.by_us for comment in opened(far).comments()] == [True, False]


def test_a_busy_forge_is_not_taken_for_a_workflows_token(opened: Open) -> None:
    far = FakeGitHub(account=PERSON, may_ask_who=True)
    far.add("person")
    far.faults = [None, *[Answer(500)] * 9]
    with pytest.raises(ForgeError):
        opened(far).comments()


@pytest.mark.parametrize(("permission", "may"), [("admin", True), ("write", True), ("read", False), ("none", False)])
def test_who_may_push(opened: Open, permission: str, *, may: bool) -> None:
    assert opened(FakeGitHub(permissions={"ada": permission})).may_write("ada") is may


def test_a_stranger_may_not_push(opened: Open) -> None:
    assert not opened(FakeGitHub()).may_write("../../evil")


def test_a_pull_request_is_found_by_its_head(opened: Open) -> None:
    far = FakeGitHub()
    opened(far)
    access = access_to(far.base, "token-token")
    found = find_pull_request(access, "owner/films", HEAD, "owner:night")
    assert found is not None
    assert found.number == 7
    assert far.asked[-1].query["head"] == "owner:night"
    assert find_pull_request(access, "owner/films", "e" * 40) is None
    far.head = OLD_HEAD
    with pytest.raises(ForgeError, match="2 open pull requests"):
        find_pull_request(access, "owner/films", OLD_HEAD)


def test_an_answer_of_something_else_is_no_bug_of_ours(opened: Open) -> None:
    far = FakeGitHub(faults=[Answer(200, {"hello": "proxy"})])
    with pytest.raises(ForgeError, match="not match its documentation"):
        opened(far).pull_request()


def test_a_repository_that_cannot_be_seen_says_which_token_is_needed(opened: Open) -> None:
    far = FakeGitHub()
    opened(far)
    with closing(GitHub(access_to(far.base, None), "owner/other", 7)) as port:
        with pytest.raises(Denied, match="pull request 7 of `owner/other`") as caught:
            port.pull_request()
        for call in (port.comments, lambda: port.create("x")):
            with pytest.raises(Denied):
                call()
    assert "pull-requests: write" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["", "films", "owner/", "a/b/c", "../x", "a/.."])
def test_a_repository_has_an_owner_and_a_name(name: str) -> None:
    with pytest.raises(ForgeError, match="not a GitHub repository"):
        GitHub(access_to(None, None), name, 7)
