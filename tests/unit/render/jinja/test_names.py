from typing import Any

import jinja2
import pytest
from unit.render.project import SPEC_FILE, MemoryFiles

from ltxspec.render.jinja.budget import MAX_WORK, Budget, TemplateLimit
from ltxspec.render.jinja.names import comparable, filters_for, functions_for
from ltxspec.render.jinja.names import tests_for as all_tests  # pytest would take the name for a test
from ltxspec.render.templating import Templates

TESTS = [
    "defined",
    "undefined",
    "none",
    "true",
    "false",
    "boolean",
    "integer",
    "float",
    "number",
    "string",
    "mapping",
    "sequence",
    "iterable",
    "lower",
    "upper",
]
VALUES = ["1", "0", "1.5", "true", "false", "none", "'a'", "'A'", "''", "[]", "[1]", "{}", "{'a': 1}", "(1,)"]
COMPARISONS = ["eq", "==", "ne", "lt", "le", "gt", "ge", "equalto", "lessthan", "greaterthan", "divisibleby"]


@pytest.mark.parametrize("name", TESTS)
def test_tests_of_one_value_judge_as_jinja_does(name: str) -> None:
    text = " ".join(f"{{{{ {value} is {name} }}}}" for value in VALUES)
    plain = jinja2.Environment(autoescape=False)  # the oracle
    assert Templates(MemoryFiles()).render(text, {}, beside=(SPEC_FILE,)) == plain.from_string(text).render()


@pytest.mark.parametrize("name", COMPARISONS)
def test_tests_of_two_values_judge_as_jinja_does(name: str) -> None:
    word = {"==": "eq"}.get(name, name)
    text = " ".join(f"{{{{ {left} is {word}({right}) }}}}" for left in (1, 2, 3.0) for right in (1, 2, 3))
    plain = jinja2.Environment(autoescape=False)  # the oracle
    assert Templates(MemoryFiles()).render(text, {}, beside=(SPEC_FILE,)) == plain.from_string(text).render()


@pytest.mark.parametrize(("text", "result"), [("3 is odd", True), ("3 is even", False), ("1 is in [1]", True)])
def test_the_other_tests(text: str, result: bool) -> None:
    assert Templates(MemoryFiles()).holds(text, {}, beside=(SPEC_FILE,)) is result


@pytest.mark.parametrize("bounds", [(10**9,), (0, 10**100), (0, -(10**9), -1)])
def test_long_ranges_are_refused(bounds: tuple[int, ...]) -> None:
    with pytest.raises(TemplateLimit, match="`range` has more than"):
        functions_for(Budget())["range"](*bounds)


def test_mappings_are_made_of_keywords_or_another_mapping() -> None:
    make = functions_for(Budget())["dict"]
    assert make({"a": 1, "b": 1}, b=2, given=3) == {"a": 1, "b": 2, "given": 3}
    with pytest.raises(TypeError):
        make([("a", 1)])


@pytest.mark.parametrize(("value", "steps"), [(1, 0), ("x" * 160, 10), ([1, 2], 3), (None, 0)])
def test_comparing_is_paid_for_by_size(value: Any, steps: int) -> None:
    budget = Budget()
    assert comparable(budget, value) is value
    assert MAX_WORK - budget.left == steps


def test_filters_that_take_names_know_only_ours() -> None:
    budget = Budget()
    tests = all_tests(budget)
    filters = filters_for(budget, tests)
    assert filters["map"](["a"], "upper") == ["A"]
    assert filters["select"]([1, 2, 3], "gt", 1) == [2, 3]
    assert filters["rejectattr"]([{"a": 0}, {"a": 1}], "a") == [{"a": 0}]
    for name in ("eval", "attr", None.__class__.__name__):
        with pytest.raises(ValueError, match=name):
            filters["map"](["a"], name)
        with pytest.raises(ValueError, match=name):
            filters["select"](["a"], name)
