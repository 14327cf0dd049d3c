"""An open storyboard page in a real browser: where its videos are, what it shows, what it asks for and complains of."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

# Chromium runs as root in CI, has no screen there, and is to reach nothing but the page.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
OWN = re.compile(r"(file|data|blob):")

STATE = """(name) => Object.fromEntries(
  [...document.querySelectorAll(`[data-address$=".${name}"] video`)].map((video) => [video.dataset.side, {
    time: video.currentTime, paused: video.paused, rate: video.playbackRate, muted: video.muted,
    loaded: video.hasAttribute("src"),
  }]))"""

AT_WORK = "() => document.getElementById('data') === null || isAtWork"  # a page without such data at once
SETTLED = """() => isAtWork && players.every((player) => player.clips.every((clip) =>
  !clip.video.hasAttribute("src") || clip.broken
  || (clip.wanted === null && !clip.video.seeking && clip.video.readyState >= 2)))"""

# Relative luminance and contrast as WCAG 2.2 defines them, over the colour that is really painted behind each text.
LOW_CONTRAST = """() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const channel = (value) => (value /= 255, value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const says = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const silent = ["SCRIPT", "STYLE", "OPTION"];
  const texts = [...document.querySelectorAll("body *")].filter(
    (element) => says(element) && element.checkVisibility() && !silent.includes(element.tagName));
  return texts.flatMap((element) => {
    const [dark, bright] = [getComputedStyle(element).color, null].map(
      (color) => light(color ? parse(color) : behind(element))).sort((one, other) => one - other);
    const contrast = (bright + 0.05) / (dark + 0.05);
    return contrast < 4.5 ? [`${element.tagName}.${element.className} ${contrast.toFixed(1)}`] : [];
  });
}"""

# A control's name, in the order in which assistive technology looks for it; a placeholder is none.
CONTROLS = "button, input, select, a[href], video, [role]"
NAMELESS = f"""() => [...document.querySelectorAll("{CONTROLS}")].filter((element) => {{
  const parts = [
    element.getAttribute("aria-label"),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    ...(element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent),
    element.textContent,
    element.querySelector("img[alt]")?.alt,
  ];
  return element.getAttribute("role") !== "status" && !parts.join("").trim();
}}).map((element) => element.outerHTML.slice(0, 120))"""

REPEATED_IDS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}"""


SIZE = {"width": 1440, "height": 900}


class Tabs:
    """Pages of one browser, each as a new reader sees it, for less than a window of its own costs (a second of CPU).

    The first page of a test is a tab of a window that stays open between tests. Its size and colours are set, and what
    it kept is deleted when it is closed. Further pages of the same test, and pages with other options, get their own.
    """

    def __init__(self, browser: "Browser") -> None:
        self.browser = browser
        self.window: BrowserContext | None = None
        self.opened: list[Page] = []
        self.tab: Page | None = None

    def open(self, **context: Any) -> "Page":
        """An empty page; `context`: what Playwright calls the options of one."""
        simple = context.keys() <= {"viewport", "color_scheme", "reduced_motion"}
        page = self._first(**context) if simple and self.tab is None else self._alone(**context)
        page.set_default_timeout(20_000)
        self.opened.append(page)
        return page

    def _alone(self, **context: Any) -> "Page":
        return self.browser.new_page(**({"viewport": SIZE} | context))

    def _first(self, viewport: Any = SIZE, **media: Any) -> "Page":
        if self.window is None:
            self.window = self.browser.new_context()
            self.window.new_page()  # a window is closed with its last tab
        self.tab = self.window.new_page()
        self.tab.set_viewport_size(viewport)
        self.tab.emulate_media(**media)
        return self.tab

    def close(self) -> None:
        """Close all of them, and delete what the shared window keeps; one that cannot be emptied is not used again."""
        from playwright.sync_api import Error

        if self.tab is not None and self.window is not None:
            try:
                self.tab.evaluate("location.href === 'about:blank' || localStorage.clear()")
                self.window.clear_permissions()
            except Error:
                self.window.close()
                self.window = None
        for page in self.opened + (self.window.pages[1:] if self.window else []):  # what a page opened, too
            page.close()
        self.opened, self.tab = [], None


class VideoState(TypedDict):
    """Where a video is."""

    time: float  # seconds
    paused: bool
    rate: float
    muted: bool
    loaded: bool  # whether it has a source


@dataclass
class Opened:
    """A page that is open, and everything it complained about or asked for."""

    page: "Page"
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def state(self, name: str = "alley") -> dict[str, VideoState]:
        """The videos of a shot: "before" and "after", those it has."""
        found: dict[str, VideoState] = self.page.evaluate(STATE, name)
        return found

    def times(self, name: str = "alley") -> list[float]:
        """When the videos of a shot are, in seconds, in their order."""
        return [state["time"] for state in self.state(name).values()]

    def settle(self) -> None:
        """Wait until the page is at work, and every video that is loaded shows the frame asked of it."""
        self.page.wait_for_function(SETTLED)

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        self.page.wait_for_function(f"() => {condition}")

    def press(self, *keys: str) -> None:
        """Press keys, one after another, on whatever has the focus."""
        for key in keys:
            self.page.keyboard.press(key)

    def button(self, name: str, shot: int = 1) -> "Locator":
        """A button of a shot, by its name."""
        return self.page.locator(f"#shot-{shot}").get_by_role("button", name=name, exact=True)

    def scrub(self, frame: int) -> None:
        """Move the first shot's slider."""
        self.page.locator('#shot-1 [data-do="scrub"]').fill(str(frame))
        self.settle()

    def shown(self) -> list[str]:
        """Names of the shots that the filter lets through."""
        names: list[str] = self.page.eval_on_selector_all(
            ".shot:not([hidden])", "(all) => all.map((one) => one.dataset.address.split('.')[1])"
        )
        return names

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self.page.evaluate(expression)
