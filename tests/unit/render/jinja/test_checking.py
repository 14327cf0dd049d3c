import pytest
from jinja2 import Environment, nodes

from ltxspec.render.jinja.checking import judge, label_of, prints, unchecked
from ltxspec.render.jinja.traps import JUDGED, PRINTED


def expression(text: str) -> nodes.Expr:
    output = Environment(autoescape=False).parse(f"{{{{ {text} }}}}").body[0]
    assert isinstance(output, nodes.Output)
    return output.nodes[0]


def checks(node: nodes.Node, name: str) -> list[str | None]:
    """The labels of all checks of one kind in a tree."""
    found = [*node.find_all(nodes.Filter), *([node] if isinstance(node, nodes.Filter) else [])]
    return sorted(check.args[0].as_const() or "" for check in found if check.name == name)


@pytest.mark.parametrize(
    ("text", "label"),
    [("hero", "hero"), ("row.hero", "row.hero"), ("row['hero'][0]", "row['hero'][0]"), ("a + b", None), ("f(x)", None)],
)
def test_only_what_has_a_name_is_named(text: str, label: str | None) -> None:
    assert label_of(expression(text)) == label


def test_a_long_name_is_left_out() -> None:
    assert label_of(expression(".".join(["a" * 40] * 9))) is None


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("a", ["a"]),
        ("a and b.c", ["a", "b.c"]),
        ("a or (b if x else c)", ["a", "b", "c"]),
        ("a|upper", [""]),
        ("a == b", []),
        ("a is defined", []),
        ("not a", []),
    ],
)
def test_what_decides_is_judged_wherever_it_stands(text: str, labels: list[str]) -> None:
    judged = judge(expression(text))
    assert checks(judged, JUDGED) == labels
    assert checks(judge(judged), JUDGED) == labels  # once


def test_printed_names_are_checked_and_can_be_freed_again() -> None:
    output = nodes.Output([nodes.TemplateData("x"), expression("a"), expression("a + 1")])
    prints(output)
    assert checks(output, PRINTED) == ["a"]
    assert label_of(unchecked(output.nodes[1])) == "a"
    assert unchecked(output.nodes[2]) is output.nodes[2]
