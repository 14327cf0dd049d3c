import copy
from typing import Any

import pytest

from ltxspec.catalog.models import Catalog, Model, load_catalog
from ltxspec.catalog.offers import model_words, offered_sizes, takes_only_listed_sizes, value_words

PAIRS = [{"properties": {"width": {"const": 64}, "height": {"const": 36}}}]
BOTH = {"required": ["width", "height"]}
EITHER = {"anyOf": [{"required": ["width"]}, {"required": ["height"]}]}
PAIRED = {"dependentRequired": {"width": ["height"], "height": ["width"]}}


def changed(model: Model, rules: list[Any], **settings: Any) -> Model:
    """The model with other rules, and other settings."""
    document = copy.deepcopy(dict(model.schema))
    document["allOf"] = rules
    document["x-ltxspec"] |= settings
    document.pop("examples", None)
    return load_catalog({"other.json": document}).models[0]


def test_sizes_are_those_of_the_file_with_the_prices_of_lengths(pro: Model, fast25: Model) -> None:
    assert [(size.width, size.height, size.about) for size in offered_sizes(pro)] == [
        (1920, 1080, "1080p (16:9): 6 s $0.36, 8 s $0.48, 10 s $0.60"),
        (2560, 1440, "1440p (16:9): 6 s $0.72, 8 s $0.96, 10 s $1.20"),
        (3840, 2160, "2160p (16:9): 6 s $1.44, 8 s $1.92, 10 s $2.40"),
    ]
    found = {(size.width, size.height): size.about for size in offered_sizes(fast25)}
    assert found[1280, 720] == "720p (16:9): 6 s $0.54, 14 s $1.26, 20 s $1.80"
    assert found[2160, 3840] == "4K (9:16): 6 s $1.80, 8 s $2.40, 10 s $3.00", "not longer at this size"
    assert takes_only_listed_sizes(pro)
    assert takes_only_listed_sizes(fast25)


def test_an_unknown_price_is_never_a_number(pro: Model) -> None:
    without = changed(pro, list(pro.schema["allOf"]), price={**pro.schema["x-ltxspec"]["price"], "rows": []})
    assert offered_sizes(without)[0].about == "1080p (16:9): price not known"
    assert value_words(without) == {}
    assert "Price not known" in model_words(without)
    assert "$" not in model_words(without)


@pytest.mark.parametrize(
    ("rules", "only"),
    [
        ([PAIRED, {"oneOf": PAIRS}], True),
        ([BOTH, {"if": BOTH, "then": {"anyOf": PAIRS}}], True),
        ([PAIRED, {"if": EITHER, "then": {"anyOf": PAIRS}}], True),
        ([PAIRED, {"if": {"required": ["inputs"]}, "then": {"anyOf": PAIRS}}], False),  # not for all requests
        ([{"if": BOTH, "then": {"anyOf": PAIRS}}], False),  # a width alone may be anything
    ],
)
def test_sizes_are_found_in_rules_and_exclusive_only_where_they_always_hold(
    pro: Model, rules: list[Any], *, only: bool
) -> None:
    schema = copy.deepcopy(dict(pro.schema))
    schema["required"] = [name for name in schema["required"] if name not in ("width", "height")]
    other = load_catalog({"other.json": {**schema, "allOf": rules}}).models[0]
    assert [(size.width, size.height) for size in offered_sizes(other)] == [(64, 36)]
    assert takes_only_listed_sizes(other) is only


def test_without_a_list_of_sizes_none_is_offered(pro: Model) -> None:
    some_not = [{"anyOf": [*PAIRS, {"required": ["width"]}]}]
    no_numbers = [{"anyOf": [{"properties": {"width": {"const": 64}, "height": {}}}]}]
    without = {**pro.schema["x-ltxspec"]["price"], "rows": []}
    for rules in (list[Any](), some_not, no_numbers):
        other = changed(pro, rules, price=without)
        assert offered_sizes(other) == []
        assert not takes_only_listed_sizes(other)


def test_without_a_list_those_with_a_price_are_offered_and_others_taken(catalog: Catalog) -> None:
    model = catalog.by_name["lightricks:ltx@2.3-fast"]
    assert [(size.width, size.height, size.about) for size in offered_sizes(model)] == [
        (1280, 768, "1 s $0.06"),
        (1536, 896, "1 s $0.06"),
        (1024, 1024, "1 s $0.06"),
    ]
    assert not takes_only_listed_sizes(model)


def test_values_say_what_they_cost_where_that_depends_on_them(pro: Model, fast25: Model) -> None:
    assert value_words(pro) == {
        "duration": {6: "$0.36 to $1.44, by size", 8: "$0.48 to $1.92, by size", 10: "$0.60 to $2.40, by size"}
    }
    lengths = value_words(fast25)["duration"]
    assert lengths[10] == "$0.90 to $3.00, by size"
    assert lengths[20] == "$1.80 to $2.60, by size", "only the sizes that may be so long"
    assert lengths["auto"] == "price not known"


def test_a_model_is_described_in_one_line(pro: Model) -> None:
    assert model_words(pro) == (
        "Lightricks' quality-first video model: text or one first frame to video with optional sound, up to 4K. "
        "6 s $0.36 to $1.44, by size. Unlisted since 2026-09-03"
    )
    gone = changed(pro, list(pro.schema["allOf"]), status="retired", statusDate=None, replacedBy="maker:1@0")
    assert model_words(gone).endswith("Retired. Use maker:1@0")
