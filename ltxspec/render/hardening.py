"""Rewrite a parsed template so that everything it repeats, grows or enters is paid for.

A cost is the number of nodes below a tree, plus the characters of the text between its tags: an upper bound of what
running it once can do, apart from the loops and calls inside, which pay for themselves. Filters with names that no
template can spell carry the payments into the compiled code.
"""

import math
from collections.abc import Collection, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.visitor import NodeTransformer

from ltxspec.render.limits import MAX_BITS, TemplateLimit

MAX_NODES = 6_000  # of one template, about 20,000 characters of nothing but tags
MAX_NESTING = 60  # nodes inside one another

SPENT, ENTERED, LEFT, LOOPED, JOINED = " spend", " enter", " leave", " loop", " join"
COMPARED, KEYED, SLICED, SPREAD = " compare", " key", " slice", " spread"

_COSTS: dict[type[nodes.Node], int] = {  # loading, copying variables: what is dear beyond its nodes
    nodes.Include: 500,
    nodes.Import: 500,
    nodes.FromImport: 500,
    nodes.Extends: 500,
    nodes.Block: 100,
    nodes.Macro: 20,
    nodes.CallBlock: 20,
    nodes.Call: 5,
    nodes.Filter: 5,
    nodes.Test: 3,
}
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.ScopedEvalContextModifier: "`autoescape` is for web pages",
    nodes.EvalContextModifier: "`autoescape` is for web pages",
}


class Unsupported(TemplateSyntaxError):
    """A template uses a part of Jinja that templates do not have here; `name` is what stands there, `known` what may."""

    def __init__(self, message: str, lineno: int, word: str = "", known: Collection[str] = ()) -> None:
        super().__init__(message, lineno)
        self.word = word
        self.known = sorted(known)


def harden(tree: nodes.Template, filters: Collection[str], tests: Collection[str]) -> nodes.Template:
    """Rewrite `tree` in place. `filters` and `tests` are the names a template may use.

    Raises:
        Unsupported: a filter, test or tag that templates do not have.
        TemplateLimit: the template is too long or too deep.
    """
    _check_shape(tree)
    _Payments(filters, tests).visit(tree)
    tree.body.insert(0, _statement(SPENT, tree, _cost(tree)))
    return tree


def _check_shape(tree: nodes.Node) -> None:
    """Refuse a tree that is too large or too deep for the compiler; walks without recursion."""
    count, level = 0, [tree]
    depth = 0
    while level:
        count += len(level)
        depth += 1
        if count > MAX_NODES:
            raise TemplateLimit(f"the template has more than {MAX_NODES:,} parts")
        if depth > MAX_NESTING:
            raise TemplateLimit(f"the template nests more than {MAX_NESTING} parts inside one another")
        level = [child for node in level for child in node.iter_child_nodes()]


def _cost(*trees: nodes.Node) -> int:
    """What running these once costs, in steps."""
    total, waiting = 0, list(trees)
    while waiting:
        node = waiting.pop()
        total += _COSTS.get(type(node), 1)
        if isinstance(node, nodes.TemplateData):
            total += len(node.data)
        waiting.extend(node.iter_child_nodes())
    return total


def _pay(name: str, subject: nodes.Expr, *arguments: int) -> nodes.Filter:
    constants = [nodes.Const(argument, lineno=subject.lineno) for argument in arguments]
    return nodes.Filter(subject, name, constants, [], None, None, lineno=subject.lineno)


def _statement(name: str, owner: nodes.Node, cost: int = 0) -> nodes.ExprStmt:
    return nodes.ExprStmt(_pay(name, nodes.Const(cost, lineno=owner.lineno)), lineno=owner.lineno)


class _Payments(NodeTransformer):
    """Puts the payments in. Children first, so that inner loops are already rewritten when a body is priced."""

    def __init__(self, filters: Collection[str], tests: Collection[str]) -> None:
        self.filters = filters
        self.tests = tests

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if type(node) in _REFUSED:
            raise Unsupported(f"{_REFUSED[type(node)]} and not available in specs", node.lineno)
        return super().generic_visit(node, *args, **kwargs)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            raise Unsupported("recursive loops are not available in specs; use a macro", node.lineno, "recursive")
        self.generic_visit(node)
        tests = [node.test] if node.test is not None else []
        node.iter = _pay(LOOPED, node.iter, _cost(node.target, *tests, *node.body))
        return node

    def _body(self, node: nodes.Macro | nodes.CallBlock | nodes.Block) -> nodes.Node:
        self.generic_visit(node)
        node.body.insert(0, _statement(SPENT, node, _cost(*node.body)))
        return node

    visit_Macro = visit_CallBlock = visit_Block = _body

    def visit_Include(self, node: nodes.Include) -> Sequence[nodes.Node]:
        if node.ignore_missing:
            problem = "`ignore missing` is not available in specs: a file that cannot be read is never taken for empty"
            raise Unsupported(problem, node.lineno, "ignore")
        self.generic_visit(node)
        return [_statement(ENTERED, node), node, _statement(LEFT, node)]

    def visit_Import(self, node: nodes.Import | nodes.FromImport) -> Sequence[nodes.Node]:
        self.generic_visit(node)
        return [_statement(ENTERED, node), node, _statement(LEFT, node)]

    visit_FromImport = visit_Import

    def visit_Extends(self, node: nodes.Extends) -> Sequence[nodes.Node]:
        self.generic_visit(node)
        return [_statement(ENTERED, node), node]  # what it extends runs to the end of this render

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = _pay(COMPARED, node.expr)
        for operand in node.ops:
            operand.expr = _pay(COMPARED, operand.expr)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _pay(JOINED, nodes.List(node.nodes, lineno=node.lineno))

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        return _pay(SLICED, node) if isinstance(node.arg, nodes.Slice) else node

    def visit_Pair(self, node: nodes.Pair) -> nodes.Node:
        self.generic_visit(node)
        node.key = _pay(KEYED, node.key)
        return node

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        value = node.value
        if (isinstance(value, int) and value.bit_length() > MAX_BITS) or (
            isinstance(value, float) and not math.isfinite(value)
        ):
            raise TemplateLimit("the template has a number that is too large")
        return node

    def visit_Call(self, node: nodes.Call | nodes.Filter | nodes.Test) -> nodes.Node:
        self.generic_visit(node)
        if node.dyn_args is not None:
            node.dyn_args = _pay(LOOPED, node.dyn_args, 1)
        if node.dyn_kwargs is not None:
            node.dyn_kwargs = _pay(SPREAD, node.dyn_kwargs)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        if node.name not in self.filters:
            raise Unsupported(f"there is no filter named `{node.name}`", node.lineno, node.name, self.filters)
        return self.visit_Call(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        if node.name not in self.tests:
            raise Unsupported(f"there is no test named `{node.name}`", node.lineno, node.name, self.tests)
        return self.visit_Call(node)
