"""What a browser keeps may be broken, a stranger's, or nothing: the page works, says so once, and loses nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened, Tabs
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SHELF = "ltxspec-review:sandbox"
SOUND = {"verdict": "approved", "note": None, "at": None, "by": None, "time": "2026-01-01T00:00:00.000Z"}
FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });"""
FULL = 'Storage.prototype.setItem = () => { throw new DOMException("Full.", "QuotaExceededError"); };'

# What Chromium does on a busy machine to a page that looks for what is kept before the browser has answered it.
TOO_EARLY = """{
  const [real, own] = [Object.getOwnPropertyDescriptor(window, "localStorage"), new Map()];
  let early = false, answered = false;
  const looks = () => (early ||= !answered);
  const listen = window.addEventListener.bind(window);
  window.addEventListener = (name, ...rest) => { if (name === "storage") looks(); listen(name, ...rest); };
  const ask = navigator.storage.persisted.bind(navigator.storage);
  navigator.storage.persisted = async () => { const answer = await ask(); answered = true; return answer; };
  const lost = { getItem: (key) => own.get(key) ?? null, setItem: (key, text) => own.set(key, text) };
  Object.defineProperty(window, "localStorage", { get() { return looks() ? lost : real.get.call(window); } });
}"""


@pytest.fixture
def opened(open_page: Callable[..., Opened], studio: Path) -> Opened:
    return ready(open_page(studio / "review.html"))


def ready(page: Opened) -> Opened:
    page.until("document.querySelectorAll('.take').length === 4")
    page.settle()
    return page


def reloaded(page: Opened) -> Opened:
    page.page.reload()
    return ready(page)


def told(page: Opened) -> str:
    place = page.page.locator("#told")
    return str(place.inner_text()) if place.is_visible() else ""


def taken(page: Opened) -> str:
    return str(page.ask("takesOf(shots[0]).takes.at(-1).task"))


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "null",
        "[]",
        "7",
        '{"TASK": null}',
        '{"TASK": {"verdicts": 5, "notes": {}, "withdrawn": "x"}}',
        '{"TASK": {"notes": [null, {"time": 5}, {"note": {}, "at": null, "time": "2026-01-01T00:00:00Z"}]}}',
        '{"TASK": {"verdicts": [{"verdict": "constructor", "note": null, "at": "x", "time": "zzz"}]}}',
        '{"__proto__": {"verdicts": [1]}, "TASK": {"withdrawn": [{"noteTime": null}]}}',
    ],
)
def test_what_was_kept_and_cannot_be_read_is_set_aside_and_said_once(text: str, opened: Opened) -> None:
    kept = text.replace("TASK", taken(opened))
    opened.page.evaluate("([shelf, text]) => localStorage.setItem(shelf, text)", [SHELF, kept])
    opened.page.reload()
    opened.page.get_by_role("status").filter(has_text="cannot be read").wait_for()  # it is hidden after a while
    ready(opened)
    assert opened.ask(f"localStorage.getItem('{SHELF}:unreadable')") == kept
    opened.press("j", "k", "a")
    assert told(opened) == "Take 3 of night.alley: ✓ approved, in this browser only."
    reloaded(opened)
    assert told(opened) == ""
    expect(opened.page.locator("#reviewed")).to_have_text("1 of 2 reviewed")
    opened.page.locator("#reviewed").click()
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save what could not be read").click()
    assert Path(download.value.path()).read_text("utf-8") == kept


def test_what_is_sound_beside_it_counts(opened: Opened) -> None:
    said = {taken(opened): {"verdicts": [SOUND, 5], "notes": [], "withdrawn": []}}
    opened.page.evaluate("([shelf, text]) => localStorage.setItem(shelf, text)", [SHELF, json.dumps(said)])
    opened.page.evaluate("(shelf) => localStorage.setItem(`${shelf}:saved`, 'zzz')", SHELF)
    reloaded(opened)
    expect(opened.page.locator("#reviewed")).to_have_text("1 of 2 reviewed")
    expect(opened.page.locator("#unsaved")).to_have_text("1 not saved")
    opened.press("n")
    opened.page.keyboard.type("Too dark.")
    opened.press("Control+Enter")
    assert opened.ask(f"localStorage.getItem('{SHELF}:unreadable')") == json.dumps(said)


@pytest.mark.parametrize("script", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_a_browser_that_keeps_nothing_loses_nothing_that_was_typed(script: str, opened: Opened) -> None:
    opened.page.add_init_script(script)
    reloaded(opened)
    opened.press("j", "k", "n")
    opened.page.keyboard.type("Too dark.")
    opened.press("Control+Enter", "a")
    expect(opened.page.locator("#reviewed")).to_have_text("1 of 2 reviewed")
    expect(opened.page.locator("#unsaved")).to_have_text("2 not saved")
    leaving = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"  # asked before it is closed
    assert opened.ask(leaving)
    opened.page.locator("#unsaved").click()
    opened.page.get_by_label("Your name").fill("Bo")
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save the file").click()
    document = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [one["note"] for item in document["takes"] for one in item["notes"]] == ["Too dark."]
    assert [one["by"] for item in document["takes"] for one in item["verdicts"]] == ["Bo"]
    expect(opened.page.locator("#unsaved")).to_be_hidden()
    assert not opened.ask(leaving)


def test_what_is_kept_is_looked_for_when_the_browser_has_answered(opened: Opened) -> None:
    opened.press("j", "k", "a")
    opened.page.locator("#theme").click()
    opened.page.add_init_script(TOO_EARLY)
    reloaded(opened)
    expect(opened.page.locator("#reviewed")).to_have_text("1 of 2 reviewed")
    assert opened.ask("document.documentElement.dataset.theme") == "light"
    opened.press("j", "n")
    opened.page.keyboard.type("Too dark.")
    opened.press("Control+Enter", "a")
    expect(opened.page.locator("#reviewed")).to_have_text("2 of 2 reviewed")
    reloaded(opened)
    expect(opened.page.locator("#reviewed")).to_have_text("2 of 2 reviewed")


@pytest.mark.parametrize(
    "persisted",
    [
        "new Promise((so) => setTimeout(so, 500))",
        "new Promise(() => {})",
        "Promise.reject(new Error('not here'))",
        "(() => { throw new Error('not here'); })()",
    ],
    ids=["late", "never", "refused", "broken"],
)
def test_nothing_can_be_decided_before_and_everything_after_whatever_the_answer(persisted: str, opened: Opened) -> None:
    opened.press("j", "k", "a")
    opened.page.add_init_script(f"navigator.storage.persisted = () => {persisted};")
    opened.page.reload()
    opened.press("j", "w")  # pressed early, it does nothing, or counts
    ready(opened)
    early = opened.page.locator("#reviewed").inner_text()
    assert early in ("1 of 2 reviewed", "2 of 2 reviewed")
    reloaded(opened)
    expect(opened.page.locator("#reviewed")).to_have_text(early)


def test_what_cannot_be_read_and_has_no_other_place_is_not_written_over(opened: Opened) -> None:
    unreadable = "'[' + 'x'.repeat(3 * 2 ** 20)"
    opened.ask(f"localStorage.setItem('{SHELF}', {unreadable})")
    reloaded(opened)
    opened.press("j", "k", "a")
    expect(opened.page.locator("#reviewed")).to_have_text("1 of 2 reviewed")
    assert opened.ask(f"localStorage.getItem('{SHELF}') === {unreadable}")
    assert opened.ask("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def test_it_is_said_once_that_nothing_is_kept(opened: Opened) -> None:
    opened.page.add_init_script(FORBIDDEN)
    reloaded(opened)
    assert "keeps nothing" in told(opened)
    opened.press("j", "k", "a")
    assert told(opened) == "Take 3 of night.alley: ✓ approved, in this browser only."


def test_the_page_of_the_next_test_finds_nothing_of_this_one(tabs: Tabs, storyboard_file: Path) -> None:
    kept = "localStorage.getItem('kept'), sessionStorage.getItem('kept')"
    for width in (1440, 390):
        page = tabs.open(viewport={"width": width, "height": 900})
        page.goto(storyboard_file.as_uri())
        assert page.evaluate(f"[{kept}, document.hasFocus(), document.hidden, innerWidth]") == [
            None,
            None,
            True,
            False,
            width,
        ]
        page.evaluate("localStorage.setItem('kept', 'x'), sessionStorage.setItem('kept', 'x')")
        tabs.close()


def test_a_message_stays_until_there_was_time_to_read_it(opened: Opened) -> None:
    def is_hidden(value: str) -> None:
        opened.ask(f"Object.defineProperty(document, 'hidden', {{ value: {value}, configurable: true }})")
        opened.ask("document.dispatchEvent(new Event('visibilitychange'))")

    opened.page.clock.install()
    is_hidden("true")
    opened.ask("tell('There are other takes by now.')")
    opened.page.clock.fast_forward(60_000)
    assert told(opened)
    is_hidden("false")
    opened.page.clock.fast_forward(5_000)
    assert told(opened)
    opened.page.clock.fast_forward(2_000)
    assert not told(opened)
