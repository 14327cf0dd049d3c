"""Folding: what is open after any prefix of any story."""

from decimal import Decimal

import pytest
from builders import intent, output, task
from hypothesis import given
from hypothesis import strategies as st
from lockfile_strategies import events
from replacing import replace

from ltxspec.lock.journal import (
    Abandoned,
    Accepted,
    Claimed,
    Committed,
    Delivered,
    Event,
    Failed,
    Finished,
    Intent,
    JournalState,
    OpenTask,
    Remarked,
    Repeated,
    fold,
    step,
)
from ltxspec.lock.models import Failure
from ltxspec.values import TaskId

NOW = "2026-11-22T10:01:00Z"
BROKEN = Failure("providerError", "it broke", permanent=False)
FINISHED = Finished(task(1), (output(1, home=False),), Decimal("0.48"), NOW)
FAILED = Failed(task(1), **BROKEN.recorded, cost=None, at=NOW)
DELIVERED = Delivered(task(1), (output(1, home=False),), NOW)


def test_what_the_provider_says_is_kept_until_the_task_ends_and_decides_nothing() -> None:
    said = [Remarked(task(1), text, NOW) for text in ("rejected the image", "still at it")]
    (opened,) = fold([intent(), *said]).open.values()
    assert (opened.remark, opened.stage) == ("still at it", "intent")
    (ended,) = fold([intent(), FINISHED, said[0]]).open.values()
    assert (ended.remark, ended.stage) == (None, "finished")


def test_a_claim_of_another_machine_stands_until_something_is_sent_or_the_order_is_seen() -> None:
    claimed = Claimed(task(1), "`ltxspec apply` (process 2 on there, clone b)", NOW)
    (opened,) = fold([intent(), claimed]).open.values()
    assert (opened.claimed_by, opened.stage) == (claimed.who, "intent")
    for event in (Repeated(task(1), NOW), Accepted(task(1), NOW), DELIVERED, FINISHED, FAILED):
        (later,) = fold([intent(), claimed, event]).open.values()
        assert later.claimed_by is None
    (late,) = fold([intent(), Accepted(task(1), NOW), claimed]).open.values()
    assert (late.claimed_by, late.stage) == (None, "accepted")


def stage_after(*story: Event) -> str | None:
    """The stage of task 1, or None when it is not open."""
    opened = fold([intent(), *story]).open.get(task(1))
    return opened.stage if opened else None


def test_a_paid_story_is_open_from_its_intent_until_it_is_committed() -> None:
    story: list[Event] = [intent(), Accepted(task(1), NOW), FINISHED, Committed(task(1), NOW)]
    stages = [[opened.stage for opened in fold(story[:length]).open.values()] for length in range(5)]
    assert stages == [[], ["intent"], ["accepted"], ["finished"], []]


def test_finishing_brings_outputs_cost_and_time() -> None:
    opened = fold([intent(), FINISHED]).open[task(1)]
    assert opened == OpenTask(intent(), "finished", FINISHED.outputs, Decimal("0.48"), None, NOW)


def test_failing_brings_the_reason() -> None:
    opened = fold([intent(), Accepted(task(1), NOW), FAILED]).open[task(1)]
    assert (opened.stage, opened.failure, opened.cost) == ("failed", BROKEN, None)


def test_a_failure_that_was_charged_keeps_its_cost_its_time_and_the_videos_beside_it() -> None:
    failed = Failed(task(1), **BROKEN.recorded, cost=Decimal("0.48"), at=NOW, outputs=(output(1, home=False),))
    opened = fold([intent(), failed]).open[task(1)]
    assert opened == OpenTask(intent(), "failed", failed.outputs, Decimal("0.48"), BROKEN, NOW)


def test_a_repeated_order_keeps_its_stage_and_tells_when_it_was_last_sent() -> None:
    assert fold([intent()]).open[task(1)].sent_at == "2026-11-22T10:00:00Z"
    opened = fold([intent(), Repeated(task(1), NOW)]).open[task(1)]
    assert (opened.stage, opened.sends, opened.sent_at) == ("intent", 2, NOW)
    assert stage_after(Accepted(task(1), NOW), Repeated(task(1), NOW)) == "accepted"


def test_an_order_that_was_made_anew_for_a_repeat_takes_the_place_of_the_journalled_one() -> None:
    made = {**intent().order, "seed": 7}
    assert fold([intent(), Repeated(task(1), NOW)]).open[task(1)].intent == intent()
    opened = fold([intent(), Repeated(task(1), NOW, made)]).open[task(1)]
    assert (opened.intent, opened.sends, opened.sent_at) == (replace(intent(), order=made), 2, NOW)


def test_results_that_are_there_show_that_the_order_was_accepted_and_are_kept() -> None:
    assert fold([intent(), DELIVERED]).open[task(1)] == OpenTask(intent(), "accepted", DELIVERED.outputs)
    more = replace(DELIVERED, outputs=(*DELIVERED.outputs, output(2, home=False)))
    opened = fold([intent(), Accepted(task(1), NOW), DELIVERED, more]).open[task(1)]
    assert (opened.stage, opened.outputs, opened.finished_at) == ("accepted", more.outputs, None)


def test_a_late_delivery_does_not_take_an_end_back() -> None:
    for end in (FINISHED, FAILED):
        late = replace(DELIVERED, outputs=())
        assert fold([intent(), end, late]).open == fold([intent(), end]).open


def test_a_task_has_ended_when_the_last_word_about_it_is_known() -> None:
    stories: list[list[Event]] = [[], [Accepted(task(1), NOW)], [DELIVERED], [FINISHED], [FAILED]]
    ended = [fold([intent(), *story]).open[task(1)].ended for story in stories]
    assert ended == [False, False, False, True, True]


def test_nothing_is_open_in_a_journal_that_holds_nothing() -> None:
    assert JournalState() == fold([]) == JournalState({})


def test_an_order_that_was_not_accepted_is_closed() -> None:
    assert stage_after(Abandoned(task(1), "refused", NOW)) is None


def test_a_late_acceptance_does_not_take_a_task_back() -> None:
    assert stage_after(FINISHED, Accepted(task(1), NOW)) == "finished"
    assert stage_after(FAILED, Accepted(task(1), NOW)) == "failed"


def test_success_after_a_reported_failure_counts_and_failure_after_success_does_not() -> None:
    recovered = fold([intent(), FAILED, FINISHED]).open[task(1)]
    assert (recovered.stage, recovered.failure) == ("finished", None)
    assert stage_after(FINISHED, FAILED) == "finished"


def test_a_second_intent_of_an_open_task_does_not_restart_it() -> None:
    assert stage_after(Accepted(task(1), NOW), intent("other")) == "accepted"
    assert fold([intent(), intent("other")]).open[task(1)].intent == intent()


def test_a_task_may_be_opened_again_after_it_was_closed() -> None:
    assert stage_after(Abandoned(task(1), "refused", NOW), intent()) == "intent"


@pytest.mark.parametrize("stray", [Accepted(task(9), NOW), Committed(task(9), NOW), Abandoned(task(9), "", NOW)])
def test_events_of_unknown_tasks_are_ignored(stray: Event) -> None:
    assert fold([stray]).open == {}


def test_open_tasks_keep_the_order_they_were_opened_in_and_are_found_by_instance() -> None:
    state = fold([intent(number=3, instance="fog"), intent(number=1), intent(number=2), Accepted(task(3), NOW)])
    assert list(state.open) == [task(3), task(1), task(2)]
    assert [opened.intent.task_id for opened in state.by_instance("alley")] == [task(1), task(2)]


@given(st.lists(events, max_size=12))
def test_after_any_prefix_exactly_the_tasks_with_an_intent_and_no_end_since_are_open(story: list[Event]) -> None:
    for length in range(len(story) + 1):
        wanted: set[TaskId] = set()
        for event in story[:length]:
            if isinstance(event, Intent):
                wanted.add(event.task_id)
            elif isinstance(event, Committed | Abandoned):
                wanted.discard(event.task_id)
        assert set(fold(story[:length]).open) == wanted


@given(st.lists(events, max_size=12))
def test_a_stage_never_goes_back_to_before_the_provider_answered(story: list[Event]) -> None:
    rank = {"intent": 0, "accepted": 1, "failed": 2, "finished": 3}
    tasks: dict[TaskId, OpenTask] = {}
    for event in story:
        before = dict(tasks)
        step(tasks, event)
        for task_id, opened in tasks.items():
            if task_id in before:
                assert rank[opened.stage] >= rank[before[task_id].stage]


@given(st.lists(events, max_size=12))
def test_stepping_and_folding_agree(story: list[Event]) -> None:
    tasks: dict[TaskId, OpenTask] = {}
    for event in story:
        step(tasks, event)
    assert fold(story).open == tasks
