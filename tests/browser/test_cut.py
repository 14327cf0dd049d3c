"""All shots one after another, as the cut they will be, before or after."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import LOW_CONTRAST, Opened
from playwright.sync_api import expect
from storyboards import Films, pending, review, shot, take, write_page

from ltxspec.review.models import ShotKind

pytestmark = pytest.mark.browser

STARTS = (
    "cut.items.map((item) => [item.shot.dataset.address.split('.')[1], Math.round(item.start * 10) / 10, item.stands])"
)


@pytest.fixture(scope="module")
def file(films: Films, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shot that got longer, a new one, one that is still to come, one that is gone, and one that is only moved."""
    short, long, other = (films.make(name, seconds=length) for name, length in (("a", 0.4), ("b", 0.8), ("c", 0.6)))
    of = review(
        shot("alley", ShotKind.RENDERED, take(1, "a", short), take(2, "b", long)),
        shot("tower", ShotKind.RENDERED, None, take(3, "c", other)),
        shot("temple", ShotKind.PENDING, take(4, "d", short), change=pending("temple", "e")),
        shot("gone", ShotKind.RETIRED, take(5, "f", other)),
        shot("quay", ShotKind.MOVED, take(6, "g", other), take(6, "g", other)),
    )
    return write_page(films, of, tmp_path_factory.mktemp("cut") / "review.html")


@pytest.fixture
def opened(open_page: Callable[..., Opened], file: Path) -> Opened:
    page = open_page(file)
    page.settle()
    page.page.get_by_role("button", name="Play all").click()
    page.page.get_by_role("dialog", name="All shots in order").wait_for()
    return page


def test_it_plays_every_shot_to_the_end(opened: Opened) -> None:
    assert opened.ask(STARTS) == [
        ["alley", 0, False],
        ["tower", 0.8, False],
        ["temple", 1.4, True],
        ["quay", 1.8, False],
    ]
    assert opened.ask("cut.seconds") == pytest.approx(2.4)
    opened.ask("window.seen = new Set([cut.index]), setInterval(() => seen.add(cut.index), 10)")
    opened.until("!cut.playing && cut.index === 3")
    assert opened.ask("[...seen].sort()") == [0, 1, 2, 3]
    expect(opened.page.locator("[data-show=cut-place]")).to_have_text("4 of 4")


def test_the_focus_is_on_what_plays_and_stops(opened: Opened) -> None:
    assert opened.ask("document.activeElement.dataset.do") == "cut-play"


def at_the_start(opened: Opened) -> None:
    """Stop wherever it has come to, which on a busy machine may be the end, and go back."""
    opened.ask("cut.pause()")
    opened.page.locator('[data-do="cut-scrub"]').fill("0")


def test_the_other_side_is_the_cut_as_it_was_at_the_same_shot(opened: Opened) -> None:
    at_the_start(opened)
    opened.page.locator('[data-do="cut-on"]').click()
    opened.page.locator('[data-do="cut-on"]').click()
    expect(opened.page.get_by_role("dialog", name="All shots in order")).to_contain_text(
        "not rendered yet", use_inner_text=True
    )
    opened.press("b")
    assert opened.ask("cut.items.map((item) => item.shot.dataset.address.split('.')[1])") == [
        "alley",
        "temple",
        "gone",
        "quay",
    ]
    expect(opened.page.locator("[data-show=cut-name]")).to_have_text("night.temple")
    expect(opened.page.get_by_role("dialog", name="All shots in order")).not_to_contain_text(
        "not rendered yet", use_inner_text=True
    )


def test_scrubbing_goes_through_all_shots(opened: Opened) -> None:
    at_the_start(opened)
    opened.page.locator('[data-do="cut-scrub"]').fill("1600")
    expect(opened.page.locator("[data-show=cut-name]")).to_have_text("night.temple")
    opened.until("Math.abs(cut.videos[0].currentTime - 0.2) < 0.03")
    assert opened.ask(LOW_CONTRAST) == []


def test_closing_leads_to_the_shot_that_was_seen_and_lets_the_videos_go(opened: Opened) -> None:
    opened.press("Space")
    opened.press("ArrowRight")
    opened.press("Escape")
    opened.until("landing === null && active.id === 'shot-2'")
    assert opened.ask("cut.videos.map((one) => one.hasAttribute('src'))") == [False, False]


def test_only_what_the_filter_shows_is_played(open_page: Callable[..., Opened], file: Path) -> None:
    page = open_page(file)
    page.page.get_by_label("To render 1").check()
    page.page.locator("body").press("p")
    assert page.ask("cut.items.length") == 1
