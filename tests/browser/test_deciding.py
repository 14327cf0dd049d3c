"""Keys decide about what side B shows, and about nothing else; what is decided is confirmed."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browsing import Opened, Tabs
from playwright.sync_api import expect
from reviewing import FILE, run, write_review

from ltxspec.project.project import open_project
from ltxspec.project.storyboard.serve import serving_review

pytestmark = pytest.mark.browser
SHELF = "localStorage.getItem('ltxspec-review:sandbox')"


@pytest.fixture
def edited(studio: Path) -> Path:
    """Both shots were edited again, so that they are to be rendered anew."""
    spec = studio / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("Porto", "Oslo").replace("stone bridge", "steel bridge"), "utf-8")
    return studio


@pytest.fixture
def opened(open_page: Callable[..., Opened], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Opened]:
    def open_review(folder: Path, *options: str, **context: Any) -> Opened:
        page = open_page(write_review(tmp_path_factory, folder, *options), **context)
        page.until("document.querySelector('.strip-of-takes') !== null")
        page.settle()
        return page

    return open_review


@pytest.fixture
def serve(tabs: Tabs) -> Iterator[Callable[..., Opened]]:
    """Serves a project while the test runs, and opens its page."""
    with ExitStack() as open_ones:

        def open_served(folder: Path) -> Opened:
            address = open_ones.enter_context(serving_review(open_project(folder)))
            page = tabs.open()
            open_ones.callback(tabs.close)
            page.goto(address)
            served = Opened(page)
            served.until("document.querySelector('.strip-of-takes') !== null")
            served.settle()
            return served

        yield open_served


def told(page: Opened) -> str:
    page.until("!document.getElementById('told').hidden")
    return str(page.page.locator("#told").inner_text())


def quiet(page: Opened) -> None:
    page.ask("document.getElementById('told').hidden = true")


def strip(page: Opened, name: str) -> Any:
    return page.page.locator(f'.shot[data-address="night.{name}"] .take')


@pytest.mark.parametrize("options", [(), ("--animatics",)])
def test_no_key_decides_about_another_take_than_side_b_shows(
    options: tuple[str, ...], opened: Callable[..., Opened], edited: Path
) -> None:
    page = opened(edited, *options)
    page.press("j", "k")
    for key in "awrn":
        quiet(page)
        page.press(key)
        said = told(page)
        assert "not" in said
        assert "rendered" in said
        assert "nothing to decide" in said
    assert page.ask(SHELF) is None
    expect(page.page.locator("form.composer")).to_have_count(0)
    strip(page, "alley").first.get_by_role("button", name="Approve").click()
    expect(strip(page, "alley").first.locator(".decided").first).to_have_text("✓ Approved")


def test_a_take_that_is_not_on_this_machine_is_not_decided_about_by_a_key(
    opened: Callable[..., Opened], studio: Path
) -> None:
    (shown,) = json.loads(run(studio, "show", "night.bridge", "--format", "json"))["shots"]
    (video,) = studio.glob(f".ltxspec/**/{shown['takes'][0]['outputs'][0]['sha256']}.mp4")
    video.unlink()
    page = opened(studio)
    page.press("j")
    page.until("activeShot().dataset.address === 'night.bridge'")
    page.press("a")
    assert told(page).startswith("Side B: not on this machine: nothing to decide.")
    assert page.ask(SHELF) is None
    assert not (studio / FILE).exists()


def test_verdicts_that_cannot_be_read_are_not_called_missing(opened: Callable[..., Opened], studio: Path) -> None:
    run(studio, "approve", "night.bridge")
    file = studio / FILE
    file.write_text(f"<<<<<<< ours\n{file.read_text('utf-8')}", "utf-8")
    page = opened(studio)
    text = page.page.locator("body").inner_text()
    assert "not reviewed" not in text
    expect(page.page.locator("#reviewed")).to_have_text("verdicts not known")
    expect(page.page.locator("#unread")).to_contain_text("night.review.json", use_inner_text=True)
    page.page.get_by_label("Verdict", exact=True).select_option("Not reviewed")
    assert page.shown() == []


def test_a_served_page_says_at_once_that_verdicts_cannot_be_read(serve: Callable[..., Opened], studio: Path) -> None:
    run(studio, "approve", "night.bridge")
    page = serve(studio)
    page.until("document.getElementById('reviewed').textContent === '1 of 2 reviewed'")
    file = studio / FILE
    whole = file.read_text("utf-8")
    file.write_text(f"<<<<<<< ours\n{whole}", "utf-8")
    page.until("!document.getElementById('unread').hidden")
    expect(page.page.locator("body")).not_to_contain_text("not reviewed", use_inner_text=True)
    assert page.page.locator("#unread").inner_text().count("night.review.json") == 1
    page.press("j", "k", "a")
    assert "night.review.json" in told(page)
    file.write_text(whole, "utf-8")
    page.until("document.getElementById('reviewed').textContent === '1 of 2 reviewed'")
    expect(page.page.locator("#unread")).to_be_hidden()


def test_a_served_page_says_what_pick_says_and_follows_what_an_approval_sets_free(
    serve: Callable[..., Opened], edited: Path
) -> None:
    page = serve(edited)
    strip(page, "alley").first.get_by_role("button", name="Use take 1").click()
    page.until("document.getElementById('told').textContent.includes('in use')")
    said = told(page)
    assert "Take 1 of night.alley is in use. The spec asks for something else than take 1 shows" in said
    assert "the next apply will" in said
    expect(strip(page, "alley").first).to_contain_text("in use until the next apply", use_inner_text=True)


def test_a_verdict_is_confirmed_and_the_headline_follows_it(serve: Callable[..., Opened], studio: Path) -> None:
    page = serve(studio)
    expect(page.page.locator(".chip.held")).to_have_text("= Held 1")
    page.press("j")
    page.until("activeShot().dataset.address === 'night.bridge'")
    page.press("a")
    assert told(page) == "Take 1 of night.bridge: ✓ approved."
    page.until("document.querySelector('.chip.held') === null")
    expect(page.page.locator(".chip.pending")).to_have_text("◌ To render 1")
    assert page.page.locator("h1").inner_text() in page.page.title()
    door = page.page.locator('.shot[data-address="night.door"]').inner_text()
    assert "To render" in door
    assert "Held" not in door


def test_a_verdict_of_the_take_before_is_not_shown_as_one_of_what_is_to_come(
    opened: Callable[..., Opened], edited: Path
) -> None:
    run(edited, "approve", "night.bridge")
    page = opened(edited)
    mark = page.page.locator('.list a:has-text("bridge") .list-verdict')
    expect(mark).to_contain_text("(✓ before)", use_inner_text=True)
    expect(strip(page, "bridge").first).to_contain_text("in use, out of date", use_inner_text=True)


def test_typed_words_are_not_lost_by_escape(opened: Callable[..., Opened], studio: Path) -> None:
    page = opened(studio)
    page.press("j", "k", "n")
    page.page.keyboard.type("a long thought")
    page.press("Escape")
    assert "kept" in told(page)
    page.press("n")
    words = strip(page, "alley").last.get_by_role("textbox")
    expect(words).to_have_value("a long thought")
    strip(page, "alley").last.get_by_role("button", name="Until this frame").focus()
    page.press("Escape", "n")
    expect(words).to_have_value("a long thought")
    strip(page, "alley").last.get_by_role("button", name="Discard").click()
    page.press("n")
    expect(words).to_have_value("")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_note_is_written_with_its_frame_in_sight(
    size: tuple[int, int], opened: Callable[..., Opened], studio: Path
) -> None:
    page = opened(studio, viewport={"width": size[0], "height": size[1]})
    page.press("j", "k", "n")
    form = page.page.locator("form.composer").bounding_box()
    video = page.page.locator('#shot-1 video[data-side="after"]').bounding_box()
    assert form is not None
    assert video is not None
    assert video["y"] >= 0
    assert video["y"] + video["height"] <= form["y"] + 1
    assert form["y"] + form["height"] <= size[1] + 1
    frame = page.ask("players[0].frame")
    page.page.get_by_role("button", name="Until this frame").focus()
    page.press("ArrowRight", "ArrowRight")
    assert page.ask("players[0].frame") == frame + 2
    page.press("Home")
    assert page.ask("players[0].frame") == 0


@pytest.mark.parametrize("mode", ["2", "3", "4", "5"])
def test_small_pictures_are_whole_in_every_mode(mode: str, opened: Callable[..., Opened], studio: Path) -> None:
    page = opened(studio)
    page.press("j", "k", mode, "b", "g") if mode == "5" else page.press("j", "k", mode, "g")
    screen = page.page.locator("#shot-1 .side.after .screen")
    found = screen.evaluate(
        "(one) => { const { opacity, clipPath, mixBlendMode, visibility } = getComputedStyle(one);"
        " return [opacity, clipPath, mixBlendMode, visibility] }"
    )
    assert found == ["1", "none", "normal", "visible"]
    expect(page.page.locator("#shot-1 .divider")).to_be_hidden()
