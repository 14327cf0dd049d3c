"""A thousand shots: what is far away costs nothing, and nobody notices."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import Opened
from storyboards import Films, many, write_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

NUMBER = 60


@pytest.fixture(scope="module")
def sixty(films: Films, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(films, many(films, NUMBER), tmp_path_factory.mktemp("sixty") / "review.html", still_width=320)


@pytest.fixture
def opened(open_page: Callable[..., Opened], sixty: Path) -> Opened:
    page = open_page(sixty)
    page.settle()
    return page


def test_pictures_and_players_are_made_when_a_shot_comes_near(opened: Opened) -> None:
    count = "(selector) => document.querySelectorAll(`main ${selector}`).length"
    assert 6 <= opened.page.evaluate(count, "video") <= 20
    assert 18 <= opened.page.evaluate(count, ".still img") <= 60
    assert not opened.page.locator("#shot-50 video").count()
    opened.ask("document.getElementById('shot-50').scrollIntoView()")
    opened.until("document.querySelector('#shot-50 video')?.readyState >= 2")
    assert opened.page.locator("#shot-50 .still img").count() == 6
    assert opened.page.locator("#shot-50 .transport").is_visible()
    assert opened.page.locator("#shot-50 video").first.get_attribute("aria-label") == "Before, night.shot49"
    assert not opened.page.locator("#shot-30 video").count()


def test_a_shot_keeps_its_height_when_it_is_scrolled_past(opened: Opened) -> None:
    opened.ask("document.getElementById('shot-30').scrollIntoView()")
    opened.until("document.querySelector('#shot-30 video')?.readyState >= 2 && landing === null")
    opened.page.wait_for_timeout(400)
    moved = opened.ask(
        """(async () => {
          const moves = [], shot = document.getElementById("shot-30");
          for (let step = 0; step < 40; step += 1) {
            const before = shot.getBoundingClientRect().top;
            scrollBy({ top: -20, behavior: "instant" });
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            moves.push(Math.round(shot.getBoundingClientRect().top - before));
          }
          return [...new Set(moves)];
        })()"""
    )
    assert {19, 20, 21} >= set(moved)  # whole pixels of what is scrolled by 20


def test_the_list_loads_the_pictures_in_sight(opened: Opened) -> None:
    count = "document.querySelectorAll('.list img').length"
    opened.until(f"{count} > 10")
    assert opened.ask(count) < 50
    opened.ask("find(document, '.list').scrollTo(0, 1e6)")
    opened.until("document.querySelector('.list li:last-child img')?.naturalWidth > 0")
    middle = opened.page.locator("#shot-3 .still img").nth(4).get_attribute("src")
    assert opened.page.locator(".list li:nth-child(3) img").get_attribute("src") == middle
    opened.page.get_by_role("searchbox").fill("shot3")
    opened.until(
        "[...document.querySelectorAll('.list li:not([hidden])')].slice(0, 8).every((row) => row.querySelector('img'))"
    )


def test_the_cut_plays_shots_that_were_never_near(opened: Opened) -> None:
    opened.page.get_by_role("button", name="Play all").click()
    assert opened.ask("document.querySelector('#cut [data-show=cut-place]').textContent").endswith(f"{NUMBER}")
    for _ in range(50):
        opened.page.keyboard.press("j")
    opened.until("document.querySelector('#cut video:not([hidden])').readyState >= 2")
    assert opened.ask("document.querySelector('#cut video:not([hidden])').poster").startswith("data:image/jpeg")
    assert not opened.page.locator("#shot-40 video").count()


def test_paper_has_the_pictures_of_all_shots(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    opened.until(f"document.querySelectorAll('main .still img').length === {6 * NUMBER}")


def test_readers_without_scripts_see_all_pictures(browser: "Browser", sixty: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(sixty.as_uri())
    last = page.locator(f"#shot-{NUMBER} .still img").last
    last.scroll_into_view_if_needed()
    assert last.is_visible()
    assert page.locator(".still img").count() == 6 * NUMBER
    page.close()


def test_a_video_that_does_not_play_leads_to_its_file(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    file = write_page(films, many(films, 1), tmp_path / "page.html")
    text = file.read_text("utf-8")
    file.write_text(text.replace('{"href":"', '{"href":"gone/'), "utf-8")
    opened = open_page(file)
    trouble = opened.page.locator("#shot-1 .before .trouble")
    trouble.wait_for()
    assert str(trouble.get_by_role("link").get_attribute("href")).startswith("gone/")
    opened.complaints.clear()  # the browser's own word about the missing files
