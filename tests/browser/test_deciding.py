"""Keys decide about what side B shows, and about nothing else; what is decided is confirmed."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import Opened
from reviewing import FILE, make_studio, run

from ltxspec.project.project import open_project
from ltxspec.project.review_serve import serving_review

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SHELF = "localStorage.getItem('ltxspec-review:sandbox')"


@pytest.fixture(scope="session")
def _bought_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_studio(tmp_path_factory.mktemp("deciding") / "studio")


@pytest.fixture
def bought(_bought_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_bought_once, tmp_path / "studio", symlinks=True))


@pytest.fixture
def edited(bought: Path) -> Path:
    """Both bought shots were edited again, so that they are to be rendered anew."""
    spec = bought / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("Porto", "Oslo").replace("stone bridge", "steel bridge"), "utf-8")
    return bought


@pytest.fixture
def opened(open_page: Callable[..., Opened]) -> Callable[..., Opened]:
    def open_review(folder: Path, *options: str, **context: Any) -> Opened:
        run(folder, "review", "--html", "review.html", *options)
        page = open_page(folder / "review.html", **context)
        page.until("document.querySelector('.strip-of-takes') !== null")
        page.settle()
        return page

    return open_review


@pytest.fixture
def serve(browser: "Browser") -> Iterator[Callable[..., Opened]]:
    """Serves a project while the test runs, and opens its page."""
    with ExitStack() as open_ones:

        def open_served(folder: Path) -> Opened:
            address = open_ones.enter_context(serving_review(open_project(folder)))
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            open_ones.callback(page.close)
            page.set_default_timeout(20_000)
            page.goto(address)
            served = Opened(page)
            served.until("document.querySelector('.strip-of-takes') !== null")
            served.settle()
            return served

        yield open_served


def told(page: Opened) -> str:
    page.until("!document.getElementById('told').hidden")
    return str(page.page.locator("#told").inner_text())


def quiet(page: Opened) -> None:
    page.ask("document.getElementById('told').hidden = true")


def strip(page: Opened, name: str) -> Any:
    return page.page.locator(f'.shot[data-address="night.{name}"] .take')


@pytest.mark.parametrize("options", [(), ("--animatics",)])
def test_no_key_decides_about_another_take_than_side_b_shows(
    options: tuple[str, ...], opened: Callable[..., Opened], edited: Path
) -> None:
    page = opened(edited, *options)
    page.press("j", "k")
    for key in "awrn":
        quiet(page)
        page.press(key)
        said = told(page)
        assert "not" in said
        assert "rendered" in said
        assert "nothing to decide" in said
    assert page.ask(SHELF) is None
    assert page.page.locator("form.composer").count() == 0
    strip(page, "alley").first.get_by_role("button", name="Approve").click()
    assert strip(page, "alley").first.locator(".decided").first.inner_text() == "✓ Approved"


def test_a_take_that_is_not_on_this_machine_is_not_decided_about_by_a_key(
    opened: Callable[..., Opened], bought: Path
) -> None:
    (shown,) = json.loads(run(bought, "show", "night.bridge", "--format", "json"))["shots"]
    (video,) = bought.glob(f".ltxspec/**/{shown['takes'][0]['outputs'][0]['sha256']}.mp4")
    video.unlink()
    page = opened(bought)
    page.press("j")
    page.until("activeShot().dataset.address === 'night.bridge'")
    page.press("a")
    assert told(page).startswith("Side B: not on this machine: nothing to decide.")
    assert page.ask(SHELF) is None
    assert not (bought / FILE).exists()


def test_verdicts_that_cannot_be_read_are_not_called_missing(opened: Callable[..., Opened], bought: Path) -> None:
    run(bought, "approve", "night.bridge")
    file = bought / FILE
    file.write_text(f"<<<<<<< ours\n{file.read_text('utf-8')}", "utf-8")
    page = opened(bought)
    text = page.page.locator("body").inner_text()
    assert "not reviewed" not in text
    assert page.page.locator("#reviewed").inner_text() == "verdicts not known"
    assert "night.review.json" in page.page.locator("#unread").inner_text()
    page.page.get_by_label("Verdict", exact=True).select_option("Not reviewed")
    assert page.shown() == []


def test_a_served_page_says_at_once_that_verdicts_cannot_be_read(serve: Callable[..., Opened], bought: Path) -> None:
    run(bought, "approve", "night.bridge")
    page = serve(bought)
    page.until("document.getElementById('reviewed').textContent === '1 of 2 reviewed'")
    file = bought / FILE
    whole = file.read_text("utf-8")
    file.write_text(f"<<<<<<< ours\n{whole}", "utf-8")
    page.until("!document.getElementById('unread').hidden")
    assert "not reviewed" not in page.page.locator("body").inner_text()
    page.press("j", "k", "a")
    assert "night.review.json" in told(page)
    file.write_text(whole, "utf-8")
    page.until("document.getElementById('reviewed').textContent === '1 of 2 reviewed'")
    assert page.page.locator("#unread").is_hidden()
