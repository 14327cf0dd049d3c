from dataclasses import replace

from builders import change, request

from ltxspec.apply.events import Outcome, ShotOutcome
from ltxspec.apply.retaken import with_retakes
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress


def at(shot: str) -> ShotAddress:
    return ShotAddress("night", shot)


def planned(shot: str, *reasons: Reason, after: tuple[str, ...] = ()) -> Change:
    wanted = replace(request(shot), references=tuple(Reference(at(source), "last") for source in after))
    return replace(change(Action.REPLACE, wanted), reasons=reasons)


RETAKE = planned("alley", Reason.RETAKE_REQUESTED)
STREET = planned("street", Reason.SOURCE_CHANGED, after=("alley",))
DOOR = planned("door", Reason.SOURCE_CHANGED, after=("street",))


def retaken(changes: list[Change], **outcomes: Outcome) -> dict[str, str]:
    ended = [ShotOutcome(at(shot), outcome) for shot, outcome in outcomes.items()]
    found = with_retakes(ended, changes)
    assert [item.address for item in found] == [item.address for item in ended]
    return {item.address.shot: item.retaken.shot for item in found if item.retaken is not None}


def test_what_follows_from_a_retake_that_was_not_made_waits_for_the_retake() -> None:
    held = {"street": Outcome.HELD_BACK, "door": Outcome.HELD_BACK}
    assert retaken([RETAKE, STREET, DOOR], alley=Outcome.FAILED, **held) == dict.fromkeys(
        ("alley", "street", "door"), "alley"
    )
    assert retaken(
        [RETAKE, STREET, DOOR], door=Outcome.HELD_BACK, street=Outcome.HELD_BACK, alley=Outcome.HELD_BACK
    ) == (dict.fromkeys(("alley", "street", "door"), "alley"))


def test_what_follows_from_a_take_that_was_made_or_is_to_come_is_ordered_by_the_next_apply() -> None:
    for outcome in (Outcome.RENDERED, Outcome.DETACHED, Outcome.UNRESOLVED):
        assert retaken([RETAKE, STREET], alley=outcome, street=Outcome.HELD_BACK) == {}


def test_what_changed_by_itself_is_ordered_without_the_retake() -> None:
    edited = planned("street", Reason.REQUEST_CHANGED, Reason.SOURCE_CHANGED, after=("alley",))
    assert retaken([RETAKE, edited], alley=Outcome.FAILED, street=Outcome.HELD_BACK) == {"alley": "alley"}
    both = planned("street", Reason.SOURCE_CHANGED, after=("alley", "lane"))
    lane = planned("lane", Reason.REQUEST_CHANGED)
    ended = {"alley": Outcome.FAILED, "lane": Outcome.RENDERED, "street": Outcome.FAILED}
    assert retaken([RETAKE, lane, both], **ended) == {"alley": "alley"}


def test_a_retake_that_an_earlier_run_ordered_is_one_as_well() -> None:
    resumed = replace(change(Action.RESUME, request("alley")), reasons=(Reason.UNDER_WAY,))
    assert retaken([replace(resumed, retake=2)], alley=Outcome.FAILED) == {"alley": "alley"}
    assert retaken([resumed], alley=Outcome.FAILED) == {}
    assert retaken([], alley=Outcome.FAILED) == {}
