"""Light and dark, paper, phones, two hundred shots, and what people need who do not see or point."""

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from browsing import LOW_CONTRAST, NAMELESS, REPEATED_IDS, Opened
from playwright.sync_api import expect
from storyboards import Films, many, review, shot, take, write_page

from ltxspec.review.models import ShotKind

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_asks_for(
    open_page: Callable[..., Opened], storyboard_file: Path, scheme: str
) -> None:
    storyboard = open_page(storyboard_file, color_scheme=scheme)
    storyboard.page.get_by_text("All parameters").first.click()
    assert storyboard.ask(LOW_CONTRAST) == []
    background = storyboard.ask("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(18, 18, 20)") is (scheme == "dark")


def test_the_theme_can_be_chosen_and_is_remembered(storyboard: Opened) -> None:
    button = storyboard.page.get_by_role("button", name="Theme")
    seen = []
    for _ in range(3):
        button.click()
        seen.append((button.inner_text(), storyboard.ask("getComputedStyle(document.body).backgroundColor")))
    light, dark = "rgb(243, 243, 241)", "rgb(18, 18, 20)"
    assert seen == [("Theme: light", light), ("Theme: dark", dark), ("Theme: auto", light)]
    button.click()
    storyboard.page.reload()
    expect(storyboard.page.get_by_role("button", name="Theme")).to_have_text("Theme: light")


def test_every_control_has_a_name_and_every_id_is_one_elements(storyboard: Opened) -> None:
    assert storyboard.ask(NAMELESS) == []
    assert storyboard.ask(REPEATED_IDS) == []


def test_headings_landmarks_and_language_are_there(storyboard: Opened) -> None:
    page = storyboard.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.title().startswith("Review: 2 shots rendered for $0.96, 2 to render")
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("search")).to_have_count(1)
    levels = page.eval_on_selector_all("h1, h2, h3", "(all) => all.map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.get_by_role("article", name="night.alley").is_visible()


def test_everything_can_be_reached_and_seen_with_the_tab_key(storyboard: Opened) -> None:
    storyboard.press("Tab")
    assert storyboard.ask("document.activeElement.textContent") == "Skip to the shots"
    reached, invisible = set(), []
    for _ in range(40):
        storyboard.press("Tab")
        name, outlined = storyboard.ask(
            """() => { const it = document.activeElement, shown = it.nextElementSibling ?? it;
            return [it.getAttribute("aria-label") ?? it.textContent.trim(),
                    [it, shown].some((one) => getComputedStyle(one).outlineStyle !== "none")]; }"""
        )
        reached.add(name)
        if not outlined:
            invisible.append(name)
    assert {"Search the shots", "Play", "Frame", "Full screen"} <= reached
    assert invisible == []


def test_kinds_are_told_by_sign_and_word_not_by_colour_alone(storyboard: Opened) -> None:
    badges = storyboard.page.locator(".badge").all_text_contents()
    assert badges == ["● Rendered", "● Rendered", "◌ To render", "◌ To render", "– Retired"]
    marks = "(one) => getComputedStyle(one).textDecorationLine"
    assert storyboard.page.locator(".prompt del").first.evaluate(marks) == "line-through"
    assert storyboard.page.locator(".prompt ins").first.evaluate(marks) == "underline"


def test_nothing_moves_by_itself(storyboard: Opened) -> None:
    moving = "(all) => all.filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    assert storyboard.page.eval_on_selector_all("*", moving) == 0
    assert [state["paused"] for state in storyboard.state().values()] == [True, True]


def test_paper_shows_stills_instead_of_players(storyboard: Opened) -> None:
    storyboard.page.emulate_media(media="print")
    expect(storyboard.page.locator("#shot-1 .still img").first).to_be_visible()
    hidden = [".bar", ".transport", ".settings", "video", ".list"]
    assert [name for name in hidden if storyboard.page.locator(name).first.is_visible()] == []
    pdf = storyboard.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")


def test_paper_has_the_whole_prompt_and_what_the_head_folds(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    long = " ".join(f"word{number}" for number in range(120))
    videos = [films.make(name, seconds=0.4) for name in "ab"]
    takes = [
        take(number, f"{long} {name} {long}", one) for number, (name, one) in enumerate(zip("ab", videos, strict=True))
    ]
    opened = open_page(write_page(films, review(shot("alley", ShotKind.RENDERED, *takes)), tmp_path / "review.html"))
    opened.settle()
    opened.page.emulate_media(media="print")
    opened.ask("dispatchEvent(new Event('beforeprint'))")
    expect(opened.page.get_by_text("Spent in this change")).to_be_visible()
    words = "(one) => [one.scrollHeight - one.clientHeight, getComputedStyle(one).maskImage]"
    assert opened.page.locator(".words").evaluate(words) == [0, "none"]
    far = "(one) => getComputedStyle(one).display"
    assert opened.page.locator(".far").first.evaluate(far) == "inline"
    opened.ask("dispatchEvent(new Event('afterprint'))")
    assert opened.ask("document.querySelectorAll('.head details[open]').length") == 0


def test_a_prompt_from_right_to_left_stands_on_the_right(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    video = films.make("a", seconds=0.4)
    takes = [take(1, "مطر في زقاق ضيق", video), take(2, "ثلج في زقاق ضيق", video)]
    of = review(
        shot("alley", ShotKind.RENDERED, *takes), shot("tower", ShotKind.RENDERED, None, take(3, "Rain", video))
    )
    opened = open_page(write_page(films, of, tmp_path / "review.html"))
    directions = "(all) => all.map((one) => getComputedStyle(one).direction)"
    assert opened.page.eval_on_selector_all(".prompt p", directions) == ["rtl", "ltr"]
    assert opened.page.locator("html").evaluate("(one) => getComputedStyle(one).direction") == "ltr"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_over_the_page_can_be_read_and_has_names(
    storyboard: Opened, scheme: Literal["light", "dark"]
) -> None:
    storyboard.page.emulate_media(color_scheme=scheme)
    storyboard.page.get_by_text("Money and digest").click()
    storyboard.press("?")
    assert storyboard.ask(LOW_CONTRAST) == []
    storyboard.press("Escape")
    storyboard.page.locator("body").press("b")
    storyboard.page.get_by_label("Order", exact=True).select_option("kind")
    assert storyboard.ask(LOW_CONTRAST) == []
    storyboard.page.get_by_role("button", name="Play all").click()
    assert storyboard.ask(LOW_CONTRAST) == []
    assert storyboard.ask(NAMELESS) == []
    assert storyboard.ask(REPEATED_IDS) == []


def test_keys_go_to_a_shot_at_once_without_gliding(open_page: Callable[..., Opened], storyboard_file: Path) -> None:
    storyboard = open_page(storyboard_file, reduced_motion="reduce")
    storyboard.settle()
    storyboard.press("j")
    assert storyboard.ask("Math.abs(shots[1].getBoundingClientRect().top) < 100")
    assert storyboard.ask("document.getAnimations().length") == 0


def test_a_phone_needs_no_scrolling_sideways(open_page: Callable[..., Opened], storyboard_file: Path) -> None:
    storyboard = open_page(storyboard_file, viewport={"width": 390, "height": 844})
    for mode in ("1", "2", "3", "4"):
        storyboard.page.locator("body").press(mode)
        widths = storyboard.ask("[document.documentElement.scrollWidth, innerWidth]")
        assert widths == [390, 390]


def test_a_page_without_scripts_still_reads(browser: "Browser", storyboard_file: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(storyboard_file.as_uri())
    expect(page.locator("#shot-1 .still img").first).to_be_visible()
    expect(page.locator("#shot-1 .screen").first).to_be_hidden()  # which would be black
    expect(page.get_by_text("Playing and filtering need JavaScript")).to_be_visible()
    expect(page.locator(".transport").first).to_be_hidden()
    page.close()


def test_two_hundred_shots_load_only_the_videos_in_sight(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    file = write_page(films, many(films, 200), tmp_path / "many.html")
    began = time.monotonic()
    storyboard = open_page(file)
    storyboard.settle()
    took = time.monotonic() - began
    loaded = "() => [...document.querySelectorAll('video')].filter((one) => one.hasAttribute('src')).length"
    assert 2 <= storyboard.ask(loaded) <= 12
    assert took < 10  # seconds, on a machine that other tests keep busy; about 1 otherwise
    storyboard.ask("document.getElementById('shot-150').scrollIntoView()")
    storyboard.page.wait_for_function("() => document.querySelector('#shot-150 video')?.readyState >= 2")
    assert 2 <= storyboard.ask(loaded) <= 16
    assert not storyboard.state("shot0")["after"]["loaded"]
    storyboard.press("j")
    storyboard.press("ArrowRight")
    storyboard.settle()
    filtering = storyboard.ask(
        """() => { const search = document.getElementById("search"), began = performance.now();
        for (const text of ["p", "pr", "prompt 77", ""]) {
            search.value = text; search.dispatchEvent(new Event("input", { bubbles: true }));
        }
        return performance.now() - began; }"""
    )
    assert filtering < 500  # milliseconds, for four keystrokes


def test_a_shot_comes_back_to_the_frame_it_was_left_at(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    storyboard = open_page(write_page(films, many(films, 30), tmp_path / "many.html"))
    storyboard.settle()
    storyboard.page.locator('#shot-1 [data-do="scrub"]').fill("6")
    storyboard.settle()
    storyboard.ask("document.getElementById('shot-30').scrollIntoView()")
    storyboard.page.wait_for_function("() => !document.querySelector('#shot-1 video').hasAttribute('src')")
    storyboard.ask("document.getElementById('shot-1').scrollIntoView()")
    storyboard.page.wait_for_function("() => document.querySelector('#shot-1 video').readyState >= 2")
    storyboard.settle()
    assert [state["time"] for state in storyboard.state("shot0").values()] == pytest.approx([0.65] * 2)
