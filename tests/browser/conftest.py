"""A real chromium, one for all tests, and pages that report whatever they should not do."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import AT_WORK, FLAGS, OWN, Opened, Tabs
from reviewing import make_studio
from sharing import made_once
from storyboards import Films, varied, write_page

from ltxspec.review.models import Review

if TYPE_CHECKING:
    from playwright.sync_api import Browser


HERE = Path(__file__).parent
OPEN = pytest.StashKey[tuple["Browser", Tabs, ExitStack]]()


@pytest.fixture(scope="session")
def _studio_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "studio", make_studio)


@pytest.fixture
def studio(_studio_once: Path, tmp_path: Path) -> Path:
    """A project with takes to decide about, and `review.html`; a copy for this test."""
    return Path(shutil.copytree(_studio_once, tmp_path / "studio", symlinks=True))


@pytest.fixture
def browser(browser_executable: str, pytestconfig: pytest.Config) -> "Browser":
    """The one of this worker. It is opened for the first test that asks, and closed by `pytest_runtest_teardown`."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # milliseconds: a machine may be busy
    stash = pytestconfig.stash
    if OPEN not in stash:
        with ExitStack() as stack:
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=browser_executable, args=FLAGS)
            stack.callback(browser.close)
            stash[OPEN] = browser, Tabs(browser), stack.pop_all()
    return stash[OPEN][0]


@pytest.fixture
def tabs(browser: "Browser", pytestconfig: pytest.Config) -> Iterator[Tabs]:
    """Pages of that browser; they are closed when the test is over, and nothing is left of what they kept."""
    tabs = pytestconfig.stash[OPEN][1]
    assert tabs.browser is browser
    yield tabs
    tabs.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """While a browser is open an event loop runs in this process, which tests of another folder could not bear."""
    try:
        yield
    finally:
        if OPEN in item.config.stash and (nextitem is None or HERE not in nextitem.path.parents):
            stack = item.config.stash[OPEN][-1]
            del item.config.stash[OPEN]
            stack.close()


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
def open_page(tabs: Tabs) -> Iterator[Callable[..., Opened]]:
    """Opens a file, at a fragment if one is given.

    When the test is over, nothing may have been complained about, and nothing have left the page.
    """
    opened: list[Opened] = []

    def open_one(file: Path, fragment: str = "", **context: Any) -> Opened:
        page = tabs.open(**context)
        one = Opened(page)
        opened.append(one)
        page.on("console", lambda message: one.complaints.append(message.text))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on("request", lambda request: one.requests.append(request.url))
        page.goto(file.as_uri() + fragment)
        page.wait_for_function(AT_WORK)
        return one

    yield open_one
    tabs.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
    assert [url for one in opened for url in one.requests if not OWN.match(url)] == []


@pytest.fixture
def storyboard(open_page: Callable[..., Opened], storyboard_file: Path) -> Opened:
    """The page of one shot of each kind, with its videos ready."""
    opened = open_page(storyboard_file)
    opened.settle()
    return opened
