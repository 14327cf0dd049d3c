"""Shots that follow from each other: what a reference means is what its source has after the plan."""

from builders import intent, journal, lockfile, record, request
from hypothesis import given
from hypothesis import strategies as st
from unit.plan.chains import ALLEY, DOOR, FIRST, OWNED, SECOND, STREET, actions, bought, follows, plan

from ltxspec.apply.records import record_changes
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.selection import selection
from ltxspec.values import ShotAddress


def test_a_new_chain_is_priced_before_its_frames_exist() -> None:
    changes = plan(DOOR, STREET, ALLEY)
    assert set(actions(changes).values()) == {Action.CREATE}
    assert [changes[key].fingerprint is None for key in ("alley", "street", "door")] == [False, True, True]
    assert changes["door"].task_id is None
    assert changes["door"].estimate == changes["alley"].estimate is not None
    assert changes["door"].reasons == (Reason.NEW, Reason.SOURCE_NEW)
    assert changes["door"].after == (ShotAddress("night", "street"),)


def test_a_chain_that_is_bought_is_up_to_date() -> None:
    assert set(actions(plan(ALLEY, STREET, DOOR, locked=OWNED)).values()) == {Action.NO_OP}


def test_a_bought_source_makes_the_next_order_known() -> None:
    changes = plan(ALLEY, STREET, DOOR, locked=lockfile(alley=record(FIRST)))
    assert changes["street"].fingerprint == SECOND.fingerprint
    assert changes["street"].task_id is not None
    assert changes["door"].fingerprint is None


def test_a_source_that_is_edited_replaces_what_follows() -> None:
    changes = plan(request("alley", "edited"), STREET, DOOR, locked=OWNED)
    assert set(actions(changes).values()) == {Action.REPLACE}
    assert changes["street"].reasons == (Reason.SOURCE_CHANGED,)
    assert changes["door"].reasons == (Reason.SOURCE_CHANGED,)


def test_a_retake_replaces_what_follows_unless_its_take_is_pinned() -> None:
    chosen = selection(retakes=["night.alley"])
    assert actions(plan(ALLEY, STREET, locked=OWNED, chosen=chosen))["street"] is Action.REPLACE
    pinned = follows("street", "alley", number=1)
    owned = lockfile(alley=record(FIRST), street=record(bought(pinned, 2, FIRST)))
    assert actions(plan(ALLEY, pinned, locked=owned, chosen=chosen))["street"] is Action.NO_OP


def test_a_pinned_take_goes_along_with_a_source_that_is_renamed_while_its_retake_is_in_progress() -> None:
    pinned = follows("street", "gate", number=1)
    owned = lockfile(alley=record(FIRST), street=record(bought(pinned, 2, FIRST)))
    retake = OpenTask(intent("alley", number=9, instance="alley"), "accepted")
    changes = plan(request("gate", "alley"), pinned, locked=owned, under_way=journal(retake))
    assert changes["gate"].action is Action.RESUME
    assert changes["street"].action in (Action.NO_OP, Action.UPDATE)


def test_a_source_with_another_take_that_is_known_changes_what_follows() -> None:
    other = bought(ALLEY, 9)
    changes = plan(ALLEY, STREET, locked=lockfile(alley=record(FIRST, other, current=9), street=record(SECOND)))
    assert changes["street"].action is Action.REPLACE
    assert changes["street"].reasons == (Reason.SOURCE_CHANGED,)
    assert changes["street"].fingerprint is not None
    back = plan(ALLEY, STREET, locked=lockfile(alley=record(FIRST, other, current=1), street=record(SECOND)))
    assert back["street"].action is Action.NO_OP


def test_a_renamed_source_costs_nothing() -> None:
    lane = request("lane", "alley")
    street = follows("street", "lane")
    changes = plan(lane, street, follows("door", "street"), locked=OWNED)
    assert actions(changes) == {"lane": Action.MOVE, "street": Action.UPDATE, "door": Action.NO_OP}
    assert changes["street"].reasons == (Reason.SOURCE_MOVED,)


def test_a_chain_whose_names_all_changed_costs_nothing() -> None:
    renamed = [request("a", "alley"), follows("b", "a", "street"), follows("c", "b", "door")]
    assert set(actions(plan(*renamed, locked=OWNED)).values()) == {Action.MOVE}


def test_a_row_that_is_taken_away_and_brought_back_costs_nothing() -> None:
    """Without the first row, each of the others begins where that one began, and has the take of the one before."""
    first = request("x", "walk")
    rows = [first, follows("y", "x", "walk"), follows("z", "y", "walk"), follows("w", "z", "walk")]
    takes = [bought(rows[0], 1)]
    for number, row in enumerate(rows[1:], 2):
        takes.append(bought(row, number, takes[-1]))
    whole = lockfile(x=record(takes[0]), y=record(takes[1]), z=record(takes[2]), w=record(takes[3]))
    fewer = [request("y", "walk"), follows("z", "y", "walk"), follows("w", "z", "walk")]
    gone = plan(*fewer, locked=whole)
    assert actions(gone) == {"y": Action.MOVE, "z": Action.MOVE, "w": Action.MOVE}
    after = record_changes(whole, gone.values(), {"y", "z", "w"})
    back = plan(*rows, locked=after)
    assert not any(change.action.spends for change in back.values())
    assert [back[key].task_id for key in ("x", "y", "z", "w")] == [take.task_id for take in takes]


@given(
    sources=st.lists(st.integers(0, 5), min_size=1, max_size=6),
    owned=st.integers(0, 7),
    order=st.permutations(range(7)),
)
def test_a_graph_is_planned_as_its_parts_applied_in_order(sources: list[int], owned: int, order: list[int]) -> None:
    """Shot n+1 follows from one of those before it; the first `owned` of them are bought, in turn."""
    requests = [request("s0", "s0")]
    for number, source in enumerate(sources, 1):
        requests.append(follows(f"s{number}", f"s{source % number}"))
    parents = [None, *(source % number for number, source in enumerate(sources, 1))]
    takes: list[Take] = []
    for number, (wanted, parent) in enumerate(zip(requests[:owned], parents, strict=False), 1):
        takes.append(bought(wanted, number, None if parent is None else takes[parent]))
    locked = lockfile(**{f"s{number}": record(one) for number, one in enumerate(takes)})
    shuffled = [requests[place] for place in order if place < len(requests)]
    changes = plan(*shuffled, locked=locked)
    for number, (wanted, parent) in enumerate(zip(requests, parents, strict=True)):
        change = changes[wanted.address.instance]
        assert change.action is (Action.NO_OP if number < len(takes) else Action.CREATE)
        assert (change.fingerprint is not None) is (parent is None or parent < len(takes))
