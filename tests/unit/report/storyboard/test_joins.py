from builders import output
from msgspec.structs import replace as with_fields
from storyboards import shot, take

from ltxspec.render.references import Reference
from ltxspec.report.storyboard.joins import joins_of
from ltxspec.report.storyboard.models import Picture
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind
from ltxspec.values import ShotAddress

ALLEY = ShotAddress("night", "alley")
LAST = Reference(ALLEY, "last")
OLD, NEW = (take(number, "x", with_fields(output(number), sha256=str(number) * 64)) for number in (1, 2))
STILL = Picture(5.96, 96, 54, b"jpeg")


def test_a_frame_stands_beside_the_one_that_it_became_on_both_sides() -> None:
    uses = [Use(LAST, "first", sha256=name * 64, take=number, result=1) for number, name in enumerate("ab", 1)]
    followed = shot("door", ShotKind.RENDERED, OLD, NEW, uses_before=(uses[0],), uses_after=(uses[1],))
    before, after = joins_of(followed, {("b" * 64, "last"): STILL, ("2" * 64, "first"): STILL}, {ALLEY: 7})
    assert (before.side, after.side, after.card, after.source) == ("Before", "After", 7, "night.alley")
    assert (after.phrase, after.detail) == ("Begins with the last frame of", "take 2")
    assert [frame.picture for frame in after.frames] == [STILL, STILL]
    assert [frame.blank for frame in before.frames] == ["Its video is not on this machine."] * 2


def test_what_there_is_no_picture_of_is_said_in_words() -> None:
    to_come = shot("door", ShotKind.PENDING, uses_after=(Use(LAST, "first"), Use(Reference(ALLEY, None))))
    first, whole = joins_of(to_come, {}, {})
    assert [frame.blank for frame in first.frames] == ["Not known yet: its take is still to come.", "No video yet."]
    assert [frame.blank for frame in whole.frames] == ["The whole video is used."]
    assert (first.side, first.card, first.detail) == ("", None, "")
    broken = joins_of(shot("door", ShotKind.RENDERED, None, NEW, uses_after=(Use(LAST, None, "c" * 64),)),
                      {("c" * 64, "last"): "It cannot be shown."}, {})  # fmt: skip
    assert broken[0].frames[0].blank == "It cannot be shown."
    assert broken[0].detail == "a take that is not recorded here"


def test_the_same_on_both_sides_is_shown_once_and_a_pinned_take_says_so() -> None:
    use = Use(Reference(ALLEY, "last", take=3, result=2), "first", "a" * 64, 3, 2)
    (join,) = joins_of(shot("door", ShotKind.UPDATED, OLD, OLD, uses_before=(use,), uses_after=(use,)), {}, {})
    assert (join.side, join.detail) == ("", "take 3, result 2, pinned")
