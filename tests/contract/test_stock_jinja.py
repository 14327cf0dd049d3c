"""Templates give what a stock Jinja gives, word by word, except where `words.py` says that they do not, and why."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from unit.render.project import SPEC_FILE, VARIABLES, MemoryFiles

from ltxspec.render.jinja.environment import Engine
from ltxspec.render.jinja.words import (
    DIFFERENT_FILTERS,
    UNAVAILABLE_FILTERS,
    UNAVAILABLE_FUNCTIONS,
    UNAVAILABLE_TESTS,
)
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates

SPECS = Path(__file__).parents[2] / "docs" / "specs.md"
STOCK = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)

EXPRESSIONS = """
-3|abs
2.5|abs
words|batch(3)|list
words|batch(3, 'x')|list
words|batch(linecount=2, fill_with=0)|list
words|batch(0)|list
city|capitalize
'a'|center(7)
city|center|length
nope|default('x')
nope|d
zero|default('x')
zero|default('x', true)
zero|default(default_value='x', boolean=True)
table|dictsort
table|dictsort(true)
table|dictsort(false, 'value')
table|dictsort(by='value', reverse=true)
table|dictsort(reverse=true)
words|first
words|last
empty|first|default('none')
'abc'|first
table|first
'1.5'|float
'x'|float
'x'|float(2.0)
'yes'|bool
1500000|filesizeformat
1536|filesizeformat(true)
1|filesizeformat
'12'|filesizeformat
'%s-%s'|format('a', 'b')
'%(x)s'|format(x=1)
'%i %u %r'|format(1, 2, 'a')
rows|groupby('n')|list
rows|groupby('on')|map('first')|list
rows|groupby('n')|map(attribute='grouper')|list
rows|groupby('n')|map(attribute='list')|map('length')|list
(rows|groupby('name'))[0].grouper
(rows|groupby('name', case_sensitive=true))[0].list
rows|groupby('x', 'none')|length
rows|groupby('x', default='none')
text|indent
text|indent(2, true)
text|indent('> ', first=true, blank=true)
text|indent(width=1)
'42'|int
'4.9'|int
'x'|int
'x'|int(7)
'ff'|int(base=16)
'0x1f'|int(0, 16)
3.9|int
nested|items|list
nope|items|list
words|join
words|join(', ')
rows|join('+', attribute='name')
[1, none, 2.5, true]|join(1)
words|length
city|count
table|length
'abc'|list
table|list
range(3)|list
city|lower
city|upper
5|upper
words|map('upper')|list
words|map('replace', 'a', 'o')|list
words|map('center', 6)|map('trim')|join('|')
rows|map(attribute='n')|list
rows|map(attribute='x', default=0)|list
[nested]|map(attribute='a.b.1.c')|list
['ab', 'cd']|map(attribute=0)|list
words|max
words|min
[]|min
rows|max(attribute='n')
words|min(case_sensitive=true)
[1, 2, 3, 4]|select('odd')|list
[0, 1]|select|list
[1, 2, 3]|select('gt', 1)|list
[1, 2, 3, 4]|reject('divisibleby', 2)|list
[1, 'a', none]|reject('string')|list
rows|selectattr('on')|map(attribute='name')|list
rows|selectattr('name', 'in', ['b', 'c'])|list|length
rows|rejectattr('n', 'eq', 1)|map(attribute='n')|list
city|replace('o', '0')
city|replace('o', '0', 1)
city|replace('', '-')
1010|replace(0, 'x')
words|reverse|list
'abc'|reverse
table|reverse|list
range(4)|reverse|list
2.5|round
5|round
1234|round(-2)
2.567|round(2)
2.1|round(method='ceil')
2.99|round(1, 'floor')
words|slice(3)|list
words|slice(3, 'x')|list
words|sort
words|sort(true)
words|sort(case_sensitive=true)
rows|sort(attribute='n')
rows|sort(attribute='n,name')
rows|sort(attribute='n')|map(attribute='name')|join
'cab'|sort|join
5|string
[1, 'a']|string
html|striptags
[1, 2.5]|sum
rows|sum(attribute='n', start=10)
rows|sum('n')
'hello wORLD (and-so) on'|title
'  a '|trim
'xxaxx'|trim('x')
(city * 20)|truncate
city|truncate(9, true, '..', 0)
city|truncate(9, leeway=0)
city|truncate(2)
words|unique|list
words|unique(true)|list
rows|unique(attribute='n')|list
table.items()|unique|list
'a b&c/é'|urlencode
{'a b': 'c&d', 'e': 1}|urlencode
[('a', 1), ('b', '/')]|urlencode
5|urlencode
text|wordcount
''|wordcount
city|wordwrap(8)
text|wordwrap(3)
'a-b-c-d'|wordwrap(3, break_on_hyphens=false)
'abcdefgh ij'|wordwrap(3, false)
'abcdefgh ij'|wordwrap(3, true, ' / ')
city|wordwrap(width=5, wrapstring='|')
words|tojson
rows|tojson
table|tojson(2)
'<é>'|tojson
[[1], [2]]|sum(start=[])
city|attr('upper')
'<'|e
'<'|escape
'<'|forceescape
words|pprint
words|random
city|safe
city|urlize
{'a': 1}|xmlattr
'<'|e is escaped
zero is sameas(false)
lipsum(1)
zero is boolean
range is callable
city is callable
9 is divisibleby(3)
9 is divisibleby(num=2)
zero is eq(0)
zero is equalto 1
2 is even
false is false
'upper' is filter
'nope' is filter
1.5 is float
2 is ge(1)
2 is gt 2
2 is greaterthan(1)
1 is in([1, 2])
'kyoto' is in(city)
1 is integer
table is iterable
5 is iterable
1 is le(1)
1 is lessthan(2)
1 is lt(1)
city is lower
table is mapping
1 is ne(2)
none is none
true is number
3 is odd
words is sequence
5 is sequence
city is string
'odd' is test
true is true
'A' is upper
nope is undefined
nope is defined
nope is string
[1] == [1] and (1, 2) < (1, 3)
'%05.1f' % 2.25
city[4:9] ~ words[0]
joiner(', ') is callable
dict(a=1).items()|list
cycler('a', 'b').next()
cycler('a', 'b').current
'a' in table and 'z' not in table
5|list
words|map|list
words|map('nope')|list
words|select('nope')|list
words|sort(nope=1)
words|slice(0)|list
[1, 'a']|sort
rows|unique|list
nope|upper
nope|int
nope|length
nope|join
1|round(method='up')
table|dictsort(by='size')
'%s'|format(1, x=2)
words|first(1)
'%q'|format(1)
none|length
words|dictsort
5|items|list
words|wordwrap(0)
""".strip().splitlines()


def ours(expression: str) -> tuple[str, str]:
    """(value as text, what is wrong): one of them is empty. Lists are not printed: that would be an error."""
    try:
        return str(Templates(MemoryFiles()).value(f"{{{{ {expression} }}}}", VARIABLES, beside=(SPEC_FILE,))), ""
    except TemplateProblem as problem:
        return "", problem.message


def stock(expression: str) -> str | None:
    """The value as text; None for an error."""
    try:
        value: Any = STOCK.compile_expression(expression, undefined_to_none=False)(**VARIABLES)
        return str(engine().plain(list(value) if hasattr(value, "__next__") else value))
    except Exception:  # noqa: BLE001  # whatever Jinja raises: the expression has no result
        return None


UNAVAILABLE = {**UNAVAILABLE_FILTERS, **UNAVAILABLE_TESTS, **UNAVAILABLE_FUNCTIONS}
DOCUMENTED = [f"|{name}" for name in {**UNAVAILABLE_FILTERS, **DIFFERENT_FILTERS}] + [
    *(f"is {name}" for name in UNAVAILABLE_TESTS),
    *(f"{name}(" for name in UNAVAILABLE_FUNCTIONS),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_gives_what_a_stock_environment_gives(expression: str) -> None:
    text, problem = ours(expression)
    wanted = stock(expression)
    if wanted != (None if problem else text):
        assert any(word in expression for word in DOCUMENTED), (text, problem, wanted)


def test_most_of_the_expressions_are_equal() -> None:
    different = [text for text in EXPRESSIONS if stock(text) != (None if ours(text)[1] else ours(text)[0])]
    assert len(EXPRESSIONS) > 200
    assert len(different) <= 19, different


def engine() -> Engine:
    return Engine(lambda name, _parent: name)


def test_every_word_of_jinja_is_available_or_has_a_reason_not_to_be() -> None:
    assert set(STOCK.filters) - set(engine().words[0]) == set(UNAVAILABLE_FILTERS)
    assert set(STOCK.tests) - set(engine().words[1]) == set(UNAVAILABLE_TESTS)
    assert set(STOCK.globals) - set(engine().globals) == set(UNAVAILABLE_FUNCTIONS)


@pytest.mark.parametrize("kind", ["filters", "tests"])
def test_every_available_word_is_held_against_jinja(kind: str) -> None:
    words = engine().words[kind == "tests"]
    mark = {"filters": "|", "tests": "is "}[kind]
    everything = "\n".join([*EXPRESSIONS, *(f"2 is {sign}(1)" for sign in ("==", "!=", "<", "<=", ">", ">="))])
    assert [word for word in words if f"{mark}{word}" not in everything] == []


@pytest.mark.parametrize("word", UNAVAILABLE_FILTERS)
def test_a_filter_that_is_not_available_is_refused_with_the_reason(word: str) -> None:
    assert ours(f"city|{word}")[1] == f"the filter `{word}` is not available in specs: it {UNAVAILABLE_FILTERS[word]}"


@pytest.mark.parametrize("word", UNAVAILABLE_TESTS)
def test_a_test_that_is_not_available_is_refused_with_the_reason(word: str) -> None:
    assert ours(f"city is {word}(1)")[1] == f"the test `{word}` is not available in specs: it {UNAVAILABLE_TESTS[word]}"


@pytest.mark.parametrize(("word", "reason"), [*UNAVAILABLE.items(), *DIFFERENT_FILTERS.items()])
def test_the_documentation_lists_what_is_not_as_in_jinja_and_why(word: str, reason: str) -> None:
    lines = [line for line in SPECS.read_text("utf-8").splitlines() if f"`{word}`" in line]
    assert any(reason in line for line in lines), reason


def test_the_signs_of_comparison_are_tests_too() -> None:
    for sign in ("==", "!=", "<", "<=", ">", ">="):
        assert ours(f"[1, 2, 3]|select('{sign}', 2)|list")[0] == stock(f"[1, 2, 3]|select('{sign}', 2)|list")
