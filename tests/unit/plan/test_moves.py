from dataclasses import replace

import pytest
from builders import change, intent, journal, lockfile, record, request, take

from ltxspec.errors import Location
from ltxspec.lock.journal import JournalState, OpenTask
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.moves import heirs_of, idle_moves
from ltxspec.plan.recorded import RecordedState
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import ShotAddress

PLACE = Location("specs/a.yaml", 9, 12)


def moves(
    locked: Lockfile,
    *requests: Request,
    others: dict[str, Lockfile] | None = None,
    taken: frozenset[ShotAddress] = frozenset(),
    heirs: dict[str, ShotAddress] | None = None,
    under_way: JournalState | None = None,
) -> list[str]:
    rendered = RenderedSpec("night", "specs/a.yaml", None, requests)
    state = RecordedState(locked, under_way or JournalState())
    found = idle_moves(
        rendered, state, lambda name: RecordedState((others or {}).get(name, lockfile())), taken, heirs or {}
    )
    assert {(each.severity, each.code, each.where) for each in found} <= {("warning", "moved", PLACE)}
    assert all(each.hint for each in found)
    return [each.message for each in found]


def mover(name: str, moved: str) -> Request:
    return replace(request(name, "new", moved=moved), moved_place=PLACE)


def test_a_move_from_something_recorded_needs_no_word() -> None:
    assert moves(lockfile(alley=record(take())), mover("gate", "alley")) == []
    assert moves(Lockfile("runware", "night", {}, {"alley": record(take())}), mover("gate", "alley")) == []
    assert moves(lockfile(), request("gate")) == []


def test_a_move_from_nothing_is_a_warning() -> None:
    said = ["`moved: aley` names nothing: the lockfile has no takes of it"]
    assert moves(lockfile(alley=record(take())), mover("gate", "aley")) == said
    assert moves(lockfile(aley=record()), mover("gate", "aley")) == said


def test_a_move_from_a_shot_that_is_in_progress_waits_for_its_take() -> None:
    ordered = journal(OpenTask(intent(instance="alley")))
    said = ["`moved: alley` moves nothing yet: `alley` is in progress"]
    assert moves(lockfile(), mover("gate", "alley"), under_way=ordered) == said
    assert moves(lockfile(), mover("gate[x]", "alley"), under_way=ordered) == said
    assert moves(lockfile(alley=record(take())), mover("gate", "alley"), under_way=ordered) == []
    (other,) = moves(lockfile(), mover("gate", "alley"), request("alley"), under_way=ordered)
    assert "names nothing" in other


def test_a_move_that_was_made_needs_no_word_any_more() -> None:
    assert moves(lockfile(gate=record(take())), mover("gate", "alley")) == []


def test_each_shot_is_said_once_and_only_if_no_instance_gets_anything() -> None:
    rain, fog = mover("new[rain]", "old"), mover("new[fog]", "old")
    assert moves(lockfile(), rain, fog) == ["`moved: old` names nothing: the lockfile has no takes of it"]
    assert moves(lockfile(**{"old[fog]": record(take())}), rain, fog) == []
    assert moves(lockfile(**{"new[fog]": record(take())}), rain, fog) == []


def test_a_shot_that_still_exists_gives_nothing_away() -> None:
    said = moves(lockfile(alley=record(take())), mover("gate", "alley"), request("alley"))
    assert said == ["`moved: alley` moves nothing: `alley` is still a shot of this spec, and keeps its takes"]


def test_of_two_shots_that_name_one_the_second_is_said_with_both() -> None:
    first, second = mover("gate", "alley"), mover("lane", "alley")
    locked = lockfile(alley=record(take()))
    heirs = heirs_of([change(Action.REPLACE, first, origin="alley", reasons=(Reason.MOVED_BY_SPEC,))])
    assert heirs == {"night.alley": first.address}
    (message,) = moves(locked, first, second, taken=frozenset({first.address}), heirs=heirs)
    assert message.startswith(
        "`moved: alley` of `night.lane` moves nothing: `night.gate` takes over from it, and a take"
    )
    bought = lockfile(alley=record(take()), lane=record(take("new", number=2)))
    assert moves(bought, first, second, taken=frozenset({first.address}), heirs=heirs) == []


def test_of_two_specs_that_name_a_shot_of_a_third_the_second_is_said_with_both() -> None:
    rival = replace(request("gate", "new", spec="dusk", moved="day.alley"), moved_place=PLACE)
    heirs = heirs_of([change(Action.REPLACE, rival, origin="day.alley", reasons=(Reason.MOVED_BY_SPEC,))])
    (message,) = moves(lockfile(), mover("lane", "day.alley"), heirs=heirs)
    assert "`moved: day.alley` of `night.lane` moves nothing: `dusk.gate` takes over from it" in message


@pytest.mark.parametrize("moved", ["day.alley", "day.alley[rain]"])
def test_another_spec_is_looked_at_too(moved: str) -> None:
    key = moved.removeprefix("day.")
    assert moves(lockfile(), mover("gate", moved)) == [
        f"`moved: {moved}` names nothing: the lockfile of `day` has no takes of it"
    ]
    assert moves(lockfile(), mover("gate", moved), others={"day": lockfile(**{key: record(take())})}) == [
        f"`moved: {moved}` moves nothing: `day` still has that shot, or it is unknown whether it does"
    ]
    gate = mover("gate", moved)
    assert (
        moves(lockfile(), gate, others={"day": lockfile(**{key: record(take())})}, taken=frozenset({gate.address}))
        == []
    )
