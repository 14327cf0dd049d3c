"""Both videos of a shot are one: they play, are scrubbed and stepped together."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened
from playwright.sync_api import expect
from storyboards import Films, review, shot, take, write_page

from ltxspec.review.models import Review, ShotKind

pytestmark = pytest.mark.browser

FPS = 25
HALF_A_FRAME = 0.5 / FPS  # seconds
NEAR = 0.0005  # seconds; a video that stops so near to the middle of its frame is left there
LAST_FRAMES = (39, 49)  # of the first shot's videos


def apart(storyboard: Opened) -> float:
    """Seconds between the two videos of the first shot."""
    before, after = storyboard.times()
    return abs(before - after)


def test_the_page_opens_and_asks_for_nothing_but_its_own_files(storyboard: Opened, storyboard_file: Path) -> None:
    files = [url for url in storyboard.requests if url.startswith("file:")]
    assert files[0] == storyboard_file.as_uri()
    assert {url.rpartition(".")[2] for url in files[1:]} == {"mp4", "webm"}
    assert storyboard.complaints == []


def test_both_videos_play_in_step_and_stop_on_the_same_frame(storyboard: Opened) -> None:
    storyboard.page.locator('#shot-1 [data-do="speed"]').select_option("0.5")  # so that neither is over by the end
    storyboard.button("Play").click()
    storyboard.until("players[0].frame > 4")
    seen = []
    for _ in range(11):
        seen.append(apart(storyboard))
        storyboard.page.wait_for_timeout(40)
    assert [state["paused"] for state in storyboard.state().values()] == [False, False]
    storyboard.button("Pause").click()
    storyboard.settle()
    assert sorted(seen)[len(seen) // 2] < HALF_A_FRAME  # a machine that is busy may stall one of them for a moment
    frame = storyboard.ask("players[0].frame")
    assert storyboard.times() == pytest.approx([(min(frame, last) + 0.5) / FPS for last in LAST_FRAMES], abs=NEAR)
    assert [state["paused"] for state in storyboard.state().values()] == [True, True]


def test_scrubbing_moves_both_videos_to_the_same_frame(storyboard: Opened) -> None:
    for frame in (7, 30, 2):
        storyboard.scrub(frame)
        assert storyboard.times() == pytest.approx([(frame + 0.5) / FPS] * 2, abs=HALF_A_FRAME)
    slider = storyboard.page.locator('#shot-1 [data-do="scrub"]')
    expect(slider).to_have_attribute("aria-valuetext", "0.08 seconds, frame 3 of 50")


def test_the_shorter_video_holds_its_last_frame(storyboard: Opened) -> None:
    storyboard.scrub(49)
    assert storyboard.times() == pytest.approx([1.58, 1.98])


def test_a_step_is_one_frame_and_shift_makes_it_a_second(storyboard: Opened) -> None:
    positions = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight", "End", "Home"):
        storyboard.press(key)
        storyboard.settle()
        positions.append(round(storyboard.state()["after"]["time"] * FPS - 0.5))
    assert positions == [1, 2, 1, 26, 49, 0]
    for name in ("One frame on", "One frame on", "One frame back"):
        storyboard.button(name).click()
    storyboard.settle()
    assert storyboard.times() == pytest.approx([1.5 / FPS] * 2)
    expect(storyboard.page.locator("#shot-1 .time")).to_have_text("0.04 / 2.00 s · frame 2")


def test_a_still_takes_both_videos_to_its_time(storyboard: Opened) -> None:
    storyboard.page.locator("#shot-1 .strip").last.locator("button").nth(1).click()
    storyboard.settle()
    assert storyboard.times() == pytest.approx([0.98, 0.98], abs=HALF_A_FRAME)


def test_speed_and_sound_are_set_once_for_all_shots(storyboard: Opened) -> None:
    storyboard.page.locator('#shot-1 [data-do="speed"]').select_option("0.5")
    storyboard.button("Sound of before").click()
    states = storyboard.state()
    assert {side: state["muted"] for side, state in states.items()} == {"before": False, "after": True}
    assert [state["rate"] for state in (*states.values(), *storyboard.state("tower").values())] == [0.5] * 3
    expect(storyboard.page.locator('#shot-2 [data-do="speed"]')).to_have_value("0.5")
    for key in ("]", "]", "]", "m"):
        storyboard.page.locator("body").press(key)
    assert [(state["rate"], state["muted"]) for state in storyboard.state().values()] == [(2, True)] * 2


def test_it_stops_at_the_end_and_plays_again_from_the_start(storyboard: Opened) -> None:
    storyboard.press("End", "ArrowLeft")
    storyboard.settle()
    storyboard.press("Space")
    storyboard.until("!players[0].playing && players[0].frame === players[0].frames - 1")
    storyboard.press("Space")
    storyboard.until("players[0].playing && players[0].frame < 25 && players[0].frame > 1")


def test_looping_begins_anew(storyboard: Opened) -> None:
    storyboard.press("l", "End", "ArrowLeft")
    storyboard.settle()
    storyboard.press("Space")
    storyboard.until("players[0].playing && players[0].frame > 1 && players[0].frame < 25")
    expect(storyboard.button("Loop")).to_have_attribute("aria-pressed", "true")


def test_one_shot_plays_at_a_time(storyboard: Opened) -> None:
    storyboard.press("Space")
    storyboard.until("players[0].frame > 0")
    storyboard.button("Play", shot=2).click()
    storyboard.until("players[1].frame > 0")
    assert [state["paused"] for state in storyboard.state().values()] == [True, True]


def test_videos_of_different_frame_rates_show_the_same_moment(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    slow, fast = films.make("A", fps=10, container="mov"), films.make("A", fps=25, container="webm")
    of = review(shot("alley", ShotKind.RENDERED, take(1, "a", slow), take(2, "b", fast)))
    storyboard = open_page(write_page(films, of, tmp_path / "review.html"))
    for frame, of_slow in ((0, 0), (1, 0), (11, 4), (39, 15)):
        storyboard.scrub(frame)
        assert storyboard.times() == pytest.approx([(of_slow + 0.5) / 10, (frame + 0.5) / 25])


def test_embedded_videos_play_without_any_file_beside_the_page(
    open_page: Callable[..., Opened], films: Films, varied_review: Review, tmp_path: Path
) -> None:
    storyboard = open_page(write_page(films, varied_review, tmp_path / "alone.html", embed=True))
    storyboard.settle()
    storyboard.press("Shift+ArrowRight")
    storyboard.settle()
    assert storyboard.times() == pytest.approx([1.02, 1.02])
    assert [url for url in storyboard.requests if url.startswith("file:")] == [storyboard.page.url]


def test_a_video_that_cannot_be_played_says_so_and_the_other_goes_on(
    open_page: Callable[..., Opened], films: Films, varied_review: Review, tmp_path: Path
) -> None:
    file = write_page(films, varied_review, tmp_path / "broken.html")
    broken = varied_review.shots[0].before
    assert broken is not None
    file.write_text(file.read_text("utf-8").replace(f"{broken.outputs[0].sha256}.mp4", "not-there.mp4"), "utf-8")
    storyboard = open_page(file)
    storyboard.page.locator("#shot-1 .before").get_by_text("This browser cannot play the video").wait_for()
    storyboard.press("Space")
    storyboard.until("players[0].playing && players[0].frame > 3")
    assert {text for text in storyboard.complaints if "ERR_FILE_NOT_FOUND" not in text} == set()
    storyboard.complaints.clear()
