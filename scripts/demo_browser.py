"""What a reviewer does with a browser in `demo-review.sh`, done by a driven one.

    demo_browser.py comment FILE.md PICTURES OUT.png   the comment as a forge shows it, as a picture
    demo_browser.py decide ADDRESS OUT.png             one take approved, one rejected with a note at a frame

Exit 3 where there is no chromium, or no playwright to drive it.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NO_BROWSER = 3
BASE = "https://pictures.example/"  # the place of the pictures that the demo gives to `comment`
_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 860px; margin: 24px auto; padding: 0 24px }
table { border-collapse: collapse } th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left }
code { background: #818b981f; padding: .2em .4em; border-radius: 6px; font-size: 85% } img { max-width: 100% }
blockquote { border-left: 4px solid #d1d9e0; margin-left: 0; padding-left: 1em; color: #59636e }
"""


def main(arguments: list[str]) -> int:
    """Do what is asked for."""
    match arguments:
        case ["comment", text, pictures, out]:
            with _page(width=980) as page:
                page.set_content(_as_shown(Path(text).read_text("utf-8"), Path(pictures).resolve().as_uri()))
                page.goto(_kept(page, Path(out).with_suffix(".html")).as_uri())
                page.screenshot(path=out, full_page=True)
        case ["decide", address, out]:
            with _page(width=1440) as page:
                page.goto(address)
                _decide(page)
                page.screenshot(path=out)
        case _:
            sys.stderr.write(f"{__doc__}")
            return 64
    return 0


@contextmanager
def _page(width: int) -> "Iterator[Page]":
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        browser = None
    if browser is None:
        sys.exit(NO_BROWSER)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield opened.new_page(viewport={"width": width, "height": 900})
        opened.close()


def _as_shown(text: str, pictures: str) -> str:
    """The Markdown of a comment as HTML, with its pictures from this machine."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    text = text.replace(BASE, f"{pictures}/").replace("✅", "✔")  # machines without a desktop have no coloured signs
    return f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{markdown.render(text)}"


def _kept(page: "Page", file: Path) -> Path:
    """The page in a file: a browser shows pictures of this machine only to a page from there."""
    file.write_text(page.content(), "utf-8")
    return file.resolve()


def _decide(page: "Page") -> None:
    """Compare the two takes of the alley; approve the harbour, reject the alley with a note at a frame."""
    alley = _shot(page, "night-scenes.alley")
    alley.get_by_role("button", name="Show take 1 on side A").click()
    alley.get_by_role("button", name="Show take 2 on side B").click()
    alley.locator('[data-do="scrub"]').fill("36")
    second = alley.locator(".take").nth(1)
    second.get_by_role("button", name="Note").click()
    second.get_by_role("textbox").fill("The umbrella is hardly red here.")
    second.locator("form").get_by_role("button", name="Reject").click()
    second.locator(".notes li").wait_for()
    harbour = _shot(page, "night-scenes.harbour").locator(".take").nth(1)
    harbour.get_by_role("button", name="Approve").click()
    harbour.get_by_text("approved").wait_for()
    alley.scroll_into_view_if_needed()
    shown = "[...document.querySelectorAll('video')].filter((one) => one.src).every((one) => one.readyState > 1)"
    page.wait_for_function(shown)
    page.wait_for_timeout(500)  # until the frame is painted


def _shot(page: "Page", address: str) -> "Locator":
    return page.locator(f'.shot[data-address="{address}"]')


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
