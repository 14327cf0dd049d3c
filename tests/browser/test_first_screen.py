"""What a reviewer sees without scrolling: videos of the first shot, how to play them, what differs in its prompt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened
from playwright.sync_api import expect
from storyboards import Films, many, review, shot, take, write_page

from ltxspec.review.models import RuleChange, ShotKind

pytestmark = pytest.mark.browser

SIZES = [(1440, 900), (390, 844)]
LONG = " ".join(f"word{number}" for number in range(150))
OUTSIDE = """(selectors) => selectors.filter((selector) => [...document.querySelectorAll(selector)].some((one) => {
  const box = one.getBoundingClientRect();
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const inside = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
  return !one.contains(hit) || !box.height || !inside;
}))"""
SEEN = ["#shot-1 .screen", "#shot-1 .transport", "#shot-1 .prompt del", "#shot-1 .prompt ins", "h1"]
IN_SIGHT = """() => { const it = document.querySelector("#shot-1 .transport").getBoundingClientRect();
  return it.top >= 0 && it.bottom <= innerHeight + 1; }"""


@pytest.fixture(scope="module")
def wide(films: Films, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shots as they are bought: 16:9, with long prompts that differ in their last words, under changed rules."""
    videos = [films.make(f"{number}", width=320, height=180, seconds=1 + number) for number in (0, 1)]
    takes = [take(number, f"{LONG} {end}", videos[number]) for number, end in enumerate(("slow", "fast"))]
    of = review(
        *(shot(name, ShotKind.RENDERED, *takes, title="Umbrella") for name in ("alley", "tower")),
        rules=(RuleChange("budget.per_apply", "$5.00", "$6.00"),),
    )
    return write_page(films, of, tmp_path_factory.mktemp("wide") / "review.html", still_width=320)


@pytest.mark.parametrize("size", SIZES)
def test_videos_controls_and_prompt_difference_are_seen_without_scrolling(
    open_page: Callable[..., Opened], wide: Path, size: tuple[int, int]
) -> None:
    opened = open_page(wide, viewport={"width": size[0], "height": size[1]})
    opened.settle()
    assert opened.page.evaluate(OUTSIDE, SEEN) == []
    assert opened.ask("scrollY") == 0


@pytest.mark.parametrize("size", SIZES)
def test_the_transport_stays_in_sight_in_every_mode(
    open_page: Callable[..., Opened], wide: Path, size: tuple[int, int]
) -> None:
    opened = open_page(wide, viewport={"width": size[0], "height": size[1] // 2})  # less than a player needs
    opened.settle()
    opened.ask("document.querySelector('#shot-1 .stage').scrollIntoView()")
    for mode in ("1", "2", "3", "4", "5"):
        opened.page.locator("body").press(mode)
        assert opened.ask(IN_SIGHT), mode
    opened.press("f")
    opened.until("document.fullscreenElement === players[0].root")
    assert opened.ask(IN_SIGHT)


def test_what_is_far_from_a_difference_unfolds_on_demand(open_page: Callable[..., Opened], wide: Path) -> None:
    opened = open_page(wide)
    prompt = opened.page.locator("#shot-1 .prompt p")
    folded = prompt.bounding_box()
    button = opened.button("Show all")
    button.click()
    unfolded = prompt.bounding_box()
    assert folded is not None
    assert unfolded is not None
    assert unfolded["height"] > folded["height"] + 40
    expect(opened.button("Show less")).to_have_attribute("aria-expanded", "true")
    expect(prompt).to_contain_text("word0 word1 word2", use_inner_text=True)


def test_every_video_has_its_first_still_when_it_comes_into_sight(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    opened = open_page(write_page(films, many(films, 40), tmp_path / "many.html"))
    posters = opened.ask(
        """(async () => {
          const seen = new Map(), drawn = () => new Promise(requestAnimationFrame);
          for (let last = -1; scrollY > last; await drawn()) {
            last = scrollY;
            for (const root of document.querySelectorAll(".player")) {
              const { top, bottom } = root.getBoundingClientRect();
              if (bottom < 0 || top > innerHeight || seen.has(root)) continue;
              seen.set(root, [...root.querySelectorAll("video")].map((video, side) =>
                video.poster === root.querySelectorAll(".strip")[side].querySelector("img").src));
            }
            scrollBy({ top: 400, behavior: "instant" });
          }
          return [...seen.values()];
        })()"""
    )
    assert posters == [[True, True]] * 40


def test_the_shorter_video_is_marked_as_ended_while_the_other_goes_on(storyboard: Opened) -> None:
    marks = storyboard.page.locator("#shot-1 .ended")
    assert [mark.is_visible() for mark in marks.all()] == [False, False]
    storyboard.scrub(45)
    assert [mark.is_visible() for mark in marks.all()] == [True, False]
    expect(marks.first).to_have_text("Ended at 1.60 s")
    storyboard.scrub(39)
    expect(marks.first).to_be_hidden()


def test_money_and_digest_are_folded_away_and_changed_rules_are_not(
    open_page: Callable[..., Opened], wide: Path
) -> None:
    opened = open_page(wide)
    expect(opened.page.get_by_text("budget.per_apply: $5.00").first).to_be_visible()
    expect(opened.page.get_by_text("Spent in this change")).to_be_hidden()
    opened.page.get_by_text("Money and digest").click()
    expect(opened.page.get_by_text("Spent in this change")).to_be_visible()
