"""Every request to GitHub, and every answer of the stand-in, as GitHub's own OpenAPI description has them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import openapi
import pytest
from fake_forges import HEAD, OLD_HEAD, TOKEN, Answer, Asked, FakeGitHub, Slept, serving
from jsonschema import ValidationError

from ltxspec.forges.github import GitHub, access_to, find_pull_request
from ltxspec.forges.http import ForgePace
from ltxspec.forges.marker import Marker
from ltxspec.forges.sticky import PostOutcome, post

PERSON = (9, "ada", "User")


@pytest.fixture(scope="module")
def description(request: pytest.FixtureRequest) -> openapi.Description:
    return openapi.load_or_skip(request.config.rootpath / ".pytest_cache" / "openapi")


class Checked(FakeGitHub):
    """A GitHub that takes nothing its description does not know, and answers nothing it does not say."""

    description: openapi.Description
    wrong: list[str]

    def answer(self, asked: Asked) -> Answer:
        answer = super().answer(asked)
        try:
            self.description.check_request(asked.method, asked.path, asked.query, asked.body)
            self.description.check_answer(asked.method, asked.path, answer.status, answer.body)
        except (AssertionError, ValidationError) as error:  # a server thread: the test reads it from the list
            self.wrong.append(f"{asked.method} {asked.path}: {str(error)[:500]}")
        return answer


@pytest.fixture
def far(description: openapi.Description) -> Iterator[Checked]:
    forge = Checked()
    forge.description, forge.wrong = description, []
    with serving(forge):
        yield forge
    assert forge.asked
    assert forge.wrong == []


def port(far: Checked) -> Any:
    return closing(GitHub(access_to(far.base, TOKEN), "owner/films", 7))


def test_creating_updating_and_healing_are_as_described(far: Checked) -> None:
    slept = Slept()
    with port(far) as forge:
        assert post(forge, Marker(HEAD, run=(4, 1)), "one", ForgePace(slept)).outcome is PostOutcome.CREATED
        for number in range(120):  # a second page
            far.add(f"{number}", author=PERSON)
        far.add(f"{Marker(OLD_HEAD).line()}\na duplicate")
        assert post(forge, Marker(HEAD, run=(5, 1)), "two", ForgePace(slept)).outcome is PostOutcome.UPDATED
    assert far.writes() == ["POST", "PATCH", "DELETE"]


def test_finding_a_pull_request_is_as_described(far: Checked) -> None:
    access = access_to(far.base, TOKEN)
    assert find_pull_request(access, "owner/films", HEAD, "owner:night") is not None


def test_asking_who_may_push_and_who_we_are_is_as_described(far: Checked) -> None:
    far.permissions, far.may_ask_who = {"ada": "write"}, True
    far.add("text")
    with port(far) as forge:
        assert forge.may_write("ada")
        assert not forge.may_write("eve")
        assert forge.comments()[0].by_us


@pytest.mark.parametrize(
    "asked",
    [
        Asked("PUT", "/repos/owner/films/issues/comments/1", {}, {}, {"body": "text"}),
        Asked("POST", "/repos/owner/films/pulls/7/comment", {}, {}, {"body": "text"}),
        Asked("POST", "/repos/owner/films/issues/7/comments", {}, {}, {"text": "text"}),
        Asked("POST", "/repos/owner/films/issues/7/comments", {}, {}, {"body": "text", "draft": True}),
        Asked("POST", "/repos/owner/films/issues/7/comments", {}, {}, {"body": 7}),
        Asked("POST", "/repos/owner/films/issues/7/comments", {}, {}, None),
        Asked("GET", "/repos/owner/films/issues/7/comments", {"sort": "asc"}, {}, None),
        Asked("GET", "/repos/owner/films/pulls", {"state": "opened"}, {}, None),
    ],
    ids=str,
)
def test_the_check_would_notice_a_wrong_request(description: openapi.Description, asked: Asked) -> None:
    with pytest.raises((AssertionError, ValidationError)):
        description.check_request(asked.method, asked.path, asked.query, asked.body)


def test_the_check_would_notice_an_invented_answer(description: openapi.Description) -> None:
    comment = FakeGitHub().comment_json(1, "text", PERSON)
    for wrong in (comment | {"message": "text"}, comment | {"id": "1"}, replace(Answer(), body=comment).body["user"]):
        with pytest.raises(ValidationError):
            description.check_answer("PATCH", "/repos/owner/films/issues/comments/1", 200, wrong)


def test_a_registry_out_of_reach_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(openapi.Unreachable, match="npm is not installed"):
        openapi.load(tmp_path / "cache")
