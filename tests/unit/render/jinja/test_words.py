import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import jinja2
import pytest
from unit.render.project import SPEC_FILE, VARIABLES, MemoryFiles

from ltxspec.render.jinja.access import functions_for
from ltxspec.render.jinja.budget import MAX_WORK, Meter, TemplateLimit
from ltxspec.render.jinja.environment import Engine
from ltxspec.render.jinja.guards import comparable
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates

ROOT = Path(__file__).parents[4]
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
        functions_for(Meter())["range"](*bounds)


def test_mappings_are_made_of_keywords_or_another_mapping() -> None:
    make = functions_for(Meter())["dict"]
    assert make({"a": 1, "b": 1}, b=2, given=3) == {"a": 1, "b": 2, "given": 3}
    with pytest.raises(TypeError):
        make([("a", 1)])


@pytest.mark.parametrize(("value", "steps"), [(1, 0), ("x" * 160, 10), ([1, 2], 3), (None, 0)])
def test_comparing_is_paid_for_by_size(value: Any, steps: int) -> None:
    budget = Meter()
    assert comparable(budget, value) is value
    assert MAX_WORK - budget.left == steps


@pytest.mark.parametrize("name", ["eval", "attr", "random", "NoneType", " spend", " leave"])
def test_filters_that_take_names_know_only_what_templates_have(name: str) -> None:
    for text in (f"{{{{ ['a']|map('{name}') }}}}", f"{{{{ ['a']|select('{name}') }}}}"):
        with pytest.raises(TemplateProblem, match=name):
            Templates(MemoryFiles()).render(text, {}, beside=(SPEC_FILE,))


def test_groups_have_their_names() -> None:
    text = "{% for group in rows|groupby('a') %}{{ group.grouper }}:{{ group.list|length }} {% endfor %}"
    rows = [{"a": 1}, {"a": 2}, {"a": 1}]
    assert Templates(MemoryFiles()).render(text, {"rows": rows}, beside=(SPEC_FILE,)) == "1:2 2:1 "


def test_joiners_and_cyclers_work_and_cannot_be_printed() -> None:
    templates = Templates(MemoryFiles())
    text = "{% set j = joiner('-') %}{% set c = cycler('a', 'b') %}"
    text += "{% for i in range(3) %}{{ j() }}{{ c.next() }}{% endfor %}"
    assert templates.render(text, {}, beside=(SPEC_FILE,)) == "a-b-a"
    with pytest.raises(TemplateProblem, match="cannot be printed"):
        templates.render("{{ joiner() }}", {}, beside=(SPEC_FILE,))


HUGE_VALUES = ["'a-b ' * 24999", "range(9999)", "shared.s", "[{'a': 'x' * 999}] * 9999"]
HUGE_ARGUMENTS = [
    "(10 ** 9)",
    "(-(10 ** 9), 'x')",
    "(1, true, 'x' * 99999)",
]
SHARED = (
    "{% set shared = namespace(s=1) %}{% for i in range(60) %}{% set shared.s = [shared.s, shared.s] %}{% endfor %}"
)
SCRIPT = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
from ltxspec.render.jinja.environment import Engine
engine = Engine(lambda name, _parent: name)
for text in sys.stdin.read().splitlines():
    begun = time.process_time()
    try:
        engine.run(engine.program(text), {})
    except MemoryError:
        sys.exit(text)
    except Exception:
        pass
    if time.process_time() - begun > 5:
        sys.exit(text)
"""


def test_no_filter_takes_long_or_much_memory_whatever_it_is_given() -> None:
    names = sorted(Engine(lambda name, _parent: name).words[0])
    texts = [
        f"{SHARED}{{% set x = ({value})|{name}{arguments} %}}"
        for name, value, arguments in product(names, HUGE_VALUES, HUGE_ARGUMENTS)
    ]
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(
        command, input="\n".join(texts), cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")


def render(text: str) -> str:
    return Templates(MemoryFiles()).render(text, VARIABLES, beside=(SPEC_FILE,))


def test_json_is_plain_not_made_for_web_pages() -> None:
    assert render("{{ {'a': [1, none, 'é<&']}|tojson }}") == '{"a": [1, null, "é<&"]}'
    assert render("{{ [1]|tojson(2) }}") == "[\n  1\n]"


@pytest.mark.parametrize(
    "text",
    [
        "{{ empty|max }}",
        "{{ empty|first }}",
        "{{ words|slice(0) }}",
        "{{ words|sum }}",
        "{{ 1|round(method='up') }}",
        "{{ table|dictsort(by='size') }}",
        "{{ '%s'|format(1, x=2) }}",
        "{{ [1, 'a']|sort }}",
        "{{ rows|unique }}",
        "{{ 5|list }}",
        "{{ words|map }}",
        "{{ words|select('nope') }}",
        "{{ nope|upper }}",
        "{{ nope|int }}",
        "{{ nope|abs }}",
        "{{ nope|length }}",
        "{{ nope|join }}",
    ],
)
def test_filters_refuse_what_makes_no_sense(text: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        render(text)
    assert caught.value.code in {"template-error", "undefined-variable"}


def test_long_numbers_in_texts_are_not_read() -> None:
    with pytest.raises(TemplateProblem, match="1,000 characters"):
        render("{{ ('9' * 5000)|int }}")
