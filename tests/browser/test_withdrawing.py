"""A note is changed or withdrawn, on a page from disk and on a served one, and does not come back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import LOW_CONTRAST, NAMELESS, Opened, Tabs
from jsonschema import Draft202012Validator
from playwright.sync_api import expect
from reviewing import FILE, git, run, takes, written

from ltxspec.lock.review_export import export_schema
from ltxspec.project.project import open_project
from ltxspec.project.storyboard.serve import serving_review

pytestmark = pytest.mark.browser


@pytest.fixture
def disk(open_page: Callable[..., Opened], studio: Path) -> Opened:
    return ready(open_page(studio / "review.html"))


def ready(opened: Opened) -> Opened:
    opened.until("document.querySelectorAll('.take').length === 4")
    opened.settle()
    return opened


def take(opened: Opened, name: str = "bridge", number: int = 1) -> Any:
    return opened.page.locator(f'.shot[data-address="night.{name}"]').locator(".take").nth(number - 1)


def note(opened: Opened, words: str) -> None:
    one = take(opened)
    one.get_by_role("button", name="Note", exact=True).click()
    one.get_by_role("textbox").fill(words)
    one.get_by_role("button", name="Add note").click()
    one.locator(".words-of-note", has_text=words).wait_for()


def change(opened: Opened, old: str, new: str) -> None:
    one = take(opened)
    one.get_by_role("button", name=f"Edit the note: {old}").click()
    expect(one.get_by_role("textbox")).to_have_value(old)
    one.get_by_role("textbox").fill(new)
    one.get_by_role("button", name="Save").click()
    one.locator(".words-of-note", has_text=new).wait_for()


def words(opened: Opened) -> list[str]:
    return list(take(opened).locator(".words-of-note").all_inner_texts())


def export(opened: Opened, studio: Path, name: str) -> dict[str, Any]:
    opened.page.locator("#export-button").click()
    opened.page.get_by_label("Your name").fill("Bo")
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save the file").click()
    download.value.save_as(studio / name)
    opened.press("Escape")
    document: dict[str, Any] = json.loads((studio / name).read_text("utf-8"))
    Draft202012Validator(export_schema()).validate(document)
    return document


def recorded(studio: Path) -> list[str]:
    task = takes(studio, "night.bridge")[0]["taskUUID"]
    return [item["note"] for item in written(studio).get("notes", {}).get(task, ())]


def again(opened: Opened, studio: Path) -> None:
    """The page is made anew, and what is recorded is forgotten by the browser."""
    run(studio, "review", "--html", "review.html")
    opened.page.reload()
    ready(opened)
    opened.page.locator("#export-button").click()
    opened.page.get_by_role("button", name="Remove what is recorded from this browser").click()
    opened.press("Escape")


def test_what_is_recorded_is_changed_and_withdrawn_from_a_page_on_disk(disk: Opened, studio: Path) -> None:
    note(disk, "the lamp is off")
    note(disk, "nobody walks")
    export(disk, studio, "a.json")
    run(studio, "review", "import", "a.json")
    assert sorted(recorded(studio)) == ["nobody walks", "the lamp is off"]
    again(disk, studio)
    assert disk.ask("localStorage.getItem('ltxspec-review:sandbox')") == "{}"
    take(disk).get_by_role("button", name="Withdraw the note: nobody walks").click()
    change(disk, "the lamp is off", "the lamp flickers")
    assert words(disk) == ["the lamp flickers"]
    document = export(disk, studio, "b.json")
    assert [len(item["withdrawn"]) for item in document["takes"]] == [2]
    run(studio, "review", "import", "b.json")
    assert recorded(studio) == ["the lamp flickers"]
    kept = (studio / FILE).read_bytes()
    assert b"nobody" not in kept
    for older in ("a.json", "b.json"):
        run(studio, "review", "import", older)
        assert (studio / FILE).read_bytes() == kept
    again(disk, studio)
    assert words(disk) == ["the lamp flickers"]
    assert disk.ask("localStorage.getItem('ltxspec-review:sandbox')") == "{}"


def test_what_was_taken_back_after_it_was_saved_does_not_come_with_the_older_file(disk: Opened, studio: Path) -> None:
    note(disk, "before any file")
    take(disk).get_by_role("button", name="Take this back").click()
    note(disk, "by mistake")
    export(disk, studio, "a.json")
    take(disk).get_by_role("button", name="Take this back").click()
    note(disk, "as meant")
    document = export(disk, studio, "b.json")
    assert [len(item["withdrawn"]) for item in document["takes"]] == [1], "what never left the page needs no record"
    for name in ("b.json", "a.json"):
        run(studio, "review", "import", name)
    assert recorded(studio) == ["as meant"]


def test_words_that_are_being_written_are_not_lost_to_another_note(disk: Opened) -> None:
    note(disk, "the lamp is off")
    one = take(disk)
    one.get_by_role("button", name="Note", exact=True).click()
    one.get_by_role("textbox").fill("half a thou")
    one.get_by_role("button", name="Edit the note").click()
    expect(one.get_by_role("textbox")).to_have_value("half a thou")
    expect(disk.page.locator("#told")).to_contain_text("Finish or discard", use_inner_text=True)


@pytest.fixture
def open_served(tabs: Tabs, studio: Path) -> Iterator[Callable[[], Opened]]:
    with serving_review(open_project(studio)) as address:

        def open_one() -> Opened:
            page = tabs.open()
            page.goto(address)
            return ready(Opened(page))

        yield open_one
        tabs.close()


def test_a_served_page_changes_and_withdraws_at_once_and_other_pages_follow(
    open_served: Callable[[], Opened], studio: Path
) -> None:
    one, other = open_served(), open_served()
    note(one, "the lamp is off")
    note(one, "nobody walks")
    change(one, "nobody walks", "somebody walks")
    assert recorded(studio) == ["the lamp is off", "somebody walks"]
    other.page.bring_to_front()
    take(other).locator(".words-of-note", has_text="somebody walks").wait_for()
    take(other).get_by_role("button", name="Withdraw the note: the lamp is off").click()
    other.until("document.querySelectorAll('.words-of-note').length === 1")
    assert recorded(studio) == ["somebody walks"]
    one.page.bring_to_front()
    one.until("document.querySelectorAll('.words-of-note').length === 1")
    task = takes(studio, "night.bridge")[0]["taskUUID"]
    assert [item["by"] for item in written(studio)["withdrawn"][task]] == ["Ann", "Ann"]


def test_a_note_of_somebody_else_is_withdrawn_after_a_question_and_never_edited(
    open_served: Callable[[], Opened], studio: Path
) -> None:
    opened = open_served()
    note(opened, "by Ann herself")
    run(studio, "reject", "night.alley", "--note", "too dark", "--by", "Zoe")  # a verdict, no note
    git(studio, "config", "user.name", "Zoe")
    other = open_served()
    one = take(other)
    one.locator(".words-of-note", has_text="by Ann herself").wait_for()
    expect(one.get_by_role("button", name="Edit the note")).to_have_count(0)
    one.get_by_role("button", name="Withdraw the note: by Ann herself").click()
    dialog = other.page.get_by_role("dialog", name="Withdraw somebody else's note?")
    expect(dialog).to_contain_text("Ann", use_inner_text=True)
    other.press("Enter")  # what has the focus keeps it
    dialog.wait_for(state="hidden")
    assert recorded(studio) == ["by Ann herself"]
    one.get_by_role("button", name="Withdraw the note: by Ann herself").click()
    dialog.get_by_role("button", name="Withdraw it").click()
    other.until("document.querySelectorAll('.words-of-note').length === 1")
    assert recorded(studio) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_changes_notes_has_a_name_and_can_be_read(
    theme: str, open_page: Callable[..., Opened], studio: Path
) -> None:
    opened = ready(open_page(studio / "review.html", color_scheme=theme))
    note(opened, "the lamp is off")
    take(opened).get_by_role("button", name="Edit the note").click()
    assert opened.page.evaluate(LOW_CONTRAST) == []
    assert opened.page.evaluate(NAMELESS) == []
