from decimal import Decimal

from builders import intent, journal, lockfile, record, request, take, task
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace
from unit.review.changes import BASE, HEAD, by_key, plan_of, reviewed, side

from ltxspec.errors import Diagnostic, Location
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.merge import merge_lockfiles
from ltxspec.lock.models import Lockfile
from ltxspec.plan.planfile import plan_digest
from ltxspec.review.models import Review, ShotKind
from ltxspec.review.sides import ReviewSide
from ltxspec.values import ShotAddress

NOTHING = Decimal(0)
ALLEY = request("alley", "rain")
OWNED = lockfile(alley=record(take("rain", number=1)))


def test_two_equal_sides_have_nothing_to_review() -> None:
    review = reviewed(side(BASE, ALLEY, lock=OWNED), side(HEAD, ALLEY, lock=OWNED))
    assert list(review.shots) == []
    assert (review.unchanged, review.spent, review.estimate) == (1, NOTHING, NOTHING)
    assert (review.total_before, review.total_after) == (Decimal("0.48"), Decimal("0.48"))
    assert list(review.refusals) == []


def test_money_is_told_for_what_was_bought_what_is_to_buy_and_in_all() -> None:
    base = side(BASE, ALLEY, lock=OWNED)
    lock = lockfile(alley=record(take("rain", number=1)), pier=record(take("fog", number=2, cost="1.20")))
    review = reviewed(base, side(HEAD, ALLEY, request("pier", "fog"), request("gate", "x"), lock=lock), limit="5.00")
    assert (review.spent, review.estimate) == (Decimal("1.20"), Decimal("0.48"))
    assert (review.total_before, review.total_after) == (Decimal("0.48"), Decimal("1.68"))
    assert {key: shot.kind for key, shot in by_key(review).items()} == {
        "pier": ShotKind.RENDERED,
        "gate": ShotKind.PENDING,
    }
    assert review.unchanged == 1


def test_an_unknown_price_is_counted_and_never_taken_for_nothing() -> None:
    lock = lockfile(alley=record(take("rain", number=1, cost=None)))
    review = reviewed(side(BASE), side(HEAD, ALLEY, request("pier", "fog", estimate=None), lock=lock))
    assert (review.spent, review.spent_unknown) == (NOTHING, 1)
    assert (review.estimate, review.estimate_unknown) == (NOTHING, 1)
    assert (review.total_before_unknown, review.total_after_unknown) == (0, 1)
    assert [refusal.code for refusal in review.refusals] == ["unknown-price"]


def test_the_digest_is_the_one_that_apply_compares() -> None:
    head = side(HEAD, ALLEY, request("pier", "fog"), lock=OWNED)
    assert reviewed(side(BASE), head).plan_digest == plan_digest(plan_of(head))


def test_a_head_that_is_not_wholly_known_cannot_be_approved() -> None:
    head = side(HEAD, ALLEY, lock=OWNED)
    for spoiled in (
        replace(head, unrendered=frozenset({"day"})),
        replace(head, unreadable=frozenset({"day"})),
        replace(head, complete=False),
    ):
        assert reviewed(side(BASE), spoiled).plan_digest == ""


def test_what_the_base_paid_for_and_the_head_does_not_record_is_lost() -> None:
    base = side(BASE, ALLEY, lock=lockfile(alley=record(take("rain", number=1), take("mist", number=2, cost=None))))
    review = reviewed(base, side(HEAD, ALLEY, lock=OWNED))
    assert [(str(item.address), item.take.task_id) for item in review.lost] == [("night.alley", task(2))]
    assert review.refusals[0].code == "tasks-lost"
    assert "1 of unknown cost" in review.refusals[0].message


def test_a_take_that_moved_to_another_spec_is_neither_lost_nor_bought() -> None:
    day = Lockfile("runware", "day", {"alley": record(take("rain", number=1))})
    base, head = side(BASE, ALLEY, lock=OWNED), side(HEAD, lock=lockfile(), others=[day])
    head = replace(head, requests={"night": {}, "day": {"alley": request("alley", "rain", spec="day")}})
    review = reviewed(base, head)
    (shot,) = review.shots
    assert (list(review.lost), review.spent) == ([], NOTHING)
    assert (shot.kind, shot.address, shot.origin) == (
        ShotKind.MOVED,
        ShotAddress("day", "alley"),
        ShotAddress("night", "alley"),
    )


def test_a_lockfile_that_only_one_side_can_read_makes_up_no_money() -> None:
    readable = side(HEAD, ALLEY, lock=OWNED)
    broken = ReviewSide(BASE, {"night": {"alley": ALLEY}}, {}, unreadable=frozenset({"night"}))
    review = reviewed(broken, readable)
    assert (review.spent, list(review.lost), list(review.shots)) == (NOTHING, [], [])
    back = reviewed(replace(readable, name=BASE), replace(broken, name=HEAD, requests={}))
    assert (back.spent, list(back.lost)) == (NOTHING, [])


def test_problems_of_the_head_stand_in_the_way_and_in_the_review() -> None:
    problem = Diagnostic("error", "unknown-key", "no such key", Location("specs/night.yaml", 3, 1))
    review = reviewed(side(BASE), side(HEAD), diagnostics=[problem])
    assert review.diagnostics == (problem,)
    assert review.refusals[0].code == "invalid"


def test_a_task_of_an_earlier_version_stands_beside_the_shot_it_was_for() -> None:
    under_way = journal(OpenTask(intent("older", number=7), "accepted"))
    review = reviewed(side(BASE), side(HEAD, request("alley", "newer")), journal=under_way)
    assert [shot.kind for shot in review.shots] == [ShotKind.PENDING, ShotKind.RESUMING]
    assert review.estimate == Decimal("0.48")
    assert (review.under_way, review.under_way_unknown) == (Decimal(0), 1), (
        "its model is not in the catalog: no other price counts"
    )


def merged(ours: Lockfile, theirs: Lockfile, base: Lockfile) -> Review:
    """A branch that bought the edited alley, seen after a merge into a main that had moved on meanwhile."""
    both = merge_lockfiles(ours, theirs, base)
    edited, pier = request("alley", "storm"), request("pier", "fog")
    return reviewed(side(BASE, ALLEY, pier, lock=theirs), side(HEAD, edited, pier, lock=both))


def test_what_a_branch_bought_is_recognised_after_the_merge_although_main_moved_on() -> None:
    bought = take("storm", number=2, at="2026-11-22T11:00:00Z")
    on_branch = lockfile(alley=record(take("rain", number=1), bought, current=2))
    on_main = lockfile(alley=record(take("rain", number=1)), pier=record(take("fog", number=3)))
    review = merged(on_branch, on_main, OWNED)
    shot = by_key(review)["alley"]
    assert (shot.kind, shot.after, review.estimate) == (ShotKind.RENDERED, bought, NOTHING)
    assert (review.spent, list(review.lost), review.unchanged) == (Decimal("0.48"), [], 1)


TEXTS = st.sampled_from(["rain", "fog", "storm"])
RECORDS = st.dictionaries(
    st.sampled_from(["alley", "pier", "gate"]), st.dictionaries(st.integers(1, 6), TEXTS, min_size=1, max_size=3)
)
WISHES = st.dictionaries(st.sampled_from(["alley", "pier", "gate"]), TEXTS)


@given(WISHES, RECORDS, WISHES, RECORDS)
def test_whatever_changed_every_cent_and_every_shot_is_accounted_for(
    before: dict[str, str], old: dict[str, dict[int, str]], after: dict[str, str], new: dict[str, dict[int, str]]
) -> None:
    def build(name: str, wishes: dict[str, str], records: dict[str, dict[int, str]]) -> ReviewSide:
        shots = {key: record(*(take(text, number=n) for n, text in takes.items())) for key, takes in records.items()}
        return side(
            name, *(request(key, text) for key, text in wishes.items()), lock=Lockfile("runware", "night", shots)
        )

    base, head = build(BASE, before, old), build(HEAD, after, new)
    review = reviewed(base, head)
    numbers = [{n for takes in records.values() for n in takes} for records in (old, new)]
    assert review.total_before == len(numbers[0]) * Decimal("0.48")
    assert review.total_after == len(numbers[1]) * Decimal("0.48")
    assert review.spent == len(numbers[1] - numbers[0]) * Decimal("0.48")
    assert len(review.lost) == len(numbers[0] - numbers[1])
    listed = {shot.address.instance for shot in review.shots} | {item.address.instance for item in review.altered}
    assert review.unchanged == len(after.keys() - listed)
    spending = [change.address.instance for change in plan_of(head).changes if change.action.spends]
    assert [shot.address.instance for shot in review.shots if shot.kind is ShotKind.PENDING] == spending
    again = reviewed(head, head)
    assert all(shot.inherited for shot in again.shots)
    assert (again.spent, list(again.lost)) == (NOTHING, [])
