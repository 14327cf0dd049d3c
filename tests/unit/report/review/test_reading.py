import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from builders import request
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace
from unit.report.reviews import many, review_values, rich_review
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.report.review.json import review_json
from ltxspec.report.review.reading import ReviewFileError, read_review, review_from_json
from ltxspec.report.review.text import review_text
from ltxspec.report.terminal import Style
from ltxspec.review.models import WORKING_TREE, Review

Document = dict[str, Any]


@pytest.mark.parametrize(
    "review",
    [rich_review(), many(3), replace(many(1), head=WORKING_TREE), reviewed(side(BASE), side(HEAD))],
    ids=["rich", "edited", "working tree", "nothing"],
)
def test_what_was_written_comes_back_the_same(review: Review) -> None:
    data = review_json(review)
    again = read_review(data, "review.json")
    assert review_json(again) == data
    assert review_text(again, Style()) == review_text(review, Style())


@given(st.text(), st.integers(-(2**80), 2**80))
def test_odd_texts_and_numbers_survive(text: str, number: int) -> None:
    shot = request("alley", f"x{text}", seed=number, labels=text)
    review = reviewed(side(BASE), side(HEAD, shot))
    assert review_json(read_review(review_json(review), "x")) == review_json(review)


def test_lone_surrogates_survive() -> None:
    review = replace(many(1), base_name="\ud800")
    assert read_review(review_json(review), "x").base_name == "\ud800"


def test_a_document_of_another_release_is_read_when_its_format_is_the_same() -> None:
    document = review_values(many(1)) | {"ltxspecVersion": "9.9.9"}
    assert review_from_json(document).unchanged == 0


SPOILERS: dict[str, Callable[[Document], object]] = {
    "another format": lambda d: d.update(formatVersion="2.0"),
    "a later format": lambda d: d.update(formatVersion="1.1"),
    "reckoned below the estimates": lambda d: d.update(reckoned="0.01"),
    "no word of an altered record": lambda d: d.update(refusals=[r for r in d["refusals"] if "alter" not in r["code"]]),
    "an altered fact without a verdict": lambda d: d["altered"][0]["changes"][0].pop("expected"),
    "a rule without a name": lambda d: d["rules"][0].update(name=None),
    "an unknown key": lambda d: d.update(extra=1),
    "a missing key": lambda d: d.pop("limit"),
    "an unknown key of a shot": lambda d: d["shots"][0].update(extra=1),
    "an unknown key of a change": lambda d: d["shots"][1]["change"].update(extra=1),
    "a number for a text": lambda d: d.update(provider=1),
    "true for a number": lambda d: d["summary"].update(unchanged=True),
    "a count that is not the count": lambda d: d["summary"].update(pending=1),
    "a negative count": lambda d: d["summary"].update(unchanged=-1),
    "money as a number": lambda d: d["spent"].update(usd=1.92),
    "money in another form": lambda d: d["spent"].update(usd="1.920"),
    "too little spent": lambda d: d["spent"].update(usd="0.00"),
    "too small an estimate": lambda d: d["estimate"].update(usd="0.10"),
    "unknown prices hidden": lambda d: d["estimate"].update(unknown=0),
    "money under way made up": lambda d: d["underWay"].update(usd="1.00"),
    "a refusal left out": lambda d: d.update(refusals=d["refusals"][1:]),
    "a lost take left out": lambda d: d.update(lost=[]),
    "an unknown kind": lambda d: d["shots"][0].update(kind="deleted"),
    "an unknown action": lambda d: d["shots"][1]["change"].update(action="explode"),
    "an unknown reason": lambda d: d["shots"][1]["change"].update(reasons=["because"]),
    "an unknown cause": lambda d: d["shots"][1]["causes"][0].update(kind="magic"),
    "a take that is not there": lambda d: d["shots"][0].update(after="nosuch"),
    "a bought take that is not there": lambda d: d["shots"][0].update(bought=["nosuch"]),
    "a take under another task": lambda d: d["takes"]["head"].update({"x": next(iter(d["takes"]["head"].values()))}),
    "an address that is not its parts": lambda d: d["shots"][0].update(address="night.other"),
    "a line before the first": lambda d: d["shots"][0]["source"].update(line=0),
    "a file that is no text": lambda d: d["shots"][0]["source"].update(file=None),
    "a label that is no text": lambda d: d["shots"][0].update(labels={"a": 1}),
    "a list for an object": lambda d: d.update(takes=[]),
    "an object for a list": lambda d: d.update(shots={}),
    "a shot that is no object": lambda d: d.update(shots=[1]),
    "a diagnostic without a message": lambda d: d["diagnostics"][0].pop("message"),
    "a severity nobody knows": lambda d: d["diagnostics"][0].update(severity="fatal"),
    "a head that is neither": lambda d: d["head"].update(commit=None),
}


@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS)
def test_what_no_review_says_is_refused(spoil: Callable[[Document], object]) -> None:
    document = copy.deepcopy(review_values(rich_review()))
    spoil(document)
    with pytest.raises(ReviewFileError) as caught:
        review_from_json(document, "review.json")
    assert caught.value.summary.startswith("`review.json` ")
    assert "ltxspec diff --format json" in str(caught.value.hint)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.data())
def test_whatever_is_changed_in_a_document_is_noticed_or_makes_no_difference(data: st.DataObject) -> None:
    document = copy.deepcopy(review_values(rich_review()))
    place: Any = document
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps))
        if not isinstance(place[step], dict | list) or not place[step] or data.draw(st.booleans()):
            break
        place = place[step]
    place[step] = data.draw(JSON)
    try:
        review = review_from_json(json.loads(json.dumps(document)))
    except ReviewFileError:
        return
    assert json.loads(review_json(review)) | {"ltxspecVersion": ""} == document | {"ltxspecVersion": ""}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b"[" * 100_000, b'{"formatVersion": "1.0"}', b"[]", b"null", b"1e999"]
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(ReviewFileError):
        read_review(data, "review.json")


def test_the_place_of_a_contradiction_is_named() -> None:
    document = copy.deepcopy(review_values(rich_review()))
    document["shots"][2]["causes"][0]["extra"] = 1
    with pytest.raises(ReviewFileError, match=r"`shots\[2\]\.causes\[0\]\.extra` is not a field of this version"):
        review_from_json(document)
    document = copy.deepcopy(review_values(rich_review()))
    document["takes"]["base"]["00000001-0000-4000-8000-000000000000"]["cost"] = 1
    with pytest.raises(ReviewFileError, match=r"takes\.base\.….*cost. must be a decimal string"):
        review_from_json(document)


def test_money_is_read_exactly() -> None:
    assert review_from_json(review_values(rich_review())).spent == Decimal("1.92")
