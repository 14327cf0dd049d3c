import pytest
from jinja2 import Environment, nodes

from ltxspec.render.jinja.budget import TemplateLimit
from ltxspec.render.jinja.metering import MAX_NESTING, MAX_NODES, SPENT, Unsupported, harden


def hardened(text: str) -> nodes.Template:
    return harden(Environment(autoescape=False).parse(text), {"upper"}, {"defined"})  # only the parser is used


def price(node: nodes.ExprStmt) -> int:
    payment = node.node
    assert isinstance(payment, nodes.Filter)
    assert payment.name == SPENT
    assert isinstance(payment.node, nodes.Const)
    found: int = payment.node.value
    return found


def first(tree: nodes.Template | nodes.Macro) -> nodes.ExprStmt:
    statement = tree.body[0]
    assert isinstance(statement, nodes.ExprStmt)
    return statement


def test_a_template_pays_for_its_length_before_anything_else() -> None:
    assert price(first(hardened("x" * 500))) > 500 > price(first(hardened("x")))


def test_a_macro_pays_each_time_it_runs() -> None:
    macro = hardened("{% macro m() %}" + "x" * 300 + "{% endmacro %}").find(nodes.Macro)
    assert macro is not None
    assert price(first(macro)) > 300


def test_a_loop_pays_for_its_body_in_advance() -> None:
    loop = hardened("{% for a in b %}" + "x" * 300 + "{% endfor %}").find(nodes.For)
    assert loop is not None
    assert isinstance(loop.iter, nodes.Filter)
    cost, _label = loop.iter.args
    assert isinstance(cost, nodes.Const)
    assert cost.value > 300


def test_no_payment_can_be_spelled_in_a_template() -> None:
    names = {found.name for found in hardened("{{ [1][0:1] ~ (a == b) ~ {c: d} ~ f(*g, **h) }}").find_all(nodes.Filter)}
    assert len(names) >= 6
    assert all(name.startswith(" ") for name in names)


@pytest.mark.parametrize(
    ("text", "word", "known"),
    [
        ("{{ a|uper }}", "uper", ["upper"]),
        ("{{ a is defind }}", "defind", ["defined"]),
        ("{% filter uper %}{% endfilter %}", "uper", ["upper"]),
        ("{% if x %}{{ a|uper }}{% endif %}", "uper", ["upper"]),
        ("{% include 'a' ignore missing %}", "ignore", []),
        ("{% for a in b recursive %}{% endfor %}", "recursive", []),
        ("{% autoescape true %}{% endautoescape %}", "autoescape", []),
    ],
)
def test_what_specs_do_not_have_is_refused_by_name(text: str, word: str, known: list[str]) -> None:
    with pytest.raises(Unsupported) as caught:
        hardened(f"first line\n{text}")
    assert (caught.value.word, caught.value.known, caught.value.lineno) == (word, known, 2)


def test_templates_of_too_many_parts_are_refused() -> None:
    with pytest.raises(TemplateLimit, match="parts"):
        hardened("{{ a }}" * MAX_NODES)


def test_templates_of_too_many_levels_are_refused() -> None:
    with pytest.raises(TemplateLimit, match="nests"):
        hardened("{{ " + "-" * MAX_NESTING + "a }}")


@pytest.mark.parametrize("number", ["0x" + "f" * 300, "1e999"])
def test_numbers_beyond_use_are_refused(number: str) -> None:
    with pytest.raises(TemplateLimit, match="number"):
        hardened(f"{{{{ {number} }}}}")
