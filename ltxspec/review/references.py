"""Finds the names and files that a template text references, by parsing it, without rendering it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ltxspec.render.templating import has_tags
from ltxspec.values import Json

_PLAIN = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")


@dataclass(frozen=True, slots=True)
class References:
    """Names that a text uses (including its own loop variables), and files it includes, as written."""

    names: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()


NOTHING = References()


def references(value: Json) -> References:
    """The references of all texts inside a JSON value."""
    if isinstance(value, str):
        return _of_text(value) if has_tags(value) else NOTHING
    if not isinstance(value, dict | list):
        return NOTHING
    parts = [references(item) for item in (value.values() if isinstance(value, dict) else value)]
    return References(
        frozenset().union(*(part.names for part in parts)), frozenset().union(*(part.files for part in parts))
    )


@lru_cache(maxsize=4096)
def _of_text(text: str) -> References:
    pieces = _PLAIN.split(text)
    if not has_tags("\0".join(pieces[::2])):
        return References(frozenset(pieces[1::2]))
    return _of_syntax(text)


def _of_syntax(text: str) -> References:
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment().parse(text)  # noqa: S701  # parsed only, never rendered
    except (TemplateSyntaxError, RecursionError):
        return NOTHING
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    tags: list[nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends] = [
        *tree.find_all(nodes.Include),
        *tree.find_all(nodes.Import),
        *tree.find_all(nodes.FromImport),
        *tree.find_all(nodes.Extends),
    ]
    files = [value for tag in tags for value in _constants(tag.template)]
    return References(frozenset(names), frozenset(name for name in files if isinstance(name, str)))


def _constants(node: Json) -> list[Json]:
    """The values of a constant or of a list of constants; computed values are unknown and left out."""
    from jinja2 import nodes

    if isinstance(node, nodes.List | nodes.Tuple):
        return [value for item in node.items for value in _constants(item)]
    return [node.value] if isinstance(node, nodes.Const) else []
