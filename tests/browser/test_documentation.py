"""The documentation site in a browser, from disk: search, both colour schemes, screens from a phone to a desk."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import LOW_CONTRAST
from sites import documentation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PAGES = (
    "index",
    "tutorial",
    "reference/commands/apply",
    "reference/models/lightricks-ltx-2-5-fast",
    "reference/python",
)
WIDTHS = (390, 800, 1440)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return documentation(tmp_path_factory)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_every_screen_and_can_be_read_in_both_schemes(browser: "Browser", site: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else complaints.append(asked.url))
    for name in PAGES:
        page.goto((site / f"{name}.html").as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                complaints.append(f"{name} is wider than {width}")
        complaints += [f"{name}: {found}" for found in page.evaluate(LOW_CONTRAST)]
    page.close()
    assert complaints == []


def test_search_works_from_disk(browser: "Browser", site: Path) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.get_by_placeholder("Search").first.fill("reconcile")
    page.keyboard.press("Enter")
    results = page.locator("#search-results li > a")  # they appear one after another
    results.filter(has_text=re.compile("^(From Python|Many shots)$")).first.wait_for()
    page.close()
