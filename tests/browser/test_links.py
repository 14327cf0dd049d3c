"""Links lead to a shot, and to a second of it, and stay there when the layout has settled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened
from storyboards import Films, many, write_page

pytestmark = pytest.mark.browser

OFF = """(name) => { const it = document.getElementById(name);
  return Math.round(it.getBoundingClientRect().top - parseFloat(getComputedStyle(it).scrollMarginTop)); }"""


@pytest.fixture(scope="module")
def sixty(films: Films, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(films, many(films, 60), tmp_path_factory.mktemp("sixty") / "review.html", still_width=320)


@pytest.mark.parametrize("fragment", ["#shot-41", "#night.shot40", "#night.shot40@0.5"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_link_lands_exactly_and_stays(
    open_page: Callable[..., Opened], sixty: Path, fragment: str, size: tuple[int, int]
) -> None:
    opened = open_page(sixty, fragment, viewport={"width": size[0], "height": size[1]})
    opened.until("landing === null")
    opened.settle()
    offs = []
    for _ in range(4):
        offs.append(opened.page.evaluate(OFF, "shot-41"))
        opened.page.wait_for_timeout(150)
    assert len(set(offs)) == 1
    assert abs(offs[0]) <= 1  # pixel: scrolling stops at whole ones
    assert opened.ask("active.id") == "shot-41"
    assert opened.ask("playersOf(shots[40])[0].frame") == (5 if "@" in fragment else 0)


def test_a_link_in_the_page_leads_there_as_well_even_past_a_filter(
    open_page: Callable[..., Opened], sixty: Path
) -> None:
    opened = open_page(sixty)
    opened.page.get_by_role("searchbox").fill("shot3")
    opened.ask("location.hash = '#night.shot50'")
    opened.until("landing === null && active?.id === 'shot-51'")
    assert opened.page.evaluate(OFF, "shot-51") == pytest.approx(0, abs=1)


def test_the_address_names_the_shot_in_view_and_keeps_the_history_short(
    open_page: Callable[..., Opened], sixty: Path
) -> None:
    opened = open_page(sixty)
    before = opened.ask("history.length")
    for number in (12, 30):
        opened.ask(f"document.getElementById('shot-{number}').scrollIntoView()")
        opened.until(f"location.hash === '#night.shot{number - 1}'")
    opened.press("j")
    opened.until("location.hash === '#night.shot30'")
    assert opened.ask("history.length") == before
    opened.page.reload()
    opened.until("landing === null && active?.id === 'shot-31'")
    assert opened.page.evaluate(OFF, "shot-31") == pytest.approx(0, abs=1)


def test_a_link_of_the_list_leaves_the_name_of_its_shot_in_the_address(
    open_page: Callable[..., Opened], sixty: Path
) -> None:
    opened = open_page(sixty)
    opened.page.locator(".list a").nth(1).click()
    opened.until("landing === null && active?.id === 'shot-2'")
    opened.until("location.hash === '#night.shot1'")


def test_a_reader_who_scrolls_is_not_pulled_back(open_page: Callable[..., Opened], sixty: Path) -> None:
    opened = open_page(sixty, "#shot-41")
    opened.page.mouse.move(900, 500)
    opened.page.mouse.wheel(0, 3000)
    opened.page.wait_for_timeout(400)
    assert abs(opened.page.evaluate(OFF, "shot-41")) > 1000


EARLY = """new MutationObserver((_, watching) => {
  const shot = document.getElementById("shot-41");
  if (shot) { shot.focus(); watching.disconnect(); }
}).observe(document, { childList: true, subtree: true });"""


def test_no_dialog_claims_the_focus_of_a_shot_that_has_it_before_the_rest_is_read(
    open_page: Callable[..., Opened], sixty: Path
) -> None:
    """As a link leads to a shot while the page is still read: the browser would complain, and `open_page` see it."""
    opened = open_page(sixty)
    opened.page.add_init_script(EARLY)
    opened.page.reload()
    opened.settle()
    assert opened.ask("document.activeElement.id") == "shot-41"
