import pytest
from builders import fingerprint, intent, journal, lockfile, record, request, take, task
from replacing import replace

from ltxspec.catalog.models import Catalog
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.bought_again import bought_again, owned_elsewhere_warnings
from ltxspec.plan.elsewhere import (
    OtherSpec,
    foreign_origins,
    offers,
    owned_elsewhere,
    without_moved,
    without_takes,
)
from ltxspec.plan.recorded import RecordedState
from ltxspec.render.models import Request
from ltxspec.values import ShotAddress

NOTHING = Catalog((), {})
HAS = "`day.gate` has the same render"


def buying(*requests: Request, reason: Reason = Reason.NEW) -> list[Change]:
    return [
        Change(item.address, Action.CREATE, (reason,), request=item, source=(item.file, item.line, item.column))
        for item in requests
    ]


def other(
    recorded: Lockfile, wanted: dict[str, Request] | None = None, state: RecordedState | None = None, name: str = "day"
) -> OtherSpec:
    return OtherSpec(name, state or RecordedState(recorded), lambda: wanted, NOTHING)


def test_what_no_spec_claims_is_free_with_its_history() -> None:
    old = lockfile(gate=record(take("b"), take("a", number=2), current=2))
    found = offers(buying(request()), [other(old, {})], ())
    assert {name: [item.task_id for item in shot.takes] for name, shot in found.records.items()} == {
        "day.gate": [task(1), task(2)]
    }
    assert found.owned == {}


def test_of_a_shot_that_is_still_there_only_the_render_it_does_not_need_is_free() -> None:
    there = lockfile(gate=record(take("a"), take("b", number=2), current=2))
    found = offers(buying(request()), [other(there, {"gate": request("gate", "b", spec="day")})], ())
    assert [item.task_id for item in found.records["day.gate"].takes] == [task(1)]


def test_what_another_spec_uses_is_owned() -> None:
    there = other(lockfile(gate=record(take())), {"gate": request("gate", spec="day")})
    found = offers(buying(request()), [there], ())
    assert (found.records, found.owned) == ({}, {fingerprint("a"): HAS})
    (marked,) = owned_elsewhere(buying(request()), found)
    assert (marked.reasons, marked.note) == ((Reason.NEW, Reason.OWNED_ELSEWHERE), "`day.gate` has the same render")
    (warning,) = owned_elsewhere_warnings([marked])
    assert (warning.code, warning.severity) == ("owned-elsewhere", "warning")
    assert bought_again([marked, *buying(request())]) == [marked]


def test_what_is_unknown_is_owned() -> None:
    found = offers(buying(request()), [other(lockfile({"gate": record(take())}), None)], ())
    assert found.records == {}
    assert "it is unknown whether `day` still needs it" in found.owned[fingerprint("a")]


def test_what_a_shot_may_still_need_once_its_source_is_known_is_owned() -> None:
    unsure = {"gate": replace(request("gate", spec="day"), fingerprint=None)}
    found = offers(buying(request()), [other(lockfile({"gate": record(take())}), unsure)], ())
    assert (found.records, found.owned) == ({}, {fingerprint("a"): HAS})


def test_a_task_in_progress_is_owned() -> None:
    state = RecordedState(lockfile(), journal(OpenTask(intent(instance="gate"))))
    assert offers(buying(request()), [other(lockfile(), {}, state)], ()).owned == {
        fingerprint("a"): "`day.gate` has it in progress; `ltxspec collect` finishes that"
    }


def test_a_take_that_the_plan_uses_already_is_not_free_a_second_time() -> None:
    found = offers(buying(request()), [other(lockfile(gate=record(take())), {})], {task(1)})
    assert (found.records, found.owned) == ({}, {fingerprint("a"): HAS})


def test_a_failed_take_is_neither_free_nor_owned() -> None:
    found = offers(buying(request()), [other(lockfile(gate=record(take(status="failed"))), {})], ())
    assert (found.records, found.owned) == ({}, {})


def test_what_is_bought_on_purpose_is_not_looked_for() -> None:
    there = other(lockfile(gate=record(take())), {})
    found = offers(buying(request(), reason=Reason.RETAKE_REQUESTED), [there], ())
    assert (found.records, found.owned) == ({}, {})


@pytest.mark.parametrize("reason", [Reason.LAST_ATTEMPT_FAILED, Reason.RETRY_REQUESTED])
def test_an_attempt_after_a_failure_asks_for_the_render_and_not_for_another_one(reason: Reason) -> None:
    orders = buying(request(), reason=reason)
    assert list(offers(orders, [other(lockfile(gate=record(take())), {})], ()).records) == ["day.gate"]
    used = other(lockfile(gate=record(take())), {"gate": request("gate", spec="day")})
    assert bought_again(owned_elsewhere(orders, offers(orders, [used], ())))


def test_a_blocked_shot_is_offered_what_is_free_and_buys_nothing() -> None:
    (wanted,) = buying(request())
    blocked = [replace(wanted, action=Action.BLOCKED, reasons=(Reason.FAILED_FOR_GOOD,))]
    assert list(offers(blocked, [other(lockfile(gate=record(take())), {})], ()).records) == ["day.gate"]
    used = other(lockfile(gate=record(take())), {"gate": request("gate", spec="day")})
    assert owned_elsewhere(blocked, offers(blocked, [used], ())) == blocked


def test_moved_names_a_shot_of_another_spec_or_the_same_instance_of_it() -> None:
    there = lockfile(**{"gate[x]": record(take("b")), "wall": record(take("c", number=2))})
    wanted = request("door[x]", "new", moved="day.gate")
    assert list(offers(buying(wanted), [other(there, {})], ()).records) == ["day.gate[x]"]
    assert offers(buying(wanted), [other(there, {"gate[x]": request("gate[x]", "b", spec="day")})], ()).records == {}
    assert offers(buying(request("door", "new", moved="day.none")), [other(there, {})], ()).records == {}


def test_a_shot_is_not_retired_when_another_spec_takes_it_over() -> None:
    gone = Change(ShotAddress("day", "gate"), Action.RETIRE, (Reason.NOT_IN_SPEC,))
    kept = Change(ShotAddress("day", "wall"), Action.RETIRE, (Reason.NOT_IN_SPEC,))
    moved = Change(ShotAddress("night", "alley"), Action.MOVE, origin="day.gate", request=request())
    assert without_moved([gone, kept, moved]) == [kept, moved]
    assert foreign_origins([gone, moved]) == {ShotAddress("night", "alley"): ShotAddress("day", "gate")}


def test_takes_that_moved_away_leave_the_rest() -> None:
    there = lockfile({"old": record(take("c", number=3))}, gate=record(take("a"), take("b", number=2), current=2))
    assert without_takes(there, "gate", {task(2)}) == lockfile(
        {"old": record(take("c", number=3))}, gate=record(take("a"), current=0)
    )
    assert without_takes(there, "old", {task(3)}).retired == {}
    assert without_takes(there, "none", {task(3)}) == there
