from typing import Any

import pytest
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from ltxspec.render.jinja.budget import MAX_WORK, TemplateLimit
from ltxspec.render.jinja.environment import MAX_BRACKETS, MAX_TOKENS, Sandbox


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(lambda name, _parent: name)


def run(sandbox: Sandbox, text: str, **variables: Any) -> str:
    return sandbox.run(sandbox.program(text), variables)[0]


def test_a_text_is_compiled_and_run(sandbox: Sandbox) -> None:
    assert run(sandbox, "{{ a }}-{{ a|upper }}", a="x") == "x-X"


def test_an_expression_alone_leaves_its_value(sandbox: Sandbox) -> None:
    template, alone = sandbox.value_program(" {{ a + 1 }} ")
    assert (alone, sandbox.run(template, {"a": 1})) == (True, ("", 2))
    template, alone = sandbox.value_program("{{ a }}{{ a }}")
    assert (alone, sandbox.run(template, {"a": 1})) == (False, ("11", None))


def test_a_variable_may_have_any_name(sandbox: Sandbox) -> None:
    for name in ("result", "context", "environment", "ltxspec_result", "resolve", "missing", "l_0_a", "name"):
        template, _ = sandbox.value_program(f"{{{{ {name} ~ '!' }}}}")
        assert sandbox.run(template, {name: "x"})[1] == "x!"


def test_every_run_has_the_whole_budget(sandbox: Sandbox) -> None:
    template = sandbox.program("{% for i in range(9000) %}{{ i }}{% endfor %}")
    for _ in range(3):
        sandbox.run(template, {})
    assert 0 < sandbox.budget.left < MAX_WORK


def test_nothing_is_computed_while_compiling(sandbox: Sandbox) -> None:
    sandbox.budget.reset()
    sandbox.program("{{ 'a' * 99999 ~ ('b'|center(999)) ~ [3, 1]|sort ~ 2 ** 99 ~ '%99d' % 1 }}")
    assert sandbox.budget.left == MAX_WORK


@pytest.mark.parametrize("text", ["a b", "a }}", "", "a|nope", "{% if a %}"])
def test_bad_expressions_do_not_compile(sandbox: Sandbox, text: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        sandbox.expression(text)


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
def test_values_leave_as_json(sandbox: Sandbox, value: Any, plain: Any) -> None:
    assert sandbox.plain(value) == plain


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": "\ud800"}])
def test_values_that_json_has_not_do_not_leave(sandbox: Sandbox, value: Any) -> None:
    with pytest.raises(ValueError, match=r"not a number|half a character"):
        sandbox.plain(value)


def test_objects_do_not_leave(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError):
        sandbox.plain([object()])
    with pytest.raises(UndefinedError):
        sandbox.plain(sandbox.undefined(name="x"))


def test_python_objects_among_the_variables_stay_closed(sandbox: Sandbox) -> None:
    class Door:
        secret = "s"

        def open(self) -> str:
            return "opened"

    for text in ("{{ door.secret }}", "{{ door.open() }}", "{{ door }}", "{{ door['secret'] }}"):
        with pytest.raises((UndefinedError, TypeError)):
            run(sandbox, text, door=Door())
    with pytest.raises(SecurityError, match="cannot be called"):
        run(sandbox, "{{ f() }}", f=print)


def test_long_texts_are_refused_while_they_are_read(sandbox: Sandbox) -> None:
    with pytest.raises(TemplateLimit, match="words and signs"):
        sandbox.program("{{ a" + " + a" * MAX_TOKENS + " }}")
    with pytest.raises(TemplateLimit, match="brackets"):
        sandbox.program("{{ " + "[" * (MAX_BRACKETS + 1))


def test_the_whole_result_is_limited_too(sandbox: Sandbox) -> None:
    with pytest.raises(TemplateLimit, match="100,000 characters"):
        run(sandbox, "{% for i in range(20) %}{{ 'x' * 9999 }}{% endfor %}")
