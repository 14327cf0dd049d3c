"""Keys decide about what side B shows, and about nothing else; what is decided is confirmed, and says where it is kept."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Opened
from reviewing import FILE, make_studio, run

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
