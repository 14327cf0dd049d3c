"""Overlay, wipe and difference: checked by the pixels on the screen."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import Opened
from PIL import Image
from playwright.sync_api import expect
from storyboards import Films, review, shot, take, write_page

from ltxspec.review.models import ShotKind

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

pytestmark = pytest.mark.browser

RED, BLUE = (255, 0, 0), (0, 0, 255)
_DARK = 0.1  # above the page's own background


def still(color: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 180), color).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def red_and_blue(films: Films, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of one shot that was red and is blue."""
    red, blue = (films.make(" ", first_frame=still(color), width=320, height=180) for color in (RED, BLUE))
    of = review(shot("alley", ShotKind.RENDERED, take(1, "red", red), take(2, "blue", blue)))
    return write_page(films, of, tmp_path_factory.mktemp("colors") / "review.html")


@pytest.fixture
def colors(open_page: Callable[..., Opened], red_and_blue: Path) -> Opened:
    opened = open_page(red_and_blue)
    opened.settle()
    for _ in range(100):  # a decoded frame is on the screen only after the browser has painted it
        if all(max(color_at(opened, across)) > _DARK for across in (0.25, 0.75)):
            break
        opened.page.wait_for_timeout(100)
    return opened


def stage(opened: Opened) -> "FloatRect":
    """Where the first shot's videos are on the screen."""
    box = opened.page.locator("#shot-1 .stage").bounding_box()
    assert box is not None
    return box


def color_at(opened: Opened, across: float) -> tuple[float, ...]:
    """The colour at a share of the stage's width, a third from its top; each part from 0 to 1."""
    box = stage(opened)
    clip: FloatRect = {
        "x": box["x"] + across * box["width"],
        "y": box["y"] + box["height"] * 0.4,
        "width": 4,
        "height": 4,
    }
    with Image.open(io.BytesIO(opened.page.screenshot(clip=clip))) as image:
        pixel = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return tuple(part / 255 for part in pixel)


def is_like(color: tuple[float, ...], red: float, blue: float) -> bool:
    """Video colours are never exact: compared with the balance of red and blue."""
    return abs(color[0] - red) < 0.25 and abs(color[2] - blue) < 0.25


def test_side_by_side_shows_before_on_the_left(colors: Opened) -> None:
    assert is_like(color_at(colors, 0.25), red=1, blue=0)
    assert is_like(color_at(colors, 0.75), red=0, blue=1)


def test_overlay_blends_by_its_slider(colors: Opened) -> None:
    colors.page.get_by_label("Overlay").check()
    slider = colors.page.locator('[data-do="mix"]')
    assert is_like(color_at(colors, 0.5), red=0.5, blue=0.5)
    slider.fill("0")
    assert is_like(color_at(colors, 0.5), red=1, blue=0)
    slider.fill("100")
    assert is_like(color_at(colors, 0.5), red=0, blue=1)
    expect(slider).to_have_attribute("aria-valuetext", "100 %")
    expect(colors.page.get_by_label("After, opacity")).to_be_visible()


def test_wipe_follows_slider_and_pointer(colors: Opened) -> None:
    colors.press("3")
    assert is_like(color_at(colors, 0.4), red=1, blue=0)
    assert is_like(color_at(colors, 0.6), red=0, blue=1)
    colors.page.locator('[data-do="mix"]').fill("70")
    assert is_like(color_at(colors, 0.6), red=1, blue=0)
    box = stage(colors)
    middle = box["y"] + box["height"] / 2
    colors.page.mouse.move(box["x"] + 0.7 * box["width"], middle)
    colors.page.mouse.down()
    colors.page.mouse.move(box["x"] + 0.2 * box["width"], middle, steps=4)
    colors.page.mouse.up()
    expect(colors.page.locator('[data-do="mix"]')).to_have_value("20")
    assert is_like(color_at(colors, 0.4), red=0, blue=1)
    assert colors.ask("players[0].playing") is False  # dragging is not clicking


def test_difference_of_a_video_with_itself_is_black(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    blue = films.make(" ", first_frame=still(BLUE), width=320, height=180)
    of = review(shot("alley", ShotKind.RENDERED, take(1, "a", blue), take(2, "b", blue)))
    opened = open_page(write_page(films, of, tmp_path / "review.html"))
    opened.settle()
    opened.page.get_by_label("Difference").check()
    assert is_like(color_at(opened, 0.5), red=0, blue=0)


def test_a_mode_goes_along_and_the_shot_stays_in_place(storyboard: Opened) -> None:
    storyboard.press("j")
    top = "() => document.getElementById('shot-2').getBoundingClientRect().top"
    before = storyboard.ask(top)
    storyboard.press("2")
    assert storyboard.ask(top) == pytest.approx(before, abs=2)
    expect(storyboard.page.locator("#shot-1 .player")).to_have_attribute("data-mode", "overlay")


def test_full_screen_shows_the_player_alone(storyboard: Opened) -> None:
    storyboard.page.locator("#shot-1").get_by_role("button", name="Full screen").click()
    storyboard.page.wait_for_function("() => document.fullscreenElement === players[0].root")
    expect(storyboard.page.locator("#shot-1 .transport")).to_be_visible()
    expect(storyboard.page.locator("#shot-1 .stills")).to_be_hidden()
    storyboard.press("f")
    storyboard.page.wait_for_function("() => document.fullscreenElement === null")
