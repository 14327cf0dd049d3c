"""Filters do what Jinja's documentation says: most are held against Jinja itself."""

from typing import Any

import jinja2
import pytest
from unit.render.project import SPEC_FILE, MemoryFiles

from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates

VARIABLES: dict[str, Any] = {
    "city": "neo-kyoto by night",
    "words": ["fog", "Rain", "rain", "ash"],
    "rows": [{"n": 2, "name": "b", "on": True}, {"n": 1, "name": "A", "on": False}, {"n": 1, "name": "c", "on": True}],
    "table": {"b": 1, "A": 2, "c": 0},
    "nested": {"a": {"b": [1, {"c": 7}]}},
    "empty": [],
    "zero": 0,
    "text": "one two\nthree\n\nfour",
}


def render(text: str) -> str:
    return Templates(MemoryFiles()).render(text, VARIABLES, beside=(SPEC_FILE,))


SAME_AS_JINJA = [
    "{{ -3|abs }}{{ 2.5|abs }}",
    "{{ words|batch(3)|list }}{{ words|batch(3, 'x')|list }}",
    "{{ city|capitalize }}",
    "[{{ 'a'|center(7) }}]",
    "{{ nope|default('x') }}{{ nope|d }}{{ zero|default('x') }}{{ zero|default('x', true) }}",
    "{{ zero|default(default_value='x', boolean=True) }}",
    "{{ table|dictsort }}{{ table|dictsort(true) }}",
    "{{ table|dictsort(false, 'value') }}{{ table|dictsort(reverse=true) }}",
    "{{ words|first }}{{ words|last }}{{ 'abc'|first }}",
    "{{ '1.5'|float }}{{ 'x'|float }}{{ 'x'|float(2.0) }}",
    "{{ '%s-%s'|format('a', 'b') }}{{ '%(x)s'|format(x=1) }}",
    "{{ text|indent }}|{{ text|indent(2, true) }}|{{ text|indent('> ', first=true, blank=true) }}",
    "{{ '42'|int }}{{ '4.9'|int }}{{ 'x'|int }}{{ 'x'|int(7) }}{{ 'ff'|int(base=16) }}{{ 3.9|int }}",
    "{{ nested|items|list }}",
    "{{ words|join }}{{ words|join(', ') }}{{ rows|join('+', attribute='name') }}",
    "{{ words|length }}{{ city|count }}",
    "{{ 'abc'|list }}{{ table|list }}",
    "{{ city|lower }}{{ city|upper }}",
    "{{ words|map('upper')|list }}{{ rows|map(attribute='n')|list }}{{ rows|map(attribute='x', default=0)|list }}",
    "{{ [nested]|map(attribute='a.b.1.c')|list }}",
    "{{ words|max }}{{ words|min }}{{ rows|max(attribute='n') }}{{ words|min(case_sensitive=true) }}",
    "{{ [1, 2, 3, 4]|select('odd')|list }}{{ [0, 1]|select|list }}{{ [1, 2, 3]|select('gt', 1)|list }}",
    "{{ [1, 2, 3, 4]|reject('divisibleby', 2)|list }}",
    "{{ rows|selectattr('on')|map(attribute='name')|list }}{{ rows|rejectattr('n', 'eq', 1)|map(attribute='n')|list }}",
    "{{ city|replace('o', '0') }}{{ city|replace('o', '0', 1) }}",
    "{{ words|reverse|list }}{{ 'abc'|reverse }}",
    "{{ 2.5|round }}{{ 2.567|round(2) }}{{ 2.1|round(method='ceil') }}{{ 2.99|round(1, 'floor') }}",
    "{{ words|slice(3)|list }}{{ words|slice(3, 'x')|list }}",
    "{{ words|sort }}{{ words|sort(true) }}{{ words|sort(case_sensitive=true) }}{{ rows|sort(attribute='n') }}",
    "{{ 5|string }}",
    "{{ [1, 2.5]|sum }}{{ rows|sum(attribute='n', start=10) }}",
    "{{ 'hello wORLD (and-so) on'|title }}",
    "[{{ '  a '|trim }}][{{ 'xxaxx'|trim('x') }}]",
    "{{ (city * 20)|truncate }}|{{ city|truncate(9, true, '..', 0) }}|{{ city|truncate(9, leeway=0) }}",
    "{{ words|unique|list }}{{ words|unique(true)|list }}{{ rows|unique(attribute='n')|list }}",
    "{{ text|wordcount }}{{ ''|wordcount }}",
]


@pytest.mark.parametrize("text", SAME_AS_JINJA)
def test_filters_give_what_jinja_gives(text: str) -> None:
    plain = jinja2.Environment(autoescape=False)  # the oracle; nothing of it reaches a page
    assert render(text) == plain.from_string(text).render(VARIABLES)


def test_every_filter_is_held_against_jinja_or_has_a_test_here() -> None:
    from ltxspec.render.jinja.budget import Budget
    from ltxspec.render.jinja.names import filters_for

    everything = " ".join(SAME_AS_JINJA)
    assert [name for name in filters_for(Budget(), {}) if f"|{name}" not in everything] == ["tojson"]


def test_json_is_plain_not_made_for_web_pages() -> None:
    assert render("{{ {'a': [1, none, 'é<&']}|tojson }}") == '{"a": [1, null, "é<&"]}'
    assert render("{{ [1]|tojson(2) }}") == "[\n  1\n]"


@pytest.mark.parametrize(
    "text",
    [
        "{{ empty|max }}",
        "{{ empty|first }}",
        "{{ words|batch(0) }}",
        "{{ words|slice(0) }}",
        "{{ words|sum }}",
        "{{ 1|round(method='up') }}",
        "{{ 5|round(-100000) }}",
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
