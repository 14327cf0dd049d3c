import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
from builders import change, intent, request, task
from fakes import FakeClock, FakeProvider, MemoryState
from unit.apply.stages import stage

from ltxspec.apply.events import ApplyEvent, Kind, Outcome, ShotOutcome
from ltxspec.apply.following import follow
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import Acceptance, Order, TaskReport, TaskState
from ltxspec.apply.recovery import Facts, Limits
from ltxspec.apply.story import StopSignal, Story
from ltxspec.errors import NotSent, ProviderRefused, ProviderUnavailable, SubmissionUncertain
from ltxspec.values import TaskId

Answer = Callable[[FakeProvider, Order], Acceptance]


def fails(error: Exception, *, accepts: bool = False) -> Answer:
    """An order that is answered by an error, although it may have arrived."""

    def answer(provider: FakeProvider, order: Order) -> NoReturn:
        if accepts:
            provider.accept(order)
        raise error

    return answer


LOST = fails(SubmissionUncertain("the reply was lost"))
LOST_BUT_TAKEN = fails(SubmissionUncertain("the reply was lost"), accepts=True)
REFUSED = fails(ProviderRefused("too long", provider_code="invalidDuration", every_copy=True))
MODERATED = fails(ProviderRefused("not allowed", provider_code="contentFlagged"))
POOR = fails(ProviderRefused("no credits", provider_code="insufficientCredits", whole_run=True))
OFFLINE = fails(NotSent("no connection"))


@dataclass
class Bench:
    """One order whose intent is on disk, and nothing sent."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    clock: FakeClock = field(default_factory=FakeClock)
    state: MemoryState = field(default_factory=MemoryState)
    stop: StopSignal = field(default_factory=StopSignal)
    events: list[ApplyEvent] = field(default_factory=list)

    def follow(self, *, whole: bool = True, facts: Facts | None = None, **settings: Any) -> ShotOutcome:
        on = stage(self.provider, self.clock, stop=self.stop, emit=self.events.append, **settings)
        ledger = Ledger("night", self.state, self.clock, {"alley"})
        ledger.intend(intent())
        order = Order(task(), {}, whole=whole)
        story = Story(request().address, change(), ledger, on, order, None, facts or Facts(), ordered_here=True)

        async def all_of_it() -> ShotOutcome:
            async with on.poller:
                return await follow(story)

        return asyncio.run(all_of_it())

    @property
    def steps(self) -> list[str]:
        return [name for name in self.state.writes if name != "lockfile"]


def test_a_good_order_is_sent_accepted_watched_and_written_down() -> None:
    bench = Bench()
    assert bench.follow().outcome is Outcome.RENDERED
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]


def test_a_lost_reply_is_answered_with_a_look_and_never_with_a_new_order() -> None:
    bench = Bench(FakeProvider(script=[LOST_BUT_TAKEN]))
    assert bench.follow().outcome is Outcome.RENDERED
    assert (len(bench.provider.submitted), bench.provider.charges) == (1, {task(): 1})


def test_a_lost_order_is_repeated_only_after_the_grace_time_and_that_is_written_first() -> None:
    bench = Bench(FakeProvider(script=[LOST]))
    assert bench.follow().outcome is Outcome.RENDERED
    assert bench.steps == ["Intent", "Repeated", "Accepted", "Finished", "Committed"]
    assert bench.clock.seconds >= 5
    assert len(bench.provider.submitted) == 2


def test_a_service_that_says_when_to_come_back_is_heeded() -> None:
    bench = Bench(FakeProvider(script=[fails(SubmissionUncertain("too many requests", retry_after=30.0))]))
    assert bench.follow().outcome is Outcome.RENDERED
    assert bench.clock.seconds >= 30


def test_a_definite_no_ends_the_shot_without_a_second_try() -> None:
    bench = Bench(FakeProvider(script=[REFUSED]))
    ended = bench.follow()
    assert (ended.outcome, ended.billable) == (Outcome.FAILED, False)
    assert len(bench.provider.submitted) == 1


def test_a_no_to_a_repeat_says_nothing_of_the_first_copy() -> None:
    bench = Bench(FakeProvider(script=[LOST, MODERATED]))
    ended = bench.follow()
    assert ended.outcome is Outcome.UNRESOLVED
    assert ended.message == "it may have been accepted before, but now: not allowed"


def test_a_mistake_in_the_request_was_one_the_first_time_too() -> None:
    bench = Bench(FakeProvider(script=[LOST, REFUSED]))
    assert bench.follow().outcome is Outcome.FAILED


def test_an_empty_account_stops_the_run_and_leaves_no_trace() -> None:
    bench = Bench(FakeProvider(script=[POOR]))
    assert bench.follow().outcome is Outcome.HELD_BACK
    assert bench.stop.asked() == "no credits"
    assert bench.steps == ["Intent", "Abandoned"]


def test_an_empty_account_at_a_repeat_leaves_the_task_open() -> None:
    bench = Bench(FakeProvider(script=[LOST, POOR]))
    assert bench.follow().outcome is Outcome.UNRESOLVED
    assert "Abandoned" not in bench.steps


def test_without_a_connection_the_order_is_tried_again_and_then_given_up_for_free() -> None:
    bench = Bench(FakeProvider(script=[OFFLINE] * 4))
    assert bench.follow().outcome is Outcome.HELD_BACK
    assert len(bench.provider.submitted) == 4
    assert bench.stop.asked() == "no connection"
    bench = Bench(FakeProvider(script=[OFFLINE] * 3))
    assert bench.follow().outcome is Outcome.RENDERED


def test_without_a_connection_an_order_that_may_be_there_stays_open() -> None:
    bench = Bench(FakeProvider(script=[LOST, *[OFFLINE] * 4]))
    assert bench.follow().outcome is Outcome.UNRESOLVED


def test_a_task_that_does_not_end_is_left_and_not_bought_again() -> None:
    bench = Bench(FakeProvider(polls_needed=10_000))
    ended = bench.follow()
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "no end in sight")
    assert bench.provider.charges == {task(): 1}


def test_a_detached_run_does_not_wait_for_the_end() -> None:
    bench = Bench(FakeProvider(polls_needed=50))
    assert bench.follow(detach=True).outcome is Outcome.DETACHED
    assert bench.steps == ["Intent", "Accepted"]


@pytest.mark.parametrize(("settings", "whole"), [({"submit": False}, True), ({}, False)])
def test_what_may_not_be_sent_is_not_sent(settings: dict[str, Any], whole: bool) -> None:
    bench = Bench()
    unclear = Facts(submits=1, waited=100)
    assert bench.follow(whole=whole, facts=unclear, **settings).outcome is Outcome.UNRESOLVED
    assert bench.provider.submitted == []


@dataclass
class Archive(FakeProvider):
    """Its archive has some outages before it answers."""

    outages: list[ProviderUnavailable] = field(default_factory=list)

    async def look_up(self, task: Order) -> TaskReport:
        if self.outages:
            self.looked_up.append(task.task_id)
            raise self.outages.pop(0)
        return await super().look_up(task)


@pytest.mark.parametrize(("outage", "seconds"), [(ProviderUnavailable("busy", retry_after=70), 75), (None, 5)])
def test_an_archive_that_is_out_of_order_does_not_say_that_nothing_is_there(
    outage: ProviderUnavailable | None, seconds: float
) -> None:
    outages = [outage, ProviderUnavailable("busy")] if outage else []
    provider = Archive(script=[LOST_BUT_TAKEN], visible=False, outages=outages)
    bench = Bench(provider)
    assert bench.follow(limits=Limits(grace=5, task_timeout=600)).outcome is Outcome.RENDERED
    assert (len(provider.submitted), provider.charges) == (1, {task(): 1})
    assert len(provider.looked_up) == (3 if outage else 1)
    assert bench.clock.seconds >= seconds


def test_a_service_without_an_archive_is_asked_for_it_once() -> None:
    provider = Archive(script=[LOST], outages=[ProviderUnavailable("it keeps none", settled=True)])
    bench = Bench(provider)
    assert bench.follow().outcome is Outcome.RENDERED
    assert (len(provider.submitted), len(provider.looked_up)) == (2, 1)


def test_a_key_that_the_archive_refuses_stops_the_run_and_keeps_the_task() -> None:
    class Locked(FakeProvider):
        async def look_up(self, _: Order) -> NoReturn:
            raise ProviderRefused("the key is bad", provider_code="invalidApiKey", whole_run=True)

    bench = Bench(Locked(script=[LOST]))
    ended = bench.follow()
    assert (ended.outcome, ended.message, bench.stop.asked()) == (
        Outcome.UNRESOLVED,
        "the key is bad",
        "the key is bad",
    )
    assert (len(bench.provider.submitted), bench.steps) == (1, ["Intent"])


@pytest.mark.parametrize(("visible", "in_archive"), [(True, False), (False, True)])
def test_after_a_second_unclear_answer_everything_is_looked_at_again_before_a_third_order(
    visible: bool, in_archive: bool
) -> None:
    provider = FakeProvider(script=[LOST, LOST_BUT_TAKEN], visible=visible, in_archive=in_archive)
    bench = Bench(provider)
    assert bench.follow().outcome is Outcome.RENDERED
    assert (len(provider.submitted), provider.charges) == (2, {task(): 1})
    assert bench.clock.seconds >= (5 if visible else 10)


def test_after_a_second_unclear_answer_no_look_of_before_it_counts() -> None:
    class GoesBlind(FakeProvider):
        async def poll(self, tasks: Sequence[Order]) -> Mapping[TaskId, TaskReport]:
            if len(self.submitted) > 1:
                raise ProviderUnavailable("busy")
            return await super().poll(tasks)

    bench = Bench(GoesBlind(script=[LOST, LOST_BUT_TAKEN], in_archive=False))
    assert bench.follow().outcome is Outcome.UNRESOLVED
    assert len(bench.provider.submitted) == 2


def test_a_key_that_is_refused_while_watching_stops_the_run_and_keeps_the_task() -> None:
    class Locked(FakeProvider):
        async def poll(self, _: Any) -> NoReturn:
            raise ProviderRefused("the key is bad", provider_code="invalidApiKey", whole_run=True)

    bench = Bench(Locked())
    assert bench.follow().outcome is Outcome.UNRESOLVED
    assert bench.stop.asked() == "the key is bad"
    assert bench.steps == ["Intent", "Accepted"]


def test_a_task_seen_alive_is_known_to_be_accepted() -> None:
    bench = Bench(FakeProvider(script=[LOST_BUT_TAKEN], polls_needed=3))
    bench.follow()
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]
    assert Kind.SHOT_RUNNING in [event.kind for event in bench.events]


def test_a_failure_of_the_provider_is_written_down_with_its_reason() -> None:
    from ltxspec.lock.models import Failure

    bench = Bench()
    broken = Failure("providerError", "it broke", permanent=False)
    bench.provider.reports[task()] = TaskReport(task(), TaskState.FAILED, failure=broken, exists=True)
    assert bench.follow(limits=Limits(grace=5, task_timeout=60)).message == "providerError: it broke"
    assert bench.state.lockfile.shots["alley"].takes[0].failure == broken
