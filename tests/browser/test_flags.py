"""What is not as expected is marked at its second, and one click leads there; loudness stands beside the level."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import LOW_CONTRAST, NAMELESS, Opened
from passage_films import BLACK, LOUD, MOVING, SILENT, film
from playwright.sync_api import expect
from replacing import replace
from storyboards import Films, review, shot, take

from ltxspec.lock.models import Output, ShotRecord
from ltxspec.lock.verdicts import Note
from ltxspec.media.measure import measure
from ltxspec.project.project import open_project
from ltxspec.project.storyboard.media import MediaOptions, screen
from ltxspec.project.storyboard.passages import passages_of
from ltxspec.project.storyboard.takes import clips_of_takes
from ltxspec.report.storyboard.page import storyboard
from ltxspec.report.storyboard.takes import Reviewing
from ltxspec.review.models import ShotKind, Unmet
from ltxspec.values import ShotAddress

pytestmark = pytest.mark.browser

TIME = "2026-11-28T12:00:00.000Z"


def kept(films: Films, name: str, *parts: list[tuple[str, float]], unmet: tuple[str, ...] = ()) -> Output:
    """A video with black or silent passages, as the archive has it and the lockfile records it."""
    known = films.make(name)
    made = film(films.folder / f"{name}.mp4", *parts)
    digest = known.sha256 or ""
    place = films.find(digest)
    assert place is not None
    made.replace(place)
    return replace(known, facts=measure(place), unmet=unmet or None)


@pytest.fixture(scope="module")
def flagged_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three takes: without audio; black from 1 s to 2 s and silent after 1.4 s; and one with nothing wrong."""
    folder = tmp_path_factory.mktemp("flagged")
    films = Films(folder / "films")
    films.folder.mkdir()
    black, silent = "maxBlackSeconds", "maxSilenceSeconds"
    parts = [(MOVING, 1.0), (BLACK, 1.0), (MOVING, 1.0)], [(LOUD, 1.4), (SILENT, 1.6)]
    takes = [
        take(1, "rain", kept(films, "mute", [(MOVING, 3.0)])),
        take(2, "snow", kept(films, "dark", *parts, unmet=(black, silent))),
        take(3, "snow", kept(films, "fine", [(MOVING, 3.0)], [(LOUD, 3.0)])),
    ]
    unmet = Unmet(black, "it is black for 1 s, and 0.5 s is the most"), Unmet(silent, "it is silent for 1.6 s")
    one = shot("alley", ShotKind.RENDERED, takes[0], takes[1], unmet_after=unmet)
    whole = replace(
        review(one),
        records={ShotAddress("night", "alley"): ShotRecord(takes[1].task_id, tuple(takes))},
        noted={takes[0].task_id: (Note("the lamp", 2.0, "Bo", TIME),)},
    )
    how = MediaOptions(films.find, folder, still_width=96)
    page = screen(whole, how)
    clips = clips_of_takes(page.review, page.footage, how)
    places = passages_of(open_project(folder), page.review, films.find)
    (folder / "review.html").write_text(
        "".join(storyboard(page.review, page.footage, page.frames, Reviewing(clips, places))), "utf-8"
    )
    return folder / "review.html"


@pytest.fixture
def flagged(open_page: Callable[..., Opened], flagged_file: Path) -> Opened:
    opened = open_page(flagged_file)
    opened.until("document.querySelectorAll('.take').length === 3")
    opened.settle()
    return opened


def named(opened: Opened) -> list[str]:
    return list(opened.page.locator(".flagged button").all_inner_texts())


def test_unmet_expectations_are_at_their_second_and_a_click_leads_there(flagged: Opened) -> None:
    assert named(flagged) == ["⚠ after: black 1–2 s", "⚠ after: silent 1.4–3 s"]
    flagged.page.get_by_role("button", name="after: black").click()
    flagged.settle()
    assert flagged.times() == pytest.approx([1.02, 1.02], abs=0.03)
    flagged.press("Home")
    flagged.settle()
    mark = flagged.page.locator(".flags .unmet").nth(1)
    track, box = flagged.page.locator(".flags").bounding_box(), mark.bounding_box()
    assert track is not None
    assert box is not None
    assert (box["x"] - track["x"]) / track["width"] == pytest.approx(1.4 / 3, abs=0.03)
    assert box["width"] / track["width"] == pytest.approx(1.6 / 3, abs=0.03)
    mark.click(position={"x": 2, "y": 3})
    flagged.settle()
    assert flagged.times()[:2] == pytest.approx(
        [1.42, 1.42], abs=0.06
    )  # the third is the small picture above the slider


def test_marks_are_those_of_what_is_on_the_sides(flagged: Opened) -> None:
    expect(flagged.page.locator(".flags .note")).to_have_count(1)
    flagged.page.get_by_role("button", name="Show take 3 on side B").click()
    flagged.settle()
    assert named(flagged) == []
    flagged.page.get_by_role("button", name="Show take 2 on side A").click()
    flagged.settle()
    assert named(flagged) == ["⚠ A: black 1–2 s", "⚠ A: silent 1.4–3 s"]
    expect(flagged.page.locator(".flags .note")).to_have_count(0)


def test_a_note_is_marked_as_soon_as_it_is_written(flagged: Opened) -> None:
    flagged.scrub(40)
    flagged.press("n")
    flagged.page.keyboard.type("too dark")
    flagged.press("Control+Enter")
    flagged.until("document.querySelectorAll('.flags .note').length === 2")


def test_loudness_and_no_audio_are_said_for_each_side(flagged: Opened) -> None:
    loud = flagged.page.locator("figcaption .loud")
    first, second = loud.all_inner_texts()
    assert first == "no audio"
    assert second.endswith(" LUFS")
    assert second.startswith("-")
    flagged.page.get_by_role("button", name="Show take 3 on side A").click()
    flagged.settle()
    third = loud.first.inner_text()
    assert third.endswith(" LUFS")
    assert third != second
    flagged.page.get_by_role("button", name="Show take 1 on side B").click()
    flagged.settle()
    expect(loud).to_have_text([third, "no audio"])
    flagged.button("Sound of before").click()
    assert [state["muted"] for state in flagged.state().values()] == [False, True]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_marks_have_names_and_can_be_read(
    theme: str, width: int, open_page: Callable[..., Opened], flagged_file: Path
) -> None:
    opened = open_page(flagged_file, color_scheme=theme, viewport={"width": width, "height": 844})
    opened.until("document.querySelectorAll('.flagged button').length === 2")
    assert opened.page.evaluate(LOW_CONTRAST) == []
    assert opened.page.evaluate(NAMELESS) == []
    assert opened.ask("document.documentElement.scrollWidth") == width
