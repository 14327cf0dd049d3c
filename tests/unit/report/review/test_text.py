import pytest
from builders import lockfile, output, record, request, take
from msgspec import structs
from replacing import replace
from unit.report.plans import golden
from unit.report.reviews import many, rich_review
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.report.review.text import MOST_DIFFS, MOST_ROWS, review_text
from ltxspec.report.terminal import Links, Style, width_of
from ltxspec.review.models import RuleChange, ShotKind


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_rich_review_reads_as_agreed(width: int) -> None:
    text = review_text(rich_review(), Style(width=width))
    assert text == golden(f"review-{width}.txt", text)


@pytest.mark.parametrize("width", [40, 80, 100])
def test_lines_fit_but_for_the_one_that_is_grepped(width: int) -> None:
    *lines, headline = review_text(rich_review(), Style(width=width)).splitlines()
    assert [line for line in lines if width_of(line) > width] == []
    assert headline.startswith("1 shot rendered for")


def test_colour_adds_nothing_but_colour() -> None:
    import re

    plain = review_text(many(3), Style(width=100)).replace("[-", "").replace("-]", "").replace("{+", "")
    colored = re.sub(r"\x1b\[[0-9;]*m", "", review_text(many(3), Style(color=True, width=100)))
    assert " ".join(colored.split()) == " ".join(plain.replace("+}", "").split())


def test_without_changes_one_sentence_says_so() -> None:
    same = lockfile(alley=record(take("rain", number=1)))
    text = review_text(reviewed(side(BASE, request("alley", "rain"), lock=same), side(HEAD, lock=same)), Style())
    assert "retired" in text
    quiet = reviewed(side(BASE), side(HEAD))
    assert review_text(quiet, Style()) == (
        "From bbbbbbbbbbbb (main) to aaaaaaaaaaaa, runware\n\nAll takes so far: $0.00.\nNothing left to pay for.\n\n"
        "No changes: 0 shots as before.\n"
    )


def test_ten_thousand_shots_are_listed_in_part_and_counted() -> None:
    text = review_text(many(10_000), Style())
    assert text.count("est. $0.48") == MOST_ROWS
    assert text.count("{+crimson-robed+}") == MOST_DIFFS
    assert f"… and {10_000 - MOST_ROWS:,} more of night (9,500 to render); `--format json` lists all" in text
    assert "variable city changed 10,000 shots: Neo-Kyoto → Lisbon" in text
    assert text.endswith("\n10,000 shots to render for $4,800.00.\n")


def test_specs_beyond_the_room_are_counted_too() -> None:
    first, rest = many(MOST_ROWS + 3), many(2)
    others = [replace(shot, address=shot.address._replace(spec="day")) for shot in rest.shots]
    text = review_text(replace(first, shots=[*first.shots, *others]), Style())
    assert "… and 3 more of night (3 to render)" in text
    assert "… and 2 more of day (2 to render)" in text


def test_text_of_users_cannot_write_to_the_terminal() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07 \u202e reversed \r\n rest"
    review = reviewed(side(BASE, request("alley", "rain")), side(HEAD, request("alley", evil), request("new", evil)))
    text = review_text(review, Style())
    assert not any(ord(letter) < 32 and letter != "\n" for letter in text)
    assert "\u202e" not in text


def test_a_prompt_that_was_only_reflowed_says_so() -> None:
    review = reviewed(side(BASE, request("alley", "rain over it")), side(HEAD, request("alley", "rain\nover it")))
    assert "only white space changed" in review_text(review, Style())


def test_many_lost_takes_are_counted() -> None:
    takes = [take("rain", number=number) for number in range(1, 61)]
    text = review_text(reviewed(side(BASE, lock=lockfile(alley=record(*takes))), side(HEAD)), Style())
    assert text.count("lost: night.alley") == 50
    assert "… and 10 more lost tasks" in text


def test_a_failure_is_told_once() -> None:
    text = review_text(rich_review(), Style())
    assert text.count("contentFlagged") == 1
    failed = replace(
        rich_review(), shots=[replace(s, change=None) for s in rich_review().shots if s.kind is ShotKind.BLOCKED]
    )
    assert "a task failed: contentFlagged" in review_text(failed, Style())


def test_many_changed_rules_are_listed_in_part_and_counted_and_no_shot_changed() -> None:
    rules = [RuleChange(f"policy {number}", None, "warning") for number in range(250)]
    text = review_text(replace(reviewed(side(BASE), side(HEAD)), rules=rules), Style())
    assert text.count("unset → warning") == 100
    assert "  … and 150 more; `--format json` lists all" in text
    assert text.splitlines()[-1] == "No shot changed: 0 shots as before; 250 rules or prices changed."


def test_a_video_that_is_not_as_expected_says_so() -> None:
    made = structs.replace(take("rain"), outputs=(structs.replace(output(), unmet=("fps", "audio")),))
    head = side(HEAD, request("alley", "rain"), lock=lockfile(alley=record(made)))
    text = review_text(reviewed(side(BASE), head), Style(width=100))
    assert "not as expected: fps, audio" in text


def test_links_add_nothing_but_links_and_lead_to_the_lines_of_the_head() -> None:
    import re

    plain = Style(width=100)
    linked = review_text(rich_review(), replace(plain, links=Links("https://forge.test/o/films/blob/abc/", "mark")))
    assert re.sub(r"\x1b\]8;id=mark;[^\x1b]*\x1b\\", "", linked) == review_text(rich_review(), plain)
    found = re.findall(r"\x1b\]8;id=mark;(https:[^\x1b]*)\x1b", linked)
    assert {address.partition("#")[0] for address in found} == {
        f"https://forge.test/o/films/blob/abc/{shot.source[0]}" for shot in rich_review().shots if shot.source
    }
    assert any(re.search(r"#L\d+$", address) for address in found)
