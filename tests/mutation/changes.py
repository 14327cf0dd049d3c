"""The small changes that make a mutant: for one node of a syntax tree, the nodes that may stand in its place.

Each is a mistake that a person could make: a comparison off by one, a condition forgotten, a call or an argument left
out, one name missing from a set. Texts for readers, annotations and decorators are left alone, and so is what another
change already implies: a test that notices the missing half of `a and b` also notices `if True`.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
}
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_CONVERTERS = frozenset({"bool", "dict", "float", "frozenset", "int", "iter", "list", "set", "str", "tuple"})
_TEXT_METHODS = frozenset({"lower", "lstrip", "removeprefix", "removesuffix", "rstrip", "strip", "upper"})
_SYMBOL = re.compile(r"[\w.-]+")  # a key or a code; what has spaces is written for readers

_DECISIONS = ast.If | ast.IfExp | ast.While | ast.BoolOp | ast.UnaryOp | ast.comprehension
_TRUTHS = ast.BoolOp | ast.Compare | ast.IfExp | ast.UnaryOp


def changes(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    """Every node that may stand in the place of `node`, which stands in `parent`."""
    if (change := _CHANGES.get(type(node))) is not None:
        yield from change(node)
    match node:
        case ast.Constant():
            yield from _constant(node, parent)
        case ast.Compare() if not isinstance(parent, _DECISIONS):
            yield from _compared(node, _OPPOSITE)
        case ast.Call() if not isinstance(parent, ast.Await):
            yield from _left_calls(node)
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Assign() if not _is_all_of(parent, node):
            yield from _left_out(node)


def _constant(node: ast.Constant, parent: ast.AST) -> Iterator[ast.AST]:
    match node.value:
        case bool(value):
            yield ast.Constant(not value)
        case int(value) | float(value) if not isinstance(parent, ast.BinOp):
            yield ast.Constant(value + 1)
        case bytes(value) if value:
            yield ast.Constant(value + b"?")
        case str(value) if _SYMBOL.fullmatch(value) and _is_key(node, parent):
            yield ast.Constant(value + "?")


def _is_key(node: ast.Constant, parent: ast.AST) -> bool:
    """Whether a text is for machines: compared, looked up or a name in a mapping. Others are written for readers."""
    match parent:
        case ast.Compare() | ast.Subscript() | ast.Set() | ast.MatchValue() | ast.Tuple() | ast.List():
            return True
        case ast.Dict():
            return node in parent.keys
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[first, *_]):
            return node is first
    return False


def _is_all_of(parent: ast.AST, node: ast.AST) -> bool:
    """Whether the statement is all that a condition leads to: then `if False` leaves it out, too."""
    return isinstance(parent, ast.If) and parent.body == [node] and not parent.orelse


def _with(node: Any, **fields: Any) -> Any:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _without_one(node: Any, field: str, *, least: int = 1) -> Iterator[Any]:
    """The node with each of the items of a list left out."""
    items = getattr(node, field)
    if len(items) > least:
        yield from (_with(node, **{field: items[:place] + items[place + 1 :]}) for place in range(len(items)))


def _compared(node: ast.Compare, others: dict[type[ast.cmpop], type[ast.cmpop]] = _BOUNDARY) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        if (other := others.get(type(operator))) is not None:
            yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _joined(node: ast.BoolOp) -> Iterator[ast.AST]:
    for rest in _without_one(node, "values"):
        yield rest if len(rest.values) > 1 else rest.values[0]


def _negated(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _computed(node: ast.BinOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.BitOr):
        yield from (node.left, node.right)
    elif type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())


def _decided(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    joined = type(node.test.op) if isinstance(node.test, ast.BoolOp) else None
    for truth, implied in ((True, ast.And), (False, ast.Or)):
        if joined is not implied:
            yield _with(node, test=ast.Constant(truth))


def _never_entered(node: ast.While) -> Iterator[ast.AST]:
    yield _with(node, test=ast.Constant(value=False))


def _unfiltered(node: ast.comprehension) -> Iterator[ast.AST]:
    yield from _without_one(node, "ifs", least=0)


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is None:
        yield ast.Pass()
    elif not isinstance(node.value, ast.Constant | _TRUTHS) and not list(_left_calls(node.value)):
        yield ast.Return(ast.Constant(None))


def _left_out(node: ast.stmt) -> Iterator[ast.AST]:
    """Nothing instead of the statement; a plain name must have a value, though."""
    if not (isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets)):
        yield ast.Pass()


def _next_for_last(_: ast.Break) -> Iterator[ast.AST]:
    yield ast.Continue()


def _last_for_next(_: ast.Continue) -> Iterator[ast.AST]:
    yield from (ast.Break(), ast.Pass())


def _unguarded(node: ast.With | ast.AsyncWith) -> Iterator[ast.AST]:
    """The block without its context, where the context gives no name to it."""
    if all(item.optional_vars is None for item in node.items):
        yield ast.If(ast.Constant(value=True), node.body, [])


def _uncaught(node: ast.ExceptHandler) -> Iterator[ast.AST]:
    yield _with(node, type=ast.Tuple([], ast.Load()))
    if isinstance(node.type, ast.Tuple):
        yield from (_with(node, type=kinds) for kinds in _without_one(node.type, "elts"))


def _unmatched(node: ast.match_case) -> Iterator[ast.AST]:
    if node.guard is not None:
        yield _with(node, guard=None)
    if not (isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None):
        yield _with(node, guard=ast.Constant(value=False))


def _fewer_patterns(node: ast.MatchOr) -> Iterator[ast.AST]:
    for rest in _without_one(node, "patterns"):
        yield rest if len(rest.patterns) > 1 else rest.patterns[0]


def _fewer_members(node: ast.Set) -> Iterator[ast.AST]:
    yield from _without_one(node, "elts")


def _called(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        yield _with(node, func=ast.Name(_SWAPPED[node.func.id], ast.Load()))
    yield from _without_one(node, "keywords", least=0)


def _left_calls(node: ast.AST) -> Iterator[ast.AST]:
    """The call's first argument, or its text, as it was."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name not in _CONVERTERS and not name[0].isupper():
            if not isinstance(first, ast.Starred | ast.GeneratorExp):
                yield first
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _TEXT_METHODS:
            yield value


_CHANGES: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.AsyncWith: _unguarded,
    ast.BinOp: _computed,
    ast.BoolOp: _joined,
    ast.Break: _next_for_last,
    ast.Call: _called,
    ast.Compare: _compared,
    ast.Continue: _last_for_next,
    ast.ExceptHandler: _uncaught,
    ast.If: _decided,
    ast.IfExp: _decided,
    ast.MatchOr: _fewer_patterns,
    ast.Return: _returned,
    ast.Set: _fewer_members,
    ast.UnaryOp: _negated,
    ast.While: _never_entered,
    ast.With: _unguarded,
    ast.comprehension: _unfiltered,
    ast.match_case: _unmatched,
}
