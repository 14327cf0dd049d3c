import pytest
from builders import take, task
from unit.report.reviews import rich_review

from ltxspec.lock.codec import encode_take
from ltxspec.lock.fields import FieldError
from ltxspec.plan.actions import Action
from ltxspec.report.review.json import review_document
from ltxspec.report.review.parts import (
    number,
    price,
    read_diagnostic,
    read_list,
    read_lost,
    read_refusal,
    read_shot,
    read_takes,
)

DOCUMENT = review_document(rich_review())


def test_shots_are_read_with_their_takes_and_changes() -> None:
    olds, news = read_takes(DOCUMENT, "base"), read_takes(DOCUMENT, "head")
    shots = [read_shot(item, olds, news) for item in DOCUMENT["shots"]]
    assert [shot.address for shot in shots] == [shot.address for shot in rich_review().shots]
    for found, expected in zip(shots, rich_review().shots, strict=True):
        assert (found.before, found.after, found.bought) == (expected.before, expected.after, expected.bought)
        assert (found.changes, found.causes, found.origin) == (expected.changes, expected.causes, expected.origin)
        assert (found.change is None) is (expected.change is None)


def test_what_costs_nothing_has_no_price_and_an_unknown_price_stays_unknown() -> None:
    olds, news = read_takes(DOCUMENT, "base"), read_takes(DOCUMENT, "head")
    changes = [read_shot(item, olds, news).change for item in DOCUMENT["shots"]]
    prices = {(change.address.instance, change.action): change.estimate for change in changes if change is not None}
    assert prices["pier[b]", Action.CREATE] is None
    assert prices["monastery", Action.MOVE] is None
    assert str(prices["alley", Action.REPLACE]) == "0.48"


def test_lost_takes_refusals_and_problems_are_read() -> None:
    olds = read_takes(DOCUMENT, "base")
    assert [read_lost(item, olds) for item in DOCUMENT["lost"]] == list(rich_review().lost)
    assert [read_refusal(item) for item in DOCUMENT["refusals"]] == list(rich_review().refusals)
    (found,) = (read_diagnostic(item) for item in DOCUMENT["diagnostics"])
    assert (found.severity, found.code, str(found.where)) == ("warning", "unused-variable", "specs/night.yaml:9:3")


def test_an_error_tells_the_way_to_it() -> None:
    with pytest.raises(FieldError, match=r"`shots\[1\]` must be an object"):
        read_list({"shots": [{}, 1]}, "shots", lambda item: item)
    broken = {"takes": {"base": {task(1): encode_take(take()) | {"cost": 1}}}}
    with pytest.raises(FieldError, match=rf"`takes\.base\.{task(1)}\.cost`"):
        read_takes(broken, "base")


@pytest.mark.parametrize("value", [-1, True, 1.0, "1", None])
def test_numbers_are_whole_and_not_negative(value: object) -> None:
    assert number({"n": 0}, "n") == 0
    with pytest.raises(FieldError):
        number({"n": value}, "n")


def test_prices_are_strings_or_unknown() -> None:
    assert price({"usd": None}, "usd") is None
    assert str(price({"usd": "0.48"}, "usd")) == "0.48"
    with pytest.raises(FieldError):
        price({"usd": 0.48}, "usd")
