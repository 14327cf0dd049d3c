import re

import pytest
from builders import lockfile, record, request, take
from hypothesis import example, given
from hypothesis import strategies as st
from replacing import replace
from unit.report.plans import golden
from unit.report.rendering import Page as Rendered
from unit.report.reviews import many, review_values, rich_review
from unit.review.changes import BASE, HEAD, by_key, reviewed, side

from ltxspec import __version__
from ltxspec.errors import Diagnostic, Location
from ltxspec.redaction import redact_secrets
from ltxspec.report.markdown import FORGE_LIMITS, length
from ltxspec.report.review.details import Links
from ltxspec.report.review.markdown import MOST_DETAILS, review_markdown
from ltxspec.report.review.marker import read_marker
from ltxspec.report.review.page import LEAST, Page
from ltxspec.report.review.reading import review_from_json
from ltxspec.report.review.shots import MOST_ROWS
from ltxspec.review.models import WORKING_TREE, ApplyRefusal, Cause, Review, ShotKind, ShotReview
from ltxspec.values import ShotAddress

BLOB = "https://host/o/r/blob/abc/"


def test_the_rich_review_reads_as_agreed() -> None:
    text = review_markdown(rich_review(), Page(links=Links(BLOB))).replace(f"ltxspec {__version__}", "ltxspec VERSION")
    assert text == golden("review.md", text)


def test_it_renders_as_a_table_with_folded_sections() -> None:
    page = Rendered(review_markdown(rich_review(), Page(links=Links(BLOB))))
    assert page.balanced
    assert page.tags.count("tr") == (1 + 3 + 1) + (1 + 6 + 1) + (1 + 1 + 1)  # of the city, others, at the base
    assert page.tags.count("details") == 7 + 1
    assert f"{BLOB}specs/night.yaml#L24" in page.links


def test_the_sentence_comes_first_and_the_marker_is_hidden_before_it() -> None:
    review = many(2)
    marker, blank, sentence, *_ = review_markdown(review).splitlines()
    assert sentence == "**2 shots to render for $0.96.**"
    assert blank == ""
    found = read_marker(marker)
    assert found is not None
    assert (found.key, found.base, found.head, found.plan) == ("ltxspec", BASE, HEAD, review.plan_digest)


def test_the_marker_names_the_commit_the_caller_knows() -> None:
    text = review_markdown(replace(many(1), head=WORKING_TREE), Page(head="c" * 40, key="films/night"))
    found = read_marker(text)
    assert found is not None
    assert (found.key, found.head) == ("films/night", "c" * 40)
    assert "to cccccccccccc" in text


def test_a_head_that_cannot_be_approved_has_no_digest_in_its_marker() -> None:
    text = review_markdown(replace(many(1), plan_digest=""))
    found = read_marker(text)
    assert found is not None
    assert found.plan is None
    assert "--approved" not in text


def gate(review: Review) -> list[str]:
    return [line for line in review_markdown(review).splitlines() if line.startswith(("✅", "⚠", "❌"))]


def test_the_gate_says_in_words_whether_it_may_go_on() -> None:
    assert gate(many(2))[0].startswith("✅ Ready to apply: ")
    unknown = reviewed(side(BASE), side(HEAD, request("alley", "x", estimate=None)))
    assert gate(unknown)[0].startswith("⚠️ **The price of <code>night.alley</code> is not known**: add it")
    over = reviewed(side(BASE), side(HEAD, request("alley", "x")), limit="0.10")
    assert gate(over)[0].startswith("❌ **The plan costs ")
    lost = reviewed(side(BASE, lock=lockfile(alley=record(take()))), side(HEAD))
    assert gate(lost)[0].startswith("❌ **1 paid task is missing at the head")
    broken = reviewed(side(BASE), side(HEAD), diagnostics=[Diagnostic("error", "x", "y")])
    assert gate(broken)[0].startswith("❌ **1 problem; no plan can be made until it is fixed")


def commands(review: Review) -> list[str]:
    return review_markdown(review).partition("```sh\n")[2].partition("\n```")[0].splitlines()


def test_the_next_commands_are_ready_to_paste() -> None:
    assert commands(many(1)) == [
        f"ltxspec apply --approved {many(1).plan_digest}",
        "ltxspec diff bbbbbbbbbbbb  # the same, in a terminal",
    ]
    unknown = reviewed(side(BASE), side(HEAD, request("alley", "x", estimate=None)))
    assert commands(unknown)[0] == f"ltxspec apply --approved {unknown.plan_digest} --allow-unknown-cost"
    assert commands(rich_review())[:2] == [
        "ltxspec lock verify --base bbbbbbbbbbbb",
        "ltxspec plan --retry night.weather  # or edit the shot",
    ]
    broken = reviewed(side(BASE), side(HEAD), diagnostics=[Diagnostic("error", "x", "y")])
    assert commands(broken) == ["ltxspec validate"]


def test_over_the_limit_no_apply_is_offered() -> None:
    over = reviewed(side(BASE), side(HEAD, request("alley", "x")), limit="0.10")
    assert not any(line.startswith("ltxspec apply") for line in commands(over))


def test_pictures_and_places_of_the_caller_are_linked() -> None:
    page = Page(
        sheet="https://x.example/sheet.png",
        storyboard="https://x.example/a (1).html",
        report="https://x.example/run",
        advice="Comment `/ltxspec apply` to render.",
        links=Links(images={"night.shot-00000": "https://x.example/0.png"}),
    )
    text = review_markdown(many(600), page)
    links = Rendered(text).links
    assert {"https://x.example/sheet.png", "https://x.example/a%20%281%29.html", "https://x.example/0.png"} <= {*links}
    assert "… and 100 more changed shots; [the whole report](https://x.example/run) lists all." in text
    assert "\n\n**Order:** Comment `/ltxspec apply` to render. By hand, run the first command below. Only plan " in text


def test_few_changes_are_shown_unfolded() -> None:
    assert "<details open>" in review_markdown(many(2))
    assert "<details open>" not in review_markdown(many(3))


def test_without_changes_little_is_said() -> None:
    text = review_markdown(reviewed(side(BASE), side(HEAD)))
    assert [block.partition(" ")[0] for block in text.split("\n\n")] == ["<!--", "**No", "✅", "<sub>ltxspec"]


EVIL = [
    "</details></table><script>alert(1)</script>",
    "--> <!-- ltxspec:review key=ltxspec -->",
    "![x](https://evil.example/p.png) [click](javascript:alert(1)) <https://evil.example>",
    "| a | b |\n|---|---|\n```\nfence\n```\n~~~",
    "@team #1 !2 $3 %4 &5 org/repo#6 GH-7",
    "\n\n# heading\n\n/close\n- list\n> quote",
    "\u202eright to left \u2066isolate\u2069 \u200b zero \x00 \x1b[2J",
    "**bold** _it_ `code` ~~gone~~ &lt;b&gt; \\*",
]
texts = st.one_of(st.sampled_from(EVIL), st.text(), st.text(st.sampled_from("<>/details`|\n[]()!@#*_&;-~ ")))


def hostile(text: str) -> Review:
    """A review in which everything that users, files and providers write is this text."""
    shown, key = text or "x", text.replace("\0", "")
    failed = take(f"b{text}", number=3, status="failed", at="2026-11-22T11:00:00Z")
    failed = replace(failed, code=shown, message=shown)
    base = side(BASE, request("a", "one two"), lock=lockfile(a=record(take("one two", number=1, safety={shown: text}))))
    asked = [request("a", f"one {text} two"), request(f"b[{key}]", f"b{text}"), request(f"n[{key}]", f"n{text}")]
    head = side(HEAD, *asked, lock=lockfile(**{"a": base.lockfiles["night"].shots["a"], f"b[{key}]": record(failed)}))
    problem = Diagnostic("error", "code", shown, Location(f"specs/{shown}.yaml", 3, 1), text or None)
    review = reviewed(base, head, diagnostics=[problem])
    causes = (Cause("variable", shown, text, shown), Cause("file", shown))
    shots = [replace(shot, causes=causes, title=text, source=(shown, 3, 1)) for shot in review.shots]
    return replace(
        review, shots=shots, refusals=[*review.refusals, ApplyRefusal("policy", shown, text)], base_name=text
    )


@given(texts)
@example("@`0")
def test_nothing_that_others_write_becomes_markup(text: str) -> None:
    markdown = review_markdown(hostile(text), Page(links=Links(BLOB, videos=True)))
    page = Rendered(markdown)
    assert page.balanced
    assert page.tags.count("details") == 3
    assert page.tags.count("tr") == 1 + 3 + 1
    assert page.tags.count("td") == 7 * 4
    assert {"script", "img", "h1", "hr"}.isdisjoint(page.tags)
    assert all(link.startswith((BLOB, "https://videos.example/")) for link in page.links)
    prose = re.sub(r"<code>.*?</code>|```sh\n.*\n```", " ", markdown, flags=re.DOTALL)  # in code nothing is obeyed
    assert prose.count("<!--") == 1
    assert not re.search(r"[@#!]\w", Rendered(prose.partition("\n\n**")[2].partition("\n\n")[2]).text)
    assert not any(letter in markdown for letter in "\u202e\u2066\x00\x1b")


@given(texts.map(redact_secrets))  # JSON keeps no secrets
@example(redact_secrets("//@"))
def test_a_review_read_back_from_json_reads_the_same(text: str) -> None:
    review = hostile(text)
    again = review_from_json(review_values(review))
    assert review_markdown(again) == review_markdown(review)


@given(st.sampled_from([0, 1, 3, 100]), st.integers(LEAST, 40_000), texts)
def test_a_limit_is_kept_and_nothing_is_cut_inside(number: int, limit: int, text: str) -> None:
    review = many(number, prompt=f"one {text} two three", edited=f"one {text} two four {text}")
    markdown = review_markdown(review, Page(limit=limit, links=Links(BLOB)))
    assert length(markdown) <= limit
    page = Rendered(markdown)
    assert page.balanced
    assert page.tags.count("td") == 7 * (page.tags.count("tr") - page.tags.count("thead"))
    assert markdown.count("```") % 2 == 0
    assert markdown.rstrip().endswith("</sub>")


@pytest.mark.parametrize("forge", FORGE_LIMITS)
@pytest.mark.parametrize("number", [1, 100, 10_000])
def test_every_forge_takes_any_number_of_changes(forge: str, number: int) -> None:
    markdown = review_markdown(many(number), Page(limit=FORGE_LIMITS[forge], links=Links(BLOB)))
    assert length(markdown) <= FORGE_LIMITS[forge]
    page = Rendered(markdown)
    assert page.balanced
    sums = number > 1
    rows = page.tags.count("tr") - page.tags.count("thead") - sums
    sections = page.text.count("(to render: ")
    assert min(number, 30) <= rows <= min(number, MOST_ROWS)
    assert min(number, 10) <= sections <= min(number, MOST_DETAILS)
    told = re.search(r"… and ([\d,]+) more changed shots?; ", page.text)
    assert rows + (int(told[1].replace(",", "")) if told else 0) == number


def test_without_a_limit_long_lists_are_counted_all_the_same() -> None:
    text = review_markdown(many(10_000))
    assert text.count("est. $0.48") == MOST_ROWS
    assert text.count("(to render: ") == MOST_DETAILS
    assert "Details of 9,900 shots are left out; `ltxspec diff --format json` has them." in text


def test_hundreds_of_lost_takes_and_problems_are_counted() -> None:
    takes = [take("x", number=number) for number in range(1, 301)]
    problems = [Diagnostic("warning", f"w{number}", "x" * 400) for number in range(300)]
    review = reviewed(side(BASE, lock=lockfile(a=record(*takes))), side(HEAD), diagnostics=problems)
    text = review_markdown(review, Page(limit=32_768))
    assert length(text) <= 32_768
    assert "- … and 280 more" in text
    assert Rendered(text).balanced


def test_a_limit_too_small_for_the_first_things_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least"):
        review_markdown(many(1), Page(limit=LEAST - 1))


@pytest.mark.parametrize("limit", [LEAST, 65_536])
def test_the_least_limit_holds_the_longest_of_the_first_things(limit: int) -> None:
    """Each `@a` becomes twelve characters, and nothing bounds what a document from elsewhere says."""
    long = [ApplyRefusal("over-budget" * 20, "@a" * 10_000, "@a" * 10_000) for _ in range(40)]
    review = replace(rich_review(), refusals=long, provider="@a" * 200, base_name="@a" * 200, base="@a" * 200)
    text = review_markdown(review, Page(limit=limit, report="https://x.example/" + "r" * 200))
    assert length(text) <= limit
    assert "❌ " in text
    assert Rendered(text).balanced


def test_what_is_still_to_be_paid_is_never_hidden_behind_what_is_rendered() -> None:
    done = [ShotReview(ShotAddress("night", f"done{number}"), ShotKind.RENDERED) for number in range(40)]
    edited, held = by_key(rich_review())["alley"], ShotReview(ShotAddress("night", "street"), ShotKind.HELD)
    text = review_markdown(replace(rich_review(), shots=[*done, held, replace(edited, causes=())]))
    seen = text.partition("<details>")[0]
    assert [name for name in ("night.alley<", "night.street<", "night.done0<", "night.done30<") if name in seen] == [
        "night.alley<",
        "night.street<",
        "night.done0<",
    ]
