"""`status` knows what is not in the store yet, and `--check` what the store lost or has with other bytes."""

import shutil
from pathlib import Path

import pytest
from replacing import replace
from unit.project.stored_projects import away, lose, sha_of, store_of, stored_project

from ltxspec.plan.status import Finding, FindingKind
from ltxspec.project.archives.pull import Wanted, pull_missing
from ltxspec.project.archives.push import push_videos
from ltxspec.project.archives.verify import verify_store
from ltxspec.project.project import ProjectContext
from ltxspec.project.status.state import project_status
from ltxspec.project.status.store import check_store, unsent_of
from ltxspec.storage.store.port import ObjectFacts


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> ProjectContext:
    return stored_project(tmp_path_factory, tmp_path)


@pytest.fixture
def pushed(opened: ProjectContext) -> ProjectContext:
    push_videos(opened, lambda _: None)
    return opened


def checked(project: ProjectContext) -> list[Finding]:
    return check_store(project, project_status(project).shots)


def found(project: ProjectContext) -> list[tuple[FindingKind, str | None]]:
    return [(one.kind, str(one.address) if one.address else None) for one in checked(project)]


def put(project: ProjectContext, data: bytes, sha256: str) -> None:
    key = f"sandbox/videos/{sha_of(project)[:2]}/{sha_of(project)}"
    store_of(project).objects.put(key, [data], ObjectFacts(sha256, len(data), "video/mp4"), replace=True)


def test_what_was_not_sent_yet_is_counted_and_no_finding(opened: ProjectContext) -> None:
    (shot,) = project_status(opened).shots
    assert shot.unsent == 1
    assert found(opened) == []
    push_videos(opened, lambda _: None)
    (shot,) = project_status(opened).shots
    assert (shot.unsent, found(opened)) == (0, [])


def test_what_was_pulled_or_verified_in_a_fresh_clone_is_known_to_be_in_the_store(pushed: ProjectContext) -> None:
    lists = pushed.local / "store"
    shutil.rmtree(lists)
    assert [shot.unsent for shot in project_status(pushed).shots] == [1]
    assert verify_store(pushed).sound == 1
    assert [shot.unsent for shot in project_status(pushed).shots] == [0]
    shutil.rmtree(lists)
    data = lose(pushed)
    assert pull_missing(pushed, Wanted(), lambda _: None).from_store == 1
    assert [shot.unsent for shot in project_status(pushed).shots] == [0]
    shutil.rmtree(lists)
    put(pushed, data[:-1], sha_of(pushed))
    assert (len(verify_store(pushed).bad), [shot.unsent for shot in project_status(pushed).shots]) == (1, [1])


def test_what_is_only_in_the_store_is_not_unsent(pushed: ProjectContext) -> None:
    lose(pushed)
    assert unsent_of(pushed, project_status(pushed).shots) == {}
    assert found(pushed) == []


def test_what_only_this_machine_lacks_is_no_finding_as_long_as_the_store_has_it(pushed: ProjectContext) -> None:
    data = lose(pushed)
    assert project_status(pushed, check=True).findings == []
    put(pushed, data[:-1], sha_of(pushed))
    kinds = {one.kind for one in project_status(pushed, check=True).findings}
    assert kinds == {FindingKind.VIDEO_MISSING, FindingKind.STORED_ALTERED}


def test_what_this_machine_lacks_is_found_where_the_store_cannot_be_asked(
    pushed: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(pushed)
    kinds = [one.kind for one in project_status(away(pushed, monkeypatch), check=True).findings]
    assert kinds == [FindingKind.VIDEO_MISSING, FindingKind.NOT_CHECKED]


def test_what_the_store_lost_is_found(pushed: ProjectContext) -> None:
    store_of(pushed).drop(sha_of(pushed))
    assert found(pushed) == [(FindingKind.STORED_MISSING, "night.alley")]
    kinds = [one.kind for one in project_status(pushed, check=True).findings]
    assert kinds == [FindingKind.STORED_MISSING]


def test_what_is_nowhere_is_missing_in_the_store_as_well(opened: ProjectContext) -> None:
    lose(opened)
    assert found(opened) == [(FindingKind.STORED_MISSING, "night.alley")]


def test_another_size_is_found(pushed: ProjectContext) -> None:
    put(pushed, b"other", sha_of(pushed))
    assert found(pushed) == [(FindingKind.STORED_ALTERED, "night.alley")]


def test_other_bytes_of_the_same_size_are_found_by_the_hash_that_is_kept_with_them(pushed: ProjectContext) -> None:
    data = lose(pushed)
    put(pushed, b"x" * len(data), "ab" * 32)
    assert found(pushed) == [(FindingKind.STORED_ALTERED, "night.alley")]


@pytest.mark.parametrize("url", ["s3://bucket", None])
def test_a_store_that_is_away_or_not_there_is_not_guessed_about(
    url: str | None, pushed: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = away(pushed, monkeypatch)
    if url is None:
        project = replace(project, config=replace(project.config, store=replace(project.config.store, url=None)))
    assert found(project) == ([] if url is None else [(FindingKind.NOT_CHECKED, None)])
    assert "could not be asked" in checked(project)[0].message if url else not checked(project)


def test_wrong_settings_of_a_store_are_a_warning_where_nothing_needs_it(opened: ProjectContext) -> None:
    said: list[str] = []
    wrong = replace(opened.config, store=replace(opened.config.store, url="gopher://bucket"))
    project = replace(opened, config=wrong, warn=said.append)
    assert [shot.unsent for shot in project_status(project).shots] == [0]
    assert "not in the store yet is not known" in said[0]
