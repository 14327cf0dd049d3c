"""The driver's side: questions are answered once, by the latest attempt only, and what is recorded is on disk."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace
from spreading import Service, Spread, project_in, spread

from ltxspec.apply.events import Outcome
from ltxspec.apply.orders import make_intent, make_order
from ltxspec.engines.driver import Changed
from ltxspec.engines.messages import Answer, Ask, Work
from ltxspec.errors import StorageError
from ltxspec.lock.journal import Intent
from ltxspec.lock.models import Output, ShotRecord, Take
from ltxspec.plan.actions import Action, Change
from ltxspec.project.lookup import recorded_state
from ltxspec.version import __version__

NOWHERE = Service("http://127.0.0.1:1/v1")
AT = "2026-11-01T00:00:00.000Z"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Spread]:
    with spread(project_in(tmp_path / "films", NOWHERE), shards=1) as started:
        yield started


def ask(run: Spread, kind: str, *arguments: object, attempt: str = "a", number: int = 0) -> Answer:
    ask.count = number or ask.count + 1  # type: ignore[attr-defined]  # counts the questions of this module
    return run.desk.answer([Ask(0, attempt, kind, arguments, (), ask.count)])[0]  # type: ignore[attr-defined]  # as above


ask.count = 0  # type: ignore[attr-defined]  # as above


def first(run: Spread) -> Change:
    return next(change for change in run.parts[0].orders if change.task_id is not None)


def intent(change: Change) -> Intent:
    assert change.request is not None
    assert change.task_id is not None
    return make_intent(change, make_order(change.request, change.task_id).body, AT)


def take(change: Change) -> Take:
    order = intent(change)
    outputs = (Output(video_uuid="v", sha256="a" * 64, bytes=1),)
    return Take(
        task_id=order.task_id, fingerprint=order.fingerprint, model="lightricks:ltx@2.5-fast", request=order.request,
        status="succeeded", cost=Decimal("0.54"), outputs=outputs, inputs={}, submitted_at=AT, finished_at=AT,
    )  # fmt: skip


def failed_take(change: Change) -> Take:
    return replace(take(change), status="failed", outputs=(), code="x", message="it failed", permanent=True)


def begin(run: Spread, attempt: str = "a") -> Work:
    answer = ask(run, "begin", __version__, attempt=attempt)
    assert answer.failure is None
    return cast("Work", answer.value)


def order(run: Spread, change: Change) -> None:
    assert ask(run, "reserve", change.task_id, change.estimate, "night", change.address).value is True
    assert ask(run, "append", "night", intent(change)).failure is None


def record(run: Spread, change: Change, of: Take) -> Answer:
    shots = {change.address.instance: ShotRecord(of.task_id, (of,))}
    return ask(run, "records", "night", Changed(shots, {}, {}, {}))


def test_a_machine_with_another_version_gets_no_work(run: Spread) -> None:
    answer = ask(run, "begin", "0.0.1")
    assert answer.failure is not None
    assert answer.failure.code == "other-version"


def test_an_earlier_attempt_is_not_heard(run: Spread) -> None:
    begin(run)
    begin(run, "b")
    answer = ask(run, "append", "night", intent(first(run)))
    assert answer.failure is not None
    assert answer.failure.code == "superseded"
    assert not recorded_state(run.run.project, "night").journal.open


def test_a_question_that_arrives_twice_is_answered_once(run: Spread) -> None:
    begin(run)
    change = first(run)
    assert ask(run, "reserve", change.task_id, change.estimate, "night", change.address).value is True
    for _ in range(2):
        assert ask(run, "append", "night", intent(change), number=90).failure is None
    assert len(run.run.states["night"].events()) == 1


def test_an_intent_is_on_the_disk_before_its_question_is_answered(run: Spread) -> None:
    begin(run)
    order(run, first(run))
    assert list(recorded_state(run.run.project, "night").journal.open) == [first(run).task_id]


def test_what_a_lost_machine_reserved_but_did_not_order_is_free_again(run: Spread) -> None:
    begin(run)
    change = first(run)
    ask(run, "reserve", change.task_id, change.estimate, "night", change.address)
    assert run.run.budget.open_orders[0] == 1
    begin(run, "b")
    assert run.run.budget.open_orders[0] == 0


def test_the_next_attempt_resumes_what_is_open_and_orders_nothing_that_is_recorded(run: Spread) -> None:
    begin(run)
    change, other = [one for one in run.parts[0].orders if one.task_id is not None][:2]
    order(run, change)
    order(run, other)
    assert record(run, other, take(other)).failure is None
    (part,) = begin(run, "b").parts
    actions = {one.address: one.action for one in part.changes}
    assert actions[change.address] is Action.RESUME
    assert {event.task_id for event in part.events} >= {change.task_id}


def test_outcomes_of_a_lost_machine_are_those_that_it_recorded(run: Spread) -> None:
    begin(run)
    done, failed, open_ = [one for one in run.parts[0].orders if one.task_id is not None][:3]
    for change in (done, failed, open_):
        order(run, change)
    record(run, done, take(done))
    record(run, failed, failed_take(failed))
    found = {item.address: item.outcome for item in run.desk.lost(run.parts[0], "the cluster gave it up")}
    assert found[done.address] is Outcome.RENDERED
    assert found[failed.address] is Outcome.FAILED
    assert found[open_.address] is Outcome.UNRESOLVED
    assert list(found.values()).count(Outcome.HELD_BACK) == 1


def test_a_lockfile_that_cannot_be_written_is_a_failure_of_the_question_and_tried_again(run: Spread) -> None:
    begin(run)
    change = first(run)
    order(run, change)
    state = run.run.states["night"]
    write = state.write_lockfile

    def fail(_: object) -> None:
        raise StorageError("the disk is full")

    state.write_lockfile = fail  # type: ignore[method-assign, assignment]  # a disk that fails
    answer = record(run, change, take(change))
    assert answer.failure is not None
    assert answer.failure.summary == "the disk is full"
    state.write_lockfile = write  # type: ignore[method-assign]  # it has room again
    assert ask(run, "news").failure is None
    assert change.address.instance in recorded_state(run.run.project, "night").lockfile.shots


def test_what_stops_one_shard_stops_all(run: Spread) -> None:
    begin(run)
    assert ask(run, "stop", "the account is empty").stop == "the account is empty"
    assert run.run.stop.asked() == "the account is empty"
    change = first(run)
    ask(run, "reserve", change.task_id, change.estimate, "night", change.address)
    answer = ask(run, "append", "night", intent(change))
    assert answer.failure is not None
    assert answer.failure.summary == "the account is empty"


def test_with_a_limit_a_shard_orders_one_by_one_until_a_price_is_confirmed(tmp_path: Path) -> None:
    more = '[budget]\nper_apply = "9"\n'
    with spread(project_in(tmp_path / "films", NOWHERE, more), shards=1) as run:
        assert begin(run).is_limited
        order(run, first(run))
        ask(run, "budget", "settle", first(run).task_id, Decimal(0))  # a refusal, which proves nothing
        assert begin(run, "b").is_limited
        ask(run, "budget", "settle", first(run).task_id, Decimal("0.54"), attempt="b")
        assert not begin(run, "c").is_limited
