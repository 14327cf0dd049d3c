"""What CI services tell of a change, read from variables and events as they write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from ltxspec.project.ci import CiChange, EventError, Note, detect, tokens

SHA = "a" * 40
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "owner/films",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_RUN_ID": "99",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_WORKSPACE": "/work",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.com/api/v4",
    "CI_COMMIT_SHA": "b" * 40,
    "CI_JOB_ID": "7",
    "CI_MERGE_REQUEST_IID": "12",
    "CI_MERGE_REQUEST_PROJECT_PATH": "group/films",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.com/group/films",
    "CI_PIPELINE_ID": "99",
    "CI_PROJECT_DIR": "/work",
    "CI_PROJECT_PATH": "somebody/films",
}


def github(tmp_path: Path, event: Any) -> CiChange:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event), "utf-8")
    return detect({**GITHUB, "GITHUB_EVENT_PATH": str(path)})


def test_outside_of_ci_nothing_is_known() -> None:
    assert detect({"HOME": "/root"}) == CiChange()


def test_a_pull_request_tells_its_number_and_its_head_not_the_merge(tmp_path: Path) -> None:
    change = github(tmp_path, {"action": "opened", "pull_request": {"number": 7, "head": {"sha": SHA}}})
    assert change == CiChange(
        forge="github",
        api="https://api.github.com",
        server="https://github.com/owner/films",
        repository="owner/films",
        number=7,
        head=SHA,
        run=(99, 2),
        workspace="/work",
    )


def test_a_finished_run_tells_the_head_and_counts_as_that_run(tmp_path: Path) -> None:
    run = {"id": 55, "run_attempt": 3, "head_sha": SHA, "head_branch": "night"}
    change = github(tmp_path, {"workflow_run": run | {"head_repository": {"owner": {"login": "stranger"}}}})
    assert (change.number, change.head, change.branch, change.run) == (None, SHA, "stranger:night", (55, 3))
    assert github(tmp_path, {"workflow_run": run | {"head_repository": None}}).branch == ""


def test_a_new_comment_under_a_pull_request_may_be_an_order(tmp_path: Path) -> None:
    comment = {"body": "/ltxspec apply", "user": {"login": "ada"}, "created_at": "2026-11-22T12:00:00Z"}
    event = {"action": "created", "issue": {"number": 7, "pull_request": {"url": "…"}}, "comment": comment}
    change = github(tmp_path, event)
    assert change.number == 7
    assert change.note == Note("/ltxspec apply", "ada", "2026-11-22T12:00:00Z")


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_an_edited_comment_is_no_order(tmp_path: Path, action: str) -> None:
    comment = {"body": "/ltxspec apply", "user": {"login": "ada"}, "created_at": "2026-11-22T12:00:00Z"}
    event = {"action": action, "issue": {"number": 7, "pull_request": {"url": "…"}}, "comment": comment}
    assert github(tmp_path, event).note is None


def test_a_comment_under_an_issue_is_about_no_change(tmp_path: Path) -> None:
    event = {"action": "created", "issue": {"number": 7}, "comment": {"body": "/ltxspec apply"}}
    change = github(tmp_path, event)
    assert (change.number, change.note) == (None, None)


@pytest.mark.parametrize("event", [[], {"pull_request": {}}, {"workflow_run": None}, {"pull_request": {"number": "x"}}])
def test_an_event_that_github_does_not_write_is_an_error(tmp_path: Path, event: Any) -> None:
    with pytest.raises(EventError):
        github(tmp_path, event)


def test_an_event_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("{", "utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, "utf-8")
    for path in (tmp_path / "event.json", tmp_path / "deep.json", tmp_path / "none.json"):
        with pytest.raises(EventError):
            detect({**GITHUB, "GITHUB_EVENT_PATH": str(path)})


def test_a_merge_request_is_told_by_variables() -> None:
    assert detect(GITLAB) == CiChange(
        forge="gitlab",
        api="https://gitlab.com/api/v4",
        server="https://gitlab.com/group/films",
        repository="group/films",
        number=12,
        head="b" * 40,
        run=(99, 7),
        workspace="/work",
    )


def test_a_pipeline_for_merged_results_is_about_the_branch() -> None:
    assert detect({**GITLAB, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": SHA}).head == SHA


def test_a_branch_pipeline_has_no_merge_request() -> None:
    variables = {name: value for name, value in GITLAB.items() if not name.startswith("CI_MERGE_REQUEST")}
    change = detect(variables)
    assert (change.number, change.repository) == (None, "somebody/films")


def test_tokens_do_not_show_themselves() -> None:
    found = tokens({"GITHUB_TOKEN": "secret-one", "GITLAB_TOKEN": "", "CI_JOB_TOKEN": "secret-two"})
    assert (found.github, found.gitlab, found.gitlab_job) == ("secret-one", None, "secret-two")
    assert "secret" not in repr(found)


def test_a_number_in_another_script_is_no_number() -> None:
    change = detect({"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "\u00b2", "CI_PIPELINE_ID": "\u0663"})
    assert (change.number, change.run) == (None, (0, 0))
