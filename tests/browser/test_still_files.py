"""Stills beside the page, and previews of what is not rendered: a real browser loads them from disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened
from storyboards import Films, screened, varied

from ltxspec.project.storyboard.still_files import put_beside
from ltxspec.report.storyboard.page import storyboard

pytestmark = pytest.mark.browser

BROKEN = "() => [...document.images].filter((one) => one.complete && !one.naturalWidth).length"
SHOWN = "() => [...document.images].filter((one) => one.naturalWidth && one.src.startsWith('file:')).length"


def test_stills_are_loaded_from_beside_the_page(films: Films, open_page: Callable[..., Opened], tmp_path: Path) -> None:
    page = tmp_path / "a b" / "re view.html"
    page.parent.mkdir()
    found = put_beside(screened(films, varied(films), page.parent), page)
    page.write_text("".join(storyboard(found.review, found.footage, found.frames)), "utf-8")
    opened = open_page(page)
    opened.settle()
    opened.page.wait_for_function(f"({SHOWN})() > 0")
    assert opened.page.evaluate(BROKEN) == 0
