"""The generated types of the provider's Python SDK as schemas: names, kinds, requirements and fixed values.

The module is parsed, never imported or run. It has neither bounds nor defaults, and no contents of mappings.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final

from ltxspec.catalog.importing.published import NotPublished, Published, as_slug, gives_video
from ltxspec.values import Json

_KINDS: Final[Mapping[str, str]] = {
    "str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array",
}  # fmt: skip
_PARAMS: Final = re.compile(r"(\w+?)Params(?:Variant\d+)?")
_UNTYPED: Final = re.compile(r"^# Inference params for curated model `([^`]+)` \(slug: ([^)]+)\)", re.MULTILINE)
_ABOUT: Final = re.compile(r"model `(?P<air>[^`]+)` \(slug: (?P<slug>[^)]+)\)")

Fields = Mapping[str, ast.expr]


def read_types(source: str) -> list[Published]:
    """Every model that the SDK has a type for, whatever it makes, in the order of the module.

    Args:
        source: the text of the module of types.

    Raises:
        NotPublished: it is not Python, or has no such types.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise NotPublished("the types of the SDK cannot be read") from error
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found: list[Published] = []
    for name, node in classes.items():
        stem = match[1] if (match := _PARAMS.fullmatch(name)) is not None else None
        if stem is not None and (about := _about(node)) is not None:
            found.append(_published(about, _schema(node), classes.get(f"{stem}Result")))
    if not found:
        raise NotPublished("the SDK has no types of models", hint="its newer releases have them: 1.4 and later")
    known = {model.air for model in found}
    return [*found, *(_like_its_kin(about, found) for about in _UNTYPED.findall(source) if about[0] not in known)]


def types_version(source: str) -> str | None:
    """The version of the schemas that the types were generated from."""
    found = re.search(r'^SCHEMAS_VERSION = "([^"]+)"', source, re.MULTILINE)
    return found[1] if found else None


def _published(about: tuple[str, str], schema: dict[str, Json], result: ast.ClassDef | None) -> Published:
    task = str(schema["properties"].get("taskType", {}).get("const", "videoInference"))
    response: Json = {"properties": {name: {} for name in _fields(result)}} if result is not None else None
    return Published(
        air=about[0],
        slug=as_slug(about[1]),
        schema=schema,
        root=schema,
        task_type=task,
        gives_video=gives_video(task, schema, response),
        types_only=True,
    )


def _like_its_kin(about: tuple[str, str], others: list[Published]) -> Published:
    """A model whose type says nothing: what all models of its maker with its kind of work have in common."""
    maker = about[0].partition(":")[0] + ":"
    kin = [model for model in others if model.air.startswith(maker) and model.task_type == "videoInference"]
    kin = kin or [model for model in others if model.task_type == "videoInference"]
    first, *rest = (model.schema["properties"] for model in kin)
    shared = {name: part for name, part in first.items() if all(other.get(name) == part for other in rest)}
    schema = {"type": "object", "properties": shared, "required": ["taskType", "model"], "additionalProperties": False}
    return Published(about[0], as_slug(about[1]), schema, schema, types_only=True)


def _about(node: ast.ClassDef) -> tuple[str, str] | None:
    """AIR and slug of the model that a type is about, from its description or its fixed value."""
    found = _ABOUT.search(ast.get_docstring(node) or "")
    if found is not None:
        return found["air"], found["slug"]
    model = _fields(node).get("model")
    fixed = _kind(model).get("const") if model is not None else None
    return (fixed, fixed) if isinstance(fixed, str) and ":" in fixed else None


def _fields(node: ast.ClassDef) -> Fields:
    return {
        item.target.id: item.annotation
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }


def _schema(node: ast.ClassDef) -> dict[str, Json]:
    properties, required = {}, []
    for name, annotation in _fields(node).items():
        inner = _argument(annotation, "NotRequired")
        properties[name] = _kind(annotation if inner is None else inner)
        if inner is None:
            required.append(name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _argument(annotation: ast.expr, name: str) -> ast.expr | None:
    """The X of `name[X]`; None for anything else."""
    is_it = isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).rpartition(".")[2] == name
    return annotation.slice if is_it and isinstance(annotation, ast.Subscript) else None


def _kind(annotation: ast.expr) -> dict[str, Json]:
    """The schema of an annotation; anything is allowed where it says nothing."""
    if isinstance(annotation, ast.BinOp):
        return _either(list(_sides(annotation)))
    if (literal := _argument(annotation, "Literal")) is not None:
        items = literal.elts if isinstance(literal, ast.Tuple) else [literal]
        values = [item.value for item in items if isinstance(item, ast.Constant)]
        return {"const": values[0]} if len(values) == 1 and isinstance(values[0], str) else {"enum": values}
    if (items_of := _argument(annotation, "list")) is not None:
        return {"type": "array", "items": _kind(items_of)}
    kind = _KINDS.get(ast.unparse(annotation).partition("[")[0])
    return {"type": kind} if kind else {}


def _sides(annotation: ast.expr) -> Iterator[dict[str, Json]]:
    if isinstance(annotation, ast.BinOp):
        yield from _sides(annotation.left)
        yield from _sides(annotation.right)
    elif not (isinstance(annotation, ast.Constant) and annotation.value is None):
        yield _kind(annotation)


def _either(parts: list[dict[str, Json]]) -> dict[str, Json]:
    if len(parts) == 1:
        return parts[0]
    if all(part.keys() == {"type"} for part in parts):
        return {"type": [part["type"] for part in parts]}
    return {"anyOf": parts}
