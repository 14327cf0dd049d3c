"""Shards of a run: what they order is paid once, whatever becomes of the machines and of the driver's disk."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from spreading import KEY, Died, Service, Spread, opened, project_in, service, spread

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.events import EventKind, Outcome
from ltxspec.apply.task import StopSignal
from ltxspec.engines.messages import ShardEnd
from ltxspec.errors import StorageError
from ltxspec.lock.journal import Event
from ltxspec.project.apply import ApplyOptions, prepare_apply
from ltxspec.project.collect import collect
from ltxspec.project.lookup import recorded_state


@pytest.fixture
def paid(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path / "service") as started:
        yield started


def outcomes(run: Spread, number: int, end: ShardEnd) -> list[Outcome]:
    assert end.failure is None, end.failure
    return [item.outcome for item in run.desk.outcomes(run.parts[number], end.outcomes)]


def is_complete(folder: Path, paid: Service) -> bool:
    """Whether every shot has its take, and nothing is open."""
    have = recorded_state(opened(folder, paid), "night")
    takes = [record.current_take for record in have.lockfile.shots.values()]
    return len(takes) == 4 and all(take and take.status == "succeeded" for take in takes) and not have.journal.open


def test_two_shards_at_once_record_everything_with_the_driver(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project) as run:
        assert [len(part.orders) for part in run.parts] == [2, 2]  # the chain is whole
        ends: dict[int, ShardEnd] = {}
        threads = [
            threading.Thread(target=lambda number=number: ends.update({number: run.shard(number)})) for number in (0, 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [outcomes(run, number, end) for number, end in sorted(ends.items())] == [[Outcome.RENDERED] * 2] * 2
    assert paid.charges() == [1] * 4
    assert is_complete(project.root, paid)
    assert {event.kind for event in run.events} >= {EventKind.SHOT_ACCEPTED, EventKind.SHOT_COMMITTED}
    with prepare_apply(project, ApplyOptions(auto_approve=True)) as again:
        assert again is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"RUNWARE_BASE_URL": "http://127.0.0.1:1/v1"}, "other-service"),
        ({"RUNWARE_API_KEY": "key-of-another-account"}, "other-key"),
        ({"RUNWARE_API_KEY": " "}, "no-key"),
    ],
)
def test_a_machine_that_would_order_elsewhere_orders_nothing(
    paid: Service, tmp_path: Path, changed: dict[str, str], code: str
) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project) as run:
        run.environ = {**run.environ, **changed}
        end = run.shard(0)
        assert end.failure is not None
        assert (end.failure.code, end.failure.exit_code) == (code, 4)
        assert KEY not in repr(end)
        assert [item.outcome for item in run.desk.lost(run.parts[0], end.failure.summary)] == [Outcome.HELD_BACK] * 2
    assert paid.charges() == []
    assert not recorded_state(project, "night").journal.open


@pytest.mark.parametrize(
    ("kind", "count"),
    [("rival", 1), ("Accepted", 1), ("Finished", 1), ("records", 1), ("replan", 1)],
)
def test_a_machine_that_is_lost_at_any_point_pays_once(paid: Service, tmp_path: Path, kind: str, count: int) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project, shards=1) as run:
        with pytest.raises(Died):
            run.shard(0, run.until(kind, count))
        assert sorted(outcomes(run, 0, run.shard(0))) == [Outcome.RENDERED] * 4
        assert [event.kind for event in run.events].count(EventKind.SHARD_REPEATED) == 1
        assert run.run.budget.open_orders == (0, Decimal(0))
        assert run.run.budget.committed == Decimal("2.16")
    assert paid.charges() == [1] * 4
    assert is_complete(project.root, paid)


def test_of_a_shard_that_runs_twice_only_the_later_one_orders(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project, shards=1) as run:
        later: list[ShardEnd] = []

        def send(message: bytes) -> bytes:
            answer = run.send(message)
            if not later and b"Intent" in message:
                later.append(ShardEnd())
                other = threading.Thread(target=lambda: later.insert(0, run.shard(0)))
                other.start()
                other.join()
            return answer

        earlier = run.shard(0, send)
        assert outcomes(run, 0, later[0]) == [Outcome.RENDERED] * 4
        assert Outcome.RENDERED not in {item.outcome for item in earlier.outcomes}
    assert paid.charges() == [1] * 4
    assert is_complete(project.root, paid)


def test_a_driver_that_is_lost_leaves_what_collect_finishes(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project, shards=1) as run, pytest.raises(Died):
        run.shard(0, run.until("Finished"))
    collected = collect(opened(project.root, paid))
    assert collected is not None
    assert collected.count(Outcome.COLLECTED) == len(paid.charges())
    assert set(paid.charges()) == {1}


def test_after_an_interrupt_no_shard_orders(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)
    stop = StopSignal()
    with spread(project, shards=1, stop=stop) as run:

        def send(message: bytes) -> bytes:
            if b"reserve" in message:
                stop.stop("interrupted", by_user=True)  # the answer to the next question is too late to say so
            return run.send(message)

        end = run.shard(0, send)
        assert set(outcomes(run, 0, end)) == {Outcome.HELD_BACK}
        assert {item.message for item in end.outcomes if item.address.shot != "two"} == {"interrupted"}
    assert paid.charges() == []


def test_all_shards_have_one_budget(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project, budget=RunBudget(Decimal("1.20"))) as run:
        assert [part.is_limited for part in run.parts] == [True, True]
        found = [outcome for number in (0, 1) for outcome in outcomes(run, number, run.shard(number))]
        assert sorted(found) == [Outcome.HELD_BACK] * 2 + [Outcome.RENDERED] * 2
        assert run.desk.is_proved  # a shard that begins now orders all at once
    assert paid.charges() == [1] * 2


def test_a_disk_of_the_driver_that_fails_orders_nothing(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)

    def fail(_: Event) -> None:
        raise StorageError("the disk is full")

    with spread(project, shards=1) as run:
        run.run.states["night"].append = fail  # type: ignore[method-assign, assignment]  # a disk that fails, at the right moment
        assert set(outcomes(run, 0, run.shard(0))) == {Outcome.HELD_BACK}
    assert paid.charges() == []


def test_a_lockfile_that_cannot_be_written_leaves_the_journal_open(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)

    def fail(_: object) -> None:
        raise StorageError("the disk is full")

    with spread(project, shards=1) as run:
        run.run.states["night"].write_lockfile = fail  # type: ignore[method-assign, assignment]  # as above
        found = outcomes(run, 0, run.shard(0))
        assert Outcome.RENDERED not in found
    assert set(paid.charges()) == {1}
    collected = collect(opened(project.root, paid))
    assert collected is not None
    assert collected.count(Outcome.COLLECTED) == len(paid.charges())


def test_a_machine_without_the_folder_sends_videos_to_the_store(paid: Service, tmp_path: Path) -> None:
    store = f'[store]\nurl = "file://{tmp_path}/store"\n'
    project = project_in(tmp_path / "films", paid, store)
    (tmp_path / "store").mkdir()
    with spread(project, shards=1, shared=False) as run:
        assert outcomes(run, 0, run.shard(0)) == [Outcome.RENDERED] * 4
    shots = recorded_state(project, "night").lockfile.shots.values()
    wanted = {output.sha256 for record in shots for take in record.takes for output in take.outputs}
    assert {path.name for path in (tmp_path / "store/videos").glob("??/*")} == wanted
    assert not list((tmp_path / "films/.ltxspec/archive").glob("??/*"))
    assert paid.charges() == [1] * 4


def test_a_machine_without_folder_and_store_orders_nothing(paid: Service, tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", paid)
    with spread(project, shards=1, shared=False) as run:
        end = run.shard(0)
        assert end.failure is not None
        assert end.failure.code == "no-store"
        assert {item.outcome for item in run.desk.lost(run.parts[0], end.failure.summary)} == {Outcome.HELD_BACK}
    assert paid.charges() == []
