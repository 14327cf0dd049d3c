import pytest
from builders import output, take
from replacing import replace
from unit.report.rendering import Page as Rendered
from unit.report.reviews import rich_review
from unit.review.changes import by_key

from ltxspec.plan.actions import FieldChange
from ltxspec.report.review.details import Links, address, details_of, has_details, picture

SHOTS = by_key(rich_review())


def test_a_shot_s_section_holds_its_difference_and_its_causes() -> None:
    page = Rendered(details_of(SHOTS["pier[a]"], Links()))
    assert page.balanced
    assert page.tags[:3] == ["details", "summary", "code"]
    assert "A pier of Neo-Kyoto in warm Lisbon in cold light" in page.text
    assert "Because of variable city (Neo-Kyoto → Lisbon); data/shots.csv: light (warm → cold)" in page.text


def test_a_new_shot_shows_its_prompt() -> None:
    new = replace(SHOTS["alley"], changes=(), prompt_before=None, causes=())
    assert "<blockquote>Rain over Lisbon" in details_of(new, Links())


def test_a_title_stands_beside_the_address() -> None:
    assert "</code> Procession at night (rendered: prompt and fps changed)" in details_of(SHOTS["procession"], Links())


def test_few_sections_may_stand_open() -> None:
    assert details_of(SHOTS["alley"], Links(), is_open=True).startswith("<details open><summary>")


def test_sections_have_no_line_that_ends_them_early() -> None:
    for shot in SHOTS.values():
        assert "\n\n" not in details_of(shot, Links(videos=True))


def test_very_long_prompts_are_told_by_their_length() -> None:
    change = FieldChange("/positivePrompt", "old " * 3000, "new " * 4000)
    text = details_of(replace(SHOTS["alley"], changes=(change,)), Links())
    assert "12,000 → 16,000 characters" in text


def test_many_fields_are_counted() -> None:
    changes = tuple(FieldChange(f"/field{number}", number, number + 1) for number in range(50))
    text = details_of(replace(SHOTS["alley"], changes=changes), Links())
    assert text.count("<del>") == 20
    assert "… and 30 more fields" in text


def test_what_has_nothing_to_fold_away_is_not_folded() -> None:
    assert [key for key, shot in SHOTS.items() if not has_details(shot)] == ["monastery", "harbour", "old-pier"]


def test_another_take_of_the_same_request_has_nothing_to_unfold() -> None:
    taken = replace(SHOTS["alley"], changes=(), causes=(), bought=(take(), take(number=2)))
    assert "\n".join(details_of(taken, Links()).splitlines()[1:-1]) == ""
    assert not has_details(taken)


def test_pictures_are_those_the_caller_gives() -> None:
    links = Links(images={"night.alley": "https://x.example/a b.png?s=1&t=2#f"})
    page = Rendered(details_of(SHOTS["alley"], links))
    assert page.links == ["https://x.example/a%20b.png?s=1&t=2#f"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"])
def test_a_picture_of_another_kind_is_left_out(url: str) -> None:
    assert picture(url, "x") == ""


@pytest.mark.parametrize("url", ["https://u:pw@evil\uff0f.example/x.png", "https://[::1"])
def test_what_is_no_address_is_no_picture(url: str) -> None:
    assert picture(url, "x") == ""


def test_no_address_breaks_out_of_a_picture() -> None:
    image = picture('https://x.example/"><script>', 'an "odd" <name>')
    page = Rendered(f"<p>{image}</p>")
    assert page.tags == ["p", "img"]
    assert page.balanced


def test_videos_are_linked_only_where_the_caller_says_so() -> None:
    shot = SHOTS["procession"]
    assert Rendered(details_of(shot, Links())).links == []
    assert Rendered(details_of(shot, Links(videos=True))).links == [
        "https://videos.example/1.mp4",
        "https://videos.example/21.mp4",
    ]


@pytest.mark.parametrize("url", ["http://x.example/a.mp4", "javascript:alert(1)", "https://x/\u202ea", None])
def test_only_clean_https_addresses_of_videos_are_linked(url: str | None) -> None:
    shot = SHOTS["procession"]
    assert shot.after is not None
    after = replace(shot.after, outputs=(replace(output(1), video_url=url),))
    page = Rendered(details_of(replace(shot, before=None, after=after), Links(videos=True)))
    assert page.links == []


def test_long_addresses_are_cut() -> None:
    shot = SHOTS["alley"]
    assert len(address(replace(shot, address=shot.address._replace(instance="x" * 500)))) == 100
