"""The structure of a spec as pydantic models, for validation and for editors.

Imported only when a spec's structure is validated or its JSON Schema is written; planning an unchanged spec does
neither. `wording` turns the models' errors into messages; `rules` has the rules that models cannot express.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from ltxspec.spec.editing import EditorModel, with_models
from ltxspec.spec.encodings import Encoding
from ltxspec.spec.expecting import ExpectPart
from ltxspec.spec.names import EARLIER_NAME, SHOT_NAME, SPEC_NAME, VARIABLE
from ltxspec.spec.references import REFERENCE_DEFINITIONS
from ltxspec.spec.relaxing import REMOVED, REMOVED_DEFINITION, TEMPLATE_DEFINITION
from ltxspec.values import Json

API_VERSION = "ltxspec/v1"
KIND = "RenderSpec"
OWN_KEY = "x-"  # what begins so at the top of a spec is the author's own, such as a place for anchors


def _scalar(value: Json) -> Json:
    if isinstance(value, dict | list):
        raise PydanticCustomError("scalar_type", "not a scalar")
    return value


def _label(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise PydanticCustomError("string_type", "not text")
    return value


Scalar = Annotated[
    Any, AfterValidator(_scalar), WithJsonSchema({"type": ["string", "number", "integer", "boolean", "null"]})
]
Labels = Annotated[
    dict[str, Annotated[Any, AfterValidator(_label), WithJsonSchema({"type": ["string", "integer"]})]] | None,
    Field(description="Free words for grouping in reports; never part of a fingerprint"),
]
Title = Annotated[str | None, Field(description="Free text for people; never part of a fingerprint")]
Variables = Annotated[
    dict[Annotated[str, WithJsonSchema({"type": "string", "pattern": VARIABLE})], Any] | None,
    Field(description="Variables for templates, used as `{{ name }}`"),
]
Text = Annotated[str, Field(min_length=1)]
Row = dict[str, Any]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class Metadata(_Part):
    """Name, title and labels of the spec."""

    name: Annotated[str, Field(pattern=SPEC_NAME, description="Names the spec and its lockfile")]
    title: Title = None
    labels: Labels = None


class CheckPart(_Part):
    """An assertion over the rendered request."""

    assertion: Annotated[Text, Field(alias="assert", description="A template expression that must be true")]
    message: Annotated[str | None, Field(description="The text shown when it is not true")] = None
    severity: Annotated[Literal["error", "warning"], Field(description="Whether a failure stops the run")] = "error"


Expect = Annotated[
    ExpectPart | None, Field(description="What finished videos must be like; never part of a fingerprint")
]
Checks = Annotated[list[CheckPart] | None, Field(description="Assertions over the rendered request")]


class PromptFile(_Part):
    """A prompt kept in a file of its own."""

    file: Annotated[Text, Field(description="Path of the template, relative to the spec")]


Types = Annotated[
    dict[str, Literal["boolean", "integer", "number", "text"]] | None,
    Field(description="What the cells of columns are converted to; other cells of a CSV file stay text"),
]


class RowsFile(_Part):
    """Rows kept in a data file."""

    file: Annotated[Text, Field(description="Path of a CSV, JSON or YAML file, relative to the spec")]
    key: Annotated[Text | None, Field(description="The column that identifies a row; the first by default")] = None
    types: Types = None
    delimiter: Annotated[
        Literal[",", ";", "\t", "tab"] | None,
        Field(description="What separates the cells of a CSV file; only needed where the file does not show it"),
    ] = None
    encoding: Annotated[
        Encoding | None,
        Field(description="Encoding of a CSV file; by default UTF-8, or UTF-16 if the file has a byte-order mark"),
    ] = None


class RowsInline(_Part):
    """Rows written in the spec, with the column that identifies them."""

    items: Annotated[list[Row], Field(description="One mapping per row")]
    key: Annotated[Text | None, Field(description="The column that identifies a row; the first by default")] = None
    types: Types = None


class MatrixPart(_Part):
    """Axes whose combinations each become one instance."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[list[Scalar], Field(min_length=1)]] = Field(init=False)

    include: Annotated[list[Row] | None, Field(description="Values added to combinations, or new combinations")] = None
    exclude: Annotated[list[dict[str, Scalar]] | None, Field(description="Combinations left out")] = None


def _prompt_form(value: Json) -> str:
    return "<file>" if isinstance(value, dict) else "<text>"


def _rows_form(value: Json) -> str:
    if not isinstance(value, dict):
        return "<rows>"
    return "<inline>" if "items" in value and "file" not in value else "<file>"


# Names of the forms in an error's location; no key of a spec looks like them.
FORMS = frozenset({"<file>", "<text>", "<rows>", "<inline>"})


class ShotPart(_Part):
    """One shot. Every other key is a request parameter under the provider's own name."""

    model_config = ConfigDict(extra="allow")

    prompt: Annotated[
        Annotated[str, Tag("<text>")] | Annotated[PromptFile, Tag("<file>")],
        Discriminator(_prompt_form),
        Field(description="Template text; rendered and stripped it becomes the positive prompt"),
    ] = Field(default=None)  # type: ignore[assignment]  # absent, never null; whether it must be there, the model says
    vars: Variables = None
    matrix: MatrixPart = Field(  # type: ignore[assignment]  # absent, never null
        default=None, description="One instance for each combination of the axes"
    )
    forEach: Annotated[  # noqa: N815  the key as users write it
        Annotated[list[Row], Tag("<rows>")]
        | Annotated[RowsInline, Tag("<inline>")]
        | Annotated[RowsFile, Tag("<file>")],
        Discriminator(_rows_form),
        Field(description="One instance for each row"),
    ] = Field(default=None)  # type: ignore[assignment]  # absent, never null
    model: Annotated[Text | None, Field(description="The model of this shot instead of the spec's")] = None
    moved: Annotated[
        str | None,
        Field(
            pattern=EARLIER_NAME,
            description="The earlier name whose takes this shot takes over; in another spec: `spec.shot`",
        ),
    ] = None
    gate: Annotated[
        Literal["approval"] | None,
        Field(description="`approval`: shots that follow from this one wait until its take is approved"),
    ] = None
    title: Title = None
    labels: Labels = None
    checks: Checks = None
    expect: Expect = None


class SpecPart(_Part):
    """One spec file."""

    apiVersion: Annotated[Literal["ltxspec/v1"], Field(description="Version of this format")]  # noqa: N815  as written
    kind: Annotated[Literal["RenderSpec"], Field(description="Kind of this file")]
    metadata: Metadata
    model: Annotated[Text | None, Field(description="Model of every shot: its id or a name from the catalog")] = None
    vars: Variables = None
    defaults: Annotated[dict[str, Any] | None, Field(description="Request parameters for every shot")] = None
    checks: Checks = None
    expect: Expect = None
    shots: Annotated[
        dict[Annotated[str, Field(pattern=SHOT_NAME)], ShotPart],
        Field(description="The shots by name; none, when the last one was retired"),
    ]


def structural_errors(root: Json) -> list[ErrorDetails]:
    """The errors that pydantic finds in a document's structure."""
    if isinstance(root, dict):
        root = {key: value for key, value in root.items() if not key.startswith(OWN_KEY)}
    try:
        SpecPart.model_validate(root)
    except ValidationError as error:
        return error.errors(include_url=False, include_context=False)
    return []


def spec_schema(models: Sequence[EditorModel]) -> dict[str, Json]:
    """The JSON Schema (2020-12) of a spec, for editors.

    Args:
        models: those of the catalog. `defaults` and shots may have the parameters of theirs, each with a value of its
            schema, a template or null.
    """
    schema = _tidy(SpecPart.model_json_schema())
    parts, top = schema.pop("$defs"), schema["properties"]
    del schema["additionalProperties"]
    schema["propertyNames"] = {"anyOf": [{"enum": [*top]}, {"pattern": f"^{OWN_KEY}"}]}
    del parts["ShotPart"]["additionalProperties"]
    top["defaults"] = {"description": top["defaults"]["description"], "anyOf": [{"type": "object"}, REMOVED]}
    added = with_models(schema, parts["ShotPart"], models)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{KIND} {API_VERSION}",
        **schema,
        "$defs": {
            **parts,
            "Template": TEMPLATE_DEFINITION,
            "Removed": REMOVED_DEFINITION,
            **_tidy(REFERENCE_DEFINITIONS),
            **added,
        },
    }


def _tidy(schema: Json) -> Json:
    """Remove pydantic's own additions, apply the patterns for the names of mappings, and say null as `REMOVED`."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "null"}:
        return REMOVED
    tidy = _without_null({key: _tidy(value) for key, value in schema.items()})
    if isinstance(tidy.get("title"), str):
        del tidy["title"]
    if "oneOf" in tidy:
        tidy["anyOf"] = tidy.pop("oneOf")  # no two of these forms fit one value, and editors complete `anyOf`
    if "patternProperties" in tidy:
        ((pattern, values),) = tidy.pop("patternProperties").items()
        tidy |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
    return tidy


def _without_null(schema: dict[str, Json]) -> dict[str, Json]:
    """A schema whose default is not null, and with null as `REMOVED` among its types."""
    found = {key: value for key, value in schema.items() if key != "default" or value is not None}
    if isinstance(kinds := found.get("type"), list) and "null" in kinds:
        others = [kind for kind in kinds if kind != "null"]
        del found["type"]
        found["anyOf"] = [{"type": others[0] if len(others) == 1 else others}, REMOVED]
    return found
