"""A page says where its decisions are kept, whether any can be made, what is not of this change, and how to go on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Opened
from playwright.sync_api import expect
from replacing import replace
from storyboards import Films, review, shot, take, write_page

from ltxspec.review.models import Review, ShotKind

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(open_page: Callable[..., Opened], studio: Path) -> Callable[..., Opened]:
    def open_review(**context: Any) -> Opened:
        page = open_page(studio / "review.html", **context)
        page.until("document.querySelectorAll('.take').length === 4")
        page.settle()
        return page

    return open_review


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_what_is_only_in_this_browser_is_said_until_it_is_saved_under_a_name(
    size: tuple[int, int], opened: Callable[..., Opened], studio: Path
) -> None:
    page = opened(viewport={"width": size[0], "height": size[1]})
    unsaved = page.page.locator("#unsaved")
    expect(unsaved).to_be_hidden()
    page.press("j", "k", "a")
    expect(page.page.locator("#told")).to_have_text("Take 3 of night.alley: ✓ approved, in this browser only.")
    expect(unsaved).to_have_text("1 not saved")
    unsaved.click()
    page.page.get_by_role("button", name="Save the file").click()
    expect(page.page.locator("#export-said")).to_contain_text("Write your name first", use_inner_text=True)
    page.page.get_by_label("Your name").fill("Bo")
    with page.page.expect_download() as download:
        page.page.get_by_role("button", name="Save the file").click()
    download.value.save_as(studio / "a.json")
    document = json.loads((studio / "a.json").read_text("utf-8"))
    assert [one["by"] for item in document["takes"] for one in item["verdicts"]] == ["Bo"]
    page.press("Escape")
    page.until("!document.getElementById('export').open")
    expect(unsaved).to_be_hidden()
    page.press("r")
    expect(page.page.locator("#told")).to_have_text("Take 3 of night.alley: ✕ rejected, in this browser only.")
    expect(unsaved).to_have_text("1 not saved")


def test_a_key_right_after_a_dialog_is_closed_is_the_page_s(opened: Callable[..., Opened]) -> None:
    """What had the focus in it keeps it until the next frame is drawn, if what opened the dialog is hidden by then."""
    page = opened()
    page.press("j", "k", "a")
    page.page.locator("#unsaved").click()
    page.page.get_by_label("Your name").fill("Bo")
    page.ask("""(() => {
      document.getElementById("unsaved").hidden = true;
      document.getElementById("export").close();
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
    })()""")
    page.until("document.getElementById('told').textContent.includes('rejected')")


def test_up_to_four_takes_are_decided_about_where_they_play(opened: Callable[..., Opened]) -> None:
    page = opened()
    page.page.locator("#shot-1").get_by_role("button", name="Compare up to four").click()
    group = page.page.get_by_role("group", name="Verdict about video 2")
    group.get_by_role("button", name="Reject").click()
    page.until("bench.cells.length === 3")
    expect(group.get_by_role("button", name="Reject")).to_have_attribute("aria-pressed", "true")
    expect(page.page.locator("#bench")).to_contain_text("✕ Rejected", use_inner_text=True)
    page.press("Escape")
    expect(page.page.locator("#shot-1 .take").nth(1)).to_contain_text("✕ Rejected", use_inner_text=True)


def test_the_help_begins_at_its_beginning(opened: Callable[..., Opened]) -> None:
    page = opened()
    page.press("?")
    assert page.ask("document.getElementById('help').scrollTop") == 0
    assert page.page.get_by_role("button", name="Close").first.is_visible()


def keys(page: Opened) -> list[str]:
    return list(page.page.locator("#keys td:first-child").all_inner_texts())


def test_a_page_without_takes_says_so_and_offers_no_key_for_them(storyboard: Opened) -> None:
    expect(storyboard.page.get_by_text("Nothing can be decided here")).to_be_visible()
    storyboard.press("?")
    assert {"a", "w", "r", "n"}.isdisjoint(keys(storyboard))
    assert "j" in keys(storyboard)


def test_with_takes_every_key_is_listed(opened: Callable[..., Opened]) -> None:
    page = opened()
    expect(page.page.get_by_text("Nothing can be decided here")).to_have_count(0)
    page.press("?")
    assert {"a", "w", "r", "n", "p", "g"} <= set(keys(page))


def test_what_the_base_would_render_as_well_is_marked_folded_and_counted_apart(
    open_page: Callable[..., Opened], films: Films, varied_review: Review, tmp_path: Path
) -> None:
    shots = [replace(one, inherited=one.kind is ShotKind.PENDING) for one in varied_review.shots]
    page = open_page(write_page(films, replace(varied_review, shots=shots), tmp_path / "review.html"))
    number = sum(one.inherited for one in shots)
    assert number
    expect(page.page.locator(".chip.pending")).to_have_count(0)
    expect(page.page.locator(".chip.inherited")).to_have_text(f"⌂ Also at the base {number}")
    expect(page.page.locator('.shot[data-kind="inherited"].folded')).to_have_count(number)
    own = len(shots) - number
    group = page.page.get_by_role("button", name="Also at the base, so not because of this change")
    assert group.inner_text().endswith(f" {number} shots: {number} to render for ≥ $0.48 + 1 unknown")
    expect(group).to_have_attribute("aria-expanded", "false")
    count = page.page.get_by_role("status").first
    expect(count).to_have_text(f"{own} shots, {number} also at the base")
    everything = page.page.locator(".shot")
    expect(page.page.locator(".shot:visible")).to_have_count(own)
    assert [everything.nth(at).get_attribute("data-kind") == "inherited" for at in range(len(shots))] == (
        [False] * own + [True] * number
    )
    page.page.locator(".chip.inherited").click()
    expect(page.page.locator(".shot:visible")).to_have_count(number)
    expect(count).to_have_text(f"{number} of {len(shots)} shots")
    page.page.locator(".chip.inherited").click()
    for order in ("cost", "cause", "kind", ""):
        page.page.get_by_label("Order", exact=True).select_option(order)
        expect(page.page.locator(".backlog ~ .shot")).to_have_count(number)
        expect(page.page.locator(".shot:visible")).to_have_count(own)
    group.click()
    expect(page.page.locator(".shot:visible")).to_have_count(len(shots))
    group.click()
    page.ask("location.hash = '#shot-5'")
    page.until("document.querySelector('.shot.active')?.id === 'shot-5'")
    expect(group).to_have_attribute("aria-expanded", "true")


def test_a_side_without_a_video_is_as_wide_as_the_other(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    old, new = take(1, "rain", films.make("a")), take(2, "fog", films.make("b"))
    gone = replace(old, outputs=(replace(old.outputs[0], sha256="0" * 64),))
    page = open_page(write_page(films, review(shot("alley", ShotKind.RENDERED, gone, new)), tmp_path / "review.html"))
    blank = page.page.locator(".side.before .blank").bounding_box()
    video = page.page.locator(".side.after .screen").bounding_box()
    assert blank is not None
    assert video is not None
    assert blank["width"] >= video["width"] - 1


def test_what_is_drawn_on_has_a_name_while_it_has_the_focus(opened: Callable[..., Opened]) -> None:
    page = opened()
    page.press("j", "k", "n")
    page.page.get_by_role("button", name="Mark on the frame").focus()
    page.press("Enter")
    assert page.ask("document.activeElement.getAttribute('aria-label')").startswith("Box on the frame")
    assert page.ask("document.activeElement.closest('[aria-hidden=true]')") is None


def test_a_picture_and_its_modes_are_in_sight_when_another_mode_is_chosen(opened: Callable[..., Opened]) -> None:
    page = opened(viewport={"width": 1440, "height": 820})
    for mode in ("3", "2", "4"):
        page.press(mode)
        stage = page.page.locator("#shot-1 .stage").bounding_box()
        modes = page.page.locator("#shot-1 .settings").bounding_box()
        transport = page.page.locator("#shot-1 .transport").bounding_box()
        assert stage is not None
        assert modes is not None
        assert transport is not None
        assert stage["y"] + stage["height"] <= transport["y"] + 1
        assert modes["y"] + modes["height"] <= 821


def test_takes_of_one_day_are_told_apart_by_the_minute(opened: Callable[..., Opened]) -> None:
    page = opened()
    assert page.page.locator("#shot-1 .take-head").first.inner_text().count(":") == 1
    assert page.page.locator("#shot-1 .note").first.inner_text().startswith("2 × Bought on")


@pytest.mark.parametrize("width", [1440, 1200, 1024])
def test_what_ends_the_bar_stays_together(width: int, open_page: Callable[..., Opened], storyboard_file: Path) -> None:
    page = open_page(storyboard_file, viewport={"width": width, "height": 900})
    ends = page.page.locator(".ends").bounding_box()
    assert ends is not None
    for name in ("#theme", "#help-button"):
        box = page.page.locator(name).bounding_box()
        assert box is not None
        assert ends["y"] - 1 <= box["y"] <= ends["y"] + 4
    box = page.page.locator("#play-all").bounding_box()
    assert box is not None
    assert box["y"] <= ends["y"] + 4
