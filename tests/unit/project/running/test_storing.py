"""Events of a run on their way to the view, and its videos on their way to the store."""

import asyncio
from pathlib import Path

import pytest
from replacing import replace
from unit.project.projects import recorded
from unit.project.stored_projects import away, sha_of, store_of, stored_project

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.apply.ledger import Ledger
from ltxspec.project.adapters import open_archive
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.storing import Storing
from ltxspec.project.store import sent_list
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.state import open_state
from ltxspec.storage.store.port import ObjectFacts
from ltxspec.values import ShotAddress


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> ProjectContext:
    return stored_project(tmp_path_factory, tmp_path)


class Direct:
    """What the provider put into the store itself: everything, or nothing."""

    def __init__(self, *, keeps: bool) -> None:
        self.keeps = keeps
        self.asked: list[str] = []

    def keep(self, sha256: str) -> bool:
        self.asked.append(sha256)
        return self.keeps


def play(
    opened: ProjectContext, *, committed: bool = True, direct: Direct | None = None
) -> tuple[int, list[ApplyEvent]]:
    """A run that has recorded the take of `night.alley`."""
    told: list[ApplyEvent] = []

    async def run() -> int:
        with open_state(opened.paths_of("night"), command="apply") as state:
            ledger = Ledger("night", state, SystemClock(), {})
            storing = Storing(opened, open_archive(opened), [ledger], told.append, direct)  # type: ignore[arg-type]  # a stand-in
            storing.open()
            take = recorded(opened).shots["alley"].takes[0]
            storing.emit(ApplyEvent(EventKind.SHOT_RUNNING, "running", ShotAddress("night", "alley"), take.task_id))
            if committed:
                address = ShotAddress("night", "alley")
                storing.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", address, take.task_id))
            return await storing.finish()

    return asyncio.run(run()), told


@pytest.mark.parametrize("committed", [True, False], ids=["by this run", "by an earlier run"])
def test_every_recorded_take_is_in_the_store_when_a_run_ends(opened: ProjectContext, *, committed: bool) -> None:
    left, told = play(opened, committed=committed)
    assert (left, len(told)) == (0, 1 + committed)
    assert store_of(opened).has(sha_of(opened))
    assert sent_list(opened, store_of(opened)).read() == {sha_of(opened)}


@pytest.mark.parametrize("keeps", [True, False])
def test_what_the_provider_put_there_is_not_sent(opened: ProjectContext, *, keeps: bool) -> None:
    direct = Direct(keeps=keeps)
    play(opened, direct=direct)
    assert direct.asked[0] == sha_of(opened)
    assert store_of(opened).has(sha_of(opened)) is not keeps


def test_a_store_that_is_away_is_reported_once_with_what_is_left(
    opened: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, told = play(away(opened, monkeypatch))
    assert left == 1
    assert told[-1].kind is EventKind.NOT_STORED
    assert told[-1].message.startswith("1 video recorded and archived here, but not in the store yet: the store `s3:")


def test_the_store_of_another_project_gets_nothing(opened: ProjectContext) -> None:
    store = store_of(opened)
    store.objects.put("ltxspec.json", [b'{"project": "x"}'], ObjectFacts("", 16, "application/json"))
    left, told = play(opened)
    assert (left, store.listed()) == (1, {})
    assert "belongs to the project `x`" in told[-1].message


def test_a_store_that_is_empty_although_it_was_used_gets_nothing(opened: ProjectContext, tmp_path: Path) -> None:
    sent_list(opened, store_of(opened)).add(["a" * 64])
    left, told = play(opened)
    assert left == 1
    assert "is empty" in told[-1].message
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


def test_without_a_store_nothing_is_done(opened: ProjectContext) -> None:
    only = replace(opened, config=replace(opened.config, store=replace(opened.config.store, url=None)))
    left, told = play(only)
    assert (left, [event.kind for event in told]) == (0, [EventKind.SHOT_RUNNING, EventKind.SHOT_COMMITTED])
