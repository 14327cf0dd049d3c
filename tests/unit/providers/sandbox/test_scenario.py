import re
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import LtxspecError
from ltxspec.providers.sandbox.scenario import (
    CALL_FAULTS,
    ORDER_FAULTS,
    TASK_FAULTS,
    VIDEO_FAULTS,
    Behaviour,
    Kind,
    Scenario,
    ScenarioFault,
    parse_scenario,
    read_scenario,
    write_scenario,
)


def test_an_empty_scenario_is_the_default() -> None:
    assert parse_scenario({}) == Scenario()


@given(st.lists(st.builds(ScenarioFault, fault=st.sampled_from(get_args(Kind)), nth=st.integers(1, 9)), max_size=3))
def test_what_is_written_reads_back(faults: list[ScenarioFault]) -> None:
    scenario = Scenario(Behaviour(conflict="never", visible_after=2.5), tuple(faults))
    assert parse_scenario(orjson.loads(orjson.dumps(write_scenario(scenario)))) == scenario


def test_every_fault_is_of_one_sort() -> None:
    sorts = (CALL_FAULTS, TASK_FAULTS, ORDER_FAULTS, VIDEO_FAULTS)
    assert sorted(kind for sort in sorts for kind in sort) == sorted(get_args(Kind))


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ([], "must be a mapping", None),
        ({"fault": []}, "no key `fault`", "did you mean `faults`?"),
        ({"faults": {}}, "must be a list", None),
        ({"faults": [{}]}, "has no `fault`", "one of `drop`"),
        ({"faults": [{"fault": "dropp"}]}, '`fault` cannot be `"dropp"`', "one of `drop`"),
        ({"faults": [{"fault": "drop", "nht": 2}]}, "`faults[0]` has no key `nht`", "did you mean `nth`?"),
        ({"faults": [{"fault": "drop", "nth": "2"}]}, '`nth` cannot be `"2"`', None),
        ({"faults": [{"fault": "drop", "nth": True}]}, "`nth` cannot be `true`", None),
        ({"behaviour": {"mixed_status": 500}}, "`mixed_status` cannot be `500`", "one of `200`, `400`"),
        ({"behaviour": {"progress": 1}}, "`progress` cannot be `1`", None),
    ],
)
def test_a_wrong_scenario_is_refused_with_the_key(value: Any, message: str, hint: str | None) -> None:
    with pytest.raises(LtxspecError) as caught:
        parse_scenario(value)
    assert message in caught.value.summary
    assert hint is None or hint in (caught.value.hint or "")


def test_a_scenario_is_read_from_text() -> None:
    text = '{"behaviour": {"conflict": "running"}}'
    assert read_scenario(text) == read_scenario(text.encode()) == Scenario(Behaviour(conflict="running"))


@pytest.mark.parametrize("source", ["{", "missing.json", b"\xff"])
def test_an_unreadable_scenario_is_an_error_for_users(source: str | bytes) -> None:
    with pytest.raises(LtxspecError, match="scenario"):
        read_scenario(source)


def test_scenarios_are_named_by_what_they_say() -> None:
    one, two = Scenario(), Scenario(faults=(ScenarioFault("drop"),))
    assert one.digest == Scenario().digest != two.digest


def test_a_fault_matches_all_that_it_names() -> None:
    fault = ScenarioFault("drop", task="videoInference", prompt="rain")
    assert fault.matches("videoInference", "u", "heavy rain")
    assert not fault.matches("getResponse", "u", "heavy rain")
    assert not fault.matches("videoInference", "u", "sun")
    assert ScenarioFault("video-cut").matches(None, "u", "")


@pytest.mark.parametrize(
    ("source", "message"),
    [("{", "the scenario is not JSON"), ('{"charges": "twice"}', "the scenario has no key `charges`")],
)
def test_a_mistake_names_the_file(source: str, message: str) -> None:
    with pytest.raises(LtxspecError, match=f"in `faults.json`, {message}"):
        read_scenario(source, "faults.json")


def test_the_page_has_every_key_and_value() -> None:
    text = (Path(__file__).parents[4] / "docs" / "rehearsal.md").read_text("utf-8")
    names = [part.name for kind in (Behaviour, ScenarioFault) for part in fields(kind)]
    values = [value for kind in (Behaviour, ScenarioFault) for value in _choices(kind)]
    assert [name for name in [*names, *values] if f"`{name}`" not in text] == []
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert read_scenario(example).behaviour.charges == "twice"


def _choices(kind: type[Behaviour | ScenarioFault]) -> list[str]:
    hints = [part for hint in get_type_hints(kind).values() for part in (hint, *get_args(hint))]
    return [
        value for hint in hints if get_origin(hint) is Literal for value in get_args(hint) if isinstance(value, str)
    ]
