import asyncio
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from builders import change, intent, lockfile, output, record, request, take, task
from fakes import FakeClock, MemoryState
from replacing import replace

from ltxspec.apply.ledger import Ledger, by_name, timestamp
from ltxspec.apply.ports import Archived, TaskReport, TaskState
from ltxspec.errors import StorageError
from ltxspec.lock.journal import Abandoned, Accepted, Failed, Finished, Intent, Repeated
from ltxspec.lock.models import Failure, Lockfile, Output, Take
from ltxspec.plan.actions import Action

NEW = output(home=False)
HOME = Archived("0" * 64, 7)
DONE = TaskReport(task(), TaskState.SUCCEEDED, (NEW,), Decimal("0.48"))
BROKEN = Failure("providerError", "it broke", permanent=False)


def ledger(state: MemoryState | None = None, *wanted: str) -> tuple[Ledger, MemoryState]:
    state = state or MemoryState()
    return Ledger("night", state, FakeClock(), wanted or ("alley",)), state


def finished(report: TaskReport = DONE) -> tuple[Ledger, MemoryState]:
    book, state = ledger()
    book.intend(intent())
    book.accept(task())
    book.finish(task(), report)
    return book, state


def test_times_are_milliseconds_of_utc() -> None:
    assert timestamp(datetime(2026, 11, 22, 10, 0, 0, 999_999, UTC)) == "2026-11-22T10:00:00.999Z"
    assert timestamp(datetime(2026, 11, 22, 12, 0, 0, 0, timezone(timedelta(hours=2)))) == "2026-11-22T10:00:00.000Z"


def ordered_at(book: Ledger, at: str, *, number: int = 2, instance: str = "alley") -> str:
    return book.intend(intent(number=number, instance=instance, at=at)).intent.at


def test_an_order_is_recorded_later_than_every_take_of_its_shot_though_the_clock_was_set_back() -> None:
    late = take(at="2026-11-22T12:00:00.999Z")
    for known in (lockfile(alley=record(late)), lockfile({"alley": record(late)})):
        book, state = ledger(MemoryState(known))
        assert ordered_at(book, "2026-11-22T10:00:00.000Z") == "2026-11-22T12:00:01.000Z"
        assert [event.at for event in state.journal] == ["2026-11-22T12:00:01.000Z"]


def test_an_order_that_is_the_latest_of_its_shot_anyway_keeps_its_time() -> None:
    takes = [take(number=number, at=f"2026-11-22T{9 + number}:00:00.000Z") for number in (1, 2)]
    book, _ = ledger(MemoryState(lockfile(alley=record(*takes))))
    assert ordered_at(book, "2026-11-22T12:00:00.000Z", number=3) == "2026-11-22T12:00:00.000Z"
    assert ordered_at(book, "2026-11-22T11:30:00.000Z", number=4) == "2026-11-22T12:00:00.001Z"
    assert ordered_at(book, "2026-11-22T08:00:00.000Z", number=5, instance="gate") == "2026-11-22T08:00:00.000Z"
    assert ordered_at(book, "some day", number=6) == "some day"


def test_two_orders_of_a_shot_within_one_millisecond_have_two_times() -> None:
    book, _ = ledger()
    times = [ordered_at(book, "2026-11-22T10:00:00.000Z", number=number) for number in (3, 2, 1)]
    assert times == ["2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00.001Z", "2026-11-22T10:00:00.002Z"]


def test_another_shot_is_not_held_to_the_times_of_this_one() -> None:
    book, _ = ledger(MemoryState(lockfile(alley=record(take(at="2026-11-22T12:00:00Z")))))
    assert ordered_at(book, "2026-11-22T10:00:00.000Z", instance="gate") == "2026-11-22T10:00:00.000Z"


@pytest.mark.parametrize("known", [None, "some day", "2026-11-22T12:00:00", "9999-12-31T23:59:59.999Z"])
def test_takes_without_a_time_hold_no_order_up(known: str | None) -> None:
    book, _ = ledger(MemoryState(lockfile(alley=record(replace(take(), submitted_at=known)))))
    assert ordered_at(book, "2026-11-22T10:00:00.000Z") == "2026-11-22T10:00:00.000Z"


def test_a_task_never_ends_before_it_was_ordered() -> None:
    for end in ("finish", "fail"):
        book, _ = ledger()
        book.intend(intent(at="2026-11-22T12:00:00.000Z"))
        book.finish(task(), DONE) if end == "finish" else book.fail(task(), BROKEN, None)
        assert book.open[task()].finished_at == "2026-11-22T12:00:00.000Z"


def test_every_step_is_written_before_it_is_believed() -> None:
    book, state = ledger()
    assert book.intend(intent()).stage == "intent"
    book.repeat(task())
    book.accept(task())
    assert [type(event) for event in state.journal] == [Intent, Repeated, Accepted]
    assert book.open[task()].stage == "accepted"
    assert book.open[task()].sends == 2


def test_a_step_that_cannot_be_written_is_not_believed() -> None:
    class Full(MemoryState):
        def append(self, _: object) -> None:
            raise OSError("disk full")

    book, _ = ledger(Full())
    with pytest.raises(OSError, match="disk full"):
        book.intend(intent())
    assert book.open == {}


def test_a_ledger_goes_on_from_what_is_on_disk() -> None:
    recorded = lockfile(alley=record(take()))
    book, _ = ledger(MemoryState(recorded, [intent(number=2), Accepted(task(2), "2026-11-22T10:00:01Z")]))
    assert book.lockfile == recorded
    assert [(item.intent.task_id, item.stage) for item in book.open.values()] == [(task(2), "accepted")]


def test_a_finished_task_becomes_a_take_and_is_closed() -> None:
    book, state = finished()
    written = book.commit(task(), "alley", [HOME], wanted=True, ttl=3600)
    assert written == Take(
        task_id=task(),
        fingerprint=intent().fingerprint,
        model="maker:1@0",
        request=intent().request,
        status="succeeded",
        cost=Decimal("0.48"),
        outputs=(replace(NEW, sha256=HOME.sha256, bytes=7),),
        inputs={},
        submitted_at="2026-11-22T10:00:00Z",
        finished_at="2026-11-22T10:00:00.000Z",
        expires_at="2026-11-22T11:00:00.000Z",
        retake=1,
        attempt=1,
    )
    assert state.lockfile.shots["alley"].current == task()
    assert book.open == {}
    assert state.writes[-2:] == ["lockfile", "Committed"]


def test_a_video_that_is_not_home_keeps_the_task_open_and_what_was_paid_recorded() -> None:
    book, state = finished()
    written = book.commit(task(), "alley", [None], wanted=True)
    assert (written.cost, written.outputs[0].sha256, written.expires_at) == (Decimal("0.48"), None, None)
    assert state.lockfile.shots["alley"].takes == (written,)
    assert set(book.open) == {task()}


def test_a_hash_that_was_recorded_is_known_the_next_time() -> None:
    book, _ = finished(replace(DONE, outputs=(NEW, output(2, home=False))))
    book.commit(task(), "alley", [HOME, None], wanted=True)
    assert [item.sha256 for item in book.outputs_of(task())] == [HOME.sha256, None]


def test_a_take_that_nobody_wants_any_more_is_kept_and_does_not_become_current() -> None:
    book, state = finished()
    book.commit(task(), "elsewhere", [HOME], wanted=False)
    everything = {**state.lockfile.shots, **state.lockfile.retired}
    assert everything["elsewhere"].take(task()) is not None
    assert "alley" not in everything


def test_a_failure_is_a_take_without_videos_and_without_an_invented_cost() -> None:
    book, state = ledger()
    book.intend(intent())
    book.fail(task(), BROKEN, None)
    written = book.commit(task(), "alley", [], wanted=True)
    assert (written.status, written.cost, written.outputs, written.failure) == ("failed", None, (), BROKEN)
    assert state.lockfile.shots["alley"].current is None
    assert book.open == {}


def test_a_failure_that_was_charged_keeps_its_cost() -> None:
    book, state = ledger()
    book.intend(intent())
    book.fail(task(), BROKEN, TaskReport(task(), TaskState.FAILED, cost=Decimal("0.48"), failure=BROKEN))
    assert book.open[task()].cost == Decimal("0.48")
    written = book.commit(task(), "alley", [], wanted=True)
    assert (written.status, written.cost, written.finished_at) == (
        "failed",
        Decimal("0.48"),
        "2026-11-22T10:00:00.000Z",
    )
    assert state.lockfile.shots["alley"].takes == (written,)
    assert [event.cost for event in state.journal if isinstance(event, Failed)] == [Decimal("0.48")]


def test_videos_of_a_task_that_failed_in_part_are_kept() -> None:
    book, _ = ledger()
    book.intend(intent())
    book.fail(task(), BROKEN, replace(DONE, state=TaskState.FAILED))
    written = book.commit(task(), "alley", [HOME], wanted=True)
    assert (written.status, written.failure, len(written.outputs)) == ("succeeded", None, 1)


def test_an_order_that_was_never_accepted_leaves_no_trace_in_the_lockfile() -> None:
    book, state = ledger()
    book.intend(intent())
    book.abandon(task(), "no connection")
    assert (book.open, state.lockfile) == ({}, Lockfile("runware", "night"))


def test_a_signature_of_an_address_is_kept_for_the_download_and_never_written() -> None:
    signed = replace(NEW, video_url="https://videos.example/1.mp4?X-Amz-Signature=secret")
    book, state = finished(replace(DONE, outputs=(signed,)))
    book.commit(task(), "alley", [None], wanted=True)
    assert book.outputs_of(task())[0].video_url == signed.video_url
    assert "secret" not in repr(state.journal) + repr(state.lockfile)
    assert any(isinstance(event, Finished) for event in state.journal)


def test_a_recorded_task_that_is_taken_up_again_was_accepted_and_keeps_its_results() -> None:
    book, state = ledger()
    book.reopen(intent(), [NEW])
    assert state.writes == ["Intent", "Accepted", "Delivered"]
    assert (book.open[task()].stage, book.outputs_of(task())) == ("accepted", (NEW,))


def test_an_order_that_is_made_anew_is_written_without_its_secrets() -> None:
    book, state = ledger()
    book.intend(intent())
    book.repeat(task())
    book.repeat(task(), {"uploadEndpoint": "https://bucket.example/?X-Amz-Signature=secret", "fps": 25})
    repeats = [event.order for event in state.journal if isinstance(event, Repeated)]
    assert repeats == [None, {"uploadEndpoint": "[redacted]", "fps": 25}]


def test_an_address_that_worked_takes_the_place_of_the_one_that_did_not() -> None:
    book, _ = finished()
    fresh = replace(NEW, video_url="https://videos.example/fresh.mp4?X-Amz-Signature=secret")
    book.readdress(task(), [fresh])
    assert book.outputs_of(task()) == (fresh,)
    written = book.commit(task(), "alley", [None], wanted=True)
    assert written.outputs[0].video_url == "https://videos.example/fresh.mp4"


def test_results_without_an_id_are_told_apart_by_their_addresses_without_the_signature() -> None:
    one, other = (
        Output(video_uuid=None, video_url=f"https://videos.example/{name}.mp4?X-Amz-Signature=one") for name in "ab"
    )
    later = replace(one, video_url="https://videos.example/a.mp4?X-Amz-Signature=two")
    book, _ = ledger()
    book.intend(intent())
    book.deliver(task(), [one])
    book.finish(task(), replace(DONE, outputs=(other, later)))
    assert book.outputs_of(task()) == (later, other)
    book.commit(task(), "alley", [HOME, None], wanted=True)
    assert [(item.sha256, item.bytes) for item in book.outputs_of(task())] == [(HOME.sha256, 7), (None, None)]


def test_a_result_that_was_seen_is_kept_when_the_rest_fails() -> None:
    book, _ = ledger()
    book.intend(intent())
    book.deliver(task(), [NEW])
    book.fail(task(), BROKEN, None)
    assert book.commit(task(), "alley", [None], wanted=True).outputs == (NEW,)


def test_results_with_an_id_are_the_same_at_any_address_and_without_one() -> None:
    book, _ = ledger()
    book.intend(intent())
    moved = replace(NEW, video_url="https://elsewhere.example/1.mp4")
    for told in (NEW, moved):
        book.deliver(task(), [told])
    assert book.outputs_of(task()) == (moved,)
    book, _ = finished()
    elsewhere = replace(NEW, video_url="https://elsewhere.example/1.mp4")
    book.finish(task(), replace(DONE, outputs=(elsewhere,)))
    assert book.outputs_of(task()) == (elsewhere,)
    nameless = Output(video_uuid=None, video_url=None)
    book, _ = finished(replace(DONE, outputs=(nameless,)))
    assert book.commit(task(), "alley", [None], wanted=True).outputs == (nameless,)


def test_each_result_needs_a_word_of_the_archive() -> None:
    book, _ = finished()
    with pytest.raises(ValueError, match="shorter"):
        book.commit(task(), "alley", [], wanted=True)


def test_a_take_records_the_files_it_was_made_from_and_expires_only_once_it_is_finished() -> None:
    book, _ = ledger()
    book.intend(replace(intent(), inputs={"a.png": "sha256:00"}))
    book.deliver(task(), [NEW])
    written = book.commit(task(), "alley", [HOME], wanted=True, ttl=3600)
    assert (written.inputs, written.expires_at, written.finished_at) == ({"a.png": "sha256:00"}, None, None)
    assert set(book.open) == {task()}


def test_free_changes_are_written_at_once() -> None:
    book, state = ledger(MemoryState(lockfile(alley=record(take()), lane=record(take("b", number=2)))), "alley", "gate")
    move = replace(change(Action.MOVE, request("gate", "b"), number=2), origin="lane")
    book.record([move])
    assert set(state.lockfile.shots) == {"alley", "gate"}
    assert state.writes == ["lockfile"]


def test_closing_tidies_the_journal() -> None:
    book, state = ledger()
    book.close()
    assert state.compacted


def test_a_recorded_task_keeps_the_time_of_its_order_whatever_a_journal_says() -> None:
    recorded = take(status="failed", at="2026-11-21T10:00:00.000Z")
    for known in (lockfile(alley=record(recorded)), lockfile({"alley": record(recorded)})):
        book, state = ledger(MemoryState(known))
        book.intend(intent(at="2026-11-22T10:00:00.000Z"))
        book.finish(task(), DONE)
        book.commit(task(), "alley", [HOME], wanted=True)
        (kept,) = state.lockfile.shots["alley"].takes
        assert (kept.status, kept.submitted_at) == ("succeeded", "2026-11-21T10:00:00.000Z")


def test_results_that_only_their_query_tells_apart_are_kept_apart() -> None:
    both = tuple(Output(video_uuid=None, video_url=f"https://videos.example/get?id={number}") for number in (1, 2))
    book, state = ledger()
    book.intend(intent())
    book.deliver(task(), both[:1])
    book.finish(task(), replace(DONE, outputs=both))
    assert [item.video_url for item in book.outputs_of(task())] == [item.video_url for item in both]
    (end,) = (event for event in state.events() if isinstance(event, Finished))
    assert [item.video_url for item in end.outputs] == ["https://videos.example/get"] * 2
    committed = book.commit(task(), "alley", [HOME, None], wanted=True)
    assert [item.sha256 for item in committed.outputs] == [HOME.sha256, None]


def test_results_that_look_the_same_are_numbered() -> None:
    first, second = output(1), output(2)
    assert list(by_name([first, second, first, first])) == [
        ("video-1", 0), ("video-2", 0), ("video-1", 1), ("video-1", 2),
    ]  # fmt: skip


def test_a_reason_that_utf8_cannot_hold_is_made_readable() -> None:
    book, state = ledger(MemoryState(events=[intent()]))
    book.abandon(task(), "no\udc80")
    assert isinstance(state.journal[-1], Abandoned)
    assert state.journal[-1].reason == "no?"


def of_many(*numbers: int, state: MemoryState | None = None) -> tuple[Ledger, MemoryState]:
    """A ledger with forty takes, in which some further tasks end: fewer than are written at once."""
    state = state or MemoryState()
    state.lockfile = lockfile(**{f"shot-{number}": record(take(number=number)) for number in range(40)})
    book, _ = ledger(state)
    for number in numbers:
        book.intend(intent(number=number, instance=f"new-{number}"))
        book.finish(task(number), replace(DONE, task_id=task(number)))
        book.commit(task(number), f"new-{number}", [HOME], wanted=True)
    return book, state


def test_with_many_takes_a_new_one_is_written_later_and_stays_open_in_the_journal_until_then() -> None:
    book, state = of_many(50)
    done: list[str] = []
    book.when_written(lambda: done.append("note dropped"))
    assert "new-50" in book.lockfile.shots
    assert "new-50" not in state.lockfile.shots
    assert (set(book.unwritten), list(book.open), done) == ({task(50)}, [], [])
    after_a_kill = Ledger("night", state, FakeClock(), ("new-50",))
    assert after_a_kill.open[task(50)].stage == "finished"
    assert after_a_kill.outputs_of(task(50)) == (NEW,)
    book.checkpoint()
    assert "new-50" in state.lockfile.shots
    assert (set(book.unwritten), done) == (set(), ["note dropped"])
    assert Ledger("night", state, FakeClock(), ("new-50",)).open == {}
    book.when_written(lambda: done.append("at once"))
    assert done[-1] == "at once"


def test_a_sixteenth_of_new_takes_is_written_at_once_and_closed_after_that() -> None:
    _, state = of_many(50, 51, 52)
    assert {"new-50", "new-51", "new-52"} <= state.lockfile.shots.keys()
    assert state.writes[-4:] == ["lockfile", "Committed", "Committed", "Committed"]


def test_closing_writes_what_is_left() -> None:
    book, state = of_many(50)
    book.close()
    assert "new-50" in state.lockfile.shots
    assert state.compacted


def test_a_lockfile_that_cannot_be_written_leaves_its_tasks_open_and_their_notes_in_place() -> None:
    class Full(MemoryState):
        def write_lockfile(self, lockfile: Lockfile) -> None:
            del lockfile
            raise StorageError("the disk is full")

    book, state = of_many(50, state=Full())
    book.when_written(lambda: pytest.fail("the note is needed"))
    with pytest.raises(StorageError):
        book.close()
    assert set(book.unwritten) == {task(50)}
    assert list(Ledger("night", state, FakeClock(), ("new-50",)).open) == [task(50)]
    assert not state.compacted


def test_what_follows_from_a_take_waits_until_it_is_written() -> None:
    clock = FakeClock()
    book, state = of_many(50)
    book._clock = book._checkpoints.clock = clock
    asyncio.run(book.written(task(50)))
    assert "new-50" in state.lockfile.shots
    assert clock.seconds == pytest.approx(0.041)  # of 41 takes, at most so many in a second are written for orders
    asyncio.run(book.written(task(50)))
    assert clock.seconds == pytest.approx(0.041)


def test_an_intent_that_did_not_reach_the_disk_is_no_order() -> None:
    class Lost(MemoryState):
        def is_on_disk(self, number: int) -> bool:
            del number
            raise StorageError("it is lost")

    book, _ = ledger(Lost())
    book.intend(intent())
    with pytest.raises(StorageError):
        asyncio.run(book.on_disk(task()))
    book.withdraw(task())
    assert book.open == {}
    asyncio.run(book.on_disk(task(7)))  # of which nothing was written
