from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.values import ShotAddress, format_usd, money_text, parse_address, parse_usd, total_usd


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("night.alley", ShotAddress("night", "alley")),
        ("night.weather[rain,dusk]", ShotAddress("night", "weather[rain,dusk]")),
        ("night.size[1.5]", ShotAddress("night", "size[1.5]")),
    ],
)
def test_addresses_are_read_and_written(text: str, address: ShotAddress) -> None:
    assert (parse_address(text), str(address)) == (address, text)


@pytest.mark.parametrize("text", ["", "alley", ".alley", "night."])
def test_other_texts_are_no_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        parse_address(text)


def test_an_address_knows_its_shot() -> None:
    assert (ShotAddress("s", "weather[a,b]").shot, ShotAddress("s", "alley").shot) == ("weather", "alley")


@pytest.mark.parametrize(
    ("value", "amount"),
    [(0.48, "0.48"), ("0.605", "0.605"), (2, "2"), (0.1 + 0.2, "0.30000000000000004"), (Decimal("1.50"), "1.50")],
)
def test_amounts_are_read_exactly(value: Any, amount: str) -> None:
    assert str(parse_usd(value)) == amount


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "free", "NaN", "Infinity", float("nan"), float("inf"), [1], {}, "1e999999", "1e-40"),
        *("\u0660", "\uff15.00", "1_0"),  # Python takes these for numbers, people and other programs do not
    ],
)
def test_what_is_no_sane_amount_is_unknown_never_zero(value: Any) -> None:
    assert parse_usd(value) is None


def test_an_integer_of_thousands_of_digits_is_unknown() -> None:
    assert parse_usd(10**5000) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.48", "0.48"),
        ("4.8", "4.80"),
        ("0.605", "0.605"),
        ("0", "0.00"),
        ("100", "100.00"),
        ("1E+2", "100.00"),
        ("0.4800", "0.48"),
        ("-1.5", "-1.50"),
    ],
)
def test_amounts_are_written_with_at_least_two_decimals(amount: str, text: str) -> None:
    assert format_usd(Decimal(amount)) == text


@given(st.decimals(min_value=0, max_value=10**6, places=6))
def test_written_amounts_read_back_exactly(amount: Decimal) -> None:
    assert parse_usd(format_usd(amount)) == amount


def test_totals_count_what_is_unknown() -> None:
    assert total_usd([Decimal("0.1"), None, Decimal("0.2"), None]) == (Decimal("0.3"), 2)
    assert total_usd([]) == (Decimal(0), 0)


def test_unknown_money_is_never_a_number() -> None:
    assert [money_text(usd) for usd in (Decimal("0.5"), Decimal(0), None)] == ["$0.50", "$0.00", "cost unknown"]
    assert money_text(Decimal(2), "unknown", "est. {}") == "est. $2.00"
    assert money_text(None, "unknown", "est. {}") == "unknown"
