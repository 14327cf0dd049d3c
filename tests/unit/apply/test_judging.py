from dataclasses import replace
from typing import Any

from builders import change, output, request, take, task
from fakes import MemoryState
from msgspec import structs
from unit.apply.stages import stage

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.apply.judging import expected_of, judge
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import RenderOrder
from ltxspec.apply.recovery import Facts
from ltxspec.apply.task import RunContext, TaskRun
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Take
from ltxspec.render.expectations import NONE, Expectations

FACTS = VideoFacts(width=64, height=48, fps=24.0, seconds=8.0, audio=False, black_seconds=0.0, frozen_seconds=0.0)


def story(on: RunContext, expect: Expectations | None) -> TaskRun:
    ledger = Ledger("night", MemoryState(), on.clock, {"alley"})
    wanted = None if expect is None else change(wanted=replace(request(), expect=expect))
    order = RenderOrder(task(), {}, 1)
    return TaskRun(request().address, wanted, ledger, on, order, None, Facts(), ordered_here=True)


def made(**parameters: Any) -> Take:
    return structs.replace(take(**parameters), outputs=(structs.replace(output(), facts=FACTS),))


def test_a_task_that_no_shot_wants_is_expected_to_be_nothing() -> None:
    assert expected_of(story(stage(), None)) == NONE
    assert expected_of(story(stage(), Expectations(fps=25))) == Expectations(fps=25)


def test_what_is_unmet_is_said_and_returned() -> None:
    said: list[ApplyEvent] = []
    run = story(stage(emit=said.append), Expectations(fps=25, audio=True))
    assert list(judge(run, made())) == ["fps", "audio"]
    (event,) = said
    assert event.kind is EventKind.SHOT_UNMET
    assert event.message == (
        "not as expected: `fps`: it has 24 frames per second instead of 25; `audio`: it has no audio"
    )


def test_a_video_as_expected_is_not_mentioned() -> None:
    said: list[ApplyEvent] = []
    assert judge(story(stage(emit=said.append), Expectations(fps=24)), made(fps=25)) == {}
    assert said == []


def test_without_expectations_what_all_videos_of_a_model_have_in_common_is_said_once() -> None:
    said: list[ApplyEvent] = []
    on = stage(emit=said.append)
    for _ in range(3):
        assert judge(story(on, NONE), made(generateAudio=True)) == {}
    assert [event.kind for event in said] == [EventKind.SHOT_REMARK]
    assert "it has no audio" in said[0].message
    judge(story(on, NONE), made(generateAudio=True, fps=50))
    assert len(said) == 2
