from typing import Any

import pytest

from ltxspec.catalog.hints import hint_for_type, hint_for_unknown, hint_for_value
from ltxspec.catalog.models import Model

LIST = "write it as a list: a line starting with `- ` for each item"


@pytest.mark.parametrize(
    ("given", "wanted", "hint"),
    [
        (None, ["integer"], "give it a value, or remove the line"),
        ("Yes", ["boolean"], "YAML 1.2 reads `Yes` as text; write `true`"),
        ("off", ["boolean"], "YAML 1.2 reads `off` as text; write `false`"),
        ("true", ["boolean"], "write `true` without quotes"),
        ("perhaps", ["boolean"], None),
        (" 8.5 ", ["number"], "write `8.5` without quotes, or let a template give a number: `{{ … | int }}`"),
        ("eight", ["integer"], None),
        ("a.jpg", ["array"], LIST),
        ({"image": "a.jpg"}, ["array"], LIST),
        (8.0, ["string"], 'put it in quotes: `"8"`'),
        (8, ["boolean"], None),
    ],
)
def test_a_value_of_the_wrong_kind_gets_the_way_to_write_it(given: Any, wanted: list[str], hint: str | None) -> None:
    assert hint_for_type(given, wanted) == hint


@pytest.mark.parametrize(
    ("given", "allowed", "hint"),
    [
        ("mp4", ["MP4", "WEBM"], "did you mean `MP4`?"),
        ("8", [6, 8], "write `8` without quotes"),
        ("avi", ["MP4", "WEBM"], None),
        (7, [6, 8], None),
        (None, [6, 8], "give it a value, or remove the line"),
    ],
)
def test_a_value_that_is_not_allowed_gets_the_nearest(given: Any, allowed: list[Any], hint: str | None) -> None:
    assert hint_for_value(given, allowed) == hint


def test_a_parameter_of_another_place_is_sent_there(pro: Model, fast25: Model) -> None:
    assert hint_for_unknown(("generateAudio",), pro.parameters, pro) == (
        "write it as `providerSettings.lightricks.generateAudio`"
    )
    assert hint_for_unknown(("settings", "width"), ["audio"], fast25) == "write it as `width`"


def test_a_misspelt_parameter_gets_the_nearest_at_its_place(pro: Model) -> None:
    assert hint_for_unknown(("widht",), pro.parameters, pro) == "did you mean `width`?"
    assert hint_for_unknown(("safety", "mod"), ["mode"], pro) == "did you mean `safety.mode`?"


def test_an_unheard_of_parameter_gets_the_list_without_what_ltxspec_sets(pro: Model) -> None:
    hint = hint_for_unknown(("zebra",), list(pro.schema["properties"]), pro)
    assert hint.startswith("allowed here: `width`, `height`, ")
    assert not any(f"`{name}`" in hint for name in (*pro.order, "positivePrompt", "taskType", "model"))


def test_where_nothing_may_stand_it_is_to_be_removed(pro: Model) -> None:
    assert hint_for_unknown(("zebra", "stripes"), [], pro) == "remove it"
