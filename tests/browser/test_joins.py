"""Where shots follow from others, the page shows frame beside frame, and leads to the source."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import LOW_CONTRAST, NAMELESS, Opened
from playwright.sync_api import expect
from storyboards import Films, review, shot, take, write_page

from ltxspec.render.references import Reference
from ltxspec.review.follows import Use
from ltxspec.review.models import Review, ShotKind, Unmet
from ltxspec.values import ShotAddress

pytestmark = pytest.mark.browser

BROKEN = "() => [...document.images].filter((one) => one.complete && !one.naturalWidth).length"
WIDE = "() => document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def chain(films: Films) -> Review:
    """A shot that follows from another one on both sides, listed before it, and one that is still to come."""
    alleys = [take(number, f"An alley {number}", films.make(f"An alley {number}")) for number in (1, 2)]
    streets = [take(number, f"A street {number}", films.make(f"A street {number}")) for number in (3, 4)]
    last = Reference(ShotAddress("night", "alley"), "last")
    uses = [Use(last, "first", made.outputs[0].sha256, number, 1) for number, made in enumerate(alleys, 1)]
    silent = (Unmet("audio", "it has no audio"),)
    return review(
        shot("street", ShotKind.RENDERED, *streets, uses_before=(uses[0],), uses_after=(uses[1],), unmet_after=silent),
        shot(
            "door",
            ShotKind.HELD,
            streets[0],
            uses_after=(Use(Reference(ShotAddress("night", "street"), "last"), "first"),),
        ),
        shot("alley", ShotKind.RENDERED, *alleys),
    )


@pytest.fixture(scope="module")
def file(films: Films, chain: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(films, chain, tmp_path_factory.mktemp("chain") / "review.html")


def test_a_chain_stands_source_first_with_its_frames_side_by_side(file: Path, open_page: Callable[..., Opened]) -> None:
    opened = open_page(file)
    assert opened.shown() == ["alley", "street", "door"]
    street = opened.page.locator('[data-address="night.street"] .join')
    expect(street).to_have_count(2)
    expect(street.nth(1)).to_contain_text("After Begins with the last frame of night.alley take 2", use_inner_text=True)
    one, other = (street.nth(1).locator("img").nth(index).bounding_box() for index in (0, 1))
    assert one is not None
    assert other is not None
    assert one["y"] == other["y"]
    assert abs(one["x"] + one["width"] - other["x"]) < 4  # they touch, so that a jump is seen
    street.nth(1).get_by_role("link", name="night.alley").click()
    opened.until("location.hash === '#shot-1'")
    assert opened.ask(BROKEN) == 0


def test_what_cannot_be_shown_is_said_and_what_is_not_as_expected_has_a_badge(
    file: Path, open_page: Callable[..., Opened]
) -> None:
    opened = open_page(file)
    door = opened.page.locator('[data-address="night.door"] .join')
    door.scroll_into_view_if_needed()  # cards far away have no text until they come near
    opened.settle()
    expect(door).to_contain_text("Not known yet: its take is still to come.", use_inner_text=True)
    expect(door).to_contain_text("No video yet.", use_inner_text=True)
    badge = opened.page.locator(".badge.unmet")
    expect(badge).to_have_count(1)
    badge.scroll_into_view_if_needed()
    opened.settle()
    expect(badge).to_contain_text("Not as expected: audio: it has no audio.", use_inner_text=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_and_can_be_read(file: Path, open_page: Callable[..., Opened], scheme: Any, width: int) -> None:
    opened = open_page(file, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert not opened.ask(WIDE)
    assert opened.ask(LOW_CONTRAST) == []
    assert opened.ask(NAMELESS) == []
