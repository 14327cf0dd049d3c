"""Filters, search and the keyboard: a reviewer gets to the shot in question."""

import pytest
from browsing import Opened
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ALL = ["alley", "tower", "temple", "market", "gone"]


def test_kinds_narrow_and_add_up(storyboard: Opened) -> None:
    assert storyboard.shown() == ALL
    storyboard.page.get_by_label("To render 2").check()
    assert storyboard.shown() == ["temple", "market"]
    storyboard.page.get_by_label("Retired 1").check()
    assert storyboard.shown() == ["temple", "market", "gone"]
    expect(storyboard.page.get_by_role("status").first).to_have_text("3 of 5 shots")


def test_spec_and_label_narrow_further(storyboard: Opened) -> None:
    storyboard.page.get_by_label("Spec", exact=True).select_option("night")
    assert storyboard.shown() == ALL[:-1]
    storyboard.page.get_by_label("Label", exact=True).select_option("campaign: winter")
    assert storyboard.shown() == ["tower"]


def test_search_finds_words_of_prompts_titles_and_causes_and_not_those_of_controls(storyboard: Opened) -> None:
    search = storyboard.page.get_by_role("searchbox")
    found = {}
    for words in ("UMBRELLA snow", "weather", "campaign: winter", "side by side", "lisbon"):
        search.fill(words)
        found[words] = storyboard.shown()
    assert found == {
        "UMBRELLA snow": ["alley"],
        "weather": ["alley"],
        "campaign: winter": ["tower"],
        "side by side": [],
        "lisbon": [],
    }
    expect(storyboard.page.get_by_text("No shot fits")).to_be_visible()


def test_the_list_follows_the_filter(storyboard: Opened) -> None:
    storyboard.page.get_by_role("searchbox").fill("lighthouse")
    links = storyboard.page.get_by_role("navigation", name="Shots").get_by_role("link")
    expect(links).to_have_text(["●Rendered:night.tower$0.48"])


def test_keys_walk_through_the_shots_that_are_shown(storyboard: Opened) -> None:
    storyboard.page.get_by_label("Rendered 2").check()
    storyboard.page.locator("body").press("j")
    assert storyboard.ask("document.activeElement.dataset.address") == "night.tower"
    storyboard.press("j")
    assert storyboard.ask("document.activeElement.dataset.address") == "night.tower"
    storyboard.press("k")
    assert storyboard.ask("document.activeElement.dataset.address") == "night.alley"
    assert storyboard.page.locator(".list [aria-current]").inner_text().startswith("●")


def test_keys_act_on_the_shot_in_use(storyboard: Opened) -> None:
    storyboard.press("j")
    storyboard.press("ArrowRight")
    storyboard.settle()
    assert storyboard.page.locator("#shot-2 .time").inner_text().endswith("frame 2")
    assert storyboard.page.locator("#shot-1 .time").inner_text().endswith("frame 1")


def test_typing_a_search_presses_no_keys(storyboard: Opened) -> None:
    storyboard.press("/")
    storyboard.page.keyboard.type("j 3l?")
    expect(storyboard.page.get_by_role("searchbox")).to_have_value("j 3l?")
    assert storyboard.ask("[settings.mode, settings.loop]") == ["side", False]


def test_space_on_a_button_presses_the_button(storyboard: Opened) -> None:
    storyboard.page.locator("#shot-1").get_by_role("button", name="Loop").focus()
    storyboard.press("Space")
    assert storyboard.ask("[settings.loop, players[0].playing]") == [True, False]


def test_the_help_names_every_key_and_closes(storyboard: Opened) -> None:
    storyboard.press("?")
    dialog = storyboard.page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    expect(dialog.locator("tr")).to_have_count(storyboard.ask("KEYS.length"))
    storyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_an_address_in_the_link_leads_to_its_shot(storyboard: Opened) -> None:
    storyboard.ask("location.hash = '#day.gone'")
    storyboard.page.wait_for_function("() => document.querySelector('.shot.active')?.dataset.address === 'day.gone'")
    expect(storyboard.page.locator("#shot-5 h2")).to_be_visible()
