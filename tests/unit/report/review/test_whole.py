"""What a comment made of a report shows: all that is bought, whatever the report says of what was before."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.repositories import commit
from replacing import replace
from unit.project.reviewed_projects import buy, edit, opened, project
from unit.report.rendering import Page as Rendered
from unit.report.reviews import review_values

from ltxspec.catalog.models import load_catalog
from ltxspec.plan.differences import field_changes
from ltxspec.project.review import make_review
from ltxspec.report.review.checking import Reader, checked
from ltxspec.report.review.markdown import review_markdown
from ltxspec.report.review.page import Page
from ltxspec.report.review.reading import review_from_json
from ltxspec.storage.packaged import read_model_documents

PACKAGED = load_catalog(read_model_documents())
WORDS = " ".join(f"word{number}" for number in range(120))
Document = dict[str, Any]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The report of an edited shot that waits for its render."""
    root = project(tmp_path_factory.mktemp("films"))
    edit(root, "specs/night.yaml", '  alley: {prompt: "Rain over {{ city }}"}', f"  alley: {{prompt: {WORDS}}}")
    commit(root, "edit")
    return review_values(make_review(opened(root), "main", "HEAD"))


def comment(document: Document) -> str:
    """The text of what `comment --report` posts."""
    review = checked(review_from_json(json.loads(json.dumps(document))), Reader(PACKAGED, PACKAGED, "test"), "x")
    assert review.plan_digest
    return Rendered(review_markdown(review, Page(whole=True))).text


def with_before(document: Document, **fields: Any) -> Document:
    """The report with another take at its base, in which everything else follows from that, as its forger would see to.

    `fields` are those of the base's request.
    """
    forged = copy.deepcopy(document)
    (shot,) = forged["shots"]
    take = forged["takes"]["base"][shot["before"]]
    request = shot["change"]["request"]
    take["request"] = {**request, **fields}
    changes = [
        {"path": item.path, "before": item.before, "after": item.after}
        for item in field_changes(take["request"], request)
    ]
    shot["prompt"]["before"] = take["request"]["positivePrompt"]
    shot["changes"] = shot["change"]["changes"] = changes
    return forged


def test_a_prompt_shows_whole_beside_a_claimed_one_that_differs_in_one_word(honest: Document) -> None:
    text = comment(with_before(honest, positivePrompt=WORDS.replace("word60", "other")))
    assert "words …" not in text
    assert all(word in text for word in WORDS.split())


@pytest.mark.parametrize(
    "before",
    [
        WORDS,
        WORDS.replace(" ", "  "),
        "long ago " * 2_000,
        WORDS.replace("word119", "x" * 12_000),
    ],
    ids=["the same", "other spaces", "a long one", "a long word"],
)
def test_no_claimed_prompt_keeps_the_new_one_from_being_shown(honest: Document, before: str) -> None:
    text = comment(with_before(honest, positivePrompt=before, seed=1))
    assert all(word in text for word in WORDS.split())


def test_every_field_of_an_order_is_shown_also_those_that_are_claimed_to_be_as_before(honest: Document) -> None:
    forged = with_before(honest, seed=1)
    text = comment(forged)
    for name in ("duration: 8", "fps: 25", "width: 1920", "height: 1080", "model: lightricks:2"):
        assert name in text


def test_a_shot_that_is_claimed_to_be_no_doing_of_this_change_is_shown_all_the_same(honest: Document) -> None:
    forged = copy.deepcopy(honest)
    forged["shots"][0]["inherited"] = True
    text = comment(forged)
    assert "word0" in text
    assert "word119" in text


def test_what_was_rendered_is_shown_whole(tmp_path: Path) -> None:
    root = project(tmp_path / "films")
    edit(root, "specs/night.yaml", '  alley: {prompt: "Rain over {{ city }}"}', f"  alley: {{prompt: {WORDS}}}")
    buy(root)
    commit(root, "edited and rendered")
    document = review_values(make_review(opened(root), "main", "HEAD"))
    (shot,) = document["shots"]
    take = document["takes"]["base"][shot["before"]]
    take["request"]["positivePrompt"] = shot["prompt"]["before"] = WORDS.replace("word60", "other")
    shot["changes"] = [{"path": "/positivePrompt", "before": shot["prompt"]["before"], "after": WORDS}]
    assert all(word in comment(document) for word in WORDS.split())


def test_what_was_before_is_said_to_be_the_reports_word(honest: Document) -> None:
    assert "The earlier state comes from the report" in comment(honest)


def test_which_rules_changed_is_said_to_be_the_reports_word(honest: Document) -> None:
    review = review_from_json(json.loads(json.dumps(honest)))
    for shots in (review.shots, []):
        for limit in (None, 4_000):
            text = review_markdown(replace(review, shots=shots), Page(limit=limit, whole=True))
            assert "prices and limits changed, and whether the policies hold, is stated by the report" in text
            assert "look at `ltxspec.toml`" in text
    known = review_markdown(review, Page(whole=True, rules_known=True))
    assert "was checked against the two commits" in known
    assert "was not checked" not in review_markdown(review, Page())


def test_a_comment_without_room_for_all_that_is_bought_says_so_in_plain_sight(honest: Document) -> None:
    review = review_from_json(json.loads(json.dumps(honest)))
    small = review_markdown(review, Page(limit=4_000, whole=True))
    assert "⚠️ Details of 1 shot are left out" in small or "word119" in small
