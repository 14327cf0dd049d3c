from collections.abc import Sequence

import pytest
from builders import intent, journal, lockfile, record, request, take
from replacing import replace
from unit.review.changes import BASE, HEAD, by_key, plan_of, reviewed, side

from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, FieldChange
from ltxspec.render.models import Request
from ltxspec.review.compare import ComparisonTerms, compare
from ltxspec.review.models import Cause, ShotKind, ShotReview
from ltxspec.review.sides import ReviewSide
from ltxspec.values import ShotAddress

RAIN, FOG = request("alley", "rain"), request("alley", "fog")
BOUGHT_RAIN = take("rain", number=1)
BOUGHT_FOG = take("fog", number=2, at="2026-11-22T11:00:00Z")
HAS_RAIN = lockfile(alley=record(BOUGHT_RAIN))
HAS_BOTH = lockfile(alley=record(BOUGHT_RAIN, BOUGHT_FOG, current=2))
BASE_SIDE = side(BASE, RAIN, lock=HAS_RAIN)


def only(base: ReviewSide, head: ReviewSide) -> ShotReview:
    (shot,) = reviewed(base, head).shots
    return shot


def test_a_take_bought_in_the_change_is_compared_with_the_one_before_it() -> None:
    shot = only(BASE_SIDE, side(HEAD, FOG, lock=HAS_BOTH))
    assert (shot.kind, shot.before, shot.after) == (ShotKind.RENDERED, BOUGHT_RAIN, BOUGHT_FOG)
    assert (shot.bought, shot.change, shot.inherited) == ((BOUGHT_FOG,), None, False)
    assert (shot.prompt_before, shot.prompt_after) == ("rain", "fog")
    assert shot.changes == (FieldChange("/positivePrompt", "rain", "fog"),)
    assert shot.source == ("specs/night.yaml", 7, 3)


def test_an_edited_shot_is_pending_and_has_nothing_to_show_yet() -> None:
    shot = only(BASE_SIDE, side(HEAD, FOG, lock=HAS_RAIN))
    assert (shot.kind, shot.before, shot.after) == (ShotKind.PENDING, BOUGHT_RAIN, None)
    assert shot.change is not None
    assert shot.change.action is Action.REPLACE
    assert (shot.prompt_before, shot.prompt_after) == ("rain", "fog")


def test_a_shot_bought_and_edited_again_is_pending_with_what_was_bought() -> None:
    shot = only(BASE_SIDE, side(HEAD, request("alley", "storm"), lock=HAS_BOTH))
    assert (shot.kind, shot.before, shot.after, shot.bought) == (ShotKind.PENDING, BOUGHT_RAIN, None, (BOUGHT_FOG,))
    assert (shot.prompt_before, shot.prompt_after) == ("rain", "storm")


def test_of_a_shot_that_the_base_lacks_the_latest_take_is_shown_although_it_is_out_of_date() -> None:
    storm = request("alley", "storm")
    assert only(side(BASE, RAIN), side(HEAD, storm, lock=HAS_BOTH)).earlier == BOUGHT_FOG
    unused = lockfile(alley=record(BOUGHT_RAIN, take("fog", number=2, status="failed"), current=None))
    assert only(side(BASE, RAIN), side(HEAD, storm, lock=unused)).earlier == BOUGHT_RAIN
    assert only(BASE_SIDE, side(HEAD, storm, lock=HAS_BOTH)).earlier is None
    assert only(side(BASE), side(HEAD, FOG)).earlier is None


def test_a_new_shot_has_no_changes_but_a_prompt() -> None:
    shot = only(side(BASE), side(HEAD, RAIN))
    assert (shot.kind, shot.before, shot.changes) == (ShotKind.PENDING, None, ())
    assert (shot.prompt_before, shot.prompt_after) == (None, "rain")


def test_an_edited_shot_that_was_never_rendered_shows_what_changed_in_its_request() -> None:
    shot = only(side(BASE, RAIN), side(HEAD, FOG))
    assert shot.changes == (FieldChange("/positivePrompt", "rain", "fog"),)


def test_what_was_pending_at_the_base_already_is_not_this_change_s_doing() -> None:
    assert only(side(BASE, FOG, lock=HAS_RAIN), side(HEAD, FOG, lock=HAS_RAIN)).inherited
    assert not only(side(BASE, FOG, lock=HAS_RAIN), side(HEAD, FOG, lock=lockfile())).inherited
    leftover = side(BASE, lock=HAS_RAIN)
    assert only(leftover, replace(leftover, name=HEAD)).inherited
    unknown = ReviewSide(BASE, {}, {"night": HAS_RAIN}, unrendered=frozenset({"night"}))
    assert not only(unknown, side(HEAD, FOG, lock=HAS_RAIN)).inherited


def test_a_reverted_prompt_brings_the_earlier_take_back_before_and_after_it_is_recorded() -> None:
    base = side(BASE, FOG, lock=HAS_BOTH)
    planned = only(base, side(HEAD, RAIN, lock=HAS_BOTH))
    recorded = only(base, side(HEAD, RAIN, lock=lockfile(alley=record(BOUGHT_RAIN, BOUGHT_FOG, current=1))))
    for shot in (planned, recorded):
        assert (shot.kind, shot.before, shot.after) == (ShotKind.RESTORED, BOUGHT_FOG, BOUGHT_RAIN)
        assert (shot.prompt_before, shot.prompt_after) == ("fog", "rain")


@pytest.mark.parametrize(
    "lock", [HAS_RAIN, lockfile(gate=record(BOUGHT_RAIN))], ids=["still to be recorded", "recorded"]
)
def test_a_renamed_shot_is_one_move_and_no_removal(lock: Lockfile) -> None:
    shot = only(BASE_SIDE, side(HEAD, request("gate", "rain"), lock=lock))
    assert (shot.kind, shot.origin) == (ShotKind.MOVED, ShotAddress("night", "alley"))
    assert (shot.before, shot.after, shot.changes, shot.bought) == (BOUGHT_RAIN, BOUGHT_RAIN, (), ())


def test_a_renamed_and_edited_shot_is_compared_with_what_it_was() -> None:
    shot = only(BASE_SIDE, side(HEAD, request("gate", "fog", moved="alley"), lock=HAS_RAIN))
    assert (shot.kind, shot.before, shot.origin) == (ShotKind.PENDING, BOUGHT_RAIN, ShotAddress("night", "alley"))
    assert (shot.prompt_before, shot.prompt_after) == ("rain", "fog")


PICKED_RAIN = lockfile(alley=record(BOUGHT_RAIN, BOUGHT_FOG, current=1))


@pytest.mark.parametrize("lock", [PICKED_RAIN, lockfile({"alley": PICKED_RAIN.shots["alley"]})])
def test_a_shot_that_is_moved_and_edited_is_compared_with_the_take_that_was_in_use(lock: Lockfile) -> None:
    shot = by_key(reviewed(side(BASE, RAIN, lock=lock), side(HEAD, request("gate", "c", moved="alley"), lock=lock)))[
        "gate"
    ]
    assert (shot.kind, shot.before) == (ShotKind.PENDING, BOUGHT_RAIN)
    assert shot.changes == (FieldChange("/positivePrompt", "rain", "c"),)
    assert shot.change is not None
    assert shot.change.changes == shot.changes


def test_a_shot_that_takes_over_another_one_is_not_compared_with_what_it_was_retired_with() -> None:
    lock = lockfile({"gate": record(take("old", number=5))}, alley=record(BOUGHT_RAIN))
    shot = by_key(reviewed(side(BASE, RAIN, lock=lock), side(HEAD, request("gate", "c", moved="alley"), lock=lock)))[
        "gate"
    ]
    assert shot.before == BOUGHT_RAIN


def test_a_shot_that_was_moved_edited_and_rendered_is_compared_with_the_take_it_had_before() -> None:
    done = take("c", number=7, at="2026-11-22T12:00:00Z")
    head = side(
        HEAD, request("gate", "c", moved="alley"), lock=lockfile(gate=record(BOUGHT_RAIN, BOUGHT_FOG, done, current=7))
    )
    (shot,) = reviewed(side(BASE, RAIN, lock=PICKED_RAIN), head).shots
    assert (shot.kind, shot.before, shot.after) == (ShotKind.RENDERED, BOUGHT_RAIN, done)
    assert (shot.address.instance, shot.origin) == ("gate", ShotAddress("night", "alley"))


@pytest.mark.parametrize("lock", [HAS_RAIN, lockfile({"alley": record(BOUGHT_RAIN)})], ids=["planned", "recorded"])
def test_a_removed_shot_is_retired_with_its_takes(lock: Lockfile) -> None:
    shot = only(BASE_SIDE, side(HEAD, lock=lock))
    assert (shot.kind, shot.before, shot.after, shot.source) == (ShotKind.RETIRED, BOUGHT_RAIN, None, None)


def test_a_removed_spec_retires_its_shots_and_an_unreadable_one_does_not() -> None:
    without = ReviewSide(HEAD, {}, {"night": HAS_RAIN})
    assert only(BASE_SIDE, without).kind is ShotKind.RETIRED
    for unknown in (replace(without, unrendered=frozenset({"night"})), replace(without, complete=False)):
        assert list(reviewed(BASE_SIDE, unknown).shots) == []


def test_lockfiles_tell_what_was_bought_even_for_a_spec_that_does_not_render() -> None:
    broken = ReviewSide(HEAD, {}, {"night": HAS_BOTH}, unrendered=frozenset({"night"}))
    shot = only(BASE_SIDE, broken)
    assert (shot.kind, shot.before, shot.after) == (ShotKind.RENDERED, BOUGHT_RAIN, BOUGHT_FOG)
    assert (shot.source, shot.causes) == (None, ())


def test_a_shot_that_comes_back_takes_its_videos_with_it() -> None:
    base = side(BASE, lock=lockfile({"alley": record(BOUGHT_RAIN)}))
    for lock in (base.lockfiles["night"], HAS_RAIN):
        shot = only(base, side(HEAD, RAIN, lock=lock))
        assert (shot.kind, shot.after) == (ShotKind.RESTORED, BOUGHT_RAIN)


def test_what_is_only_recorded_is_an_update() -> None:
    safe = request("alley", "rain", safety={"checkContent": True})
    planned = only(BASE_SIDE, side(HEAD, safe, lock=HAS_RAIN))
    written = lockfile(alley=record(take("rain", number=1, safety={"checkContent": True})))
    recorded = only(BASE_SIDE, side(HEAD, safe, lock=written))
    assert [shot.kind for shot in (planned, recorded)] == [ShotKind.UPDATED, ShotKind.UPDATED]
    assert planned.changes == recorded.changes == (FieldChange("/safety/checkContent", before=None, after=True),)


def test_what_failed_for_good_is_blocked_and_its_task_is_told() -> None:
    failed = take("fog", number=2, status="failed", cost=None, at="2026-11-22T11:00:00Z")
    shot = only(BASE_SIDE, side(HEAD, FOG, lock=lockfile(alley=record(BOUGHT_RAIN, failed, current=1))))
    assert (shot.kind, shot.bought, shot.after) == (ShotKind.BLOCKED, (failed,), None)


def test_a_failed_task_is_told_even_when_its_shot_was_put_back() -> None:
    failed = take("fog", number=2, status="failed", cost="0.10", at="2026-11-22T11:00:00Z")
    review = reviewed(BASE_SIDE, side(HEAD, RAIN, lock=lockfile(alley=record(BOUGHT_RAIN, failed, current=1))))
    (shot,) = review.shots
    assert (shot.kind, shot.bought, str(review.spent)) == (ShotKind.UPDATED, (failed,), "0.10")


def test_a_retake_that_is_not_used_was_rendered_all_the_same() -> None:
    again = take("rain", number=2, retake=2, at="2026-11-22T11:00:00Z")
    shot = only(BASE_SIDE, side(HEAD, RAIN, lock=lockfile(alley=record(BOUGHT_RAIN, again, current=1))))
    assert (shot.kind, shot.before, shot.after, shot.bought) == (ShotKind.RENDERED, BOUGHT_RAIN, BOUGHT_RAIN, (again,))


def test_a_task_under_way_is_resumed_at_a_known_price() -> None:
    under_way = journal(OpenTask(intent("fog", number=2), "accepted"))
    review = reviewed(BASE_SIDE, side(HEAD, FOG, lock=HAS_RAIN), journal=under_way)
    assert by_key(review)["alley"].kind is ShotKind.RESUMING
    assert str(review.under_way) == "0.48"


def test_titles_and_labels_come_from_the_side_that_has_the_shot() -> None:
    named = replace(RAIN, title="The alley", labels={"scene": "1"})
    assert only(side(BASE), side(HEAD, named)).title == "The alley"
    gone = only(side(BASE, named, lock=HAS_RAIN), side(HEAD, lock=HAS_RAIN))
    assert (gone.title, gone.labels) == ("The alley", {"scene": "1"})


def test_no_secret_of_a_request_or_its_delivery_enters_a_review() -> None:
    signed = "https://bucket.example/x.png?X-Amz-Signature=canary"
    inputs = {"frameImages": [{"image": signed}]}
    asked = request("alley", f"fog like {signed}", inputs_=inputs, safety={"mode": signed})
    secret = replace(asked, delivery={"uploadEndpoint": signed})
    for base in (side(BASE), BASE_SIDE):
        assert "canary" not in repr(reviewed(base, side(HEAD, secret, lock=HAS_RAIN)))
    update = replace(secret, fingerprint=RAIN.fingerprint)
    assert "canary" not in repr(reviewed(BASE_SIDE, side(HEAD, update, lock=HAS_RAIN)))


def test_another_signature_of_the_same_address_is_no_change_that_is_shown() -> None:
    def signed(signature: str) -> Request:
        return request("alley", "rain", image=f"https://bucket.example/x.png?X-Amz-Signature={signature}")

    shot = only(side(BASE, signed("one")), side(HEAD, replace(signed("two"), fingerprint=FOG.fingerprint)))
    assert shot.changes == ()


def test_causes_are_asked_for_under_the_name_the_shot_had() -> None:
    asked = []

    def find(before: ShotAddress, after: ShotAddress, changes: Sequence[FieldChange]) -> tuple[Cause, ...]:
        asked.append((before.instance, after.instance, [change.path for change in changes]))
        return (Cause("variable", "sky", "a", "b"),)

    head = side(HEAD, request("gate", "fog", moved="alley"), request("new", "x"), lock=HAS_RAIN)
    review = compare(BASE_SIDE, head, ComparisonTerms(plan_of(head), causes=find))
    assert asked == [("alley", "gate", ["/positivePrompt"])]
    assert by_key(review)["gate"].causes == (Cause("variable", "sky", "a", "b"),)
