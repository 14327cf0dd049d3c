from typing import Any

import pytest
from msgspec.structs import replace

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output, Take
from ltxspec.plan.expectations import differences, unmet, unmet_by
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.values import Fingerprint, TaskId

FACTS = VideoFacts(
    width=1920,
    height=1080,
    fps=25.0,
    seconds=8.0,
    audio=True,
    black_seconds=0.5,
    frozen_seconds=1.0,
    silent_seconds=2.0,
    loudness=-20.0,
)
MUTE: dict[str, Any] = {"audio": False, "silent_seconds": None, "loudness": None}
MET = Expectations(
    duration=8,
    fps=25,
    size=(1920, 1080),
    audio=True,
    max_black=0.5,
    max_frozen=1,
    max_silence=2,
    min_loudness=-20,
    max_loudness=-20,
)


def test_a_video_may_be_all_that_is_expected() -> None:
    assert unmet(MET, FACTS) == {}


def test_nothing_is_said_of_what_was_not_measured_or_is_not_expected() -> None:
    assert unmet(MET, None) == {}
    assert unmet(NONE, FACTS) == {}


@pytest.mark.parametrize(
    ("expect", "facts", "name", "words"),
    [
        (Expectations(duration=8), {"seconds": 8.2}, "duration", "it lasts 8.2 s instead of 8 s"),
        (Expectations(fps=25), {"fps": 24.0}, "fps", "it has 24 frames per second instead of 25"),
        (Expectations(size=(1080, 1920)), {}, "size", "it is 1920x1080 instead of 1080x1920"),
        (Expectations(audio=True), MUTE, "audio", "it has no audio"),
        (Expectations(audio=False), {}, "audio", "it has audio"),
        (Expectations(max_black=0.2), {}, "maxBlackSeconds", "it is black for 0.5 s, and 0.2 s is the most"),
        (Expectations(max_frozen=0.5), {}, "maxFrozenSeconds", "it is frozen for 1 s, and 0.5 s is the most"),
        (Expectations(max_silence=1), {}, "maxSilenceSeconds", "it is silent for 2 s, and 1 s is the most"),
        (Expectations(max_silence=1), MUTE, "maxSilenceSeconds", "it is silent for 8 s, and 1 s is the most"),
        (Expectations(min_loudness=-19), {}, "loudness", "its loudness is -20 LUFS, and -19 is the least"),
        (Expectations(max_loudness=-21), {}, "loudness", "its loudness is -20 LUFS, and -21 is the most"),
        (Expectations(min_loudness=-30), MUTE, "loudness", "it has no audio, so it is too quiet"),
    ],
)
def test_what_is_not_met_is_named(expect: Expectations, facts: dict[str, Any], name: str, words: str) -> None:
    assert unmet(expect, replace(FACTS, **facts)) == {name: words}


@pytest.mark.parametrize(
    ("expect", "facts"),
    [
        (Expectations(duration=8), {"seconds": 8.1}),
        (Expectations(duration=8, tolerance=1), {"seconds": 7.0}),
        (Expectations(fps=30), {"fps": 29.97}),
        (Expectations(max_loudness=-9), MUTE),
        (Expectations(min_loudness=-30), {"loudness": None}),
    ],
)
def test_a_little_more_or_less_is_met(expect: Expectations, facts: dict[str, Any]) -> None:
    assert unmet(expect, replace(FACTS, **facts)) == {}


def test_several_results_are_told_apart() -> None:
    outputs = (Output(facts=FACTS), Output(facts=replace(FACTS, fps=24.0)), Output())
    take = Take(
        fingerprint=Fingerprint("v1:x"), model="m", outputs=outputs, request={}, status="succeeded", task_id=TaskId("t")
    )
    assert unmet_by(take, MET) == {"fps": "result 2: it has 24 frames per second instead of 25"}
    assert unmet_by(replace(take, outputs=outputs[1:2]), MET) == {"fps": "it has 24 frames per second instead of 25"}


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ({}, {}),
        ({"duration": 8.5, "fps": 25, "generateAudio": True}, {}),
        ({"duration": 9}, {"duration": "it lasts 8 s instead of 9 s"}),
        ({"fps": 50}, {"fps": "it has 25 frames per second instead of 50"}),
    ],
)
def test_a_video_is_compared_with_its_order(request_: dict[str, Any], found: dict[str, str]) -> None:
    assert differences(request_, FACTS) == found


@pytest.mark.parametrize(
    "request_", [{"providerSettings": {"x": {"generateAudio": True}}}, {"settings": {"audio": True}}]
)
def test_ordered_audio_is_missed(request_: dict[str, Any]) -> None:
    assert differences(request_, replace(FACTS, **MUTE)) == {"audio": "it has no audio"}


def test_the_size_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    from ltxspec.plan.expectations import _size

    assert _size((1280, 720), FACTS) == "it is 1920x1080 instead of 1280x720"
