from typing import Any

import pytest
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from ltxspec.render.jinja.budget import MAX_WORK, TemplateLimit
from ltxspec.render.jinja.environment import Engine


@pytest.fixture
def engine() -> Engine:
    return Engine(lambda name, _parent: name)


def run(engine: Engine, text: str, **variables: Any) -> str:
    return engine.run(engine.program(text), variables)[0]


def test_a_text_is_compiled_and_run(engine: Engine) -> None:
    assert run(engine, "{{ a }}-{{ a|upper }}", a="x") == "x-X"


def test_an_expression_alone_leaves_its_value(engine: Engine) -> None:
    template, alone = engine.value_program(" {{ a + 1 }} ")
    assert (alone, engine.run(template, {"a": 1})) == (True, ("", 2))
    template, alone = engine.value_program("{{ a }}{{ a }}")
    assert (alone, engine.run(template, {"a": 1})) == (False, ("11", None))


def test_a_variable_may_have_any_name(engine: Engine) -> None:
    for name in ("result", "context", "environment", "ltxspec_result", "resolve", "missing", "l_0_a", "name"):
        template, _ = engine.value_program(f"{{{{ {name} ~ '!' }}}}")
        assert engine.run(template, {name: "x"})[1] == "x!"


def test_every_run_has_the_whole_budget(engine: Engine) -> None:
    template = engine.program("{% for i in range(9000) %}{{ i }}{% endfor %}")
    for _ in range(3):
        engine.run(template, {})
    assert 0 < engine.budget.left < MAX_WORK


def test_nothing_is_computed_while_compiling(engine: Engine) -> None:
    engine.budget.reset()
    engine.program("{{ 'a' * 99999 ~ ('b'|center(999)) ~ [3, 1]|sort ~ 2 ** 99 ~ '%99d' % 1 }}")
    assert engine.budget.left == MAX_WORK


@pytest.mark.parametrize("text", ["a b", "a }}", "", "a|nope", "{% if a %}"])
def test_bad_expressions_do_not_compile(engine: Engine, text: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        engine.expression(text)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2,)), [1, [2]]),
        (range(2), [0, 1]),
        ({"a": (1,)}, {"a": [1]}),
        ("x", "x"),
        (1.5, 1.5),
        (None, None),
    ],
)
def test_values_leave_as_json(engine: Engine, value: Any, plain: Any) -> None:
    assert engine.plain(value) == plain


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": "\ud800"}])
def test_values_that_json_has_not_do_not_leave(engine: Engine, value: Any) -> None:
    with pytest.raises(ValueError, match=r"not a number|half of a character"):
        engine.plain(value)


def test_objects_do_not_leave(engine: Engine) -> None:
    with pytest.raises(TypeError):
        engine.plain([object()])
    with pytest.raises(UndefinedError):
        engine.plain(engine.undefined(name="x"))


def test_python_objects_among_the_variables_stay_closed(engine: Engine) -> None:
    class Door:
        secret = "s"

        def open(self) -> str:
            return "opened"

    for text in ("{{ door.secret }}", "{{ door.open() }}", "{{ door }}", "{{ door['secret'] }}"):
        with pytest.raises((UndefinedError, TypeError)):
            run(engine, text, door=Door())
    with pytest.raises(SecurityError, match="cannot be called"):
        run(engine, "{{ f() }}", f=print)


def test_the_whole_result_is_limited_too(engine: Engine) -> None:
    with pytest.raises(TemplateLimit, match="100,000 characters"):
        run(engine, "{% for i in range(20) %}{{ 'x' * 9999 }}{% endfor %}")
