"""Templates through the front door: what they give, what they refuse, and how long it takes them to be refused."""

import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.render.project import SPEC_FILE, MemoryFiles

from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates, has_tags

ROOT = Path(__file__).parents[3]
VARIABLES: dict[str, Any] = {
    "city": "Rome",
    "seconds": 8,
    "ratio": 0.5,
    "night": True,
    "nothing": None,
    "tags": ["rain", "fog"],
    "row": {"name": "Cup", "items": 3, "size": {"cm": 12}},
}


@pytest.fixture
def templates() -> Templates:
    return Templates(MemoryFiles())


def render(templates: Templates, text: str, **more: Any) -> str:
    return templates.render(text, VARIABLES | more, beside=(SPEC_FILE,))


def problem_of(templates: Templates, text: str, **more: Any) -> TemplateProblem:
    with pytest.raises(TemplateProblem) as caught:
        render(templates, text, **more)
    return caught.value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("{{ city }}", "Rome"),
        ("{{city}}, {{ seconds }}s", "Rome, 8s"),
        ("{{ ratio }} {{ night }}", "0.5 True"),
        ("{{ city|upper }}", "ROME"),
        ("{{ tags|join(' and ') }}", "rain and fog"),
        ("{{ row.name }} {{ row['size'].cm }}", "Cup 12"),
        ("{{ row.items }}", "3"),  # a key wins over a method of the same name
        ("{% for t in tags %}{{ loop.index }}{{ t }}{% if not loop.last %}, {% endif %}{% endfor %}", "1rain, 2fog"),
        ("{% for t in tags if t != 'fog' %}{{ t }}{% else %}none{% endfor %}", "rain"),
        ("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "a1b2"),
        ("{% set n = seconds * 2 %}{{ n }}", "16"),
        ("{% set text %}in {{ city }}{% endset %}{{ text }}", "in Rome"),
        ("{% set ns = namespace(n=0) %}{% for t in tags %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}", "2"),
        ("{% macro m(x, y='!') %}{{ x }}{{ y }}{% endmacro %}{{ m('a') }}{{ m('b', y='?') }}", "a!b?"),
        ("{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}x{% endcall %}", "<x>"),
        ("{% filter upper %}{{ city }}{% endfilter %}", "ROME"),
        ("{% with a = 1 %}{{ a }}{% endwith %}", "1"),
        ("{{ 'warm' if night else 'cold' }}", "warm"),
        ("{{ 'warm' if not night }}", ""),
        ("{{ absent|default('x') }}{{ absent is defined }}", "xFalse"),
        ("{{ 'a' ~ 1 ~ true }}", "a1True"),
        ("{{ city[1:3] }}{{ city[0] }}{{ tags[-1] }}", "omRfog"),
        ("{{ 1 < seconds <= 8 and 'Ro' in city }}", "True"),
        ("{{ '%02d' % 7 }} {{ '{:>3}'.format(7) }}", "07   7"),
        ("{{ range(3)|join(', ') }}", "0, 1, 2"),
        ("{# a comment #}x", "x"),
        ("{% raw %}{{ city }}{% endraw %}", "{{ city }}"),
        ("a\n{% if night %}\nb\n{% endif %}\nc", "a\nb\nc"),  # lines that hold only a tag leave no trace
        ("{{ city }}\n", "Rome\n"),
        ("{{{'a': city}.a}}", "Rome"),
        ("{{ range }}", "mine"),  # a variable may have the name of a function
    ],
)
def test_texts_are_rendered(templates: Templates, text: str, result: str) -> None:
    more = {"range": "mine"} if text == "{{ range }}" else {}
    assert render(templates, text, **more) == result


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ seconds }}", 8),
        (" {{ ratio }}\n", 0.5),
        ("{{ night }}", True),
        ("{{ nothing }}", None),
        ("{{ tags }}", ["rain", "fog"]),
        ("{{ seconds + 2 }}", 10),
        ("{# half #}{{ ratio * 2 }}", 1.0),
        ("{{ (1, 'a') }}", [1, "a"]),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ {'a': (1,)} }}", {"a": [1]}),
        ("{{ none }}", None),
        ("{{ 'a' if false }}", None),
        ("{{ seconds }}s", "8s"),
        ("{{ seconds }}{{ seconds }}", "88"),
        ("{% if night %}{{ seconds }}{% endif %}", "8"),
        ("text", "text"),
    ],
)
def test_a_text_that_is_one_expression_keeps_the_expressions_type(templates: Templates, text: str, value: Any) -> None:
    found = templates.value(text, VARIABLES, beside=(SPEC_FILE,))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "alone"), [("{{ city }}", True), ("{{ city|upper }}", True), ("{{ city }}!", False), ("x", False)]
)
def test_it_is_known_whether_a_text_is_one_expression(templates: Templates, text: str, alone: bool) -> None:
    templates.value(text, VARIABLES, beside=(SPEC_FILE,))
    assert templates.is_expression(text) is alone


@pytest.mark.parametrize(
    ("expression", "holds"), [("seconds <= 8", True), ("seconds < 8", False), ("'x' in tags", False), ("city", True)]
)
def test_bare_expressions_hold_or_not(templates: Templates, expression: str, holds: bool) -> None:
    assert templates.holds(expression, VARIABLES, beside=(SPEC_FILE,)) is holds


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("secnds <= 8", "undefined-variable"),
        ("seconds <=", "template-syntax"),
        ("seconds }} {{ 8", "template-syntax"),
        ("seconds 8", "template-syntax"),
        ("range", "template-error"),
        ("'a' * 10**9", "template-limit"),
    ],
)
def test_expressions_that_cannot_be_judged_say_why(templates: Templates, expression: str, code: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        templates.holds(expression, VARIABLES, beside=(SPEC_FILE,))
    assert caught.value.code == code


SHARING = "{% set ns.s = [ns.s, ns.s] %}"  # each round, one list that stands twice in the next


def repeated(start: str, body: str) -> str:
    return f"{{% set ns = namespace({start}) %}}{{% for i in range(99) %}}{body}{{% endfor %}}"


BOMBS = {
    "repetition": "{{ 'a' * 10**9 }}",
    "repetition of a list": "{{ [0] * 10**9 }}",
    "a power": "{{ 2 ** (10**9) }}",
    "a product of powers": "{{ 10**300 * 10**300 }}",
    "centre": "{{ 'x'.center(10**9) }}",
    "the filter center": "{{ 'x'|center(10**9) }}",
    "ljust": "{{ 'x'.ljust(10**9) }}",
    "zfill": "{{ 'x'.zfill(10**9) }}",
    "a wide percent format": "{{ '%1000000000s' % 1 }}",
    "a precise percent format": "{{ '%.1000000000f' % 1 }}",
    "the filter format": "{{ '%1000000000s'|format(1) }}",
    "many percent formats": "{{ ('%s' * 50000) % 'a' }}",
    "a wide brace format": "{{ '{:1000000000}'.format(1) }}",
    "many brace formats": "{{ ('{}' * 40000).format(*range(40000)) }}",
    "indent": "{{ 'x'|indent(10**9) }}",
    "replace": "{{ ('a' * 99999).replace('a', 'b' * 1000) }}",
    "the filter replace": "{{ ('a' * 99999)|replace('', 'b' * 1000) }}",
    "join": "{{ ('x' * 99999).join('ab' * 100) }}",
    "the filter join": "{{ range(1000)|join('x' * 99999) }}",
    "batch": "{{ [1]|batch(10**9, 0) }}",
    "slice": "{{ [1]|slice(10**9) }}",
    "wordwrap": "{{ ('x' * 99999)|wordwrap(1) }}",
    "a wordwrap with long ends": "{{ ('x ' * 999)|wordwrap(1, true, 'y' * 999) }}",
    "rounding": "{{ 5|round(-(10**9)) }}",
    "stripping tags": "{{ ('<>' * 49999)|striptags }}",
    "grouping": "{{ ('x' * 99999)|groupby(0) }}",
    "centring many": repeated("", "{{ ('x' * 99999)|list|map('center', 999) }}"),
    "a long path": "{{ ('a' * 9999)|map(attribute='0' ~ '.0' * 400)|list }}",
    "numbers of one hash": "{{ range(0, 99999 * (2**61 - 1), 2**61 - 1)|unique }}",
    "a long range": "{% for a in range(10**9) %}{% endfor %}",
    "a range beyond counting": "{{ range(10**100)|list }}",
    "nested loops": "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "nested loops over one range": "{% set t = range(9999) %}{% for a in t %}{% for b in t %}{% endfor %}{% endfor %}",
    "doubling a text": repeated("s='ab'", "{% set ns.s = ns.s ~ ns.s %}"),
    "doubling by plus": repeated("s='ab'", "{% set ns.s = ns.s + ns.s %}"),
    "doubling a list": repeated("s=[1]", "{% set ns.s = ns.s + ns.s %}"),
    "joining a shared list": repeated("s=1", SHARING) + "{{ ns.s|tojson|upper }}",
    "comparing shared lists": repeated("s=1, t=1", SHARING + SHARING.replace(".s", ".t")) + "{{ ns.s == ns.t }}",
    "sorting shared lists": repeated("s=1", SHARING) + "{{ [ns.s, ns.s]|sort }}",
    "JSON of a shared list": repeated("s=1", SHARING) + "{{ ns.s|tojson }}",
    "keeping many copies": repeated("l=[], t='x' * 99999", "{% set ns.l = ns.l + [ns.t[1:]] %}"),
    "printing much": repeated("t='x' * 99999", "{{ ns.t }}"),
    "capturing much": "{% set u %}" + repeated("t='x' * 99999", "{{ ns.t }}") + "{% endset %}{{ u }}",
    "plain text in loops": "{% for i in range(99999) %}" + "x" * 1000 + "{% endfor %}",
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a macro that branches": "{% macro m(n) %}{{ m(n - 1) + m(n - 1) if n else '' }}{% endmacro %}{{ m(22) }}",
    "a caller that calls itself": "{% macro m() %}{% call m() %}{% endcall %}{{ caller() }}{% endmacro %}{{ m() }}",
    "a block that calls itself": "{% block b %}{{ self.b() }}{% endblock %}",
    "an include of itself": "{% include 'self.j2' %}",
    "an extension of itself": "{% extends 'extends.j2' %}",
    "an import of itself": "{% import 'import.j2' as m %}",
    "brackets": "{{ " + "(" * 999 + "1" + ")" * 999 + " }}",
    "lists in lists": "{{ " + "[" * 999 + "]" * 999 + " }}",
    "signs": "{{ " + "-" * 9999 + "1 }}",
    "negations": "{{ " + "not " * 9999 + "1 }}",
    "choices": "{{ " + "1 if 1 else " * 4999 + "1 }}",
    "a long sum": "{{ 1" + " + 1" * 30000 + " }}",
    "filters in a row": "{{ city" + "|upper" * 4000 + " }}",
    "many tags": "{{ city }}{{ city|upper }}" * 10000,
    "nested ifs": "{% if 1 %}" * 500 + "{% endif %}" * 500,
    "nested loops in number": "{% for a in tags %}" * 30 + "{% endfor %}" * 30,
    "a number of many digits": "{{ 0x" + "f" * 9000 + " }}",
    "an infinite number": "{{ 1e999 }}",
    "shifting arguments": "{% macro m() %}{{ varargs[0] }}{% endmacro %}" + repeated("", "{{ m(*range(99999)) }}"),
    "trimming": "{% set t = 'x' * 99999 %}{% for i in range(9999) %}{% set u = t|trim %}{% endfor %}",
    "searching": "{% set t = 'x' * 99999 %}{% for i in range(99999) %}{% set u = 'y' in t %}{% endfor %}",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_template_that_wants_too_much_is_refused(text: str) -> None:
    files = MemoryFiles(
        {
            "specs/self.j2": "{% include 'self.j2' %}",
            "specs/extends.j2": "{% extends 'extends.j2' %}",
            "specs/import.j2": "{% import 'import.j2' as m %}",
        }
    )
    assert problem_of(Templates(files), text).code == "template-limit"


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1" + "0" * 9000 + " }}",  # Python itself reads no such number
        "{{ 2.0 ** 99999 }}",
        "{{ [1]|join(*range(99999)) }}",
        "{{ ('a' * 999).strip('a' * 99999) }}",
    ],
)
def test_other_excesses_are_errors_too(templates: Templates, text: str) -> None:
    problem = problem_of(templates, text)
    assert (problem.code, "sys." in problem.message) == ("template-error", False)


def test_all_bombs_together_are_defused_within_seconds() -> None:
    """One process, all of them: a single one that ran to its end would take minutes or all memory."""
    script = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
sys.path[:0] = ["tests", "."]
from unit.render.test_templating import BOMBS, MemoryFiles, TemplateProblem, Templates, render
for text in BOMBS.values():
    try:
        render(Templates(MemoryFiles()), text)
    except TemplateProblem:
        continue
    sys.exit(text)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ ().__class__.__bases__[0].__subclasses__() }}",
    "{{ row.__init__.__globals__ }}",
    "{{ tags|map(attribute='__class__')|list }}",
    "{{ [tags]|sum(attribute='__class__') }}",
    "{{ range.__call__ }}",
    "{{ namespace.__init__ }}",
    "{{ loop.__class__ if loop is defined else self.__class__ }}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% for t in tags %}{{ loop.__init__ }}{% endfor %}",
    "{{ self._TemplateReference__context }}",
    "{% set ns = namespace() %}{{ ns.__class__ }}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_nothing_private_can_be_reached(templates: Templates, text: str) -> None:
    problem = problem_of(templates, text)
    assert (problem.code, problem.message.partition("` ")[2]) == ("template-security", "is not accessible in templates")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''|attr('__class__') }}",
        "{{ tags|random }}",
        "{{ lipsum() }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '{0[a]}'.format(row) }}",
        "{{ 'x'.format_map(row) }}",
        "{{ 'x'.encode() }}",
        "{{ 'x'.translate({}) }}",
        "{{ tags.append(1) }}",
        "{{ row.update({}) }}",
        "{{ row.pop('name') }}",
        "{{ tags.sort() }}",
        "{{ range.func }}",
        "{{ 'x'.upper.args }}",
        "{{ cycler(1) }}",
        "{{ city() }}",
        "{{ tags() }}",
        "{{ (1)() }}",
        "{{ loop }}",
        "{{ self }}",
        "{{ range }}",
        "{{ namespace() }}",
        "{% macro m() %}{% endmacro %}{{ m }}",
        "{% macro m() %}{% endmacro %}{{ m.name }}",
        "{% for t in tags %}{{ loop._iterable }}{% endfor %}",
        "{% for t in tags recursive %}{{ loop(t) }}{% endfor %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% include 'x' ignore missing %}",
        "{% do tags.append(1) %}",
        "{% trans %}x{% endtrans %}",
        "{{ city|safe }}",
        "{{ city|urlize }}",
        "{{ '\\ud800' }}",
        "{{ {tags: 1} }}",
        "{{ row[tags] }}",
        "{{ dict([(1, 2)]) }}",
        "{% set city.x = 1 %}",
    ],
)
def test_what_templates_do_not_have_is_refused(templates: Templates, text: str) -> None:
    assert problem_of(templates, text).code != "template-limit"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("in {{ citty }}", "`citty` is not defined", "did you mean `city`?"),
        ("{{ row.nmae }}", "there is no `nmae` in the mapping", "did you mean `name`?"),
        ("{{ row['nmae'] }}", "there is no `nmae` in the mapping", "did you mean `name`?"),
        ("{{ city.uper() }}", "a text has no `uper`", "did you mean `upper`?"),
        ("{{ city|uper }}", "there is no filter named `uper`", "did you mean `upper`?"),
        ("{{ city is defind }}", "there is no test named `defind`", "did you mean `defined`?"),
    ],
)
def test_unknown_words_are_named_with_the_nearest_known_one(
    templates: Templates, text: str, message: str, hint: str
) -> None:
    problem = problem_of(templates, text)
    assert (problem.message, (problem.hint or "")[: len(hint)]) == (message, hint)


def test_all_known_variables_are_listed(templates: Templates) -> None:
    problem = problem_of(templates, "{{ zzz }}")
    assert problem.hint == "the variables are `city`, `night`, `nothing`, `ratio`, `row`, `seconds`, `tags`"


@pytest.mark.parametrize(
    ("text", "line", "needle"),
    [
        ("a\nb {{ nope }}", 2, "nope"),
        ("a\n{% if night %}\n{{ nope|upper }}\n{% endif %}", 3, "nope"),
        ("a\n\n{% nope %}", 3, "nope"),
        ("{{ city }\n", 1, "}"),
        ("a\n{{ 1 / 0 }}", 2, "{{"),
        ("a\n{{ ''.__class__ }}", 2, "__class__"),
        ("{% macro m(x) %}\n{{ x + 'a' }}\n{% endmacro %}\n{{ m(1) }}", 2, "{{"),
        ("{% for t in tags %}\n\n{{ t.nope }}{% endfor %}", 3, "nope"),
        ("x\n{{ 'a' * 10**9 }}", 2, "{{"),
    ],
)
def test_problems_know_their_line_and_word(templates: Templates, text: str, line: int, needle: str) -> None:
    problem = problem_of(templates, text)
    assert (problem.line, problem.needle, problem.source) == (line, needle, text.split("\n")[line - 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% if %}", "expected an expression, got `%}`"),
        ("{{ }}", "expected an expression, got `}}`"),
        ("{{ city", "unexpected end of template, expected `}}`"),
        ("{% if night %}", "unexpected end of template"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ city|truncate(nope=1) }}", "a call in the template got an unexpected keyword argument `nope`"),
        ("{{ '{n}'.format(m=1) }}", "`format` has no value for `{n}`"),
        ("{{ city|random }}", "the filter `random` is not available in specs: it gives a different result each time"),
        ("{{ tags|map('nope')|list }}", "`map` needs the name of a filter, and `nope` is not a filter"),
    ],
)
def test_messages_are_one_sentence_without_jargon(templates: Templates, text: str, message: str) -> None:
    assert problem_of(templates, text).message == message


def test_files_are_included_imported_and_extended() -> None:
    files = MemoryFiles(
        {
            "specs/tail.j2": "of {{ city }}\n",
            "macros.j2": "{% macro loud(x) %}{{ x|upper }}!{% endmacro %}{% set mood = 'calm' %}",
            "specs/base.j2": "<{% block body %}base{% endblock %}>",
        }
    )
    templates = Templates(files)
    assert render(templates, "roofs {% include 'tail.j2' %}.") == "roofs of Rome\n."
    assert render(templates, "{% from 'macros.j2' import loud %}{{ loud(city) }}") == "ROME!"
    assert render(templates, "{% import 'macros.j2' as m %}{{ m.loud('a') }}{{ m.mood }}") == "A!calm"
    text = "{% extends 'base.j2' %}{% block body %}{{ super() }} {{ city }}{% endblock %}"
    assert render(templates, text) == "<base Rome>"
    assert render(templates, "{% set n = 'tail' %}{% include n ~ '.j2' %}") == "of Rome"


def test_included_files_are_looked_for_beside_the_spec_then_beside_the_text() -> None:
    files = MemoryFiles({"specs/a.j2": "spec", "prompts/a.j2": "prompt", "prompts/b.j2": "{% include 'c.j2' %}"})
    files.texts |= {"prompts/c.j2": "deep"}
    templates, beside = Templates(files), (SPEC_FILE, "prompts/main.j2")
    assert templates.render("{% include 'a.j2' %}", {}, beside=beside) == "spec"
    assert templates.render("{% include 'b.j2' %}", {}, beside=beside) == "deep"
    assert templates.render("{% include 'prompts/b.j2' %}", {}, beside=(SPEC_FILE,)) == "deep"


def test_problems_in_included_files_name_the_file() -> None:
    templates = Templates(
        MemoryFiles({"specs/a.j2": "ok\n{{ nope }}", "specs/b.j2": "{% if %}", "specs/c.j2": "{{ 1|uper }}"})
    )
    for name, line, code in [
        ("a", 2, "undefined-variable"),
        ("b", 1, "template-syntax"),
        ("c", 1, "template-unsupported"),
    ]:
        problem = problem_of(templates, f"x\n{{% include '{name}.j2' %}}")
        assert (problem.file, problem.line, problem.code) == (f"specs/{name}.j2", line, code)


def test_an_imported_file_that_misses_a_variable_is_explained() -> None:
    templates = Templates(MemoryFiles({"a.j2": "{% macro m() %}{{ city }}{% endmacro %}"}))
    problem = problem_of(templates, "{% from 'a.j2' import m %}{{ m() }}")
    assert problem.hint == "an imported file sees the variables of the spec only after `import … with context`"
    assert render(templates, "{% from 'a.j2' import m with context %}{{ m() }}") == "Rome"


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.j2", "gone.j2"])
def test_files_outside_or_missing_are_refused(templates: Templates, name: str) -> None:
    problem = problem_of(templates, f"x\n{{% include '{name}' %}}")
    assert (problem.code, problem.line, problem.file) == ("template-file", 2, None)


def test_one_render_leaves_nothing_to_the_next() -> None:
    files = MemoryFiles({"a.j2": "{% set state = namespace(n=0) %}"})
    templates = Templates(files)
    text = "{% import 'a.j2' as a %}{% set s = a.state %}{% set s.n = s.n + 1 %}{{ s.n }}"
    assert [render(templates, text) for _ in range(3)] == ["1", "1", "1"]


def test_variables_are_never_changed_by_a_template(templates: Templates) -> None:
    variables = {"tags": ["a"], "row": {"a": 1}}
    before = repr(variables)
    templates.render("{% set tags = tags + ['b'] %}{% set row = 3 %}{{ tags|join }}", variables, beside=(SPEC_FILE,))
    assert repr(variables) == before


def test_a_text_of_plain_names_needs_no_jinja() -> None:
    script = (
        "import sys; sys.path[:0] = ['tests', '.']\n"
        "from unit.render.test_templating import Templates, MemoryFiles, render\n"
        "t = Templates(MemoryFiles())\n"
        "assert render(t, 'Rain over {{ city }}') == 'Rain over Rome'\n"
        "assert t.value('{{ seconds }}', {'seconds': 8}, beside=()) == 8\n"
        "sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60).returncode == 0


NAMES = st.sampled_from(["a", "b_1", "If", "loop", "true", "not", "self", "range", "missing", "class", "environment"])
PIECES = st.one_of(
    NAMES.map(lambda name: f"{{{{ {name} }}}}"),
    NAMES.map(lambda name: f"{{{{{name}}}}}"),
    st.text(alphabet="ab {}%#-\n\r\t\"'\\" + string.digits, max_size=6),
)
PLAIN_VALUES = st.one_of(st.text(max_size=5), st.integers(), st.floats(), st.booleans(), st.none())


@given(
    text=st.lists(PIECES, max_size=6).map("".join),
    variables=st.dictionaries(NAMES.filter(lambda name: name != "missing"), PLAIN_VALUES),
)
def test_the_shortcut_gives_what_jinja_gives(text: str, variables: dict[str, Any]) -> None:
    shortcut, jinja = Templates(MemoryFiles()), Templates(MemoryFiles())
    jinja._split = lambda text: None  # type: ignore[method-assign]  # noqa: ARG005  # switches the shortcut off
    for method in ("render", "value"):
        results = []
        for templates in (shortcut, jinja):
            try:
                results.append(repr(getattr(templates, method)(text, variables, beside=(SPEC_FILE,))))
            except TemplateProblem as problem:
                results.append(f"{problem.code} {problem.message}")
        assert results[0] == results[1]


@given(text=st.text(alphabet="{}%# abc|.()[]'~+*<>=,:-_\n0123456789", max_size=40))
def test_any_text_renders_or_is_a_problem_of_its_author(text: str) -> None:
    lines = text.count("\n") + 1
    try:
        last = len(render(Templates(MemoryFiles()), text).split("\n"))
    except TemplateProblem as problem:
        last = problem.line
    assert 1 <= last <= lines


@pytest.mark.parametrize(
    ("text", "expected"), [("{{", True), ("a {% b", True), ("{#", True), ("{ {", False), ("", False)]
)
def test_tags_are_noticed(text: str, expected: bool) -> None:
    assert has_tags(text) is expected
