"""What a timeline says about its shots."""

from fractions import Fraction

from replacing import replace
from unit.report.timeline.timelines import NOTE, REMARK, cut, cut_take, unrendered

from ltxspec.report.timeline.models import State
from ltxspec.report.timeline.saying import Mark, marks, said, take_text

RATE = Fraction(25)
TOLD = cut(take=cut_take(remark=REMARK, notes=(NOTE,)))


def test_a_shot_is_named_with_its_take_or_with_why_it_has_none() -> None:
    assert take_text(cut()) == "night.alley, take 2 of 3"
    assert take_text(TOLD) == "night.alley, take 2 of 3, rejected by Bo"
    assert take_text(cut(state=State.OUTDATED, why="prompt changed")) == (
        "night.alley, take 2 of 3, outdated: prompt changed"
    )
    assert take_text(unrendered()) == "night.door, held: waits for approval of alley"


def test_verdict_and_notes_are_markers_at_their_moments() -> None:
    assert list(marks(TOLD, RATE)) == [
        Mark("rejected by Bo at 2–3 s: too dark", "RED", 50, 25),
        Mark("note by Ada at 4.5 s: a second hand?", "CYAN", 112, 0),
    ]
    assert said(TOLD) == [mark.text for mark in marks(TOLD, RATE)]
    assert (list(marks(unrendered(), RATE)), said(unrendered()), list(marks(cut(), RATE))) == ([], [], [])


def test_a_marker_never_leaves_its_clip() -> None:
    late = replace(REMARK, at=100.0, until=200.0)
    assert next(marks(cut(take=cut_take(remark=late)), RATE)).start == 199
    whole = replace(REMARK, at=None, until=None)
    assert next(marks(cut(take=cut_take(remark=whole)), RATE)).start == 0
