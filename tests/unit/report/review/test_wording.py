from decimal import Decimal

import pytest
from builders import lockfile, record, request, take
from replacing import replace
from unit.report.reviews import CITY, many, rich_review
from unit.review.changes import BASE, HEAD, by_key, reviewed, side

from ltxspec.errors import Diagnostic
from ltxspec.report.review import wording as words
from ltxspec.review.models import WORKING_TREE, Cause, Review, RuleChange, ShotKind
from ltxspec.review.sides import ReviewSide
from ltxspec.values import ShotAddress

RAIN = request("alley", "rain")
OWNED = lockfile(alley=record(take("rain", number=1)))


def rendered(number: int, pending: int, unchanged: int, **more: str) -> Review:
    """A change that rendered, left to render and left alone so many shots, at $0.48 each."""
    keys = [f"s{index}" for index in range(number + pending + unchanged)]
    base = lockfile(**{key: record(take(key, number=n)) for n, key in enumerate(keys[number + pending :], 100)})
    both = lockfile(**{**base.shots, **{key: record(take(key, number=n)) for n, key in enumerate(keys[:number], 1)}})
    asked = [request(key, key) for key in keys]
    return reviewed(side(BASE, *asked[number + pending :], lock=base), side(HEAD, *asked, lock=both), **more)  # type: ignore[arg-type]  # only the limit


def test_the_headline_says_all_of_it_in_one_sentence() -> None:
    assert words.headline(rendered(3, 2, 41, limit="5.00")) == (
        "3 shots rendered for $1.44, 2 to render for $0.96, 41 unchanged; limit $5.00."
    )


@pytest.mark.parametrize(
    ("review", "sentence"),
    [
        (rendered(1, 0, 0), "1 shot rendered for $0.48."),
        (rendered(0, 1, 1), "1 shot to render for $0.48, 1 unchanged."),
        (rendered(0, 0, 3), "No changes: 3 shots as before."),
        (rendered(0, 0, 0, limit="5.00"), "No changes: 0 shots as before; limit $5.00."),
        (many(1_000), "1,000 shots to render for $480.00."),
    ],
)
def test_the_headline_leaves_out_what_there_is_none_of(review: Review, sentence: str) -> None:
    assert words.headline(review) == sentence


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (side(HEAD, RAIN, lock=OWNED), "Shots cannot be compared until the problems are fixed; 1 other as before."),
        (ReviewSide(HEAD, {}, {"night": OWNED}, unrendered=frozenset({"night"})),
         "Shots cannot be compared until the problems are fixed."),
        (side(HEAD, request("alley", "fog"), lock=OWNED),
         "1 shot to render for $0.48; incomplete until the problems are fixed."),
    ],
)  # fmt: skip
def test_what_has_problems_is_never_told_as_unchanged(head: ReviewSide, sentence: str) -> None:
    review = reviewed(side(BASE, RAIN, lock=OWNED), head, diagnostics=[Diagnostic("error", "file", "is a link")])
    assert words.headline(review) == sentence


def test_a_shot_with_an_altered_record_is_not_unchanged_as_well() -> None:
    two = lockfile(alley=record(take("rain", number=1)), pier=record(take("fog", number=2)))
    forged = lockfile(alley=record(take("rain", number=1, cost="0.01")), pier=record(take("fog", number=2)))
    asked = (RAIN, request("pier", "fog"))
    review = reviewed(side(BASE, *asked, lock=two), side(HEAD, *asked, lock=forged))
    assert words.headline(review) == "1 shot with altered records, 1 unchanged."


def test_a_shot_whose_record_is_gone_was_rendered_all_the_same() -> None:
    review = reviewed(side(BASE, RAIN, lock=OWNED), side(HEAD, RAIN))
    (shot,) = review.shots
    assert words.reason(shot) == "the record of its take is missing"


def test_rules_are_counted_with_prices() -> None:
    rule = RuleChange("a", None, "b")
    assert "; 1 rule or price changed." in words.headline(replace(rendered(0, 0, 1), rules=(rule,)))
    assert "; 2 rules or prices changed." in words.headline(replace(rendered(0, 0, 1), rules=(rule, rule)))


def test_money_of_the_sandbox_is_told_to_be_played_with() -> None:
    review = replace(rendered(1, 0, 0), provider="sandbox")
    assert words.headline(review) == "1 shot rendered for $0.48 (sandbox: nothing is charged)."


def test_money_that_bought_no_video_is_told_all_the_same() -> None:
    failed = lockfile(alley=record(take("rain", number=1, status="failed", cost="0.10", permanent=True)))
    assert words.headline(reviewed(side(BASE, RAIN), side(HEAD, RAIN, lock=failed))) == (
        "0 shots rendered for $0.10, 1 blocked."
    )


def test_sides_are_named_as_people_do() -> None:
    review = rendered(1, 0, 0)
    assert words.sides(review) == "bbbbbbbbbbbb (main) to aaaaaaaaaaaa"
    assert words.sides(replace(review, head=WORKING_TREE, base_name="b" * 12)) == "bbbbbbbbbbbb to the working tree"


def test_totals_are_told_once_when_they_are_the_same() -> None:
    assert words.totals(rendered(0, 1, 1)) == "All takes so far: $0.48."
    assert words.totals(rendered(2, 0, 1)) == "All takes so far: $0.48, now $1.44."


@pytest.mark.parametrize(
    ("review", "sentence"),
    [
        (rendered(1, 0, 0), "Nothing left to pay for"),
        (rendered(0, 2, 0), "Ready to apply: $0.96 to spend; no limit is set"),
        (rendered(0, 2, 0, limit="1.00"), "Ready to apply: $0.96 to spend, within the limit of $1.00 for one apply"),
    ],
)
def test_when_nothing_stands_in_the_way_that_is_said(review: Review, sentence: str) -> None:
    assert words.all_clear(review) == sentence


def test_every_shot_has_a_reason_and_a_cost() -> None:
    told = {
        key: (words.reason(s), words.cost_before(s), words.cost_after(s)) for key, s in by_key(rich_review()).items()
    }
    assert told == {
        "procession": ("prompt and fps changed", "$0.48", "$1.92"),
        "alley": ("prompt changed", "$0.48", "est. $0.48"),
        "pier[a]": ("not rendered yet, prompt changed", "", "est. $0.48"),
        "pier[b]": ("not rendered yet, prompt changed", "", "price unknown"),
        "weather": ("failed permanently", "$0.48", "cost unknown"),
        "monastery": ("moved from temple", "unknown", "no cost"),
        "shrine": ("an earlier take fits", "$0.48", "no cost"),
        "coast": ("record changed", "$0.48", "no cost"),
        "harbour": ("not rendered yet", "", "est. $0.48"),
        "old-pier": ("gone from the spec, takes kept", "$0.48", "no cost"),
    }


def reason(base: object, head: object) -> str:
    (shot,) = reviewed(base, head).shots  # type: ignore[arg-type]  # sides
    return words.reason(shot)


def test_reasons_of_what_is_recorded_already() -> None:
    again = take("rain", number=2, retake=2, at="2026-11-22T11:00:00Z")
    both = (take("rain", number=1), again)
    base = side(BASE, RAIN, lock=OWNED)
    assert reason(side(BASE), side(HEAD, RAIN, lock=OWNED)) == "new"
    assert reason(side(BASE), side(HEAD, RAIN)) == "new"
    assert reason(base, side(HEAD, RAIN, lock=lockfile(alley=record(*both, current=2)))) == (
        "another take of the same request"
    )
    assert reason(base, side(HEAD, RAIN, lock=lockfile(alley=record(*both, current=1)))) == (
        "rendered, the earlier take stays in use"
    )
    assert reason(base, side(HEAD, request("gate", "rain"), lock=lockfile(gate=OWNED.shots["alley"]))) == (
        "moved from alley"
    )
    assert reason(side(BASE, RAIN), side(HEAD)) == "gone from the spec"
    failed = take("fog", number=3, status="failed", at="2026-11-22T11:00:00Z")
    assert reason(base, side(HEAD, RAIN, lock=lockfile(alley=record(take("rain", number=1), failed, current=1)))) == (
        "a failed task was recorded"
    )
    written = lockfile(alley=record(take("rain", number=1, safety={"mode": "fast"})))
    assert reason(base, side(HEAD, request("alley", "rain", safety={"mode": "fast"}), lock=written)) == "record changed"
    switched = lockfile(alley=record(*both, current=2))
    assert reason(side(BASE, RAIN, lock=switched), side(HEAD, RAIN, lock=lockfile(alley=record(*both, current=1)))) == (
        "an earlier take is used"
    )
    retired = side(BASE, lock=lockfile({"alley": OWNED.shots["alley"]}))
    assert reason(retired, side(HEAD, RAIN, lock=OWNED)) == "back in the spec"


def test_a_move_between_specs_names_the_whole_address() -> None:
    (shot,) = (s for s in rich_review().shots if s.kind is ShotKind.MOVED)
    assert words.reason(replace(shot, change=None, origin=ShotAddress("day", "temple"))) == "moved from day.temple"


def test_a_take_bought_under_a_new_name_tells_both() -> None:
    (shot,) = (s for s in rich_review().shots if s.kind is ShotKind.RENDERED)
    moved = replace(shot, origin=ShotAddress("night", "parade"))
    assert words.reason(moved) == "moved from parade, prompt and fps changed"


def test_what_was_bought_and_what_is_to_come_are_added_up_apart() -> None:
    (shot,) = (s for s in rich_review().shots if s.address.instance == "alley")
    bought = (take("x", number=5, cost="0.48"), take("x", number=6, cost="0.50"))
    assert words.cost_after(replace(shot, bought=bought)) == "$0.98 + est. $0.48"


def test_sizes_are_told_where_they_are_paid_for() -> None:
    sizes = {key: words.size(shot) for key, shot in by_key(rich_review()).items()}
    assert {key: text for key, text in sizes.items() if text} == {
        "procession": "8 s, 50 fps",
        "alley": "8 s",
        "pier[a]": "8 s",
        "pier[b]": "8 s",
        "harbour": "8 s",
    }


def test_what_stands_in_the_plan_anyway_is_one_sentence() -> None:
    review = rich_review()
    assert words.inherited(review) == "Also at the base: 1 to render for $0.48 (night.harbour)."
    assert "harbour" not in {shot.address.instance for shot in words.own_shots(review)}
    waiting = replace(review, shots=[replace(shot, inherited=True) for shot in many(1_200).shots])
    assert words.inherited(waiting) == (
        "Also at the base: 1,200 to render for $576.00 (night.shot-00000, night.shot-00001, night.shot-00002 and 1,197 "
        "more)."
    )
    assert words.inherited(replace(review, shots=[])) == ""


def test_causes_are_named_where_they_stand_elsewhere() -> None:
    causes = [
        (Cause("variable", "city", "a", "b"), "variable city", "a → b"),
        (Cause("data", "data/shots.csv: light", None, "b"), "data/shots.csv: light", "unset → b"),
        (Cause("file", "prompts/a.j2"), "file prompts/a.j2", ""),
        (Cause("defaults", "duration", "6", "8"), "defaults.duration", "6 → 8"),
        (Cause("model-default", "fps", "24", "25"), "the model's default of fps", "24 → 25"),
        (Cause("prompt", "alley"), "prompt of alley", ""),
        (Cause("later-kind", "x\ny"), "x y", ""),
    ]
    assert [(words.cause_name(cause), words.cause_values(cause)) for cause, _, _ in causes] == [
        (name, values) for _, name, values in causes
    ]


def test_what_a_reader_sees_in_the_shot_is_no_hidden_cause() -> None:
    shots = by_key(rich_review())
    assert list(words.hidden_causes(shots["procession"])) == []
    assert list(words.hidden_causes(shots["alley"])) == [CITY]


def test_shared_causes_are_counted_and_single_ones_left_to_their_shot() -> None:
    assert words.shared_causes(rich_review()) == [(CITY, 3)]
    assert words.shared_causes(many(7)) == [(CITY, 7)]


def test_the_total_of_unknown_costs_is_never_nothing() -> None:
    review = rich_review()
    assert review.spent == Decimal("1.92")
    assert "≥ $1.92 + 1 unknown" in words.headline(review)


@pytest.mark.parametrize("name", ["delivery.webhookURL", "webhookURL of " + "night" * 100])
@pytest.mark.parametrize("length", [10, 60, 190, 230, 5_000])
def test_what_differs_in_a_rule_is_seen_however_long_its_values_are(name: str, length: int) -> None:
    path = f"https://calls.example/{'a' * length}"
    told = words.rule(RuleChange(name, f"{path}/good{'b' * length}", f"{path}/evil.example{'b' * length}"))
    assert len(told) <= 500  # what a line of a comment holds
    before, _, after = told.partition(" → ")
    assert "/good" in before
    assert "/evil.example" in after
