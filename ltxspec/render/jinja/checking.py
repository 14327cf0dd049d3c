"""Inserts the checks of `traps` into a parsed template: where a value is judged, and where it is printed."""

from collections.abc import Collection
from typing import Any

from jinja2 import nodes

from ltxspec.render.jinja.traps import EQUATED, JUDGED, MIXED, PRINTED, WRITTEN

_LONGEST_LABEL = 60
_TEXTS = "capitalize center format indent lower replace string striptags title trim truncate upper wordcount wordwrap"
_TEXT_FILTERS = frozenset(_TEXTS.split())  # which make a text of any value
_EQUALITIES = ("eq", "ne", "in", "notin")  # as Jinja calls them


def label_of(node: nodes.Node) -> str | None:
    """How a template names a value: `hero`, `row.hero`; None for anything that is computed."""
    if isinstance(node, nodes.Name):
        return node.name
    owner = label_of(node.node) if isinstance(node, nodes.Getattr | nodes.Getitem) else None
    if owner is None or len(owner) > _LONGEST_LABEL:
        return None
    if isinstance(node, nodes.Getattr):
        return f"{owner}.{node.attr}"
    argument = node.arg if isinstance(node, nodes.Getitem) else None
    return f"{owner}[{argument.value!r}]" if isinstance(argument, nodes.Const) else None


def judge(node: nodes.Node) -> Any:
    """The expression, with every value in it that decides as a truth value checked."""
    if isinstance(node, nodes.And | nodes.Or):
        node.left, node.right = judge(node.left), judge(node.right)
        return node
    if isinstance(node, nodes.CondExpr):
        node.expr1 = judge(node.expr1)
        node.expr2 = judge(node.expr2) if node.expr2 is not None else None
        return node
    if isinstance(node, nodes.Compare | nodes.Test | nodes.Not) or _is(node, JUDGED, EQUATED):
        return node
    return _checked(JUDGED, node)


def prints(node: nodes.Output) -> nodes.Output:
    """The output, with every value checked that has a name. Others are checked when they become text."""
    node.nodes = [part if isinstance(part, nodes.TemplateData) else printed(part) for part in node.nodes]
    return node


def printed(node: nodes.Expr) -> nodes.Expr:
    """A value that becomes text, checked if it has a name."""
    return _checked(PRINTED, node) if label_of(node) else node


def name_value(node: nodes.Filter) -> nodes.Filter:
    """The filter, with its value checked by its name, if it has one, so that the filter need not refuse it without."""
    if node.node is None or not label_of(node.node):
        return node
    if node.name in _TEXT_FILTERS:
        node.node = printed(node.node)
    elif node.name in ("d", "default") and any(_is_true(part) for part in (*node.args[1:2], *node.kwargs)):
        node.node = judge(node.node)
    return node


def _is_true(part: nodes.Node) -> bool:
    value = part.value if isinstance(part, nodes.Keyword) and part.key == "boolean" else part
    return isinstance(value, nodes.Const) and value.value is True


def unchecked(node: nodes.Expr) -> nodes.Expr:
    """The expression itself, if it was to be printed: its value may be of any kind."""
    inner = node.node if isinstance(node, nodes.Filter) and _is(node, PRINTED) else None
    return node if inner is None else inner


def with_texts(tree: nodes.Template) -> frozenset[str]:
    """The names that a template compares with a text."""
    found: set[str | None] = set()
    for node in tree.find_all(nodes.Compare):
        for left, operand in zip([node.expr, *(each.expr for each in node.ops)], node.ops, strict=False):
            for one, other in ((left, operand.expr), (operand.expr, left)):
                if operand.op in _EQUALITIES and _has_text(other):
                    found.add(_name_of(one))
    return frozenset(filter(None, found))


def _has_text(node: nodes.Node) -> bool:
    if isinstance(node, nodes.List | nodes.Tuple):
        return any(_has_text(item) for item in node.items)
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _is_written(node: nodes.Node) -> bool:
    """Whether a template has the value itself."""
    if isinstance(node, nodes.List | nodes.Tuple):
        return all(_is_written(item) for item in node.items)
    return isinstance(node, nodes.Const)


def _name_of(node: nodes.Node) -> str | None:
    """As `label_of`; also of `row.get('n')`."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get":
        owner, argument = label_of(node.node), node.args[0] if len(node.args) == 1 else None
        return f"{owner}({argument.value!r})" if owner and isinstance(argument, nodes.Const) else None
    return label_of(node)


def equate(node: nodes.Compare, texts: Collection[str] = ()) -> list[nodes.Expr]:
    """The parts of a comparison, which hold together: each `==`, `!=`, `in` and `not in` is one that is checked.

    A chain (`1 < n == 5`) has several. What stands in its middle is then computed twice, so it must be a name or a
    constant; a chain with anything else stays as it is. `texts` are names that are compared with a text, too.
    """
    middle = [operand.expr for operand in node.ops[:-1]]
    if not all(isinstance(part, nodes.Const) or label_of(part) for part in middle):
        return [node]
    return [_equated(left, operand, texts) for left, operand in zip([node.expr, *middle], node.ops, strict=True)]


def _equated(left: nodes.Expr, operand: nodes.Operand, texts: Collection[str]) -> nodes.Expr:
    right = operand.expr
    if operand.op not in _EQUALITIES:
        return nodes.Compare(left, [operand], lineno=left.lineno)
    given = [operand.op]
    for side in (left, right):
        name = _name_of(side) or ""
        given += [name, WRITTEN * _is_written(side) + MIXED * (name in texts)]
    constants = [nodes.Const(value, lineno=left.lineno) for value in given]
    return nodes.Filter(left, EQUATED, [right, *constants], [], None, None, lineno=left.lineno)


def _is(node: nodes.Node, *names: str) -> bool:
    return isinstance(node, nodes.Filter) and node.name in names


def _checked(name: str, node: Any) -> nodes.Filter:
    label = nodes.Const(label_of(node), lineno=node.lineno)
    return nodes.Filter(node, name, [label], [], None, None, lineno=node.lineno)
