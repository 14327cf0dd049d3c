"""In and out points, the filmstrip, blinking, zoom, gain and sound: checked by what the videos and pixels really do."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened
from PIL import Image, ImageStat
from playwright.sync_api import expect
from storyboards import Films, review, shot, take, write_page

from ltxspec.review.models import Review, ShotKind

pytestmark = pytest.mark.browser

RED, DARK = (200, 0, 0), (188, 0, 0)


def plain(color: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 180), color).save(buffer, "PNG")
    return buffer.getvalue()


def brightness(opened: Opened, selector: str = "#shot-1 .stage") -> float:
    """The mean of the middle of an element on the screen, from 0 to 255."""
    box = opened.page.locator(selector).first.bounding_box()
    assert box is not None
    clip = {"x": box["x"] + box["width"] * 0.4, "y": box["y"] + box["height"] * 0.4, "width": 40, "height": 30}
    with Image.open(io.BytesIO(opened.page.screenshot(clip=clip))) as image:  # type: ignore[arg-type]  # floats of a box
        return sum(ImageStat.Stat(image.convert("RGB")).mean) / 3


def test_between_in_and_out_points_it_loops(storyboard: Opened) -> None:
    storyboard.scrub(10)
    storyboard.press("i")
    storyboard.scrub(20)
    storyboard.press("o")
    assert storyboard.ask("[players[0].from, players[0].to]") == [10, 20]
    expect(storyboard.button("in point, 0.40 seconds")).to_have_attribute("aria-pressed", "true")
    storyboard.ask("window.rounds = 0, window.least = 99, window.most = 0, window.last = 0")
    storyboard.ask(
        """(() => { const watch = () => { const now = players[0].frame;
          if (players[0].playing) { if (now < last) rounds++; last = now;
            least = Math.min(least, now); most = Math.max(most, now); }
          requestAnimationFrame(watch); }; watch(); })()"""
    )
    storyboard.press("Space")
    storyboard.until("window.rounds >= 2")
    storyboard.press("Space")
    assert storyboard.ask("least") >= 9  # what a browser shows while it seeks is a frame off at most
    assert storyboard.ask("most") <= 21
    storyboard.press("x")
    assert storyboard.ask("[players[0].from, players[0].to]") == [None, None]
    expect(storyboard.page.locator("#shot-1 .marks")).to_be_hidden()


def test_an_out_point_before_the_in_point_takes_its_place(storyboard: Opened) -> None:
    storyboard.scrub(20)
    storyboard.button("Set in point").click()
    storyboard.scrub(5)
    storyboard.button("Set out point").click()
    assert storyboard.ask("[players[0].from, players[0].to]") == [None, 5]
    storyboard.button("out point, 0.20 seconds").click()
    assert storyboard.ask("[players[0].from, players[0].to]") == [None, None]


def test_the_moment_under_the_pointer_is_shown_above_the_slider(storyboard: Opened) -> None:
    box = storyboard.page.locator("#shot-1 .track").bounding_box()
    assert box is not None
    storyboard.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    peek = storyboard.page.locator("#shot-1 .peek")
    expect(peek).to_be_visible()
    expect(peek.locator("video")).to_have_count(2)
    expect(peek).to_have_text(re.compile(r"0\.96 s|1\.00 s"))
    storyboard.until(
        "[...document.querySelectorAll('.peek video')].every((one) => one.currentTime > 0.9 && !one.seeking)"
    )
    assert storyboard.ask("players[0].frame") == 0  # looking is not going there
    storyboard.page.mouse.move(5, 5)
    expect(peek).to_be_hidden()
    expect(peek.locator("video")).to_have_count(0)


def test_blinking_shows_one_side_at_a_time_in_the_same_place(storyboard: Opened) -> None:
    sides = storyboard.page.locator("#shot-1 .side")
    seen, places = [], []
    for _ in range(3):
        storyboard.press("b")
        visible = [side.is_visible() for side in sides.all()]
        seen.append(visible)
        places.append(sides.nth(visible.index(True)).locator(".screen").bounding_box())
    assert seen == [[False, True], [True, False], [False, True]]
    assert places[0] == places[1] == places[2]
    expect(storyboard.page.get_by_label("Blink").first).to_be_checked()


def test_zoom_and_pan_move_both_sides_together(storyboard: Opened) -> None:
    moved = """() => [...document.querySelectorAll("#shot-1 .screen video")].map(
      (one) => getComputedStyle(one).transform)"""
    assert storyboard.ask(moved) == ["none", "none"]
    storyboard.press("+", "+")
    one, other = storyboard.ask(moved)
    assert one == other != "none"
    box = storyboard.page.locator("#shot-1 .after .screen").bounding_box()
    assert box is not None
    storyboard.page.mouse.move(box["x"] + 100, box["y"] + 60)
    storyboard.page.mouse.down()
    storyboard.page.mouse.move(box["x"] + 130, box["y"] + 70, steps=3)
    storyboard.page.mouse.up()
    panned, also = storyboard.ask(moved)
    assert panned == also != one
    assert storyboard.ask("players[0].playing") is False  # dragging is not clicking
    storyboard.ask("panTo(players[0], {x: 99, y: -99})")
    assert storyboard.ask("Math.abs(players[0].pan.x) <= (players[0].zoom - 1) / 2")  # never past the edge
    storyboard.ask("panTo(players[0], {x: 0, y: 0})")
    storyboard.press("Shift+ArrowRight", "Shift+ArrowDown")
    assert storyboard.ask("[players[0].pan.x, players[0].pan.y, players[0].frame]") == [-0.1, -0.1, 0]
    storyboard.press("z")
    assert storyboard.ask("players[0].zoom") == 1
    expect(storyboard.button("Zoom: fits")).to_have_text("Fit")


def test_full_size_is_a_video_pixel_on_a_pixel_of_the_screen(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    large = [films.make(f"{number}", width=1920, height=1080, seconds=0.4) for number in (1, 2)]
    of = review(shot("alley", ShotKind.RENDERED, *(take(number, "a", one) for number, one in enumerate(large))))
    opened = open_page(write_page(films, of, tmp_path / "review.html"))
    opened.settle()
    opened.button("Zoom: fits").click()
    shown = opened.ask("players[0].lead.video.getBoundingClientRect().width")
    assert shown == pytest.approx(1920, abs=2)
    expect(opened.button("Zoom: 100 per cent")).to_have_text("100 %")


def test_gain_makes_small_differences_visible(open_page: Callable[..., Opened], films: Films, tmp_path: Path) -> None:
    videos = [films.make(" ", first_frame=plain(color), width=320, height=180) for color in (RED, DARK)]
    of = review(shot("alley", ShotKind.RENDERED, *(take(number, "a", one) for number, one in enumerate(videos))))
    opened = open_page(write_page(films, of, tmp_path / "review.html"))
    opened.settle()
    opened.page.get_by_label("Difference").check()
    opened.page.wait_for_timeout(300)
    faint = brightness(opened)
    opened.page.locator('#shot-1 [data-do="gain"]').fill("16")
    opened.page.wait_for_timeout(300)
    expect(opened.page.get_by_label("Gain ×16").first).to_be_visible()
    assert brightness(opened) > faint * 4 + 4


def test_the_sound_of_a_side_is_one_button_away_and_never_that_of_both(storyboard: Opened) -> None:
    storyboard.button("Sound of after").click()
    assert [state["muted"] for state in storyboard.state().values()] == [True, False]
    storyboard.button("Sound of before").click()
    assert [state["muted"] for state in storyboard.state().values()] == [False, True]
    storyboard.button("Sound of before").click()
    assert [state["muted"] for state in storyboard.state().values()] == [True, True]
    assert storyboard.page.locator(
        "#shot-1 .level"
    ).first.is_hidden()  # a page from disk may not measure, and says nothing


def test_the_sound_of_videos_inside_the_page_has_a_waveform_and_a_level(
    open_page: Callable[..., Opened], films: Films, varied_review: Review, tmp_path: Path
) -> None:
    opened = open_page(write_page(films, varied_review, tmp_path / "alone.html", embed=True))
    opened.settle()
    opened.until("document.querySelectorAll('#shot-1 .wave').length === 2")
    shares = opened.ask("[...document.querySelectorAll('#shot-1 .wave')].map((one) => one.style.width)")
    assert shares == ["80%", "100%"]  # of 1.6 s and of 2 s
    opened.button("Sound of after").click()
    opened.press("Space")
    opened.button("Play").click() if not opened.ask("players[0].playing") else None
    opened.until("!document.querySelector('#shot-1 .after .level').hidden")


def test_a_link_to_the_moment_in_view_is_kept_in_the_address(storyboard: Opened) -> None:
    storyboard.scrub(25)
    storyboard.press("c")
    assert storyboard.ask("location.hash") == "#night.alley@1.00"
