from builders import output, request, take
from msgspec.structs import replace as with_fields
from replacing import replace

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Take
from ltxspec.render.expectations import Expectations
from ltxspec.review.expected import unmet_of
from ltxspec.review.models import Unmet

FACTS = VideoFacts(width=1280, height=720, fps=25, seconds=8, audio=False, black_seconds=0, frozen_seconds=0)


def filmed(*unmet: str) -> Take:
    return replace(take("a"), outputs=(with_fields(output(1), facts=FACTS, unmet=unmet or None),))


def test_what_is_expected_now_is_told_in_words_and_without_the_video() -> None:
    asked = replace(request(), expect=Expectations(audio=True, fps=25))
    assert unmet_of(filmed("audio"), asked) == (Unmet("audio", "it has no audio"),)
    assert unmet_of(filmed(), asked) == (Unmet("audio", "it has no audio"),)  # expected only since then


def test_what_was_expected_when_it_came_does_not_go_away_with_the_expectation() -> None:
    assert unmet_of(filmed("audio"), request()) == unmet_of(filmed("audio"), None) == (Unmet("audio", None),)


def test_nothing_is_said_of_what_is_as_expected_or_not_there() -> None:
    assert unmet_of(filmed(), replace(request(), expect=Expectations(fps=25))) == ()
    assert unmet_of(None, request()) == ()
