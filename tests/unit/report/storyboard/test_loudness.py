import pytest
from unit.report.storyboard.test_takes import clip, output

from ltxspec.lock.measured import VideoFacts
from ltxspec.report.storyboard.loudness import loudness


def facts(found: float | None) -> VideoFacts:
    return VideoFacts(
        width=192, height=108, fps=25, seconds=2, audio=True, black_seconds=0, frozen_seconds=0, loudness=found
    )


@pytest.mark.parametrize(
    ("found", "words"), [(-23.1, "-23.1 LUFS"), (-9.0, "-9.0 LUFS"), (-70.0, "silent"), (None, "")]
)
def test_loudness_is_said_as_it_is_recorded(found: float | None, words: str) -> None:
    assert loudness(output("a", facts=facts(found)), clip("a", audio=True)) == words


def test_a_video_without_audio_is_not_silent_but_has_none() -> None:
    assert loudness(output("a"), clip("a")) == "no audio"
    assert loudness(output("a"), clip("a", audio=True)) == ""
