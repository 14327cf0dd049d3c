from decimal import Decimal

from builders import change, request, take, task

from ltxspec.errors import Diagnostic
from ltxspec.lock.facts import AlteredTake, FactChange
from ltxspec.plan.actions import Plan
from ltxspec.plan.terms import SpendingLimits
from ltxspec.review.models import LostTake, RuleChange
from ltxspec.review.refusals import refusals
from ltxspec.values import ShotAddress

NOTHING = Plan("runware", [])
PLAN = Plan("runware", [change()])
ALLEY = ShotAddress("night", "alley")


def codes(plan: Plan = PLAN, limits: SpendingLimits | None = None, **more: list[object]) -> list[str]:
    found = refusals(plan, limits or SpendingLimits(), more.get("lost", []), more.get("diagnostics", []))  # type: ignore[arg-type]  # lists of anything
    return [refusal.code for refusal in found]


def test_nothing_stands_in_the_way_of_a_plan_within_its_limit() -> None:
    assert codes(limits=SpendingLimits(per_apply=Decimal("0.48"))) == []


def test_each_limit_is_the_one_that_apply_has() -> None:
    assert codes(limits=SpendingLimits(per_apply=Decimal("0.47"))) == ["over-budget"]
    assert codes(limits=SpendingLimits(per_shot=Decimal("0.47"))) == ["over-budget"]


def test_each_limit_that_is_exceeded_is_a_refusal() -> None:
    both = SpendingLimits(per_apply=Decimal("0.47"), per_shot=Decimal("0.47"))
    found = refusals(PLAN, both, [], [])
    assert [one.message for one in found] == [
        "the plan costs $0.48, which is over the limit of $0.47 for one apply",
        "`night.alley` would cost more than $0.47 for one shot",
    ]
    assert "per_shot" in (found[1].hint or "")


def test_an_unknown_price_is_named_beside_a_limit_that_is_passed() -> None:
    plan = Plan("runware", [change(), change(wanted=request("pier", "fog", estimate=None), number=2)])
    assert codes(plan, SpendingLimits(per_apply=Decimal("0.10"))) == ["unknown-price", "over-budget"]


def test_warnings_do_not_stand_in_the_way() -> None:
    assert codes(diagnostics=[Diagnostic("warning", "x", "y")]) == []


def test_errors_and_lost_takes_come_first() -> None:
    problems = [Diagnostic("error", "x", "y"), Diagnostic("error", "x", "z")]
    found = refusals(PLAN, SpendingLimits(per_apply=Decimal(0)), [LostTake(ALLEY, take())], problems)
    assert [refusal.code for refusal in found] == ["tasks-lost", "invalid", "over-budget"]
    assert found[0].message == "1 paid task is missing at the head, worth $0.48"
    assert found[1].message == "2 problems; no plan can be made until they are fixed"


def test_errors_are_looked_for_where_they_are_shown_as_not_all_are_of_specs() -> None:
    """`ltxspec validate` knows nothing of lockfiles and commits."""
    (found,) = refusals(NOTHING, SpendingLimits(), [], [Diagnostic("error", "lockfile", "y")])
    assert found.message == "1 problem; no plan can be made until it is fixed"
    assert "validate" not in (found.hint or "")
    assert "listed below" in (found.hint or "")
    assert "`ltxspec lock verify`" in (found.hint or "")


def test_altered_records_stand_in_the_way_unless_they_are_expected_and_count_once_a_task() -> None:
    forged, fresh = (FactChange("/outputs/0/videoURL", "a", "b", expected=expected) for expected in (False, True))
    altered = [AlteredTake(ALLEY, task(1), (forged,)), AlteredTake(ShotAddress("night", "b"), task(1), (forged, fresh))]
    (found,) = refusals(NOTHING, SpendingLimits(), [], [], [*altered, AlteredTake(ALLEY, task(2), (fresh,))])
    assert (found.code, found.message) == ("record-altered", "1 paid task is recorded differently")
    (found,) = refusals(NOTHING, SpendingLimits(), [], [], [*altered, AlteredTake(ALLEY, task(2), (forged,))])
    assert found.message == "2 paid tasks are recorded differently"
    assert refusals(NOTHING, SpendingLimits(), [], [], [AlteredTake(ALLEY, task(2), (fresh,))]) == []


def test_lost_takes_of_unknown_cost_are_counted() -> None:
    lost = [LostTake(ALLEY, take(number=n, cost=cost)) for n, cost in ((1, "0.48"), (2, None), (3, "1.00"))]
    (found,) = refusals(NOTHING, SpendingLimits(), lost, [])
    assert found.message == "3 paid tasks are missing at the head, worth $1.48 and 1 of unknown cost"


def test_lockfiles_that_were_not_moved_with_their_setting_are_to_be_moved_and_not_merged() -> None:
    moved = RuleChange("project.lockfiles", "lockfiles", "locks")
    (found,) = refusals(NOTHING, SpendingLimits(), [LostTake(ALLEY, take())], [], [], [moved])
    assert found.hint == "`[project] lockfiles` changed: move the files as well, with `git mv lockfiles locks`"
