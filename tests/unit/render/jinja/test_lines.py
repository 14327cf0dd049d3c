import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.render.project import SPEC_FILE, MemoryFiles

from ltxspec.render.jinja.lines import whole_line, without_line_end
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates

FILES = {
    "look.j2": "look\n",
    "bare.j2": "look",
    "none.j2": "{% if not x %}\nz\n{% endif %}\n",
    "deep.j2": "deep\n{% include 'look.j2' %}\n",
}


def rendered(text: str) -> str:
    return Templates(MemoryFiles(FILES)).render(text, {"x": 1, "words": ["a", "b"]}, beside=(SPEC_FILE,))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("in rain{% if x %}, wet{% endif %}\nwith cars", "in rain, wet\nwith cars"),
        ("a {# note #}\nb", "a \nb"),
        ("{% if x %}a{% endif %}\nb", "a\nb"),
        ("{% for w in words %}{{ w }}\n{% endfor %}\nend", "a\nb\nend"),
        ("a{% raw %}{{ b }}{% endraw %}\nc", "a{{ b }}\nc"),
        ("{{ x }}{% set y = 2 %}\n{{ y }}", "1\n2"),
    ],
)
def test_a_line_with_text_keeps_its_end_also_after_a_tag(text: str, result: str) -> None:
    assert rendered(text) == result
    assert rendered(text.replace("\n", "\r\n")) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a\n{% if x %}\nb\n{% endif %}\nc", "a\nb\nc"),
        ("a\n  {% if x %}  {# why #}\nb\n  {% endif %} {% set y = 1 %} \nc", "a\nb\nc"),
        ("a\n{# one\ntwo #}\nb", "a\nb"),
        ("a\n{% set t = [\n  1,\n  2] %}\nb", "a\nb"),
        ("a\n{% raw %}\n{{ b }}\n{% endraw %}\nc", "a\n{{ b }}\nc"),
        ("a\n{% if x %}\n{% if x %}\nb\n{% endif %}\n{% endif %}\nc", "a\nb\nc"),
        ("a\n{% for w in words %}\n{{ w }}\n{% endfor %}\nc", "a\na\nb\nc"),
        ("a\n  {% if x %}b{% endif %}", "a\nb"),
    ],
)
def test_a_line_that_holds_only_tags_and_comments_vanishes(text: str, result: str) -> None:
    assert rendered(text) == result
    assert rendered(text.replace("\n", "\r\n")) == result


@pytest.mark.parametrize(
    "text",
    [
        "a\n{% macro m(q) %}<{{ q }}>{% endmacro %}\n{{ m(1) }}",
        "a\n{% macro m(q) %}\n<{{ q }}>{% endmacro %}\n{{ m(1) }}",
        "a\n{% set w %}<1>{% endset %}\n{{ w }}",
        "a\n{% set w %}<{% set y = 1 %}{{ y }}>{% endset %}{{ w }}",
    ],
)
def test_a_definition_leaves_nothing_where_it_is_written(text: str) -> None:
    assert rendered(text) == "a\n<1>"


def test_white_space_in_a_definition_is_part_of_it() -> None:
    assert rendered("{% macro gap() %} {% endmacro %}\na{{ gap() }}b") == "a b"


@pytest.mark.parametrize(
    "text", ["{% filter upper %}\n{{ words[0] }}{% endfilter %}b", "{% filter upper %}\n{{ words[0] }}b{% endfilter %}"]
)
def test_the_first_line_of_a_block_says_nothing_of_its_last(text: str) -> None:
    assert rendered(text).upper() == "AB"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a {% if x -%}\n   b {%- endif %}\nc", "a b\nc"),
        ("a\n  {%- if x %}\n, b\n{%- endif %}\n.", "a, b."),
        ("a\n{% if x -%}\n\n  b\n{% endif -%}\n\nc", "a\nb\nc"),
        ("a\n{%+ if x +%}\nb{% endif %}", "a\n\nb"),
        ("{{ x -}}\n b", "1b"),
    ],
)
def test_signs_in_tags_still_decide_about_white_space(text: str, result: str) -> None:
    assert rendered(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a\n{% include 'look.j2' %}\nb", "a\nlook\nb"),
        ("a\n{% include 'bare.j2' %}\nb", "a\nlook\nb"),  # the file has no line end: the words are not glued
        ("a\n{% include 'none.j2' %}\nb", "a\nb"),
        ("a\n{% include 'deep.j2' %}\nb", "a\ndeep\nlook\nb"),
        ("{% include 'bare.j2' %}{% include 'look.j2' %}\nb", "look\nlook\nb"),
        ("{% for w in words %}\n{% include 'bare.j2' %}\n{% endfor %}\nb", "look\nlook\nb"),
        ("the {% include 'bare.j2' %} in b", "the look in b"),
        ("the {% include 'look.j2' %} in b", "the look\n in b"),
        ("the {% include 'bare.j2' %}\nin b", "the look\nin b"),
        ("{% filter trim %}\na\n{% endfilter %}\nb", "a\nb"),
        ("{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}\na{% endcall %}\nb", "<a>\nb"),
        ("{% macro m() %}<{{ caller() }}>{% endmacro %}\n{% call m() %}\na\n{% endcall %}\nb", "<a\n>\nb"),
    ],
)
def test_an_included_file_keeps_its_last_line_end(text: str, result: str) -> None:
    assert rendered(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("the {% include 'look.j2' %}", "the look"),
        ("{% include 'deep.j2' %}\n", "deep\nlook"),
        ("{% if x %}{% include 'look.j2' %}{% else %}b{% endif %}", "look"),
        ("{% if not x %}b{% else %}{% include 'look.j2' %}{% endif %}", "look"),
        ("{% set w %}{% include 'look.j2' %}{% endset %}{{ w }} in b", "look in b"),
        ("{% macro m() %}\n{% include 'look.j2' %}\n{% endmacro %}\n{{ m() }} in b", "look in b"),
    ],
)
def test_an_include_that_ends_a_text_adds_no_line_end(text: str, result: str) -> None:
    assert rendered(text) == result


def test_line_ends_are_added_and_removed_once() -> None:
    assert [whole_line(text) for text in ("", "a", "a\n")] == ["", "a\n", "a\n"]
    assert [without_line_end(text) for text in ("", "a", "a\n\n")] == ["", "a", "a\n"]


WORDS = ["a", " ", "\n", "\n\n", "b\n", "{# note #}", "{# two\nlines #}", "{{ x }}", "{% set y = 1 %}"]
INCLUDES = ["{% include 'look.j2' %}", "{% include 'none.j2' %}", "{% include 'deep.j2' -%}"]
OPENED = [
    "{% if x %}|{% endif %}",
    "{%- if x %}|{%- endif %}",
    "{%+ if x +%}|{% endif -%}",
    "{% if not x %}|{% endif %}",
]
OPENED += ["{% for w in words %}|{% endfor %}", "{% macro m() %}|{% endmacro %}", "{% set z %}|{% endset %}{{ z }}"]
OPENED += ["{% raw %}|{% endraw %}", "{% filter upper %}|{% endfilter %}"]
TEXTS = st.recursive(
    st.sampled_from([*WORDS, *INCLUDES]),
    lambda inner: st.builds(
        lambda tags, body: tags.replace("|", "".join(body)), st.sampled_from(OPENED), st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


@given(text=st.lists(TEXTS, max_size=8).map("".join))
def test_a_text_that_earlier_versions_rendered_otherwise_is_noticed(text: str) -> None:
    templates, earlier = Templates(MemoryFiles(FILES)), Templates(MemoryFiles(FILES), earlier=True)
    variables = {"x": 1, "words": ["a", "b"]}
    try:
        now = templates.render(text, variables, beside=(SPEC_FILE,))
    except TemplateProblem:
        return
    before = earlier.render(text, variables, beside=(SPEC_FILE,))
    assert templates.take_changed() or now == before
    assert not templates.take_changed()
    assert not earlier.take_changed()


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("in rain{% if x %}, wet{% endif %}\nwith cars", "in rain, wetwith cars"),
        ("a {% include 'deep.j2' %}\nb", "a deep\nlookb"),
        ("{% if x %} {% endif %}\na", " a"),
    ],
)
def test_the_earlier_rule_is_still_known(text: str, before: str) -> None:
    assert Templates(MemoryFiles(FILES), earlier=True).render(text, {"x": 1}, beside=(SPEC_FILE,)) == before


def test_most_templates_are_the_same_in_both() -> None:
    templates = Templates(MemoryFiles(FILES))
    for text in ("a {{ x }} b", "{% if x %}\na\n{% endif %}\nb", "a {% if x %}b{% endif %} c\nd"):
        templates.render(text, {"x": 1}, beside=(SPEC_FILE,))
        assert not templates.take_changed()
