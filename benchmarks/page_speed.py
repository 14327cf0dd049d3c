"""How a page opens and scrolls in a real browser, beside an empty page of the same height.

python benchmarks/page_speed.py PAGE BROWSER [SECONDS]
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTH, HEIGHT = 1440, 900
SPEEDS = (60, 150)  # pixels a picture: four and ten screens a second
SECONDS = 6
CALM = 2000  # milliseconds after which a page that was opened has come to rest

SCROLL = """async ([step, seconds]) => {
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (const end = last + seconds * 1000; last < end;) {
    scrollBy({ top: step, behavior: "instant" });
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}"""
# When the first shot had its picture: the first one painted after it was there.
FIRST = """new Promise((resolve) => {
  const look = () => {
    const video = document.querySelector("video[poster]");
    if (video) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    else requestAnimationFrame(look);
  };
  look();
})"""
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
LENGTH = "document.documentElement.scrollHeight"


@dataclass(frozen=True, slots=True)
class Scrolled:
    """What scrolling gave: milliseconds between pictures, and of all processors for one of them."""

    times: list[float]
    processor: float

    def __str__(self) -> str:
        ordered = sorted(self.times)
        half, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        return f"median {half:>5.1f} ms, 95th percentile {most:>5.1f} ms, {self.processor:>5.1f} ms of processors"


def measure_page(file: Path, executable: str, seconds: float = SECONDS) -> Iterator[str]:
    """Lines that say how the page opens and scrolls."""
    from playwright.sync_api import sync_playwright

    calm = min(CALM, seconds * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(file.resolve().as_uri(), wait_until="commit")
        first = page.evaluate(FIRST)
        page.wait_for_load_state("load")
        yield f"{'opened':16}first picture {first / 1000:.2f} s, ready for use {page.evaluate(READY) / 1000:.2f} s"
        page.wait_for_timeout(calm)
        empty = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        empty.set_content(f"<body style='margin: 0'><div style='height: {page.evaluate(LENGTH)}px'>")
        for step in SPEEDS:
            for name, one in (("page", page), ("empty page", empty)):
                one.bring_to_front()
                one.evaluate("scrollTo(0, 0)")
                one.wait_for_timeout(calm)
                yield f"{name:16}{step:>4} px a picture: {scroll(browser, one, step, seconds)}"
        browser.close()


def scroll(browser: "Browser", page: "Page", step: int, seconds: float) -> Scrolled:
    """Scroll for some seconds, a step for each picture."""
    before = processor_seconds(browser)
    times: list[float] = page.evaluate(SCROLL, [step, seconds])
    spent = processor_seconds(browser) - before
    return Scrolled(times, spent * 1000 / len(times))


def processor_seconds(browser: "Browser") -> float:
    """What all processes of the browser have used."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(process["cpuTime"] for process in processes))


if __name__ == "__main__":
    for line in measure_page(Path(sys.argv[1]), sys.argv[2], *map(float, sys.argv[3:4])):
        print(line, flush=True)
