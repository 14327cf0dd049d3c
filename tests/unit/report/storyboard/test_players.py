from typing import Any

import builders
import pytest
from replacing import replace
from storyboards import pending, shot, take

from ltxspec.plan.actions import Action
from ltxspec.report.storyboard.models import Clip, ClipPair
from ltxspec.report.storyboard.players import PlayerSide, is_same_video, players_of, take_cost
from ltxspec.review.models import ShotKind, ShotReview


def clip(**more: Any) -> Clip:
    usual: dict[str, Any] = {
        "sha256": "ab" * 32,
        "href": "a.mp4",
        "mime": "video/mp4",
        "width": 1920,
        "height": 1080,
        "seconds": 8.0000001,
        "fps": 24000 / 1001,
        "frames": 192,
        "audio": True,
    }
    return Clip(**(usual | more))


def sides(of: ShotReview, *footage: ClipPair) -> tuple[PlayerSide, ...]:
    (player,) = players_of(1, of, footage)
    return player.sides


OLD, NEW = take(1, "a", builders.output(1)), take(2, "b", builders.output(2), cost="0.96")


def test_both_videos_are_shown_with_cost_and_facts() -> None:
    before, after = sides(shot("alley", ShotKind.RENDERED, OLD, NEW), ClipPair(clip(), clip(audio=False)))
    assert (before.caption, before.cost, before.facts) == ("Before", "$0.48", "1920×1080 · 23.976 fps · 8 s · sound")
    assert (after.caption, after.cost, after.facts) == ("After", "$0.96", "1920×1080 · 23.976 fps · 8 s")
    assert after.film == "film-abababababababab"


def test_a_video_that_is_not_here_is_a_link_that_nothing_follows_by_itself() -> None:
    before, after = sides(shot("alley", ShotKind.RENDERED, OLD, NEW), ClipPair(None, clip()))
    assert (before.blank, before.url, before.film) == ("Not on this machine", "https://videos.example/1.mp4", "")
    assert after.url is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    odd = replace(OLD, outputs=(replace(builders.output(1), video_url=url),))
    assert sides(shot("alley", ShotKind.RETIRED, odd))[0].url is None


def test_a_new_shot_has_one_side() -> None:
    (after,) = sides(shot("alley", ShotKind.RENDERED, None, NEW), ClipPair(None, clip()))
    assert after.name == "after"


def test_the_same_take_on_both_sides_is_shown_once() -> None:
    moved = shot("alley", ShotKind.MOVED, OLD, OLD)
    (only,) = sides(moved, ClipPair(None, clip()))
    assert is_same_video(moved)
    assert only.caption == "The same video before and after"


def test_what_is_to_come_says_size_and_estimate() -> None:
    _, after = sides(shot("alley", ShotKind.PENDING, OLD, change=pending("alley", "b")))
    assert (after.blank, after.cost) == ("Not yet rendered", "est. $0.48")
    assert after.reason == "1920×1080, 8 s, 25 fps. `ltxspec apply` renders it."


def test_a_take_that_is_not_of_the_base_is_an_earlier_one() -> None:
    (player,) = players_of(1, shot("alley", ShotKind.PENDING, earlier=OLD, change=pending("alley", "b")), [])
    assert [side.caption for side in player.sides] == ["Earlier take", "After"]
    assert player.is_earlier
    assert not players_of(1, shot("alley", ShotKind.PENDING, OLD, change=pending("alley", "b")), [])[0].is_earlier


def test_an_unknown_price_is_never_a_number() -> None:
    (after,) = sides(shot("alley", ShotKind.PENDING, change=pending("alley", "b", estimate=None)))
    assert after.cost == "price unknown"
    assert take_cost(take(1, "a", cost=None)) == "cost unknown"


@pytest.mark.parametrize(
    ("kind", "note", "blank", "reason"),
    [
        (ShotKind.BLOCKED, "safety: refused", "Blocked", "safety: refused"),
        (ShotKind.BLOCKED, None, "Blocked", "Its last attempt failed permanently."),
        (ShotKind.RETIRED, None, "Retired", "Gone from the spec; its takes are kept."),
        (ShotKind.UPDATED, None, "No video", "No task of this shot has succeeded."),
    ],
)
def test_what_has_no_video_says_why(kind: ShotKind, note: str | None, blank: str, reason: str) -> None:
    (after,) = sides(shot("alley", kind, change=builders.change(Action.BLOCKED, note=note)))
    assert (after.blank, after.reason, after.cost) == (blank, reason, "no cost")


def test_what_is_under_way_says_that_the_money_is_committed() -> None:
    (after,) = sides(shot("alley", ShotKind.RESUMING, change=builders.change(Action.RESUME)))
    assert (after.blank, after.cost) == ("Under way", "$0.48 committed")


def test_every_result_of_a_shot_has_its_player() -> None:
    two = replace(NEW, outputs=(builders.output(2), builders.output(3)))
    one, other = players_of(
        7, shot("alley", ShotKind.RENDERED, OLD, two), [ClipPair(clip(), clip()), ClipPair(None, clip())]
    )
    assert [one.heading, other.heading] == ["Result 1 of 2", "Result 2 of 2"]
    assert [one.number, other.number] == ["7-0", "7-1"]
    assert [one.clips, other.clips] == [2, 1]
    assert (other.sides[0].blank, other.sides[0].reason) == ("No video", "This side has fewer results.")


def test_a_player_is_tall_where_its_first_clip_is() -> None:
    of = shot("alley", ShotKind.RENDERED, OLD, NEW)
    shapes = [players_of(1, of, [found])[0].shape for found in (ClipPair(None, clip(width=9, height=16)), ClipPair())]
    assert shapes == ["tall", "wide"]
