"""Rewrites a parsed template so that everything it repeats, grows or enters is counted.

A cost is the number of nodes below a tree, plus the characters of the text between its tags: an upper bound for running
it once, apart from the loops and calls inside, which are counted separately. Filters with names that cannot be written
in a template carry the counting into the compiled code.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.visitor import NodeTransformer

from ltxspec.render.jinja.budget import MAX_BITS, TemplateLimit
from ltxspec.render.jinja.checking import equate, judge, label_of, name_value, printed, prints, with_texts
from ltxspec.render.jinja.words import UNAVAILABLE_FILTERS, UNAVAILABLE_TESTS

MAX_NODES = 6_000  # of one template, about 20,000 characters of tags alone
MAX_NESTING = 60  # levels of nested nodes

SPENT, ENTERED, LEFT, LOOPED, JOINED = " spend", " enter", " leave", " loop", " join"
COMPARED, KEYED, SLICED, SPREAD = " compare", " key", " slice", " spread"

_COSTS: dict[type[nodes.Node], int] = {  # in steps of about half a microsecond; any other node is one step
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
    nodes.Getattr: 3,
    nodes.Getitem: 3,
    **dict.fromkeys((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), 4),
}


class Unsupported(TemplateSyntaxError):
    """A template uses an unavailable part of Jinja; `word` is what was written, `known` what is available."""

    def __init__(self, message: str, lineno: int, word: str = "", known: Collection[str] = ()) -> None:
        super().__init__(message, lineno)
        self.word = word
        self.known = sorted(known)


def harden(tree: nodes.Template, filters: Collection[str], tests: Collection[str]) -> nodes.Template:
    """Rewrite `tree` in place. `filters` and `tests` are the names a template may use.

    Raises:
        Unsupported: a filter, test or tag that is not available in templates.
        TemplateLimit: the template is too long or too deep.
    """
    _check_shape(tree)
    _Payments(filters, tests, with_texts(tree)).visit(tree)
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
    """The cost of running these once, in steps."""
    total, waiting = 0, list(trees)
    while waiting:
        node = waiting.pop()
        total += _COSTS.get(type(node), 1)
        if isinstance(node, nodes.TemplateData):
            total += len(node.data)
        waiting.extend(node.iter_child_nodes())
    return total


def _pay(name: str, subject: Any, *arguments: int | str | None) -> nodes.Filter:
    constants = [nodes.Const(argument, lineno=subject.lineno) for argument in arguments]
    return nodes.Filter(subject, name, constants, [], None, None, lineno=subject.lineno)


def _statement(name: str, owner: nodes.Node, cost: int = 0) -> nodes.ExprStmt:
    return nodes.ExprStmt(_pay(name, nodes.Const(cost, lineno=owner.lineno)), lineno=owner.lineno)


Rewritten = nodes.Node | Sequence[nodes.Node]


class _Payments(NodeTransformer):
    """Inserts the counting. Children first, so that inner loops are already rewritten when a body is priced."""

    def __init__(self, filters: Collection[str], tests: Collection[str], texts: Collection[str]) -> None:
        self.filters = filters
        self.texts = texts  # names that the template compares with a text
        self.tests = tests
        self.rules: dict[type[nodes.Node], Callable[[Any], Rewritten]] = {
            nodes.For: self.loop,
            nodes.If: self.condition,
            nodes.CondExpr: self.condition,
            nodes.Not: self.negation,
            nodes.And: self.junction,
            nodes.Or: self.junction,
            nodes.Output: self.output,
            nodes.Macro: self.body,
            nodes.CallBlock: self.body,
            nodes.Block: self.body,
            nodes.Include: self.include,
            nodes.Import: self.load,
            nodes.FromImport: self.load,
            nodes.Extends: self.extend,
            nodes.Compare: self.compare,
            nodes.Concat: self.concat,
            nodes.Getitem: self.pick,
            nodes.Pair: self.pair,
            nodes.Const: self.constant,
            nodes.Call: self.call,
            nodes.Filter: self.filter,
            nodes.Test: self.test,
            nodes.ScopedEvalContextModifier: self.refuse_escaping,
        }

    def get_visitor(self, node: nodes.Node) -> Any:
        """The rule for a node; None leaves the node unchanged and continues with its children."""
        return self.rules.get(type(node))

    def refuse_escaping(self, node: nodes.ScopedEvalContextModifier) -> Rewritten:
        raise Unsupported("`autoescape` is for web pages and not available in specs", node.lineno, "autoescape")

    def loop(self, node: nodes.For) -> Rewritten:
        if node.recursive:
            raise Unsupported("recursive loops are not available in specs; use a macro", node.lineno, "recursive")
        self.generic_visit(node)
        once = [node.target, *([node.test] if node.test is not None else []), *node.body]
        node.iter = _pay(LOOPED, node.iter, _cost(*once), label_of(node.iter))
        node.test = judge(node.test) if node.test is not None else None
        return node

    def condition(self, node: nodes.If | nodes.CondExpr) -> Rewritten:
        self.generic_visit(node)
        node.test = judge(node.test)
        return node

    def negation(self, node: nodes.Not) -> Rewritten:
        self.generic_visit(node)
        node.node = judge(node.node)
        return node

    def junction(self, node: nodes.And | nodes.Or) -> Rewritten:
        self.generic_visit(node)
        node.left = judge(node.left)  # the right side is judged only where the whole is
        return node

    def output(self, node: nodes.Output) -> Rewritten:
        self.generic_visit(node)
        return prints(node)

    def body(self, node: nodes.Macro | nodes.CallBlock | nodes.Block) -> Rewritten:
        self.generic_visit(node)
        node.body.insert(0, _statement(SPENT, node, _cost(*node.body)))
        return node

    def include(self, node: nodes.Include) -> Rewritten:
        if node.ignore_missing:
            problem = "`ignore missing` is not available in specs: a file that cannot be read is never treated as empty"
            raise Unsupported(problem, node.lineno, "ignore")
        return self.load(node)

    def load(self, node: nodes.Include | nodes.Import | nodes.FromImport) -> Rewritten:
        self.generic_visit(node)
        return [_statement(ENTERED, node), node, _statement(LEFT, node)]

    def extend(self, node: nodes.Extends) -> Rewritten:
        self.generic_visit(node)
        return [_statement(ENTERED, node), node]  # the extended template runs to the end of this render

    def compare(self, node: nodes.Compare) -> Rewritten:
        self.generic_visit(node)
        parts = equate(node, self.texts)
        for part in parts:
            if isinstance(part, nodes.Compare):
                part.expr = _pay(COMPARED, part.expr)
                for operand in part.ops:
                    operand.expr = _pay(COMPARED, operand.expr)
        return reduce(lambda left, right: nodes.And(left, right, lineno=node.lineno), parts)

    def concat(self, node: nodes.Concat) -> Rewritten:
        self.generic_visit(node)
        node.nodes = [printed(part) for part in node.nodes]
        return _pay(JOINED, nodes.List(node.nodes, lineno=node.lineno))

    def pick(self, node: nodes.Getitem) -> Rewritten:
        self.generic_visit(node)
        return _pay(SLICED, node) if isinstance(node.arg, nodes.Slice) else node

    def pair(self, node: nodes.Pair) -> Rewritten:
        self.generic_visit(node)
        node.key = _pay(KEYED, node.key)
        return node

    def constant(self, node: nodes.Const) -> Rewritten:
        value = node.value
        too_long = isinstance(value, int) and value.bit_length() > MAX_BITS
        if too_long or (isinstance(value, float) and not math.isfinite(value)):
            raise TemplateLimit("the template has a number that is too large")
        return node

    def call(self, node: nodes.Call | nodes.Filter | nodes.Test) -> Rewritten:
        self.generic_visit(node)
        if node.dyn_args is not None:
            node.dyn_args = _pay(LOOPED, node.dyn_args, 1)
        if node.dyn_kwargs is not None:
            node.dyn_kwargs = _pay(SPREAD, node.dyn_kwargs)
        return node

    def filter(self, node: nodes.Filter) -> Rewritten:
        if node.name not in self.filters:
            raise _unavailable("filter", node, UNAVAILABLE_FILTERS, self.filters)
        self.call(node)
        return name_value(node)

    def test(self, node: nodes.Test) -> Rewritten:
        if node.name not in self.tests:
            raise _unavailable("test", node, UNAVAILABLE_TESTS, self.tests)
        return self.call(node)


def _unavailable(
    kind: str, node: nodes.Filter | nodes.Test, reasons: Mapping[str, str], known: Collection[str]
) -> Unsupported:
    if node.name in reasons:
        problem = f"the {kind} `{node.name}` is not available in specs: it {reasons[node.name]}"
        return Unsupported(problem, node.lineno, node.name)
    return Unsupported(f"there is no {kind} named `{node.name}`", node.lineno, node.name, known)
