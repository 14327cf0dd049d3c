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
REMOVED = {"$ref": "#/$defs/Removed"}
# Null, said so that editors do not offer it among the values.
REMOVED_DEFINITION = {
    "description": "Null removes a default",
    "not": {"type": ["boolean", "number", "string", "object", "array"]},
}

_ABOUT = ("title", "description", "default", "examples", "deprecated")  # shown by editors, kept at the outer level
# Keywords about one value, which apply to specs and requests. Unknown ones (`x-…`) and conditions are dropped.
_KEPT = frozenset(
    {"type", "enum", "const", "pattern", "format", "minLength", "maxLength", "additionalProperties"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minItems", "maxItems", "uniqueItems"}
)
_MAX_DEPTH = 16  # a recursive schema is cut here: below it, any value is allowed


def model_parameters(
    schema: Mapping[str, Json], leave_out: Collection[str], about_values: Mapping[str, Mapping[Json, str]]
) -> dict[str, dict[str, Json]]:
    """The parameters of one model, by name and in the order of its file.

    Args:
        schema: the JSON Schema of the model's requests.
        leave_out: names that no spec writes.
        about_values: what is said of a parameter's values, such as what they cost: name -> value -> words. Values that
            its schema does not list are offered all the same.
    """
    relaxing = _Relaxing(schema, reference_forms(schema))
    return {
        name: _open(_explained(relaxing.relaxed(parameter, f"/{name}", 0), about_values.get(name, {})))
        for name, parameter in schema.get("properties", {}).items()
        if name not in leave_out
    }


def _explained(form: dict[str, Json], words: Mapping[Json, str]) -> dict[str, Json]:
    """A form with words about its values."""
    if not words:
        return form
    if "enum" in form:
        return {**form, "enumDescriptions": [words.get(value, "") for value in form["enum"]]}
    about = {key: form.pop(key) for key in _ABOUT if key in form}
    return {**about, "anyOf": [{"enum": [*words], "enumDescriptions": [*words.values()]}, form]}


def _open(form: dict[str, Json]) -> dict[str, Json]:
    """A schema for the form, a template or null; annotations stand outside."""
    about = {key: form[key] for key in _ABOUT if key in form}
    bare = {key: value for key, value in form.items() if key not in _ABOUT}
    forms = bare["anyOf"] if bare.keys() == {"anyOf"} else [bare]
    return {**about, "anyOf": [*forms, TEMPLATE, REMOVED]}


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
                name: _open(self.relaxed(part, f"{place}/{name}", depth + 1))
                for name, part in schema["properties"].items()
            }
        if "items" in schema:
            relaxed["items"] = {"anyOf": [self.relaxed(schema["items"], f"{place}/*", depth + 1), TEMPLATE]}
        for key in ("anyOf", "oneOf"):
            if key in schema and all("type" in part or "$ref" in part for part in schema[key]):
                relaxed["anyOf"] = [self.value(part, place, depth + 1) for part in schema[key]]
        return relaxed
