"""Money, addresses and task ids on the command line."""

from decimal import Decimal
from fractions import Fraction

import click
import pytest

from ltxspec.cli.param_types import BOX, FRAME_RATE, NEW_ADDRESS, PLAN_DIGEST, POINT, TASK_ID, USD
from ltxspec.errors import WrongUsage
from ltxspec.values import ShotAddress

OPTION = click.Option(["--max-cost"])


@pytest.mark.parametrize(("text", "amount"), [("5", "5"), ("$5.00", "5.00"), ("0", "0"), ("0.001", "0.001")])
def test_money_is_exact(text: str, amount: str) -> None:
    assert USD.convert(text, OPTION, None) == Decimal(amount)


@pytest.mark.parametrize("text", ["much", "-1", "", "1e9999", "NaN", "5,00"])
def test_what_is_no_amount_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"`--max-cost .*` is not an amount in USD") as caught:
        USD.convert(text, OPTION, None)
    assert caught.value.hint == "write it as --max-cost 5.00"


RATES = [("25", 25), ("23.98", Fraction(24000, 1001)), ("29.970", Fraction(30000, 1001))]


@pytest.mark.parametrize(("text", "rate"), RATES)
def test_a_frame_rate_is_one_that_editing_programs_know(text: str, rate: Fraction) -> None:
    assert FRAME_RATE.convert(text, None, None) == rate


@pytest.mark.parametrize("text", ["", "12", "fast", "-25", "25/1", "1e2", "nan"])
def test_other_frame_rates_are_refused_with_those_that_are_known(text: str) -> None:
    with pytest.raises(WrongUsage, match="is not the frame rate of a timeline") as caught:
        FRAME_RATE.convert(text, None, None)
    assert str(caught.value.hint).startswith("use 23.976, 24, 25, 29.97")


def test_an_address_is_a_spec_and_a_shot() -> None:
    assert NEW_ADDRESS.convert("night.sky[rain,dusk]", None, None) == ShotAddress("night", "sky[rain,dusk]")


@pytest.mark.parametrize(
    "text",
    [
        "night",
        "",
        ".",
        "night.",
        ".alley",
        "../x.alley",
        "Night.alley",
        "a/b.c",
        "night.a b",
        "night.../x",
        "night.a[b",
    ],
)
def test_what_no_shot_can_be_called_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        NEW_ADDRESS.convert(text, None, None)


def test_a_task_id_is_a_uuid_in_any_form() -> None:
    plain = "e8147fa8-025b-45f4-a1c3-55020aa1442d"
    assert TASK_ID.convert(plain.upper().replace("-", ""), None, None) == plain
    with pytest.raises(WrongUsage, match="is not the id of a task"):
        TASK_ID.convert("7", None, None)


def test_a_plan_is_approved_by_its_whole_digest() -> None:
    digest = "sha256:" + "0a" * 32
    assert PLAN_DIGEST.convert(digest, None, None) == digest
    for text in ("nonsense", "", digest[:-1], digest.upper(), f"{digest}0", digest.removeprefix("sha256:")):
        with pytest.raises(WrongUsage, match="is not the digest of a plan") as caught:
            PLAN_DIGEST.convert(text, None, None)
        assert "`sha256:` and 64 hexadecimal digits" in (caught.value.hint or "")


def test_a_point_and_a_box_are_fractions_of_the_frame() -> None:
    assert POINT.convert("0.5,1", None, None) == (0.5, 1.0)
    assert BOX.convert("0.1, .2,0.3,0", None, None) == (0.1, 0.2, 0.3, 0.0)


@pytest.mark.parametrize("text", ["", "0.5", "0.5,0.5,0.5", "1e-3,0", "-0.1,0", "nan,0", "50%,0", "\uff12,0"])
def test_what_is_no_point_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"`--point .*` is not X,Y") as caught:
        POINT.convert(text, click.Option(["--point"]), None)
    assert caught.value.hint == "write fractions of the frame from 0 to 1 as --point 0.5,0.5"
