import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.price_parts import positive, reckoned
from ltxspec.catalog.pricing import estimate, price_lines
from ltxspec.catalog.shape import problems_of

FILE = "lightricks-ltx-2-5-fast.json"
SOURCED = {"confidence": "verified", "source": "a page", "date": "2026-11-29"}
INPUT = "https://example.com/a.mp4"


def row(usd: str, *at: Any) -> dict[str, Any]:
    return {"at": list(at), "usd": usd, **SOURCED}


LOUD, SILENT = True, False
PARTS: list[dict[str, Any]] = [
    {"per": "second", "of": "/duration", "by": ["size", "sound"], "rows": [
        row("0.06", "720p", SILENT), row("0.08", "720p", LOUD),
        row("0.12", "1080p", SILENT), row("0.15", "1080p", LOUD),
    ]},
    {"per": "inputSecond", "of": "/inputs/audio", "rows": [row("0.01")]},
    {"per": "image", "of": "/inputs/frameImages/*", "included": "1", "rows": [row("0.02")]},
    {"per": "result", "rows": [row("0.005")]},
]  # fmt: skip
CLASSES = {
    "size": {"of": ["/width", "/height"], "measure": "pixels", "upTo": {"720p": 921600, "1080p": 2073600}},
    "sound": {"of": ["/settings/audio"], "measure": "given"},
}


def document_with(documents: dict[str, Any], **price: Any) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(documents[FILE])
    found["x-ltxspec"]["price"] = {
        "unit": "USD", "results": "/numberResults", "by": [], "rows": [], "parts": PARTS, "classes": CLASSES, **price,
    }  # fmt: skip
    return found


@pytest.fixture(scope="module")
def model(documents: dict[str, Any]) -> Model:
    return load_catalog({FILE: document_with(documents)}).models[0]


def test_a_price_is_the_sum_of_its_parts_for_every_result(model: Model) -> None:
    params = {"width": 1280, "height": 720, "duration": 10}
    assert estimate(model, params) == Decimal("0.605")
    assert estimate(model, {**params, "settings": {"audio": True}}) == Decimal("0.805")
    assert estimate(model, {**params, "numberResults": 3}) == Decimal("1.815")
    assert estimate(model, {**params, "width": 1920, "height": 1080}) == Decimal("1.205")


def test_images_count_beyond_those_that_are_included(model: Model) -> None:
    params = {"width": 1280, "height": 720, "duration": 10}
    prices = [estimate(model, {**params, "inputs": {"frameImages": ["a.png"] * number}}) for number in range(4)]
    assert prices == [Decimal("0.605"), Decimal("0.605"), Decimal("0.625"), Decimal("0.645")]


def test_seconds_of_a_sound_or_video_count_only_where_its_length_is_known(model: Model) -> None:
    params = {"width": 1280, "height": 720, "duration": 10, "inputs": {"audio": INPUT}}
    assert estimate(model, params) is None
    assert estimate(model, params, {INPUT: Decimal("6.05")}) == Decimal("0.6655")
    assert estimate(model, params, {"another": Decimal(6)}) is None


@pytest.mark.parametrize(
    "params",
    [{"width": 3840, "height": 2160}, {"width": 1280}, {"width": 1280, "height": True}, {"duration": "auto"}],
)
def test_one_unknown_part_makes_the_whole_price_unknown(model: Model, params: dict[str, Any]) -> None:
    assert estimate(model, {"duration": 10, **params}) is None


def test_a_part_without_a_rate_makes_every_price_unknown_that_has_any_of_it(documents: dict[str, Any]) -> None:
    parts = [*PARTS[:2], {**PARTS[2], "rows": []}, PARTS[3]]
    found = load_catalog({FILE: document_with(documents, parts=parts)}).models[0]
    params = {"width": 1280, "height": 720, "duration": 10}
    assert estimate(found, params) == Decimal("0.605")  # it has no image to pay for
    assert estimate(found, {**params, "inputs": {"frameImages": ["a.png", "b.png"]}}) is None


def test_a_price_of_nothing_is_unknown(documents: dict[str, Any]) -> None:
    parts = [{"per": "second", "of": "/duration", "rows": [row("0")]}]
    found = load_catalog({FILE: document_with(documents, parts=parts)}).models[0]
    assert estimate(found, {"duration": 10}) is None


def test_what_is_left_out_without_a_default_is_reckoned_as_the_file_says(documents: dict[str, Any]) -> None:
    parts = [{"per": "second", "of": "/duration", "by": ["/fps"], "rows": [row("0.1", 25), row("0.2", 50)]}]
    plain = load_catalog({FILE: document_with(documents, parts=parts)}).models[0]
    assumed = load_catalog({FILE: document_with(documents, parts=parts, assumed={"/fps": 25})}).models[0]
    assert estimate(plain, {"duration": 10}) is None
    assert estimate(assumed, {"duration": 10}) == 1
    assert estimate(assumed, {"duration": 10, "fps": 50}) == 2
    assert reckoned(assumed, {}, ("fps",)) == 25


PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "width": st.sampled_from([1280, 1920, 3840, True]),
        "height": st.sampled_from([720, 1080, 2160]),
        "duration": st.sampled_from([6, 8, 10, "auto", None]),
        "numberResults": st.integers(0, 4),
        "settings": st.fixed_dictionaries({}, optional={"audio": st.booleans()}),
        "inputs": st.fixed_dictionaries(
            {}, optional={"audio": st.just(INPUT), "frameImages": st.lists(st.just("a.png"), max_size=3)}
        ),
    },
)


@given(params=PARAMS, known=st.booleans())
def test_a_whole_is_known_only_if_each_of_its_parts_is_and_is_their_sum(
    model: Model, documents: dict[str, Any], params: dict[str, Any], *, known: bool
) -> None:
    lengths = {INPUT: Decimal(7)} if known else {}
    whole = estimate(model, params, lengths)
    flat = {"per": "result", "rows": [row("1")]}  # so that a part that is 0 is not taken for nothing at all
    alone = [
        estimate(load_catalog({FILE: document_with(documents, parts=[part, flat])}).models[0], params, lengths)
        for part in PARTS
    ]
    assert (whole is None) is (None in alone)
    if whole is not None:
        count = Decimal(params.get("numberResults", 1))
        assert whole == sum(price - count for price in alone if price is not None)
        assert whole > 0


@given(params=PARAMS, shorter=st.integers(1, 30), more=st.integers(1, 30))
def test_more_seconds_never_cost_less(model: Model, params: dict[str, Any], shorter: int, more: int) -> None:
    short = estimate(model, {**params, "duration": shorter}, {INPUT: Decimal(shorter)})
    long = estimate(model, {**params, "duration": shorter + more}, {INPUT: Decimal(shorter + more)})
    assert (short is None) is (long is None)
    assert short is None or (long is not None and short < long)


@pytest.mark.parametrize(
    ("price", "message"),
    [
        ({"seconds": "/duration"}, "`x-ltxspec.price.parts` must be the whole price"),
        ({"parts": []}, "`x-ltxspec.price.parts` must be the whole price"),
        ({"results": None}, "`x-ltxspec.price.results` is missing"),
        ({"classes": {}}, "names `size`, which `classes` does not have"),
        ({"parts": [{"per": "second", "of": "/length", "rows": []}]}, "`/length`, which is not in the schema"),
        ({"parts": [{"per": "second", "rows": []}]}, "of` must say what is counted"),
        ({"parts": [{"per": "result", "rows": [row("1", 5)]}]}, "must have one value for each column of `by`"),
        ({"parts": [{"per": "result", "rows": [row("-1")]}]}, "must be a decimal string, 0 or more"),
        ({"classes": {**CLASSES, "x": {"of": ["/fps"], "measure": "value"}}}, "upTo` must have the bounds"),
        ({"classes": {**CLASSES, "x": {"of": ["/fps"], "measure": "pixels", "upTo": {"a": 1}}}}, "width and height"),
    ],
)
def test_a_price_that_is_not_whole_is_refused(documents: dict[str, Any], price: dict[str, Any], message: str) -> None:
    document = document_with(documents, **price)
    if price.get("results", "") is None:
        del document["x-ltxspec"]["price"]["results"]
    found = problems_of(FILE, document)
    assert len(found) >= 1
    assert message in found[0]


def test_the_parts_can_be_shown(model: Model) -> None:
    shown = price_lines(model)
    assert shown["a second at size 720p, sound False"] == Decimal("0.06")
    assert shown["an image of /inputs/frameImages/* after the first 1"] == Decimal("0.02")


def test_only_a_number_above_zero_is_an_amount() -> None:
    assert positive(6.05) == Decimal("6.05")
    assert [positive(value) for value in (0, -1, True, "6", None, float("nan"))] == [None] * 6
