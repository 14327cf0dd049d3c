"""A thousand shots: what is far away costs nothing, and nobody notices."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import Opened
from playwright.sync_api import expect
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
    expect(opened.page.locator("#shot-50 video")).to_have_count(0)
    opened.ask("document.getElementById('shot-50').scrollIntoView()")
    opened.until("document.querySelector('#shot-50 video')?.readyState >= 2")
    expect(opened.page.locator("#shot-50 .still img")).to_have_count(6)
    expect(opened.page.locator("#shot-50 .transport")).to_be_visible()
    expect(opened.page.locator("#shot-50 video").first).to_have_attribute("aria-label", "Before, night.shot49")
    expect(opened.page.locator("#shot-30 video")).to_have_count(0)


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
    expect(opened.page.locator(".list li:nth-child(3) img")).to_have_attribute("src", middle)
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
    expect(opened.page.locator("#shot-40 video")).to_have_count(0)


def test_paper_has_the_pictures_of_all_shots(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    opened.until(f"document.querySelectorAll('main .still img').length === {6 * NUMBER}")


def test_readers_without_scripts_see_all_pictures(browser: "Browser", sixty: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(sixty.as_uri())
    last = page.locator(f"#shot-{NUMBER} .still img").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_visible()
    expect(page.locator(".still img")).to_have_count(6 * NUMBER)
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


# What a search does while `run` is: what it changes, builds and measures.
WORK = """async (text) => {
  const count = { hidden: 0, other: 0, built: 0, measured: 0, looked: 0 };
  const observer = new MutationObserver((records) => {
    for (const { attributeName, target } of records) {
      if (attributeName === "hidden" && target.matches(".shot, li")) count.hidden += 1;
      else if (target.closest(".shot, .list")) count.other += 1;
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  const watched = [
    [Document.prototype, "createElement", "built"],
    [Element.prototype, "getBoundingClientRect", "measured"],
    [Document.prototype, "querySelector", "looked"],
  ];
  const before = watched.map(([of, name]) => of[name]);
  watched.forEach(([of, name, what], index) => (of[name] = function (...given) {
    count[what] += 1;
    return before[index].apply(this, given);
  }));
  document.getElementById("search").value = text;
  filter(shots);
  watched.forEach(([of, name], index) => (of[name] = before[index]));
  await null;
  observer.disconnect();
  return count;
}"""


def test_a_search_changes_what_differs_and_builds_and_measures_nothing(opened: Opened) -> None:
    first = opened.page.evaluate(WORK, "shot5")  # shot5, and shot50 to shot59
    assert (first["hidden"], first["other"]) == (2 * (NUMBER - 11), 0)
    again = opened.page.evaluate(WORK, "shot5")
    assert again["hidden"] == 0
    assert opened.page.evaluate(WORK, "shot59")["hidden"] == 2 * 10
    for one in (first, again):
        assert (one["built"], one["measured"]) == (0, 0)
        assert one["looked"] <= 3  # not once for each shot
    assert opened.shown() == ["shot59"]


def test_rows_that_are_out_of_sight_cost_nothing(opened: Opened) -> None:
    row = opened.page.locator(".list li").last
    style = row.evaluate("(row) => [getComputedStyle(row).display, getComputedStyle(row).contentVisibility]")
    assert style == ["block", "auto"]  # the numbers of list items are counted anew for each that is hidden


def test_the_keys_between_two_pictures_are_one_search(opened: Opened) -> None:
    opened.page.evaluate("""() => {
      window.searches = 0;
      const tell = tellShown;
      tellShown = (shots) => { window.searches += 1; tell(shots); };
      const many = [...Array(MANY)].map((_, index) => shots[index % shots.length]);
      listenForFilters(many);
      window.searches = 0;
    }""")
    opened.ask("""(() => { for (const text of ["s", "sh", "shot7"]) {
      document.getElementById("search").value = text;
      document.getElementById("count").dispatchEvent(new InputEvent("input", { bubbles: true })); } })()""")
    opened.until("window.searches > 3")
    assert opened.ask("window.searches") == 4  # three of the page itself, which has few shots, and one of the many


def test_what_stands_in_the_folded_table_is_found_without_building_it(opened: Opened) -> None:
    expect(opened.page.locator("#shot-50 .parameters")).to_have_count(0)
    opened.page.get_by_role("searchbox").fill("shot49")
    opened.until("document.getElementById('count').textContent.startsWith('1 of')")
    found = opened.ask("words(shots[49])")
    assert "maker:1@0" in found
    assert "<" not in found
    assert "all parameters" not in found
    expect(opened.page.locator("#shot-40 .parameters")).to_have_count(0)
