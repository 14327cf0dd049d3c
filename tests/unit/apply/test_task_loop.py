import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

import pytest
from builders import change, intent, request, task
from fakes import START, FakeClock, FakeProvider, MemoryState
from replacing import replace
from unit.apply.stages import UNKNOWN, Shows, stage

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger, timestamp
from ltxspec.apply.polling import Poller
from ltxspec.apply.ports import Acceptance, LocalMedia, Provider, RenderOrder, TaskReport, TaskState
from ltxspec.apply.recovery import Facts, RecoveryLimits
from ltxspec.apply.task import StopSignal, TaskRun
from ltxspec.apply.task_loop import follow
from ltxspec.errors import MediaError, NotSent, ProviderRefused, ProviderUnavailable, StorageError, SubmissionUncertain
from ltxspec.lock.journal import Accepted, Event, Failed, Finished, Remarked, Repeated
from ltxspec.lock.models import Failure, Output
from ltxspec.plan.actions import Change
from ltxspec.values import ShotAddress, TaskId

Answer = Callable[[FakeProvider, RenderOrder], Acceptance]


def fails(error: Exception, *, accepts: bool = False) -> Answer:
    """An order that is answered by an error, although it may have arrived."""

    def answer(provider: FakeProvider, order: RenderOrder) -> NoReturn:
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

    def follow(
        self,
        *,
        whole: bool = True,
        facts: Facts | None = None,
        resumed: bool = False,
        results: int = 1,
        wanted: Change | None = None,
        address: ShotAddress | None = None,
        **settings: Any,
    ) -> ShotOutcome:
        on = stage(self.provider, self.clock, **({"stop": self.stop, "emit": self.events.append} | settings))
        ledger = Ledger("night", self.state, self.clock, {"alley"})
        ledger.intend(intent())
        order, shot = RenderOrder(task(), {}, results=results, whole=whole), address or request().address
        story = TaskRun(
            shot, wanted or change(), ledger, on, order, None, facts or Facts(), ordered_here=True, resumed=resumed
        )  # fmt: skip

        async def all_of_it() -> ShotOutcome:
            async with on.poller:
                return await follow(story)

        return asyncio.run(all_of_it())

    @property
    def steps(self) -> list[str]:
        return [name for name in self.state.writes if name != "lockfile"]

    @property
    def told(self) -> list[tuple[EventKind, str]]:
        return [(event.kind, event.message) for event in self.events]


def seen(state: TaskState = TaskState.RUNNING, results: int = 0, **more: Any) -> TaskReport:
    """A look that proves that the task is there."""
    outputs = tuple(Output(video_uuid=f"v{n}", video_url=f"https://videos.example/{n}.mp4") for n in range(results))
    return TaskReport(task(), state, outputs, exists=True, **more)


BROKEN = seen(TaskState.FAILED, failure=Failure("contentFlagged", "no", permanent=True))


def test_a_good_order_is_sent_accepted_watched_and_written_down() -> None:
    bench = Bench()
    assert bench.follow().outcome is Outcome.RENDERED
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]


def _usual(seconds: float | None, body: Any) -> float | None:
    del body
    return seconds


def test_what_a_render_usually_takes_is_said_and_lengthens_only_a_time_out_that_nobody_set() -> None:
    bench = Bench()
    assert bench.follow(expected=lambda _: 40.4).outcome is Outcome.RENDERED
    assert (EventKind.SHOT_ACCEPTED, "accepted, usually done in about 40 s") in bench.told
    waited = {}
    for patient, usual in ((False, 1.0), (False, 50.0), (True, 1.0), (True, 50.0), (True, None)):
        clock = FakeClock()
        slow = Bench(Shows(live=[seen()]), clock)
        limits = RecoveryLimits(grace=5, task_timeout=60, patient=patient)
        left = slow.follow(limits=limits, expected=partial(_usual, usual))
        assert left.outcome is Outcome.UNRESOLVED
        waited[patient, usual] = round(clock.monotonic())
    assert waited[True, 50.0] >= 150
    assert {waited[False, 1.0], waited[False, 50.0], waited[True, 1.0], waited[True, None]} == {waited[True, None]}
    assert waited[True, None] >= 60


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
    assert bench.told[:4] == [
        (EventKind.SHOT_SUBMITTED, "ordered"),
        (EventKind.SHOT_UNCLEAR, "the reply was lost; looking it up before anything else is sent"),
        (EventKind.SHOT_SUBMITTED, "the same order sent again with the same id"),
        (EventKind.SHOT_ACCEPTED, "accepted"),
    ]


def test_what_another_machine_ordered_is_not_called_an_order_of_this_run() -> None:
    bench = Bench()
    bench.provider.charges[task()] = 1
    assert bench.follow().outcome is Outcome.COLLECTED
    assert bench.told[1] == (EventKind.SHOT_ADOPTED, "the provider already has this task; nothing is charged again")


def test_a_repeat_that_finds_the_first_copy_is_an_order_of_this_run() -> None:
    class Late(FakeProvider):
        def accept(self, order: RenderOrder) -> Acceptance:
            self.visible = order.task_id in self.charges
            return super().accept(order)

    bench = Bench(Late(script=[LOST_BUT_TAKEN], visible=False, in_archive=False))
    assert bench.follow().outcome is Outcome.RENDERED
    assert (len(bench.provider.submitted), bench.provider.charges) == (2, {task(): 1})


def test_a_repeat_that_cannot_be_written_down_is_not_sent() -> None:
    class Full(MemoryState):
        def append(self, event: Event) -> None:
            if isinstance(event, Repeated):
                raise StorageError("the disk is full")
            super().append(event)

    bench = Bench(FakeProvider(script=[LOST]), state=Full())
    ended = bench.follow()
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "the disk is full")
    assert len(bench.provider.submitted) == 1


def test_an_order_of_an_earlier_run_has_waited_since_then() -> None:
    bench = Bench(clock=FakeClock())
    bench.clock.seconds = 1000
    assert bench.follow(facts=Facts(submits=1, waited=100)).outcome is Outcome.RENDERED
    assert len(bench.provider.submitted) == 1
    assert bench.clock.seconds < 1004, "the grace time of 5 s was over before"
    bench = Bench(clock=FakeClock())
    bench.clock.seconds = 1000
    assert bench.follow(facts=Facts(submits=1, waited=2)).outcome is Outcome.RENDERED
    assert 1003 <= bench.clock.seconds < 1006


def test_what_an_earlier_run_left_is_made_anew_once_and_is_then_an_order_of_this_run() -> None:
    class Stores(FakeProvider):
        uploads = 0

        async def upload(self, media: LocalMedia) -> str:
            self.uploads += 1
            return await super().upload(media)

    provider = Stores(script=[LOST, LOST])
    bench = Bench(provider)
    image = LocalMedia(("image",), "sha256:0011223344556677", "a.png", b"png")
    facts = Facts(submits=1, waited=100)
    assert bench.follow(facts=facts, resumed=True, load_media=lambda _: [image]).outcome is Outcome.RENDERED
    orders = [event.order for event in bench.state.journal if isinstance(event, Repeated)]
    assert (len(orders), provider.uploads) == (3, 1)
    assert orders[0] is not None
    assert orders[0]["image"] == "media-44556677"
    assert orders[1:] == [None, None]
    assert {order.body["image"] for order in provider.submitted} == {"media-44556677"}


def test_what_an_earlier_run_left_takes_its_frames_from_other_shots_when_it_is_sent_again() -> None:
    async def frames(_change: Change, _provider: Provider) -> dict[tuple[str | int, ...], str]:
        return {("image",): "the stored frame"}

    bench = Bench(FakeProvider(script=[LOST]))
    wanted = change(wanted=request(image="shot:night.source#last"))
    facts = Facts(submits=1, waited=100)
    assert bench.follow(facts=facts, resumed=True, wanted=wanted, source_media=frames).outcome is Outcome.RENDERED
    assert [order.body["image"] for order in bench.provider.submitted] == ["the stored frame", "the stored frame"]


def test_what_an_earlier_run_left_is_not_sent_again_without_its_frames() -> None:
    async def gone(_change: Change, _provider: Provider) -> dict[tuple[str | int, ...], str]:
        raise MediaError("the video of its source is gone")

    bench = Bench()
    result = bench.follow(facts=Facts(submits=1, waited=100), resumed=True, source_media=gone)
    assert result.outcome is Outcome.UNRESOLVED
    assert result.message == "the video of its source is gone"
    assert bench.provider.submitted == []


def test_of_what_an_earlier_run_left_no_unknown_value_is_written_down_again() -> None:
    bench = Bench()
    known = frozenset({"taskType", "model", "positivePrompt", "duration", "taskUUID", "includeCost"})
    wanted = change(wanted=replace(request(sesame="canary"), known=known))
    assert bench.follow(facts=Facts(submits=1, waited=100), resumed=True, wanted=wanted).outcome is Outcome.RENDERED
    (again,) = (event.order for event in bench.state.journal if isinstance(event, Repeated))
    assert again is not None
    assert (again["sesame"], again["positivePrompt"]) == ("[redacted]", "a")
    assert bench.provider.submitted[0].body["sesame"] == "canary"


def test_a_failure_that_only_the_archive_shows_ends_what_was_sent_once() -> None:
    bench = Bench(Shows(script=[LOST], archived=[BROKEN]))
    assert bench.follow().outcome is Outcome.FAILED
    assert len(bench.provider.submitted) == 1


def test_after_a_repeat_it_may_be_the_refusal_of_the_repeat_and_ends_nothing() -> None:
    bench = Bench(Shows(script=[LOST, LOST], archived=[UNKNOWN, BROKEN], live=[UNKNOWN]))
    assert bench.follow(limits=RecoveryLimits(grace=5, task_timeout=60, max_submits=2)).outcome is Outcome.UNRESOLVED
    refused_then = Bench(Shows(script=[LOST, LOST, MODERATED], archived=[UNKNOWN, BROKEN], live=[UNKNOWN]))
    assert refused_then.follow().outcome is Outcome.UNRESOLVED


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
    assert ended.message == "it may have been accepted earlier, but was refused now: not allowed"


def test_after_a_refused_repeat_the_first_copy_is_looked_for_once_more() -> None:
    class Late(FakeProvider):
        async def submit(self, order: RenderOrder) -> Acceptance:
            self.visible = len(self.submitted) > 0
            return await super().submit(order)

    bench = Bench(Late(script=[LOST_BUT_TAKEN, MODERATED], visible=False, in_archive=False))
    assert bench.follow().outcome is Outcome.RENDERED


def test_a_mistake_in_the_request_was_one_the_first_time_too() -> None:
    bench = Bench(FakeProvider(script=[LOST, REFUSED]))
    assert bench.follow().outcome is Outcome.FAILED


def test_an_empty_account_stops_the_run_and_leaves_no_trace() -> None:
    bench = Bench(FakeProvider(script=[POOR]))
    assert bench.follow().outcome is Outcome.HELD_BACK
    assert bench.stop.asked() == "no credits"
    assert bench.steps == ["Intent", "Abandoned"]
    assert bench.events[-1].code == "insufficientCredits"


def test_an_empty_account_at_a_repeat_leaves_the_task_open() -> None:
    bench = Bench(FakeProvider(script=[LOST, POOR]))
    ended = bench.follow()
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "no credits")
    assert "Abandoned" not in bench.steps


def test_without_a_connection_the_order_is_tried_again_and_then_given_up_for_free() -> None:
    bench = Bench(FakeProvider(script=[OFFLINE] * 4))
    assert bench.follow().outcome is Outcome.HELD_BACK
    assert len(bench.provider.submitted) == 4
    assert (bench.stop.asked(), bench.events[-1].code) == ("no connection", NotSent.code)
    assert bench.clock.seconds == 1 + 2 + 3, "with growing pauses"
    bench = Bench(FakeProvider(script=[OFFLINE] * 3))
    assert bench.follow().outcome is Outcome.RENDERED
    assert bench.steps[:5] == ["Intent", "Repeated", "Repeated", "Repeated", "Accepted"], "each try is written first"


def test_without_a_connection_an_order_that_may_be_there_stays_open() -> None:
    bench = Bench(FakeProvider(script=[LOST, *[OFFLINE] * 4]))
    ended = bench.follow()
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "no connection")


def test_a_task_that_does_not_end_is_left_and_not_bought_again() -> None:
    bench = Bench(FakeProvider(polls_needed=10_000))
    ended = bench.follow()
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "it did not finish in time")
    assert bench.provider.charges == {task(): 1}
    assert bench.clock.seconds == 60


def test_the_time_limit_counts_from_the_beginning_also_for_what_was_unclear_at_first() -> None:
    bench = Bench(FakeProvider(script=[LOST], polls_needed=10_000))
    assert bench.follow().message == "it did not finish in time"
    assert bench.clock.seconds == 60


@pytest.mark.parametrize(
    ("facts", "more", "reason"),
    [
        (Facts(submits=4), {}, "the provider does not know it"),
        (Facts(submits=4, age=86400), {}, "the provider does not know it"),
        (Facts(age=86401), {}, "the provider does not know it, and it is too old to be ordered again automatically"),
        (
            Facts(age=86401, consent=True),
            {"resumed": True, "approved": False},
            "the provider does not know it, and ordering it again costs money: approve it",
        ),
        (
            Facts(unwanted=True),
            {},
            (
                "does not know it; `ltxspec collect --retry 'night.alley'` gives it up once the shot is gone, and "
                "`ltxspec apply --retry 'night.alley'` while it is there"
            ),
        ),
        (Facts(), {"resumed": True, "approved": False}, "and ordering it again costs money: approve it"),
        (Facts(), {"resumed": True, "whole": False}, "the provider does not know it"),
        (Facts(), {"resumed": True, "submit": False}, "the provider does not know it"),
    ],
)
def test_what_is_left_open_says_why(facts: Facts, more: dict[str, Any], reason: str) -> None:
    bench = Bench()
    facts = replace(facts, submits=facts.submits or 1, waited=100)
    message = bench.follow(facts=facts, **more).message or ""
    assert reason in message
    assert reason != "the provider does not know it" or message == reason


def test_what_no_look_could_reach_has_no_end_in_sight() -> None:
    class Deaf(FakeProvider):
        async def poll(self, _: Any) -> NoReturn:
            raise ProviderUnavailable("no answer")

    bench = Bench(Deaf())
    assert (
        bench.follow(facts=Facts(submits=1)).message == "it did not finish in time; the last lookup failed: no answer"
    )
    assert bench.clock.seconds == 60


def test_what_was_not_sent_when_the_run_stops_is_as_if_it_had_not_been_planned() -> None:
    bench = Bench()
    ended = bench.follow(submit=False)
    assert (ended.outcome, ended.message) == (Outcome.HELD_BACK, "this run orders nothing")
    assert bench.steps == ["Intent", "Abandoned"]


@pytest.mark.parametrize("script", [[], [LOST_BUT_TAKEN]])
def test_a_task_that_is_there_is_looked_at_in_growing_pauses(script: list[Answer]) -> None:
    provider, clock = Shows(script=[*script], live=[seen()]), FakeClock()
    poller = Poller(provider, clock, interval=1.0, longest=100.0)
    Bench(provider, clock).follow(poller=poller, limits=RecoveryLimits(grace=5, task_timeout=1000))
    assert provider.polls < 35
    assert clock.seconds == 1000


def test_a_task_that_may_not_be_there_is_looked_for_in_growing_pauses_as_well() -> None:
    provider, clock = Shows(script=[LOST]), FakeClock()
    poller = Poller(provider, clock, interval=1.0, longest=100.0)
    Bench(provider, clock).follow(poller=poller, limits=RecoveryLimits(grace=1000, task_timeout=1000))
    assert (provider.polls < 35, len(provider.submitted)) == (True, 1)


def test_each_result_of_several_is_taken_in_when_it_is_seen() -> None:
    class Stops(Exception):
        """The power goes out."""

    def power_cut(event: ApplyEvent) -> None:
        if event.kind is EventKind.SHOT_DELIVERED and event.message.startswith("2 of 3"):
            raise Stops

    bench = Bench(Shows(live=[seen(), seen(results=1), seen(results=1), seen(results=2), seen(results=2)]))
    with pytest.raises(Stops):
        bench.follow(results=3, emit=power_cut)
    assert bench.clock.seconds <= 5
    (take,) = bench.state.lockfile.shots["alley"].takes
    assert [output.sha256 is not None for output in take.outputs] == [True, True]


def test_results_that_only_the_archive_shows_are_taken_in_as_well() -> None:
    bench = Bench(Shows(script=[LOST_BUT_TAKEN], archived=[seen(results=1)]))
    ended = bench.follow(results=2)
    assert ended.message == "1 of 2 results are recorded, the others are not available"
    assert len(bench.state.lockfile.shots["alley"].takes[0].outputs) == 1


def test_a_person_may_be_done_with_results_that_never_come() -> None:
    bench = Bench(Shows(live=[seen(results=1)]))
    ended = bench.follow(facts=Facts(submits=1, consent=True, age=1800), results=2)
    missing = "1 of 2 results were delivered; the others are no longer awaited"
    (failed,) = (event for event in bench.state.journal if isinstance(event, Failed))
    assert (ended.outcome, failed.failure) == (Outcome.RENDERED, Failure("incomplete", missing, permanent=False))
    assert bench.events[-1].message == f"archived and recorded; only 1 of 2 results were made (incomplete: {missing})"


@pytest.mark.parametrize("more", [{"submit": False, "age": 9000}, {"age": 5}])
def test_results_that_may_still_be_rendered_are_waited_for_whatever_a_person_says(more: dict[str, Any]) -> None:
    bench, age = Bench(Shows(live=[seen(results=1), seen(TaskState.SUCCEEDED, 2)])), more.pop("age")
    bench.follow(facts=Facts(submits=1, consent=True, age=age), results=2, **more)
    assert len(bench.state.lockfile.shots["alley"].takes[0].outputs) == 2


@pytest.mark.parametrize("end", [seen(TaskState.SUCCEEDED, 2), replace(BROKEN, outputs=seen(results=1).outputs)])
def test_a_person_who_is_done_with_a_task_does_not_change_its_end(end: TaskReport) -> None:
    bench = Bench(Shows(live=[end]))
    bench.follow(facts=Facts(submits=1, consent=True, poll=seen(results=1)), results=2)
    (written,) = (event for event in bench.state.journal if isinstance(event, Finished | Failed))
    assert (written.failure if isinstance(written, Failed) else None) == end.failure


def test_a_detached_run_does_not_wait_for_the_end() -> None:
    bench = Bench(FakeProvider(polls_needed=50))
    assert bench.follow(detach=True).outcome is Outcome.DETACHED
    assert bench.steps == ["Intent", "Accepted"]


def test_a_detached_run_waits_until_it_is_certain_that_the_order_is_there() -> None:
    bench = Bench(FakeProvider(script=[LOST], polls_needed=50))
    assert bench.follow(detach=True).outcome is Outcome.DETACHED
    assert bench.steps == ["Intent", "Repeated", "Accepted"]


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

    async def look_up(self, task: RenderOrder) -> TaskReport:
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
    assert bench.follow(limits=RecoveryLimits(grace=5, task_timeout=600)).outcome is Outcome.RENDERED
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
        async def look_up(self, _: RenderOrder) -> NoReturn:
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
        async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
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
    ended = bench.follow()
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "the key is bad")
    assert bench.stop.asked() == "the key is bad"
    assert bench.steps == ["Intent", "Accepted"]


def test_a_task_seen_alive_is_known_to_be_accepted() -> None:
    bench = Bench(FakeProvider(script=[LOST_BUT_TAKEN], polls_needed=3))
    bench.follow()
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]
    running = [event for event in bench.events if event.kind is EventKind.SHOT_RUNNING]
    assert [(event.message, event.percent) for event in running] == [("rendering", 50), ("rendering", 50)]


def test_a_first_sign_of_an_unclear_order_is_written_down_at_once_and_no_look_before_it_counts_as_one() -> None:
    bench = Bench(Shows(script=[LOST_BUT_TAKEN], live=[UNKNOWN, seen(), seen(TaskState.SUCCEEDED, 1)]))
    assert bench.follow(limits=RecoveryLimits(grace=50, task_timeout=600)).outcome is Outcome.RENDERED
    (accepted,) = [event for event in bench.state.journal if isinstance(event, Accepted)]
    assert accepted.at == timestamp(START + timedelta(seconds=2))
    assert [event.kind for event in bench.events].count(EventKind.SHOT_RUNNING) == 1


def test_a_failure_of_the_provider_is_written_down_with_its_reason() -> None:
    bench = Bench()
    broken = Failure("providerError", "it broke", permanent=False)
    bench.provider.reports[task()] = TaskReport(task(), TaskState.FAILED, failure=broken, exists=True)
    assert bench.follow(limits=RecoveryLimits(grace=5, task_timeout=60)).message == "providerError: it broke"
    assert bench.state.lockfile.shots["alley"].takes[0].failure == broken


@dataclass
class Remarking(FakeProvider):
    """Says something of a task before it delivers."""

    asked: int = 0

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        self.asked += 1
        if self.asked > 3:
            return await super().poll(tasks)
        said = "providerError: rejected the image" if self.asked > 1 else None
        return {item.task_id: TaskReport(item.task_id, TaskState.RUNNING, remark=said, exists=True) for item in tasks}


def test_a_remark_that_cannot_be_written_down_ends_no_wait() -> None:
    class Full(MemoryState):
        def append(self, event: Event) -> None:
            if isinstance(event, Remarked):
                raise StorageError("the disk is full")
            super().append(event)

    bench = Bench(Remarking(), state=Full())
    assert bench.follow().outcome is Outcome.RENDERED
    assert [event.kind for event in bench.events].count(EventKind.SHOT_REMARK) == 1


def test_what_the_provider_says_of_a_task_in_progress_is_passed_on_once() -> None:
    bench = Bench(Remarking())
    assert bench.follow().outcome is Outcome.RENDERED
    remarks = [event.message for event in bench.events if event.kind is EventKind.SHOT_REMARK]
    assert remarks == ["the provider says: providerError: rejected the image; still waiting"]
    assert bench.state.writes.count("Remarked") == 1
