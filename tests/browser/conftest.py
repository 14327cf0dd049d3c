"""A real chromium, one for all tests, and pages that report whatever they should not do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import FLAGS, OWN, Opened
from storyboards import Films, varied, write_page

from ltxspec.review.models import Review

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")  # while it is open an event loop runs in this process, which other tests could not bear
def browser(browser_executable: str) -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    return Films(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="session")
def varied_review(films: Films) -> Review:
    return varied(films)


@pytest.fixture(scope="session")
def storyboard_file(films: Films, varied_review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(films, varied_review, tmp_path_factory.mktemp("page") / "review.html")


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[..., Opened]]:
    """Opens a file, at a fragment if one is given.

    When the test is over, nothing may have been complained about, and nothing have left the page.
    """
    opened: list[Opened] = []

    def open_one(file: Path, fragment: str = "", **context: Any) -> Opened:
        page = browser.new_page(**({"viewport": {"width": 1440, "height": 900}} | context))
        page.set_default_timeout(20_000)
        one = Opened(page)
        opened.append(one)
        page.on("console", lambda message: one.complaints.append(message.text))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on("request", lambda request: one.requests.append(request.url))
        page.goto(file.as_uri() + fragment)
        return one

    yield open_one
    for one in opened:
        one.page.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
    assert [url for one in opened for url in one.requests if not OWN.match(url)] == []


@pytest.fixture
def storyboard(open_page: Callable[..., Opened], storyboard_file: Path) -> Opened:
    """The page of one shot of each kind, with its videos ready."""
    opened = open_page(storyboard_file)
    opened.settle()
    return opened
