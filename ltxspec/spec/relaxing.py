"""Model schemas relaxed for specs: any value may also be a template, and null removes a default.

For editors, which see a shot before it is merged and rendered: required values and valid combinations are checked
later, on the whole request.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ltxspec.spec.references import reference_forms
from ltxspec.values import Json

TEMPLATE = {"$ref": "#/$defs/Template"}
TEMPLATE_DEFINITION = {
    "description": "A template; one that is a single expression keeps the expression's type",
    "type": "string",
    "pattern": r"\{\{",
}

_ABOUT = ("title", "description", "default", "examples", "deprecated")  # shown by editors, kept at the outer level
# Keywords about one value, which apply to specs and requests. Unknown ones (`x-…`) and conditions are dropped.
_KEPT = frozenset(
    {"type", "enum", "const", "pattern", "format", "minLength", "maxLength", "additionalProperties"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minItems", "maxItems", "uniqueItems"}
)
_MAX_DEPTH = 16  # a recursive schema is cut here: below it, any value is allowed


def parameter_schemas(
    model_schemas: Mapping[str, Mapping[str, Json]], leave_out: Collection[str]
) -> dict[str, dict[str, Json]]:
    """Every parameter of every model, by name and in the order first met.

    If models differ about a parameter, it may have any form that one of them accepts.
    """
    forms: dict[str, list[dict[str, Json]]] = {}
    for schema in model_schemas.values():
        relaxing = _Relaxing(schema, reference_forms(schema))
        for name, parameter in schema.get("properties", {}).items():
            if name in leave_out:
                continue
            form = relaxing.relaxed(parameter, f"/{name}", 0)
            known = forms.setdefault(name, [])
            if form not in known:
                known.append(form)
    return {name: _nullable(found) for name, found in forms.items()}


def _nullable(forms: list[dict[str, Json]]) -> dict[str, Json]:
    """One schema for any of the forms, a template or null; annotations are kept only if all forms share them."""
    first = forms[0]
    same = [key for key in _ABOUT if key in first and all(form.get(key) == first[key] for form in forms)]
    about = {key: first[key] for key in dict.fromkeys(["description", *same]) if key in first}
    bare = [{key: value for key, value in form.items() if key not in _ABOUT} for form in forms]
    distinct = [form for number, form in enumerate(bare) if form not in bare[:number]]
    return {**about, "anyOf": [*distinct, TEMPLATE, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class _Relaxing:
    """Relaxes the parts of one model's file."""

    document: Mapping[str, Json]
    references: Mapping[str, Json]  # place of an image or a video -> schema of a reference there

    def relaxed(self, schema: Json, place: str, depth: int) -> dict[str, Json]:
        """The schema of one value without conditions, with every nested value relaxed, too."""
        form = self.value(schema, place, depth)
        if place not in self.references:
            return form
        about = {key: form.pop(key) for key in _ABOUT if key in form}
        forms = form["anyOf"] if form.keys() == {"anyOf"} else [form]
        return {**about, "anyOf": [*forms, self.references[place]]}

    def value(self, schema: Json, place: str, depth: int) -> dict[str, Json]:
        """The same without references at this place."""
        if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
            return {}
        if "$ref" in schema:
            target = self.document.get("$defs", {}).get(str(schema["$ref"]).removeprefix("#/$defs/"), {})
            own = {key: value for key, value in schema.items() if key != "$ref"}
            return self.value({**target, **own}, place, depth + 1)
        relaxed = {key: value for key, value in schema.items() if key in _KEPT or key in _ABOUT}
        if "properties" in schema:
            relaxed["properties"] = {
                name: _nullable([self.relaxed(part, f"{place}/{name}", depth + 1)])
                for name, part in schema["properties"].items()
            }
        if "items" in schema:
            relaxed["items"] = {"anyOf": [self.relaxed(schema["items"], f"{place}/*", depth + 1), TEMPLATE]}
        for key in ("anyOf", "oneOf"):
            if key in schema and all("type" in part or "$ref" in part for part in schema[key]):
                relaxed["anyOf"] = [self.value(part, place, depth + 1) for part in schema[key]]
        return relaxed
