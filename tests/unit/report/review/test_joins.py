import pytest

from ltxspec.plan.graph import End
from ltxspec.render.references import Reference
from ltxspec.report.review.joins import follows, short_name, taken_phrase
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import Moment, ShotAddress

ALLEY = ShotAddress("night", "alley")


@pytest.mark.parametrize(
    ("at", "ends", "phrase"),
    [
        ("last", "first", "begins with the last frame of"),
        (2.5, "last", "ends with the frame at 2.5 s of"),
        (None, None, "uses the video of"),
    ],
)
def test_how_a_shot_follows_is_said_in_words(at: Moment | None, ends: End, phrase: str) -> None:
    assert taken_phrase(Use(Reference(ALLEY, at, take=2), ends)) == phrase


def test_a_source_of_the_same_spec_is_named_shortly() -> None:
    assert (short_name(ALLEY, "night"), short_name(ALLEY, "day")) == ("alley", "night.alley")


def test_the_first_use_at_the_head_is_told() -> None:
    use = Use(Reference(ALLEY, "last"), "first")
    shot = ShotReview(ShotAddress("night", "door"), ShotKind.RENDERED, uses_after=(use,))
    assert follows(shot) == ("begins with the last frame of", "alley")
    assert follows(ShotReview(ALLEY, ShotKind.RENDERED, uses_before=(use,))) is None
