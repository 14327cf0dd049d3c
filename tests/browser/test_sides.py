"""What can be put on a side: any take, any result and the preview, also of shots that have no video of their own."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from browsing import Opened, Tabs
from playwright.sync_api import expect
from replacing import replace
from reviewing import CONFIG, SPEC, git, make_studio, run, takes, write_review
from sharing import made_once
from storyboards import Films, review, screened, shot, take

from ltxspec.lock.models import ShotRecord
from ltxspec.project.project import open_project
from ltxspec.project.storyboard.media import MediaOptions
from ltxspec.project.storyboard.serve import serving_review
from ltxspec.project.storyboard.takes import clips_of_takes
from ltxspec.report.storyboard.page import storyboard
from ltxspec.report.storyboard.takes import Reviewing
from ltxspec.review.models import ShotKind
from ltxspec.values import ShotAddress

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def _edited_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio in which both bought shots were edited again: `bridge` has two takes, and the base none of it."""
    studio = made_once(tmp_path_factory, "studio", make_studio)
    return made_once(tmp_path_factory, "edited", partial(edit, studio))


def edit(before: Path, folder: Path) -> None:
    studio = Path(shutil.copytree(before, folder, symlinks=True))
    run(studio, "apply", "--auto-approve", "--retake", "night.bridge", "--target", "night.bridge")
    spec = studio / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("Porto", "Oslo").replace("stone bridge", "steel bridge"), "utf-8")


@pytest.fixture
def edited(_edited_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_edited_once, tmp_path / "studio", symlinks=True))


@pytest.fixture
def opened(open_page: Callable[..., Opened], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Opened]:
    """Opens the review of a project, once its strips are there."""

    def open_review(folder: Path, *options: str, strips: int = 1) -> Opened:
        page = open_page(write_review(tmp_path_factory, folder, *options))
        page.until(f"document.querySelectorAll('.strip-of-takes').length >= {strips}")
        page.settle()
        return page

    return open_review


def put(opened: Opened, name: str, what: str, letter: str) -> None:
    card = opened.page.locator(f'.shot[data-address="night.{name}"]')
    card.get_by_role("button", name=f"Show {what} on side {letter}", exact=True).click()
    opened.settle()


def captions(opened: Opened, name: str, player: int = 0) -> list[str]:
    card = opened.page.locator(f'.shot[data-address="night.{name}"]')
    return list(card.locator(".player").nth(player).locator("figcaption b").all_inner_texts())


def sources(opened: Opened, name: str, player: int = 0) -> list[str | None]:
    card = opened.page.locator(f'.shot[data-address="night.{name}"]')
    return [video.get_attribute("src") for video in card.locator(".player").nth(player).locator(".screen video").all()]


def test_a_shot_to_be_rendered_again_that_the_base_lacks_plays_its_latest_take(
    opened: Callable[..., Opened], edited: Path
) -> None:
    page = opened(edited, strips=2)
    assert captions(page, "bridge") == ["Earlier take", "After"]
    assert len(sources(page, "bridge")) == 1
    put(page, "bridge", "take 1", "B")
    assert captions(page, "bridge") == ["Earlier take", "B: take 1"]
    assert len({*sources(page, "bridge")}) == 2
    bridge = page.page.locator('.shot[data-address="night.bridge"]')
    bridge.get_by_role("radio", name="Difference").check(force=True)
    expect(bridge.locator('.pair[data-mode="difference"] .screen video')).to_have_count(2)
    page.press("a")
    page.until("document.getElementById('reviewed').textContent === '0 of 2 reviewed'")
    expect(bridge.locator(".take").first.locator(".decided").first).to_have_text("✓ Approved")
    page.press("p")
    page.until("cut.items.length === 2")
    notes = [page.ask("document.querySelector('[data-show=cut-note]').textContent")]
    page.press("ArrowLeft")
    notes.append(page.ask("document.querySelector('[data-show=cut-note]').textContent"))
    assert notes == ["B: take 1", "not rendered yet: the video of before"]


def test_a_preview_is_compared_like_a_take_and_never_taken_for_one(opened: Callable[..., Opened], edited: Path) -> None:
    page = opened(edited, "--animatics", strips=2)
    alley = page.page.locator('.shot[data-address="night.alley"]')
    assert captions(page, "alley") == ["Before", "Preview, not rendered"]
    expect(alley.locator("h3", has_text="takes")).to_have_text("3 takes")
    preview = sources(page, "alley")[1]
    put(page, "alley", "take 3", "B")
    put(page, "alley", "preview", "A")
    assert captions(page, "alley") == ["A: preview", "B: take 3"]
    assert sources(page, "alley")[0] == preview
    card = alley.locator(".take").last
    expect(card.get_by_role("button", name="Approve")).to_have_count(0)
    expect(card.get_by_role("button", name="Copy")).to_have_count(0)
    expect(card).to_contain_text("not rendered", use_inner_text=True)
    put(page, "alley", "preview", "B")
    page.press("r")  # side B shows no take: nothing is decided, also not about another one
    assert page.ask("localStorage.getItem('ltxspec-review:sandbox')") is None
    alley.get_by_role("button", name="Compare up to four").click()
    dialog = page.page.get_by_role("dialog", name="Takes of night.alley")
    expect(dialog.locator("video")).to_have_count(4)
    expect(dialog).to_contain_text("not rendered", use_inner_text=True)


def test_takes_are_compared_where_the_video_in_use_is_not_on_this_machine(
    opened: Callable[..., Opened], edited: Path
) -> None:
    run(edited, "apply", "--auto-approve", "--retake", "night.bridge", "--target", "night.bridge")
    spec = edited / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("steel bridge", "rope bridge"), "utf-8")
    latest = takes(edited, "night.bridge")[-1]["outputs"][0]["sha256"]
    (video,) = edited.glob(f".ltxspec/**/{latest}.mp4")
    video.unlink()
    page = opened(edited, strips=2)
    assert captions(page, "bridge") == ["Earlier take", "After"]
    assert sources(page, "bridge") == []
    put(page, "bridge", "take 1", "A")
    put(page, "bridge", "take 2", "B")
    assert captions(page, "bridge") == ["A: take 1", "B: take 2"]
    assert len({*sources(page, "bridge")}) == 2
    page.page.locator('.shot[data-address="night.bridge"]').get_by_role("button", name="Play").click()
    page.until("playersOf(shots[1])[0].clips.every((clip) => clip.video.currentTime > 0.2)")


def test_of_several_results_the_player_used_last_gets_what_is_put_on_a_side(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    (tmp_path / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "specs").mkdir()
    spec = tmp_path / "specs" / "night.yaml"
    several = SPEC.replace("fps: 24}", "fps: 24, numberResults: 2}")
    spec.write_text(several.partition("  bridge:")[0], "utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    run(tmp_path, "apply", "--auto-approve")
    git(tmp_path, "add", "--force", "specs", "ltxspec.toml", ".ltxspec/sandbox/lockfiles")
    git(tmp_path, "commit", "--quiet", "--message=First")
    spec.write_text(spec.read_text("utf-8").replace("Rome", "Porto"), "utf-8")
    run(tmp_path, "apply", "--auto-approve")
    page = opened(tmp_path)
    first, second = sources(page, "alley", 0), sources(page, "alley", 1)
    assert page.page.locator(".takes-head").inner_text().count("A and B: Result 1 of 2") == 1
    page.page.locator(".player").nth(1).get_by_role("button", name="One frame on").click()
    assert page.page.locator(".takes-head").inner_text().count("A and B: Result 2 of 2") == 1
    put(page, "alley", "take 1, result 1", "B")
    assert sources(page, "alley", 0) == first
    assert sources(page, "alley", 1) == [second[0], first[0]]
    assert captions(page, "alley", 1) == ["Before", "B: take 1, result 1"]
    page.page.locator(".player").nth(0).locator("video").first.click()
    put(page, "alley", "take 2, result 2", "A")
    assert sources(page, "alley", 0) == [second[1], first[1]]
    assert sources(page, "alley", 1) == [second[0], first[0]]


def test_a_served_page_plays_previews(tabs: Tabs, edited: Path) -> None:
    page = tabs.open()
    with serving_review(open_project(edited), animatics=True) as address:
        page.goto(address)
        served = Opened(page)
        served.until("document.querySelectorAll('.strip-of-takes').length >= 2")
        served.settle()
        assert captions(served, "alley") == ["Before", "Preview, not rendered"]
        put(served, "alley", "preview", "A")
        served.button("Play").click()
        served.until("players[0].clips.every((clip) => clip.video.currentTime > 0.3)")
        tabs.close()


def test_waves_are_those_of_what_is_on_the_sides(
    open_page: Callable[..., Opened], films: Films, tmp_path: Path
) -> None:
    takes = [take(number, "rain", films.make(f"{number}", audio=True, seconds=number)) for number in (1, 2, 3)]
    one = shot("alley", ShotKind.RENDERED, takes[0], takes[1])
    records = {ShotAddress("night", "alley"): ShotRecord(takes[1].task_id, tuple(takes))}
    page = screened(films, replace(review(one), records=records), tmp_path, embed=True)
    how = MediaOptions(films.find, tmp_path, embed=True)
    reviewing = Reviewing(clips_of_takes(page.review, page.footage, how))
    file = tmp_path / "review.html"
    file.write_text("".join(storyboard(page.review, page.footage, page.frames, reviewing)), "utf-8")
    opened = open_page(file)
    opened.until("document.querySelectorAll('.wave').length === 2")
    put(opened, "alley", "take 3", "A")
    opened.until(
        "[...document.querySelectorAll('.waves span')].map((one) => one.textContent).join() === 'A: take 3,After'"
    )
    opened.until("document.querySelectorAll('.wave').length === 2")
    assert opened.ask("[...document.querySelectorAll('.wave')].map((one) => one.style.width)") == ["100%", "66.6667%"]
