"""Formats: one class reads a document, writes it and describes it."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import Meta

from ltxspec.formats import (
    Count,
    FormatError,
    Money,
    Open,
    Place,
    Record,
    Sha256,
    Text,
    amount,
    an_object,
    counts,
    matching,
    read,
    schema,
    to_json,
)
from ltxspec.values import format_usd


class Mood(StrEnum):
    CALM = "calm"
    WILD = "wild"


class Part(Record, frozen=True):
    """A part."""

    video_url: str | None = None
    cost: Money | None = None
    number: Place | None = None


class Whole(Record, frozen=True):
    """A whole."""

    left_out: ClassVar[frozenset[str]] = frozenset({"from"})

    task_id: Text
    parts: tuple[Part, ...]
    by_name: Mapping[str, Part]
    request: Mapping[str, Any]
    mood: Mood
    slug: Annotated[str, matching(r"\A[a-z]+\Z", "one word in lower case")]
    tally: Annotated[Mapping[str, Count], counts(Mood, "how many of each mood")]
    digest: Sha256 | None = None
    from_: Annotated[str, Meta(description="where it was")] | None = None


class KeptRecord(Open, frozen=True):
    """An object of which later versions may say more."""

    name: Text
    version: Annotated[str, Meta(pattern="^1$")] = "1"


class Event(Record, frozen=True, tag_field="event", tag=str.lower):
    """Something that happened."""


class Came(Event, frozen=True):
    who: Text


class Went(Event, frozen=True):
    cost: Money | None


DOCUMENT: dict[str, Any] = {
    "taskUUID": "t",
    "parts": [{"videoURL": None, "cost": "0.48", "number": 1}],
    "byName": {"a": {"videoURL": "https://x", "cost": None, "number": None}},
    "request": {"fps": 25.0, "nested": [{"cost": 0.5}]},
    "mood": "calm",
    "slug": "word",
    "tally": {"calm": 1, "wild": 0},
    "digest": None,
}


def test_what_is_read_is_written_the_same() -> None:
    whole = read(DOCUMENT, Whole)
    assert (whole.task_id, whole.parts[0].cost, whole.mood) == ("t", Decimal("0.48"), Mood.CALM)
    assert whole.by_name["a"].video_url == "https://x"
    assert to_json(whole) == DOCUMENT
    assert list(to_json(whole)) == list(DOCUMENT)
    moved = read(DOCUMENT | {"from": "pier"}, Whole)
    assert (moved.from_, to_json(moved)["from"]) == ("pier", "pier")


def test_fields_with_a_default_may_be_missing_and_are_written_all_the_same() -> None:
    assert to_json(read({}, Part)) == {"videoURL": None, "cost": None, "number": None}


def test_what_a_plain_object_holds_is_left_for_the_encoder_to_refuse() -> None:
    whole = Whole("t", (), {}, {"cost": Decimal("0.5")}, Mood.WILD, "word", {})
    with pytest.raises(orjson.JSONEncodeError):
        orjson.dumps(to_json(whole))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, "`surprise` is not a field of this version"),
        ({"taskUUID": ""}, "`taskUUID` is wrong: expected `str` of length >= 1"),
        ({"parts": [{}, {"number": True}]}, "`parts[1].number` is wrong: expected `int | null`, got `bool`"),
        ({"parts": [{"number": 0}]}, "`parts[0].number` is wrong: expected `int` >= 1"),
        ({"parts": [{"cost": 0.48}]}, "`parts[0].cost` must be a decimal string in USD"),
        ({"parts": [{"cost": "1e3"}]}, "`parts[0].cost` must be a decimal string in USD"),
        ({"parts": [{"extra": 1}]}, "`parts[0].extra` is not a field of this version"),
        ({"byName": {"a": {"number": "1"}}}, "`byName.….number` is wrong: expected `int | null`, got `str`"),
        ({"slug": "Two words"}, "`slug` must be one word in lower case"),
        ({"slug": "word\n"}, "`slug` must be one word in lower case"),
        ({"mood": "odd"}, "`mood` is wrong: invalid enum value"),
    ],
)
def test_what_the_format_does_not_say_is_refused_by_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(DOCUMENT | change, Whole)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_only_an_object_is_a_record(value: object) -> None:
    with pytest.raises(FormatError, match="expected `object`"):
        read(value, Part)
    with pytest.raises(FormatError, match=r"^`shots` must be an object$"):
        an_object(value, "shots")


def test_a_text_of_a_form_without_a_name_is_refused_as_well() -> None:
    with pytest.raises(FormatError, match="`version` is wrong: expected `str` matching regex"):
        read({"name": "x", "version": "2"}, KeptRecord)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(FormatError, match=r"^`mood` is missing$"):
        read({name: value for name, value in DOCUMENT.items() if name != "mood"}, Whole)


def test_an_error_is_told_from_further_out() -> None:
    error = FormatError("is odd", "takes", 2).inside("shots", "a")
    assert (str(error), error.path) == ("`shots.a.takes[2]` is odd", ("shots", "a", "takes", 2))
    assert str(FormatError("is odd")) == "is odd"


def test_a_tag_tells_which_record_it_is() -> None:
    events: Any = Came | Went
    for document in ({"event": "came", "who": "x"}, {"event": "went", "cost": "1.50"}):
        assert to_json(read(document, events)) == document
    with pytest.raises(FormatError, match="`event`"):
        read({"event": "danced"}, events)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=1000))
def test_money_keeps_every_digit(value: Decimal) -> None:
    assert to_json(read({"cost": format_usd(value)}, Part))["cost"] == format_usd(value)


@pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "1.", ".5", "1e3", "NaN", "Infinity", "1_0", "\u0661"])
def test_any_other_text_is_no_amount(text: str) -> None:
    assert amount(text) is None


def test_the_schema_asks_for_what_is_written() -> None:
    found = schema(Whole, "A whole", "All of it.")
    Draft202012Validator.check_schema(found)
    validator = Draft202012Validator(found)
    validator.validate(DOCUMENT)
    validator.validate(DOCUMENT | {"from": "pier"})
    for wrong in (
        {"digest": "sha256:x"},
        {"from": None},
        {"surprise": 1},
        {"tally": {"calm": 1}},
        {"parts": [{"videoURL": None, "cost": 0.48, "number": 1}]},
        {"parts": [{"videoURL": None, "cost": "0.4", "number": 1}]},
        {"parts": [{"videoURL": None}]},
    ):
        assert not validator.is_valid(DOCUMENT | wrong), wrong
    assert (found["title"], found["description"]) == ("A whole", "All of it.")
    assert found["$defs"]["Part"]["description"] == "A part."


def test_the_schema_of_an_open_record_allows_more_and_reading_does_not() -> None:
    assert Draft202012Validator(schema(KeptRecord, "t", "d")).is_valid({"name": "x", "version": "1", "later": 1})
    with pytest.raises(FormatError, match="`later`"):
        read({"name": "x", "later": 1}, KeptRecord)
