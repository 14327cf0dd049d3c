import re
from collections.abc import Callable
from html.parser import HTMLParser

import builders
import pytest
from replacing import replace
from storyboards import html, pending, review, shot, take

from ltxspec.errors import Diagnostic, Location
from ltxspec.lock.facts import AlteredTake, FactChange
from ltxspec.report.storyboard.models import Clip, ClipPair, Picture
from ltxspec.report.storyboard.page import storyboard
from ltxspec.review.models import ApplyRefusal, LostTake, Review, RuleChange, ShotKind
from ltxspec.values import ShotAddress, Usd

ATTACK = "</script></title><script>alert(1)</script><img src=x onerror=alert(1)>'\" onclick=alert(1)"
OLD, NEW = take(1, "a", builders.output(1)), take(2, "b", builders.output(2))
EMPTY_ELEMENTS = {"meta", "link", "input", "img"}


class Elements(HTMLParser):
    """Every start tag with its attributes, and whether tags nest as they should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def clip(name: str = "ab", *, embed: bool = False) -> Clip:
    stills = [Picture(second, 16, 9, b"jpeg") for second in (0, 1, 2)]
    read = f"bytes of {name}".encode if embed else None
    return Clip(
        name * 32, f"../archive/{name}.mp4", "video/mp4", 16, 9, 2, 25, 50, audio=True, stills=stills, read=read
    )


def compared(*, embed: bool = False) -> str:
    of = review(shot("alley", ShotKind.RENDERED, OLD, NEW, bought=(NEW,)), shot("temple", ShotKind.RENDERED, None, OLD))
    old, new = clip("ab", embed=embed), clip("cd", embed=embed)
    return html(of, [[ClipPair(old, new)], [ClipPair(None, old)]])


def test_the_page_is_well_formed_and_opens_nothing_by_itself() -> None:
    elements = Elements(compared())
    assert elements.open == []
    sources = [attrs["src"] for tag, attrs in elements.found if "src" in attrs]
    assert {str(source).partition(",")[0] for source in sources} == {"data:image/jpeg;base64"}
    assert [attrs for tag, attrs in elements.found if tag == "video" and "src" in attrs] == []


def test_the_first_shots_have_their_stills_before_any_script_runs() -> None:
    of = review(*(shot(f"s{number}", ShotKind.RENDERED, OLD, NEW) for number in range(5)))
    found = Elements(html(of, [[ClipPair(clip(), clip())]] * 5)).found
    videos = [attrs for tag, attrs in found if tag == "video" and "data-side" in attrs]
    assert [str(attrs.get("poster", ""))[:15] for attrs in videos] == ["data:image/jpeg"] * 6  # later ones: by a script


def test_the_head_says_the_money_before_anything_else() -> None:
    text = compared()
    assert "<h1>1 shot rendered for $0.96, 41 unchanged; limit $5.00</h1>" in text
    assert "<dt>Before and after, all takes</dt><dd>$4.80 → $5.76</dd>" in text
    assert "f5bce1ad3a93 (merge base of main) to the working tree" in text


def test_videos_are_linked_and_only_the_script_knows_where_they_are() -> None:
    text = compared()
    data = re.search(r'id="data">(.*?)</script>', text)
    assert data is not None
    assert '"kinds":[{"fps":25,"frames":50,"audio":true,"width":16,"height":9}]' in data[1]
    assert '"clips":[[0,{"href":"../archive/ab.mp4"}],[0,{"href":"../archive/cd.mp4"}]]' in data[1]


def test_embedded_videos_stand_in_the_page_once_each() -> None:
    text = compared(embed=True)
    assert text.count('<script type="text/plain" id="film-') == 2
    assert "Ynl0ZXMgb2YgYWI=" in text  # bytes of ab
    assert '"kinds":[{"type":"video/mp4","fps":25,' in text
    assert '[0,{"film":"film-abababababababab"}]' in text
    assert "archive/ab.mp4" not in text


def test_embedded_videos_are_read_when_the_page_has_come_to_them() -> None:
    read: list[str] = []

    def reader(name: str) -> Callable[[], bytes]:
        def give() -> bytes:
            read.append(name)
            return b"x"

        return give

    films = [replace(clip(name), read=reader(name)) for name in ("ab", "cd")]
    of = review(shot("alley", ShotKind.RENDERED, OLD, NEW))
    pieces = storyboard(of, [[ClipPair(*films)]])
    seen = [tuple(read) for _ in pieces]
    assert seen[len(seen) // 2] == ()
    assert sorted({*seen} - {()}) == [("ab",), ("ab", "cd")]


def hostile() -> Review:
    """A review that is nothing but attacks."""
    away = take(5, ATTACK, replace(builders.output(5), video_url=f"https://x/{ATTACK}"), seed=ATTACK)
    blocked = shot("b", ShotKind.BLOCKED, change=replace(pending("b", ATTACK), note=ATTACK), spec=ATTACK)
    named = shot(ATTACK, ShotKind.RENDERED, away, away, title=ATTACK, labels={ATTACK: ATTACK}, source=(ATTACK, 1, 1))
    return review(
        blocked,
        named,
        base_name=ATTACK,
        provider=ATTACK,
        refusals=[ApplyRefusal("over-budget", ATTACK, ATTACK)],
        diagnostics=[Diagnostic("warning", "x", ATTACK, Location(ATTACK, 1, 1), ATTACK)],
        lost=[LostTake(ShotAddress(ATTACK, ATTACK), OLD)],
    )


def test_no_text_of_a_stranger_makes_an_element_or_an_attribute() -> None:
    attacked, calm = Elements(html(hostile())), Elements(html(hostile()).replace("alert(1)", ""))
    assert [tag for tag, _ in attacked.found if tag == "script"] == ["script", "script"]
    assert [attrs for _, attrs in attacked.found if {"onclick", "onerror"} & attrs.keys()] == []
    assert [tag for tag, _ in attacked.found] == [tag for tag, _ in calm.found]
    assert attacked.open == []


def test_refusals_notes_and_lost_tasks_are_told() -> None:
    of = review(
        refusals=[ApplyRefusal("tasks-lost", "1 paid task is missing", "see `ltxspec lock merge`")],
        diagnostics=[Diagnostic("warning", "base-unrendered", "`a.yaml` does not render")],
        lost=[LostTake(ShotAddress("night", "alley"), OLD)],
        under_way=Usd("0.48"),
        plan_digest="sha256:abc",
    )
    text = html(of)
    assert "1 paid task is missing.</strong> see <code>ltxspec lock merge</code>" in text
    assert "<b>warning</b>: <code>a.yaml</code> does not render" in text
    assert f"<code>night.alley</code>: task {OLD.task_id}, $0.48" in text
    assert "<dt>Under way, committed</dt><dd>$0.48</dd>" in text
    assert "<code>sha256:abc</code>" in text
    assert 'class="clear"' not in text


def test_rules_come_before_the_sentence_and_altered_records_are_told() -> None:
    altered = AlteredTake(ShotAddress("night", "pier"), OLD.task_id, (FactChange("/cost", "0.48", ATTACK),))
    shown = html(replace(review(), rules=(RuleChange("budget.per_apply", "$5.00", ATTACK),), altered=(altered,)))
    assert shown.index("Rules and prices changed") < shown.index("budget.per_apply: $5.00") < shown.index("<h1>")
    assert "night.pier, task" in shown
    assert ATTACK not in shown
    Elements(shown)


def test_a_review_without_shots_says_so() -> None:
    assert "Nothing was rendered, and nothing is to render." in html(review())


@pytest.mark.parametrize("spent", [(Usd(0), 1), (Usd("0.48"), 2)])
def test_an_unknown_sum_is_never_shown_as_nothing(spent: tuple[Usd, int]) -> None:
    text = html(review(spent=spent[0], spent_unknown=spent[1]))
    assert f"{spent[1]} unknown" in text
    assert "<dd>$0.00</dd>" not in text.split("Still to render")[0]


def test_filters_are_offered_where_there_is_a_choice() -> None:
    one = html(review(shot("alley", ShotKind.RENDERED, OLD, NEW)))
    two = html(
        review(
            shot("alley", ShotKind.RENDERED, OLD, NEW), shot("b", ShotKind.RETIRED, OLD, spec="day", labels={"a": "b"})
        )
    )
    assert ('id="spec"' in one, 'id="label"' in one) == (False, False)
    assert ('id="spec"' in two, 'id="label"' in two) == (True, True)


def test_a_thousand_shots_fit_into_five_megabytes() -> None:
    def page(number: int) -> str:
        shots, footage = [], []
        for one in range(number):
            prompts = [
                " ".join(f"word{word}" for word in range(70)) + f" {when}, scene {one}" for when in ("dawn", "dusk")
            ]
            takes = [take(2 * one + side, text, builders.output(2 * one + side)) for side, text in enumerate(prompts)]
            shots.append(shot(f"shot-{one:05}", ShotKind.RENDERED, *takes))
            videos = [
                replace(clip(), sha256=f"{name:064x}", href=f"../archive/ab/{name:064x}.mp4", stills=files(name))
                for name in (2 * one, 2 * one + 1)
            ]
            footage.append([ClipPair(*videos)])
        return html(review(*shots), footage)

    def files(name: int) -> list[Picture]:
        return [Picture(second, 360, 202, b"", f"index-stills/{name:022x}0{second}.jpg") for second in (0, 3, 5)]

    each = (len(page(60).encode()) - len(page(20).encode())) / 40
    assert each < 4_800  # bytes of a shot with two videos, six stills and a prompt of 500 characters
