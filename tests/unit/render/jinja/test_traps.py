from typing import Any

import pytest
from unit.render.project import SPEC_FILE, MemoryFiles

from ltxspec.render.jinja.traps import Trap, judged, printable
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates

ROW = {
    "hero": "FALSE",
    "seconds": "0",
    "light": None,
    "tags": ["rain", "fog"],
    "mixed": ["a", None],
    "size": {"cm": 12},
    "row": {"hero": "no", "light": None},
    "rows": [{"on": "no"}],
    "flags": ["no", "x"],
    "name": "Cup",
    "empty": "",
    "city": "Reno",
    "on": True,
}

OF_COLUMN = "`types: {{{}}}` of `forEach` converts a column, and in `vars:` it is written without quotes"


def problem_of(text: str) -> TemplateProblem:
    with pytest.raises(TemplateProblem) as caught:
        rendered(text)
    return caught.value


def rendered(text: str) -> str:
    return Templates(MemoryFiles()).render(text, ROW, beside=(SPEC_FILE,))


@pytest.mark.parametrize(
    "text",
    [
        "{% if hero %}x{% endif %}",
        "{% if on and hero %}x{% endif %}",
        "{% if not on %}{% elif hero %}x{% endif %}",
        "{{ 10 if hero else 6 }}",
        "{{ 10 if (hero if on else on) else 6 }}",
        "{{ hero or 'x' }}",
        "{{ hero and 'x' }}",
        "{{ 'x' if not hero }}",
        "{% for tag in tags if hero %}x{% endfor %}",
        "{{ hero|default('x', true) }}",
        "{{ hero|d('x', boolean=true) }}",
        "{{ [hero]|select|join }}",
        "{{ [hero]|reject|join }}",
        "{{ rows|selectattr('on')|list|length }}",
        "{{ rows|rejectattr('on')|list|length }}",
        "{% set a = hero %}{% if a %}x{% endif %}",
        "{% set a %}{{ hero }}{% endset %}{% if a %}x{% endif %}",
        "{% macro m(a) %}{{ 'x' if a }}{% endmacro %}{{ m(hero) }}",
        "{% include 'x' if hero else 'y' %}",
    ],
)
def test_a_condition_refuses_a_text_that_reads_as_a_truth_value(text: str) -> None:
    problem = problem_of(text)
    assert (problem.code, problem.line) == ("template-condition", 1)
    assert "is a text that reads as a truth value, and a condition would take it for true" in problem.message


NOT_TEXT = "true TRUE False no Yes on off y N t 0 1 1.5 -2 1,5 1e3 .5 007 none NULL n/a WAHR"


@pytest.mark.parametrize("text", NOT_TEXT.split())
def test_such_texts_read_as_something_else_than_text(text: str) -> None:
    with pytest.raises(Trap):
        judged(text)
    with pytest.raises(Trap):
        judged(f" {text} ", "hero")


@pytest.mark.parametrize(
    "value", ["", "rain", "none of these", "yes, please", "a 1", "12:30", "1-2", True, 0, None, []]
)
def test_other_values_are_judged_as_in_jinja(value: Any) -> None:
    assert judged(value) is value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ 'x' if hero == 'FALSE' }}", "x"),
        ("{{ 'x' if hero != 'no' and seconds == '0' }}", "x"),
        ("{{ 'x' if hero in ['no', 'FALSE'] }}", "x"),
        ("{{ 'x' if hero is string }}", "x"),
        ("{{ 'x' if hero|bool else 'y' }}", "y"),
        ("{{ 'x' if seconds|int else 'y' }}", "y"),
        ("{{ 'x' if name and city and not empty }}", "x"),
        ("{{ empty or 'x' }}", "x"),
        ("{{ empty or hero }}", "FALSE"),  # printed, not judged
        ("{{ nope|default(hero) }}", "FALSE"),
        ("{{ name|default('x', true) }}", "Cup"),
        ("{{ flags|select('equalto', 'no')|join }}", "no"),
        ("{{ rows|selectattr('on', 'equalto', 'no')|list|length }}", "1"),
        ("{{ 'x' if on }}", "x"),
    ],
)
def test_comparisons_and_conversions_stay_allowed(text: str, result: str) -> None:
    assert rendered(text) == result


@pytest.mark.parametrize("assertion", ["hero", "on and hero", "hero if on else on", "not hero"])
def test_an_assertion_refuses_such_a_text(assertion: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        Templates(MemoryFiles()).holds(assertion, ROW, beside=(SPEC_FILE,))
    assert caught.value.code == "template-condition"


@pytest.mark.parametrize(
    ("text", "message", "needle", "hint"),
    [
        (
            "{% if row.hero %}",
            "`row.hero` is a text that reads as a truth value, and a condition would take it for true",
            "row.hero",
            "convert it, `row.hero|bool`, or compare it, `row.hero == 'no'`",
        ),
        (
            "{% if hero %}",
            "`hero` is a text that reads as a truth value, and a condition would take it for true",
            "hero",
            "convert it, `hero|bool`, or compare it, `hero == 'no'`; " + OF_COLUMN.format("hero: boolean"),
        ),
        (
            "{% if seconds %}",
            "`seconds` is a text that reads as a number, and a condition would take it for true",
            "seconds",
            "convert it, `seconds|int`, or compare it, `seconds != ''`; " + OF_COLUMN.format("seconds: number"),
        ),
    ],
)
def test_the_error_names_the_value_and_the_cure(text: str, message: str, needle: str, hint: str) -> None:
    problem = problem_of(f"a\n{text}x{{% endif %}}")
    assert (problem.message, problem.line, problem.needle, problem.hint) == (message, 2, needle, hint)


@pytest.mark.parametrize(
    ("text", "message", "needle"),
    [
        ("a {{ light }} light", "`light` is null, and nothing can be printed for it", "light"),
        ("a {{ row.light }} light", "`row.light` is null, and nothing can be printed for it", "row.light"),
        ("a {{ row['light'] }} light", "`row['light']` is null, and nothing can be printed for it", "row['light']"),
        ("in {{ tags }}", "`tags` is a list, which has no form in a text", "tags"),
        ("of {{ size }}", "`size` is a mapping, which has no form in a text", "size"),
        ("in {{ tags|sort }}", "this is a list, which has no form in a text", "{{"),
        ("in {{ range(3) }}", "this is a list, which has no form in a text", "{{"),
        ("{{ 'a ' ~ light }}", "`light` is null, and nothing can be printed for it", "light"),
        ("{{ '%s'|format(light) }}", "this is null, and nothing can be printed for it", "{{"),
        ("{{ '%s' % light }}", "this is null, and nothing can be printed for it", "{{"),
        ("{{ '%(a)s' % {'a': tags} }}", "this is a list, which has no form in a text", "{{"),
        ("{{ '{}'.format(light) }}", "this is null, and nothing can be printed for it", "{{"),
        ("{{ mixed|join(', ') }}", "this is null, and nothing can be printed for it", "{{"),
        ("{{ ', '.join(mixed) }}", "this is null, and nothing can be printed for it", "{{"),
        ("{{ light|upper }}", "`light` is null, and nothing can be printed for it", "light"),
        ("{{ light|string }}", "`light` is null, and nothing can be printed for it", "light"),
        ("{{ name|replace('C', light) }}", "this is null, and nothing can be printed for it", "{{"),
        ("{{ none }}", "this is null, and nothing can be printed for it", "{{"),
    ],
)
def test_null_lists_and_mappings_cannot_be_printed(text: str, message: str, needle: str) -> None:
    problem = problem_of(f"x\n{text}")
    assert (problem.code, problem.message, problem.line, problem.needle) == ("template-print", message, 2, needle)
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ light|default('soft', true) }}", "soft"),
        ("{{ tags|join(', ') }}", "rain, fog"),
        ("{{ size.cm }}", "12"),
        ("{{ size|tojson }}", '{"cm": 12}'),
        ("{{ [light, tags]|tojson }}", '[null, ["rain", "fog"]]'),
        ("{{ 'x' if false }}.", "."),
        ("{{ on }}, {{ not on }}", "True, False"),  # as in Jinja
        ("{{ mixed|select|join(', ') }}", "a"),
    ],
)
def test_the_cures_work(text: str, result: str) -> None:
    assert rendered(text) == result


def test_a_value_that_is_not_printed_may_be_of_any_kind() -> None:
    templates = Templates(MemoryFiles())
    for name in ("light", "tags", "size"):
        assert templates.value(f"{{{{ {name} }}}}", ROW, beside=()) == ROW[name]
        assert templates.value(f"{{# x #}}{{{{ {name} }}}}", ROW, beside=()) == ROW[name]
    assert printable("a", "b") == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ hero|int }}", "`FALSE` is not a number"),
        ("{{ hero|float }}", "`FALSE` is not a number"),
        ("{{ name|bool }}", "`Cup` is neither true nor false; write `true` or `false`, `yes` or `no`, `1` or `0`"),
        ("{{ nope|bool }}", "`nope` is not defined"),
    ],
)
def test_a_conversion_never_guesses(text: str, message: str) -> None:
    assert problem_of(text).message == message


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ hero|bool }} {{ 'Yes'|bool }} {{ ' 1 '|bool }}", "False True True"),
        ("{{ empty|bool }} {{ 0|bool }} {{ on|bool }}", "False False True"),
        ("{{ ' 8 '|int }} {{ '4.9'|int }} {{ '1.5'|float }}", "8 4 1.5"),
        ("{{ hero|int(7) }} {{ hero|float(default=2.5) }}", "7 2.5"),
        ("{{ 'ff'|int(base=16) }} {{ '0x1f'|int(0, 16) }} {{ on|int }}", "255 31 1"),
    ],
)
def test_conversions(text: str, result: str) -> None:
    assert rendered(text) == result


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("{% for c in city %}{{ c }}, {% endfor %}", "city"),
        ("{% for c in row.hero %}{{ c }}, {% endfor %}", "row.hero"),
        ("{{ city|join(', ') }}", "{{"),
    ],
)
def test_the_letters_of_a_text_are_not_taken_for_a_list(text: str, needle: str) -> None:
    problem = problem_of(text)
    assert (problem.code, problem.needle) == ("template-letters", needle)
    assert "its letters would be taken one by one" in problem.message
    assert "split(',')" in (problem.hint or "")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{% for c in city.split('e') %}{{ c }}, {% endfor %}", "R, no, "),
        ("{% for c in city|list %}{{ c }} {% endfor %}", "R e n o "),
        ("{% for c in empty %}x{% else %}nothing{% endfor %}", "nothing"),
        ("{{ city|join }} {{ city|list|join('-') }}", "Reno R-e-n-o"),
    ],
)
def test_letters_can_be_asked_for(text: str, result: str) -> None:
    assert rendered(text) == result


COMPARISON = {"n": "5", "seven": 7, "hero": "no", "row": {"n": "5"}, "name": "Cup", "rows": [{"n": "5"}], "yes": True}
COMPARISON |= {"counts": [5, 6], "texts": ["5", "6"], "mixed": ["auto", 5], "flags": [True], "none": None, "u": "5,5"}


def compared(text: str) -> str:
    template = "{{ 'yes' if " + text + " else 'no' }}"
    return Templates(MemoryFiles()).render(template, COMPARISON, beside=(SPEC_FILE,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n == 5", "`n` is a text that reads as a number, and a text never equals a number"),
        ("n != 5", "`n` is a text that reads as a number, and a text never equals a number"),
        ("5 == n", "`n` is a text that reads as a number, and a text never equals a number"),
        ("row.n == 5.0", "`row.n` is a text that reads as a number, and a text never equals a number"),
        ("u == 5.5", "`u` is a text that reads as a number, and a text never equals a number"),
        ("hero == false", "`hero` is a text that reads as a truth value, and a text never equals a truth value"),
        ("n == yes", "`n` is a text that reads as a number, and a text never equals a truth value"),
        ("n in [5, 6]", "`n` is a text that reads as a number, and a text never equals a number"),
        ("n not in counts", "`n` is a text that reads as a number, and a text never equals a number"),
        ("n in range(9)", "`n` is a text that reads as a number, and a text never equals a number"),
        ("n in mixed", "`n` is a text that reads as a number, and a text never equals a number"),
        ("hero in flags", "`hero` is a text that reads as a truth value, and a text never equals a truth value"),
        ("5 in texts", '"5" is a text that reads as a number, and a text never equals a number'),
        ("1 < seven == n", "`n` is a text that reads as a number, and a text never equals a number"),
        ("n|trim == 5", '"5" is a text that reads as a number, and a text never equals a number'),
        ("n is eq 5", '"5" is a text that reads as a number, and a text never equals a number'),
        ("n is in [5]", '"5" is a text that reads as a number, and a text never equals a number'),
        ("rows|selectattr('n', '==', 5)|list|length", '"5" is a text that reads as a number'),
        ("texts|reject('equalto', 5)|list|length", '"5" is a text that reads as a number'),
        ("[n, seven] == [5, 7]", '"5" is a text that reads as a number, and a text never equals a number'),
        ("(5, 7) == (n, seven)", '"5" is a text that reads as a number, and a text never equals a number'),
        ("[[n]] != [[5]]", '"5" is a text that reads as a number, and a text never equals a number'),
        ("row == {'n': 5}", '"5" is a text that reads as a number, and a text never equals a number'),
        ("[n] in [[5], [6]]", '"5" is a text that reads as a number, and a text never equals a number'),
        ("row.get('n') == 5", "`row.get('n')` is a text that reads as a number, and a text never equals a number"),
        ("row.get('n') in [1, 2]", "`row.get('n')` is a text that reads as a number"),
        ("n == 'auto' or n == 5", "`n` is a text that reads as a number, and a text never equals a number"),
        ("'7' == seven|int", "`7` is a text in quotes, and a text never equals a number"),
        ("seven != '7'", "`7` is a text in quotes, and a text never equals a number"),
        ("seven == '8'", "`8` is a text in quotes, and a text never equals a number"),
        ("seven in ['5', '7']", '"5" is a text in quotes, and a text never equals a number'),
        ("'5' in counts", '"5" is a text in quotes, and a text never equals a number'),
    ],
)
def test_a_text_that_reads_as_a_number_is_not_compared_with_one(text: str, message: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        compared(text)
    assert caught.value.code == "template-comparison"
    assert message.replace('"5"', "`5`") in str(caught.value).replace('"5"', "`5`")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("n == '5'", "yes"),
        ("n|int == 5", "yes"),
        ("n != '6'", "yes"),
        ("name == 5", "no"),
        ("name == true", "no"),
        ("name in counts", "no"),
        ("n in texts", "yes"),
        ("n in '456'", "yes"),
        ("hero in ['yes', 1]", "no"),
        ("n in ['5', 5]", "yes"),
        ("n == none", "no"),
        ("n == counts", "no"),
        ("seven == 7.0", "yes"),
        ("1 < seven == 7 < 8", "yes"),
        ("1 < seven == 8", "no"),
        ("7 < seven == missing", "no"),
        ("yes == true", "yes"),
        ("seven not in counts", "yes"),
        ("seven in {7: 1}", "yes"),
        ("n == 'auto' or n == 6", "no"),
        ("n == 6 or n == 'auto'", "no"),
        ("n in ['auto', 'no'] or n == 6", "no"),
        ("hero == 'auto' or hero == 5", "no"),
        ("row.n == 'auto' or row.n == 6", "no"),
        ("[n] == [n, 5]", "no"),
        ("row == {'m': 5}", "no"),
        ("[name] == [5]", "no"),
        ("[n] in [['6'], ['7']]", "no"),
    ],
)
def test_other_comparisons_answer_as_in_jinja(text: str, answer: str) -> None:
    assert compared(text) == answer


def test_the_cure_names_the_conversion() -> None:
    with pytest.raises(TemplateProblem) as caught:
        compared("n == 5")
    assert caught.value.hint == (
        "convert it, `n|int`, or compare it with a text in quotes; " + OF_COLUMN.format("n: integer")
    )


def test_a_text_that_the_template_has_in_quotes_is_to_be_written_without() -> None:
    with pytest.raises(TemplateProblem) as caught:
        compared("seven|int == '8'")
    assert caught.value.hint == "write it without quotes: `8`"


@pytest.mark.parametrize("text", ["{{ hero|default('x', true) }}", "{{ hero|d('x', boolean=true) }}"])
def test_default_names_the_value_that_it_judges(text: str) -> None:
    problem = problem_of(text)
    assert (problem.code, problem.needle) == ("template-condition", "hero")
    assert problem.message.startswith("`hero` is a text that reads as a truth value")
    assert problem.hint is not None
    assert "`hero|bool`" in problem.hint


def test_default_of_what_is_not_defined_still_answers() -> None:
    assert rendered("{{ nobody|default('x', true) }} {{ row.nobody|d('y', boolean=true) }}") == "x y"
