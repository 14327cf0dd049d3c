import builders
from msgspec import structs
from replacing import replace
from storyboards import pending, shot, take

from ltxspec.report.storyboard.cards import BADGES, card_of
from ltxspec.review.models import ShotKind

OLD, NEW = take(1, "a", builders.output(1)), take(2, "b", builders.output(2), cost="0.96")


def test_every_kind_has_a_sign_and_a_word_of_its_own() -> None:
    assert set(BADGES) == set(ShotKind)
    assert (
        len({badge.sign for badge in BADGES.values()})
        == len({badge.word for badge in BADGES.values()})
        == len(ShotKind)
    )


def test_a_card_says_who_what_where_and_how_much() -> None:
    card = card_of(
        3, shot("alley", ShotKind.RENDERED, OLD, NEW, bought=(NEW,), title="Umbrella", labels={"b": "2", "a": "1"}), []
    )
    assert (card.number, card.address, card.badge.word) == (3, "night.alley", "Rendered")
    assert (card.title, card.labels, card.source) == ("Umbrella", ("a: 1", "b: 2"), "specs/night.yaml:7")
    assert card.cost == "$0.48 → $0.96"
    assert card.reason == "another take of the same request"
    assert card.notes == ()


def test_costs_are_told_for_what_is_to_come_and_for_what_needs_none() -> None:
    cards = [
        card_of(1, shot("alley", ShotKind.PENDING, OLD, change=pending("alley", "b")), []),
        card_of(2, shot("alley", ShotKind.PENDING, change=pending("alley", "b", estimate=None)), []),
        card_of(3, shot("alley", ShotKind.RETIRED, OLD), []),
    ]
    assert [card.cost for card in cards] == ["$0.48 → est. $0.48", "price unknown", "no cost"]
    assert [card.price for card in cards] == ["0.48", "unknown", "0"]


def test_what_was_bought_and_is_not_seen_is_told() -> None:
    failed = builders.take("b", number=4, status="failed", cost=None)
    card = card_of(1, shot("alley", ShotKind.RENDERED, OLD, NEW, bought=(failed, NEW)), [])
    assert card.notes == (
        "Bought on 2026-11-22: failed, cost unknown (providerError: it broke).",
        "Bought on 2026-11-22: succeeded, $0.96.",
    )
    undated = replace(NEW, submitted_at=None)
    again = card_of(1, shot("alley", ShotKind.PENDING, OLD, change=pending("alley", "c"), bought=(undated,)), [])
    assert again.notes == ("Bought: succeeded, $0.96.",)


def test_a_gone_shot_has_no_place_in_a_spec() -> None:
    assert card_of(1, shot("alley", ShotKind.RETIRED, OLD, source=None), []).source == ""


def test_a_video_that_is_not_as_expected_says_so() -> None:
    made = take(5, "c", structs.replace(builders.output(5), unmet=("fps", "audio")))
    card = card_of(1, shot("alley", ShotKind.RENDERED, OLD, made, bought=(made,)), [])
    assert card.notes == ("Not as expected: fps, audio.",)
    accepted = card_of(1, shot("alley", ShotKind.RENDERED, OLD, made, bought=(made,)), [], approved={made.task_id})
    assert accepted.notes == (accepted.unmet,) == ("Not as expected: fps, audio, accepted by an approval.",)
