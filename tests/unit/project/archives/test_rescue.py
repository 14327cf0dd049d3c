import shutil
from pathlib import Path

import pytest
from builders import record, take
from replacing import replace
from unit.project.stored_projects import away, file_of, lose, sha_of, store_of, stored_project

from ltxspec.project.archives.push import push_videos
from ltxspec.project.archives.rescue import rescue
from ltxspec.project.project import ProjectContext
from ltxspec.storage.state import open_state


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> ProjectContext:
    return stored_project(tmp_path_factory, tmp_path)


def test_what_only_the_provider_has_is_fetched_and_sent(opened: ProjectContext) -> None:
    lose(opened)
    said: list[str] = []
    would = rescue(opened, said.append, dry_run=True)
    assert (would.pulled.missing, would.pushed, said) == (1, None, ["night.alley: would be fetched"])
    done = rescue(opened, said.append)
    assert done.pushed is not None
    assert (done.pulled.fetched, done.pulled.missing, done.pushed.sent) == (1, 0, 1)
    assert file_of(opened) is not None
    assert store_of(opened).has(sha_of(opened))


def test_what_expires_first_is_rescued_first_and_its_end_is_said(opened: ProjectContext) -> None:
    """Made long ago without a known end; to expire in a week; to expire tomorrow."""
    ends = [None, "2026-12-06T10:00:00Z", "2026-11-30T10:00:00.5Z"]
    made = [replace(take(number=n, at=f"2026-11-0{n}T10:00:00Z"), expires_at=end) for n, end in enumerate(ends, 1)]
    unsaved = [replace(one, outputs=(replace(one.outputs[0], sha256=None),)) for one in made]
    with open_state(opened.paths_of("night")) as state:
        shots = {f"s{number}": record(one) for number, one in enumerate(unsaved, 1)}
        state.write_lockfile(replace(state.read_lockfile(), shots=shots))
    said: list[str] = []
    assert rescue(opened, said.append, dry_run=True).pulled.missing == 3
    assert said == [
        "night.s3: would be fetched; its address expires at 2026-11-30T10:00:00.5Z",
        "night.s2: would be fetched; its address expires at 2026-12-06T10:00:00Z",
        "night.s1: would be fetched",
    ]


def test_what_the_store_has_is_safe_already(opened: ProjectContext) -> None:
    push_videos(opened, lambda _: None)
    lose(opened)
    assert rescue(opened, lambda _: None).pulled.fetched == 0
    assert file_of(opened) is None


def test_what_the_store_has_with_another_size_is_not_safe(opened: ProjectContext, tmp_path: Path) -> None:
    push_videos(opened, lambda _: None)
    (stored,) = [path for path in tmp_path.rglob(sha_of(opened)) if path.is_file()]
    size = stored.stat().st_size
    stored.write_bytes(stored.read_bytes()[:100])
    lose(opened)
    done = rescue(opened, lambda _: None)
    assert done.pushed is not None
    assert (done.pulled.fetched, done.pulled.from_store, done.pushed.sent) == (1, 0, 1)
    assert stored.stat().st_size == size


def test_what_is_gone_everywhere_is_said(opened: ProjectContext) -> None:
    lose(opened)
    for path in (opened.local / "sandbox").iterdir():
        if path.name != "lockfiles":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    said: list[str] = []
    assert rescue(opened, said.append).pulled.missing == 1
    assert said


def test_a_store_that_is_away_counts_as_empty(opened: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(opened)
    said: list[str] = []
    done = rescue(away(opened, monkeypatch), said.append)
    assert (done.pulled.fetched, done.pushed) == (1, None)
    assert "the store `s3://bucket`" in said[0]
