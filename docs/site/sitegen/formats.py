"""Reference pages of JSON documents, from their published schemas."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sitegen.shapes import KINDS, Schema, definition_of, forms, resolve, shown, value
from sitegen.tables import code, prose, table

_ANY_MODEL = "AnyModel"  # of the spec's schema: fields of shots whose model is not known


def schema_names(schemas: Path) -> list[str]:
    """The formats that have a schema, those of models and of the provider apart."""
    return sorted(path.parent.name for path in schemas.glob("*/v1.json"))


def format_page(schemas: Path, name: str, title: str, about: str = "") -> str:
    """One format: its fields, then every definition that these refer to, in the order of their appearance."""
    root = json.loads((schemas / name / "v1.json").read_text("utf-8"))
    lines = [f"# {title}", "", about or described(root), ""]
    lines += [f"The schema itself: `ltxspec schema {name}`.", ""]
    lines += _variants(root, root)
    lines += _fields(root, root)
    done: set[str] = set()
    waiting = _referred(root, root)
    while waiting:
        defined = waiting.pop(0)
        if defined in done:
            continue
        done.add(defined)
        schema = root["$defs"][defined]
        body = [*_variants(root, schema), *_fields(root, schema)]
        if body and defined != _ANY_MODEL:
            lines += ["", f"## {_titled(defined)}", "", described(schema), *body]
        waiting += _referred(root, schema)
    return "\n".join(lines) + "\n"


def formats_table(schemas: Path, names: Sequence[str]) -> list[str]:
    """The formats that have pages of their own, with what they are."""
    roots = {name: json.loads((schemas / name / "v1.json").read_text("utf-8")) for name in names}
    rows = [(f"[`{name}`](formats/{name}.md)", described(root).partition("\n")[0]) for name, root in roots.items()]
    return table(("format", "what it is"), rows)


def described(schema: Schema) -> str:
    """The description of a schema, as paragraphs."""
    paragraphs = re.split(r"\n\s*\n", str(schema.get("description", "")))
    return "\n\n".join(prose(" ".join(paragraph.split())) for paragraph in paragraphs)


def _fields(root: Schema, schema: Schema) -> list[str]:
    needed = schema.get("required", ())
    rows = []
    for name, written in schema.get("properties", {}).items():
        part = _of_every_model(root, name) if written == {"doNotSuggest": True} else written
        if not isinstance(part, Mapping):
            continue
        found = resolve(root, part)
        notes = [prose(str(found.get("description", "")))]
        if "default" in found:
            notes.append(f"Default: {code(shown(found['default']))}." if found["default"] not in ([], {}) else "")
        required = ", required" if name in needed else ""
        rows.append((code(name), f"{_words(root, part)}{required}", " ".join(filter(None, notes))))
    return table(("field", "value", "meaning"), rows)


def _of_every_model(root: Schema, name: str) -> Any:
    """A field of a shot that the spec's schema describes for each model, as it is without one."""
    return root["$defs"][_ANY_MODEL]["properties"].get(name)


def _titled(defined: str) -> str:
    return defined.removesuffix("Part")


def _variants(root: Schema, schema: Schema) -> list[str]:
    """The forms of a document or a definition that is a choice."""
    options = [option for key in ("anyOf", "oneOf") for option in schema.get(key, ())]
    return ["", *(f"- {_words(root, option)}" for option in options), ""] if options else []


def _words(root: Schema, part: Any) -> str:
    """What a value may be; definitions are links to their table."""
    said = [_form(root, name, schema) for name, schema in forms(root, part)]
    return " or ".join(dict.fromkeys(filter(None, said))) or "any value"


def _form(root: Schema, name: str | None, schema: Schema) -> str:
    if name is not None and schema.get("properties"):
        return f"[{_titled(name)}](#{_titled(name).lower()})"
    if schema.get("type") == "array":
        return f"{value(schema)} of {_words(root, schema.get('items', {}))}"
    extra = schema.get("additionalProperties")
    if schema.get("type") == "object" and isinstance(extra, Mapping) and extra and not schema.get("properties"):
        return f"{KINDS['object']} of {_words(root, extra)}"
    if schema.get("type") == "string" and schema.get("pattern") == "\\{\\{":
        return "a template"
    return value(schema)


def _referred(root: Schema, schema: Any) -> list[str]:
    """The definitions that a schema refers to, except those of models, which have a title and pages of their own."""
    definitions = root.get("$defs", {})
    return [name for name in _references(schema) if name in definitions and "title" not in definitions[name]]


def _references(schema: Any) -> Iterator[str]:
    name = definition_of(schema)
    if name is not None:
        yield name
    parts = schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    for key, part in zip(schema if isinstance(schema, Mapping) else parts, parts, strict=True):
        if key != "$defs":
            yield from _references(part)
