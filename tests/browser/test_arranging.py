"""Order, groups, the grid and folding: a review of many shots is seen as the reviewer wants it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import LOW_CONTRAST, NAMELESS, Opened
from playwright.sync_api import expect
from storyboards import Films, pending, review, shot, take, write_page

from ltxspec.review.models import Cause, CauseKind, Review, ShotKind

pytestmark = pytest.mark.browser

CITY, LENGTH = Cause(CauseKind.VARIABLE, "city", "Porto", "Lisbon"), Cause(CauseKind.DEFAULTS, "duration", "6", "8")
IN_ORDER = ["alley", "tower", "door", "pier", "quay", "gone"]


@pytest.fixture(scope="module")
def mixed(films: Films) -> Review:
    """Shots of several prices and causes; the last one is retired, another one only moved."""
    clip = films.make("A", seconds=0.4)

    def bought(number: int, cost: str) -> dict[str, Any]:
        made = take(number, f"p{number}", clip, cost=cost)
        return {"after": made, "bought": (made,)}

    return review(
        shot("alley", ShotKind.RENDERED, **bought(1, "0.10"), causes=(CITY,)),
        shot("tower", ShotKind.RENDERED, **bought(2, "2.00"), causes=(LENGTH,)),
        shot("door", ShotKind.PENDING, change=pending("door", "d", estimate=None)),
        shot("pier", ShotKind.RENDERED, **bought(3, "0.30"), causes=(CITY, LENGTH)),
        shot("quay", ShotKind.MOVED, take(4, "q", clip), take(4, "q", clip)),
        shot("gone", ShotKind.RETIRED, take(5, "g", clip)),
    )


@pytest.fixture
def page(open_page: Callable[..., Opened], films: Films, mixed: Review, tmp_path: Path) -> Opened:
    opened = open_page(write_page(films, mixed, tmp_path / "review.html"))
    opened.settle()
    return opened


def listed(opened: Opened) -> list[str]:
    names: list[str] = opened.page.eval_on_selector_all(".list .name", "(all) => all.map((one) => one.textContent)")
    return names


def test_shots_are_sorted_by_cost_with_unknown_prices_first(page: Opened) -> None:
    assert page.shown() == IN_ORDER
    page.page.get_by_label("Order", exact=True).select_option("cost")
    assert page.shown() == ["door", "tower", "pier", "alley", "quay", "gone"]
    assert listed(page) == page.shown()
    page.page.get_by_label("Order", exact=True).select_option("")
    assert page.shown() == IN_ORDER


def test_shots_are_grouped_by_the_cause_they_share_most(page: Opened) -> None:
    page.page.get_by_label("Order", exact=True).select_option("cause")
    groups = page.page.locator(".group")
    assert [text.replace("\n", " ") for text in groups.all_inner_texts()] == [
        "variable city: Porto → Lisbon 2 shots",
        "defaults.duration: 6 → 8 1 shot",
        "Changed in the shots themselves 3 shots",
    ]
    button = groups.first.get_by_role("button")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "false")
    assert not page.page.get_by_role("article", name="night.alley").is_visible()
    page.ask("location.hash = '#night.alley'")
    page.page.get_by_role("article", name="night.alley").wait_for()
    page.page.get_by_label("Order", exact=True).select_option("")
    expect(groups).to_have_count(0)


def test_shots_are_grouped_by_what_happens_to_them(page: Opened) -> None:
    page.page.get_by_label("Order", exact=True).select_option("kind")
    assert page.shown() == ["door", "alley", "tower", "pier", "quay", "gone"]
    expect(page.page.locator(".group")).to_have_count(4)


def test_what_is_retired_or_moved_is_folded_and_unfolds(page: Opened) -> None:
    assert page.ask("[...document.querySelectorAll('.folded')].map((one) => one.dataset.address)") == [
        "night.quay",
        "night.gone",
    ]
    expect(page.page.locator("#shot-5 .stage")).to_be_hidden()
    button = page.button("Details of night.quay", shot=5)
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(page.page.locator("#shot-5 .stage")).to_be_visible()
    page.until("document.querySelector('#shot-5 video').readyState >= 2")
    button.click()
    expect(page.page.locator("#shot-5 video")).to_be_hidden()


def test_a_link_unfolds_its_shot_and_paper_shows_all(page: Opened) -> None:
    page.page.emulate_media(media="print")
    expect(page.page.locator("#shot-6 .still img").first).to_be_visible()
    page.page.emulate_media(media="screen")
    page.ask("location.hash = '#night.gone'")
    page.page.locator("#shot-6 .stage").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_grid_shows_every_shot_small_and_leads_to_it(page: Opened, scheme: str) -> None:
    page.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal from the list above
    page.press("g")
    expect(page.page.get_by_role("button", name="Grid")).to_have_attribute("aria-pressed", "true")
    boxes = [page.page.locator(f"#shot-{number}").bounding_box() for number in (1, 2, 3)]
    assert len({round(box["y"]) for box in boxes if box}) == 1
    expect(page.page.locator("#shot-1 .transport")).to_be_hidden()
    assert page.ask(LOW_CONTRAST) == []
    assert page.ask(NAMELESS) == []
    page.button("Details of night.tower", shot=2).click()
    page.until("landing === null && active.id === 'shot-2'")
    expect(page.page.locator("#shot-2 .transport")).to_be_visible()
