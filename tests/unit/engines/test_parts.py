"""Shards of a run: about equal, with whole graphs, and an order as it stands when its machine was lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from spreading import SPEC, Service, project_in, spread

from ltxspec.engines.parts import Part, retried
from ltxspec.lock.journal import Intent, JournalState, OpenTask
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.recorded import RecordedState

NOWHERE = Service("http://127.0.0.1:1/v1")  # nothing is asked or ordered here


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[list[Part]]:
    with spread(project_in(tmp_path / "films", NOWHERE), shards=9) as run:
        yield run.parts


def named(part: Part) -> list[str]:
    return [str(change.address) for change in part.changes]


def test_a_chain_is_in_one_shard_and_no_shard_is_empty(parts: list[Part]) -> None:
    assert sorted(map(named, parts)) == [["night.one[1]", "night.two"], ["night.one[2]"], ["night.one[3]"]]
    assert sum(part.parallelism for part in parts) == 4


def test_an_order_of_a_lost_machine_is_to_do_in_progress_or_ended(tmp_path: Path) -> None:
    with spread(project_in(tmp_path / "films", NOWHERE)) as run:
        change = run.parts[0].orders[0]
        empty = run.run.jobs[0].ledger.state
        assert retried(change, empty) == change
        task = OpenTask(intent_of(change))
        under_way = RecordedState(empty.lockfile, JournalState({task.intent.task_id: task}))
        assert retried(change, under_way).action is Action.RESUME


def intent_of(change: Change) -> Intent:
    assert change.task_id is not None
    assert change.fingerprint is not None
    key = change.address.instance
    return Intent(change.task_id, key, change.fingerprint, 1, 1, {}, {"model": "x"}, {}, None, "2026-11-01T00:00:00Z")


def test_what_is_recorded_already_is_part_of_a_shard_only_where_an_order_follows_from_it(tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", NOWHERE)
    (project.root / "specs/night.yaml").write_text(SPEC.replace("[1, 2, 3]", "[1]"))
    with spread(project) as run:
        assert [named(part) for part in run.parts] == [["night.one[1]", "night.two"]]
