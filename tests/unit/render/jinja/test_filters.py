"""What filters refuse, and what is ours. That they do what Jinja does is tested in `test_stock.py`."""

from typing import Any

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
