"""What the page says of every take, before any script runs, and what its scripts are given."""

from decimal import Decimal
from typing import Any

import builders
from builders import task
from replacing import replace
from storyboards import review, shot, take

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output, ShotRecord
from ltxspec.lock.verdicts import Note, Remark, Verdict
from ltxspec.render.expectations import Expectations
from ltxspec.report.storyboard.models import Clip, ClipPair, Passage
from ltxspec.report.storyboard.takes import (
    LOST,
    PREVIEW_TASK,
    Reviewing,
    film_of,
    preview_in,
    review_data,
    spare_films,
    strip_of,
)
from ltxspec.review.models import Review, ShotKind
from ltxspec.values import ShotAddress

TIME = "2026-11-28T12:00:00.000Z"
REMARK = Remark(Verdict.REJECTED, "no", 1.0, "Bo", TIME, box=(0.1, 0.2, 0.3, 0.3))
NOTE = Note("dark", None, None, TIME)

FACTS = VideoFacts(
    width=192, height=108, fps=25, seconds=2, audio=True, black_seconds=0, frozen_seconds=0, loudness=-23
)


def output(letter: str, **fields: Any) -> Output:
    return Output(
        **{"video_url": f"https://v.example/{letter}.mp4", "cost": Decimal("0.24"), "sha256": letter * 64, **fields}
    )


def clip(letter: str, **fields: Any) -> Clip:
    return Clip(
        **{
            "sha256": letter * 64,
            "href": f"{letter}.mp4",
            "mime": "video/mp4",
            "width": 192,
            "height": 108,
            "seconds": 2.0,
            "fps": 25.0,
            "frames": 50,
            "audio": False,
            **fields,
        }
    )


OLD = take(1, "old", output("a"))
NEW = take(2, "new", output("b", unmet=("fps",)), output("c"))
BAD = builders.take("bad", number=3, status="failed")


def reviewed(*takes: Any) -> tuple[Any, Review]:
    one = shot("alley", ShotKind.RENDERED, OLD, NEW)
    records = {ShotAddress("night", "alley"): ShotRecord(NEW.task_id, takes or (OLD, NEW, BAD))}
    return one, replace(review(one), records=records, verdicts={task(2): (REMARK,)}, noted={task(1): (NOTE,)})


def test_every_take_and_result_has_its_price_place_and_side() -> None:
    one, whole = reviewed()
    strip = strip_of(one, whole, Reviewing({"b" * 64: clip("b")}))
    assert strip.data["current"] == NEW.task_id
    first, second, third = strip.data["takes"]
    assert [item["number"] for item in strip.data["takes"]] == [1, 2, 3]
    assert (first["sides"], first["cost"], first["results"]) == (
        ["before"],
        "$0.48",
        [{"url": "https://v.example/a.mp4"}],
    )
    assert second["sides"] == ["after"]
    assert [item["cost"] for item in second["results"]] == ["$0.24", "$0.24"]
    assert second["results"][0]["clip"]["href"] == "b.mp4"
    assert "fps" in second["results"][0]["unmet"]
    assert (third["succeeded"], third["results"]) == (False, [])
    assert third["failed"]
    assert strip.choices == 1


def test_every_take_is_judged_by_what_is_expected_now() -> None:
    silent = VideoFacts(width=64, height=48, fps=24.0, seconds=8.0, audio=False, black_seconds=0.0, frozen_seconds=0.0)
    one, whole = reviewed(take(1, "old", replace(output("a"), facts=silent)), NEW)
    assert "unmet" not in strip_of(one, whole, Reviewing()).data["takes"][0]["results"][0]
    strip = strip_of(one, replace(whole, expected={one.address: Expectations(audio=True)}), Reviewing())
    assert strip.data["takes"][0]["results"][0]["unmet"] == "audio: it has no audio"


def test_without_scripts_there_is_a_line_for_each_take() -> None:
    one, whole = reviewed(OLD, NEW)
    assert strip_of(one, whole, Reviewing()).lines == (
        "Take 1, 2026-11-22, $0.48",
        "Take 2, 2026-11-22, $0.48, rejected by Bo at 1 s in the box 0.1,0.2,0.3,0.3: no",
    )


def test_a_shot_without_a_record_has_no_strip() -> None:
    one, whole = reviewed()
    strip = strip_of(one, replace(whole, records={}), Reviewing())
    assert (strip.lines, strip.data, strip.choices) == ((), None, 0)


def test_loudness_and_what_is_not_as_expected_stand_beside_the_video() -> None:
    one, whole = reviewed(take(1, "old", output("a", facts=FACTS)), take(2, "new", output("b", facts=FACTS)))
    clips = {"a" * 64: clip("a", audio=True), "b" * 64: clip("b")}
    reviewing = Reviewing(clips, {"a" * 64: [Passage("black", 1.0, 2.5)]})
    first, second = (item["results"][0] for item in strip_of(one, whole, reviewing).data["takes"])
    assert (first["loudness"], first["passages"]) == ("-23.0 LUFS", [["black", 1.0, 2.5]])
    assert not {"loudness", "passages"} & second.keys()


def test_a_preview_is_in_the_strip_and_nothing_is_decided_about_it() -> None:
    one, whole = reviewed(OLD)
    drawn = clip("d", preview=True)
    assert preview_in([ClipPair(clip("a"), drawn)]) is drawn
    assert preview_in([ClipPair(clip("a"), clip("b"))]) is None
    strip = strip_of(one, whole, Reviewing({"a" * 64: clip("a")}), drawn)
    last = strip.data["takes"][-1]
    assert (last["task"], last["name"], last["succeeded"], last["sides"]) == (PREVIEW_TASK, "preview", False, ["after"])
    assert last["results"][0]["clip"]["href"] == "d.mp4"
    assert (strip.choices, len(strip.lines)) == (2, 1)


def test_a_take_that_the_head_lost_can_be_seen_and_not_decided_about() -> None:
    one, whole = reviewed(NEW)
    first, second = strip_of(one, whole, Reviewing()).data["takes"]
    assert (first["task"], first["name"], first["succeeded"], first["sides"]) == (OLD.task_id, LOST, False, ["before"])
    assert "name" not in second
    assert second["number"] == 1


def test_scripts_get_what_was_said_about_takes_of_the_page_only() -> None:
    one, whole = reviewed(OLD)
    reviewing = Reviewing(live=True, by="Ann")
    strips = {"1": strip_of(one, whole, reviewing)}
    data = review_data(whole, strips, reviewing)
    assert data["review"] == {"provider": "runware", "live": True, "by": "Ann", "unread": []}
    assert list(data["said"]) == [task(1)]
    assert data["said"][task(1)]["notes"][0]["note"] == "dark"


def test_no_script_address_becomes_a_link() -> None:
    one, whole = reviewed(take(1, "x", output("a", video_url="javascript:alert(1)")))
    assert strip_of(one, whole, Reviewing()).data["takes"][0]["results"] == [{}]


def test_a_page_with_embedded_videos_has_those_of_all_takes() -> None:
    one, whole = reviewed()
    clips = {letter * 64: clip(letter, read=lambda: b"video") for letter in "abc"}
    reviewing = Reviewing(clips)
    strip = strip_of(one, whole, reviewing)
    assert dict(spare_films([strip], reviewing)).keys() == {film_of(one) for one in clips.values()}
    assert strip.data["takes"][0]["results"][0]["clip"]["film"] == film_of(clips["a" * 64])
