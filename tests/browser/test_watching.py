"""The page of `watch --preview` in a browser: it loads itself anew, and can be read in light and in dark."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import LOW_CONTRAST
from builders import change, request

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.edits import Broken, Planned, edit_between
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.watching.previews import serving_previews

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SHAPE: dict[str, Any] = {"model": "lightricks:ltx@2.5-fast", "width": 1280, "height": 720, "duration": 1, "fps": 12}


def shot(prompt: str) -> Change:
    return change(Action.CREATE, request("alley", prompt, **SHAPE))


def test_the_page_follows_what_is_seen(browser: "Browser", tmp_path: Path) -> None:
    from playwright.sync_api import expect

    def opened() -> ProjectContext:
        return open_project(tmp_path, "sandbox")

    before, after = Plan("runware", [shot("Rain")]), Plan("runware", [shot("Snow in an alley")])
    edited = Planned(["specs/night.yaml"], after, edit_between(before, after))
    broken = Broken(
        ["specs/night.yaml"], Invalid([Diagnostic("error", "yaml", "half written", Location("specs/night.yaml", 7, 1))])
    )
    context, told = browser.new_context(color_scheme="dark"), list[str]()
    page = context.new_page()
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    with serving_previews(0) as (address, previews):
        page.goto(address)
        expect(page).to_have_title("Planning …")
        previews.show(Planned([], before), opened)
        expect(page.locator("h1")).to_have_text("Plan: 1 to render (1 create). Estimated $0.48.")
        previews.show(edited, opened)
        expect(page.locator("video")).to_have_js_property("readyState", 4)
        expect(page.locator("article")).to_contain_text("Snow in an alley", use_inner_text=True)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(LOW_CONTRAST) == []
        previews.show(broken, opened)
        expect(page.get_by_role("alert")).to_contain_text("half written", use_inner_text=True)
        assert page.evaluate(LOW_CONTRAST) == []
        expect(page.locator("video")).to_have_count(0)
        previews.show(Planned(["specs/night.yaml"], after, edit_between(after, after), is_mended=True), opened)
        expect(page.locator("video")).to_have_js_property("readyState", 4)
        assert told == [], "the page's own policy allows all that it does"
    expect(page.get_by_role("status")).to_have_text(re.compile("Watching has ended"))
    context.close()
