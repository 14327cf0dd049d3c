import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from builders import output, task
from fakes import FakeProvider
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.apply.addresses import fresh_addresses, results_by_now
from ltxspec.apply.ports import RenderOrder, TaskReport, TaskState
from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.lock.models import Output
from ltxspec.values import TaskId

ORDER = RenderOrder(task(), {}, 1)
FIRST, SECOND = output(1, home=False), output(2, home=False)
DOWN = ProviderUnavailable("it answers 503")
BAD_KEY = ProviderRefused("the key is bad", provider_code="invalidApiKey", whole_run=True)


def moved(known: Output, place: str = "fresh") -> Output:
    return replace(known, video_url=f"https://videos.example/{place}/{known.video_uuid}.mp4")


def report(*outputs: Output) -> TaskReport:
    return TaskReport(task(), TaskState.SUCCEEDED, outputs, exists=True)


@dataclass
class Desk(FakeProvider):
    """Answers a poll and a look-up with what a test wants."""

    live: TaskReport | Exception = field(default_factory=report)
    archived: TaskReport | Exception = field(default_factory=report)

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        if isinstance(self.live, Exception):
            raise self.live
        return {tasks[0].task_id: self.live}

    async def look_up(self, task: RenderOrder) -> TaskReport:
        self.looked_up.append(task.task_id)
        if isinstance(self.archived, Exception):
            raise self.archived
        return self.archived


def ask(desk: Desk, *known: Output, missing: Sequence[int] | None = None) -> tuple[dict[int, str], str | None]:
    places = range(len(known)) if missing is None else missing
    fresh = asyncio.run(fresh_addresses(desk, ORDER, known, places))
    assert fresh.more == ()
    return dict(fresh.found), fresh.trouble


def test_the_live_state_is_enough_where_it_tells_every_address() -> None:
    desk = Desk(live=report(moved(SECOND), moved(FIRST)))
    assert ask(desk, FIRST, SECOND) == ({0: moved(FIRST).video_url, 1: moved(SECOND).video_url}, None)
    assert desk.looked_up == []


def test_the_archive_is_asked_for_what_the_live_state_does_not_tell() -> None:
    desk = Desk(live=report(moved(FIRST)), archived=report(moved(FIRST, "older"), moved(SECOND)))
    assert ask(desk, FIRST, SECOND) == ({0: moved(FIRST).video_url, 1: moved(SECOND).video_url}, None)


@pytest.mark.parametrize("live", [report(), report(FIRST), DOWN, BAD_KEY])
def test_an_empty_unchanged_or_failed_look_leads_to_the_archive(live: TaskReport | Exception) -> None:
    desk = Desk(live=live, archived=report(moved(FIRST)))
    assert ask(desk, FIRST) == ({0: moved(FIRST).video_url}, None)


def test_only_the_missing_places_are_answered() -> None:
    desk = Desk(live=report(moved(FIRST), moved(SECOND)))
    assert ask(desk, FIRST, SECOND, missing=[1]) == ({1: moved(SECOND).video_url}, None)


def test_the_trouble_is_told_only_when_no_question_was_answered() -> None:
    assert ask(Desk(live=DOWN, archived=BAD_KEY), FIRST) == ({}, "the key is bad")
    assert ask(Desk(live=DOWN, archived=report()), FIRST) == ({}, None)
    assert ask(Desk(live=report(), archived=DOWN), FIRST) == ({}, None)


def test_without_ids_only_a_single_result_is_certain() -> None:
    nameless = replace(FIRST, video_uuid=None)
    fresh = replace(nameless, video_url="https://videos.example/fresh.mp4")
    assert ask(Desk(live=report(fresh)), nameless) == ({0: fresh.video_url}, None)
    assert ask(Desk(live=report(fresh)), FIRST) == ({0: fresh.video_url}, None)
    assert ask(Desk(live=report(fresh)), nameless, SECOND, missing=[0]) == ({}, None)
    assert ask(Desk(live=report(fresh, moved(SECOND))), nameless) == ({}, None)


def test_another_id_is_another_video() -> None:
    assert ask(Desk(live=report(moved(SECOND))), FIRST) == ({}, None)


def test_an_id_that_stands_for_two_results_tells_nothing() -> None:
    assert ask(Desk(live=report(moved(FIRST), moved(FIRST, "other"))), FIRST, SECOND) == ({}, None)


@given(st.permutations(range(5)), st.sets(st.integers(0, 4)))
def test_a_fresh_address_is_always_the_one_of_the_same_video(order: Sequence[int], missing: set[int]) -> None:
    known = [output(number, home=False) for number in range(5)]
    desk = Desk(live=report(*(moved(known[place]) for place in order)))
    found, _ = ask(desk, *known, missing=sorted(missing))
    assert found == {place: moved(known[place]).video_url for place in missing}


def test_results_that_came_late_are_found_wherever_the_provider_shows_them() -> None:
    order = RenderOrder(task(), {}, 4)
    third, fourth = output(3, home=False), output(4, home=False)

    def by_now(live: TaskReport | Exception, archived: TaskReport | Exception) -> list[Output]:
        return asyncio.run(results_by_now(Desk(live=live, archived=archived), order, [SECOND, FIRST]))

    assert by_now(report(FIRST, third, SECOND), report(moved(SECOND), fourth)) == [SECOND, FIRST, third, fourth]
    assert by_now(DOWN, report(third)) == [SECOND, FIRST, third]
    assert by_now(report(), BAD_KEY) == [SECOND, FIRST]
    many = [output(number, home=False) for number in range(3, 8)]
    assert by_now(report(*many), report()) == [SECOND, FIRST, third, fourth]
    desk = Desk(live=report(third, fourth))
    asyncio.run(results_by_now(desk, order, [FIRST, SECOND]))
    assert desk.looked_up == [], "all are there"
    assert by_now(report(third), report(moved(third), fourth)) == [SECOND, FIRST, third, fourth], "the live address"


def test_results_that_are_known_stay_however_few_were_ordered() -> None:
    desk = Desk(live=report(FIRST), archived=report(FIRST))
    assert asyncio.run(results_by_now(desk, ORDER, [FIRST, SECOND])) == [FIRST, SECOND]


@pytest.mark.parametrize(("ordered", "told"), [(3, 2), (2, 2), (1, 0)])
def test_other_results_that_are_seen_are_told_where_more_were_ordered_than_are_known(ordered: int, told: int) -> None:
    others = [output(2, home=False), output(3, home=False)]
    desk = Desk(live=report(FIRST, others[0]), archived=report(*others, moved(FIRST)))
    fresh = asyncio.run(fresh_addresses(desk, RenderOrder(task(), {}, ordered), [FIRST], [0]))
    assert (dict(fresh.found), list(fresh.more)) == ({0: moved(FIRST).video_url}, others[:told])
