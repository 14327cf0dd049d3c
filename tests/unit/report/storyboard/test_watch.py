from html.parser import HTMLParser

from builders import change, request

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.edits import Broken, Planned, edit_between
from ltxspec.report.storyboard.watch import Preview, watch_page
from ltxspec.values import ShotAddress

HOSTILE = '<script>alert(1)</script>"\x1b[2J'
ALLEY, DOOR = ShotAddress("night", "alley"), ShotAddress("night", "door")


def edited(prompt: str = "Rain") -> Planned:
    after = Plan(
        "runware", [change(Action.CREATE, request("alley", prompt)), change(Action.CREATE, request("door", prompt))]
    )
    return Planned(["specs/night.yaml"], after, edit_between(Plan("runware", []), after))


class Parsed(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def test_shots_of_the_edit_have_their_video_or_why_there_is_none() -> None:
    seen = edited()
    page = Parsed(watch_page(seen, seen, {ALLEY: Preview("media/a.mp4"), DOOR: Preview(None, "being drawn …")}, "7"))
    assert [video["src"] for video in page.all("video")] == ["media/a.mp4"]
    assert page.all("html")[0]["data-version"] == "7"
    for text in ("night.alley", "$0.48", "Rain", "being drawn …", "This edit: 2 shots, +$0.96.", "specs/night.yaml"):
        assert text in page.text


def test_before_the_first_edit_it_says_what_to_do() -> None:
    assert "Save a spec" in Parsed(watch_page(None, None, {}, "0")).text
    first = Planned([], Plan("runware", [change()]))
    page = Parsed(watch_page(first, None, {}, "1"))
    assert "Plan: 1 to render (1 create). Estimated $0.48." in page.text
    assert page.all("video") == []


def test_errors_take_the_place_of_the_shots() -> None:
    problem = Diagnostic("error", "yaml", f"half {HOSTILE}", Location("specs/night.yaml", 3, 1, HOSTILE))
    broken = Broken(["specs/night.yaml"], Invalid([problem] * 7))
    page = Parsed(watch_page(broken, edited(), {ALLEY: Preview("media/a.mp4")}, "2"))
    assert page.all("video") == []
    assert "… and 2 more" in page.text
    assert len(page.all("script")) == 1


def test_nothing_in_a_prompt_becomes_part_of_the_page() -> None:
    seen = edited(HOSTILE)
    text = watch_page(seen, seen, {ALLEY: Preview(None, HOSTILE), DOOR: Preview("media/b.mp4")}, "3")
    page = Parsed(text)
    assert len(page.all("script")) == 1
    assert "\x1b" not in text
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
