"""The mutants of a module: its code with one small change each, and how that change reads."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from mutation.changes import changes

_UNTOUCHED = frozenset({"annotation", "returns", "decorator_list", "type_params"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed module. `within`, `before` and `after` together name the change, wherever its line moves."""

    module: str
    line: int
    within: str  # the function or class that holds it
    before: str
    after: str
    code: CodeType

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What an entry of the list of equivalent mutants names."""
        return self.module, self.within, self.before, self.after


@dataclass(frozen=True, slots=True)
class _Site:
    """A node, where it stands, and how to put another one there."""

    node: ast.AST
    parent: ast.AST
    within: str
    statement: ast.AST  # the innermost one around it, or itself
    put: Callable[[ast.AST], None]


def mutants(source: str, module: str, path: str) -> Iterator[Mutant]:
    """Every mutant of a module's source that compiles."""
    tree = ast.parse(source)
    for site in list(_sites(tree, tree, "")):
        before = _heading(site.statement)
        for new in changes(site.node, site.parent):
            ast.fix_missing_locations(ast.copy_location(new, site.node))
            site.put(new)
            after = _heading(new if site.node is site.statement else site.statement)
            code = _compiled(tree, path)
            site.put(site.node)
            if code is not None and before != after:
                line = getattr(site.node, "lineno", getattr(site.statement, "lineno", 1))
                yield Mutant(module, line, site.within, before, after, code)


def _compiled(tree: ast.Module, path: str) -> CodeType | None:
    try:
        return compile(tree, path, "exec")
    except (SyntaxError, ValueError):
        return None


def _sites(parent: ast.AST, statement: ast.AST, within: str) -> Iterator[_Site]:
    for field, value in ast.iter_fields(parent):
        if field in _UNTOUCHED:
            continue
        for place, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or _is_type(node):
                continue
            around = node if _is_statement(node) else statement
            put = _putter(parent, field, place if isinstance(value, list) else None)
            yield _Site(node, parent, within, around, put)
            inner = f"{within}.{node.name}".lstrip(".") if isinstance(node, _NAMED) else within
            yield from _sites(node, around, inner)


_NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _is_statement(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.match_case | ast.ExceptHandler)


def _is_type(node: ast.AST) -> bool:
    """Whether a node is only read by type checkers: an alias, `Literal[…]`, an import, the text under a definition."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.BitOr()) as union):
            return all(isinstance(part, ast.Name) and part.id[0].isupper() for part in _parts(union))
    return False


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        yield from (*_parts(node.left), *_parts(node.right))
    else:
        yield node


def _putter(parent: ast.AST, field: str, place: int | None) -> Callable[[ast.AST], None]:
    def put(node: ast.AST) -> None:
        if place is None:
            setattr(parent, field, node)
        else:
            getattr(parent, field)[place] = node

    return put


def _heading(node: Any) -> str:
    """A statement in one line; of a compound one what stands before its block."""
    if isinstance(node, ast.match_case):
        guard = f" if {ast.unparse(node.guard)}" if node.guard else ""
        return f"case {ast.unparse(node.pattern)}{guard}:"
    if isinstance(node, ast.Match):
        return f"match {ast.unparse(node.subject)}:"
    if isinstance(node, ast.Try):
        return "try:"
    if hasattr(node, "body") and not isinstance(node, ast.expr):
        node = copy.copy(node)
        node.body, lines = [ast.Pass()], 1
        for field in ("orelse", "finalbody"):
            if hasattr(node, field):
                setattr(node, field, [])
        if hasattr(node, "decorator_list"):
            node.decorator_list = []
        return "\n".join(ast.unparse(node).splitlines()[:-lines])
    return ast.unparse(node)
