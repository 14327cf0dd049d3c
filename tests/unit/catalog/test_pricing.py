from decimal import Decimal
from typing import Any

import pytest

from ltxspec.catalog.models import Catalog, Model
from ltxspec.catalog.pricing import estimate, price_rows
from ltxspec.values import format_usd


def price(model: Model | None, **params: Any) -> str | None:
    assert model is not None
    amount = estimate(model, params)
    return None if amount is None else format_usd(amount)


HD, UHD = {"width": 1920, "height": 1080}, {"width": 3840, "height": 2160}
FRAME = {"inputs": {"frameImages": [{"image": "https://example.com/a.jpg", "frame": "first"}]}}
AUDIO_ON = {"providerSettings": {"lightricks": {"generateAudio": True}}}

PAGE: dict[str, tuple[dict[str, Any], str]] = {
    "rain-slick-neon-alleyway-portrait": ({**HD, **FRAME}, "0.48"),
    "moonlit-monastery-cliffside-procession": (UHD, "1.92"),
    "moonlit-bioluminescent-cliff-shrine": ({**HD, **FRAME}, "0.48"),
    "stormlit-coastal-observatory-nightfall": (UHD, "1.92"),
}


@pytest.mark.parametrize("example", PAGE)
def test_the_four_requests_of_the_model_page_cost_what_the_page_says(pro: Model, example: str) -> None:
    params, usd = PAGE[example]
    assert price(pro, duration=8, fps=25, **AUDIO_ON, **params) == usd


def test_other_published_prices_are_met(catalog: Catalog) -> None:
    pro, fast, fast25 = map(catalog.find, ("lightricks:2@0", "lightricks:2@1", "lightricks:ltx@2.5-fast"))
    assert price(pro, width=1920, height=1080, duration=6) == "0.36"
    assert price(pro, width=3840, height=2160, duration=10) == "2.40"
    assert price(fast, width=1920, height=1080, duration=6) == "0.24"
    assert price(fast, width=3840, height=2160, duration=10) == "1.60"
    assert price(fast25, width=1920, height=1080, duration=8) == "1.04"
    assert price(fast25, width=1280, height=720, duration=12) == "1.08"
    assert price(fast25, width=2560, height=1440, duration=10) == "1.90"


def test_every_result_is_paid_for(pro: Model) -> None:
    assert price(pro, width=1920, height=1080, duration=8, numberResults=4) == "1.92"


def test_defaults_count_where_a_request_leaves_them_out(pro: Model, fast25: Model) -> None:
    assert price(pro, width=1920, height=1080) == "0.36"
    assert price(fast25) == "0.78"


def test_whole_floats_cost_the_same_as_integers(pro: Model) -> None:
    assert estimate(pro, {"width": 1920.0, "height": 1080, "duration": 8.0}) == Decimal("0.48")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"width": 1920},
        {"width": 1080, "height": 1920},
        {"width": True, "height": 1080},
        {"width": [1920], "height": 1080},
        {"width": 1920, "height": 1080, "duration": "8"},
        {"width": 1920, "height": 1080, "duration": None},
        {"width": 1920, "height": 1080, "duration": 0},
        {"width": 1920, "height": 1080, "duration": -8},
        {"width": 1920, "height": 1080, "duration": float("inf")},
        {"width": 1920, "height": 1080, "duration": True},
        {"width": 1920, "height": 1080, "numberResults": "2"},
    ],
)
def test_what_is_not_known_has_no_price(pro: Model, params: dict[str, Any]) -> None:
    assert estimate(pro, params) is None


def test_true_is_not_remembered_as_one(pro: Model) -> None:
    assert price(pro, width=1920, height=1080, numberResults=1) == "0.36"
    assert price(pro, width=1920, height=1080, numberResults=True) is None


def test_a_length_left_to_the_model_has_no_price(fast25: Model) -> None:
    assert price(fast25, width=1920, height=1080, duration="auto") is None
    assert price(fast25, inputs={"audio": "voice.wav", "referenceImages": ["face.jpg"]}) is None


def test_a_price_table_can_be_shown(pro: Model) -> None:
    rows = price_rows(pro)
    assert [(row.at, row.usd_per_second, row.confidence) for row in rows] == [
        ({"width": 1920, "height": 1080}, Decimal("0.06"), "verified"),
        ({"width": 2560, "height": 1440}, Decimal("0.12"), "inferred"),
        ({"width": 3840, "height": 2160}, Decimal("0.24"), "verified"),
    ]
    assert all(row.source and row.date for row in rows)
