"""A reviewer compares takes, decides and draws on a frame; that reaches the repository by a file, or at once."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import LOW_CONTRAST, NAMELESS, OWN, REPEATED_IDS, Opened, Tabs
from jsonschema import Draft202012Validator
from playwright.sync_api import expect
from reviewing import run, takes, written

from ltxspec.lock.review_export import export_schema
from ltxspec.project.project import open_project
from ltxspec.project.storyboard.serve import serving_review

pytestmark = pytest.mark.browser


@pytest.fixture
def page_file(studio: Path) -> Path:
    return studio / "review.html"


@pytest.fixture
def disk(open_page: Callable[..., Opened], page_file: Path) -> Opened:
    return ready(open_page(page_file))


@pytest.fixture
def open_served(tabs: Tabs, studio: Path) -> Iterator[Callable[[], Opened]]:
    """Opens the served page, each time as another reader. It may ask its own server, and nobody else."""
    opened: list[Opened] = []
    with serving_review(open_project(studio)) as address:

        def open_one() -> Opened:
            page = tabs.open()
            one = Opened(page)
            opened.append(one)
            page.on("console", lambda message: one.complaints.append(message.text))
            page.on("pageerror", lambda error: one.complaints.append(str(error)))
            page.on("request", lambda request: one.requests.append(request.url))
            page.goto(address)
            return ready(one)

        yield open_one
        asked = [url for one in opened for url in one.requests]
        tabs.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
    assert [url for url in asked if not OWN.match(url) and not url.startswith(address)] == []


def ready(opened: Opened) -> Opened:
    opened.until("document.querySelectorAll('.take').length === 4")
    opened.settle()
    return opened


def shot(opened: Opened, name: str) -> Any:
    return opened.page.locator(f'.shot[data-address="night.{name}"]')


def take(opened: Opened, name: str, number: int) -> Any:
    return shot(opened, name).locator(".take").nth(number - 1)


def press(opened: Opened, name: str, number: int, button: str) -> None:
    take(opened, name, number).get_by_role("button", name=button).click()


def at_frame(opened: Opened, name: str, frame: int) -> None:
    shot(opened, name).locator('[data-do="scrub"]').fill(str(frame))
    opened.settle()


def draw(opened: Opened, name: str, side: str, *, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag on the frame of a side, in fractions of it."""
    box = shot(opened, name).locator(f'video[data-side="{side}"]').bounding_box()
    (x, y), (to_x, to_y) = [(box["x"] + box["width"] * a, box["y"] + box["height"] * b) for a, b in (start, end)]
    mouse = opened.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move((x + to_x) / 2, (y + to_y) / 2)
    mouse.move(to_x, to_y)
    mouse.up()


def reject_with_a_box(opened: Opened) -> None:
    """Take 2 of the alley is rejected, with a note about a box at 1.5 s."""
    press(opened, "alley", 2, "Show take 2 on side A")
    at_frame(opened, "alley", 36)
    press(opened, "alley", 2, "Note")
    take(opened, "alley", 2).get_by_role("textbox").fill("The umbrella is black.")
    press(opened, "alley", 2, "Mark on the frame")
    shot(opened, "alley").locator(".stage").scroll_into_view_if_needed()
    draw(opened, "alley", "before", start=(0.2, 0.3), end=(0.5, 0.6))
    take(opened, "alley", 2).locator("form").get_by_role("button", name="Reject").click()
    take(opened, "alley", 2).locator(".notes li").wait_for()


def progress(opened: Opened) -> str:
    return str(opened.page.locator("#reviewed").inner_text())


def drafts(opened: Opened) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(opened.ask("localStorage.getItem('ltxspec-review:sandbox')") or "{}")
    return found


def test_the_strip_has_every_take_with_its_price_date_and_role(disk: Opened) -> None:
    heads = [head.split() for head in shot(disk, "alley").locator(".take-head").all_inner_texts()]
    assert [head[:2] for head in heads] == [["Take", "1"], ["Take", "2"], ["Take", "3"]]
    assert [head[-1] for head in heads] == ["$0.54"] * 3
    assert ["before" in heads[0], "in" in heads[2]] == [True, True]
    assert all(re.search(r"20\d\d-\d\d-\d\d", " ".join(head)) for head in heads)


def test_small_pictures_are_painted(disk: Opened) -> None:
    painted = """[...document.querySelectorAll("canvas.thumb")].map((canvas) =>
      canvas.getContext("2d") && !canvas.dataset.waits)"""
    disk.until(f"({painted}).every(Boolean)")
    picture = shot(disk, "alley").locator("canvas.thumb").first.screenshot()
    disk.ask("document.querySelector('canvas.thumb').getContext('2d').clearRect(0, 0, 112, 63)")
    assert shot(disk, "alley").locator("canvas.thumb").first.screenshot() != picture


def test_any_take_is_put_on_either_side(disk: Opened) -> None:
    before = disk.ask("players[0].clips.map((clip) => clip.video.getAttribute('src'))")
    press(disk, "alley", 2, "Show take 2 on side A")
    press(disk, "alley", 1, "Show take 1 on side B")
    disk.settle()
    after = disk.ask("players[0].clips.map((clip) => clip.video.getAttribute('src'))")
    assert after[1] == before[0]
    assert len({*before, *after}) == 3
    expect(shot(disk, "alley").locator("figcaption b")).to_have_text(["A: take 2", "B: take 1"])
    disk.button("Play").click()
    disk.until("players[0].clips.every((clip) => clip.video.currentTime > 0.3)")
    disk.button("Pause").click()
    disk.settle()
    one, other = disk.times("alley")
    assert one == pytest.approx(other, abs=0.001)


def test_a_shot_with_one_side_gets_a_second_one(open_page: Callable[..., Opened], studio: Path) -> None:
    run(studio, "apply", "--auto-approve", "--retake", "night.bridge", "--target", "night.bridge")
    run(studio, "review", "--html", "review.html")
    opened = open_page(studio / "review.html")
    opened.until("document.querySelectorAll('.take').length === 5")
    opened.settle()
    expect(shot(opened, "bridge").locator(".single")).to_have_count(1)
    press(opened, "bridge", 1, "Show take 1 on side A")
    opened.settle()
    expect(shot(opened, "bridge").locator("figcaption b")).to_have_text(["A: take 1", "After"])
    shot(opened, "bridge").get_by_role("radio", name="Difference").check(force=True)
    expect(shot(opened, "bridge").locator('.pair[data-mode="difference"] video')).to_have_count(2)


def test_up_to_four_takes_play_in_step(disk: Opened) -> None:
    shot(disk, "alley").get_by_role("button", name="Compare up to four").click()
    dialog = disk.page.get_by_role("dialog", name="Takes of night.alley")
    expect(dialog.locator("video")).to_have_count(3)
    dialog.get_by_label("Video 1", exact=True).first.wait_for()
    dialog.get_by_role("combobox", name="Video 1").select_option(label="take 3 · $0.54")
    disk.until("bench.cells.every((clip) => clip.wanted === null && clip.video.readyState >= 2)")
    sources = disk.ask("bench.cells.map((clip) => clip.video.getAttribute('src'))")
    assert sources[0] == sources[2] != sources[1]
    dialog.get_by_role("button", name="Play").click()
    disk.until("bench.time > 0.5")
    dialog.get_by_role("button", name="Pause").click()
    times = disk.ask("bench.cells.map((clip) => clip.video.currentTime)")
    assert max(times) - min(times) < 0.25
    disk.press("Escape")
    disk.until("bench === null")


def test_the_pick_command_is_copied(disk: Opened, studio: Path) -> None:
    disk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(disk, "alley", 2, "Copy the command that picks take 2")
    disk.until("!document.getElementById('told').hidden")
    command = disk.ask("navigator.clipboard.readText()")
    assert command == "ltxspec pick night.alley --take 2 --provider sandbox"
    run(studio, *command.split()[1:])
    assert [item["current"] for item in takes(studio, "night.alley")] == [False, True, False]


def test_a_review_on_disk_is_exported_imported_and_sets_a_gated_shot_free(disk: Opened, studio: Path) -> None:
    assert "held" in run(studio, "plan")
    assert progress(disk) == "0 of 2 reviewed"
    press(disk, "bridge", 1, "Approve")
    reject_with_a_box(disk)
    assert progress(disk) == "1 of 2 reviewed", "the alley's take in use is not decided about"
    expect(take(disk, "alley", 2).locator(".decided").first).to_have_text("✕ Rejected")
    disk.page.locator("#export-button").click()
    disk.page.get_by_label("Your name").fill("Bo")
    with disk.page.expect_download() as download:
        disk.page.get_by_role("button", name="Save the file").click()
    file = studio / download.value.suggested_filename
    download.value.save_as(file)
    document = json.loads(file.read_text("utf-8"))
    Draft202012Validator(export_schema()).validate(document)

    said = run(studio, "review", "import", file.name)
    assert "night.bridge take 1: approved by Bo\n" in said
    assert re.search(
        r"night\.alley take 2: rejected by Bo at 1\.5 s in the box [0-9.,]+: The umbrella is black\.", said
    )
    before = (studio / ".ltxspec/sandbox/lockfiles/night.review.json").read_bytes()
    assert run(studio, "review", "import", file.name) == ""
    assert (studio / ".ltxspec/sandbox/lockfiles/night.review.json").read_bytes() == before
    (remark,) = written(studio)["verdicts"][takes(studio, "night.alley")[1]["taskUUID"]]
    assert remark["at"] == 1.5
    assert remark["box"] == pytest.approx([0.2, 0.3, 0.3, 0.3], abs=0.01)
    assert "held" not in run(studio, "plan")
    run(studio, "apply", "--auto-approve")
    assert [item["status"] for item in takes(studio, "night.door")] == ["succeeded"]


def test_what_the_repository_has_is_forgotten_by_the_browser(disk: Opened, studio: Path) -> None:
    press(disk, "bridge", 1, "Approve")
    disk.page.locator("#export-button").click()
    disk.page.get_by_label("Your name").fill("Bo")
    with disk.page.expect_download() as download:
        disk.page.get_by_role("button", name="Save the file").click()
    download.value.save_as(studio / "a.json")
    run(studio, "review", "import", "a.json")
    run(studio, "review", "--html", "review.html")
    disk.page.reload()
    ready(disk)
    expect(take(disk, "bridge", 1).locator(".decided").first).to_have_text("✓ Approved")
    disk.page.locator("#export-button").click()
    disk.page.get_by_role("button", name="Remove what is recorded from this browser").click()
    assert drafts(disk) == {}
    disk.press("Escape")
    expect(take(disk, "bridge", 1).locator(".decided").first).to_have_text("✓ Approved by Bo")


def test_decisions_are_kept_over_a_reload_and_can_be_taken_back(disk: Opened) -> None:
    press(disk, "alley", 3, "Approve")
    press(disk, "alley", 1, "Note")
    take(disk, "alley", 1).get_by_role("textbox").fill("Better light\nthan the others")
    disk.press("Control+Enter")
    assert progress(disk) == "1 of 2 reviewed"
    before = drafts(disk)
    disk.page.reload()
    ready(disk)
    assert drafts(disk) == before
    assert progress(disk) == "1 of 2 reviewed"
    assert "Better light\nthan the others" in take(disk, "alley", 1).locator(".notes").inner_text()
    press(disk, "alley", 1, "Take this back")
    press(disk, "alley", 3, "Approve")
    assert progress(disk) == "0 of 2 reviewed"
    assert all(not said["verdicts"] and not said["notes"] for said in drafts(disk).values())


def test_two_pages_of_one_browser_keep_both(disk: Opened, page_file: Path) -> None:
    with disk.page.expect_popup() as popup:
        disk.ask(f"window.open({page_file.as_uri()!r})")
    second = popup.value
    other = ready(Opened(second))
    press(disk, "bridge", 1, "Approve")
    press(other, "alley", 3, "Needs work")
    for one in (disk, other):
        one.page.bring_to_front()  # a page behind another is asked rarely
        one.until("document.getElementById('reviewed').textContent === '2 of 2 reviewed'")
    second.close()


def test_a_span_and_a_point(disk: Opened) -> None:
    at_frame(disk, "alley", 24)
    press(disk, "alley", 3, "Note")
    take(disk, "alley", 3).get_by_role("textbox").fill("flicker")
    at_frame(disk, "alley", 60)
    press(disk, "alley", 3, "Until this frame")
    press(disk, "alley", 3, "Mark on the frame")
    shot(disk, "alley").locator(".stage").scroll_into_view_if_needed()
    draw(disk, "alley", "after", start=(0.5, 0.25), end=(0.5, 0.25))
    press(disk, "alley", 3, "Add note")
    ((note,),) = [said["notes"] for said in drafts(disk).values()]
    assert (note["at"], note["until"], "box" in note) == (1.0, 2.5, False)
    assert note["point"] == pytest.approx([0.5, 0.25], abs=0.01)
    at_frame(disk, "alley", 40)
    expect(shot(disk, "alley").locator("svg.canvas circle")).to_have_count(1)
    at_frame(disk, "alley", 100)
    expect(shot(disk, "alley").locator("svg.canvas circle")).to_have_count(0)
    take(disk, "alley", 3).get_by_role("link", name="1–2.5 s").click()
    disk.settle()
    expect(shot(disk, "alley").locator("svg.canvas circle")).to_have_count(1)
    assert disk.ask("location.hash") == "#night.alley@1"


def test_a_box_is_drawn_on_the_frame_where_the_video_is_zoomed(disk: Opened) -> None:
    disk.press("j", "k", "z")
    disk.ask("panTo(players[0], { x: 0.25, y: 0.25 })")
    zoom = disk.ask("players[0].zoom")
    press(disk, "alley", 3, "Note")
    press(disk, "alley", 3, "Mark on the frame")
    shot(disk, "alley").locator(".stage").scroll_into_view_if_needed()
    screen = shot(disk, "alley").locator(".after .screen").bounding_box()
    x, y = screen["x"] + screen["width"] / 2, screen["y"] + screen["height"] / 2
    disk.page.mouse.move(x, y)
    disk.page.mouse.down()
    disk.page.mouse.move(x + screen["width"] / 4, y + screen["height"] / 4)
    disk.page.mouse.up()
    box = disk.ask("composing.box")
    assert box == pytest.approx([0.5 - 0.25 / zoom, 0.5 - 0.25 / zoom, 0.25 / zoom, 0.25 / zoom], abs=0.01)
    drawn = shot(disk, "alley").locator("svg.canvas rect").bounding_box()
    assert (drawn["x"], drawn["width"]) == pytest.approx((x, screen["width"] / 4), abs=6)


def test_a_box_is_set_by_the_keyboard_alone(disk: Opened) -> None:
    disk.press("j", "k")
    disk.press("n")
    disk.page.keyboard.type("jaw not round")
    mark = take(disk, "alley", 3).get_by_role("button", name="Mark on the frame")
    mark.focus()
    disk.press("Enter")
    disk.press("ArrowRight", "Shift+ArrowDown", "Enter")
    assert disk.ask("document.activeElement.tagName") == "TEXTAREA"
    disk.press("Control+Enter")
    ((note,),) = [said["notes"] for said in drafts(disk).values()]
    assert note["note"] == "jaw not round"
    assert note["box"] == pytest.approx([0.37, 0.35, 0.3, 0.32])


def test_keys_decide_about_the_take_on_side_b(disk: Opened) -> None:
    disk.press("j", "k")
    disk.press("r")
    expect(take(disk, "alley", 3).locator(".decided").first).to_have_text("✕ Rejected")
    press(disk, "alley", 1, "Show take 1 on side B")
    disk.press("a")
    expect(take(disk, "alley", 1).locator(".decided").first).to_have_text("✓ Approved")


def test_shots_are_filtered_by_verdict(disk: Opened) -> None:
    press(disk, "bridge", 1, "Approve")
    press(disk, "alley", 3, "Needs work")
    shown = {}
    for name in ("Approved", "Needs work", "Rejected", "Not reviewed", "All verdicts"):
        disk.page.get_by_label("Verdict", exact=True).select_option(name)
        shown[name] = disk.shown()
    assert shown == {
        "Approved": ["bridge"],
        "Needs work": ["alley"],
        "Rejected": [],
        "Not reviewed": [],
        "All verdicts": ["alley", "bridge", "door"],
    }


def test_the_review_is_copied_as_markdown(disk: Opened) -> None:
    disk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(disk, "bridge", 1, "Approve")
    reject_with_a_box(disk)
    disk.page.locator("#export-button").click()
    disk.page.get_by_role("button", name="Copy as Markdown").click()
    disk.page.get_by_text("Copied").wait_for()
    lines = disk.ask("navigator.clipboard.readText()").splitlines()
    assert lines[0] == "**Review:** 1 approved, 1 rejected"
    assert lines[2] == "- `night.alley` take 2: ✕ rejected"
    assert re.fullmatch(r"  - 1\.5 s, box [0-9.,]+: The umbrella is black\.", lines[3])
    assert lines[4] == "- `night.bridge` take 1: ✓ approved"


def test_a_strangers_note_stays_a_text(open_page: Callable[..., Opened], studio: Path) -> None:
    attack = "</script><img src=x onerror='window.owned = 1'>"
    run(studio, "reject", "night.alley", "--at", "1", "--note", attack, "--by", attack)
    run(studio, "review", "--html", "review.html")
    opened = ready(open_page(studio / "review.html"))
    expect(take(opened, "alley", 3).locator(".notes")).to_contain_text(attack, use_inner_text=True)
    assert opened.ask("window.owned") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_everything_has_a_name_and_can_be_read(
    theme: str, size: tuple[int, int], open_page: Callable[..., Opened], page_file: Path
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    opened = open_page(page_file, color_scheme=theme, viewport=viewport)
    opened.page.wait_for_selector(".take")
    press(opened, "alley", 3, "Reject")
    press(opened, "alley", 3, "Note")
    opened.page.wait_for_selector(".composer")
    for expression in (LOW_CONTRAST, NAMELESS, REPEATED_IDS):
        assert opened.page.evaluate(expression) == []
    assert opened.ask("document.documentElement.scrollWidth") == size[0]
    opened.ask("closeComposer()")
    opened.ask("openBench(shots[0])")
    assert opened.page.evaluate(NAMELESS) == []
    assert opened.page.evaluate(LOW_CONTRAST) == []


def test_a_served_page_writes_at_once_and_two_pages_lose_nothing(
    open_served: Callable[[], Opened], studio: Path
) -> None:
    one, other = open_served(), open_served()
    press(one, "bridge", 1, "Approve")
    reject_with_a_box(other)
    press(one, "alley", 2, "Note")
    take(one, "alley", 2).get_by_role("textbox").fill("from the first page")
    press(one, "alley", 2, "Add note")
    first, second, _ = [item["taskUUID"] for item in takes(studio, "night.alley")]
    bridge = takes(studio, "night.bridge")[0]["taskUUID"]
    for opened in (one, other):
        opened.page.bring_to_front()
        opened.until(f"verdictOf('{bridge}')?.verdict === 'approved' && verdictOf('{second}')?.verdict === 'rejected'")
        opened.until(f"saidOf('{second}').notes.length === 1")
        assert progress(opened) == "1 of 2 reviewed"
    document = written(studio)
    assert [item["verdict"] for item in document["verdicts"][bridge]] == ["approved"]
    (remark,) = document["verdicts"][second]
    assert (remark["verdict"], remark["note"], remark["at"], remark["by"]) == (
        "rejected",
        "The umbrella is black.",
        1.5,
        "Ann",
    )
    assert remark["box"] == pytest.approx([0.2, 0.3, 0.3, 0.3], abs=0.01)
    assert [item["note"] for item in document["notes"][second]] == ["from the first page"]
    assert first not in document["verdicts"]
    assert "held" not in run(studio, "plan")
    run(studio, "apply", "--auto-approve")
    assert [item["status"] for item in takes(studio, "night.door")] == ["succeeded"]


def test_a_served_page_shows_what_commands_write_and_picks(open_served: Callable[[], Opened], studio: Path) -> None:
    opened = open_served()
    run(studio, "reject", "night.bridge", "--note", "from a shell", "--by", "Bo")
    opened.until("document.getElementById('reviewed').textContent === '1 of 2 reviewed'")
    expect(take(opened, "bridge", 1).locator(".notes")).to_contain_text("from a shell", use_inner_text=True)
    press(opened, "alley", 2, "Use take 2")
    opened.until("[...document.querySelectorAll('.take')][1].textContent.includes('in use')")
    assert [item["current"] for item in takes(studio, "night.alley")] == [False, True, False]
    expect(take(opened, "alley", 2).get_by_role("button", name="Use take 2")).to_have_count(0)
    opened.until("find(document.getElementById('shot-1'), '.side.after figcaption').textContent.includes('take 2')")
    opened.page.get_by_role("button", name="Play all").click()
    assert opened.ask("cut.items[0].clip.put") == "B: take 2"


def test_a_page_without_its_server_says_that_nothing_was_recorded(tabs: Tabs, studio: Path) -> None:
    page = tabs.open()
    with serving_review(open_project(studio)) as address:
        page.goto(address)
        opened = ready(Opened(page))
    press(opened, "bridge", 1, "Approve")
    opened.until("document.getElementById('told').textContent.includes('nothing was recorded')")
    assert progress(opened) == "0 of 2 reviewed"
